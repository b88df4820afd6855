"""Test rows: which are held out, how many, and that nothing is trained on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import faults
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import grid, over_batch_sizes
from linreg_tui.core.trials import run_trial


def numbered(n: int) -> Dataset:
    """Rows that can be identified by their x."""
    x = np.arange(float(n))
    return Dataset("made", "x", "y", x, np.cos(x))


@given(st.integers(2, 500), st.floats(0, 0.99), st.integers(0, 2**40))
def test_every_row_is_on_one_side(n: int, fraction: float, seed: int) -> None:
    split = numbered(n).split(fraction, seed)
    assert split.test.n == round(fraction * n)
    assert sorted([*split.training.x, *split.test.x]) == list(range(n))
    assert (np.diff(split.training.x) > 0).all()


def test_the_seed_chooses_the_test_rows() -> None:
    data = numbered(100)
    first, second = data.split(0.3, 0), data.split(0.3, 1)
    assert set(first.test.x) != set(second.test.x)
    assert data.split(0.3, 0) is first
    assert data.split(0, 5).training is data
    assert numbered(100).split(0.3, 0).test.x.tolist() == first.test.x.tolist()
    # A larger fraction holds out the same rows and more.
    assert set(first.test.x) < set(data.split(0.5, 0).test.x)


def test_every_row_is_equally_likely_to_be_held_out() -> None:
    data, times = numbered(50), 2000
    counts = np.zeros(50)
    for seed in range(times):
        counts[data.split(0.2, seed).test.x.astype(int)] += 1
    assert counts.sum() == times * 10
    # A binomial count with a mean of 400 and a deviation of 18.
    assert np.abs(counts - 400).max() < 5 * 18


def test_editing_a_row_changes_the_side_of_no_other() -> None:
    edits = Edits.of(numbered(100))
    before = set(edits.data.split(0.3, 0).test.x)
    moved = next(iter(sorted(before)))
    after = edits.move(int(moved), 1000.5, 3.0).data.split(0.3, 0)
    assert set(after.test.x) == (before - {moved}) | {1000.5}
    removed = edits.remove(7).data.split(0.3, 0)
    assert len(set(removed.test.x) ^ before) <= 2
    added = edits.add(200.5, 1.0).data.split(0.3, 0)
    assert len(set(added.test.x) ^ before) <= 2


@pytest.mark.parametrize("loss", ["squared", "absolute"])
def test_a_run_does_not_use_the_test_rows(houses: Dataset, loss: str) -> None:
    settings = Settings.of(
        loss=loss, test_fraction=0.25, seed=3, batch_size=32, epochs=3, learning_rate_m=1e-8
    )
    run = Run(houses, settings)
    run.advance(run.budget)
    split = houses.split(0.25, 3)
    alone = Run(split.training, settings.with_values(test_fraction=0.0))
    alone.advance(alone.budget)
    assert np.array_equal(run.history.columns()[:4], alone.history.columns(), equal_nan=True)
    assert (run.closed_form, run.optimum.loss) == (alone.closed_form, alone.optimum.loss)
    assert (run.data.n, run.test and run.test.n) == (551 - 138, 138)
    for step in (run.history[0], run.history[run.history.last]):
        residual = split.test.y - step.slope * split.test.x - step.intercept
        expected = np.mean(residual**2 if loss == "squared" else np.abs(residual))
        assert step.test_loss == pytest.approx(expected)
    assert alone.history[0].test_loss is None
    curve = run.test_curve.curve()
    assert curve.low.tolist() == run.history.columns()[4].tolist()


def test_a_branch_has_the_same_test_rows(houses: Dataset) -> None:
    run = Run(houses, Settings(test_fraction=0.25))
    run.advance(20)
    twin = run.branch(10)
    twin.advance(10)
    assert np.array_equal(twin.history.columns(), run.history.columns(), equal_nan=True)
    assert twin.test_curve.curve().low.tolist() == run.test_curve.curve().low.tolist()


def test_all_trials_of_a_sweep_have_the_same_test_rows(houses: Dataset) -> None:
    settings = Settings(test_fraction=0.2, seed=9, epochs=1)
    plan = over_batch_sizes(settings, settings.training_n(houses), [64, None], repeats=3)
    held_out = {tuple(trial.settings.split(houses).test.x) for trial in plan}
    assert held_out == {tuple(houses.split(0.2, 9).test.x)}
    assert len({trial.settings.seed for trial in plan}) > 1
    result = run_trial(houses, plan[4])
    again = Run(houses, plan[4].settings)
    again.advance(again.budget)
    assert result.test_loss == again.history[result.steps].test_loss
    assert result.test_n == 110
    plan = grid(Settings(test_fraction=0.2, test_seed=5), {"epochs": [1, 2]}, repeats=2)
    assert {trial.settings.split_seed for trial in plan} == {5}


@pytest.mark.parametrize(
    ("n", "changes", "message"),
    [
        (10, {"test_fraction": 1.0}, "test fraction of 1 is not possible: choose a number from 0"),
        (10, {"test_fraction": -0.1}, "test fraction of -0.1 is not possible"),
        (10, {"test_fraction": 0.01}, "holds out 0 of 10 rows: choose one that leaves at least 1"),
        (10, {"test_fraction": 0.9}, "holds out 9 of 10 rows: choose one"),
        (10, {"test_fraction": 0.2, "test_seed": -1}, "test seed of -1 is not possible"),
        (10, {"test_fraction": 0.5, "batch_size": 6}, "a batch of 6 is not possible with 5 rows"),
        (10, {"test_fraction": 0.2, "seed": -1}, "a seed of -1 is not possible"),
    ],
)
def test_what_cannot_be_held_out(n: int, changes: dict[str, Any], message: str) -> None:
    data, settings = numbered(n), Settings.of(**changes)
    (why,) = (why for _, why in faults(data, settings))
    assert message in why
    with pytest.raises(InputError):
        Run(data, settings)


def test_rows_that_leave_no_line() -> None:
    data = Dataset("made", "x", "y", np.array([1.0, 1.0, 1.0, 2.0]), np.arange(4.0))
    seeds = [seed for seed in range(50) if 2.0 in data.split(0.25, seed).test.x]
    settings = Settings(test_fraction=0.25, seed=seeds[0])
    (fault,) = faults(data, settings)
    assert fault[0] == "test_fraction"
    assert "with a test fraction of 0.25, every x is the same" in fault[1]
