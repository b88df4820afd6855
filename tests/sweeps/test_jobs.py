from __future__ import annotations

import multiprocessing.process
from pathlib import Path
from typing import Any

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import over_batch_sizes
from linreg_tui.sweeps.executors import TrialProcesses, local_executor
from linreg_tui.sweeps.jobs import POLITE_JOBS, jobs_allowed, jobs_that_pay
from linreg_tui.sweeps.run_trials import run_trials

PLAN = over_batch_sizes(Settings(), 551)


def test_most_sweeps_run_in_one_process() -> None:
    assert jobs_that_pay(over_batch_sizes(Settings(), 551, repeats=100), 551, cores=64) == 1
    long = over_batch_sizes(Settings(epochs=300_000), 551, repeats=10)
    assert jobs_that_pay(long, 551, cores=64) == POLITE_JOBS
    assert jobs_that_pay(long, 551, cores=1) == 1


def limited(root: Path, line: str, folder: str, most: str, now: int) -> None:
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/cgroup").write_text(line)
    group = root / "sys/fs/cgroup" / folder
    group.mkdir(parents=True)
    (group / "pids.max").write_text(f"{most}\n")
    (group / "pids.current").write_text(f"{now}\n")


@pytest.mark.parametrize(
    ("most", "now", "jobs"),
    [("max", 9, 4), ("128", 9, 4), ("20", 9, 3), ("20", 19, 1), ("9", 9, 1)],
)
@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("0::/user.slice/me/session\n", "user.slice/me"),
        ("8:pids:/user/me\n0::/\n", "pids/user"),
        ("9:name=systemd:/\n0::/\n", ""),
    ],
)
def test_limits_on_tasks_limit_the_processes(
    tmp_path: Path, line: str, folder: str, most: str, now: int, jobs: int
) -> None:
    limited(tmp_path, line, folder, most, now)
    assert jobs_allowed(4, tmp_path) == jobs


def test_without_limits_all_processes_are_allowed(tmp_path: Path) -> None:
    assert jobs_allowed(4, tmp_path) == 4
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/\n")
    assert jobs_allowed(4, tmp_path) == 4


@pytest.mark.parametrize("allowed", [0, 1])
async def test_a_sweep_runs_in_the_processes_that_start(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    start = multiprocessing.process.BaseProcess.start
    started = 0

    def few(process: Any) -> None:
        nonlocal started
        if started == allowed:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        started += 1
        start(process)

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", few)
    async with local_executor(4) as executor:
        assert isinstance(executor, TrialProcesses) == (allowed > 0)
        results = [result async for some in run_trials(houses, PLAN, executor) for result in some]
    assert len(results) == len(PLAN)
    assert started == allowed
