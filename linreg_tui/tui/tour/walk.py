"""A walk down a loss of one parameter, of which some steps are in view."""

from __future__ import annotations

import numpy as np

from linreg_tui.core.losses1d import FIGURE_7, descend
from linreg_tui.core.moments import FloatArray
from linreg_tui.tour.scenes import Descent

RATES = (
    *(0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98),
    *(1.0, 1.02, 1.05, 1.1, 1.2, 1.4, 1.65, 2.0, 3.0),
)
"""The rates that one can turn to: few where little changes, many around the limit of x²."""


STILL = Descent(FIGURE_7.loss, FIGURE_7.start, ())
"""What there is before a scene."""


class Walk:
    """The path of gradient descent from the scene's start, with its rates or one chosen instead."""

    def __init__(self, scene: Descent) -> None:
        self.scene = scene
        self.rates = scene.rates
        self.shown = scene.shown
        self.path = self._path()

    @property
    def last(self) -> int:
        """The number of the last step; fewer than there are rates if x overflows."""
        return len(self.path) - 1

    @property
    def x(self) -> float:
        """Where it is."""
        return float(self.path[self.shown])

    @property
    def loss(self) -> float:
        """The loss there."""
        return float(self.scene.loss.value(self.x))

    @property
    def slope(self) -> float:
        """The derivative of the loss there."""
        return float(self.scene.loss.derivative(self.x))

    @property
    def rate(self) -> float | None:
        """The learning rate of the next step, or after the last one of that; None without steps."""
        return self.rates[min(self.shown, len(self.rates) - 1)] if self.rates else None

    def look_at(self, step: int) -> None:
        """Show as many steps, as far as there are any."""
        self.shown = min(max(step, 0), self.last)

    def turn(self, direction: int) -> None:
        """One rate for all steps: the next larger (1) or smaller (-1); as many steps in view."""
        if not (self.scene.turned and self.rates):
            return
        now = self.rates[0]
        larger = [rate for rate in RATES if rate > now]
        smaller = [rate for rate in RATES if rate < now]
        one = min(larger, default=now) if direction > 0 else max(smaller, default=now)
        self.rates = (one,) * len(self.rates)
        self.path = self._path()
        self.look_at(self.shown)

    def _path(self) -> FloatArray:
        path = descend(self.scene.loss, self.scene.start, self.rates)
        far = np.flatnonzero(np.abs(path) > _FAR)
        return path[: far[0] + 1] if len(far) else path


_FAR = 1e6
"""Beyond this there is nothing to be seen."""
