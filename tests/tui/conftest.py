from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from linreg_tui.tui.app import LinregApp


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
