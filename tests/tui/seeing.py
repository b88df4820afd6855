"""What tests of the application do all the time: look at the screen, and wait for something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot


def screen(pilot: Pilot[Any]) -> str:
    """The characters on the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Let the application go on until the condition holds.

    Raises
    ------
    TimeoutError
        If it doesn't in time.
    """
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.004)
