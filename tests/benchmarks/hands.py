"""Hands at a keyboard: they type, look for what it shows, and go back to where they came from."""

from __future__ import annotations

import random
import re
import time
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.metered import MeteredTerminal

UP, DOWN, RIGHT, LEFT, HOME, END = (f"\x1b[{letter}" for letter in "ABCDHF")
ESCAPE, ENTER, BACKSPACE = "\x1b", "\r", "\x7f"
ARROWS = (UP, DOWN, RIGHT, LEFT)

# Keys that leave the program, the tour or presenter mode are not among those that are mashed.
LETTERS = "abceghiklmnoprsuvwxyzABCDEFGHIJKLMNOPRSUVWXYZ0123456789 +-[]{}=,./;:'\"|~!@#$%^&*()_"
MASHED = (*LETTERS, *ARROWS, HOME, END, ENTER, BACKSPACE, "\t", "\x1b[Z", "\x18", "\x12", "?")
GARBAGE = (
    *(b"\x1b[999~", b"\x1b[1;9Z", b"\x1b[?1;2c", b"\x1bO", b"\x1b[", b"\x1b[<0;0;0M", b"\x1b[M"),
    *(b"\x1b[12;5R", b"\x1b]11;rgb:0000/0000/0000\x1b\\", b"\x1b[?2026;2$y", b"\x1b[I\x1b[O"),
    *(b"\x1bP1$r\x1b\\", b"\x1b[200~paste\x1b[2J\x1b[201~", b"\x1b[57441u", b"\xff\xfe", b"\xc3"),
    *(b"\x00\x01\x02", b"\xe2\x82", "ж漢🙂".encode(), b"\x1b[3;4;5;6;7~", b"\x1b\x1b\x1b"),
)
PATIENCE = 6.0
"""Seconds until something that does not show is given up."""


class UnseenError(Exception):
    """A key did not show what it should."""


class Hands:
    """The hands at one terminal, whose choices follow from a seed."""

    def __init__(self, terminal: MeteredTerminal, seed: int) -> None:
        self.terminal = terminal
        self.random = random.Random(seed)
        self.act = ""
        self.waits: list[tuple[float, float, str]] = []
        """Seconds until the help was there, the same without those of `_queued`, and the act."""
        self.unseen: list[str] = []
        """What keys did not show."""

    def calm(self) -> None:
        """Back to the panes, from wherever one is, and ask for the help."""
        for _ in range(4):
            self.type(ESCAPE, 0.15)
        self.type("0", 0.2)
        self.ask()

    def ask(self) -> None:
        """Open the help, to know how long a key takes, and close it."""
        queued, began = self._queued(), time.monotonic()
        try:
            self.terminal.press("?", "─ Help", PATIENCE)
        except RuntimeError as error:
            raise UnseenError("no help after ?") from error
        seconds = time.monotonic() - began
        self.waits.append((seconds, max(0.0, seconds - (self._queued() - queued)), self.act))
        self.type("?")

    def _queued(self) -> float:
        """Seconds that the program's threads were ready to run and others had the processors."""
        waited = 0
        for thread in Path(f"/proc/{self.terminal.process.pid}/task").iterdir():
            with suppress(OSError):  # it has just ended
                waited += int((thread / "schedstat").read_text().split()[1])
        return waited / 1e9

    def open(self, key: str, title: str) -> None:
        self.see(f"─ {title} ─", key)

    def pick(self) -> None:
        """Open the list of files; unsaved edits are given up."""
        if "─ Open ─" not in self.see("─ (Open|Edited points) ─", "o"):
            self.see("─ Open ─", "o")

    def choose_example(self, name: str) -> None:
        """Open a data set that comes with the program."""
        self.pick()
        self.type("examples/", 0.2)
        self.type(name, 0.3)
        self.see("rows", ENTER)

    def see(self, wanted: str, key: str) -> str:
        """Press a key, and return the frame that has this in it, a regular expression."""
        first = len(self.terminal.frames)
        self.type(key, 0)
        try:
            return self.terminal.wait(
                lambda frame: re.search(wanted, frame.text) is not None, PATIENCE, first
            ).text
        except RuntimeError as error:
            raise UnseenError(f"no {wanted!r} after {key!r}") from error

    def type(self, keys: str, seconds: float = 0.05) -> None:
        if keys:
            self.terminal.type(keys)
        self.terminal.read(seconds)

    def some(self, keys: str | tuple[str, ...], number: int, seconds: float = 0.05) -> None:
        """So many of these keys, at random."""
        for _ in range(number):
            self.type(self.random.choice(keys), self.random.uniform(0, 2 * seconds))

    def settle(self, seconds: float = 15) -> None:
        """Read until all that was typed is through, unless it runs on."""
        deadline = time.monotonic() + seconds
        while self.terminal.read(0.3) and time.monotonic() < deadline:
            pass
