"""A list in which one entry is chosen."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList


class PlainList(OptionList, inherit_bindings=False):
    """Moves its cursor; enter is the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "cursor_up", "Entry above"),
        ("down", "cursor_down", "Entry below"),
        ("home", "first", "First entry"),
        ("end", "last", "Last entry"),
        ("pageup", "page_up", "A page up"),
        ("pagedown", "page_down", "A page down"),
    ]
