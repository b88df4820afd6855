"""All stretches of a run, from one change of its settings to the next."""

from __future__ import annotations

import numpy as np

from linreg_tui.core.moments import FloatArray
from linreg_tui.core.segment import Segment
from linreg_tui.core.units import Units


class Segments(tuple[Segment, ...]):
    """At least one, in order; it never changes, so that one thread may read what another replaces.

    A step belongs to the segment that led to it, the start to the first.
    """

    __slots__ = ()

    def at(self, step: int) -> Segment:
        """The segment that a step belongs to."""
        return next(s for s in reversed(self) if s.start < step or s.start == 0)

    def until(self, step: int) -> Segments:
        """Those that led to a step."""
        return Segments(s for s in self if s.start < step or s.start == 0)

    def ending_with(self, segment: Segment) -> Segments:
        """The same with another one in the place of the last."""
        return Segments((*self[:-1], segment))

    def epoch(self, step: int) -> int:
        """The epoch that a step belongs to, counted from 1; 0 for the start."""
        return -int(-self.at(step).epochs_at(step) // 1)

    def rates(self, units: Units, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """The learning rates of m and b in `count` steps from step `first` on, counted from 1.

        They are those of some units, each of shape (count,).
        """
        parts: list[FloatArray] = []
        while count > 0:
            segment = self.at(first)
            later = (s.start for s in self if s.start > segment.start)
            steps = min(count, next(later, first + count - 1) - first + 1)
            rates = np.array(units.rates(segment.settings))
            parts.append(rates[:, None] * segment.factors(first, steps))
            first, count = first + steps, count - steps
        rate_m, rate_b = np.concatenate([np.empty((2, 0)), *parts], axis=1)
        return rate_m, rate_b
