"""Marks on the way of a run, from which it can be trained again."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass

from linreg_tui.core.optimizers import Optimizer


@dataclass(frozen=True, slots=True)
class Mark:
    """What it takes to go on from a step: the point in training units, and the optimizer."""

    step: int
    point: tuple[float, float]
    optimizer: Optimizer


class Marks:
    """The marks of one run, by their steps."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks = list(marks)

    @property
    def last(self) -> int:
        """The step of the last one."""
        return self._marks[-1].step

    def add(self, step: int, point: tuple[float, float], optimizer: Optimizer) -> None:
        """Mark a step, with what the optimizer remembers there."""
        self._marks.append(Mark(step, point, copy.copy(optimizer)))

    def drop(self) -> None:
        """Take the last one away."""
        del self._marks[-1]

    def before(self, step: int) -> Mark:
        """The last mark before a step, or the start."""
        return next(mark for mark in reversed(self._marks) if mark.step < step or mark.step == 0)

    def until(self, step: int) -> Marks:
        """Those up to a step."""
        return Marks(mark for mark in self._marks if mark.step <= step)
