"""Data-parallel training on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from linreg_tui.commands import team_view, train
from linreg_tui.core.batches import Index
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.parallel import Share, Team, share
from tests.commands.test_cli import complaint, output, printed, run


def test_it_prints_the_numbers_of_one_process(capsys: pytest.CaptureFixture[str]) -> None:
    workers = printed(capsys, "train", "--workers", "4")
    rates = ("--learning-rate-m", "4e-7", "--learning-rate-b", "0.4")
    alone = printed(capsys, "train", "--batch-size", "256", *rates)
    assert workers.pop("workers") == 4
    seconds = workers.pop("seconds_per_step")
    assert 0 < seconds["computing"] < 1
    assert 0 <= seconds["communicating"] < 1
    for name in ("slope", "intercept", "loss"):
        assert workers.pop(name) == pytest.approx(alone.pop(name), rel=1e-10)
    assert workers == alone


def test_rows_of_workers_and_times_of_steps_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = output(capsys, "train", "--workers", "3", "--epochs", "2").splitlines()
    assert lines[0] == (
        "3 workers, 64 rows for each worker: batches of 192 rows, learning rates 3e-7 and 0.3"
    )
    held = [line for line in lines if line.startswith("  worker ")]
    assert len(held) == 3
    whole = r"at \S+:\d+: 64 rows \((\d+, ){6}…\), x̄ 1\d\d\d\S*, ȳ \S+, \S+ ms$"
    assert all(re.search(whole, line) for line in held)
    steps = [line for line in lines if line.startswith("[")]
    assert len(steps) == 5
    assert all(re.search(r" ms computing \+ \S+ ms communicating$", line) for line in steps[1:])
    assert lines[-1].startswith("a step of 3 workers took ")
    assert "for such shares in turn, and " in lines[-1]
    assert " for 192 rows at once; they took turns here" in lines[-1]


class Sent:
    """A stand-in for a cluster whose calls take the given seconds."""

    def __init__(self, computing: list[float]) -> None:
        self._computing = iter(computing)

    def submit(
        self, _: int, function: Callable[[Dataset, Index], Share], data: Dataset, rows: Index
    ) -> Future[Share]:
        future: Future[Share] = Future()
        found = function(data, rows)
        assert found.rows.size == 0
        future.set_result(replace(found, seconds=next(self._computing)))
        return future


def test_the_first_step_is_left_out_of_the_means(houses: Dataset) -> None:
    index = np.arange(192).reshape(3, 64)
    team = Team(houses, 1, Sent([60.0, 1.0, 3.0]).submit)
    team.moments(index[:1])
    assert team.seconds_per_step == (60.0, 0.0)
    team.moments(index[1:])
    assert team.seconds_per_step == (2.0, 0.0)


def test_the_larger_part_of_a_step_is_named(houses: Dataset) -> None:
    team = Team(houses, 1, Sent([9.0, 9.0]).submit)
    team.moments(np.arange(128).reshape(2, 64))
    last = team_view.time_summary(team, houses, 64)
    assert last.startswith("a step of 1 worker took 9e+03 ms computing + 0 ms communicating; ")
    assert last.endswith(" for 64 rows at once; most of it is computing")
    team = Team(houses, 2, Sent([0.0] * 4).submit)
    team.moments(np.arange(128).reshape(2, 64))
    assert team_view.time_summary(team, houses, 64).endswith(
        "more workers don't help: most of it is communicating"
    )


def test_one_process_is_timed_with_the_same_work(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: set[int] = set()

    def one_second(data: Dataset, rows: Index) -> Share:
        sizes.add(len(rows))
        return replace(share(data, rows), seconds=1.0)

    monkeypatch.setattr(team_view, "share", one_second)
    assert team_view.time_alone(houses, 512, 8) == 8.0
    assert team_view.time_alone(houses, 512, 1) == 1.0
    assert sizes == {64, 512}


def test_impossible_workers_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert "take 1024 rows a step" in complaint(capsys, "train", "--workers", "16")
    assert "add --workers" in complaint(capsys, "train", "--cluster", "local:2")


def test_all_rows_cannot_be_the_batch_of_each_worker(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--workers", "2", "--batch-size", "full"]
    assert "such as --batch-size 64" in complaint(capsys, "train", *options)
    assert "such as --batch-size 64" in complaint(capsys, *options)
    assert "128 rows for each worker" in output(
        capsys, "train", "--batch-size", "full", "--batch-size", "128", "--workers", "2"
    )


def test_an_interrupt_is_not_a_failure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "Run", interrupted)
    assert run(capsys, "train", "--workers", "2") == (130, "", "")
