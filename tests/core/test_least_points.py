from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from linreg_tui.core.closed_form import fit
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import bundled
from linreg_tui.core.least_points import least_absolute, least_huber, robust_scale
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.loading import load

ORACLES = Path(__file__).parent / "oracles"
STATSMODELS: dict[str, Any] = json.loads((ORACLES / "statsmodels.json").read_text("utf-8"))
ROBUST: dict[str, Any] = STATSMODELS["robust"]

Line = tuple[Fraction, Fraction]
Rows = tuple[FloatArray, FloatArray]

DECIMALS = st.one_of(
    st.integers(-2, 2).map(float),
    st.integers(-9, 9).map(lambda tenths: tenths / 10),
    st.floats(-1e3, 1e3).map(lambda value: round(value, 3)),
    st.integers(0, 5).map(lambda tenths: round(1e9 + tenths / 10, 1)),
)
BINARY = st.one_of(
    st.integers(-4, 4).map(lambda thirds: thirds / 3),
    st.integers(-2, 2).map(lambda steps: 1 + steps * 2.0**-52),
    st.floats(-1e3, 1e3, allow_subnormal=False).filter(lambda v: v == 0 or abs(v) > 1e-90),
)


def rows_of(numbers: st.SearchStrategy[float], most: int) -> st.SearchStrategy[Rows]:
    """Rows with at least two different x, some of them twice."""
    pairs = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=most)
    twice = st.tuples(pairs, st.integers(0, 2)).map(lambda drawn: drawn[0] + drawn[0][: drawn[1]])
    return (
        twice.filter(lambda drawn: len({x for x, _ in drawn}) > 1)
        .map(lambda drawn: np.array(drawn).T)
        .map(lambda columns: (columns[0], columns[1]))
    )


def decimals(values: FloatArray) -> list[Fraction]:
    return [Fraction(repr(value)) for value in values.tolist()]


def floats(values: FloatArray) -> list[Fraction]:
    return [Fraction(value) for value in values.tolist()]


def total(numbers: list[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))


def rounded(line: Line) -> tuple[float, float]:
    return float(line[0]), float(line[1])


def best_of_all_pairs(xs: list[Fraction], ys: list[Fraction]) -> Line:
    """Return the line through two points that `least_absolute` promises."""
    lines = set()
    for (x0, y0), (x1, y1) in combinations(set(zip(xs, ys, strict=True)), 2):
        if x0 != x1:
            slope = (y1 - y0) / (x1 - x0)
            lines.add((slope, y0 - slope * x0))

    def rank(line: Line) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        residuals = [y - line[0] * x - line[1] for x, y in zip(xs, ys, strict=True)]
        return total([abs(r) for r in residuals]), total([r * r for r in residuals]), *line

    return min(lines, key=rank)


def mean_absolute(x: FloatArray, y: FloatArray, line: tuple[float, float]) -> float:
    return float(np.abs(y - line[0] * x - line[1]).mean())


def stored(name: str) -> Rows:
    if name == "houses":
        return bundled().x, bundled().y
    if name == "norris":
        data = load(str(ORACLES / "norris.csv"), "x", "y")
        return data.x, data.y
    return np.array(ROBUST[name]["x"]), np.array(ROBUST[name]["y"])


def normal(rng: np.random.Generator, n: int) -> Rows:
    x = rng.normal(10, 3, n)
    return x, 2 * x + rng.normal(size=n)


def heavy_tailed(rng: np.random.Generator, n: int) -> Rows:
    x = rng.standard_cauchy(n)
    return x, 2 * x + rng.standard_cauchy(n)


def integers(rng: np.random.Generator, n: int) -> Rows:
    x = rng.integers(0, 20, n).astype(float)
    return x, 2 * x + rng.integers(-9, 10, n)


def nearly_a_line(rng: np.random.Generator, n: int) -> Rows:
    x = rng.normal(size=n)
    return x, np.where(rng.random(n) < 0.6, 3 * x + 1 / 3, rng.normal(size=n))


Kind = Callable[[np.random.Generator, int], Rows]
KINDS = pytest.mark.parametrize("kind", [normal, heavy_tailed, integers, nearly_a_line])


@given(st.one_of(rows_of(st.integers(-4, 4).map(float), 8), rows_of(DECIMALS, 8)))
@example((np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 0, 1])))
@example((np.array([1.0, 3, 3, 1]), np.array([-4.0, 4, 1, 2])))
@example((np.array([2.0, 3, 3, 2]), np.array([1.0, 0, -2, 4])))
@example((np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.3, 0.6, 0.9, 1.2])))
def test_no_line_through_two_points_has_a_smaller_absolute_loss(rows: Rows) -> None:
    x, y = rows
    assert least_absolute(x, y) == rounded(best_of_all_pairs(decimals(x), decimals(y)))


@given(rows_of(BINARY, 7))
def test_numbers_of_many_digits_are_compared_without_rounding(rows: Rows) -> None:
    # With these, no column is short enough to be read as decimals.
    x, y = np.append(rows[0], 1 / 7), np.append(rows[1], 1 / 3)
    assert least_absolute(x, y) == rounded(best_of_all_pairs(floats(x), floats(y)))


def test_points_a_few_roundings_from_a_line_are_distinguished() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        x = rng.normal(size=8)
        y = rng.normal() * x + rng.normal()
        y += rng.integers(-2, 3, 8) * np.spacing(y)
        assert least_absolute(x, y) == rounded(best_of_all_pairs(floats(x), floats(y)))


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1, 2, -3e100, 3e100, 0, 1], [0, -1, -2, 3, -1, -3]),
        ([3, -2, -1, -2e100, 0], [-3e100, 2, 0, 0, -3]),
        ([0, -1, 1, 2], [-1e100, -2, -1, 0]),
        ([1, 4, 2, 4, 4, 3], [-2, -3e20, 0, -2e20, -1, -3]),
    ],
)
def test_numbers_of_very_different_size_are_distinguished(x: list[float], y: list[float]) -> None:
    us, vs = np.array(x, dtype=float) / 3, np.array(y, dtype=float) / 3
    assert least_absolute(us, vs) == rounded(best_of_all_pairs(floats(us), floats(vs)))


@pytest.mark.parametrize("n", [9, 10])
def test_the_polygon_of_equally_good_lines_may_have_many_corners(n: int) -> None:
    # Two branches of a hyperbola: each side of the polygon touches another point of them.
    x = np.repeat(np.arange(-4.0, n - 4), 2)
    y = np.round(np.sqrt(1 + (x - 0.4) ** 2), 3) * np.tile([1, -1], n)
    assert least_absolute(x, y) == rounded(best_of_all_pairs(decimals(x), decimals(y)))


@KINDS
@pytest.mark.parametrize("n", [300, 3000])
def test_the_absolute_loss_falls_in_no_direction(kind: Kind, n: int) -> None:
    x, y = kind(np.random.default_rng(1), n)
    slope, intercept = least_absolute(x, y)
    residual = y - slope * x - intercept
    tiny = 8 * np.finfo(float).eps * (np.abs(y) + np.abs(slope * x) + abs(intercept))
    side = np.where(np.abs(residual) <= tiny, 0.0, np.sign(residual))
    on = np.unique(x[side == 0])
    assert len(on) >= 2
    # The loss is linear between the directions in which the line turns about a point on it.
    for pivot in (on[0], on[len(on) // 2], on[-1]):
        leaving = np.abs(x[side == 0] - pivot).sum()
        meeting = (side * (x - pivot)).sum()
        assert leaving >= abs(meeting) - 1e-9 * np.abs(x - pivot).sum()
    # Shifting the line does not help either.
    assert abs(side.sum()) <= (side == 0).sum()


@KINDS
def test_a_linear_program_finds_the_same_absolute_loss(kind: Kind) -> None:
    n = 200
    x, y = kind(np.random.default_rng(2), n)
    design = np.column_stack([x, np.ones(n), np.eye(n), -np.eye(n)])
    costs = np.append([0.0, 0.0], np.full(2 * n, 1 / n))
    bounds = [(None, None)] * 2 + [(0, None)] * (2 * n)
    solved = linprog(costs, A_eq=design, b_eq=y, bounds=bounds, method="highs")
    found = mean_absolute(x, y, least_absolute(x, y))
    assert found == pytest.approx(solved.fun, rel=1e-9)
    assert found <= solved.fun * (1 + 1e-14)


@KINDS
@pytest.mark.parametrize("n", [7, 3000])
def test_the_order_of_the_rows_makes_no_difference(kind: Kind, n: int) -> None:
    rng = np.random.default_rng(3)
    x, y = kind(rng, n)
    line, huber = least_absolute(x, y), least_huber(x, y, 0.5)
    for order in (np.argsort(x), np.argsort(-y), rng.permutation(n)):
        assert least_absolute(x[order], y[order]) == line
        assert least_huber(x[order], y[order], 0.5) == pytest.approx(huber, rel=1e-12)


@KINDS
@pytest.mark.parametrize("power", [-490, -30, 30, 490])
def test_units_change_nothing_but_the_units(kind: Kind, power: int) -> None:
    x, y = kind(np.random.default_rng(4), 60)
    x, y = np.append(x, 1 / 3), np.append(y, 1 / 3)
    scale = 2.0**power
    slope, intercept = least_absolute(x, y)
    assert least_absolute(x * scale, y) == (slope / scale, intercept)
    assert least_absolute(x, y * scale) == (slope * scale, intercept * scale)
    assert least_absolute(x * scale, y * scale) == (slope, intercept * scale)
    slope, intercept = least_huber(x, y, 0.5)
    found = least_huber(x * scale, y * scale, 0.5 * scale)
    assert found == pytest.approx((slope, intercept * scale), rel=1e-13)


@pytest.mark.parametrize("offset", [1900, 1e6, 1e9])
def test_far_from_zero_the_line_is_the_same(offset: float) -> None:
    x, y = integers(np.random.default_rng(5), 301)
    slope, intercept = least_absolute(x, y)
    far = least_absolute(x + offset, y)
    assert far == pytest.approx((slope, intercept - slope * offset), rel=1e-15)
    slope, intercept = least_huber(x, y, 1.5)
    far = least_huber(x + offset, y, 1.5)
    assert far == pytest.approx((slope, intercept - slope * offset), rel=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "line"),
    [
        ([1, 3], [5, 9], (2, 3)),
        ([0.1, 0.2, 0.3], [0.3, 0.6, 0.9], (3, 0)),
        ([1, 2, 3, 4], [0.7, 0.7, 0.7, 0.7], (0, 0.7)),
        ([2, 2, 2, 2, 5], [1, 2, 3, 9, 10], (7 / 3, -5 / 3)),
        ([1, 1, 1, 4, 4], [2, 2, 2, 8, 8], (2, 0)),
        ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 1e9], (1, 0)),
        ([0, 0, 1, 1], [0, 1, 0, 1], (-1, 1)),
    ],
)
def test_lines_that_are_obvious(x: list[float], y: list[float], line: tuple[float, float]) -> None:
    assert least_absolute(np.array(x, dtype=float), np.array(y, dtype=float)) == line


@pytest.mark.parametrize("least", [least_absolute, lambda x, y: least_huber(x, y, 1e299)])
def test_a_slope_too_large_for_a_number_is_an_error(
    least: Callable[[FloatArray, FloatArray], tuple[float, float]],
) -> None:
    x, y = np.repeat([0.0, 1e-100], 3), np.array([0.0, 0.0, 1.0, 1e300, 1e300, 0.0])
    with pytest.raises(InputError, match="larger units for y"):
        least(x, y)


@pytest.mark.parametrize("name", ["houses", "norris", "heavy-tailed"])
def test_statsmodels_says_the_same(name: str) -> None:
    (x, y), expected = stored(name), ROBUST[name]
    intercept, slope = expected["absolute"]
    line = least_absolute(x, y)
    # Its iterations only come near the line; no line is better than the exact one.
    assert line == pytest.approx((slope, intercept), rel=1e-6)
    found, theirs = mean_absolute(x, y, line), mean_absolute(x, y, (slope, intercept))
    assert theirs * (1 - 1e-7) <= found <= theirs * (1 + 1e-15)
    for huber in expected["huber"]:
        intercept, slope = huber["params"]
        assert least_huber(x, y, huber["delta"]) == pytest.approx((slope, intercept), rel=2e-12)
    least_squares = fit(x, y)
    residuals = y - least_squares.slope * x - least_squares.intercept
    # It has more digits of 1.4826.
    assert robust_scale(residuals) == pytest.approx(expected["scale"], rel=2e-6)


APART = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=5
).map(
    lambda drawn: (
        np.array([float(x) for x, _, _ in drawn] * 2),
        np.array([float(up) for _, up, _ in drawn] + [-float(down) for _, _, down in drawn]),
    )
)
"""Rows in pairs, one above and one below, between which many lines may be equally good."""


@given(
    st.one_of(rows_of(DECIMALS, 12), APART),
    st.sampled_from([0.001, 0.05, 0.5, 1.0, 1.5, 2.0, 5.0, 100.0]),
)
@example((np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 0, 1])), 0.25)
@example((np.array([0.0, 0, 1, 1, 2, 2]), np.array([0.0, 3, 0, 3, 0, 100])), 1.0)
@example((np.array([0.0, 0, 1, 1, 2, 2]), np.array([0.0, 3, 0, 3, 0, 100])), 1.5)
@example((np.array([0.0, 0, 1, 1, 2, 2]), np.array([0.0, 3, 0, 3, 0, 100])), 2.0)
@example((np.array([1.0, 1, 2, 0]), np.array([-1.0, -4, 4, -3])), 0.5)
@example((np.array([2.0, 3, 2]), np.array([3.0, 0, 0])), 0.1)
@example((np.array([0.0, 0, 2, 1, 3]), np.array([0.0, 1, 0, 1, 4])), 0.25)
@example((np.array([2.0, 0, 1, 1, 1]), np.array([-3.0, 4, 4, 3, 3])), 0.25)
@example((np.array([1.0, 1, 0, 2]), np.array([3.0, 4, 0, 0])), 2.0)
@example((np.array([1.0, 0, 1, 0]), np.array([8.0, 0, -7, -6])), 5.0)
def test_no_line_has_a_smaller_huber_loss_or_ties_with_less_squared_error(
    rows: Rows, delta: float
) -> None:
    x, y = rows
    assume(np.ptp(x) > 0)
    assume(np.abs(x).max() < 1e9)
    slope, intercept = least_huber(x, y, delta)
    m, b, limit = Fraction(slope), Fraction(intercept), Fraction(repr(delta))
    exact = [v - m * u - b for u, v in zip(decimals(x), decimals(y), strict=True)]
    residual = np.array([float(r) for r in exact])
    influence = np.array([float(max(-limit, min(limit, r))) for r in exact])
    # The line is rounded, and so is each residual.
    sizes = np.abs(y) + np.abs(slope * x) + abs(intercept)
    rounding = 4 * np.finfo(float).eps * sizes.sum() + 1e-13 * delta * len(x)
    design = np.column_stack([(x - x.mean()) / np.ptp(x), np.ones(len(x))])
    assert influence @ design == pytest.approx(0, abs=rounding)
    inside = np.abs(residual) < delta * (1 - 1e-9)
    if len(np.unique(x[inside])) > 1:
        return  # no other line is as good
    # Another line is as good if residuals inside δ stay the same and those beyond stay beyond.
    side, beyond = np.sign(residual), np.maximum(np.abs(residual) - delta, 0)
    solved = linprog(
        -(residual @ design),
        A_ub=(side[:, None] * design)[~inside],
        b_ub=beyond[~inside],
        A_eq=design[inside] if inside.any() else None,
        b_eq=np.zeros(inside.sum()) if inside.any() else None,
        bounds=[(-10, 10)] * 2,
        method="highs",
    )
    # Among such lines, the gradient of the squared error leads no further down.
    assert solved.fun == pytest.approx(0, abs=1e-7 * np.abs(residual).max())


@KINDS
@pytest.mark.parametrize("delta", [0.01, 0.3, 2.0])
def test_the_huber_line_solves_its_equations(kind: Kind, delta: float) -> None:
    """With the rows inside δ known, it is a weighted least-squares line, exactly."""
    x, y = kind(np.random.default_rng(6), 3001)
    slope, intercept = least_huber(x, y, delta)
    residual = y - slope * x - intercept
    inside, pull = np.abs(residual) < delta, np.sign(residual) * delta
    assert 2 < inside.sum() < len(x)
    xs, ys, beyond = floats(x[inside]), floats(y[inside]), floats(pull[~inside])
    n, sx, sy, sxx = len(xs), total(xs), total(ys + beyond), total([u * u for u in xs])
    products = zip(xs + floats(x[~inside]), ys + beyond, strict=True)
    sxy = total([u * v for u, v in products])
    exact_slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    exact = rounded((exact_slope, (sy - exact_slope * sx) / n))
    assert (slope, intercept) == pytest.approx(exact, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("name", ["houses", "norris", "heavy-tailed"])
def test_a_huge_delta_is_least_squares(name: str) -> None:
    x, y = stored(name)
    line = fit(x, y)
    largest = float(np.abs(y - line.slope * x - line.intercept).max())
    for delta in (largest * 1.000001, 1e300):
        assert least_huber(x, y, delta) == (line.slope, line.intercept)
    assert least_huber(x, y, largest * 0.9) != (line.slope, line.intercept)


@pytest.mark.parametrize("name", ["houses", "norris", "heavy-tailed"])
@pytest.mark.parametrize("delta", [1e-310, 1e-30, 1e-12, 1e-6])
def test_a_tiny_delta_is_nearly_least_absolute(name: str, delta: float) -> None:
    x, y = stored(name)
    slope, intercept = least_absolute(x, y)
    found = least_huber(x, y, delta)
    # The residuals of the two points on the line become δ at most.
    assert found == pytest.approx((slope, intercept), rel=1e-15, abs=5 * delta)


def test_a_far_outlier_costs_the_other_rows_no_digits() -> None:
    # The line can turn about x = 0, and least squares chooses the middle.
    x, y = np.array([0.0, 0, 4, 4]), np.array([0.0, 0.25, 2e20, 0])
    assert least_huber(x, y, 1.0) == (2.5e19, 0.125)


def test_one_row_apart_from_all_others_is_on_the_line() -> None:
    x, y = np.zeros(3002), np.arange(3002.0)
    x[5], y[5] = 2, -99
    median = np.median(np.delete(y, 5))
    assert least_absolute(x, y) == ((-99 - median) / 2, median)


def test_two_rows_and_exact_lines_have_no_huber_loss() -> None:
    for delta in (1e-12, 1.0, 1e12):
        assert least_huber(np.array([1.0, 3.0]), np.array([5.0, 9.0]), delta) == (2, 3)
        x = np.array([0.1, 0.2, 0.2, 0.3])
        assert least_huber(x, np.array([0.3, 0.6, 0.6, 0.9]), delta) == pytest.approx((3, 0))


def test_the_scale_of_normal_residuals_is_their_standard_deviation() -> None:
    rng = np.random.default_rng(7)
    residuals = rng.normal(5, 3, 20_001)
    assert robust_scale(residuals) == pytest.approx(3, rel=0.03)
    spoiled = np.where(np.arange(20_001) % 20 == 0, 1e9, residuals)
    assert robust_scale(spoiled) == pytest.approx(3, rel=0.1)
    # The mean instead of the median estimates the same.
    twin = np.concatenate([residuals, np.full(20_003, 5.0)])
    share = 20_001 / len(twin)
    assert robust_scale(twin) == pytest.approx(3 * share, rel=0.03)


@pytest.mark.parametrize(
    ("residuals", "scale"),
    [
        ([-1, 0, 1], 1.4826),
        ([1, 2, 3, 4, 100], 1.4826),
        ([7, 7, 7, 7, 12], math.sqrt(math.pi / 2)),
        ([0, 0, 0, -3], math.sqrt(math.pi / 2) * 0.75),
        ([-4, -4, -4], 4),
        ([0, 0], 0),
        ([5], 5),
    ],
)
def test_the_scale_is_zero_only_if_all_residuals_are(residuals: list[float], scale: float) -> None:
    assert robust_scale(np.array(residuals, dtype=float)) == pytest.approx(scale)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=9))
@example([0.0, 0.0, 0.0, 5e-324])
def test_the_scale_is_a_number_above_zero(residuals: list[float]) -> None:
    scale = robust_scale(np.array(residuals))
    assert (scale > 0) == any(residuals)
    assert math.isfinite(scale)
