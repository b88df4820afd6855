"""The plane in which points are edited: a plot that takes the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import POKE_KEYS, bindings


class Plane(Plot):
    """With the focus it has keys of its own."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(POKE_KEYS)

    class Asked(Message):
        """The user wants something of the cursor: what, and how much of it."""

        def __init__(self, what: str, *amounts: int) -> None:
            super().__init__()
            self.what = what
            self.amounts = amounts

    def __init__(self, draw: Callable[[int, int], Picture]) -> None:
        super().__init__(draw, id="plane")

    def action_go(self, right: int, up: int) -> None:
        """The cursor walks so many cells."""
        self.post_message(self.Asked("go", right, up))

    def action_ask(self, what: str, *amount: int) -> None:
        """Something else."""
        self.post_message(self.Asked(what, *amount))

    def on_click(self, event: events.Click) -> None:
        """The cursor goes there."""
        self.post_message(self.Asked("point_to", event.x, event.y))
