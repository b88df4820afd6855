"""The learning curves of a sweep: as they are drawn, and as keys and the mouse change them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.command import CommandList
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.widget import Widget

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.smoothing import SMOOTHINGS
from linreg_tui.core.sweep import over_batch_sizes
from linreg_tui.core.trials import run_trial
from linreg_tui.numbers import compact
from linreg_tui.report.learning_curves import AGAINST
from linreg_tui.tour.scenes import Sweep
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.markers import ASCII, BLOCK, BRAILLE, Markers
from linreg_tui.tui.drawing.picture import CURVES, QUIET, Picture, Role
from linreg_tui.tui.keys import CURSOR_KEYS
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.panes.sweep.curves import Curves
from linreg_tui.tui.panes.sweep.curves_plot import CurvesPlot
from linreg_tui.tui.panes.sweep.curves_view import CurvesView
from linreg_tui.tui.panes.sweep.recipe import default_recipe
from linreg_tui.tui.panes.sweep.table_view import TableView
from linreg_tui.tui.tour.stage import state_of_scene
from tests.tui.seeing import screen, until
from tests.tui.test_sweep import done, pane, run, swept
from tests.tui.test_table_view import result, text

SIZES = [32, 64, 128, 256, 512]


def trained(data: Dataset, sizes: list[int] = SIZES, repeats: int = 1) -> TableView:
    plan = over_batch_sizes(Settings(), data.n, sizes, repeats)
    made = TableView(data, plan)
    made.table.add_results(run_trial(data, trial) for trial in plan)
    return made


@pytest.fixture(scope="module")
def five(request: pytest.FixtureRequest) -> TableView:
    """The notebook's five batch sizes, trained."""
    return trained(request.getfixturevalue("houses"))


def drawn(
    table: TableView, columns: int, rows: int, markers: Markers = BRAILLE, **view: Any
) -> Picture:
    return Curves(table, CurvesView(**view), markers).draw(columns, rows)


def roles_of(picture: Picture) -> set[int]:
    """Return the roles below the line of values."""
    return set(np.unique(picture.roles[1:]).tolist())


@pytest.mark.thorough
@given(
    st.lists(st.lists(st.floats(0, 1e300), min_size=1, max_size=12), min_size=1, max_size=4),
    st.integers(1, 90),
    st.integers(1, 30),
    st.builds(
        CurvesView,
        st.sampled_from(AGAINST),
        st.booleans(),
        st.sampled_from(SMOOTHINGS),
        st.booleans(),
        st.integers(0, 4),
        st.none() | st.floats(0, 20),
        st.none() | st.integers(0, 3),
    ),
    st.sampled_from([BRAILLE, BLOCK, ASCII]),
)
@settings(max_examples=60, deadline=None)
def test_curves_of_any_losses_can_be_drawn_at_any_size(
    losses: list[list[float]], columns: int, rows: int, view: CurvesView, markers: Markers
) -> None:
    x = np.arange(9.0)
    data = Dataset("made", "x", "y", x, 3 * x + np.sin(x))
    plan = over_batch_sizes(Settings(learning_rate_m=1e-3), 9, [3] * len(losses))
    made = TableView(data, plan)
    made.table.add_results(
        replace(result(data, some), trial=trial) for some, trial in zip(losses, plan, strict=True)
    )
    curves = Curves(made, view, markers)
    assert curves.draw(columns, rows).glyphs.shape == (rows, columns)
    place = curves.place_at(columns, rows, columns - 1, rows // 2)
    assert place is None or place >= 0


def test_curves_are_told_apart_by_marker_and_colour(houses: Dataset) -> None:
    picture = drawn(trained(houses, [64, 512], repeats=5), 80, 20)
    lines = text(picture)
    assert "batch  ● 64 " in lines[0]
    assert "■ 512 " in lines[0]
    assert "↑ loss above optimum" in lines[1]
    assert "shade: from least to largest" in lines[1]
    for number, glyph in enumerate("●■"):
        inside = picture.glyphs[1:] == ord(glyph)
        assert inside.sum() >= 3
        assert set(picture.roles[1:][inside].tolist()) == {CURVES[number]}
    assert (picture.shades > 0).any()


@pytest.mark.parametrize("columns", [40, 79, 120])
@pytest.mark.parametrize("cursor", [None, 0.0, 3.2])
def test_the_values_at_the_cursor_each_have_a_place_of_their_own(
    five: TableView, columns: int, cursor: float | None
) -> None:
    line = text(drawn(five, columns, 12, cursor=cursor))[0]
    places = [line.index(f"{glyph} ") for glyph in "●■▲◆▼" if glyph in line]
    there = text(drawn(five, columns, 12, cursor=7.0))[0]
    assert places == [there.index(f"{glyph} ") for glyph in "●■▲◆▼" if glyph in there]
    assert len(places) == 5 or f"+{5 - len(places)}" in line
    assert (len(places) == 5) == (columns >= 79)
    assert line.startswith(f"epoch {30 if cursor is None else cursor:4.1f}")
    if columns == 120:
        losses = {0.0: 0, 3.2: round(3.2 * 8), None: 240}
        run_of_64 = five.table.rows[1].results[0]
        above = run_of_64.curve.mean[losses[cursor]] - run_of_64.optimum.loss
        assert f"■ 64 {compact(above, 7)}" in line


@pytest.mark.parametrize("apart", [False, True])
def test_a_bar_stands_at_the_cursor(five: TableView, apart: bool) -> None:
    for cursor in (6.0, 24.0):
        curves = Curves(five, CurvesView(cursor=cursor, apart=apart), BRAILLE, focused=True)
        picture = curves.draw(100, 30)
        bars = (picture.glyphs[2:] == ord("│")) & (picture.roles[2:] == Role.HERE)
        columns = np.flatnonzero(bars.sum(axis=0) > 3)
        assert len(columns) == (2 if apart else 1) or (apart and len(columns) == 3)
        for column in columns.tolist():
            row = 2 + int(np.flatnonzero(bars[:, column])[0])
            found = curves.place_at(100, 30, column, row)
            assert found == pytest.approx(cursor, abs=1)


def test_smoothing_leaves_the_steps_as_faint_dots_behind_the_means(five: TableView) -> None:
    plain, light, strong = (drawn(five, 110, 30, smoothing=one) for one in SMOOTHINGS)
    faint = {QUIET[role] for role in CURVES[:4]}
    assert not roles_of(plain) & faint
    assert roles_of(light) >= {*faint, *CURVES[:5]}
    assert "mean over 3% of a run" in text(light)[1]
    assert "mean" not in text(plain)[1]
    # A mean needs less ink than the steps that it is of.
    inks = [int(np.isin(one.roles[2:], CURVES[:5]).sum()) for one in (plain, light, strong)]
    assert inks[0] > 1.1 * inks[1]
    assert inks[1] > inks[2]


def test_a_pinned_curve_is_on_top_and_the_others_are_faint(five: TableView) -> None:
    picture = drawn(five, 110, 30, pinned=2)
    full = [role for role in CURVES if role in roles_of(picture)]
    assert full == [CURVES[2]]
    assert roles_of(picture) >= {QUIET[role] for role in CURVES[:5] if role != CURVES[2]}
    line = text(picture)[0]
    assert "▸▲ 128" in line
    assert (picture.shades[0] > 0).sum() == len("▸▲ 128 1.478e9")
    # The values of the others can still be read.
    assert set(CURVES[:5]) <= set(np.unique(picture.roles[0]).tolist())


def test_a_pinned_curve_is_shown_even_if_its_row_is_not_marked(five: TableView) -> None:
    five.mark_all()
    try:
        assert [row.group for row, _ in five.overlaid()] == [0]
        assert [row.group for row, _ in five.overlaid(3)] == [0, 3]
        assert len({ink for _, ink in five.overlaid(3)}) == 2
    finally:
        five.mark_all()


def test_each_curve_has_a_picture_of_its_own_with_the_same_axes(five: TableView) -> None:
    picture = drawn(five, 79, 15, apart=True)
    lines = text(picture)
    for glyph, size in zip("●■▲◆▼", SIZES, strict=True):
        assert any(f"{glyph} {size}" in line for line in lines[2:])
    assert sum("1e10┤" in line for line in lines) == 2  # one for each row of pictures
    assert lines[-1].count("epochs →") == 1
    assert "no room" not in lines[1]
    # Apart from the values, no cell has two curves, and no curve leaves its part.
    columns = [np.flatnonzero((picture.roles[2:] == role).any(axis=0)) for role in CURVES[:5]]
    assert all(np.ptp(one) < 79 / 3 for one in columns)


def test_a_pinned_curve_is_faint_behind_each_of_the_others(five: TableView) -> None:
    picture = drawn(five, 110, 30, apart=True, pinned=1)
    assert any("▸■ 64" in line for line in text(picture)[2:])
    behind = (picture.roles[2:] == QUIET[CURVES[1]]).any(axis=0)
    assert behind[:37].any()
    assert behind[74:].any()


def test_without_room_the_curves_stay_together_and_say_so(five: TableView) -> None:
    for size in ((60, 8), (30, 14)):
        assert len({*roles_of(drawn(five, *size, apart=True))} & set(CURVES)) > 1
    for pinned in (None, 0):
        crowded = text(drawn(five, 60, 8, apart=True, pinned=pinned))
        assert "no room for one picture a curve" in crowded[1]
        assert not any("● 32" in line for line in crowded[2:])


def test_two_curves_apart_have_room_even_if_one_is_pinned(houses: Dataset) -> None:
    lines = text(drawn(trained(houses, [64, 512]), 79, 15, apart=True, pinned=0))
    assert "no room" not in lines[1]
    assert any("▸● 64" in line for line in lines[2:])


def test_the_cursor_moves_in_round_steps_as_far_as_the_axis_goes() -> None:
    view = CurvesView()
    assert view.place(30) == 30
    back = view.moved(-1, 30)
    assert back.cursor == pytest.approx(29.8)
    assert back.moved(1, 30) == view
    assert back.moved(5, 30) == view
    assert view.moved(-1000, 30).cursor == 0
    assert replace(view, zoom=4).moved(-1, 30).cursor == pytest.approx(29.98)
    steps = CurvesView(against="steps", zoom=5)
    assert steps.moved(-1, 510).cursor == 509  # a step has no parts
    assert CurvesView(against="steps").moved(-1, 510).cursor == 505


def test_another_axis_is_shown_from_start_to_end() -> None:
    view = CurvesView(zoom=3, cursor=7.0, pinned=2, smoothing="light")
    seen = [view := view.next_axis for _ in AGAINST]
    assert [one.against for one in seen] == [*AGAINST[1:], AGAINST[0]]
    assert all((one.zoom, one.cursor, one.pinned) == (0, None, 2) for one in seen)
    assert view.of_new_sweep == CurvesView(smoothing="light")


# With keys and the mouse.


def wheel(widget: Widget, turned: type[MouseScrollDown] | type[MouseScrollUp]) -> None:
    """Turn the mouse wheel over the middle of a widget."""
    x, y = widget.size.width // 2, widget.size.height // 2
    widget.post_message(turned(widget, x, y, 0, 0, 0, False, False, False))


@asynccontextmanager
async def at_curves(
    data: Dataset, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[None], CurvesPlot]]:
    """Run the notebook's sweep, and give the curves the keyboard."""
    async with swept(data, size) as pilot:
        await pilot.press("tab")
        await pilot.pause()
        yield pilot, pilot.app.query_one(CurvesPlot)


def view_of(pilot: Pilot[None]) -> CurvesView:
    assert isinstance(pilot.app, LinregApp)
    assert pane(pilot).curves == pilot.app.state.curves
    return pilot.app.state.curves


def values(pilot: Pilot[None]) -> str:
    return next(line for line in screen(pilot).splitlines() if line.lstrip().startswith("epoch "))


async def test_enter_pins_on_the_curves_and_opens_in_the_table(houses: Dataset) -> None:
    async with at_curves(houses) as (pilot, _):
        await pilot.press("down", "enter")
        assert view_of(pilot).pinned == 1
        await pilot.pause()
        assert "▸■ 64" in values(pilot)
        await pilot.press("enter")
        assert view_of(pilot).pinned is None
        await pilot.press("tab", "enter")
        live = pilot.app.query_one(LivePane)
        await until(lambda: live.view.number == 240)
        assert live.region.area


async def test_keys_move_the_cursor_and_zoom_around_it(houses: Dataset) -> None:
    async with at_curves(houses) as (pilot, plot):
        assert "epoch 30.0" in values(pilot)
        at_the_end = values(pilot)
        for keys, words in (
            ("left", "epoch 29.8"),
            ("shift+left", "epoch 27.8"),
            ("home", "epoch  0.0"),
            ("right", "epoch  0.2"),
            ("shift+right", "epoch  2.2"),
        ):
            await pilot.press(keys)
            await pilot.pause()
            assert words in values(pilot), keys
            assert values(pilot) != at_the_end
        await pilot.press("greater_than_sign", "full_stop")
        await pilot.pause()
        assert view_of(pilot).zoom == 2
        assert "25" not in screen(pilot).splitlines()[-2]
        assert plot.has_focus
        await pilot.press("less_than_sign")
        assert view_of(pilot).zoom == 1
        await pilot.press("A", "end")
        assert view_of(pilot) == CurvesView()
        await pilot.press(*["greater_than_sign"] * 9)
        assert 3 <= view_of(pilot).zoom < 9  # a few steps stay in view


async def test_smoothing_and_a_picture_for_each_curve_have_keys(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        for words in ("mean over 3% of a run", "mean over 10% of a run", "shade: from least"):
            await pilot.press("S")
            await pilot.pause()
            assert words in screen(pilot)
        await pilot.press("M")
        await pilot.pause()
        assert screen(pilot).count("1e10┤") == 2
        await pilot.press("M")
        assert not view_of(pilot).apart
        await pilot.press("tab", "S", "M")
        assert view_of(pilot) == CurvesView(smoothing="light", apart=True)


async def test_the_mouse_moves_the_cursor_zooms_and_pins(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        plot = pilot.app.query_one(CurvesPlot)
        row = plot.size.height // 2
        await pilot.click(plot, offset=(40, row))
        assert plot.has_focus
        cursor = view_of(pilot).cursor
        assert cursor is not None
        assert 12 < cursor < 16
        await pilot.mouse_down(plot, offset=(20, row))
        await pilot.hover(plot, offset=(60, row))
        dragged = view_of(pilot).cursor
        assert dragged is not None
        assert 21 < dragged < 25
        await pilot.mouse_up(plot, offset=(60, row))
        await pilot.hover(plot, offset=(10, row))
        assert view_of(pilot).cursor == dragged
        wheel(plot, MouseScrollUp)
        await until(lambda: view_of(pilot).zoom == 1)
        wheel(plot, MouseScrollDown)
        await until(lambda: view_of(pilot).zoom == 0)
        await pilot.pause()
        line = values(pilot)
        await pilot.click(plot, offset=(line.index("▲ 128") - 1, 0))
        assert view_of(pilot).pinned == 2
        await pilot.click(plot, offset=(line.index("▲ 128") - 1, 0))
        assert view_of(pilot).pinned is None


async def test_another_sweep_keeps_the_smoothing_and_begins_with_all_of_the_axis(
    houses: Dataset,
) -> None:
    async with at_curves(houses) as (pilot, _):
        await pilot.press("S", "greater_than_sign", "left", "enter")
        assert view_of(pilot).pinned == 0
        run(pilot, default_recipe(Settings(), houses))
        assert view_of(pilot) == CurvesView(smoothing="light")
        await done(pilot)


async def test_the_table_has_the_keyboard_where_the_curves_have_no_room(houses: Dataset) -> None:
    async with at_curves(houses) as (pilot, plot):
        await pilot.resize_terminal(80, 16)
        await until(lambda: not plot.display)
        await until(lambda: pilot.app.focused is not None and pilot.app.focused.id == "trials")
        await pilot.press("tab", "down")
        assert pane(pilot).sweep_run.table_view.place(pane(pilot).sweep_run.table_view.rows) == 1


async def test_the_footer_and_the_palette_have_the_keys_of_the_curves(houses: Dataset) -> None:
    async with at_curves(houses) as (pilot, _):
        footer = screen(pilot).splitlines()[-1]
        for words in ("←→ cursor", "enter pin", "tab table", "S smooth", "<> zoom"):
            assert words in footer
        await pilot.press("ctrl+p")
        await until(lambda: bool(pilot.app.screen.query(CommandList)))
        options = pilot.app.screen.query_one(CommandList)
        await until(lambda: options.option_count > 30)
        titles = [str(options.get_option_at_index(k).prompt) for k in range(options.option_count)]
        for words in ("Pin the row's curve on top", "A picture for each curve", "The cursor back"):
            assert any(title.startswith(words) for title in titles), words
        await pilot.press(*"picture", "enter")
        await until(lambda: view_of(pilot).apart)


async def test_help_has_the_keys_of_the_curves_instead_of_those_of_the_table(
    houses: Dataset,
) -> None:
    async with at_curves(houses) as (pilot, _):
        await pilot.press("question_mark")
        await pilot.pause()
        seen = screen(pilot)
        assert "Help: the curves" in seen
        assert all((key.pair or key.meaning) in seen for key in CURSOR_KEYS)
        assert "Mark all rows, or none" in seen
        assert "Its run, in the live view" not in seen


async def test_a_scene_of_the_tour_shows_its_curves_and_leaving_it_the_users_own(
    houses: Dataset,
) -> None:
    app = LinregApp(houses, Settings())
    async with app.run_test(size=(120, 40)) as pilot:
        own = CurvesView("steps", smoothing="strong", zoom=2, cursor=100.0)
        app.show(replace(app.state, curves=own))
        scene = Sweep("batch sizes", against="rows seen")
        before = app.state
        app.show(state_of_scene(scene, houses, before, secret=False))
        assert view_of(pilot) == CurvesView("rows seen")
        app.show(before)
        assert view_of(pilot) == own
