"""Notices, whose time may run out at any moment."""

from __future__ import annotations

import time

import pytest
from textual import notifications

from linreg_tui.compat.notice import Notice
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.settings import SettingsForm
from tests.tui.seeing import until, until_seen


def test_an_expired_notice_has_time_left() -> None:
    expired, fresh = Notice("old", timeout=-1), Notice("new", timeout=5)
    assert expired.has_expired
    assert not fresh.has_expired
    assert 0 < expired.time_left < 1
    assert 4 < fresh.time_left <= 5


async def test_a_screen_opens_at_the_moment_a_notice_expires(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LinregApp(houses, Settings())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.notify("gone in a moment", timeout=60)
        await until_seen(pilot, "gone in a moment")
        assert all(isinstance(shown, Notice) for shown in app._notifications)
        # The screen asked just before, and the time is over now.
        monkeypatch.setattr(Notice, "has_expired", False)
        monkeypatch.setattr(notifications, "time", lambda: time.time() + 61)
        await pilot.press("e")
        await until(lambda: isinstance(app.screen, SettingsForm))
        await until(lambda: not list(app._notifications))
