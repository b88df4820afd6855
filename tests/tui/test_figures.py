from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg_tui.core.closed_form import closed_form
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Step, Thinner
from linreg_tui.core.settings import Settings
from linreg_tui.core.sgd import Run
from linreg_tui.tui import figures
from linreg_tui.tui.axes import count_axis, linear_axis, log_axis
from linreg_tui.tui.figures import Area
from linreg_tui.tui.markers import ASCII, BRAILLE, SETS, Markers
from linreg_tui.tui.picture import BLANK, Layer, Picture, Role, lines
from linreg_tui.tui.pictures import FitPicture, LossPicture

anything = st.floats(0, 10) | st.floats(allow_nan=True, allow_infinity=True)
positive = st.floats(0, 1e308)
columns, rows = st.integers(0, 90), st.integers(0, 30)
sets = st.sampled_from(list(SETS.values()))


def area(width: int, height: int, markers: Markers = BRAILLE) -> Area:
    return Area(width, height, linear_axis(0, 10, "x", 5), linear_axis(0, 10, "y", 5), markers)


def text(picture: Picture | Layer) -> list[str]:
    return ["".join(map(chr, row)) for row in picture.glyphs.tolist()]


@settings(max_examples=60)
@given(
    columns, rows, sets, st.lists(st.tuples(anything, anything), max_size=30), anything, anything
)
def test_no_numbers_and_no_size_break_a_picture(
    width: int,
    height: int,
    markers: Markers,
    points: list[tuple[float, float]],
    slope: float,
    intercept: float,
) -> None:
    x, y = np.array(points).reshape(-1, 2).T
    where = area(width, height, markers)
    began = time.perf_counter()
    picture = figures.stack(
        where,
        figures.frame(where, [("data", Role.POINTS)]),
        [
            figures.scatter(where, x, y),
            figures.straight_line(where, slope, intercept, Role.FIT),
            figures.straight_line(where, slope, intercept, Role.REFERENCE, dotted=True),
            figures.level(where, intercept, Role.REFERENCE),
            figures.marks(where, x, y, markers.here, Role.HERE),
        ],
    )
    assert time.perf_counter() - began < 1
    assert picture.glyphs.shape == picture.roles.shape == (height, width)
    assert markers is not ASCII or picture.glyphs.max(initial=0) < 128


@settings(max_examples=60)
@given(columns, rows, sets, st.lists(positive, min_size=1, max_size=50))
def test_no_loss_breaks_a_curve(
    width: int, height: int, markers: Markers, losses: list[float]
) -> None:
    thinner = Thinner()
    thinner.extend(np.array(losses))
    where = Area(
        width,
        height,
        count_axis(len(losses), "step", width // 12),
        log_axis(min(losses), max(losses), "loss", height // 4),
        markers,
    )
    layer = figures.curve(where, thinner.curve(), Role.FIT)
    assert figures.stack(where, figures.frame(where), [layer]).glyphs.shape == (height, width)


def test_many_points_in_a_dot_are_one() -> None:
    where = area(40, 12)
    once = figures.scatter(where, np.array([3.0]), np.array([4.0]))
    often = figures.scatter(where, np.full(100_000, 3.0), np.full(100_000, 4.0))
    assert np.array_equal(once.glyphs, often.glyphs)


@pytest.mark.parametrize(
    ("slope", "intercept"), [(1e12, -5e12), (-1e300, 5e300), (1e-300, 5.0), (0.0, 5.0), (1.0, 0.0)]
)
def test_a_line_through_the_window_is_seen(slope: float, intercept: float) -> None:
    began = time.perf_counter()
    layer = figures.straight_line(area(60, 20), slope, intercept, Role.FIT)
    assert (layer.glyphs != BLANK).sum() >= 15
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(("slope", "intercept"), [(0.0, 11.0), (1.0, 20.0), (float("nan"), 0.0)])
def test_a_line_beside_the_window_is_not(slope: float, intercept: float) -> None:
    layer = figures.straight_line(area(60, 20), slope, intercept, Role.FIT)
    assert (layer.glyphs == BLANK).all()


def test_a_line_without_slope_is_level() -> None:
    assert text(figures.straight_line(area(12, 7), 0, 6, Role.FIT)) == [
        "         ",
        "⠤⠤⠤⠤⠤⠤⠤⠤⠤",
        "         ",
        "         ",
    ]


def test_a_frame_has_ticks_labels_and_a_legend() -> None:
    where = area(44, 12)
    assert text(figures.frame(where, [("── fit", Role.FIT)])) == [
        "  ↑ y                                 ── fit",
        "10┤                                         ",
        " 8┤                                         ",
        "  │                                         ",
        " 6┤                                         ",
        "  │                                         ",
        " 4┤                                         ",
        "  │                                         ",
        " 2┤                                         ",
        " 0┤                                         ",
        "  └┬───────┬───────┬───────┬───────┬────────",
        "   0       2       4       6       8     x →",
    ]


def test_wide_and_hostile_labels_keep_their_place() -> None:
    picture = lines(10, 1, [[("价格", Role.LABEL), ("[red]", Role.TEXT)]])
    assert picture.glyphs[0].tolist() == [ord("价"), 0, ord("格"), 0, *map(ord, "[red] ")]


def test_the_fit_moves_and_the_rest_stands(houses: Dataset) -> None:
    picture = FitPicture(houses, closed_form(houses.moments))
    one = picture.draw(70, 20, Step(0, 5, 1000, None, 1))
    other = picture.draw(70, 20, Step(1, 88, 34000, None, 1))
    moved = (one.glyphs != other.glyphs) | (one.roles != other.roles)
    assert moved.any()
    assert (np.maximum(one.roles[moved], other.roles[moved]) == Role.FIT).all()


def test_the_loss_axes_stay_while_the_run_is_short(houses: Dataset) -> None:
    run, picture = Run(houses, Settings()), LossPicture()
    frames = []
    for _ in range(30):
        run.advance(1)
        drawn = picture.draw(70, 14, run, run.history[run.history.last])
        frames.append(np.where(drawn.roles == Role.AXIS, drawn.glyphs, 0)[:, :5])
    assert all(np.array_equal(frame, frames[0]) for frame in frames)
    assert (drawn.roles == Role.HERE).sum() == 1
