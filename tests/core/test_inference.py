from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.special import ndtri

from linreg_tui.core.closed_form import fit
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.diagnostics import (
    BODY_VALUES,
    TAIL_VALUES,
    diagnose,
    high_leverage,
    normal_plot,
)
from linreg_tui.core.examples import bundled
from linreg_tui.core.inference import confidence_band, inference
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.loading import load

ORACLES = Path(__file__).parent / "oracles"
STATSMODELS: dict[str, Any] = json.loads((ORACLES / "statsmodels.json").read_text("utf-8"))["data"]

values = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
rows = st.lists(st.tuples(values, values), min_size=3, max_size=40).map(
    lambda pairs: np.array(pairs).T
)


@pytest.fixture(params=["houses", "norris"])
def case(request: pytest.FixtureRequest) -> tuple[Dataset, dict[str, Any]]:
    name: str = request.param
    data = bundled() if name == "houses" else load(str(ORACLES / "norris.csv"), "x", "y")
    return data, STATSMODELS[name]


def test_the_parameters_are_as_sure_as_statsmodels_says(
    case: tuple[Dataset, dict[str, Any]],
) -> None:
    data, told = case
    line, sure = data.line, inference(data.line)
    assert [line.intercept, line.slope] == pytest.approx(told["params"], rel=1e-9)
    assert [sure.intercept_se, sure.slope_se] == pytest.approx(told["se"], rel=1e-9)
    assert [sure.intercept_t, sure.slope_t] == pytest.approx(told["t"], rel=1e-9)
    assert [sure.intercept_p, sure.slope_p] == pytest.approx(told["p"], rel=1e-7)
    for interval, limits in zip((sure.intercept_ci95, sure.slope_ci95), told["ci95"], strict=True):
        assert interval == pytest.approx(limits, rel=1e-9)


def test_the_line_fits_as_well_as_statsmodels_says(case: tuple[Dataset, dict[str, Any]]) -> None:
    data, told = case
    sure = inference(data.line)
    assert sure.degrees_of_freedom == data.n - 2
    assert sure.r2 == pytest.approx(told["r2"], rel=1e-12)
    assert sure.f_statistic == pytest.approx(told["f"], rel=1e-8)
    assert sure.residual_sd == pytest.approx(told["residual_sd"], rel=1e-9)
    r, p = told["pearson"]
    assert sure.pearson_r == pytest.approx(r, rel=1e-12)
    # SciPy takes it from a beta distribution, and may lose it so far out.
    assert sure.slope_p == pytest.approx(p, rel=1e-6, abs=1e-300)


def test_the_band_is_statsmodels(case: tuple[Dataset, dict[str, Any]]) -> None:
    data, told = case
    band = confidence_band(data.line, inference(data.line), np.array(told["band"]["x"]))
    assert band is not None
    assert band[0] == pytest.approx(told["band"]["low"], rel=1e-9)
    assert band[1] == pytest.approx(told["band"]["high"], rel=1e-9)


def test_the_diagnostics_are_statsmodels(case: tuple[Dataset, dict[str, Any]]) -> None:
    data, told = case
    found, every = diagnose(data.line, data.x, data.y), told["every"]
    assert found.fitted[::every] == pytest.approx(told["fitted"], rel=1e-9)
    scale = float(np.abs(data.y).max())
    assert found.residuals[::every] == pytest.approx(told["residuals"], abs=1e-11 * scale)
    assert found.leverage[::every] == pytest.approx(told["leverage"], rel=1e-9)
    assert found.studentized[::every] == pytest.approx(told["studentized"], rel=1e-6)


@given(rows)
@example(np.array([[0.0, 516.688, 0.003], [0.0, 0.0, 1.0]]))
def test_what_holds_of_every_line(xy: FloatArray) -> None:
    x, y = xy
    assume(np.ptp(x) > 1)
    line = fit(x, y)
    found, size = diagnose(line, x, y), 1 + float(np.abs(y).max())
    assert found.leverage.sum() == pytest.approx(2)
    assert (found.leverage >= 1 / len(x) - 1e-12).all()
    assert (found.leverage <= 1 + 1e-12).all()
    assert found.residuals.sum() == pytest.approx(0, abs=1e-9 * size * len(x))
    assert np.dot(found.residuals, x) == pytest.approx(0, abs=1e-6 * size * len(x))
    assert found.fitted + found.residuals == pytest.approx(y, abs=1e-9 * size)
    # Cook and Weisberg, "Residuals and Influence in Regression" (1982), section 2.2.1.
    known = ~np.isnan(found.studentized)
    # Of a leverage near 1, hardly a digit of what is left to 1 is known.
    lost = 4 * np.finfo(float).eps / (1 - found.leverage[known])
    most = math.sqrt(len(x) - 2) * (1 + 1e-6 + lost)
    assert (np.abs(found.studentized[known]) <= most).all() or line.loss < 1e-9


@given(rows, st.floats(-2e3, 2e3))
def test_the_band_is_narrowest_at_the_mean_and_leverage_is_its_width(
    xy: FloatArray, elsewhere: float
) -> None:
    x, y = xy
    assume(np.ptp(x) > 1)
    line = fit(x, y)
    sure = inference(line)
    band = confidence_band(line, sure, np.append(x, [x.mean(), elsewhere]))
    assert band is not None
    half = (band[1] - band[0]) / 2
    assert (half[-2] <= half * (1 + 1e-6)).all()
    assert sure.critical_t is not None
    assert sure.residual_sd is not None
    reach = sure.critical_t * sure.residual_sd * np.sqrt(diagnose(line, x, y).leverage)
    assert half[:-2] == pytest.approx(reach, abs=1e-9 * (1 + float(np.abs(y).max())))


@given(rows)
def test_r_is_numpys_and_squared_the_share_explained(xy: FloatArray) -> None:
    x, y = xy
    assume(np.ptp(x) > 1 and np.ptp(y) > 1)
    sure = inference(fit(x, y))
    assert sure.pearson_r == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
    assert sure.r2 == pytest.approx((sure.pearson_r or 0) ** 2, abs=1e-9)


def test_two_rows_tell_nothing_of_errors() -> None:
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    line = fit(x, y)
    sure = inference(line)
    assert (sure.degrees_of_freedom, sure.r2) == (0, 1)
    assert sure.pearson_r == pytest.approx(1)
    assert sure.slope_se is sure.slope_t is sure.f_statistic is sure.residual_sd is None
    assert confidence_band(line, sure, x) is None
    assert np.isnan(diagnose(line, x, y).studentized).all()


def test_a_perfect_line_has_errors_of_nothing_and_no_test() -> None:
    x = np.arange(9.0)
    line = fit(x, 3 * x)
    sure = inference(line)
    assert (sure.slope_se, sure.slope_t, sure.slope_p, sure.f_statistic) == (0, None, None, None)
    assert np.isnan(diagnose(line, x, 3 * x).studentized).all()


def test_a_row_that_holds_the_line_by_itself_has_no_studentized_residual() -> None:
    x, y = np.array([0.0, 0.0, 0.0, 7.0]), np.array([1.0, 2.0, 4.0, 5.0])
    found = diagnose(fit(x, y), x, y)
    assert found.leverage == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    assert np.isnan(found.studentized).tolist() == [False, False, False, True]


def test_no_test_without_a_spread_of_y() -> None:
    sure = inference(fit(np.arange(5.0), np.full(5, 2.0)))
    assert sure.pearson_r is sure.r2 is None


def test_high_leverage_is_twice_the_mean() -> None:
    x = np.array([1.0, 2, 3, 4, 20])
    leverage = diagnose(fit(x, x**2), x, x**2).leverage
    assert high_leverage(5) == pytest.approx(2 * leverage.mean())
    assert (leverage > high_leverage(5)).tolist() == [False, False, False, False, True]


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=60))
def test_normal_quantiles_are_scipys_at_bloms_positions(numbers: list[float]) -> None:
    expected, ordered = normal_plot(np.array([*numbers, np.nan]))
    n = len(numbers)
    assert ordered.tolist() == sorted(numbers)
    positions = (np.arange(1, n + 1) - 0.375) / (n + 0.25)
    assert expected == pytest.approx(ndtri(positions), abs=1e-12)


def test_of_many_values_the_tails_are_all_kept() -> None:
    numbers = np.random.default_rng(0).normal(size=100_000)
    expected, ordered = normal_plot(numbers)
    assert len(expected) == len(ordered) == 2 * TAIL_VALUES + BODY_VALUES
    assert ordered[:TAIL_VALUES].tolist() == np.sort(numbers)[:TAIL_VALUES].tolist()
    assert ordered[-TAIL_VALUES:].tolist() == np.sort(numbers)[-TAIL_VALUES:].tolist()
    assert expected == pytest.approx(ordered, abs=0.5)
    assert (np.diff(expected) > 0).all()


def test_three_rows_are_enough_for_errors() -> None:
    x, y = np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 1.0])
    line = fit(x, y)
    found = diagnose(line, x, y)
    deviation = math.sqrt(float(np.sum(found.residuals**2)))
    assert found.studentized == pytest.approx(
        found.residuals / (deviation * np.sqrt(1 - found.leverage))
    )
    assert np.abs(found.studentized) == pytest.approx(1)


def test_a_small_spread_of_y_has_a_correlation_too() -> None:
    x, y = np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.2, 0.1])
    sure = inference(fit(x, y))
    assert sure.pearson_r == pytest.approx(0.5)
    assert sure.r2 == pytest.approx(0.25)


def test_no_correlation_is_beyond_one() -> None:
    rng = np.random.default_rng(0)
    for sign in (1, -1):
        found = []
        for _ in range(60):
            x = rng.normal(size=3)
            line = fit(x, sign * x / 3)
            moments = line.moments
            rounded = moments.sxy / math.sqrt(moments.sxx) / math.sqrt(moments.syy)
            found.append((rounded, inference(line).pearson_r))
        assert max(abs(rounded) for rounded, _ in found) > 1
        assert all(r is not None and abs(r) <= 1 for _, r in found)


@pytest.mark.parametrize("more", [0, 1, 2])
def test_values_are_left_out_only_where_there_are_very_many(more: int) -> None:
    n = 2 * TAIL_VALUES + BODY_VALUES + more
    values = np.random.default_rng(0).permutation(float(n) ** 0.5 * np.arange(n))
    _, ordered = normal_plot(values)
    assert len(ordered) == 2 * TAIL_VALUES + BODY_VALUES
    assert (ordered[:-1] < ordered[1:]).all()
    kept = np.round(ordered / n**0.5)
    assert kept[TAIL_VALUES] == TAIL_VALUES
    assert kept[-TAIL_VALUES - 1] == n - TAIL_VALUES - 1
