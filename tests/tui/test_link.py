from __future__ import annotations

import pytest
from textual.messages import TerminalSupportsSynchronizedOutput

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.training import Progress
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.terminal import link as link_module
from linreg_tui.tui.terminal.link import QUESTION, Link
from tests.tui.seeing import screen, until
from tests.tui.test_app import opened, step_on, view


def asked(frames: int = 1) -> Link:
    """Of a terminal that answers, after some frames."""
    link = Link()
    link.answer()
    for _ in range(frames):
        link.draw()
        assert link.ask()
    return link


def test_a_terminal_that_never_answers_is_taken_to_keep_up() -> None:
    link = Link()
    link.draw()
    assert not link.ask()
    assert link.free


def test_a_frame_is_asked_for_once() -> None:
    assert not asked().ask()


def test_it_is_free_again_with_the_last_answer() -> None:
    link = asked(2)
    link.answer()
    assert not link.free
    link.answer()
    assert link.free


def test_what_was_lost_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    link = asked()
    assert not link.free
    monkeypatch.setattr(link_module, "ANSWER_LOST", 0.0)
    assert link.free


def test_it_waits_while_what_was_drawn_could_not_be_written() -> None:
    assert not Link(lambda: False).free


def test_frames_are_no_more_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    link = Link(fps=5)
    assert link.free
    link.draw()
    now += 0.19
    assert not link.free
    now += 0.01
    assert link.free


async def test_progress_waits_for_the_terminal_and_keys_do_not(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=10_000)) as pilot:
        live, link = pilot.app.live, pilot.app.link  # type: ignore[attr-defined]
        await step_on(pilot, "shift+right", 10)
        assert "paused at step 10 of" in screen(pilot)
        link.answer()
        link.draw()
        assert link.ask()
        live.view.run.advance(5)
        live._tell(Progress(live._player._training.run_id, 15, done=True, diverged=False))
        await until(lambda: view(pilot).number == 15)
        await pilot.pause()
        assert "paused at step 10 of" in screen(pilot)
        pilot.app.post_message(TerminalSupportsSynchronizedOutput())
        await until(lambda: "paused at step 15 of" in screen(pilot))
        link.answer()
        link.draw()
        assert link.ask()
        await pilot.press("left")
        await pilot.pause()
        assert "step 14 of 15" in screen(pilot)


async def test_an_answer_that_never_comes_leaves_nothing_unseen(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "ANSWER_LOST", 0.1)
    async with opened(houses, size=(120, 40)) as pilot:
        live, link = pilot.app.live, pilot.app.link  # type: ignore[attr-defined]
        await step_on(pilot, "right", 1)
        link.answer()
        link.draw()
        assert link.ask()
        live.view.run.advance(5)
        live._tell(Progress(live._player._training.run_id, 6, done=True, diverged=False))
        await until(lambda: "paused at step 6 of" in screen(pilot))


async def test_the_terminal_is_asked_after_each_frame_once_it_has_answered(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        driver = pilot.app._driver
        assert driver is not None
        written: list[str] = []
        monkeypatch.setattr(driver, "write", written.append)
        await pilot.press("plus")
        await pilot.pause()
        assert QUESTION not in written
        pilot.app.post_message(TerminalSupportsSynchronizedOutput())
        await pilot.press("minus")
        await until(lambda: QUESTION in written)


async def test_behind_a_form_frames_are_few(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        live = pilot.app.query_one(LivePane)
        await pilot.press("question_mark")
        assert not live.screen.is_active
        drawn: list[int] = []
        monkeypatch.setattr(live, "_redraw", lambda: drawn.append(view(pilot).number))
        late = live._last_resort
        monkeypatch.setattr(late, "resume", lambda: drawn.append(-1))
        live.view.run.advance(5)
        live._tell(Progress(live._player._training.run_id, 5, done=True, diverged=False))
        await until(lambda: drawn)
        assert drawn == [-1]  # it is left to the timer
        live._catch_up()
        assert drawn == [-1, 5]
