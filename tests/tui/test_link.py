from __future__ import annotations

import pytest
from textual.messages import TerminalSupportsSynchronizedOutput

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.training import Progress
from linreg_tui.tui import link as link_module
from linreg_tui.tui.link import QUESTION, Link
from tests.tui.test_app import opened, screen, step_on, until, view


def test_a_terminal_that_never_answers_is_taken_to_keep_up() -> None:
    link = Link()
    assert link.free
    assert not link.answers


def test_it_is_free_again_with_the_last_answer() -> None:
    link = Link()
    link.answered()
    link.asked()
    link.asked()
    link.answered()
    assert not link.free
    link.answered()
    assert link.free


def test_what_was_lost_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    link = Link()
    link.asked()
    assert not link.free
    monkeypatch.setattr(link_module, "LOST", 0.0)
    assert link.free


async def test_progress_waits_for_the_terminal_and_keys_do_not(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=10_000)) as pilot:
        live, link = pilot.app._live, pilot.app._link  # type: ignore[attr-defined]
        await step_on(pilot, "shift+right", 10)
        await pilot.pause()
        link.answers = True
        link.asked()
        live.view.run.advance(5)
        live._tell(Progress(live._player._training.run_id, 15, done=True, diverged=False))
        await until(pilot, lambda: view(pilot).number == 15)
        await pilot.pause()
        assert "paused at step 10 of" in screen(pilot)
        pilot.app.post_message(TerminalSupportsSynchronizedOutput())
        await until(pilot, lambda: "paused at step 15 of" in screen(pilot))
        link.asked()
        await pilot.press("left")
        await pilot.pause()
        assert "step 14 of 15" in screen(pilot)


async def test_the_terminal_is_asked_after_each_frame_once_it_has_answered(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(houses) as pilot:
        driver = pilot.app._driver
        assert driver is not None
        written: list[str] = []
        monkeypatch.setattr(driver, "write", written.append)
        await pilot.press("plus")
        await pilot.pause()
        assert QUESTION not in written
        pilot.app.post_message(TerminalSupportsSynchronizedOutput())
        await pilot.press("minus")
        await until(pilot, lambda: QUESTION in written)
