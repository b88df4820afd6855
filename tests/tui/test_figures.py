from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from linreg_tui.axes import Axis, count_axis, linear_axis, log_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Thinner
from linreg_tui.core.parallel import Team
from linreg_tui.core.quality import quality
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.step_detail import slices
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import Area, data_area
from linreg_tui.tui.drawing.markers import ASCII, BRAILLE, SETS, Markers
from linreg_tui.tui.drawing.picture import (
    BLANK,
    DENSITIES,
    MARKED,
    Layer,
    Picture,
    Role,
    cut,
    lines,
    stack,
)
from linreg_tui.tui.panes.data.scatter import ScatterPicture
from linreg_tui.tui.panes.live.fit import FitPicture
from linreg_tui.tui.panes.live.landscape import LandscapePicture
from linreg_tui.tui.panes.live.loss import LossPicture
from linreg_tui.tui.panes.live.slices import draw_slices
from linreg_tui.tui.run_view import Plots, Residuals, RunView

anything = st.floats(0, 10) | st.floats(allow_nan=True, allow_infinity=True)
positive = st.floats(0, 1e308)
columns, rows = st.integers(0, 90), st.integers(0, 30)
sets = st.sampled_from(list(SETS.values()))


def area(width: int, height: int, markers: Markers = BRAILLE) -> Area:
    return Area(width, height, linear_axis(0, 10, "x", 5), linear_axis(0, 10, "y", 5), markers)


def text(picture: Picture | Layer) -> list[str]:
    return ["".join(map(chr, row)) for row in picture.glyphs.tolist()]


def drawn_in_time(draw: Callable[[], Picture]) -> Picture:
    """Return what is drawn, within 50 ms of this process's time in one of three tries."""
    for _ in range(3):
        began = time.process_time()
        picture = draw()
        if time.process_time() - began < 0.05:
            return picture
    raise AssertionError("it took more than 50 ms, three times")


@pytest.mark.thorough
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
    picture = drawn_in_time(
        lambda: stack(
            where,
            figures.frame(where, [("data", Role.POINTS)]),
            [
                figures.scatter(where, x, y),
                figures.straight_line(where, slope, intercept, Role.FIT),
                figures.straight_line(where, slope, intercept, Role.REFERENCE, dashed=True),
                figures.level(where, intercept, Role.REFERENCE),
                figures.upright(where, intercept, Role.REFERENCE),
                figures.marks(where, x, y, markers.here, Role.HERE),
                figures.path(where, x, y, Role.TRACE),
            ],
        )
    )
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
    picture = drawn_in_time(
        lambda: stack(
            where, figures.frame(where), [figures.curve(where, thinner.curve(), Role.FIT)]
        )
    )
    assert picture.glyphs.shape == (height, width)


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


@given(st.text("aж漢…", max_size=12), st.integers(-2, 12))
def test_a_text_is_cut_to_its_cells(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cell_len(shown) <= max(0, width)
    if cell_len(text) <= width:
        assert shown == text
    elif width > 0:
        assert shown.endswith("…")
        assert text.startswith(shown[:-1])
        assert cell_len(shown) >= width - 1


def test_wide_and_hostile_labels_keep_their_place() -> None:
    picture = lines(10, 1, [[("价格", Role.LABEL), ("[red]", Role.TEXT)]])
    assert picture.glyphs[0].tolist() == [ord("价"), 0, ord("格"), 0, *map(ord, "[red] ")]


def view(run: Run, number: int | None = None, **changes: Any) -> RunView:
    shown = run.history.last if number is None else number
    return replace(RunView(run, shown, run.settings, running=False, pace=5), **changes)


def trained(data: Dataset, steps: int, **settings: Any) -> Run:
    run = Run(data, Settings.of(**settings))
    run.advance(steps)
    return run


def test_only_the_fit_moves(houses: Dataset) -> None:
    picture, run = FitPicture(houses), trained(houses, 30)
    one, other = (picture.draw(70, 20, view(run, number)) for number in (0, 30))
    moved = (one.glyphs != other.glyphs) | (one.roles != other.roles)
    assert moved.any()
    roles = set(one.roles[moved].tolist()) | set(other.roles[moved].tolist())
    assert Role.FIT in roles
    assert not moved[0].any()
    assert not moved[-2:].any()
    assert not moved[:, :5].any()


def test_the_batch_in_view_is_marked(houses: Dataset) -> None:
    picture, run = FitPicture(houses), trained(houses, 30, batch_size=8)

    def marked(shown: RunView) -> int:
        drawn = picture.draw(120, 40, shown)
        return int(((drawn.roles == Role.BATCH) & (drawn.glyphs == ord("•"))).sum()) - 1

    assert 4 <= marked(view(run)) <= 8
    assert marked(view(run, 0)) == 0
    assert marked(view(run, running=True, pace=5)) > 0
    assert marked(view(run, running=True, pace=100)) == 0


@pytest.mark.thorough
def test_the_window_follows_a_line_that_leaves_it_and_comes_back(houses: Dataset) -> None:
    picture = FitPicture(houses)
    run = trained(houses, 100, learning_rate_m=8e-7, learning_rate_b=0.8)
    run.change(Settings())
    run.advance(2400)

    def ticks(number: int) -> list[str]:
        rows = text(picture.draw(70, 20, view(run, number)))
        return [row.partition("┤")[0].strip() for row in rows if "┤" in row]

    windows = [ticks(number) for number in range(101)]
    assert windows[0] == ticks(2500) == ["800k", "600k", "400k", "200k", "0"]
    changes = sum(one != other for one, other in pairwise(windows))
    assert 3 <= changes <= 15
    assert all(
        (picture.draw(70, 20, view(run, k)).roles == Role.FIT).any() for k in range(0, 2501, 20)
    )


def test_the_loss_axes_stay_while_the_run_is_short(houses: Dataset) -> None:
    run, picture = Run(houses, Settings()), LossPicture()
    frames = []
    for _ in range(30):
        run.advance(1)
        drawn = picture.draw(70, 14, view(run))
        frames.append(np.where(drawn.roles == Role.AXIS, drawn.glyphs, 0)[:, :5])
    assert all(np.array_equal(frame, frames[0]) for frame in frames)
    assert (drawn.roles == Role.HERE).sum() == 1


def test_the_run_that_was_branched_off_stays_as_a_trace(houses: Dataset) -> None:
    old = trained(houses, 30)
    twin = old.branch(3)
    twin.change(Settings(learning_rate_m=2e-8))
    twin.advance(3)
    for picture in (FitPicture(houses), LossPicture(), LandscapePicture(houses)):
        for trace, seen in ((None, False), (old, True)):
            drawn = picture.draw(80, 24, view(twin, trace=trace))
            assert (drawn.roles == Role.TRACE).any() == seen


def test_each_workers_rows_have_its_number(houses: Dataset) -> None:
    settings = Settings(batch_size=6)
    run = Run(houses, settings, Team(houses, 3))
    run.advance(1)
    drawn = FitPicture(houses).draw(120, 40, view(run))
    marks = (drawn.data == MARKED) & (drawn.glyphs >= ord("1")) & (drawn.glyphs <= ord("3"))
    place = data_area(houses, 120, 40, BRAILLE).x
    rows = run.batch(1)
    assert rows is not None
    expected = sorted(zip(place.place(houses.x[rows]), "112233", strict=True))
    found = sorted(zip(np.argwhere(marks)[:, 1], drawn.glyphs[marks], strict=True))
    assert [chr(glyph) for _, glyph in found] == [number for _, number in expected]
    assert "1–3 workers" in text(drawn)[0]
    alone = Run(houses, settings)
    alone.advance(1)
    assert "batch" in text(FitPicture(houses).draw(120, 40, view(alone)))[0]


@pytest.mark.parametrize("standardized", [False, True])
def test_the_landscape_is_lowest_at_the_optimum(houses: Dataset, standardized: bool) -> None:
    picture = LandscapePicture(houses)
    picture.standardized = standardized
    drawn = picture.draw(90, 30, view(trained(houses, 3)))
    goal = np.argwhere((drawn.glyphs == ord("✕")) & (drawn.roles == Role.REFERENCE))
    row, column = goal[-1]
    assert row > 0
    assert drawn.shades[row, column] == drawn.shades.max() >= 6
    assert drawn.shades[1:-2, 10:].min() == 1
    assert (drawn.roles == Role.CONTOUR).sum() > 50
    assert (drawn.roles == Role.HERE).sum() == 1


def test_the_landscape_is_drawn_once_with_the_path_on_top(houses: Dataset) -> None:
    picture, run = LandscapePicture(houses), trained(houses, 30)
    drawn = [picture.draw(90, 30, view(run, number)) for number in (0, 10, 30)]
    assert all(np.array_equal(drawn[0].shades, other.shades) for other in drawn[1:])
    ways = [int((picture.roles == Role.FIT).sum()) for picture in drawn]
    assert ways[0] < ways[1] <= ways[2]


@pytest.mark.thorough
def test_the_landscape_follows_an_escape_in_few_steps(houses: Dataset) -> None:
    picture = LandscapePicture(houses)
    run = trained(houses, 100, learning_rate_m=8e-7, learning_rate_b=0.8)
    frames = [text(picture.draw(90, 30, view(run, number)))[-1] for number in range(101)]
    assert 3 <= sum(one != other for one, other in pairwise(frames)) <= 30


@pytest.mark.thorough
def test_a_long_path_is_drawn_with_few_points(houses: Dataset) -> None:
    run = trained(houses, 200_000, batch_size=64)
    began = time.perf_counter()
    drawn = LandscapePicture(houses).draw(90, 30, view(run))
    assert time.perf_counter() - began < 1
    assert (drawn.roles == Role.FIT).any()


DOTS_OF_BRAILLE = (1, 4, 2, 5, 3, 6, 7, 8)
"""Unicode's numbers of the dots of a cell, row by row."""


@pytest.mark.parametrize(("name", "numbers"), [("braille", DOTS_OF_BRAILLE), ("octant", None)])
@given(st.sets(st.integers(0, 7), min_size=1))
def test_dots_are_where_unicode_says(
    name: str, numbers: tuple[int, ...] | None, inked: set[int]
) -> None:
    markers = SETS[name]
    where = Area(3, 4, Axis(0, 1, (), "x"), Axis(0, 1, (), "y"), markers)
    assert (where.dots_across, where.dots_down) == (4, 4)
    row, column = np.divmod(np.array(sorted(inked)), 2)
    layer = figures.scatter(where, (column + 0.5) / 4, 1 - (row + 0.5) / 4)
    shown = unicodedata.name(chr(layer.glyphs[0, 0]), "")
    if numbers is not None:
        written = "".join(str(number) for number in sorted(numbers[dot] for dot in inked))
        assert shown == f"BRAILLE PATTERN DOTS-{written}"
    elif shown.startswith("BLOCK OCTANT"):
        assert shown == f"BLOCK OCTANT-{''.join(str(dot + 1) for dot in sorted(inked))}"


@pytest.mark.parametrize("markers", SETS.values(), ids=SETS)
def test_lines_are_told_apart_without_colour(markers: Markers) -> None:
    where = area(60, 20, markers)
    samples = markers.fit.sample, markers.closed_form.sample, markers.trace.sample
    assert len(set(samples)) == 3
    for slope in (0.0, 0.5, 1.0, 4.0, -1.0):
        solid = figures.straight_line(where, slope, 5, Role.FIT)
        dashed = figures.straight_line(where, slope, 5, Role.REFERENCE, dashed=True)
        behind = figures.straight_line(where, slope, 5, Role.TRACE)
        drawn = {"\n".join(text(one)) for one in (solid, dashed, behind)}
        assert len(drawn) == 3
        # The line vanishes nowhere, and there are gaps between its dashes.
        of_solid, of_behind = ((one.glyphs != BLANK).sum() for one in (solid, behind))
        assert 0.4 * of_solid <= of_behind <= of_solid
    x, y = np.linspace(0, 10, 7), np.array([1, 9, 1, 9, 1, 9, 1.0])
    path = {"\n".join(text(figures.path(where, x, y, role))) for role in (Role.FIT, Role.BAND)}
    assert len(path) == 2
    losses = Thinner()
    losses.extend(np.exp(-np.arange(40.0)) + 1)
    curves = {
        "\n".join(text(figures.curve(where, losses.curve(), role)))
        for role in (Role.FIT, Role.TRACE)
    }
    assert len(curves) == 2


def roles_of(picture: Picture) -> set[Role]:
    return {Role(role) for role in np.unique(picture.roles).tolist()}


@pytest.mark.parametrize("markers", SETS.values(), ids=list(SETS))
def test_test_rows_have_marks_of_their_own(houses: Dataset, markers: Markers) -> None:
    held_out = trained(houses, 5, test_fraction=0.2)
    picture, plain = (
        FitPicture(houses, markers).draw(90, 24, view(run))
        for run in (held_out, trained(houses, 5))
    )
    assert Role.TEST in roles_of(picture)
    assert Role.TEST not in roles_of(plain)
    assert f"{markers.test} test rows" in text(picture)[0]
    shown = picture.glyphs[picture.roles == Role.TEST]
    assert (shown == ord(markers.test)).sum() > 20
    alone = ScatterPicture(houses, markers, houses.split(0.2, 0)).draw(90, 24)
    assert f"{markers.test} test rows" in text(alone)[0]
    assert Role.TEST in roles_of(alone)


def test_the_loss_on_test_rows_is_a_second_curve(houses: Dataset) -> None:
    run = trained(houses, 30, test_fraction=0.2)
    loss = LossPicture()
    both = loss.draw(80, 16, view(run))
    assert "test loss" in text(both)[0]
    assert Role.TEST in roles_of(both)
    loss.plots = Plots(above_optimum=True)
    assert "test loss" not in text(loss.draw(80, 16, view(run)))[0]


def test_other_losses_are_measured_against_their_own_optimum(houses: Dataset) -> None:
    run = trained(houses, 5, loss="absolute", learning_rate_m=1e-3, learning_rate_b=100)
    fit = FitPicture(houses).draw(100, 24, view(run))
    assert "optimum" in text(fit)[0]
    assert "least squares" in text(fit)[0]
    assert {Role.REFERENCE, Role.ASIDE} <= roles_of(fit)
    assert "optimum" in text(LossPicture().draw(80, 16, view(run)))[0]
    squared = FitPicture(houses).draw(100, 24, view(trained(houses, 5)))
    assert Role.ASIDE not in roles_of(squared)


def test_a_landscape_on_a_grid_equals_that_of_the_formula(houses: Dataset) -> None:
    """Where every residual is within δ, Huber's loss is half the squared one."""
    pictures = []
    for loss in ("squared", "huber"):
        run = trained(houses, 3, loss=loss, huber_delta=1e9)
        pictures.append(LandscapePicture(houses).draw(90, 30, view(run)))
    assert (pictures[0].shades == pictures[1].shades).mean() > 0.98
    rings = [picture.roles == Role.CONTOUR for picture in pictures]
    near = np.zeros_like(rings[1])
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            near |= np.roll(rings[1], (down, across), (0, 1))
    assert rings[0].sum() > 50
    assert (near & rings[0]).sum() > 0.95 * rings[0].sum()


def test_the_landscape_of_many_rows_is_drawn_quickly() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=100_000)
    data = Dataset("made", "x", "y", x, 2 * x + rng.standard_t(2, len(x)))
    run = trained(data, 3, loss="absolute", learning_rate_m=0.1, learning_rate_b=0.1)
    picture = LandscapePicture(data)
    picture.draw(120, 40, view(run))
    drawn_in_time(lambda: picture.draw(120, 40, view(run)))


CLOUD = Dataset(
    "cloud",
    "x",
    "y",
    np.linspace(0, 10, 300),
    np.linspace(0, 10, 300) + np.random.default_rng(1).normal(0, 1, 300),
)


@pytest.mark.parametrize("markers", SETS.values(), ids=SETS)
def test_no_line_hides_a_point(markers: Markers) -> None:
    where = data_area(CLOUD, 70, 20, markers)
    points = figures.data_points(where, CLOUD)
    below = stack(where, figures.frame(where), [points])
    lines = [
        figures.straight_line(where, 1, 1, Role.REFERENCE, dashed=True),
        figures.path(where, CLOUD.x, CLOUD.y, Role.TRACE),
        figures.straight_line(where, 1, 0, Role.FIT),
    ]
    drawn = stack(where, below, lines)
    inside = np.s_[1 : 1 + where.plot_rows, where.left :]
    crossed = (points.glyphs != BLANK) & (lines[-1].glyphs != BLANK)
    assert crossed.sum() > 10
    assert (drawn.roles[inside][lines[-1].glyphs != BLANK] == Role.FIT).all()
    if markers.both:
        assert (drawn.glyphs[inside][crossed] == ord(markers.both)).all()
        return
    ink = list(markers.points.patterns)
    shown = np.vectorize(lambda glyph: ink.index(chr(glyph)))(drawn.glyphs[inside])
    assert points.dots is not None
    assert np.array_equal(shown & points.dots, points.dots)


def test_a_few_points_stay_in_sight_on_a_line() -> None:
    few = Dataset("few", "x", "y", np.arange(5.0), np.arange(5.0))
    for markers in SETS.values():
        where = data_area(few, 40, 12, markers)
        fit = figures.straight_line(where, 1, 0, Role.FIT)
        drawn = stack(where, figures.frame(where), [figures.data_points(where, few), fit])
        seen = (drawn.glyphs == ord(markers.both or markers.point)) & (drawn.roles == Role.FIT)
        assert seen.sum() == 5


def test_more_points_in_a_dot_are_brighter() -> None:
    where = area(60, 20)
    x = np.repeat([1.0, 3.0, 5.0, 7.0], [1, 4, 40, 1000])
    drawn = figures.scatter(where, x, x)
    roles = np.broadcast_to(np.asarray(drawn.role), drawn.glyphs.shape)[drawn.glyphs != BLANK]
    assert roles[::-1].tolist() == sorted(roles.tolist(), key=list(DENSITIES).index)
    assert set(roles.tolist()) == set(DENSITIES)


def test_the_moving_line_is_whole_near_the_optimum(houses: Dataset) -> None:
    drawn = FitPicture(houses).draw(75, 20, view(trained(houses, 30)))
    columns = np.flatnonzero((drawn.roles[1:-2] == Role.FIT).any(axis=0))
    assert np.array_equal(columns, np.arange(columns[0], 75))


@pytest.mark.parametrize("kind", ["bars", "squares"])
def test_residuals_reach_from_the_points_to_the_line(kind: Residuals) -> None:
    data = Dataset("d", "x", "y", np.array([3.0, 5.0, 8.0]), np.array([7.0, 2.0, 8.0]))
    run = Run(data, Settings(initial_slope=0, initial_intercept=5))
    drawn = FitPicture(data).draw(60, 23, view(run), kind)
    where = data_area(data, 60, 23, BRAILLE)
    inside = drawn.roles[1 : 1 + where.plot_rows, where.left :]
    assert "residuals" in text(drawn)[0]
    mean = inside == Role.MEAN
    rmse = np.sqrt(np.mean((data.y - 5) ** 2))
    rows = np.flatnonzero(mean[2:].any(axis=1))
    rows_a_unit = where.plot_rows / (where.y.high - where.y.low)
    assert len(rows) == pytest.approx(rmse * rows_a_unit, abs=2.1)
    bars = inside == Role.RESIDUAL
    for x, y in zip(data.x, data.y, strict=True):
        place = where.x.place(np.array([x]))[0]
        column = min(int(place * where.plot_columns), where.plot_columns - 1)
        at_y, at_line = (where.plot_rows * (1 - where.y.place(np.array([v]))[0]) for v in (y, 5.0))
        high, low = sorted((int(at_y), int(at_line)))
        assert bars[high + 1 : low, column].all()
        across = np.flatnonzero(bars[(high + low) // 2])
        if kind == "squares":
            side = abs(y - 5) * rows_a_unit * 2  # a cell is twice as high as wide
            other = column - round(side) if y > 5 else column + round(side)
            assert not 0 < other < where.plot_columns or np.abs(across - other).min() <= 1


def test_of_many_rows_some_residuals_are_drawn_and_the_legend_says_so(houses: Dataset) -> None:
    run = trained(houses, 3)
    drawn = FitPicture(houses).draw(120, 40, view(run), "bars")
    (count,) = re.findall(r"residuals of (\d+) rows", text(drawn)[0])
    assert 80 <= int(count) <= 120
    batch = trained(houses, 3, batch_size=8)
    drawn = FitPicture(houses).draw(120, 40, view(batch), "bars")
    assert "residuals of 8 rows" in text(drawn)[0]
    alone = FitPicture(houses).draw(120, 40, view(run))
    assert not np.isin(alone.roles, (Role.RESIDUAL, Role.MEAN)).any()


def test_the_landscape_shows_each_step_and_the_way_down(houses: Dataset) -> None:
    picture = LandscapePicture(houses)
    drawn = picture.draw(120, 40, view(trained(houses, 4)))
    dots = (drawn.glyphs == ord(BRAILLE.step)) & (drawn.roles == Role.FIT)
    assert dots.sum() == 4  # the fifth point is the step in view
    arrow = (drawn.roles == Role.GRADIENT) & np.isin(drawn.glyphs, [*map(ord, BRAILLE.arrows)])
    arrow[0] = False
    (tip,) = np.argwhere(arrow)
    (start, *_) = np.argwhere((drawn.roles == Role.GRADIENT)[1:])
    assert tip[1] > start[1]  # ∂L/∂m is by far the larger part, and negative
    assert chr(drawn.glyphs[tuple(tip)]) == "→"
    assert not (picture.draw(120, 40, view(trained(houses, 0))).roles[1:] == Role.GRADIENT).any()


def test_the_slices_touch_the_tangent_and_land_on_the_curve(houses: Dataset) -> None:
    for changes in ({}, {"loss": "huber", "huber_delta": 20_000}, {"batch_size": 16}):
        run = trained(houses, 4, **changes)
        after = run.history[4].slope, run.history[4].intercept
        for along, value in zip(slices(run, 4), after, strict=True):
            assert along.end == pytest.approx(value)
            h = abs(along.start - along.lowest) * 1e-4
            below, here, above, least = along.losses(
                np.array([along.start - h, along.start, along.start + h, along.lowest])
            )
            assert (above - below) / (2 * h) == pytest.approx(along.gradient, rel=0.02)
            assert least <= here
    drawn = draw_slices(75, 14, view(trained(houses, 4)), BRAILLE)
    assert {Role.GRADIENT, Role.FIT, Role.HERE, Role.TEXT, Role.REFERENCE} <= set(
        drawn.roles[1:].ravel().tolist()
    )
    assert "slope m" in text(drawn)[-1]
    assert "intercept b" in text(drawn)[-1]
    assert "intercept b" not in text(draw_slices(40, 14, view(trained(houses, 4)), BRAILLE))[-1]


@pytest.mark.parametrize("markers", SETS.values(), ids=SETS)
def test_slices_of_any_run_and_size(markers: Markers, houses: Dataset) -> None:
    away = trained(houses, 400, learning_rate_m=8e-6, learning_rate_b=0.8)
    for run in (trained(houses, 0), trained(houses, 30), away):
        for width, height in [(1, 1), (8, 5), (40, 4), (60, 12), (200, 30)]:
            for number in (0, run.history.last):
                picture = draw_slices(width, height, view(run, number), markers)
                assert picture.glyphs.shape == (height, width)


def test_a_line_has_a_typical_miss_and_a_share_explained(houses: Dataset) -> None:
    line = houses.line
    found = quality(houses, line.slope, line.intercept)
    residuals = houses.y - line.slope * houses.x - line.intercept
    assert found.rmse == pytest.approx(np.sqrt(np.mean(residuals**2)))
    assert f"{found.rmse:,.0f} {found.median_miss:,.0f}" == "38,442 20,152"
    assert found.r2 == pytest.approx(0.58833016, abs=1e-8)
    flat = quality(houses, 0.0, float(houses.y.mean()))
    assert flat.r2 == pytest.approx(0, abs=1e-12)
    assert quality(houses, 1e200, 0.0).rmse == np.inf
