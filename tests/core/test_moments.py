from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from linreg_tui.core.closed_form import closed_form
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments, batch_moments, merge, moments_of
from linreg_tui.core.stability import hessian

values = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
rows = st.lists(st.tuples(values, values), min_size=2, max_size=40).map(
    lambda pairs: np.array(pairs).T
)
lines = st.tuples(st.floats(-50, 50), st.floats(-500, 500))


def mean_squared_error(x: FloatArray, y: FloatArray, m: float, b: float) -> float:
    return float(np.mean((y - (m * x + b)) ** 2))


def fields(moments: Moments[float]) -> list[float]:
    return [moments.mean_x, moments.mean_y, moments.sxx, moments.sxy, moments.syy]


@given(rows, lines)
def test_loss_is_the_mean_squared_error(xy: FloatArray, line: tuple[float, float]) -> None:
    x, y = xy
    expected = mean_squared_error(x, y, *line)
    assert moments_of(x, y).loss(*line) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(rows, lines)
def test_gradient_is_the_slope_of_the_loss(xy: FloatArray, line: tuple[float, float]) -> None:
    x, y = xy
    m, b = line
    h = 1e-3  # the loss is a parabola, so a central difference has no error but rounding
    by_m = (mean_squared_error(x, y, m + h, b) - mean_squared_error(x, y, m - h, b)) / (2 * h)
    by_b = (mean_squared_error(x, y, m, b + h) - mean_squared_error(x, y, m, b - h)) / (2 * h)
    scale = 1e-9 * (1 + float(np.mean((np.abs(x) + 1) * (np.abs(y) + np.abs(m * x) + abs(b)))))
    loss_scale = 1e-12 * mean_squared_error(x, y, m, b) / h
    gradient = moments_of(x, y).gradient(m, b)
    assert gradient == pytest.approx((by_m, by_b), rel=1e-6, abs=scale + loss_scale)


@given(rows, lines)
def test_hessian_is_the_slope_of_the_gradient(xy: FloatArray, line: tuple[float, float]) -> None:
    moments = moments_of(*xy)
    (m, b), zero = line, np.array(moments.gradient(0.0, 0.0))
    change = np.array(moments.gradient(m, b)) - zero
    expected = hessian(moments) @ [m, b]
    assert change == pytest.approx(expected, rel=1e-9, abs=1e-9 * (1 + float(np.abs(zero).max())))


@given(rows, st.data())
def test_merging_two_parts_equals_the_whole(xy: FloatArray, data: st.DataObject) -> None:
    x, y = xy
    cut = data.draw(st.integers(1, len(x) - 1))
    merged = merge(moments_of(x[:cut], y[:cut]), moments_of(x[cut:], y[cut:]))
    assert merged.n == len(x)
    assert fields(merged) == pytest.approx(fields(moments_of(x, y)), rel=1e-10, abs=1e-6)


def test_batches_have_the_moments_of_their_rows(houses: Dataset) -> None:
    index = np.random.default_rng(0).integers(0, houses.n, (5, 64))
    batches = batch_moments(houses.x, houses.y, index)
    for number, chosen in enumerate(index):
        alone = moments_of(houses.x[chosen], houses.y[chosen])
        assert batches.mean_x[number] == pytest.approx(alone.mean_x, rel=1e-13)
        assert batches.sxx[number] == pytest.approx(alone.sxx, rel=1e-13)
        assert batches.sxy[number] == pytest.approx(alone.sxy, rel=1e-13)
        assert batches.syy[number] == pytest.approx(alone.syy, rel=1e-13)
        loss = batches.loss(np.full(5, 80.0), np.full(5, 4e4))[number]
        assert loss == pytest.approx(alone.loss(80.0, 4e4), rel=1e-13)


@given(rows)
def test_closed_form_equals_exact_fractions(xy: FloatArray) -> None:
    x, y = xy
    assume(np.ptp(x) > 1)
    xs, ys = [Fraction(v) for v in x.tolist()], [Fraction(v) for v in y.tolist()]
    n, sx, sy = len(xs), sum(xs), sum(ys)
    sxy = sum(a * b for a, b in zip(xs, ys, strict=True))
    sxx = sum(a * a for a in xs)
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    intercept = (sy * sxx - sx * sxy) / (n * sxx - sx * sx)
    line = closed_form(moments_of(x, y))
    size = float(np.ptp(y)) / float(np.ptp(x))
    assert line.slope == pytest.approx(float(slope), rel=1e-11, abs=1e-11 * size)
    assert line.intercept == pytest.approx(
        float(intercept), rel=1e-10, abs=1e-10 * (float(np.abs(y).max()) + size * 1e3)
    )


def test_closed_form_keeps_its_digits_far_from_zero(houses: Dataset) -> None:
    near = closed_form(houses.moments)
    far = closed_form(moments_of(houses.x + 1e10, houses.y))
    assert far.slope == pytest.approx(near.slope, rel=1e-14)
    sums = (houses.x + 1e10).sum(), (houses.x + 1e10) @ (houses.x + 1e10)
    naive = houses.n * sums[1] - sums[0] ** 2
    assert naive != pytest.approx(houses.n * houses.moments.sxx, rel=1e-3)


@given(rows, lines)
def test_excess_is_the_loss_above_the_least_one(xy: FloatArray, line: tuple[float, float]) -> None:
    x, y = xy
    assume(np.ptp(x) > 1e-2)
    optimum = closed_form(moments_of(x, y))
    expected = mean_squared_error(x, y, *line)
    assert optimum.excess(*line) >= 0
    assert optimum.loss + optimum.excess(*line) == pytest.approx(expected, rel=1e-8, abs=1e-6)


@pytest.mark.parametrize(
    ("x", "why"), [([3.0, 3.0, 3.0], "every x is the same"), ([0.0, 1e200, -1e200], "too large")]
)
def test_no_closed_form(x: list[float], why: str) -> None:
    with pytest.raises(InputError, match=why):
        closed_form(moments_of(np.array(x), np.array([1.0, 2.0, 3.0])))
