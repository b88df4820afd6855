from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from linreg_tui.tui.drawing.picture import Picture, Role, lines
from linreg_tui.tui.drawing.plot import Plot, changes
from tests.tui.seeing import until

WIDTH, HEIGHT = 30, 6

cells = st.lists(
    st.text(alphabet="ab ", min_size=WIDTH, max_size=WIDTH), min_size=HEIGHT, max_size=HEIGHT
)


def picture(rows: list[str], role: Role = Role.TEXT) -> Picture:
    return lines(WIDTH, HEIGHT, [[(row, role)] for row in rows])


@given(cells, cells)
def test_the_changes_are_what_differs(last: list[str], now: list[str]) -> None:
    before, after = picture(last), picture(now)
    patched = before.glyphs.copy()
    for region in changes(before, after):
        rows, columns = slice(region.y, region.bottom), slice(region.x, region.right)
        patched[rows, columns] = after.glyphs[rows, columns]
    assert np.array_equal(patched, after.glyphs)


def test_a_new_colour_is_a_change() -> None:
    rows = ["ab".ljust(WIDTH)] * HEIGHT
    assert len(list(changes(picture(rows), picture(rows, Role.FIT)))) == HEIGHT


def test_a_row_is_sent_once() -> None:
    blank = [" " * WIDTH] * HEIGHT
    dotted = ["a" + " " * 20 + "b".ljust(9), *blank[1:]]
    regions = list(changes(picture(blank), picture(dotted)))
    assert regions == [Region(0, 0, 22, 1)]


class OnePlot(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.rows = [" " * WIDTH] * HEIGHT
        self.drawn: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield Plot(self.draw)

    def draw(self, columns: int, rows: int) -> Picture:
        self.drawn.append((columns, rows))
        return lines(columns, rows, [[(row, Role.TEXT)] for row in self.rows])


def screen(app: App[None]) -> list[str]:
    return [
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips()
    ]


@pytest.mark.painted
async def test_the_picture_is_on_the_screen_and_follows_its_size() -> None:
    app = OnePlot()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        plot = app.query_one(Plot)
        app.rows = ["[red]价格".ljust(20), "second"]
        plot.redraw()
        await pilot.pause()
        assert screen(app)[0].startswith("[red]价格")
        assert screen(app)[1].startswith("second")
        await pilot.resize_terminal(20, 3)
        await until(lambda: app.drawn[-1] == (20, 3))
        assert len(screen(app)) == 3


@pytest.mark.painted
async def test_it_is_drawn_once_for_each_paint() -> None:
    app = OnePlot()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        assert app.drawn == [(WIDTH, HEIGHT)]
        plot = app.query_one(Plot)
        plot.display = False
        await pilot.pause()
        for word in ("one", "two", "three"):
            app.rows = [word]
            plot.redraw()
            await pilot.pause()
        assert len(app.drawn) == 1  # nobody would see another drawing
        plot.display = True
        await pilot.pause()
        assert screen(app)[0].startswith("three")
        assert app.drawn == [(WIDTH, HEIGHT)] * 2
        await pilot.resize_terminal(20, 3)
        await until(lambda: app.drawn[2:])
        await pilot.pause()
        assert app.drawn[2:] == [(20, 3)]
