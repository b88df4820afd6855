from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import _wait, constants
from textual.app import App
from textual.pilot import Pilot

from linreg_tui.tui.app import LinregApp

QUIET = 1.2 / constants.MAX_FPS


@pytest.fixture(scope="session", autouse=True)
def _waiting_for_no_longer_than_a_frame() -> None:
    """Textual looks whether all is quiet every 20 ms, which is 1.2 of its own frames.

    With as many frames as the program has it is as good a look after a quarter of that, and tests
    wait for it thousands of times.
    """
    _wait.SLEEP_GRANULARITY = QUIET
    _wait.SLEEP_IDLE = QUIET / 20


@pytest.fixture(autouse=True)
def _whole_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests begin when all panes are there, and what is told at the start has been told."""

    @asynccontextmanager
    async def run_test(app: LinregApp, **options: Any) -> AsyncIterator[Pilot[None]]:
        async with App.run_test(app, **options) as pilot:
            async with asyncio.timeout(10):
                while not app.settled:
                    await pilot.pause(0.005)
            await pilot.pause()
            yield pilot

    monkeypatch.setattr(LinregApp, "run_test", run_test)
