"""How far behind the terminal is: whether what was sent to it has arrived."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

ANSWER_LOST = 2.0
"""Seconds after which no answer is expected any more, as when a multiplexer was left."""

LATE = 0.2
"""Seconds after which a frame that was left out is thought of again, if nothing else comes."""

JITTER = 0.002
"""Seconds by which a frame may come early, so that it need not wait for the next turn."""


class Link:
    """Knows whether the frames of the live view have arrived.

    A terminal that has never answered is taken to keep up as long as what is for it could be
    `written`: not all of them know the question. There are at most `fps` frames a second.
    """

    def __init__(self, written: Callable[[], bool] = lambda: True, fps: int | None = None) -> None:
        self.answers = False
        self._written = written
        self._rest = 0.0 if fps is None else 1 / fps - JITTER
        self._drawn = False
        self._drawn_at = -math.inf
        self._asked: list[float] = []

    def draw(self) -> None:
        """There is a frame to be sent."""
        self._drawn, self._drawn_at = True, time.monotonic()

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
        """Whether all frames have arrived, or are lost, and it is time for another one."""
        now = time.monotonic()
        self._asked = [asked for asked in self._asked if now - asked < ANSWER_LOST]
        return not self._asked and now - self._drawn_at >= self._rest and self._written()
