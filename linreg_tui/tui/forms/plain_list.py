"""A list in which one entry is chosen."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.strip import Strip
from textual.widgets import OptionList

CHOSEN = "▸"


class PlainList(OptionList, inherit_bindings=False):
    """Moves its cursor, which can be told without colours; enter is the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "cursor_up", "Entry above"),
        ("down", "cursor_down", "Entry below"),
        ("home", "first", "First entry"),
        ("end", "last", "Last entry"),
        ("pageup", "page_up", "A page up"),
        ("pagedown", "page_down", "A page down"),
    ]

    def render_line(self, y: int) -> Strip:
        """One row; that of the cursor has a mark in its padding."""
        strip = super().render_line(y)
        place = _place_of(strip)
        if place is None or place != self.highlighted:
            return strip
        if y and _place_of(super().render_line(y - 1)) == place:
            return strip  # where it goes on, if it has several rows
        return Strip.join([Strip([Segment(CHOSEN, next(iter(strip)).style)]), strip.crop(1)])


def _place_of(strip: Strip) -> int | None:
    """Which entry a row belongs to."""
    style = next((segment.style for segment in strip), None)
    place = None if style is None else style.meta.get("option")
    return place if isinstance(place, int) else None
