from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from linreg_tui.core import closed_form as module
from linreg_tui.core.closed_form import ClosedForm, closed_form, exact_fit, fit, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.exact import ExactSums
from linreg_tui.core.inference import inference
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.reading.loading import load
from linreg_tui.core.reading.streaming import RunningFit, rough_line

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
    # Rounding errors in the products, each relative to the sum, and the squared errors of the
    # means.
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
    statistics = inference(data.line)
    residual_sd = math.sqrt(data.n * data.line.loss / (data.n - 2))
    assert data.n == 36
    assert f"{data.line.slope:.15g}" == "1.00211681802045"
    assert f"{data.line.intercept:.15g}" == "-0.262323073774029"
    assert f"{statistics.slope_se:.15g}" == "0.000429796848199937"
    assert f"{statistics.intercept_se:.15g}" == "0.232818234301152"
    assert f"{statistics.r2:.15g}" == "0.999993745883712"
    assert f"{residual_sd:.15g}" == "0.884796396144373"


def test_many_rows_give_the_same_line(houses: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    few = fit(houses.x, houses.y)
    monkeypatch.setattr(module, "EXACT_ROWS", 0)
    many = fit(houses.x, houses.y)
    for one, other in zip(parts(few), parts(many), strict=True):
        assert one == pytest.approx(other, rel=1e-14)


def test_very_many_rows_are_read_in_chunks(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, sums = fit(houses.x, houses.y), sums_of(houses.x, houses.y)
    monkeypatch.setattr(module, "EXACT_ROWS", 0)
    monkeypatch.setattr("linreg_tui.core.moments.CHUNK_ROWS", 100)
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


Way = Callable[[FloatArray, FloatArray], ClosedForm]


def quarters(x: FloatArray, y: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    return zip(np.array_split(x, 4), np.array_split(y, 4), strict=True)


def summed(x: FloatArray, y: FloatArray) -> ClosedForm:
    return closed_form(Moments.of(x, y))


def streamed(x: FloatArray, y: FloatArray) -> ClosedForm:
    rows = RunningFit()
    for chunk in quarters(x, y):
        rows.add(*chunk)
    return rows.line()


def in_parts(x: FloatArray, y: FloatArray) -> ClosedForm:
    line = rough_line(*next(quarters(x, y)))
    parts = [RunningFit(line) for _ in range(4)]
    for part, chunk in zip(parts, quarters(x, y), strict=True):
        part.add(*chunk)
    return reduce(add, parts).line()


def edited(x: FloatArray, y: FloatArray) -> ClosedForm:
    """Return the line after the first row was moved here from far away."""
    before = x.copy()
    before[0] += 1 + abs(x[0])
    original = Dataset("some.csv", "x", "y", before, y)
    return Edits.of(original).move(0, float(x[0]), float(y[0])).data.line


WAYS: list[Way] = [fit, summed, streamed, in_parts, edited]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(("x0", "y0"), [(0.0, 0.0), (1e6, 0.0), (-1e9, 1e9), (1e12, 1e12)])
def test_many_rows_far_from_zero_have_the_exact_line(
    way: Way, in_order: bool, x0: float, y0: float
) -> None:
    """Eighths and quarters, which are exact as decimals and as floats."""
    rng = np.random.default_rng(0)
    u = rng.integers(0, 64, 5000) / 8
    x, y = x0 + (np.sort(u) if in_order else u), y0 + 3 * u + rng.integers(0, 8, 5000) / 4
    exact = exact_fit(ExactSums.of(x, y))
    line = way(x, y)
    assert line.slope == pytest.approx(exact.slope, rel=1e-14)
    assert line.loss == pytest.approx(exact.loss, rel=1e-12)
    at_mean = abs(exact.slope * exact.moments.mean_x)
    assert line.intercept == pytest.approx(exact.intercept, abs=1e-14 * at_mean, rel=1e-14)
    for name in ("sxx", "sxy", "syy", "mean_x", "mean_y"):
        expected = getattr(exact.moments, name)
        assert getattr(line.moments, name) == pytest.approx(expected, rel=1e-14), name


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rows", [12, 6000])
@pytest.mark.parametrize(
    "close", [(0.0, 1e-170, 2e-170), (-1e-170, 0.0, 1e-170), (0.0, 1e-160, 2e-160), (0.0, 5e-324)]
)
def test_x_too_close_to_be_squared_are_not_reported_as_equal(
    way: Way, rows: int, close: tuple[float, ...]
) -> None:
    x, y = np.resize(np.array(close), rows), np.resize(np.array([1.0, 2.0, 4.0, 8.0]), rows)
    for values in (x, np.sort(x)):
        with pytest.raises(InputError, match="values of x differ by too little to be squared; "):
            way(values, y)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rows", [12, 6000])
@pytest.mark.parametrize("value", [0.0, 0.1, 1e-170, 1e12 + 0.1])
def test_equal_x_are_reported_as_equal(way: Way, rows: int, value: float) -> None:
    y = np.resize(np.array([1.0, 2.0, 4.0, 8.0]), rows)
    with pytest.raises(InputError, match="every x is the same to 16 digits"):
        way(np.full(rows, value), y)


@pytest.mark.parametrize("way", WAYS)
def test_x_as_close_as_can_be_squared_have_a_line(way: Way) -> None:
    x = np.resize(np.array([0.0, 1.0, 3.0]), 6000) * 1e-150
    assert way(x, 5e150 * x).slope == pytest.approx(5e150, rel=1e-14)


@pytest.mark.parametrize("way", WAYS)
def test_equal_y_have_a_level_line(way: Way) -> None:
    line = way(np.arange(6000.0), np.full(6000, 0.1))
    assert (line.slope, line.intercept, line.loss, line.moments.syy) == (0, 0.1, 0, 0)
    assert inference(line).r2 is None
