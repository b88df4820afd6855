from __future__ import annotations

import math
from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linreg_tui.axes import (
    LEAST_PARTS,
    Axis,
    count_axis,
    date_axis,
    growing,
    linear_axis,
    log_axis,
    most_zoom,
    zoomed,
)
from linreg_tui.core.dataset import DAY, SECOND, Dates

anything = st.floats(allow_nan=True, allow_infinity=True)
sizes = st.integers(0, 30)


def check(axis: Axis) -> None:
    assert math.isfinite(axis.low)
    assert math.isfinite(axis.high)
    assert axis.low < axis.high
    assert all(-1e-9 <= tick.place <= 1 + 1e-9 for tick in axis.ticks)
    texts = [tick.text for tick in axis.ticks]
    assert len(set(texts)) == len(texts)
    assert all(0 < len(text) <= 9 for text in texts)


@given(anything, anything, sizes)
@example(0.0, 5e-324, 5)
@example(0.0, 2.2250738585e-313, 24)
def test_any_limits_give_an_axis(low: float, high: float, ticks: int) -> None:
    check(linear_axis(low, high, "x", ticks))


@given(st.floats(0, exclude_min=True), st.floats(1), sizes)
def test_any_positive_limits_give_a_log_axis(low: float, ratio: float, ticks: int) -> None:
    check(log_axis(low, low * ratio, "loss", ticks))


@given(st.integers(0, 10**9), sizes)
def test_any_count_gives_an_axis(last: int, ticks: int) -> None:
    check(count_axis(last, "step", ticks))


@given(st.integers(0, 10**9), st.integers(0, 10**6), sizes)
def test_a_part_of_a_count_has_its_ticks_at_whole_numbers(
    first: int, more: int, ticks: int
) -> None:
    axis = count_axis(first + more, "step", ticks, first)
    check(axis)
    assert (axis.low, axis.high) == (first, first + max(1, more))
    numbers = [axis.low + tick.place * (axis.high - axis.low) for tick in axis.ticks]
    assert numbers == pytest.approx(np.round(numbers), rel=1e-12, abs=1e-6)


@given(st.floats(1, 1e9), st.integers(0, 20), st.floats(0, 1))
def test_a_zoom_shows_a_part_of_the_axis_with_the_place_in_it(
    last: float, zoom: int, share: float
) -> None:
    place = share * last
    left, right = zoomed(last, zoom, place)
    assert 0 <= left < right <= last * (1 + 1e-9)
    assert right - left == pytest.approx(last / 2**zoom)
    slack = 1e-9 * last
    assert left - slack <= place <= right + slack


def test_a_zoomed_axis_moves_rarely_and_by_half_of_its_width() -> None:
    parts = [zoomed(800, 3, step) for step in range(801)]
    moves = [now[0] - before[0] for before, now in pairwise(parts) if now != before]
    assert moves == [50] * 14
    assert zoomed(800, 0, 300) == (0, 800)


@given(st.floats(1, 1e9), st.floats(1e-3, 1e6))
def test_the_largest_zoom_leaves_a_few_parts_in_view(last: float, finest: float) -> None:
    parts = last / 2 ** most_zoom(last, finest) / finest
    assert parts < 2 * LEAST_PARTS or most_zoom(last, finest) == 0
    assert parts >= LEAST_PARTS * (1 - 1e-9) or last < LEAST_PARTS * finest


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(1, 20))
def test_the_values_are_inside(low: float, width: float, ticks: int) -> None:
    axis = linear_axis(low, low + width, "x", ticks)
    places = axis.place(np.array([low, low + width]))
    assert (places >= -1e-9).all()
    assert (places <= 1 + 1e-9).all()
    assert places[1] - places[0] > 0.5


@pytest.mark.parametrize(
    ("low", "high", "ticks", "texts"),
    [
        (0, 755_000, 4, ["0", "200k", "400k", "600k", "800k"]),
        (0, 4476, 5, ["0", "1k", "2k", "3k", "4k"]),
        (0, 1, 4, ["0.0", "0.5", "1.0"]),
        (-3, 3, 6, ["-3", "-2", "-1", "0", "1", "2", "3"]),
        (0, 3e13, 3, ["0", "1e13", "2e13", "3e13"]),
        (0, 2e12, 4, ["0", "0.4e12", "0.8e12", "1.2e12", "1.6e12", "2.0e12"]),
        (1e13, 1.01e13, 4, ["1000e10", "1005e10", "1010e10"]),
        (0, 2e-5, 8, ["0", "0.4e-5", "0.8e-5", "1.2e-5", "1.6e-5", "2.0e-5"]),
        (1955, 2005, 3, ["1960", "1980", "2000"]),
        (0, 1800, 4, ["0", "400", "800", "1200", "1600"]),
        (0, 1.8e6, 4, ["0", "0.4M", "0.8M", "1.2M", "1.6M"]),
        (11_000, 13_000, 4, ["11200", "11600", "12000", "12400", "12800"]),
        (0, 45_000, 4, ["0", "20k", "40k"]),
    ],
)
def test_ticks_are_short_and_round(low: float, high: float, ticks: int, texts: list[str]) -> None:
    written = [tick.text for tick in linear_axis(low, high, "x", ticks).ticks]
    assert [text if text != "0.0" else "0.0" for text in written] == [
        "0" if text == "0.0" else text for text in texts
    ]


def test_the_loss_has_powers_of_ten() -> None:
    axis = log_axis(1.478e9, 2.59e10, "loss", 4)
    assert [tick.text for tick in axis.ticks] == ["1e9", "1e10"]
    assert axis.place(np.array([1e9, 1e10, 5e10])) == pytest.approx([0, 1 / 1.69897, 1], rel=1e-5)


@pytest.mark.parametrize(
    ("high", "texts"),
    [
        (5.4e13, ["1e10", "1e12", "1e14"]),
        (1e17, ["1e10", "1e15"]),
        (7e28, ["1e10", "1e20"]),
        (1e300, ["1e100", "1e200", "1e300"]),
    ],
)
def test_a_log_axis_has_more_than_one_tick(high: float, texts: list[str]) -> None:
    assert [tick.text for tick in log_axis(1e9, high, "loss", 2).ticks] == texts


def test_a_growing_axis_moves_rarely() -> None:
    highs = [growing(value, 30) for value in range(1, 1001)]
    assert all(high >= value for value, high in enumerate(highs, 1))
    assert sorted(set(highs)) == [30, 50, 100, 200, 500, 1000]


@pytest.mark.parametrize(
    ("high", "unit", "texts"),
    [
        (10, DAY, ["2024-01-30", "2024-02-01", "2024-02-03"]),
        (30, DAY, ["2024-02-05", "2024-02-12", "2024-02-19", "2024-02-26"]),
        (400, DAY, ["2024-04", "2024-07", "2024-10", "2025-01"]),
        (3000, DAY, ["2026", "2028", "2030", "2032"]),
        (90, SECOND, ["00:00:00", "00:00:30", "00:01:00", "00:01:30"]),
        (36000, SECOND, ["00:00", "03:00", "06:00", "09:00"]),
        (200_000, SECOND, ["01-30 00:00", "01-30 12:00"]),
    ],
)
def test_dates_stand_along_an_axis(high: float, unit: str, texts: list[str]) -> None:
    dates = Dates(datetime(2024, 1, 30), unit)
    axis = date_axis(0, high, dates, "when", 5)
    plain = linear_axis(0, high, "when", 5)
    assert (axis.low, axis.high) == (plain.low, plain.high)
    shown = [tick.text for tick in axis.ticks]
    assert shown[: len(texts)] == texts
    assert 2 <= len(shown) <= 7
    places = [tick.place for tick in axis.ticks]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= 1


@pytest.mark.parametrize("ends", [(0, 1e9), (-1e9, 0), (0, 1e300), (0, 0.1)])
def test_an_axis_beyond_the_calendar_has_numbers(ends: tuple[float, float]) -> None:
    dates = Dates(datetime(2024, 1, 30), DAY if ends[1] > 1 or ends[0] < 0 else SECOND)
    assert date_axis(*ends, dates, "when", 5) == linear_axis(*ends, "when", 5)
