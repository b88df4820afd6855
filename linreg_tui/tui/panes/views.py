"""A pane with several views of one thing; a key cycles through them."""

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
    """One view of what a pane shows.

    `prepare` does the slow work in a thread, once, when the view is first needed. Until it is done,
    `draw` draws what it can.
    """

    name: str
    draw: Callable[[int, int], Picture]
    prepare: Callable[[], None] | None = None


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Return a function that makes something at its first call, in any thread, and caches it."""
    making, made = Lock(), cache(make)

    def get() -> T:
        with making:
            return made()

    return get


class ViewTab(Static):
    """A view's name; a click chooses the view."""

    def __init__(self, pane: str, view: str) -> None:
        super().__init__(Content(view))
        self.view = view
        self._pane = pane

    def on_click(self) -> None:
        """Choose the view."""
        self.post_message(ViewChosen(self._pane, self.view))


class ViewsPane(Vertical):
    """Shows one of its views; alone on the screen, it also shows the names of all."""

    def __init__(
        self, pane: str, title: str, key: str, views: Sequence[PaneView], view: str
    ) -> None:
        super().__init__(id=pane, classes="pane")
        self.view = view
        self._pane, self._title, self._key = pane, title, key
        self._views = {one.name: one for one in views}
        self._begun: set[Callable[[], None]] = set()

    def compose(self) -> ComposeResult:
        """Compose the names and one picture."""
        with Horizontal(classes="views"):
            yield Static(Content(self._key), classes="key")
            for view in self._views:
                yield ViewTab(self._pane, view)
        yield Plot(lambda columns, rows: self._views[self.view].draw(columns, rows))

    def on_mount(self) -> None:
        """Show the first view."""
        self.show_view(self.view)

    def on_resize(self, event: events.Resize) -> None:
        """Update the title: more or fewer views may be in sight now."""
        self._show_title(event.size)

    @property
    def next_view(self) -> str:
        """The view after those in sight; after the last one, the first."""
        names = list(self._views)
        last = names.index(self.in_sight(self.view, self.size)[-1])
        return names[(last + 1) % len(names)]

    def show_view(self, name: str) -> None:
        """Show a view, and draw it again once its slow work is done."""
        self.view = name
        prepare = self._views[name].prepare
        if prepare is not None and prepare not in self._begun:
            self._begun.add(prepare)
            begin(self, "views", self._prepare, prepare)
        self._show_title()
        self.query_one(Plot).redraw()

    def set_views(self, views: Sequence[PaneView]) -> None:
        """Replace the views with the same views of other data."""
        self._views = {one.name: one for one in views}
        self._begun.clear()
        self.workers.cancel_group(self, "views")
        self.show_view(self.view)

    def in_sight(self, view: str, size: Size) -> Sequence[str]:
        """Return the views that are shown together with one view; by default only that one."""
        del size
        return [view]

    async def _prepare(self, prepare: Callable[[], None]) -> None:
        await asyncio.to_thread(prepare)
        for plot in self.query(Plot):  # none is left when the application has closed meanwhile
            plot.redraw()

    def _show_title(self, size: Size | None = None) -> None:
        self.border_title = f"{self._title} · {self.view} · {self._key} changes"
        seen = self.in_sight(self.view, size or self.size)
        for tab in self.query(ViewTab):
            tab.set_class(tab.view in seen, "chosen")
