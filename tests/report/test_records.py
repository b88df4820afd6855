"""The history of a run as CSV, with changes of its settings."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.report import records

GENTLE = Settings(batch_size=64, learning_rate_m=1e-8, learning_rate_b=1e-2)


def rows(run: Run) -> list[dict[str, str]]:
    return list(csv.DictReader(records.history_lines(run)))


def test_epochs_and_rates_follow_the_settings(houses: Dataset) -> None:
    """Ten steps of 64 rows (8 an epoch), six of 183 (three an epoch), and three of all rows."""
    run = Run(houses, GENTLE)
    run.advance(10)
    run.change(replace(run.settings, batch_size=183, learning_rate_m=2e-8))
    run.advance(6)
    run.change(run.settings.with_values(batch_size=None, schedule="step", decay_steps=2))
    run.advance(3)
    steps = rows(run)
    assert [int(step["step"]) for step in steps] == list(range(20))
    # After 10 steps, 1.25 epochs are done, and after six more, 3.25.
    epochs = [0, *[1] * 8, *[2] * 2, *[2] * 2, *[3] * 3, 4, 5, 6, 7]
    assert [int(step["epoch"]) for step in steps] == epochs
    rates = [(float(step["learning_rate_m"]), float(step["learning_rate_b"])) for step in steps[1:]]
    assert rates == [(1e-8, 1e-2)] * 10 + [(2e-8, 1e-2)] * 8 + [(1e-8, 5e-3)]
    for step in steps[1:]:
        number = int(step["step"])
        batch = run.batch(number)
        chosen = slice(None) if batch is None else batch
        residuals = houses.y - (float(step["slope"]) * houses.x + float(step["intercept"]))
        assert float(step["batch_loss"]) == pytest.approx((residuals[chosen] ** 2).mean())
        assert float(step["loss"]) == pytest.approx((residuals**2).mean())


def test_z_scores_have_one_rate(houses: Dataset) -> None:
    run = Run(houses, Settings(standardize=True, learning_rate_b=0.05))
    run.advance(2)
    assert [(s["learning_rate_m"], s["learning_rate_b"]) for s in rows(run)[1:]] == [
        ("0.05",) * 2
    ] * 2


def test_a_branch_has_the_rates_of_its_own_past(houses: Dataset) -> None:
    run = Run(houses, GENTLE)
    run.advance(8)
    run.change(replace(GENTLE, learning_rate_b=5e-2))
    run.advance(8)
    twin = run.branch(12)
    twin.change(replace(twin.settings, learning_rate_b=1e-3))
    twin.advance(4)
    rates = [float(step["learning_rate_b"]) for step in rows(twin)[1:]]
    assert rates == [1e-2] * 8 + [5e-2] * 4 + [1e-3] * 4
    assert rows(twin)[:13] == rows(run)[:13]


def test_a_history_can_be_read_while_the_run_trains_on(houses: Dataset) -> None:
    run = Run(houses, GENTLE)
    run.advance(5)
    lines = records.history_lines(run)
    assert next(lines).startswith("step,")
    run.advance(5)
    assert [line.partition(",")[0] for line in lines] == ["0", "1", "2", "3", "4", "5"]
