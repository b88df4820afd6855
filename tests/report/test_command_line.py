"""The command that makes a run again: it is run, and gives the same numbers."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_tui.cli import main
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import example
from linreg_tui.core.proposal import proposed
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.report.command_line import train_command, why_not_repeatable


def result_of(line: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    program, *words = shlex.split(line)
    assert program == "linreg-tui"
    assert main([words[0], "--json", *words[1:]]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({}, "linreg-tui train --seed=0"),
        ({"batch_size": 64, "seed": 7}, "linreg-tui train --batch-size=64 --seed=7"),
        ({"update": "simultaneous", "epochs": 5}, None),
        ({"optimizer": "momentum", "momentum": 0.5, "learning_rate_b": 0.05}, None),
        ({"optimizer": "adam"}, None),
        ({"loss": "huber", "huber_delta": 20_000.0, "learning_rate_m": 1e-3}, None),
        ({"loss": "absolute", "batch_size": 32, "sampling": "epoch"}, None),
        ({"standardize": True, "learning_rate_b": 0.3, "test_fraction": 0.2}, None),
        ({"schedule": "cosine", "initial_slope": -3.5}, None),
        ({"schedule": "step", "decay": 0.25, "decay_steps": 9, "batch_size": 100}, None),
    ],
    ids=str,
)
def test_the_command_makes_the_same_run(
    houses: Dataset,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, Any],
    line: str | None,
) -> None:
    run = Run(houses, Settings.of(**settings))
    run.advance(run.budget)
    command = train_command(run, ())
    assert line is None or command == line
    result = result_of(command, capsys)
    last = run.history[run.history.last]
    assert (result["slope"], result["intercept"]) == (last.slope, last.intercept)
    assert result["steps"] == last.number
    shown = {word.partition("=")[0] for word in command.split() if word.startswith("--")}
    for word in shown - {"--seed"}:  # nothing could be left out
        fewer = shlex.join(one for one in shlex.split(command) if not one.startswith(word))
        assert result_of(fewer, capsys)["config"] != result["config"], word


def test_other_data_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "it's a table.csv"
    path.write_text("a b,c;d,e\n" + "".join(f"{k},{k * k % 7},{3 * k}\n" for k in range(20)))
    data = Dataset("it's a table.csv", "a b", "e", np.arange(20.0), 3 * np.arange(20.0))
    run = Run(data, proposed(data))
    run.advance(run.budget)
    command = train_command(run, ["--", str(path)])
    result = result_of(command, capsys)
    assert result["config"]["learning_rate_m"] == run.settings.learning_rate_m
    assert result["slope"] == run.history[run.history.last].slope
    shown = example("anscombe-1")
    named = train_command(Run(shown, proposed(shown)), ["--example", "anscombe-1"])
    assert result_of(named, capsys)["n"] == shown.n


def test_some_runs_have_no_command(houses: Dataset) -> None:
    run = Run(houses, Settings())
    run.advance(5)
    assert why_not_repeatable(run, edited=False) is None
    assert "edited" in (why_not_repeatable(run, edited=True) or "")
    assert "changed on the way" in (why_not_repeatable(run.branch(3), edited=False) or "")
    run.change(replace(Settings(), learning_rate_m=1e-8))
    run.advance(1)
    assert "changed on the way" in (why_not_repeatable(run, edited=False) or "")
