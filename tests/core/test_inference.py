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


def test_the_errors_of_the_parameters_are_statsmodels(
    case: tuple[Dataset, dict[str, Any]],
) -> None:
    data, expected = case
    line, statistics = data.line, inference(data.line)
    assert [line.intercept, line.slope] == pytest.approx(expected["params"], rel=1e-9)
    assert [statistics.intercept_se, statistics.slope_se] == pytest.approx(expected["se"], rel=1e-9)
    assert [statistics.intercept_t, statistics.slope_t] == pytest.approx(expected["t"], rel=1e-9)
    assert [statistics.intercept_p, statistics.slope_p] == pytest.approx(expected["p"], rel=1e-7)
    for interval, limits in zip(
        (statistics.intercept_ci95, statistics.slope_ci95), expected["ci95"], strict=True
    ):
        assert interval == pytest.approx(limits, rel=1e-9)


def test_the_statistics_of_the_line_are_statsmodels(case: tuple[Dataset, dict[str, Any]]) -> None:
    data, expected = case
    statistics = inference(data.line)
    assert statistics.degrees_of_freedom == data.n - 2
    assert statistics.r2 == pytest.approx(expected["r2"], rel=1e-12)
    assert statistics.f_statistic == pytest.approx(expected["f"], rel=1e-8)
    assert statistics.residual_sd == pytest.approx(expected["residual_sd"], rel=1e-9)
    r, p = expected["pearson"]
    assert statistics.pearson_r == pytest.approx(r, rel=1e-12)
    # SciPy computes it from a beta distribution, and may lose it this far out.
    assert statistics.slope_p == pytest.approx(p, rel=1e-6, abs=1e-300)


def test_the_band_is_statsmodels(case: tuple[Dataset, dict[str, Any]]) -> None:
    data, expected = case
    band = confidence_band(data.line, inference(data.line), np.array(expected["band"]["x"]))
    assert band is not None
    assert band[0] == pytest.approx(expected["band"]["low"], rel=1e-9)
    assert band[1] == pytest.approx(expected["band"]["high"], rel=1e-9)


def test_the_diagnostics_are_statsmodels(case: tuple[Dataset, dict[str, Any]]) -> None:
    data, expected = case
    found, every = diagnose(data.line, data.x, data.y), expected["every"]
    assert found.fitted[::every] == pytest.approx(expected["fitted"], rel=1e-9)
    scale = float(np.abs(data.y).max())
    assert found.residuals[::every] == pytest.approx(expected["residuals"], abs=1e-11 * scale)
    assert found.leverage[::every] == pytest.approx(expected["leverage"], rel=1e-9)
    assert found.studentized[::every] == pytest.approx(expected["studentized"], rel=1e-6)


@given(rows)
@example(np.array([[0.0, 516.688, 0.003], [0.0, 0.0, 1.0]]))
def test_properties_of_every_line(xy: FloatArray) -> None:
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
    # If a leverage is near 1, its distance from 1 has hardly a correct digit.
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
    statistics = inference(line)
    band = confidence_band(line, statistics, np.append(x, [x.mean(), elsewhere]))
    assert band is not None
    half = (band[1] - band[0]) / 2
    assert (half[-2] <= half * (1 + 1e-6)).all()
    assert statistics.critical_t is not None
    assert statistics.residual_sd is not None
    reach = statistics.critical_t * statistics.residual_sd * np.sqrt(diagnose(line, x, y).leverage)
    assert half[:-2] == pytest.approx(reach, abs=1e-9 * (1 + float(np.abs(y).max())))


@given(rows)
def test_r_is_numpys_and_its_square_is_r2(xy: FloatArray) -> None:
    x, y = xy
    assume(np.ptp(x) > 1 and np.ptp(y) > 1)
    statistics = inference(fit(x, y))
    assert statistics.pearson_r == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
    assert statistics.r2 == pytest.approx((statistics.pearson_r or 0) ** 2, abs=1e-9)


def test_two_rows_say_nothing_about_errors() -> None:
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    line = fit(x, y)
    statistics = inference(line)
    assert (statistics.degrees_of_freedom, statistics.r2) == (0, 1)
    assert statistics.pearson_r == pytest.approx(1)
    assert (
        statistics.slope_se
        is statistics.slope_t
        is statistics.f_statistic
        is statistics.residual_sd
        is None
    )
    assert confidence_band(line, statistics, x) is None
    assert np.isnan(diagnose(line, x, y).studentized).all()


def test_a_perfect_line_has_no_errors_and_no_test() -> None:
    x = np.arange(9.0)
    line = fit(x, 3 * x)
    statistics = inference(line)
    assert (
        statistics.slope_se,
        statistics.slope_t,
        statistics.slope_p,
        statistics.f_statistic,
    ) == (0, None, None, None)
    assert np.isnan(diagnose(line, x, 3 * x).studentized).all()


def test_a_row_that_fixes_the_line_has_no_studentized_residual() -> None:
    x, y = np.array([0.0, 0.0, 0.0, 7.0]), np.array([1.0, 2.0, 4.0, 5.0])
    found = diagnose(fit(x, y), x, y)
    assert found.leverage == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    assert np.isnan(found.studentized).tolist() == [False, False, False, True]


def test_no_test_without_a_spread_of_y() -> None:
    statistics = inference(fit(np.arange(5.0), np.full(5, 2.0)))
    assert statistics.pearson_r is statistics.r2 is None


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


def test_all_values_of_the_tails_are_plotted() -> None:
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
    statistics = inference(fit(x, y))
    assert statistics.pearson_r == pytest.approx(0.5)
    assert statistics.r2 == pytest.approx(0.25)


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
def test_values_are_left_out_only_if_there_are_very_many(more: int) -> None:
    n = 2 * TAIL_VALUES + BODY_VALUES + more
    values = np.random.default_rng(0).permutation(float(n) ** 0.5 * np.arange(n))
    _, ordered = normal_plot(values)
    assert len(ordered) == 2 * TAIL_VALUES + BODY_VALUES
    assert (ordered[:-1] < ordered[1:]).all()
    kept = np.round(ordered / n**0.5)
    assert kept[TAIL_VALUES] == TAIL_VALUES
    assert kept[-TAIL_VALUES - 1] == n - TAIL_VALUES - 1
