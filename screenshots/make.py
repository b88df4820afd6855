"""Make the README's pictures from the running application.

python screenshots/make.py
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tour import memory
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.svg import svg
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.panes.sweep.pane import SweepPane

FOLDER = Path(__file__).parent


Done = Callable[[LinregApp], bool]


def at_step(number: int) -> Done:
    """Return a condition: the live pane shows this step or a later one."""
    return lambda app: app.query_one(LivePane).view.number >= number


def swept(app: LinregApp) -> bool:
    """Return whether the sweep is done."""
    return app.query_one(SweepPane).sweep_run.phase == "done"


def soon(_: LinregApp) -> bool:
    """Return True: there is nothing to wait for."""
    return True


async def picture(
    name: str,
    size: tuple[int, int],
    keys: list[str],
    done: Done,
    *then: str,
    tour: str | None = None,
) -> None:
    """Press keys, wait until `done`, press more keys, and save the screen as a picture."""
    app = LinregApp(bundled(), Settings(), tour=tour)
    async with app.run_test(size=size) as pilot:
        while not app.settled:
            await pilot.pause(0.05)
        await pilot.press(*keys)
        while not done(app):
            await pilot.pause(0.05)
        await pilot.press(*then)
        await pilot.pause(0.5)
        drawn = svg(app.screen._compositor.render_strips())
    (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


async def main() -> None:
    """Make all pictures, with a separate folder for the tour's progress."""
    memory.folder = lambda: Path(tempfile.mkdtemp())
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
    await picture("sweep", (100, 30), ["w", "enter"], swept, "S")
    overshooting = [*too_large, "3", "g", *["right"] * 3]
    await picture("step", (100, 36), overshooting, at_step(3))
    await picture("live", (80, 24), run, at_step(30))
    await picture("data", (80, 24), ["1", "v"], soon)
    await picture("closed-form", (80, 24), ["2", "c", "c"], soon)
    await picture(
        "editing", (100, 36), ["p", "n", "n", "n", "enter", *["shift+up"] * 2, *run], soon
    )
    await picture("presenter", (80, 24), ["d", *run], at_step(30))
    await picture("tour", (120, 36), ["1", *run[:2]], at_step(30), tour="training")


if __name__ == "__main__":
    asyncio.run(main())
