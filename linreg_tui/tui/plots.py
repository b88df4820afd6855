"""What of the live view is meant to be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

PlotName = Literal["fit", "loss", "landscape"]


@dataclass(frozen=True, slots=True)
class Plots:
    """The plot that is seen where there is room for one, and how the plots are drawn.

    Where there is room for two, the line over the points stands above the loss, or above its
    landscape if `plot` says so. `gradient` shows how the step in view was made.
    """

    plot: PlotName = "fit"
    above_optimum: bool = False
    z_scores: bool = False
    gradient: bool = False

    def next_plot(self, *, one: bool) -> Plots:
        """The landscape, or back; where there is room for `one` plot, the next of all three."""
        if self.plot == "landscape":
            return replace(self, plot="fit")
        return replace(self, plot="loss" if one and self.plot == "fit" else "landscape")

    def of_loss(self, *, above_optimum: bool) -> Plots:
        """The loss, or what of it is above the optimum."""
        return replace(self, plot="loss", above_optimum=above_optimum)

    def of_landscape(self, *, z_scores: bool) -> Plots:
        """The landscape in the data's units, or in z-scores."""
        return replace(self, plot="landscape", z_scores=z_scores)
