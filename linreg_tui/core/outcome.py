"""The rules by which a run is called converged, stopped or diverged.

- A run has *diverged* at the first step whose full loss is not finite or over a thousand times the
  loss that the run started from. It goes on to the end of its budget unless the numbers overflow.
- A run that did not diverge has *converged* if its last loss is within 1% of the least one.
- Otherwise it has merely *stopped*.

Where the points lie on a line, the least loss is 0 and nothing is within 1% of it. There, and for a
run that starts on that line, a billionth of the mean of y² stands in.
"""

from __future__ import annotations

import sys
from typing import Literal

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.moments import Moments

Status = Literal["converged", "stopped", "diverged"]

DIVERGED_ABOVE = 1000.0
CONVERGED_WITHIN = 0.01
EXACT_WITHIN = 1e-9


def near_excess(optimum: ClosedForm) -> float:
    """How far above the least loss a run may end that has converged."""
    return max(CONVERGED_WITHIN * optimum.loss, _exact(optimum.moments))


def largest_loss(optimum: ClosedForm, start: float) -> float:
    """The largest loss without having diverged, of a run that began with the loss `start`."""
    return min(DIVERGED_ABOVE * max(start, _exact(optimum.moments)), sys.float_info.max)


def _exact(moments: Moments[float]) -> float:
    return EXACT_WITHIN * (moments.syy / moments.n + moments.mean_y**2)
