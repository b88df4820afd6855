"""What tests of the application do all the time: read the screen, and wait for something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from textual.geometry import Size
from textual.pilot import Pilot


def screen(pilot: Pilot[Any]) -> str:
    """Return the characters on the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Let the application run until the condition holds.

    It has twice the time that it takes to look.

    Raises
    ------
    TimeoutError
        If it doesn't in time.
    """
    async with asyncio.timeout(seconds):
        began = time.monotonic()
        while not condition():
            await asyncio.sleep(max(0.004, 2 * (time.monotonic() - began)))
            began = time.monotonic()


async def until_seen(pilot: Pilot[Any], text: str, row: int | None = None) -> None:
    """Let the application run until the text is on the screen, or in that row, -1 for the last."""
    rows = slice(None) if row is None else slice(row, row + 1 or None)
    await until(lambda: text in "\n".join(screen(pilot).splitlines()[rows]))


async def resize(pilot: Pilot[Any], columns: int, rows: int) -> None:
    """Change the size of the screen, and wait until it has so many rows."""
    await pilot.resize_terminal(columns, rows)
    size = Size(columns, rows)
    await until(lambda: pilot.app.screen.size == size and len(screen(pilot).splitlines()) == rows)
