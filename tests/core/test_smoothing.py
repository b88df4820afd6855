"""The running mean of a curve, against pandas and a plain loop."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Curve, Thinner
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.smoothing import SMOOTHINGS, next_smoothing, reach_of, running_mean

losses = st.lists(st.floats(0, 1e12), min_size=1, max_size=90).map(np.array)
reaches = st.integers(0, 40)


def curve_of(values: FloatArray, resolution: int = 2048) -> Curve:
    thinner = Thinner(resolution)
    thinner.extend(values)
    return thinner.curve()


def plain(values: FloatArray, reach: int) -> FloatArray:
    """Return the mean around each step as the docstring defines it, one step after another."""
    means = []
    for i in range(len(values)):
        r = min(reach, i // 2)
        means.append(np.mean(values[i - r : i + r + 1]))
    return np.array(means)


@given(losses, reaches)
def test_it_is_the_mean_of_the_steps_around_each(values: FloatArray, reach: int) -> None:
    assert running_mean(curve_of(values), reach) == pytest.approx(plain(values, reach), rel=1e-12)


def test_away_from_the_ends_it_is_the_rolling_mean_of_pandas(houses: Dataset) -> None:
    run = Run(houses, Settings(batch_size=32))
    run.advance(510)
    values, reach = run.history.columns()[3], 12
    rolling = pd.Series(values).rolling(2 * reach + 1, center=True).mean().to_numpy()
    found = running_mean(run.curve.curve(), reach)
    inside = slice(2 * reach, len(values) - reach)
    assert found[inside] == pytest.approx(rolling[inside], rel=1e-12)
    assert found[0] == values[0]
    assert found[-1] == pytest.approx(values[-1 - reach :].mean(), rel=1e-12)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=300).map(np.array), st.integers(0, 90))
def test_of_a_thinned_curve_it_is_the_mean_of_all_steps_of_its_spans(
    values: FloatArray, reach: int
) -> None:
    curve = curve_of(values, 16)
    found = running_mean(curve, reach)
    for k, mean in enumerate(found.tolist()):
        r = min(round(reach / curve.stride), k // 2)
        steps = values[(k - r) * curve.stride : (k + r + 1) * curve.stride]
        assert mean == pytest.approx(steps.mean(), rel=1e-9, abs=1e-6)


@given(losses, reaches, st.floats(0, 1e12))
def test_it_lies_among_the_values_and_moves_with_them(
    values: FloatArray, reach: int, more: float
) -> None:
    found = running_mean(curve_of(values), reach)
    assert (values.min() <= found).all()
    assert (found <= values.max()).all()
    # So the mean of the loss above the optimum is the mean of the loss, less the optimum.
    raised = running_mean(curve_of(values + more), reach)
    assert raised == pytest.approx(found + more, rel=1e-9)


def test_the_first_losses_leave_no_trace_in_later_means() -> None:
    falling = np.concatenate([np.geomspace(1e12, 1e-6, 10), np.full(90, 1e-6)])
    assert running_mean(curve_of(falling), 10)[25:] == pytest.approx(1e-6)


@pytest.mark.filterwarnings("error")
def test_the_losses_of_a_diverged_run_have_a_finite_mean() -> None:
    values = np.full(64, np.finfo(float).max)
    for resolution in (16, 64):
        curve = curve_of(values, resolution)
        assert np.isfinite(curve.mean).all()
        assert np.isfinite(running_mean(curve, 9)).all()


def test_a_smoothing_reaches_as_far_in_a_run_of_any_batch_size() -> None:
    assert [reach_of(smoothing, 30_000) for smoothing in SMOOTHINGS] == [0, 500, 1500]
    assert [reach_of(smoothing, 30) for smoothing in SMOOTHINGS] == [0, 1, 2]
    one = SMOOTHINGS[0]
    for other in (*SMOOTHINGS[1:], SMOOTHINGS[0]):
        one = next_smoothing(one)
        assert one == other
