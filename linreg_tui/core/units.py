"""The units that a run trains in: the data's own, or z-scores.

x_z = (x − x̄) / σ_x,    y_z = (y − ȳ) / σ_y
m = w σ_y / σ_x,    b = ȳ + c σ_y − m x̄     the line ŷ_z = w x_z + c in the data's units

With z-scores, the valley of the loss becomes a round bowl: its condition number is 1, and one
learning rate serves both parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from linreg_tui.core.moments import FloatArray, Moments, Number
from linreg_tui.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Units:
    """Units for x and y: x is measured from `mean_x`, in units of `scale_x`, and y likewise."""

    mean_x: float = 0.0
    mean_y: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    standardized: bool = False

    def from_data(self, slope: Number, intercept: Number) -> tuple[Number, Number]:
        """Convert a line from the data's units to these."""
        centred = intercept + slope * self.mean_x - self.mean_y
        return slope * self.scale_x / self.scale_y, centred / self.scale_y

    def to_data(self, slope: Number, intercept: Number) -> tuple[Number, Number]:
        """Convert a line from these units to the data's."""
        if not self.standardized:
            return slope, intercept
        in_data = slope * (self.scale_y / self.scale_x)
        return in_data, intercept * self.scale_y + self.mean_y - in_data * self.mean_x

    def moments(self, moments: Moments[Number]) -> Moments[Number]:
        """Convert moments from the data's units to these."""
        if not self.standardized:
            return moments
        return Moments(
            moments.n,
            (moments.mean_x - self.mean_x) / self.scale_x,
            (moments.mean_y - self.mean_y) / self.scale_y,
            moments.sxx / self.scale_x**2,
            moments.sxy / (self.scale_x * self.scale_y),
            moments.syy / self.scale_y**2,
        )

    def rows(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Convert rows from the data's units to these; x and y can have any shape."""
        if not self.standardized:
            return x, y
        return (x - self.mean_x) / self.scale_x, (y - self.mean_y) / self.scale_y

    def rates(self, settings: Settings) -> tuple[float, float]:
        """Return the learning rates of slope and intercept in these units."""
        if self.standardized:
            return settings.learning_rate_b, settings.learning_rate_b
        return settings.learning_rate_m, settings.learning_rate_b


def z_scores(moments: Moments[float]) -> Units:
    """Return units in which rows with these moments have mean 0 and standard deviation 1."""
    return Units(
        moments.mean_x,
        moments.mean_y,
        math.sqrt(moments.sxx / moments.n),
        math.sqrt(moments.syy / moments.n) or 1.0,
        standardized=True,
    )


def training_units(moments: Moments[float], settings: Settings) -> Units:
    """Return the units of a run with these settings on rows with these moments."""
    return z_scores(moments) if settings.standardize else Units()
