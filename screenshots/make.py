"""Make the pictures of the README from the running application.

python screenshots/make.py
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.svg import svg

FOLDER = Path(__file__).parent


async def picture(name: str, size: tuple[int, int], keys: list[str], until: int) -> None:
    """Press keys, wait for the live pane to show step `until`, and save what the screen shows."""
    app = LinregApp(bundled(), Settings())
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        while app.query_one(LivePane).view.number < until:
            await pilot.pause(0.05)
        await pilot.pause(0.5)
        drawn = svg(app.screen._compositor.render_strips())
    (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


async def main() -> None:
    """Make all of them."""
    too_large = ["right_square_bracket"] * 3
    await picture("all-panes", (120, 40), ["w", "plus", "plus", "space"], until=30)
    await picture("diverging", (80, 24), [*too_large, "plus", "plus", "space"], until=30)
    small = ["left_curly_bracket"] * 6
    await picture("landscape", (100, 36), [*small, "3", "l", "plus", "plus", "space"], until=60)


if __name__ == "__main__":
    asyncio.run(main())
