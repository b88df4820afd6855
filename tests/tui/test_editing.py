"""Editing the points: what the keys do, and how everything follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from linreg_tui.core.closed_form import fit
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import EditedDataset, Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.loading import load
from linreg_tui.core.settings import Settings
from linreg_tui.numbers import fixed
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.help import HelpScreen
from linreg_tui.tui.dialogs.question import Question
from linreg_tui.tui.drawing.markers import BRAILLE, SETS, Markers
from linreg_tui.tui.drawing.picture import Role
from linreg_tui.tui.keys import EDIT_KEYS, KEYS, LIVE_KEYS
from linreg_tui.tui.panes.data.pane import DataPane
from linreg_tui.tui.panes.data.plane import Plane, PlanePicture
from linreg_tui.tui.panes.data.point_editor import PointEditor
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.panes.sweep.pane import SweepPane
from tests.thorough import first_of
from tests.tui.seeing import screen, until
from tests.tui.test_app import opened, shown, step_on, view

SIZES = [(80, 24), (120, 40)]


@asynccontextmanager
async def editing(
    data: Dataset, settings: Settings | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:
    async with opened(data, settings, size) as pilot:
        await press(pilot, "p")
        screen(pilot)  # the cursor moves by the cells that were drawn
        yield pilot


def editor(pilot: Pilot[None]) -> PointEditor:
    return pilot.app.screen_stack[0].query_one(DataPane).editor


def data_now(pilot: Pilot[None]) -> Dataset:
    """Return the rows that the live view is trained on, which are the edited ones."""
    data = view(pilot).run.data
    assert data is editor(pilot).edits.data
    return data


def cell(pilot: Pilot[None]) -> tuple[int, int]:
    """Return the cursor's column and its row, from below, in the plot area."""
    area = editor(pilot).area
    assert area is not None
    x, y = (np.array([place]) for place in editor(pilot).cursor)
    return (
        int(area.x.place(x)[0] * area.plot_columns),
        int(area.y.place(y)[0] * area.plot_rows),
    )


def notices(pilot: Pilot[None]) -> str:
    return "\n".join(notification.message for notification in pilot.app._notifications)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


@pytest.fixture
def few() -> Dataset:
    return Dataset("few.csv", "x", "y", np.arange(5.0), np.array([1.0, 3, 2, 5, 4]))


SLOW = Settings(learning_rate_m=1e-2, learning_rate_b=1e-2, initial_slope=0, initial_intercept=0)


@pytest.mark.parametrize("size", first_of(SIZES))
async def test_the_plane_has_the_keyboard_only_while_editing(
    houses: Dataset, size: tuple[int, int]
) -> None:
    async with opened(houses, size=size) as pilot:
        before = shown(pilot)
        for leaving in ("p", "escape"):
            await press(pilot, "p")
            assert isinstance(pilot.app.focused, Plane)
            assert shown(pilot) == (
                ["data"] if size == (80, 24) else ["data", "closed-form", "live"]
            )
            text = screen(pilot)
            assert "95% band" in text
            assert "551 rows" in text
            await press(pilot, leaving)
            assert pilot.app.focused is None
            assert shown(pilot) == before


async def test_the_fit_is_drawn_as_soon_as_editing_begins(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        await step_on(pilot, "right", 1)
        await press(pilot, "p")
        await until(lambda: "fit ‖" in screen(pilot))


@pytest.mark.parametrize("size", first_of(SIZES))
async def test_the_cursor_moves_by_cells(houses: Dataset, size: tuple[int, int]) -> None:
    async with editing(houses, size=size) as pilot:
        walk = {"right": (1, 0), "up": (0, 1), "left": (-1, 0), "down": (0, -1)}
        for shift, cells in {"": 1, "shift+": 5}.items():
            for key, (right, up) in walk.items():
                column, row = cell(pilot)
                await press(pilot, shift + key)
                assert cell(pilot) == (column + cells * right, row + cells * up)
        assert data_now(pilot) is houses


@pytest.mark.parametrize("size", first_of(SIZES))
async def test_adding_removing_undoing_and_redoing(houses: Dataset, size: tuple[int, int]) -> None:
    columns = houses.x.tobytes(), houses.y.tobytes()
    async with editing(houses, size=size) as pilot:
        await press(pilot, "shift+left", "up", "a")
        x, y = editor(pilot).cursor
        added = data_now(pilot)
        assert added.x.tolist() == [*houses.x, x]
        assert added.y.tolist() == [*houses.y, y]
        line = fit(added.x, added.y)
        text = screen(pilot)
        assert "552 rows, +1" in text
        if size == (80, 24):
            assert fixed(line.slope, 12) in text
            assert fixed(line.loss, 15) in text
        else:
            assert "edited: +1" in text
            assert f"y = {line.slope:.6f} * x + {line.intercept:.6f}" in text
        assert "row 551 at" in text
        for taking in ("k", "delete", "backspace"):
            await press(pilot, taking)
            assert data_now(pilot) is houses
            await press(pilot, "u")
            assert data_now(pilot).x.tolist() == added.x.tolist()
        for undoing, redoing in (("u", "U"), ("u", "ctrl+r")):
            await press(pilot, undoing)
            assert data_now(pilot) is houses
            assert "551 rows " in screen(pilot)
            await press(pilot, redoing)
            assert data_now(pilot).line == line
        await press(pilot, *["u"] * 3, *["U"] * 3)
        assert data_now(pilot) is houses  # the last edit removed the point
        await press(pilot, "u")
        assert data_now(pilot).line == line
    assert (houses.x.tobytes(), houses.y.tobytes()) == columns


async def test_lifting_and_moving_is_one_edit(houses: Dataset) -> None:
    async with editing(houses) as pilot:
        await press(pilot, "n")
        near = editor(pilot).near
        assert near is not None
        before = editor(pilot).edits.place(near)
        assert editor(pilot).cursor == before
        await press(pilot, "enter")
        assert f"row {near} is lifted" in screen(pilot)
        assert data_now(pilot) is houses
        lines = []
        for key in ("right", "up", "shift+right"):
            await press(pilot, key)
            assert editor(pilot).edits.place(near) == editor(pilot).cursor
            lines.append(view(pilot).run.optimum.slope)
        assert len(set(lines)) == 3
        assert len(editor(pilot).edits.done) == 1
        await press(pilot, "enter", "right")
        assert editor(pilot).edits.place(near) != editor(pilot).cursor
        assert "551 rows, 1 moved" in screen(pilot)
        await press(pilot, "u")
        assert editor(pilot).edits.place(near) == before
        assert data_now(pilot) is houses


@pytest.mark.thorough
async def test_a_lifted_point_can_be_put_back_removed_or_put_down(houses: Dataset) -> None:
    async with editing(houses) as pilot:
        for undoing in ("escape", "u"):
            await press(pilot, "n", "enter", "right", "up")
            assert data_now(pilot) is not houses
            await press(pilot, undoing)
            assert data_now(pilot) is houses
            assert isinstance(pilot.app.focused, Plane)
        await press(pilot, "n", "enter", "right", "k")
        assert data_now(pilot).n == 550
        assert len(editor(pilot).edits.done) == 1
        await press(pilot, "u", "n", "enter", "right", "a")
        assert editor(pilot).lifted is None
        assert data_now(pilot).source.endswith("edited: 1 moved")
        await press(pilot, "enter", "right", "p")
        assert editor(pilot).lifted is None
        assert data_now(pilot).source.endswith("edited: 1 moved")


async def test_going_from_point_to_point(few: Dataset) -> None:
    async with editing(few, SLOW) as pilot:
        seen = []
        for key in ("n", "tab", "n", "n", "n", "N", "shift+tab"):
            await press(pilot, key)
            seen.append(editor(pilot).near)
        assert seen == [3, 4, 0, 1, 2, 1, 0]


async def test_a_click_moves_the_cursor(houses: Dataset) -> None:
    async with editing(houses) as pilot:
        area = editor(pilot).area
        assert area is not None
        await pilot.click(Plane, offset=(area.left + 20, 4))
        await pilot.pause()
        assert cell(pilot) == (20, area.plot_rows - 4)
        await pilot.click(Plane, offset=(0, 0))
        await pilot.pause()
        assert cell(pilot) == (20, area.plot_rows - 4)


@pytest.mark.thorough
async def test_training_continues_past_the_last_epoch_while_editing(few: Dataset) -> None:
    settings = Settings(learning_rate_m=0.1, learning_rate_b=0.1, epochs=3)
    async with editing(few, settings, size=(120, 40)) as pilot:
        slope = view(pilot).run.optimum.slope
        await press(pilot, *["plus"] * 4, "n", "enter", "space")
        await until(lambda: view(pilot).number > 10)
        assert view(pilot).running
        await pilot.press("shift+up")
        assert data_now(pilot) is not few
        optimum = view(pilot).run.optimum
        assert optimum.slope != slope

        def there() -> bool:
            step = view(pilot).run.history[view(pilot).number]
            return abs(step.slope - optimum.slope) < 1e-3

        await until(there)
        assert view(pilot).running
        assert "on until space" in screen(pilot)
        await press(pilot, "space")
        assert not view(pilot).running


async def test_training_continues_from_the_line_in_view_and_r_starts_over(few: Dataset) -> None:
    async with opened(few, SLOW) as pilot:
        await step_on(pilot, "shift+right", 10)
        here = view(pilot).run.history[10]
        await press(pilot, "p", "a")
        start = view(pilot).run.history[0]
        assert (start.slope, start.intercept) == (here.slope, here.intercept)
        await press(pilot, "a", "r")
        assert view(pilot).run.history[0].slope == SLOW.initial_slope
        assert view(pilot).run.history[0].intercept == SLOW.initial_intercept
        assert view(pilot).settings == SLOW


async def test_a_run_that_has_diverged_starts_over(few: Dataset) -> None:
    wild = Settings(learning_rate_m=1.0, learning_rate_b=1.0)
    async with opened(few, wild) as pilot:
        await step_on(pilot, "shift+right", 10)
        assert view(pilot).run.diverged_at is not None
        await press(pilot, "p", "a")
        assert data_now(pilot) is not few
        assert view(pilot).run.history[0].slope == wild.initial_slope


async def test_rows_without_a_line_are_refused() -> None:
    two = Dataset("two.csv", "x", "y", np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    async with editing(two, SLOW) as pilot:
        await press(pilot, "n", "k")
        await until(lambda: "a line takes 2 rows" in notices(pilot))
        assert data_now(pilot) is two


async def test_fewer_rows_than_a_batch_are_refused(few: Dataset) -> None:
    async with editing(few, Settings(batch_size=5, learning_rate_m=1e-3)) as pilot:
        await press(pilot, "n", "k")
        await until(lambda: "a batch of 5 is not possible with 4" in notices(pilot))
        assert data_now(pilot) is few
        await press(pilot, "a")
        assert data_now(pilot).n == 6
        await press(pilot, "k")
        assert data_now(pilot).n == 5


async def test_the_edited_rows_are_saved_and_read_back(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slimmed_realestate_data-edited.csv").write_text("mine")
    async with editing(houses, size=(80, 24)) as pilot:
        await press(pilot, "a", "n", "k", "n", "enter", "up", "enter", "s")
        saved = tmp_path / "slimmed_realestate_data-edited-2.csv"
        await until(lambda: saved.name in notices(pilot))
        edited = data_now(pilot)
        again = load(str(saved))
        assert (again.x_name, again.y_name) == (houses.x_name, houses.y_name)
        assert again.x.tobytes() == edited.x.tobytes()
        assert again.y.tobytes() == edited.y.tobytes()
        assert again.line == edited.line
    assert (tmp_path / "slimmed_realestate_data-edited.csv").read_text() == "mine"


async def test_without_edits_there_is_nothing_to_save(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with editing(houses) as pilot:
        for keys in ("s", "aus"):
            await press(pilot, *keys)
            await until(lambda: "Nothing is edited" in notices(pilot))
            pilot.app.clear_notifications()
    assert list(tmp_path.glob("*.csv")) == []


async def test_quitting_asks_about_unsaved_edits(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with editing(houses, size=(80, 24)) as pilot:
        await press(pilot, "a", "q")
        await until(lambda: isinstance(pilot.app.screen, Question))
        await press(pilot, "x", "escape")
        assert pilot.app.is_running
        assert data_now(pilot).n == 552
        await press(pilot, "q", "s")
        await until(lambda: not pilot.app.is_running)
        assert [path.name for path in tmp_path.iterdir()] == ["slimmed_realestate_data-edited.csv"]


@pytest.mark.thorough
@pytest.mark.parametrize(("keys", "lost"), [("", False), ("a", True), ("as", False)])
async def test_ctrl_c_says_what_would_be_lost(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str, lost: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    async with editing(houses, size=(80, 24)) as pilot:
        await press(pilot, *keys)
        if "s" in keys:
            await until(lambda: "Wrote" in notices(pilot))
        await press(pilot, "ctrl+c")
        await until(lambda: "Press ctrl+c again to leave" in notices(pilot))
        assert ("q saves them" in notices(pilot)) == lost


@pytest.mark.parametrize("key", first_of(["t", "d"]))
async def test_edits_outlive_the_tour_and_presenter_mode(houses: Dataset, key: str) -> None:
    settings = Settings(epochs=20)
    async with editing(houses, settings) as pilot:
        await press(pilot, "a", "p", key)
        edits, app = editor(pilot).edits, pilot.app
        assert isinstance(app, LinregApp)
        if key == "t":
            assert edits.done == ()
            await press(pilot, "q")
            await until(lambda: isinstance(app.screen, Question))
            await press(pilot, "escape")
            app.guide.end()
            await pilot.pause()
            assert app.state.started == settings
        else:
            await press(pilot, "d")
        assert data_now(pilot).n == houses.n + 1
        await press(pilot, "p", "u")
        assert data_now(pilot) is houses
        await press(pilot, "U", "escape", "q")
        await until(lambda: isinstance(app.screen, Question))


async def test_quitting_does_not_ask_about_edits_that_are_saved_or_undone(
    few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with editing(few, SLOW) as pilot:
        await press(pilot, "a", "u", "a", "s")
        await until(lambda: "few-edited.csv" in notices(pilot))
        assert "6 rows of x and y, with decimal points" in notices(pilot)
        await press(pilot, "q")
        await until(lambda: not pilot.app.is_running)


async def test_a_message_says_that_no_point_is_near(few: Dataset) -> None:
    async with editing(few, SLOW) as pilot:
        await press(pilot, *["shift+up"] * 3)
        assert "no point near; a adds one" in screen(pilot)
        await press(pilot, "k")
        assert "no point near; n goes to the next one" in notices(pilot)
        assert data_now(pilot) is few


@pytest.mark.parametrize("markers", SETS.values(), ids=str)
@pytest.mark.parametrize(("columns", "rows"), [(60, 16), (78, 18), (44, 8)])
def test_no_line_hides_a_few_points(markers: Markers, columns: int, rows: int) -> None:
    """All points lie on a line that the closed form, its band and the fit follow."""
    x = np.arange(20.0)
    data = Dataset("d", "x", "y", x, 3 * x + np.tile([0.01, -0.01], 10))
    state, plane = PointEditor(Edits.of(data)), PlanePicture(markers)
    plane.prepare(data)
    drawn = plane.draw(columns, rows, state, None)
    area = state.area
    assert area is not None
    plot = drawn.glyphs[1 : 1 + area.plot_rows]
    points = (plot == ord(markers.point)) | (plot == ord(markers.both or markers.point))
    places = np.minimum(area.x.place(x) * area.plot_columns, area.plot_columns - 1).astype(int)
    hidden = {places[state.near]} if state.near is not None else set()
    cursor = int(area.x.place(np.array([state.cursor[0]]))[0] * area.plot_columns)
    assert set(np.flatnonzero(points.any(axis=0)) - area.left) >= {*places} - hidden - {cursor}
    assert columns < 60 or f"{markers.point} data" in "".join(map(chr, drawn.glyphs[0]))
    assert (drawn.roles == Role.REFERENCE).any()


def test_a_crowd_of_points_does_not_hide_the_lines(houses: Dataset) -> None:
    plane = PlanePicture(BRAILLE)
    plane.prepare(houses)
    drawn = plane.draw(78, 18, PointEditor(Edits.of(houses)), None)
    assert np.count_nonzero(drawn.roles == Role.REFERENCE) > 15
    assert "⠶ data" in "".join(map(chr, drawn.glyphs[0]))


@pytest.mark.thorough
async def test_points_on_one_spot_are_counted(few: Dataset) -> None:
    async with editing(few, SLOW) as pilot:
        await press(pilot, "a", "a", "a")
        assert "(and 2 beneath)" in screen(pilot)
        await press(pilot, "u", "u")
        assert "beneath" not in screen(pilot)


async def test_of_points_on_one_spot_the_last_one_added_is_removed(few: Dataset) -> None:
    async with editing(few, SLOW) as pilot:
        await press(pilot, "n", "a", "k")
        assert data_now(pilot).x.tolist() == few.x.tolist()


async def test_a_message_says_that_nothing_can_be_written(
    few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg_tui.files.current_folder", lambda: str(tmp_path / "no"))
    async with editing(few, SLOW) as pilot:
        await press(pilot, "a", "s")
        await until(lambda: "can't be written" in notices(pilot))


@pytest.mark.thorough
async def test_the_window_does_not_jump_and_grows_when_the_cursor_leaves_it(
    houses: Dataset,
) -> None:
    async with editing(houses, size=(120, 40)) as pilot:
        home = editor(pilot).area
        await press(pilot, "n", "enter", "right", "up", "shift+left", "enter", "k", "N", "k")
        assert editor(pilot).area == home
        await press(pilot, *["shift+up"] * 5)
        wider = editor(pilot).area
        assert home is not None
        assert wider is not None
        assert wider.y.high > home.y.high
        await press(pilot, *["shift+down"] * 3)
        assert editor(pilot).area == wider


@pytest.mark.thorough
async def test_other_panes_end_editing_but_the_edits_stay(houses: Dataset) -> None:
    async with editing(houses, size=(120, 40)) as pilot:
        await press(pilot, "a")
        edited = data_now(pilot)
        for key, pane in {"2": "closed-form", "3": "live", "4": "sweep"}.items():
            await press(pilot, key)
            assert shown(pilot) == [pane]
            assert not isinstance(pilot.app.focused, Plane)
            await press(pilot, "p")
            assert shown(pilot) == ["data", "closed-form", "live"]
            assert isinstance(pilot.app.focused, Plane)
            assert data_now(pilot) is edited
        await press(pilot, "1")
        assert shown(pilot) == ["data"]
        assert isinstance(pilot.app.focused, Plane)
        await press(pilot, "p")
        assert shown(pilot) == ["data"]
        await press(pilot, "v")
        await until(lambda: "joint plot" in screen(pilot))
        assert isinstance(data_now(pilot), EditedDataset)


async def test_the_key_of_the_data_views_is_off_while_editing(houses: Dataset) -> None:
    async with editing(houses) as pilot:
        await press(pilot, "v")
        assert isinstance(pilot.app.focused, Plane)
        await press(pilot, "p")
        assert "scatter" in str(pilot.app.query_one(DataPane).border_title)


def phase(pane: SweepPane) -> str:
    return pane.sweep_run.phase


@pytest.mark.thorough
async def test_a_sweep_keeps_its_results_until_the_editing_is_over(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        pane = pilot.app.query_one(SweepPane)
        await press(pilot, "w", "enter")
        await until(lambda: pane.sweep_run.phase == "done")
        await press(pilot, "0")
        await step_on(pilot, "shift+right", 10)
        await press(pilot, "p", "p")
        assert pane.sweep_run.phase == "done"
        await press(pilot, "p", "a")
        assert phase(pane) == "done"
        await press(pilot, "p")
        assert phase(pane) == "offered"
        await press(pilot, "w", "enter")
        await until(lambda: pane.sweep_run.phase == "done")
        swept = pane.swept()
        assert swept is not None
        assert swept.data is data_now(pilot)
        assert swept.results[0].trial.settings.initial_slope == Settings().initial_slope


async def test_opening_other_data_ends_the_edits(houses: Dataset, few: Dataset) -> None:
    async with editing(houses) as pilot:
        await press(pilot, "a")
        app = pilot.app
        assert isinstance(app, LinregApp)
        app.open(few, SLOW)
        await pilot.pause()
        assert data_now(pilot) is few
        assert "5 rows" in screen(pilot)
        await press(pilot, "n", "k")
        assert data_now(pilot).n == 4


async def test_editing_loses_the_keyboard_on_a_screen_that_is_too_small(houses: Dataset) -> None:
    async with editing(houses) as pilot:
        await pilot.resize_terminal(80, 24)
        await until(lambda: shown(pilot) == ["data"])
        assert isinstance(pilot.app.focused, Plane)
        await pilot.resize_terminal(50, 12)
        await until(lambda: pilot.app.focused is None)
        await pilot.resize_terminal(120, 40)
        await until(lambda: isinstance(pilot.app.focused, Plane))


async def test_help_shows_the_keys_of_the_plane(houses: Dataset) -> None:
    async with editing(houses, size=(80, 24)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        text = screen(pilot)
        taken = {"left", "right", "shift+left", "shift+right", "v", "s", "k"}
        others = [key for key in KEYS if key.keys not in taken]
        assert all((key.pair or key.meaning) in text for key in (*EDIT_KEYS, *others))
        assert "One step back" not in text


def test_the_run_keys_differ_from_the_keys_of_the_plane() -> None:
    taken = {name for key in EDIT_KEYS for name in key.keys.split(",")}
    live_keys = [key.keys for key in LIVE_KEYS if not taken & set(key.keys.split(","))]
    assert {"space", "r", "minus", "plus,equals_sign", "home", "end"} <= set(live_keys)
    others = {key.keys for key in KEYS if key not in LIVE_KEYS}
    assert taken & others == {"k"}  # a run without edits has a command, the plane has points


@pytest.mark.thorough
async def test_the_picture_follows_the_live_line(houses: Dataset) -> None:
    async with editing(houses, size=(80, 24)) as pilot:
        await press(pilot, *["plus"] * 2, "space")
        await until(lambda: view(pilot).number > 20)
        await press(pilot, "space")
        await pilot.pause()
        step = view(pilot).run.history[view(pilot).number]
        text = screen(pilot)
        assert fixed(step.slope, 12) in text
        assert fixed(step.loss, 15) in text
        assert pilot.app.query_one(LivePane).region.area == 0


def test_every_step_leaves_the_cell(houses: Dataset) -> None:
    for columns, rows in ((40, 16), (57, 23), (100, 50)):
        state = PointEditor(Edits.of(houses))
        area = state.window(columns, rows, BRAILLE)
        for right, up in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            for _ in range(3):
                before = [area.x.place(np.array([state.cursor[0]]))[0] * area.plot_columns]
                before.append(area.y.place(np.array([state.cursor[1]]))[0] * area.plot_rows)
                state.go(right, up)
                x = area.x.place(np.array([state.cursor[0]]))[0] * area.plot_columns
                y = area.y.place(np.array([state.cursor[1]]))[0] * area.plot_rows
                assert (int(x) - int(before[0]), int(y) - int(before[1])) == (right, up)
                assert state.window(columns, rows, BRAILLE) == area


def test_points_at_the_same_place_are_one_stop() -> None:
    same = Dataset("s", "x", "y", np.array([0.0, 1, 1, 1, 2]), np.array([0.0, 1, 1, 3, 2]))
    state = PointEditor(Edits.of(same))
    state.window(60, 20, BRAILLE)
    state.cursor = 0.0, 0.0
    places = []
    for _ in range(4):
        state.next(1)
        places.append(state.cursor)
    assert places == [(1, 1), (1, 3), (2, 2), (0, 0)]


def test_no_point_is_near_from_afar_or_before_the_first_picture(houses: Dataset) -> None:
    state = PointEditor(Edits.of(houses))
    assert state.near is None
    state.go(1, 1)
    state.window(60, 20, BRAILLE)
    assert state.near is not None
    state.cursor = 4000.0, 20_000.0
    assert state.near is None
    for what in (state.lift, state.remove):
        with pytest.raises(InputError, match="no point near; n goes to the next one"):
            what()
    assert state.lifted is None
    assert state.edits.data is houses


async def test_notices_do_not_pile_up(few: Dataset) -> None:
    async with editing(few, SLOW) as pilot:
        await press(pilot, *["shift+up"] * 3, "k", "k", "k")
        assert len(pilot.app._notifications) == 1
