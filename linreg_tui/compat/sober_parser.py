"""What a terminal sends, without what no terminal sends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual._xterm_parser import XTermParser
from textual.events import Key, Resize
from textual.message import Message

MOST_CELLS = 500_000
"""The largest screen that a terminal may tell of; drawing it takes memory for each cell."""


_PARTS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b|[^\x1b]+")


class SoberParser:
    """Reads keys, the mouse and answers, and leaves out what makes no sense.

    Textual's parser fails at a key with the number 99999999, at a position with 20 digits, and at
    the mouse after a screen of 0 columns; the thread that reads the input ends with it. It also
    passes on half characters, and a screen of a billion columns, which fills the memory.

    No issue found. Checked with Textual 8.2.4 and 8.2.8.
    """

    def __init__(self, debug: bool) -> None:
        self._debug = debug
        self._parser = XTermParser(debug)

    def feed(self, text: str) -> Iterator[Message]:
        """Yield what the text says."""
        # One sequence at a time: nothing else is lost with one that can't be read.
        for part in _PARTS.findall(text):
            try:
                yield from filter(self.makes_sense, self._parser.feed(part))
            except (ValueError, OverflowError, ZeroDivisionError):
                self._parser = XTermParser(self._debug)

    def tick(self) -> Iterator[Message]:
        """Yield what is said by a pause."""
        yield from filter(self.makes_sense, self._parser.tick())

    @staticmethod
    def makes_sense(message: Message) -> bool:
        """Return whether a terminal can mean it."""
        if isinstance(message, Resize):
            columns, rows = message.size
            return columns > 0 and rows > 0 and columns * rows <= MOST_CELLS
        if isinstance(message, Key) and message.character is not None:
            return not any("\ud800" <= character <= "\udfff" for character in message.character)
        return True
