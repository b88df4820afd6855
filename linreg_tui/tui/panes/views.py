"""A pane with several views of one thing, which a key goes through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.messages import ViewChosen
from linreg_tui.tui.work import begin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PaneView:
    """One way to look at what a pane shows.

    `prepare` works out what takes its time, in a thread and once, when the view is first asked
    for; until then `draw` draws what it can.
    """

    name: str
    draw: Callable[[int, int], Picture]
    prepare: Callable[[], None] | None = None


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Makes something when it is first asked for, by whichever thread, and keeps it."""
    making, made = Lock(), cache(make)

    def get() -> T:
        with making:
            return made()

    return get


class ViewTab(Static):
    """One view's name; clicking chooses it."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(Content(name))
        self._number = number

    def on_click(self) -> None:
        """Choose the view."""
        self.post_message(ViewChosen(self._number))


class ViewsPane(Vertical):
    """Shows one of its views; alone on the screen, with the names of all above it."""

    def __init__(self, pane: str, title: str, key: str, views: Sequence[PaneView]) -> None:
        super().__init__(id=pane, classes="pane")
        self._title = title
        self._key = key
        self._views = views
        self._number = 0
        self._begun: set[Callable[[], None]] = set()

    def compose(self) -> ComposeResult:
        """The names, and one picture."""
        with Horizontal(classes="views"):
            yield Static(Content(self._key), classes="key")
            for number, view in enumerate(self._views):
                yield ViewTab(number, view.name)
        yield Plot(lambda columns, rows: self._views[self._number].draw(columns, rows))

    def on_mount(self) -> None:
        """Say which view it is."""
        self._tell()

    def on_resize(self, event: events.Resize) -> None:
        """More views may be in sight now, or fewer."""
        self._tell(event.size)

    def next_view(self) -> None:
        """The view after those in sight, the first one after the last."""
        self.show_view((max(self.in_sight(self._number, self.size)) + 1) % len(self._views))

    def show_view(self, number: int) -> None:
        """Show a view, and what it takes time to work out when that is done."""
        self._number = number
        prepare = self._views[number].prepare
        if prepare is not None and prepare not in self._begun:
            self._begun.add(prepare)
            begin(self, "views", self._prepare, prepare)
        self._tell()
        self.query_one(Plot).redraw()

    @property
    def view(self) -> str:
        """The name of the view that was asked for."""
        return self._views[self._number].name

    def show_named(self, name: str) -> None:
        """Show the view of that name."""
        self.show_view(next(k for k, view in enumerate(self._views) if view.name == name))

    def look_at(self, views: Sequence[PaneView]) -> None:
        """The same views, of other data."""
        self._views = views
        self._begun.clear()
        self.workers.cancel_group(self, "views")
        self.show_view(self._number)

    def on_view_chosen(self, message: ViewChosen) -> None:
        """A name was clicked."""
        message.stop()
        self.show_view(message.number)

    def in_sight(self, number: int, size: Size) -> Sequence[int]:
        """The views that are seen where one is asked for: that one, if there is no more room."""
        del size
        return [number]

    async def _prepare(self, prepare: Callable[[], None]) -> None:
        await asyncio.to_thread(prepare)
        self.query_one(Plot).redraw()

    def _tell(self, size: Size | None = None) -> None:
        name = self._views[self._number].name
        self.border_title = f"{self._title} · {name} · {self._key} changes"
        seen = self.in_sight(self._number, size or self.size)
        for number, tab in enumerate(self.query(ViewTab)):
            tab.set_class(number in seen, "chosen")
