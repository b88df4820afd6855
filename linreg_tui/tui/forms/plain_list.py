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
        row = self.scroll_offset.y + y
        if row >= len(self._lines) or self._lines[row] != (self.highlighted, 0):
            return strip
        style = next(iter(strip)).style
        return Strip.join([Strip([Segment(CHOSEN, style)]), strip.crop(1)])
