from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from linreg_tui.core import closed_form as module
from linreg_tui.core.closed_form import ClosedForm, closed_form, fit, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.inference import inference
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.reading.loading import load

values = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
rows = st.lists(st.tuples(values, values), min_size=2, max_size=40).map(
    lambda pairs: np.array(pairs).T
)


def exactly(xs: list[Fraction], ys: list[Fraction]) -> tuple[Fraction, Fraction]:
    """The notebook's formula in fractions."""
    n, zero = len(xs), Fraction(0)
    sx, sy = sum(xs, zero), sum(ys, zero)
    sxy = sum((a * b for a, b in zip(xs, ys, strict=True)), zero)
    sxx = sum((a * a for a in xs), zero)
    denominator = n * sxx - sx * sx
    return (n * sxy - sx * sy) / denominator, (sy * sxx - sx * sxy) / denominator


@given(rows)
def test_the_line_is_the_exact_one(xy: FloatArray) -> None:
    x, y = xy
    assume(np.ptp(x) > 0)
    slope, intercept = exactly(*([Fraction(repr(v)) for v in c.tolist()] for c in (x, y)))
    line = fit(x, y)
    assert line.slope == float(slope)
    assert line.intercept == float(intercept)


@given(rows, st.sampled_from([0.0, 1e6, 1e10]))
@example(np.array([[0.0, 0.0, 0.0, 0.0, 1.5], [0.0, 0.0, 0.0, 0.0, 1.0]]), 1e10)
def test_few_digits_are_lost_without_exact_arithmetic(xy: FloatArray, offset: float) -> None:
    x, y = xy[0] + offset, xy[1]
    assume(np.ptp(x) > 1)
    slope, _ = exactly(*([Fraction(v) for v in c.tolist()] for c in (x, y)))
    # Rounding errors in the products, each relative to what is summed, and the square of those in
    # the means.
    size = float(np.abs(y).max() * np.abs(x - x.mean()).max() / x.var())
    off_x, off_y = np.spacing(np.abs(x).max()), np.spacing(np.abs(y).max())
    off = float(off_x * (off_y + abs(slope) * off_x) / x.var())
    found = closed_form(Moments.of(x, y)).slope
    assert found == pytest.approx(float(slope), abs=1e-13 * size + off)


def test_fifteen_digits_of_the_slope_far_from_zero(houses: Dataset) -> None:
    for offset in (0.0, 1e6, 1e10):
        far = closed_form(Moments.of(houses.x + offset, houses.y))
        assert far.slope == pytest.approx(fit(houses.x, houses.y).slope, rel=1e-15 * 5)
    sums = sums_of(houses.x + 1e10, houses.y)
    assert sums.denominator != pytest.approx(83388038314, rel=1e-3)


def test_nists_norris_to_all_digits_printed() -> None:
    """NIST StRD, "Norris": certified to 15 digits."""
    data = load(str(Path(__file__).parent / "oracles" / "norris.csv"), "x", "y")
    sure = inference(data.line)
    residual_sd = math.sqrt(data.n * data.line.loss / (data.n - 2))
    assert data.n == 36
    assert f"{data.line.slope:.15g}" == "1.00211681802045"
    assert f"{data.line.intercept:.15g}" == "-0.262323073774029"
    assert f"{sure.slope_se:.15g}" == "0.000429796848199937"
    assert f"{sure.intercept_se:.15g}" == "0.232818234301152"
    assert f"{sure.r2:.15g}" == "0.999993745883712"
    assert f"{residual_sd:.15g}" == "0.884796396144373"


def test_many_rows_give_the_same_line(houses: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    few = fit(houses.x, houses.y)
    monkeypatch.setattr(module, "EXACT_ROWS", 0)
    many = fit(houses.x, houses.y)
    for one, other in zip(parts(few), parts(many), strict=True):
        assert one == pytest.approx(other, rel=1e-14)


def test_very_many_rows_are_taken_in_pieces(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, sums = fit(houses.x, houses.y), sums_of(houses.x, houses.y)
    monkeypatch.setattr(module, "EXACT_ROWS", 0)
    monkeypatch.setattr("linreg_tui.core.moments.PIECE", 100)
    for one, other in zip(parts(whole), parts(fit(houses.x, houses.y)), strict=True):
        assert one == pytest.approx(other, rel=1e-14)
    assert sums_of(houses.x, houses.y) == sums


def parts(line: ClosedForm) -> list[float]:
    moments = line.moments
    fields = line.slope, line.intercept, line.loss, moments.sxx, moments.sxy, moments.syy
    return [*fields, moments.mean_x, moments.mean_y]


@given(rows)
def test_least_squares_by_another_way(xy: FloatArray) -> None:
    x, y = xy
    assume(np.ptp(x) > 1)
    matrix = np.column_stack([x - x.mean(), np.ones_like(x)])
    (slope, centre), *_ = np.linalg.lstsq(matrix, y)
    line = fit(x, y)
    assert line.slope == pytest.approx(slope, rel=1e-6, abs=1e-9)
    assert line.intercept + line.slope * x.mean() == pytest.approx(centre, rel=1e-9, abs=1e-9)


def test_points_on_a_line_have_no_loss() -> None:
    x = np.arange(1, 20) / 10
    line = fit(x, 3 * x)
    assert line.loss == pytest.approx(0, abs=1e-30)


@pytest.mark.parametrize(
    ("x", "why"), [([3.0, 3.0, 3.0], "every x is the same"), ([0.0, 1e200, -1e200], "too large")]
)
def test_no_line(x: list[float], why: str) -> None:
    with pytest.raises(InputError, match=why):
        fit(np.array(x), np.array([1.0, 2.0, 3.0]))
