"""Every key and every pane of the application."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from textual.app import App
from textual.command import CommandList
from textual.pilot import Pilot

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.proposal import proposed
from linreg_tui.core.settings import Settings
from linreg_tui.training import Progress
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.export import ExportScreen
from linreg_tui.tui.dialogs.help import HelpScreen
from linreg_tui.tui.dialogs.settings import SettingsForm
from linreg_tui.tui.dialogs.sweep import SweepForm
from linreg_tui.tui.footer import SPARE, SPARE_WHILE_EDITING, KeysFooter, fitting, items
from linreg_tui.tui.keys import EDIT_KEYS, KEYS, LIVE_KEYS, RUN_KEYS, SWEEP_KEYS
from linreg_tui.tui.messages import Progressed
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.panes.live.timeline import Timeline
from linreg_tui.tui.run_view import RunView
from linreg_tui.tui.title import Tab
from tests.thorough import first_of
from tests.tui.seeing import resize, screen, until, until_seen
from tests.tui.test_form import enter

PANES = ("data", "closed-form", "live", "sweep")
ENDED = {"converged", "stopped"}


@asynccontextmanager
async def opened(
    data: Dataset, settings: Settings | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:

    app = LinregApp(data, settings or Settings())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


def view(pilot: Pilot[None]) -> RunView:
    return pilot.app.query_one(LivePane).view


def shown(pilot: Pilot[None]) -> list[str]:
    return [pane for pane in PANES if pilot.app.query_one(f"#{pane}").region.area]


async def step_on(pilot: Pilot[None], key: str, last: int) -> None:
    await pilot.press(key)
    await until(lambda: view(pilot).run.history.last == last == view(pilot).number)


async def test_space_runs_to_the_last_epoch_and_then_beyond(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=3)) as pilot:
        await pilot.press("plus", "plus", "plus", "space")
        await until(lambda: view(pilot).number == 3 and not view(pilot).running)
        await pilot.press("space")  # perhaps meant to pause it in time
        await pilot.pause()
        assert not view(pilot).running
        await pilot.press("space")
        await until(lambda: view(pilot).number > 5)
        await pilot.press("space")
        assert not view(pilot).running


async def test_the_notebooks_run_ends_where_the_notebooks_does(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*["plus"] * 5, "space")
        await until(lambda: view(pilot).number == 30)
        await pilot.pause()
        text = screen(pilot)
        for number in ("88.89", "32912.24", "1,478,200,827.64", "0.03%", "converged"):
            assert number in text


async def test_walking_the_timeline(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "right", 1)
        await step_on(pilot, "shift+right", 11)
        for key, number in {
            "left": 10,
            "shift+left": 0,
            "right": 1,
            "end": 11,
            "home": 0,
        }.items():
            await pilot.press(key)
            assert view(pilot).number == number
            assert view(pilot).run.history.last == 11
        await pilot.press("left")
        assert view(pilot).number == 0


async def test_the_step_in_view_is_shown(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "right", 1)
        await step_on(pilot, "right", 2)
        await pilot.press("left")
        await pilot.pause()
        assert "51.83" in screen(pilot)
        assert "17847.96" in screen(pilot)
        assert "looking back: step 1 of 2" in screen(pilot)


async def test_walking_pauses_and_running_continues_from_the_end(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=100_000)) as pilot:
        await pilot.press("plus", "plus", "space")
        await until(lambda: view(pilot).number >= 5)
        await pilot.press("home")
        assert not view(pilot).running
        await pilot.pause(0.1)
        assert view(pilot).number == 0
        last = view(pilot).run.history.last
        await pilot.press("space")
        await until(lambda: view(pilot).number > last)


async def test_reset_gives_the_same_run_again(houses: Dataset) -> None:
    async with opened(houses, Settings(batch_size=64)) as pilot:
        await step_on(pilot, "shift+right", 10)
        first = view(pilot).run
        await pilot.press("r")
        assert view(pilot).number == 0
        assert view(pilot).run is not first
        await step_on(pilot, "shift+right", 10)
        assert view(pilot).run.history[10] == first.history[10]


async def test_speeds(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        assert view(pilot).pace == 5
        paces = []
        for key in ["minus"] * 3 + ["plus"] * 8:
            await pilot.press(key)
            paces.append(view(pilot).pace)
        assert paces == [2, 1, 1, 2, 5, 10, 30, 100, 1000, float("inf"), float("inf")]
        await pilot.pause()
        assert "full speed" in screen(pilot)


async def test_rates(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        for key, scale in {"right_square_bracket": 2.0, "left_square_bracket": 1.0}.items():
            await pilot.press(key)
            settings = view(pilot).settings
            assert settings.learning_rate_m == pytest.approx(1e-7 * scale)
            assert settings.learning_rate_b == pytest.approx(0.1 * scale)
        await pilot.press(*["right_square_bracket"] * 3)
        await pilot.pause()
        await until(lambda: "will diverge" in screen(pilot))


@pytest.mark.thorough
async def test_batch_sizes(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        sizes = []
        for key in ["left_curly_bracket"] * 11 + ["right_curly_bracket"] * 11:
            await pilot.press(key)
            sizes.append(view(pilot).settings.batch_size)
        down = [512, 256, 128, 64, 32, 16, 8, 4, 2, 1, 1]
        assert sizes == [*down, *reversed(down[:-2]), None, None]


async def test_a_change_of_settings_continues_from_the_latest_step(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "shift+right", 10)
        await pilot.press("right_square_bracket", "left_curly_bracket")
        assert view(pilot).number == 10
        assert view(pilot).settings.batch_size == 512
        await step_on(pilot, "shift+right", 20)
        assert [segment.start for segment in view(pilot).run.segments] == [0, 10]
        await pilot.press("shift+left")
        await pilot.pause()
        assert "other settings from here on" in screen(pilot)
        await pilot.press("home")
        await pilot.pause()
        assert "◆" in screen(pilot)


async def test_a_branch_starts_at_the_step_in_view_and_leaves_a_trace(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "shift+right", 10)
        old = view(pilot).run
        await pilot.press("shift+left", *["right"] * 3, "right_square_bracket", "b")
        await until(lambda: view(pilot).run is not old)
        assert view(pilot).number == view(pilot).run.history.last == 3
        assert view(pilot).settings.learning_rate_b == 0.2
        assert view(pilot).trace is old
        await pilot.pause()
        assert "before" in screen(pilot)
        await step_on(pilot, "right", 4)
        assert view(pilot).run.history[3] == old.history[3]
        assert view(pilot).run.history[4] != old.history[4]


async def change(pilot: Pilot[None], field: str, value: str) -> None:
    await pilot.press("e")
    await until(lambda: isinstance(pilot.app.screen, SettingsForm))
    await enter(pilot, field, value)
    await pilot.press("ctrl+s")
    await until(lambda: len(pilot.app.screen_stack) == 1)


async def test_the_run_before_stays_as_a_trace(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "shift+right", 10)
        before = view(pilot).run
        await pilot.press("r")
        assert view(pilot).trace is before
        await step_on(pilot, "right", 1)
        assert "before" in screen(pilot)
        second = view(pilot).run
        await change(pilot, "optimizer", "adam")  # another optimizer starts over
        assert view(pilot).trace is second
        await change(pilot, "loss", "huber")
        assert view(pilot).trace is second
        await pilot.press("r")
        assert view(pilot).trace is None


async def test_there_is_no_branch_from_the_latest_step(houses: Dataset) -> None:
    app = LinregApp(houses, Settings())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        run = view(pilot).run
        await pilot.press("b")
        await until_seen(pilot, "go back first, with ←")
        assert view(pilot).run is run


async def test_a_diverged_run_says_which_key_brings_it_back(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*["right_square_bracket"] * 4)
        await until(lambda: "press [ twice" in screen(pilot))
        await step_on(pilot, "shift+right", 10)
        await pilot.pause()
        assert "diverged at step" in screen(pilot)
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(lambda: "‖ step 10: needs about" in screen(pilot))


async def test_the_landscape(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "shift+right", 10)
        for key, label in {
            "l": "intercept b",
            "z": "intercept in z-scores",
            "y": "loss above optimum",
        }.items():
            await pilot.press(key)
            await pilot.pause()
            assert f"↑ {label}" in screen(pilot)
        await pilot.press("l", "l", "y")
        await pilot.pause()
        assert "↑ loss " in screen(pilot)


async def test_a_step_of_gradient_descent_by_hand(houses: Dataset) -> None:
    settings = Settings(learning_rate_m=1e-9, learning_rate_b=1e-9)
    async with opened(houses, settings, size=(80, 24)) as pilot:
        assert "∂L/∂m" not in screen(pilot)
        await pilot.press("g")
        await pilot.pause()
        assert "the line to start from" in screen(pilot)
        await step_on(pilot, "right", 1)
        await pilot.pause()
        for text in (
            "∂L/∂m = −2 · mean x r = −2 ·  234155182.93 = -468310365.86   all rows",
            "m =     5.0000 − 1e-9    · -468310365.86 =     5.4683",
            "b =  1000.0000 − 1e-9    ·    -299034.14 =  1000.0003",
        ):
            assert text in screen(pilot)


async def test_the_timeline_can_be_clicked(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "shift+right", 10)
        width = pilot.app.query_one(Timeline).size.width
        await pilot.click(Timeline, offset=(2 + round(4 / 30 * (width - 6)), 0))
        await until(lambda: view(pilot).number == 4)


@pytest.mark.thorough
async def test_the_footer_shows_more_where_there_is_room(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        assert "landscape" not in screen(pilot).splitlines()[-1]
        await pilot.resize_terminal(120, 40)
        await until(lambda: "p points" in screen(pilot).splitlines()[-1])
        await pilot.resize_terminal(140, 40)
        await until(lambda: "l landscape" in screen(pilot).splitlines()[-1])


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 119, 120, 121, 140, 200])
def test_no_key_in_the_footer_is_cut_off(columns: int) -> None:
    others = [key for key in KEYS if key not in LIVE_KEYS]
    for keys, spare in (
        (KEYS, SPARE),
        ((*SWEEP_KEYS, *others), SPARE),
        ((*EDIT_KEYS, RUN_KEYS[0], *others), SPARE | SPARE_WHILE_EDITING),
    ):
        found = items(((key, key.footer) for key in keys if key.footer), spare)
        fits = fitting(found, columns)
        line = " ".join("".join(k.shown for k in item.keys) + " " + item.text for item in fits)
        assert len(line) <= columns
        assert {item.text for item in found if item.spare == 0 and columns >= 80} <= {
            item.text for item in fits
        }
        left = [item.spare for item in found if item not in fits]
        assert min(left, default=9) >= max(item.spare for item in fits)


async def test_a_change_of_settings_keeps_a_run_running(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=100_000)) as pilot:
        await pilot.press("plus", "plus", "space", "right_square_bracket")
        assert view(pilot).running
        await until(lambda: view(pilot).run.settings.learning_rate_m == pytest.approx(2e-7))
        await until(lambda: view(pilot).number > 0)


async def test_work_cancelled_before_it_begins_gives_no_warning(
    houses: Dataset, recwarn: pytest.WarningsRecorder
) -> None:
    async with opened(houses) as pilot:
        app = pilot.app
        assert isinstance(app, LinregApp)
        await step_on(pilot, "right", 1)
        await pilot.press("left")
        for begin in (app.action_branch, app.action_toggle_run, partial(app.action_walk, 1)):
            begin()
            app.workers.cancel_node(app)
            await pilot.pause()
        gc.collect()
    assert [str(warning.message) for warning in recwarn] == []


async def test_messages_of_an_old_run_change_nothing(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await step_on(pilot, "right", 1)
        await pilot.press("r")
        pilot.app.query_one(LivePane).post_message(
            Progressed(Progress(run_id=0, step=1, done=True, diverged=True))
        )
        await pilot.pause()
        assert view(pilot).number == 0


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
async def test_panes(houses: Dataset, size: tuple[int, int]) -> None:
    async with opened(houses, size=size) as pilot:
        first = shown(pilot)
        assert first == (list(PANES) if size == (120, 40) else ["live"])
        for key, pane in zip("1234", PANES, strict=True):
            await pilot.press(key)
            await pilot.pause()
            assert shown(pilot) == [pane]
            chosen = [tab.pane for tab in pilot.app.query(Tab) if tab.has_class("chosen")]
            assert chosen == [pane]
            await pilot.press(key)
            await pilot.pause()
            assert shown(pilot) == first
        await pilot.press("2", "0")
        await pilot.pause()
        assert shown(pilot) == first


async def test_tabs_can_be_clicked(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await pilot.click(Tab)
        await pilot.pause()
        assert shown(pilot) == ["data"]


async def test_the_panes_show_the_data_and_the_closed_form(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        text = screen(pilot)
        for expected in (
            "551",
            "775,791",
            "87,177,171",
            "136,013,443,019",
            "1,243,629,245",
            "83,388,038,314",
            "87.688145",
            "34754.077892",
            "y = 87.688145 * x + 34754.077892",
            "1,477,781,671.3558",
            "GrLivArea",
            "SalePrice",
            "slimmed_realestate_data.csv",
            "closed form",
        ):
            assert expected in text


async def test_other_data_can_be_opened(houses: Dataset) -> None:
    x = np.arange(40.0)
    other = Dataset("/tmp/other.csv", "time", "height", x, 3 * x + np.sin(x), dropped=2)
    settings = Settings(learning_rate_m=1e-4, learning_rate_b=1e-2)
    async with opened(houses, size=(120, 40)) as pilot:
        await pilot.press("l")
        await step_on(pilot, "shift+right", 10)
        app = pilot.app
        assert isinstance(app, LinregApp)
        app.open(other, settings)
        await pilot.pause()
        text = screen(pilot)
        for words in ("2 rows left out · other.csv", "height", "time", "40 rows", "slope m →"):
            assert words in text
        assert "GrLivArea" not in text
        assert (view(pilot).number, view(pilot).settings) == (0, settings)
        await step_on(pilot, "right", 1)
        assert view(pilot).run.data is other


async def test_data_that_cannot_be_trained_on_changes_nothing(houses: Dataset) -> None:
    x = np.arange(4.0)
    async with opened(houses) as pilot:
        await step_on(pilot, "right", 1)
        app = pilot.app
        assert isinstance(app, LinregApp)
        with pytest.raises(InputError, match="a batch of 64 is not possible with 4 rows"):
            app.open(Dataset("few", "x", "y", x, x**2), Settings(batch_size=64))
        await pilot.pause()
        assert view(pilot).number == 1
        assert view(pilot).run.data is houses
        assert "GrLivArea" in screen(pilot)


@pytest.mark.thorough
async def test_help_has_one_column_on_a_narrow_screen(houses: Dataset) -> None:
    async with opened(houses, size=(60, 16)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        seen = screen(pilot)
        assert "Ten steps on, or train them" in seen
        assert "The data alone" not in seen
        await pilot.press("end")
        await until(lambda: "All of this by name" in screen(pilot))


async def test_help(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        for closing in ("question_mark", "q", "enter", "escape"):
            await pilot.press("question_mark")
            await pilot.pause()
            assert isinstance(pilot.app.screen, HelpScreen)
            text = screen(pilot)
            assert "Help" in text
            assert all((key.pair or key.meaning) in text for key in KEYS)
            await pilot.press(closing)
            await pilot.pause()
            assert not isinstance(pilot.app.screen, HelpScreen)


async def test_the_size_can_change_while_help_is_open(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        await pilot.resize_terminal(80, 24)
        await pilot.press("question_mark")
        await until(lambda: shown(pilot) == ["live"])


async def test_keys_do_nothing_while_help_is_open(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("question_mark", "space", "right", "question_mark")
        await pilot.pause(0.3)
        assert view(pilot).run.history.last == 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_footer_shows_the_keys(houses: Dataset, size: tuple[int, int]) -> None:
    async with opened(houses, size=size) as pilot:

        def has(*texts: str) -> bool:
            footer = screen(pilot).splitlines()[-1]
            return all(text in footer for text in (*texts, "space run", "? help", "q quit"))

        assert has("step", "rates", "e edit", "o open", "f by hand", "w sweep", "t tour")
        await pilot.press("space")
        await until(lambda: has("-+ pace", "r reset", "rates", "{} batch"))
        await pilot.press("space")
        await step_on(pilot, "shift+right", view(pilot).run.history.last + 10)
        await pilot.press("left")
        await until(lambda: has("step", "end latest", "b branch", "g gradient"))
        await pilot.press("end", *["plus"] * 5, "space")
        await until(lambda: has("r reset", "l landscape", "w sweep", "x export"))


async def test_keys_in_the_footer_can_be_clicked(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        footer = pilot.app.query_one(KeysFooter)
        in_help = (screen(pilot).splitlines()[-1].index("? help") + 4, 0)
        before = footer.render_line(0)
        await pilot.hover(KeysFooter, in_help)
        assert footer.tooltip == "Help"
        changed = [
            now.text for now, then in zip(footer.render_line(0), before, strict=True) if now != then
        ]
        assert changed == ["?", " help"]
        await pilot.click(KeysFooter, in_help)
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("q")
        between = (len("space run"), 0)
        await pilot.hover(KeysFooter, between)
        assert footer.tooltip is None
        assert list(footer.render_line(0)) == list(before)


async def test_everything_is_in_the_palette(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        app = pilot.app
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert all(any(title.startswith(key.meaning) for title in titles) for key in KEYS)
        await pilot.press("ctrl+p")
        await pilot.press(*"Double", "enter")
        await until(lambda: view(pilot).run.settings.learning_rate_b == 0.2)


async def test_a_command_chosen_twice_runs_once(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("ctrl+p", *"Double")
        chosen = pilot.app.screen.query_one(CommandList)
        await until(lambda: chosen.option_count == 1)
        chosen.highlighted = 0
        chosen.action_select()
        chosen.action_select()
        await until(lambda: len(pilot.app.screen_stack) == 1)
        await pilot.pause()
        assert view(pilot).run.settings.learning_rate_b == 0.2


async def test_quit(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("space", "q")
        await until(lambda: not pilot.app.is_running)
        assert pilot.app.return_code == 0


async def test_a_screen_that_is_too_small_gets_a_message(houses: Dataset) -> None:
    async with opened(houses, size=(50, 12)) as pilot:
        assert "60x16" in screen(pilot)
        assert shown(pilot) == []
        await pilot.resize_terminal(60, 16)
        await until(lambda: "60x16" not in screen(pilot))
        assert shown(pilot) == ["live"]


@pytest.mark.thorough
async def test_every_size_can_be_drawn(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await step_on(pilot, "right", 1)
        for size in [
            (1, 1),
            (20, 5),
            (60, 16),
            (61, 33),
            (100, 32),
            (300, 100),
            (80, 24),
            (99, 31),
        ]:
            await resize(pilot, *size)


DIVERGING = Settings(learning_rate_m=1e-5, learning_rate_b=0.1)


async def test_divergence_is_shown_and_does_no_harm(houses: Dataset) -> None:
    async with opened(houses, DIVERGING) as pilot:
        await pilot.press(*["plus"] * 5, "space")
        await until(lambda: view(pilot).number == 30)
        await pilot.pause()
        assert "diverged at step 1" in screen(pilot)
        await pilot.press("space", "space")
        await until(lambda: view(pilot).run.overflowed)
        await pilot.press("space", "right", "home")
        await pilot.pause()
        assert view(pilot).number == 0
        await pilot.press(*["left_square_bracket"] * 7, "r")
        await step_on(pilot, "right", 1)


async def test_hostile_names_are_shown_as_text(houses: Dataset) -> None:
    data = replace(houses, source="/tmp/[red]x\x1b[31m.csv", x_name="[bold]x\x07", y_name="价格\n")
    async with opened(data, size=(120, 40)) as pilot:
        text = screen(pilot)
        assert "[red]x\\x1b[31m.csv" in text
        assert "[bold]x\\x07" in text
        assert "价格\\n" in text
        assert "\x1b" not in text


async def test_any_theme_can_be_chosen(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        before = pilot.app.screen._compositor.render_strips()[10]
        pilot.app.theme = "textual-light"
        await pilot.pause()
        after = pilot.app.screen._compositor.render_strips()[10]
        assert [segment.text for segment in before] == [segment.text for segment in after]
        assert [segment.style for segment in before] != [segment.style for segment in after]


async def test_a_key_pressed_before_all_panes_exist_works(houses: Dataset) -> None:
    app = LinregApp(houses, Settings())
    async with App.run_test(app, size=(120, 40)) as pilot:
        assert not app.query("#sweep")
        await pilot.press("4")
        assert shown(pilot) == ["sweep"]
        await pilot.press("0")
        assert shown(pilot) == list(PANES)


async def test_the_first_sweep_has_the_settings_of_the_live_run(houses: Dataset) -> None:
    settings = Settings(learning_rate_m=3e-8)
    async with opened(houses, settings) as pilot:
        assert isinstance(pilot.app, LinregApp)
        recipe = pilot.app.sweep_pane.sweep_run.recipe
        assert {trial.settings.learning_rate_m for trial in recipe.plan} == {3e-8}
        rows = pilot.app.sweep_pane.sweep_run.table_view.table.rows
        await until(lambda: all(row.prediction is not None for row in rows))


async def test_all_panes_fit_on_the_screen_from_the_first(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        regions = [pilot.app.query_one(f"#{pane}").region for pane in PANES]
        assert all(pilot.app.screen.region.contains_region(region) for region in regions)
        assert sum(region.area for region in regions) <= pilot.app.screen.region.area


@pytest.mark.thorough
async def test_the_latest_of_many_notices_has_the_first_row(houses: Dataset) -> None:
    app = LinregApp(houses, Settings())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for number in range(4):
            app.notify(f"the first of two {number}")
            app.notify(f"notice {number}")
            await until_seen(pilot, f"notice {number}")
            first, second, *_ = screen(pilot).splitlines()
            assert f"notice {number}" in first
            assert "the first of" not in second
            if number == 1:
                await pilot.press("question_mark")
                await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        assert "notice 3" in screen(pilot).splitlines()[0]
        assert len(app.query("ToastHolder")) == 1


async def test_a_closed_form_leaves_nothing_in_memory(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("e")
        await until_seen(pilot, "Settings")
        painted = [weakref.ref(widget._styles_cache) for widget in pilot.app.screen.query("*")]
        await pilot.press("escape")

        def collected() -> bool:
            gc.collect()
            return all(cache() is None for cache in painted)

        await until(collected)


@pytest.mark.parametrize(
    "settings", [{"loss": "absolute"}, {"loss": "huber"}, {"optimizer": "adam"}], ids=str
)
async def test_settings_can_change_where_there_is_no_prediction(
    houses: Dataset, settings: dict[str, str]
) -> None:
    async with opened(houses, settings=proposed(houses, **settings)) as pilot:
        for key in ("right_square_bracket", "left_curly_bracket", "left_square_bracket", "space"):
            await pilot.press(key)
            await pilot.pause()
        await until(lambda: pilot.app.query_one(LivePane).view.number > 0)


async def test_settings_are_applied_during_a_run(houses: Dataset) -> None:
    async with opened(houses, settings=Settings(epochs=100_000)) as pilot:
        await pilot.press("space", "e")
        await until(lambda: isinstance(pilot.app.screen, SettingsForm))
        pilot.app.simulate_key("ctrl+r")
        pilot.app.simulate_key("enter")
        await until(lambda: not isinstance(pilot.app.screen, SettingsForm))
        assert view(pilot).settings == Settings()


async def test_the_command_of_the_run_in_view_is_copied(houses: Dataset) -> None:
    async with opened(houses, Settings(batch_size=64), size=(80, 24)) as pilot:
        await pilot.press("k")
        await until(lambda: len(pilot.app.screen_stack) == 2)
        await pilot.pause()
        assert pilot.app.clipboard == "linreg-tui train --batch-size=64 --seed=0"
        assert pilot.app.clipboard in screen(pilot)
        await pilot.press("escape")
        await until(lambda: len(pilot.app.screen_stack) == 1)
        await step_on(pilot, "right", 1)
        await pilot.press("right_square_bracket")
        await step_on(pilot, "right", 2)
        await pilot.press("k")
        await until(lambda: len(pilot.app.screen_stack) == 2)
        await pilot.pause()
        words = " ".join(screen(pilot).replace("│", " ").split())
        assert "its settings changed on the way" in words
        await pilot.press("x")
        await until(lambda: isinstance(pilot.app.screen, ExportScreen))


async def test_predictions_stay_hidden_until_the_run_is_over(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await until_seen(pilot, "will converge in about 5 steps")
        await until_seen(pilot, "→ stable")
        await pilot.press("h")
        await pilot.pause()
        for words in ("will converge", "limit", "stable"):
            assert words not in screen(pilot)
        await pilot.press("e")
        await until_seen(pilot, "predictions are hidden")
        await pilot.press("ctrl+x")
        await until(lambda: len(pilot.app.screen_stack) == 1)
        await pilot.press("w")
        await until(lambda: isinstance(pilot.app.screen, SweepForm))
        await pilot.pause(0.5)
        assert "predicted" not in screen(pilot)
        assert "converge" not in screen(pilot)
        await pilot.press("ctrl+s")
        await until_seen(pilot, "converged")
        await until_seen(pilot, "stable")  # afterwards it says what was predicted
        await pilot.press("0", *["plus"] * 5, "space")
        await until_seen(pilot, "✓ converged; predicted: ")
        await pilot.press("h")
        await until(lambda: "predicted:" not in screen(pilot))


async def test_predictions_can_be_hidden_from_the_start(houses: Dataset) -> None:
    async with LinregApp(houses, Settings(), hiding=True).run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        assert "‖ ready" in screen(pilot)
        assert "converge" not in screen(pilot)


async def test_the_help_says_what_the_words_mean(houses: Dataset) -> None:
    for size in ((80, 24), (60, 16)):
        async with opened(houses, size=size) as pilot:
            await pilot.press("question_mark", "g")
            await until_seen(pilot, "Help: the words on the screen")
            text = screen(pilot)
            assert "slope m" in text
            assert "How much ŷ changes when x" in text
            await pilot.press("g")
            await until_seen(pilot, "Run or pause")
            await pilot.press("question_mark", "e", "f1")
            await until_seen(pilot, "Help: the words on the screen")
            await pilot.press("q")
            await until(lambda: isinstance(pilot.app.screen, SettingsForm))


async def test_what_if_runs_beside_the_run_before(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        await pilot.press(*["plus"] * 5, "space")
        await until(lambda: view(pilot).number == 30)
        before = view(pilot).run
        await pilot.press("e")
        await until(lambda: isinstance(pilot.app.screen, SettingsForm))
        await pilot.press("f4")  # the other optimizer
        await until_seen(pilot, "momentum")
        await pilot.press("enter")
        await until(lambda: view(pilot).settings.optimizer.name == "momentum")
        assert view(pilot).trace is before
        await pilot.press("space")
        await until(lambda: view(pilot).run.history.last == 30 and not view(pilot).running)
        await until_seen(pilot, "sgd: within 1% in 5 steps")
        assert "momentum: within 1% in" in screen(pilot)


async def test_what_ifs_are_in_the_palette(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await step_on(pilot, "right", 1)
        await pilot.press("ctrl+p", *"ten times")
        await until_seen(pilot, "What if: ten times the rates")
        await pilot.press("enter")
        await until(lambda: view(pilot).settings.learning_rate_b == 1.0)
        await until(lambda: view(pilot).run.history.last > 5)
        assert view(pilot).trace is not None
