"""Data-parallel training on the command line."""

from __future__ import annotations

import re

import pytest

from linreg_tui import headless
from tests.test_cli import complaint, output, printed, run


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


def test_who_holds_what_and_where_the_time_goes(capsys: pytest.CaptureFixture[str]) -> None:
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
    assert "for the same 192 rows" in lines[-1]


def test_what_is_not_possible_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "take 1024 rows a step" in complaint(capsys, "train", "--workers", "16")
    assert "add --workers" in complaint(capsys, "train", "--cluster", "local:2")


def test_all_rows_are_no_batch_of_one_worker(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--workers", "2", "--batch-size", "full"]
    assert "such as --batch-size 64" in complaint(capsys, "train", *options)
    assert "such as --batch-size 64" in complaint(capsys, *options)
    assert "128 rows for each worker" in output(
        capsys, "train", "--batch-size", "full", "--batch-size", "128", "--workers", "2"
    )


def test_an_interrupt_is_no_failure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(headless, "train", interrupted)
    assert run(capsys, "train", "--workers", "2") == (130, "", "")
