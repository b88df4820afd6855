from __future__ import annotations

import asyncio
import re
import time

import pytest
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.pilot import Pilot

from linreg_tui.compat.guarded import QUESTION
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.tui import link as link_module
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.link import Link
from linreg_tui.tui.panes.live.pane import LivePane
from tests.tui.seeing import screen, until, until_seen
from tests.tui.test_app import opened, view


def asked(frames: int = 1) -> Link:
    """Return the link to a terminal that answers, after some frames."""
    link = Link()
    link.answer()
    for _ in range(frames):
        link.draw()
        assert link.ask()
    return link


def linked(pilot: Pilot[None]) -> Link:
    assert isinstance(pilot.app, LinregApp)
    return pilot.app.link


def be_behind(link: Link) -> None:
    """Send a frame that the terminal has not answered yet."""
    link.answer()
    link.draw()
    assert link.ask()


def test_a_terminal_that_never_answers_counts_as_keeping_up() -> None:
    link = Link()
    link.draw()
    assert not link.ask()
    assert link.free


def test_there_is_one_question_a_frame() -> None:
    assert not asked().ask()


def test_it_is_free_again_with_the_last_answer() -> None:
    link = asked(2)
    link.answer()
    assert not link.free
    link.answer()
    assert link.free


def test_a_lost_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    link = asked()
    assert not link.free
    monkeypatch.setattr(link_module, "ANSWER_SECONDS", 0.0)
    assert link.free


def test_it_waits_until_the_last_frame_is_written() -> None:
    assert not Link(lambda: False).free


def test_frames_are_no_more_than_fps(monkeypatch: pytest.MonkeyPatch) -> None:
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
        link = linked(pilot)
        await pilot.press("space")
        await until(lambda: view(pilot).number >= 2)
        be_behind(link)
        shown, run = view(pilot).number, view(pilot).run
        await until(lambda: run.history.last >= shown + 3)
        assert view(pilot).number == shown
        assert re.search(rf"step +{shown} ", screen(pilot))
        pilot.app.post_message(TerminalSupportsSynchronizedOutput())
        await until(lambda: view(pilot).number >= shown + 3)
        be_behind(link)
        await pilot.press("left")
        await until_seen(pilot, "looking back")


async def test_a_lost_answer_leaves_no_step_unseen(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "ANSWER_SECONDS", 0.1)
    async with opened(houses, Settings(epochs=3), size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(lambda: view(pilot).number == 1)
        be_behind(linked(pilot))
        await until(lambda: view(pilot).run.history.last == 3)
        await until_seen(pilot, "finished, ")


async def test_another_picture_meanwhile_leaves_no_step_unseen(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "ANSWER_SECONDS", 0.1)
    async with opened(houses, size=(120, 40)) as pilot:
        be_behind(linked(pilot))
        run = view(pilot).run
        await pilot.press("right")
        await until(lambda: run.history.last == 1)
        await pilot.press("s")
        await until(lambda: view(pilot).number == 1)


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


async def test_behind_a_form_frames_are_few(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=10_000), size=(120, 40)) as pilot:
        await pilot.press("plus", "plus", "plus", "space", "question_mark")
        live = pilot.app.screen_stack[0].query_one(LivePane)
        assert not live.screen.is_active
        run, seen = live.view.run, set[int]()
        began = time.monotonic()
        while time.monotonic() - began < 1:
            await asyncio.sleep(0.005)
            seen.add(live.view.number)
        assert run.history.last > 20
        assert 2 <= len(seen) <= 7  # five in a second
