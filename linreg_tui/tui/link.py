"""How far behind the terminal is: whether what was sent to it has arrived."""

from __future__ import annotations

import time

QUESTION = "\x1b[?2026$p"
"""Asks a terminal whether it can show a frame in one go; the answer comes after all sent before."""

LOST = 2.0
"""Seconds after which no answer is expected any more, as when a multiplexer was left."""


class Link:
    """Counts the questions that were sent after frames, and their answers.

    A terminal that has never answered is taken to keep up: not all of them know the question.
    """

    def __init__(self) -> None:
        self.answers = False
        self._asked: list[float] = []

    def asked(self) -> None:
        """The question was sent."""
        self._asked.append(time.monotonic())

    def answered(self) -> None:
        """An answer has come, to the oldest question."""
        self.answers = True
        del self._asked[:1]

    @property
    def free(self) -> bool:
        """Whether all that was sent has arrived, or is lost."""
        return not self._asked or time.monotonic() - self._asked[-1] > LOST
