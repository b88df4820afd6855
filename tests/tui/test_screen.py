from __future__ import annotations

import re

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from linreg_tui.core.dataset import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.screen import MainScreen


class Letters(Widget):
    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        return Strip([Segment("abcdefghij"), Segment("价klmn")], 16)


class OneWidget(App[None]):
    def get_default_screen(self) -> Screen[object]:
        return MainScreen()

    def compose(self) -> ComposeResult:
        yield Letters()


async def test_a_changed_region_sends_its_own_cells() -> None:
    app = OneWidget()
    async with app.run_test(size=(30, 4)) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        compositor._dirty_regions = {Region(2, 1, 3, 1), Region(8, 1, 4, 1), Region(13, 3, 9, 1)}
        update = compositor.render_partial_update()
        assert update is not None
        sent = re.findall(
            r"\x1b\[([\d;]+)H([^\x1b]*)", _uncoloured(update.render_segments(app.console))
        )
        assert sorted(sent) == [("2;3", "cde"), ("2;9", "ij价"), ("4;14", "lmn      ")]


async def test_the_application_has_such_a_screen() -> None:
    app = LinregApp(bundled(), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)


def _uncoloured(sequence: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", sequence)
