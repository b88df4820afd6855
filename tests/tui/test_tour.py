"""The guided tour on the screen: every step, from any state, at two sizes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.losses1d import FIGURE_7
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.tour import memory
from linreg_tui.tour.chapters import COLUMNS, chapters
from linreg_tui.tour.facts import Facts, facts_of_tour, plan_of
from linreg_tui.tour.scenes import DataView, Descent, FormulaView, Page, Sweep, Training
from linreg_tui.tour.text import flat, lay_out
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.contents import ContentsScreen
from linreg_tui.tui.panes.data.pane import DataPane
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.panes.sweep.pane import SweepPane
from linreg_tui.tui.panes.sweep.recipe import default_recipe
from linreg_tui.tui.run_view import Plots, RunView
from linreg_tui.tui.tour.descent import DescentPane
from linreg_tui.tui.tour.guide import Guide
from linreg_tui.tui.tour.panel import TourPanel
from tests.thorough import first_of
from tests.tui.seeing import screen, until, until_seen

SMALL, LARGE = (80, 24), (120, 40)
NAMES = [chapter.name for chapter in chapters()]
PANES = {"data", "closed-form", "live", "sweep", "descent"}


@asynccontextmanager
async def opened(
    data: Dataset,
    size: tuple[int, int] = SMALL,
    tour: str | None = None,
    settings: Settings | None = None,
) -> AsyncIterator[Pilot[None]]:

    app = LinregApp(data, settings or Settings(), tour=tour)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


def lead(pilot: Pilot[None]) -> Guide:
    app = pilot.app
    assert isinstance(app, LinregApp)
    return app.guide


def live(pilot: Pilot[None]) -> LivePane:
    return pilot.app.screen_stack[0].query_one(LivePane)


def view(pilot: Pilot[None]) -> RunView:
    return live(pilot).view


def descent(pilot: Pilot[None]) -> DescentPane:
    return pilot.app.screen_stack[0].query_one(DescentPane)


def sweep(pilot: Pilot[None]) -> SweepPane:
    return pilot.app.screen_stack[0].query_one(SweepPane)


def shown(pilot: Pilot[None]) -> set[str]:
    return {pane for pane in PANES if pilot.app.screen_stack[0].query_one(f"#{pane}").region.area}


async def be(pilot: Pilot[None], name: str, number: int) -> None:
    """Go to a step through the tour itself."""
    lead(pilot).open(name)
    while lead(pilot).number < number:
        lead(pilot).go_on()
    await pilot.pause()


def check_stage(pilot: Pilot[None], facts: Facts) -> None:
    """Check that the application is in the state that the step asks for."""
    guide = lead(pilot)
    scene, asks = guide.step.scene, guide.step.question is not None
    now = view(pilot)
    assert now.run.data is not None
    assert np.array_equal(now.run.data.x, facts.data.x)
    assert now.prediction is None or not asks
    match scene:
        case Training():
            assert shown(pilot) == {"live"}
            assert now.settings == scene.settings
            assert now.run.history[0].slope == scene.settings.initial_slope
            assert now.pace == scene.pace
            assert live(pilot).plots == Plots(
                scene.shows,
                scene.above_optimum,
                scene.z_scores,
                scene.gradient,
                scene.residuals,
            )
            second = scene.shows != "fit" or scene.gradient
            assert bool(live(pilot).query_one("#loss").region) == (
                second or not pilot.app.screen_stack[0].has_class("short")
            )
            assert bool(live(pilot).query_one("#fit").region) == (
                not second or not pilot.app.screen_stack[0].has_class("short")
            )
            if guide.step.runs:
                assert now.running
            else:
                assert not now.running
                assert now.number == now.run.history.last == scene.trained
                assert now.run.workers == scene.workers
                expected = facts.run(scene.settings)
                if scene.workers > 1:
                    expected, _ = facts.together(scene.settings, scene.workers)
                assert now.run.history[scene.trained] == expected.history[scene.trained]
        case Sweep():
            assert shown(pilot) == {"sweep"}
            assert sweep(pilot).sweep_run.recipe.plan == plan_of(scene, facts.data.n)
            assert (sweep(pilot).sweep_run.phase == "offered") != guide.step.runs
        case Descent():
            assert shown(pilot) == {"descent"}
            assert descent(pilot).walk_down.scene == scene
            seen = descent(pilot).walk_down.shown
            assert seen >= scene.shown if guide.step.runs else seen == scene.shown
            assert descent(pilot).running == guide.step.runs
        case DataView():
            assert shown(pilot) == {"data"}
            assert scene.view in str(pilot.app.query_one("#data").border_title)
        case FormulaView():
            assert shown(pilot) == {"closed-form"}
            assert scene.view in str(pilot.app.query_one("#closed-form").border_title)
        case Page():
            assert shown(pilot) == set()


def check_text(pilot: Pilot[None], text: str, last: str = "") -> None:
    """Check that all of a text is in sight."""
    seen = screen(pilot).replace("\u00a0", " ")
    room = pilot.app.query_one(TourPanel).query_one("Plot").size
    rows = lay_out(text, min(COLUMNS, room.width))
    for row in (*rows, *lay_out(last, min(COLUMNS, room.width))):
        assert flat(row).replace("\u00a0", " ").strip() in seen, flat(row)


async def check_step(pilot: Pilot[None], facts: Facts) -> None:
    """Check a step's state and text, and if it asks, its answer and outcome."""
    guide = lead(pilot)
    await pilot.pause()
    check_stage(pilot, facts)
    tour_text = guide.tour_text()
    check_text(pilot, tour_text.text, tour_text.last)
    if guide.step.question is not None:
        guide.answer(guide.number % 2)
        assert guide.tour_text().watching
        guide.go_on()
        await pilot.pause()
        tour_text = guide.tour_text()
        assert tour_text.text == guide.step.question.seen
        check_text(pilot, tour_text.text, tour_text.last)


@pytest.mark.thorough
async def test_every_kind_of_step_fits_on_a_large_screen(houses: Dataset) -> None:
    facts = facts_of_tour()
    first: dict[tuple[type, bool], tuple[str, int]] = {}
    for chapter in chapters():
        for number, step in enumerate(chapter.steps(facts)):
            kind = type(step.scene), step.question is not None
            first.setdefault(kind, (chapter.name, number))
    async with opened(houses, LARGE) as pilot:
        for name, number in first.values():
            await be(pilot, name, number)
            await check_step(pilot, facts)


@pytest.mark.parametrize("name", first_of(NAMES, 2))
async def test_a_chapter_from_its_first_step_to_its_last(houses: Dataset, name: str) -> None:
    facts = facts_of_tour()
    async with opened(houses, SMALL, name) as pilot:
        guide = lead(pilot)
        for number in range(len(guide.steps)):
            assert guide.number == number
            await check_step(pilot, facts)
            if number + 1 < len(guide.steps):
                guide.go_on()
        await pilot.press("t")
        await pilot.pause()
        assert not pilot.app.query_one(TourPanel).region.area
        assert shown(pilot)


MESSES: dict[str, list[str]] = {
    "running": ["plus", "space"],
    "another landscape": ["l", "z", "right_square_bracket", "shift+right", "left"],
    "a sweep": ["4", "w", "enter"],
    "a branch": ["y", "g", "shift+right", "left", "b", "2", "c"],
}


@pytest.mark.parametrize("mess", first_of(MESSES))
async def test_a_step_is_the_same_from_any_state(mess: str) -> None:
    facts = facts_of_tour()
    other = Dataset("other.csv", "x", "y", np.arange(100.0), 3 * np.arange(100.0) ** 1.5)
    settings = Settings.of(batch_size=10, learning_rate_m=1e-5, schedule="cosine", standardize=True)
    async with opened(other, tour=None, settings=settings) as pilot:
        await pilot.press(*MESSES[mess])
        for name, number in (("batches", 0), ("rate", 3), ("scaling", 1)):
            await be(pilot, name, number)
            check_stage(pilot, facts)
            await pilot.press(MESSES[mess][-1])


async def test_leaving_the_tour_restores_the_state_before_it(houses: Dataset) -> None:
    other = replace(houses, source="other.csv")
    async with opened(other, settings=Settings(batch_size=32)) as pilot:
        await pilot.press("shift+right")
        await until(lambda: view(pilot).run.history.last == 10)
        await pilot.press("left", "left", "plus", "l")
        before, plots = view(pilot), live(pilot).plots
        await pilot.press("t")
        assert view(pilot).run is not before.run
        await pilot.press("i", "q")
        await pilot.pause()
        now = view(pilot)
        assert (now.run, now.number, now.pace) == (before.run, 8, before.pace)
        assert live(pilot).plots == plots
        assert "other.csv" in screen(pilot)


async def test_leaving_the_tour_restores_the_sweep_and_the_views(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        sweep = pilot.app.screen_stack[0].query_one(SweepPane)
        app = pilot.app
        assert isinstance(app, LinregApp)
        app.run_sweep(default_recipe(Settings(), houses))
        app.action_pane(None)
        await until(lambda: sweep.sweep_run.phase == "done")
        await pilot.press("v", "v", "space", "t")
        swept = view(pilot)
        assert len(list(sweep.sweep_run.left)) == 5
        await pilot.press("i", "q")
        await pilot.pause()
        assert not list(sweep.sweep_run.left)
        assert pilot.app.screen_stack[0].query_one(DataPane).view == "joint plot"
        assert view(pilot).latest
        assert swept.run is not view(pilot).run


async def test_a_question_is_asked_answered_and_seen(houses: Dataset) -> None:
    async with opened(houses, tour="training") as pilot:
        keys = "1 within 0.1%   2 within 1%   3 not that near   enter skips"
        assert keys in screen(pilot).replace("\u00a0", " ")
        assert "will converge" not in screen(pilot)
        await pilot.press("3")
        assert view(pilot).running
        assert lead(pilot).tour_text().watching
        assert "You said not that near" in screen(pilot)
        await pilot.press(*["plus"] * 5)
        await until(lambda: not lead(pilot).tour_text().watching)
        await pilot.pause()
        text = screen(pilot)
        assert "✗ You said not that near; the answer is within 0.1%." in text
        assert "88.89" in text
        assert "32912.24" in text
        # Pressed again, the key neither answers nor shows another pane.
        await pilot.press("1")
        await pilot.pause()
        assert shown(pilot) == {"live"}
        await pilot.press("backspace", "1")
        assert memory.recall().answers["training/0"] == 2


async def test_a_question_can_be_skipped_and_answered_later(houses: Dataset) -> None:
    async with opened(houses, tour="rate") as pilot:
        await pilot.press("enter")
        await until_seen(pilot, "enter skip ", row=-1)
        await pilot.press("enter")
        assert memory.recall().answers["rate/1"] == memory.SKIPPED
        await until_seen(pilot, "enter on ", row=-1)
        await pilot.press("backspace", "2")
        assert memory.recall().answers["rate/1"] == 1


@pytest.mark.thorough
async def test_no_prediction_is_shown_for_a_sweep_with_a_question(houses: Dataset) -> None:
    async with opened(houses, tour="scaling") as pilot:
        await pilot.press("enter")
        await pilot.pause(0.5)
        assert "stable" not in screen(pilot)
        await pilot.press("2")
        await until(lambda: not lead(pilot).tour_text().watching)
        await pilot.pause()
        assert "diverged" in screen(pilot)
        assert "✓ You said only 8" in screen(pilot)


async def test_answers_are_summed_up_at_the_end(houses: Dataset) -> None:
    async with opened(houses, tour="rate") as pilot:
        await pilot.press("enter", "2")
        await be(pilot, "you", 2)
        assert "1 of 20 given, 1 right" in screen(pilot)
        assert "6.2 ✓ creep" in screen(pilot)


async def test_back_and_on_across_chapters(houses: Dataset) -> None:
    async with opened(houses, tour="data") as pilot:
        await pilot.press("backspace")
        assert (lead(pilot).chapter.name, lead(pilot).number) == ("introduction", 3)
        await pilot.press("enter")
        assert (lead(pilot).chapter.name, lead(pilot).number) == ("data", 0)
        await be(pilot, "introduction", 0)
        await pilot.press("backspace")
        assert (lead(pilot).chapter.name, lead(pilot).number) == ("introduction", 0)
        await be(pilot, "you", 2)
        await pilot.press("enter")
        assert (lead(pilot).chapter.name, lead(pilot).number) == ("you", 2)


async def test_leaving_to_play_and_coming_back(houses: Dataset) -> None:
    facts = facts_of_tour()
    async with opened(houses, tour="batches") as pilot:
        await pilot.press("t", "right_square_bracket", "enter", "backspace", "l")
        assert lead(pilot).number == 0
        assert view(pilot).settings.learning_rate_b == pytest.approx(0.2)
        await pilot.press("t")
        await pilot.pause()
        check_stage(pilot, facts)


async def test_predictions_are_shown_after_leaving_a_question(houses: Dataset) -> None:
    async with opened(houses, tour="training") as pilot:
        await pilot.press("t")
        await until(lambda: "will converge" in screen(pilot))


async def test_the_list_of_chapters(houses: Dataset) -> None:
    async with opened(houses, tour="") as pilot:
        await pilot.press("i")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ContentsScreen)
        for chapter in chapters():
            assert chapter.title in screen(pilot)
        assert pilot.app.screen.query_one(OptionList).highlighted == 0
        await pilot.press(*["down"] * 5, "enter")
        await pilot.pause()
        assert (lead(pilot).chapter.name, lead(pilot).number) == ("rate", 0)
        await pilot.press("i")
        await pilot.pause()
        await pilot.press("i")
        assert lead(pilot).chapter.name == "rate"


async def test_the_place_is_remembered_and_forgotten(houses: Dataset) -> None:
    async with opened(houses, tour="rate") as pilot:
        await pilot.press("enter", "3", "enter", "enter")
    async with opened(houses) as pilot:
        await pilot.press("t")
        assert (lead(pilot).chapter.name, lead(pilot).number) == ("rate", 2)
        await pilot.press("i", "f")
        await pilot.pause()
        assert (lead(pilot).chapter.name, lead(pilot).number) == ("introduction", 0)
    assert memory.recall().answers == {}


@pytest.mark.parametrize("known", [("gone", 3), ("rate", 99), ("rate", -4)])
async def test_a_place_that_no_longer_exists(houses: Dataset, known: tuple[str, int]) -> None:
    memory.remember(memory.Progress(*known))
    async with opened(houses, tour="") as pilot:
        assert 0 <= lead(pilot).number < len(lead(pilot).steps)


async def test_a_place_that_cannot_be_saved(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(memory, "folder", lambda: tmp_path / "file" / "deeper")
    async with opened(houses, tour="data") as pilot:
        await pilot.press("enter", "i", "f")
        await pilot.pause()
        assert lead(pilot).number == 0


@pytest.mark.thorough
async def test_changing_the_rate_of_a_descent(houses: Dataset) -> None:
    async with opened(houses, tour="rate") as pilot:
        await be(pilot, "rate", 3)
        walk = descent(pilot).walk_down
        assert walk.rate == FIGURE_7.rates[0] == 0.1
        for _ in range(4):
            await pilot.press("right_square_bracket")
        assert walk.rate == 0.5
        assert walk.path[1] == pytest.approx(0)
        await pilot.press(*["right_square_bracket"] * 10)
        assert walk.rate == 1.1
        assert abs(walk.path[-1]) > abs(walk.path[0])
        await pilot.pause()
        assert "left the picture" in screen(pilot)
        await pilot.press("home", "right", "right")
        assert walk.shown == 2
        await pilot.press("r")
        assert descent(pilot).walk_down.rate == 0.1
        await pilot.press("space", "plus", "plus")
        await until(lambda: not descent(pilot).running)
        assert descent(pilot).walk_down.shown == len(FIGURE_7.rates)


async def test_keys_without_a_meaning_for_a_descent_are_off(houses: Dataset) -> None:
    async with opened(houses, tour="rate") as pilot:
        settings = view(pilot).settings
        await pilot.press("left_curly_bracket", "l", "b", "g")
        await pilot.pause()
        assert view(pilot).settings == settings
        assert shown(pilot) == {"descent"}


async def test_the_timeline_works_as_always(houses: Dataset) -> None:
    async with opened(houses, tour="training") as pilot:
        await be(pilot, "training", 1)
        await pilot.press("home", "right", "shift+right")
        assert view(pilot).number == 11
        await pilot.press("space", "space")
        await until(lambda: view(pilot).run.history.last > 30)


async def test_no_question_gives_its_outcome_away() -> None:
    """Check that the first text of a question has no number from its outcome."""
    facts = facts_of_tour()
    for chapter in chapters():
        for step in chapter.steps(facts):
            if step.question is not None and isinstance(step.scene, Training):
                last = facts.last(step.scene.settings)
                assert f"{last.slope:.2f}" not in step.text


async def test_a_screen_that_is_too_small_gets_its_message_in_the_tour_too(houses: Dataset) -> None:
    async with opened(houses, (60, 16), "training") as pilot:
        assert "how near to the least" in screen(pilot)
    async with opened(houses, (40, 10), "training") as pilot:
        assert "60x16" in screen(pilot)


async def test_the_tour_is_in_the_help_and_the_footer(houses: Dataset) -> None:
    async with opened(houses, tour="") as pilot:
        for text in ("enter on", "back", "i chapters", "t leave", "space run", "? help", "q quit"):
            assert text in screen(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert "On in the tour" in screen(pilot)


@pytest.mark.thorough
async def test_the_limit_that_is_predicted(houses: Dataset) -> None:
    limit = predict(houses, Settings()).max_stable_scale
    async with opened(houses, tour="scaling") as pilot:
        await be(pilot, "scaling", 2)
        assert f"{limit:.2f}" not in screen(pilot)
        await pilot.press("3", "enter")
        await pilot.pause()
        assert f"{limit:.2f} times" in screen(pilot)


async def test_settings_changed_before_the_answer_do_not_count(houses: Dataset) -> None:
    async with opened(houses, tour="gradient") as pilot:
        await be(pilot, "gradient", 2)
        await pilot.press("shift+right")
        await until(lambda: view(pilot).run.history.last > 1)
        await pilot.press("2")
        await until(lambda: not lead(pilot).tour_text().watching)
        assert (view(pilot).number, view(pilot).run.history.last) == (1, 1)


async def test_the_footer_shows_the_way_back_to_the_tour(houses: Dataset) -> None:
    async with opened(houses, tour="rate") as pilot:
        await pilot.press("t")
        await until(lambda: "t tour" in screen(pilot).splitlines()[-1])
        # The curve can be played with; a pane's key leads to the houses.
        assert "slope m" not in screen(pilot)
        await pilot.press("0")
        await until(lambda: shown(pilot) == {"live"})


async def test_at_the_end_enter_does_nothing(houses: Dataset) -> None:
    async with opened(houses, tour="you") as pilot:
        await until(lambda: "enter on" in screen(pilot).splitlines()[-1])
        await be(pilot, "you", 2)
        await until(lambda: "enter on" not in screen(pilot).splitlines()[-1])
        assert "That is the end of the tour" in screen(pilot)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_chapters_are_listed_where_they_fit(
    houses: Dataset, size: tuple[int, int]
) -> None:
    async with opened(houses, size, "batches") as pilot:
        assert ("▸  8 Mini-batches" in screen(pilot)) is (size == LARGE)
        assert ("   11 Now you" in screen(pilot)) is (size == LARGE)


@pytest.mark.thorough
async def test_the_keys_of_the_tour_are_off_while_points_are_edited(houses: Dataset) -> None:
    async with opened(houses, SMALL, "training") as pilot:
        await pilot.press("p")
        await until(lambda: "enter lift" in screen(pilot).splitlines()[-1])
        number = lead(pilot).number
        await pilot.press("a", "enter", "enter")
        await until(lambda: "552" in screen(pilot))
        assert lead(pilot).number == number
        await pilot.press("question_mark")
        await pilot.pause()
        assert "On in the tour" not in screen(pilot)
        await pilot.press("question_mark", "p")
        await until(lambda: "enter skip" in screen(pilot).splitlines()[-1])
        await pilot.press("enter")
        assert lead(pilot).tour_text().watching or lead(pilot).number == number + 1
