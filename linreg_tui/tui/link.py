"""How far behind the terminal is: whether what was sent to it has arrived."""

from __future__ import annotations

import time

QUESTION = "\x1b[?2026$p"
"""Asks a terminal whether it can show a frame in one go; the answer comes after all sent before."""

LOST = 2.0
"""Seconds after which no answer is expected any more, as when a multiplexer was left."""


class Link:
    """Knows whether the frames of the live view have arrived.

    A terminal that has never answered is taken to keep up: not all of them know the question.
    """

    def __init__(self) -> None:
        self.answers = False
        self._drawn = False
        self._asked: list[float] = []

    def draw(self) -> None:
        """There is a frame to be sent."""
        self._drawn = True

    def ask(self) -> bool:
        """Whether to ask now, since a frame was sent to a terminal that answers."""
        asks, self._drawn = self._drawn and self.answers, False
        if asks:
            self._asked.append(time.monotonic())
        return asks

    def answer(self) -> None:
        """The oldest question is answered."""
        self.answers = True
        del self._asked[:1]

    @property
    def free(self) -> bool:
        """Whether all frames have arrived, or are lost."""
        self._asked = [asked for asked in self._asked if time.monotonic() - asked < LOST]
        return not self._asked
