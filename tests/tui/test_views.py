"""The views of the data and of the closed form, on the screen."""

from __future__ import annotations

import threading

import pytest
from textual.pilot import Pilot

from linreg_tui.core.dataset import Dataset
from linreg_tui.tui.drawing.picture import Picture, Role, lines
from linreg_tui.tui.panes.closed_form.pane import ClosedFormPane
from linreg_tui.tui.panes.data.pane import DataPane
from linreg_tui.tui.panes.views import PaneView, ViewsPane, ViewTab
from tests.thorough import first_of
from tests.tui.seeing import resize, screen, until
from tests.tui.test_app import opened, shown, step_on, view

DATA = {
    "scatter": "551 rows",
    "joint plot": "p 6.9e-108",
    "table": "158216.28",
}
CLOSED_FORM = {
    "sums": "83,388,038,314",
    "derivation": "7312142436208",
    "inference": "3.130536",
    "residuals": "↑ residual",
    "Q-Q": "normal quantile →",
    "leverage": "leverage →",
}


def names(pilot: Pilot[None], pane: type[ViewsPane]) -> list[str]:
    """Return the views that the pane says are in sight."""
    tabs = pilot.app.query_one(pane).query(ViewTab)
    return [str(tab.content) for tab in tabs if tab.has_class("chosen")]


async def appears(pilot: Pilot[None], words: str) -> None:
    await until(lambda: words in screen(pilot))


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
@pytest.mark.parametrize(
    ("key", "pane", "views"),
    [("v", DataPane, DATA), ("c", ClosedFormPane, CLOSED_FORM)],
    ids=["data", "closed form"],
)
async def test_a_key_cycles_through_the_views(
    houses: Dataset, key: str, pane: type[ViewsPane], views: dict[str, str], size: tuple[int, int]
) -> None:
    async with opened(houses, size=size) as pilot:
        if size == (80, 24):
            await pilot.press(key)
            assert shown(pilot) == [pilot.app.query_one(pane).id]
        for name, words in [*views.items(), *list(views.items())[:1]]:
            await appears(pilot, words)
            assert names(pilot, pane) == [name]
            await pilot.press(key)
            await pilot.pause()
        assert pilot.app.query_one(pane).border_title == (
            f"{'1 Data' if key == 'v' else '2 Closed form'} · {list(views)[1]} · {key} changes"
        )


async def test_the_axes_of_a_view_are_all_on_the_screen(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("1", "v")
        for size in ((80, 24), (120, 40)):
            await resize(pilot, *size)
            await appears(pilot, "95% band")
            assert screen(pilot).splitlines()[-2].rstrip().endswith("GrLivArea →")


async def test_a_pane_alone_shows_which_views_there_are(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        assert "1 Data · scatter · v changes" in screen(pilot)
        assert "joint plot" not in screen(pilot)
        await pilot.press("1")
        await pilot.pause()
        assert "v  scatter  joint plot  table" in screen(pilot)


async def test_a_view_can_be_clicked(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        await pilot.press("1")
        await pilot.pause()
        await pilot.click(list(pilot.app.query_one(DataPane).query(ViewTab))[2])
        await appears(pilot, "158216.28")
        assert names(pilot, DataPane) == ["table"]
        assert names(pilot, ClosedFormPane) == ["sums"]


async def test_all_residuals_are_shown_together_where_they_fit(houses: Dataset) -> None:
    pictures = [CLOSED_FORM[name] for name in ("residuals", "Q-Q", "leverage")]
    async with opened(houses, size=(200, 60)) as pilot:
        await pilot.press("2", "c", "c", "c")
        await until(lambda: all(words in screen(pilot) for words in pictures))
        assert names(pilot, ClosedFormPane) == ["residuals", "Q-Q", "leverage"]
        await pilot.resize_terminal(80, 24)
        await until(lambda: names(pilot, ClosedFormPane) == ["residuals"])
        assert pictures[0] in screen(pilot)
        assert pictures[2] not in screen(pilot)
        await pilot.resize_terminal(200, 60)
        await until(lambda: len(names(pilot, ClosedFormPane)) == 3)
        await pilot.press("c")
        await until(lambda: names(pilot, ClosedFormPane) == ["sums"])


async def test_the_derivation_fits_a_small_screen(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        await pilot.press("2", "c")
        await appears(pilot, "4 intercept")
        rows = screen(pilot).splitlines()
        assert rows[-3].strip() == "b = 2898074378812866 / 83388038314 = 34754.077892"
        assert "…" not in screen(pilot)


async def test_views_leave_the_run_alone(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await step_on(pilot, "right", 1)
        await pilot.press("v", "c", "v", "c", "v")
        await pilot.pause()
        assert view(pilot).number == 1
        assert not view(pilot).running


class Slow(ViewsPane):
    """A view that is drawn at once, and again when its preparation may finish."""

    def __init__(self) -> None:
        self.begun, self.words = threading.Event(), threading.Event()
        self.times = 0
        self.thread: int | None = None
        views = PaneView("quick", self.draw), PaneView("slow", self.draw, self.prepare)
        super().__init__("slow", "Slow", "s", views, "quick")

    def prepare(self) -> None:
        self.thread = threading.get_ident()
        self.begun.set()
        assert self.words.wait(10)
        self.times += 1

    def draw(self, columns: int, rows: int) -> Picture:
        return lines(columns, rows, [[(f"prepared {self.times}", Role.TEXT)]])


async def test_slow_work_is_done_once_in_the_background(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        pane = Slow()
        await pilot.app.screen.mount(pane)
        await pilot.pause()
        assert not pane.begun.is_set()
        pane.show_view(pane.next_view)
        await until(pane.begun.is_set)
        assert pane.thread != threading.get_ident()
        await step_on(pilot, "right", 1)
        pane.show_view(pane.next_view)
        pane.show_view(pane.next_view)
        pane.words.set()
        await until(lambda: pane.times == 1)
        await pilot.pause(0.05)
        assert pane.times == 1


async def test_a_view_that_is_ready_too_late_does_no_harm(houses: Dataset) -> None:
    """An application that closes has no plots any more."""
    begun, closed = threading.Event(), threading.Event()

    def prepare() -> None:
        begun.set()
        closed.wait(10)

    async with opened(houses, size=(120, 40)) as pilot:
        pane = pilot.app.screen.query_one(DataPane)
        pane.set_views((PaneView("scatter", lambda c, r: lines(c, r, []), prepare),))
        await until(begun.is_set)
        await pane.query("*").remove()
        closed.set()
        await until(lambda: all(worker.is_finished for worker in pilot.app.workers))
        assert pilot.app.is_running
