from __future__ import annotations

import math
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg_tui.core.closed_form import fit
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.moments import Batches, FloatArray, Moments

values = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
rows = st.lists(st.tuples(values, values), min_size=2, max_size=40).map(
    lambda pairs: np.array(pairs).T
)
offsets = st.sampled_from([0.0, 1e6, -1e9, 1e12])
lines = st.tuples(st.floats(-50, 50), st.floats(-500, 500))


def mean_squared_error(x: FloatArray, y: FloatArray, m: float, b: float) -> float:
    return float(np.mean((y - (m * x + b)) ** 2))


def fields(moments: Moments[float]) -> list[float]:
    return [moments.mean_x, moments.mean_y, moments.sxx, moments.sxy, moments.syy]


def exact_squares(x: FloatArray, y: FloatArray) -> tuple[float, float, float]:
    """Sxx, Sxy and Syy of the floating-point values, rounded once."""
    n, zero = len(x), Fraction(0)
    xs, ys = ([Fraction(v) for v in column.tolist()] for column in (x, y))

    def centred(one: list[Fraction], other: list[Fraction]) -> float:
        products = sum((a * b for a, b in zip(one, other, strict=True)), zero)
        return float(products - sum(one, zero) * sum(other, zero) / n)

    return centred(xs, xs), centred(xs, ys), centred(ys, ys)


def far_from_zero(rows: int, x0: float, y0: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Points of unit width around a centre, in the order of x."""
    rng = np.random.default_rng(seed)
    u = np.sort(rng.uniform(0, 1, rows))
    return x0 + u, y0 + 3 * u + rng.normal(0, 0.1, rows)


def has_the_squares_of(moments: Moments[float], x: FloatArray, y: FloatArray) -> None:
    sxx, sxy, syy = exact_squares(x, y)
    assert moments.sxx == pytest.approx(sxx, rel=1e-14)
    assert moments.sxy == pytest.approx(sxy, abs=1e-14 * math.sqrt(sxx * syy))
    assert moments.syy == pytest.approx(syy, rel=1e-14)


@settings(max_examples=30)
@given(st.integers(2, 300), offsets, offsets, st.integers(0, 1000))
def test_squares_keep_their_digits_far_from_zero(n: int, x0: float, y0: float, seed: int) -> None:
    x, y = far_from_zero(n, x0, y0, seed)
    has_the_squares_of(Moments.of(x, y), x, y)


@settings(max_examples=30)
@given(st.integers(2, 300), st.integers(1, 300), offsets, offsets, st.integers(0, 1000))
def test_squares_of_chunks_keep_their_digits(
    n: int, size: int, x0: float, y0: float, seed: int
) -> None:
    x, y = far_from_zero(n, x0, y0, seed)
    chunks = ((x[i : i + size], y[i : i + size]) for i in range(0, n, size))
    has_the_squares_of(Moments.streamed(chunks), x, y)


@pytest.mark.parametrize("piece", [1, 100, 999])
def test_squares_of_large_arrays_keep_their_digits(
    piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg_tui.core.moments.CHUNK_ROWS", piece)
    x, y = far_from_zero(1000, 1e12, -1e12, seed=0)
    has_the_squares_of(Moments.of(x, y), x, y)


@pytest.mark.parametrize("x0", [0.0, 1e6, -1e9, 1e12])
def test_squares_of_batches_keep_their_digits(x0: float) -> None:
    x, y = far_from_zero(1000, x0, x0, seed=0)
    index = np.random.default_rng(1).integers(0, 1000, (3, 64))
    batches = Batches(x, y).moments(index)
    for number, chosen in enumerate(index):
        columns = (batches.mean_x, batches.mean_y, batches.sxx, batches.sxy, batches.syy)
        batch = Moments(64, *(float(column[number]) for column in columns))
        has_the_squares_of(batch, x[chosen], y[chosen])


@given(st.floats(-1e300, 1e300), st.integers(1, 60), st.integers(1, 60))
def test_equal_numbers_have_sums_of_squares_of_0(value: float, n: int, size: int) -> None:
    """Deviations of 0.1, 0.1, 0.1 from their rounded mean are not 0."""
    same, other = np.full(n, value), np.arange(float(n))
    for x, y in ((same, other), (other, same)):
        chunks = ((x[i : i + size], y[i : i + size]) for i in range(0, n, size))
        for moments in (Moments.of(x, y), Moments.streamed(chunks)):
            found = (moments.mean_x, moments.sxx) if x is same else (moments.mean_y, moments.syy)
            assert found == (value, 0)
            assert moments.sxy == 0


@given(
    st.lists(st.floats(-1e-150, 1e-150), min_size=1, max_size=20),
    st.sampled_from([0.0, 0.1, -1e12]),
    st.integers(1, 20),
)
def test_only_equal_x_have_a_sum_of_squares_of_0(steps: list[float], x0: float, size: int) -> None:
    """x that differ by too little to be squared are not taken for equal x."""
    x = np.array([x0, *steps, *(math.nextafter(x0, step) for step in steps)])
    n, y = len(x), np.arange(float(len(x)))
    chunks = [(x[i : i + size], y[i : i + size]) for i in range(0, n, size)]
    merged = reduce(add, (Moments.of(*chunk) for chunk in chunks))
    for moments in (Moments.of(x, y), Moments.streamed(chunks), merged):
        assert (moments.sxx > 0) == (np.ptp(x) > 0)


@given(st.integers(0, 10_000), st.floats(-1e6, 1e6), st.floats(-1e9, 1e9))
def test_no_loss_is_negative(seed: int, m: float, b: float) -> None:
    x = np.random.default_rng(seed).uniform(0, 3000, 20)
    assert Moments.of(x, m * x + b).loss(m, b) >= 0


@given(rows, lines)
def test_loss_is_the_mean_squared_error(xy: FloatArray, line: tuple[float, float]) -> None:
    x, y = xy
    expected = mean_squared_error(x, y, *line)
    assert Moments.of(x, y).loss(*line) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(rows, lines)
def test_gradient_is_the_slope_of_the_loss(xy: FloatArray, line: tuple[float, float]) -> None:
    x, y = xy
    m, b = line
    h = 1e-3  # the loss is a parabola, so a central difference has no error but rounding
    by_m = (mean_squared_error(x, y, m + h, b) - mean_squared_error(x, y, m - h, b)) / (2 * h)
    by_b = (mean_squared_error(x, y, m, b + h) - mean_squared_error(x, y, m, b - h)) / (2 * h)
    scale = 1e-9 * (1 + float(np.mean((np.abs(x) + 1) * (np.abs(y) + np.abs(m * x) + abs(b)))))
    loss_scale = 1e-12 * mean_squared_error(x, y, m, b) / h
    gradient = Moments.of(x, y).gradient(m, b)
    assert gradient == pytest.approx((by_m, by_b), rel=1e-6, abs=scale + loss_scale)


@given(rows, lines)
def test_hessian_is_the_slope_of_the_gradient(xy: FloatArray, line: tuple[float, float]) -> None:
    moments = Moments.of(*xy)
    (m, b), zero = line, np.array(moments.gradient(0.0, 0.0))
    change = np.array(moments.gradient(m, b)) - zero
    expected = moments.hessian() @ [m, b]
    assert change == pytest.approx(expected, rel=1e-9, abs=1e-9 * (1 + float(np.abs(zero).max())))


@given(rows, st.data())
def test_merging_two_parts_equals_the_whole(xy: FloatArray, data: st.DataObject) -> None:
    x, y = xy
    cut = data.draw(st.integers(1, len(x) - 1))
    merged = Moments.of(x[:cut], y[:cut]) + Moments.of(x[cut:], y[cut:])
    assert merged.n == len(x)
    assert fields(merged) == pytest.approx(fields(Moments.of(x, y)), rel=1e-10, abs=1e-6)


def test_batches_have_the_moments_of_their_rows(houses: Dataset) -> None:
    index = np.random.default_rng(0).integers(0, houses.n, (5, 64))
    batches = houses.batches.moments(index)
    for number, chosen in enumerate(index):
        alone = Moments.of(houses.x[chosen], houses.y[chosen])
        assert batches.mean_x[number] == pytest.approx(alone.mean_x, rel=1e-13)
        assert batches.sxx[number] == pytest.approx(alone.sxx, rel=1e-13)
        assert batches.sxy[number] == pytest.approx(alone.sxy, rel=1e-13)
        assert batches.syy[number] == pytest.approx(alone.syy, rel=1e-13)
        loss = batches.loss(np.full(5, 80.0), np.full(5, 4e4))[number]
        assert loss == pytest.approx(alone.loss(80.0, 4e4), rel=1e-13)


@given(rows, lines)
def test_excess_is_the_loss_above_the_least_one(xy: FloatArray, line: tuple[float, float]) -> None:
    x, y = xy
    assume(np.ptp(x) > 1e-2)
    optimum = fit(x, y)
    expected = mean_squared_error(x, y, *line)
    assert optimum.excess(*line) >= 0
    assert optimum.loss + optimum.excess(*line) == pytest.approx(expected, rel=1e-8, abs=1e-6)


@given(rows, rows, rows)
def test_merging_is_associative(one: FloatArray, two: FloatArray, three: FloatArray) -> None:
    a, b, c = (Moments.of(*xy) for xy in (one, two, three))
    assert fields((a + b) + c) == pytest.approx(fields(a + (b + c)), rel=1e-12, abs=1e-6)


@settings(max_examples=30)
@given(st.integers(1, 10), st.integers(10**5, 2 * 10**5), st.integers(0, 1000))
def test_merging_very_unequal_parts_keeps_the_digits(few: int, many: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(1e6, 1, few + many)
    y = x + rng.normal(0, 1, few + many)
    merged = Moments.of(x[:few], y[:few]) + Moments.of(x[few:], y[few:])
    assert fields(merged) == pytest.approx(fields(Moments.of(x, y)), rel=1e-10)


def test_moments_of_a_stream_are_those_of_the_whole(houses: Dataset) -> None:
    chunks = ((houses.x[i : i + 50], houses.y[i : i + 50]) for i in range(0, houses.n, 50))
    assert fields(Moments.streamed(chunks)) == pytest.approx(fields(houses.moments), rel=1e-13)
    with pytest.raises(ValueError, match="no rows"):
        Moments.streamed([])
