from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg_tui.core.closed_form import Residuals
from linreg_tui.core.dataset import Dataset, Whole
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.sketch import MOST_CELLS, Density, Extent, sketch, sketched_rows

SPREADS = [(1.0, 0.0), (1e-8, 1e6), (1e150, -1e155), (1e-300, 0.0), (0.0, 5.0), (1e308, 0.0)]


def points(spread: float, offset: float, n: int = 2000) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(3)
    return offset + spread * rng.uniform(-1, 1, n), rng.normal(0, 1, n)


@pytest.mark.parametrize(("spread", "offset"), SPREADS)
def test_parts_add_up_to_the_whole(spread: float, offset: float) -> None:
    x, y = points(spread, offset)
    whole = Density.of(x, y)
    parts = [
        Density.of(x[first : first + 130], y[first : first + 130]) for first in range(0, 2000, 130)
    ]
    added = parts[-1]
    for part in parts[:-1]:
        added = part + added
    assert (added.powers, added.first, added.extent) == (whole.powers, whole.first, whole.extent)
    assert np.array_equal(added.counts, whole.counts)
    assert whole.counts.sum() == 2000
    assert max(whole.counts.shape) <= MOST_CELLS + 1


@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=1, max_size=30))
def test_a_point_is_counted_in_its_cell(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    density = Density.of(x, y)
    for a, b in pairs:
        i, j = (
            int(np.floor(value / 2.0**power)) - first
            for value, power, first in zip((a, b), density.powers, density.first, strict=True)
        )
        assert density.counts[i, j] == pairs.count((a, b))


mixed = st.tuples(st.integers(-999, 999), st.integers(-60, 60)).map(
    lambda pair: pair[0] * 2.0 ** pair[1]
)


@settings(max_examples=50)
@given(st.lists(st.tuples(mixed, mixed), min_size=2, max_size=12), st.data())
def test_parts_of_any_width_add_up(pairs: list[tuple[float, float]], data: st.DataObject) -> None:
    x, y = np.array(pairs).T
    cut = data.draw(st.integers(1, len(x) - 1))
    added = Density.of(x[:cut], y[:cut]) + Density.of(x[cut:], y[cut:])
    whole = Density.of(x, y)
    assert (added.powers, added.first, added.extent) == (whole.powers, whole.first, whole.extent)
    assert np.array_equal(added.counts, whole.counts)
    assert added.counts.dtype == whole.counts.dtype == np.int64


def test_points_that_are_not_in_memory_are_shown_where_they_are() -> None:
    x, y = points(3e5, 2e6)
    density = Density.of(x, y)
    hidden_x, hidden_y = density.unseen(x[:1500], y[:1500])
    width, height = (2.0**power for power in density.powers)
    for a, b in zip(x[1500:], y[1500:], strict=True):
        off_x, off_y = np.abs(hidden_x - a) <= width / 2, np.abs(hidden_y - b) <= height / 2
        shown_x = np.floor(x[:1500] / width) == np.floor(a / width)
        shown_y = np.floor(y[:1500] / height) == np.floor(b / height)
        assert (off_x & off_y).any() or (shown_x & shown_y).any()
    few = np.arange(9.0)
    middle_x, middle_y = Density.of(few, few).unseen(few[:1], few[:1])
    assert (middle_x.max(), middle_y.max()) == (8, 8)  # the last cell begins at the last point
    none = density.unseen(x, y)
    assert [len(middle) for middle in none] == [0, 0]
    assert density.extent.joined(Extent.of(hidden_x, hidden_y)) == density.extent


def test_many_points_are_in_many_cells() -> None:
    counts = Density.of(*points(1.0, 0.0)).counts
    assert min(counts.shape) > MOST_CELLS // 2
    assert np.count_nonzero(counts) > 1900


def test_a_picture_of_a_sample_shows_the_other_rows_too() -> None:
    x, y = points(1.0, 0.0)
    x[1500], y[1500] = 9.0, -7.0
    first = slice(0, 100)
    data = Dataset("d", "x", "y", x[first], y[first])
    assert data.extent.right < 2
    whole = Dataset("d", "x", "y", x, y)
    density = Density.of(x, y)
    above_0 = Residuals(0.0, 0.0, 0.0, whole.moments)
    seen = Dataset("d", "x", "y", x[first], y[first], whole=Whole(whole.sums, above_0, density))
    assert seen.extent == Extent.of(x, y) == whole.extent
    shown_x, shown_y = seen.sketch
    assert shown_x[:100].tolist() == x[:100].tolist()
    again = Density.of(shown_x, shown_y)
    assert np.array_equal(again.counts > 0, density.counts > 0)
    outlier = (np.abs(shown_x - 9) < 0.02) & (np.abs(shown_y + 7) < 0.02)
    assert np.count_nonzero(outlier) == 1


def test_few_points_are_shown_as_they_are() -> None:
    x, y = points(1.0, 0.0)
    assert all(map(np.array_equal, sketch(x, y), (x, y)))
    assert np.array_equal(sketched_rows(x, y), np.arange(2000))


def test_one_of_many_points_is_shown_in_each_cell() -> None:
    """Each whole number from 0 to 1023 has its own cell, so one point of each is shown."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 1024, (2, 150_000)).astype(float)
    x[:2], y[:2] = (0, 1023), (1023, 0)
    shown = sketched_rows(x, y)
    places = set(zip(x.tolist(), y.tolist(), strict=True))
    assert len(shown) == len(places) < len(x)
    assert set(zip(x[shown].tolist(), y[shown].tolist(), strict=True)) == places
    assert all(map(np.array_equal, sketch(x, y), (x[shown], y[shown])))


def test_many_points_on_a_level_line_are_shown() -> None:
    x = np.linspace(-3, 5, 150_000)
    shown, level = sketch(x, np.full(150_000, 7.0))
    assert (level == 7).all()
    assert len(shown) == 1024
    assert np.diff(np.sort(shown)).max() < 2 * 8 / 1024
