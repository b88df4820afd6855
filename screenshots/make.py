"""Make the pictures of the README from the running application.

python screenshots/make.py
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.panes.sweep import SweepPane
from linreg_tui.tui.svg import svg

FOLDER = Path(__file__).parent


Done = Callable[[LinregApp], bool]


def at_step(number: int) -> Done:
    """The live pane shows this step, or a later one."""
    return lambda app: app.query_one(LivePane).view.number >= number


def swept(app: LinregApp) -> bool:
    """The sweep is done."""
    return app.query_one(SweepPane).course.phase == "done"


async def picture(
    name: str, size: tuple[int, int], keys: list[str], done: Done, *then: str
) -> None:
    """Press keys, wait until that is done, press further keys, and save what the screen shows."""
    app = LinregApp(bundled(), Settings())
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        while not done(app):
            await pilot.pause(0.05)
        await pilot.press(*then)
        await pilot.pause(0.5)
        drawn = svg(app.screen._compositor.render_strips())
    (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


async def main() -> None:
    """Make all of them."""
    too_large = ["right_square_bracket"] * 3
    run = ["plus", "plus", "space"]
    await picture(
        "all-panes",
        (120, 40),
        ["w", "enter", "0", *run],
        lambda app: swept(app) and at_step(30)(app),
    )
    await picture("diverging", (80, 24), [*too_large, *run], at_step(30))
    small = ["left_curly_bracket"] * 6
    await picture("landscape", (100, 36), [*small, "3", "l", *run], at_step(60))
    await picture("sweep", (100, 30), ["w", "enter"], swept)


if __name__ == "__main__":
    asyncio.run(main())
