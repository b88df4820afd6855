"""Checkpoints on the way of a run, from which it can be trained again."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass

from linreg_tui.core.optimizers import Optimizer


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What it takes to go on from a step: the point in training units, and the optimizer."""

    step: int
    point: tuple[float, float]
    optimizer: Optimizer


class Checkpoints:
    """The checkpoints of one run, by their steps."""

    def __init__(self, checkpoints: Iterable[Checkpoint] = ()) -> None:
        self._checkpoints = list(checkpoints)

    @property
    def last(self) -> int:
        """The step of the last one."""
        return self._checkpoints[-1].step

    def add(self, step: int, point: tuple[float, float], optimizer: Optimizer) -> None:
        """Checkpoint a step, with what the optimizer remembers there."""
        self._checkpoints.append(Checkpoint(step, point, copy.copy(optimizer)))

    def drop(self) -> None:
        """Take the last one away."""
        del self._checkpoints[-1]

    def before(self, step: int) -> Checkpoint:
        """The last checkpoint before a step, or the start."""
        return next(
            checkpoint
            for checkpoint in reversed(self._checkpoints)
            if checkpoint.step < step or checkpoint.step == 0
        )

    def until(self, step: int) -> Checkpoints:
        """Those up to a step."""
        return Checkpoints(
            checkpoint for checkpoint in self._checkpoints if checkpoint.step <= step
        )
