"""What a page may send to its application: a few kinds of short messages, each checked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

MOST_BYTES = 1 << 20
"""The largest message; a text that is pasted comes in one."""

MOST_COLUMNS, MOST_ROWS = 600, 250
"""The largest screen that is drawn; what is beyond it stays empty."""

USUAL_SIZE = (80, 24)

MOST_PING = 100
"""The characters of a ping, which is sent back."""

_ANSWERS = re.compile(r"(?:\x1b\[\d+;\d+R|\x1b\[\?[\d;]+\$y|\x1b\[[IO])*")
"""What a terminal in a page says by itself, though nobody touches it."""


class BadFrameError(Exception):
    """A message is none that the page sends."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Keys, movements of the mouse, pasted text, and the answers of the terminal."""

    text: str

    @property
    def by_hand(self) -> bool:
        """Whether a person did this."""
        return _ANSWERS.fullmatch(self.text) is None


@dataclass(frozen=True, slots=True)
class Resized:
    """The size of the screen, in cells."""

    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Ping:
    """A word to send back."""

    word: str


@dataclass(frozen=True, slots=True)
class Focus:
    """Whether the terminal has the keyboard."""

    here: bool


Frame = Typed | Resized | Ping | Focus


def frame_of(text: str) -> Frame:
    """Return what a message says.

    Raises
    ------
    BadFrameError
        If the page never sends such a message.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrameError from None
    match message:
        case ["stdin", str(typed)] if _is_text(typed):
            return Typed(typed)
        case ["resize", {"width": columns, "height": rows}]:
            return Resized(*size_of(columns, rows))
        case ["ping", str(word)] if len(word) <= MOST_PING:
            return Ping(word)
        case ["focus" | "blur" as what]:
            return Focus(what == "focus")
    raise BadFrameError


def size_of(columns: object, rows: object) -> tuple[int, int]:
    """Return a screen's size in cells; of one that is too large, as much as is drawn.

    Raises
    ------
    BadFrameError
        If these are no whole numbers from 1 on.
    """
    if type(columns) is not int or type(rows) is not int or columns < 1 or rows < 1:
        raise BadFrameError
    return min(columns, MOST_COLUMNS), min(rows, MOST_ROWS)


def asked_size(columns: str | None, rows: str | None) -> tuple[int, int]:
    """Return the size that an address asks for; the usual one if it asks for none.

    Raises
    ------
    BadFrameError
        If one of them is no whole number from 1 on.
    """
    if columns is None and rows is None:
        return USUAL_SIZE
    return size_of(*(_whole(text) for text in (columns, rows)))


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch("[0-9]{1,9}", text) else None


def _is_text(text: str) -> bool:
    """Return whether it can be sent on; half a character can't."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
