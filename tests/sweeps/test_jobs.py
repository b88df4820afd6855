from __future__ import annotations

import multiprocessing.process
from pathlib import Path
from typing import Any

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import over_batch_sizes
from linreg_tui.sweeps import allowance
from linreg_tui.sweeps.allowance import jobs_allowed
from linreg_tui.sweeps.processes import processes
from linreg_tui.sweeps.sweeping import sweep

PLAN = over_batch_sizes(Settings(), 551)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(allowance, "ROOT", tmp_path)
    return tmp_path


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
def test_there_are_no_more_than_there_is_room_for(
    root: Path, line: str, folder: str, most: str, now: int, jobs: int
) -> None:
    limited(root, line, folder, most, now)
    assert jobs_allowed(4) == jobs


def test_where_nothing_is_counted_everything_is_allowed(root: Path) -> None:
    assert jobs_allowed(4) == 4
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text("0::/\n")
    assert jobs_allowed(4) == 4


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_sweep_makes_do_with_the_processes_that_start(
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
    with processes(4, len(PLAN)) as executor:
        assert (executor is None) == (allowed == 0)
        results = list(sweep(houses, PLAN, executor))
    assert len(results) == len(PLAN)
    assert started == allowed
