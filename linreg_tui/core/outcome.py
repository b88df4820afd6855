"""The rules by which a run is called converged, stopped or diverged.

- A run has *diverged* at the first step whose full loss is not finite or over a thousand times the
  loss that the run started from. It goes on to the end of its budget unless the numbers overflow.
  After a change of settings a run is judged anew, from the larger of its first loss and the loss at
  the change: smaller learning rates can bring a run back.
- A run that did not diverge has *converged* if its last loss is within 1% of the least one.
- Otherwise it has merely *stopped*.

Where the points lie on a line, the least loss is 0 and nothing is within 1% of it. There, and for a
run that starts on that line, a billionth of the mean of y² stands in.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.moments import FloatArray, Moments

Status = Literal["converged", "stopped", "diverged"]

DIVERGED_ABOVE = 1000.0
CONVERGED_WITHIN = 0.01
EXACT_WITHIN = 1e-9

NO_RISE = 1 + 1e-9
"""A loss that grows by less than this factor has not risen: at the optimum that is rounding."""


def near_excess(optimum: ClosedForm) -> float:
    """How far above the least loss a run may end that has converged."""
    return max(CONVERGED_WITHIN * optimum.loss, _exact(optimum.moments))


def largest_loss(optimum: ClosedForm, start: float) -> float:
    """The largest loss without having diverged, of a run that began with the loss `start`."""
    return min(DIVERGED_ABOVE * max(start, _exact(optimum.moments)), sys.float_info.max)


def _exact(moments: Moments[float]) -> float:
    return EXACT_WITHIN * (moments.syy / moments.n + moments.mean_y**2)


@dataclass(frozen=True, slots=True)
class Milestones:
    """The first steps at which the loss rose, came within 1% of the least one, and diverged.

    `near` and `largest` are the bounds that it is held against; None is what has not happened.
    """

    near: float
    largest: float
    rose: int | None = None
    arrived: int | None = None
    diverged: int | None = None

    def after(self, last: int, loss: float, losses: FloatArray) -> Milestones:
        """The same once the steps from `last` + 1 on, whose losses have shape (k,), are known.

        `loss` is that of step `last`.
        """
        rose, arrived, diverged = self.rose, self.arrived, self.diverged
        if rose is None:
            before = np.concatenate([[loss], losses[:-1]])
            rose = _first(losses > before * NO_RISE, last)
        if arrived is None:
            arrived = _first(losses <= self.near, last)
        if diverged is None:
            diverged = _first(~(losses <= self.largest), last)
        if (rose, arrived, diverged) == (self.rose, self.arrived, self.diverged):
            return self
        return replace(self, rose=rose, arrived=arrived, diverged=diverged)

    def until(self, step: int) -> Milestones:
        """The same as they were known at a step."""

        def known(found: int | None) -> int | None:
            return found if found is not None and found <= step else None

        return replace(
            self,
            rose=known(self.rose),
            arrived=known(self.arrived),
            diverged=known(self.diverged),
        )


def _first(happened: NDArray[np.bool_], last: int) -> int | None:
    place = int(happened.argmax())
    return last + 1 + place if happened[place] else None
