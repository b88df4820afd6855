"""How far behind the terminal is: whether the frames sent to it have arrived."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

ANSWER_SECONDS = 2.0
"""Seconds to wait for an answer; a terminal multiplexer that was left never answers."""

LATE_FRAME_SECONDS = 0.2
"""Seconds after which a frame that was left out is tried again, if nothing else comes."""

JITTER_SECONDS = 0.002
"""Seconds by which a frame may come early, so that it needn't wait for the next turn."""


class Link:
    """Knows whether the frames of the live view have arrived.

    Not every terminal knows the question. One that has never answered counts as keeping up for as
    long as everything meant for it could be `written`. There are at most `fps` frames a second.
    """

    def __init__(self, written: Callable[[], bool] = lambda: True, fps: int | None = None) -> None:
        self.answers = False
        self._written = written
        self._rest = 0.0 if fps is None else 1 / fps - JITTER_SECONDS
        self._drawn = False
        self._drawn_at = -math.inf
        self._asked: list[float] = []

    def draw(self) -> None:
        """Record that a frame is about to be sent."""
        self._drawn, self._drawn_at = True, time.monotonic()

    def ask(self) -> bool:
        """Return whether to ask now: a frame was sent to a terminal that answers."""
        asks, self._drawn = self._drawn and self.answers, False
        if asks:
            self._asked.append(time.monotonic())
        return asks

    def answer(self) -> None:
        """Record the answer to the oldest question."""
        self.answers = True
        del self._asked[:1]

    @property
    def free(self) -> bool:
        """Whether all frames have arrived or are lost, and it is time for another one."""
        now = time.monotonic()
        self._asked = [asked for asked in self._asked if now - asked < ANSWER_SECONDS]
        return not self._asked and now - self._drawn_at >= self._rest and self._written()
