"""What is in view: a run at one of its steps, and the plots that show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from linreg_tui.axes import growing
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings, starting_at
from linreg_tui.core.smoothing import Smoothing, next_smoothing
from linreg_tui.core.stability import Prediction

if TYPE_CHECKING:
    from linreg_tui.tui.panes.live.by_hand import Rival

PlotName = Literal["fit", "loss", "landscape"]

Residuals = Literal["none", "bars", "squares"]
"""How the residuals are drawn, in the order in which a key goes through them."""


@dataclass(frozen=True, slots=True)
class Plots:
    """Which plots are shown, and how they are drawn.

    `plot` is the one that is shown where there is room for only one. With room for two, the line
    over the points stands above the loss, or above the landscape if that is `plot`. `gradient`
    shows how the step in view was made, `residuals` how far the points are from the line. The loss
    is shown with this `smoothing`, at a 2^`zoom`-th of the steps, around the one in view.
    """

    plot: PlotName = "fit"
    above_optimum: bool = False
    z_scores: bool = False
    gradient: bool = False
    residuals: Residuals = "none"
    smoothing: Smoothing = "off"
    zoom: int = 0

    def next_residuals(self) -> Plots:
        """Draw the residuals in the next way."""
        ways = get_args(Residuals)
        return replace(self, residuals=ways[(ways.index(self.residuals) + 1) % len(ways)])

    def next_plot(self, *, one: bool) -> Plots:
        """Switch to the landscape or back; with room for `one` plot, cycle through all three."""
        if self.plot == "landscape":
            return replace(self, plot="fit")
        return replace(self, plot="loss" if one and self.plot == "fit" else "landscape")

    def of_loss(self, *, above_optimum: bool) -> Plots:
        """Show the loss, or only the part above the optimum."""
        return replace(self, plot="loss", gradient=False, above_optimum=above_optimum)

    @property
    def smoother(self) -> Plots:
        """The loss with the next smoothing."""
        return replace(self._with_loss, smoothing=next_smoothing(self.smoothing))

    def zoomed(self, direction: int, most: int) -> Plots:
        """Zoom into the loss (1) or out (-1), at most so far."""
        zoom = min(max(self.zoom + direction, 0), most)
        return replace(self._with_loss, zoom=zoom)

    @property
    def _with_loss(self) -> Plots:
        """The loss over the steps, in whose place the landscape or the step's slices may be."""
        return replace(self, plot="loss", gradient=False)

    def of_landscape(self, *, z_scores: bool) -> Plots:
        """Show the landscape in the data's units, or in z-scores."""
        return replace(self, plot="landscape", z_scores=z_scores)


Moment = Literal["ready", "running", "over", "back"]
"""Before a run, while it runs, after its last epoch, or at an earlier step than the latest."""

Line = tuple[float, float]
"""A slope and an intercept."""


@dataclass(frozen=True, slots=True, eq=False)
class ByHand:
    """A line that is fitted by hand: the run that was there, and the run at the best line."""

    before: Run
    best: Run | None


@dataclass(frozen=True, slots=True)
class RunView:
    """A run at one of its steps, and how its training stands.

    `settings` are those of the steps to come, and `prediction` is what they lead to, None if it
    isn't known yet. `trace` is the run that this one branched off from. An `endless` run continues
    after its last epoch. `first` is the line to start over from, if it isn't that of the settings:
    the run began there before the data was edited. A prediction is `revealed` if it was hidden
    until the run was over. A line that is fitted `by_hand` is a run at its start; then the optimum
    may be hidden. `rival` is an attempt by hand to beat.
    """

    run: Run
    number: int
    settings: Settings
    running: bool
    pace: float
    prediction: Prediction | None = None
    trace: Run | None = None
    endless: bool = False
    first: Line | None = None
    revealed: bool = False
    by_hand: ByHand | None = None
    hides_optimum: bool = False
    rival: Rival | None = None

    @property
    def over(self) -> bool:
        """Whether the run has diverged, or has made all steps of its epochs."""
        run = self.run
        return run.diverged_at is not None or run.history.last >= run.budget > 0

    @property
    def moment(self) -> Moment:
        """Where the run stands, as it decides on what one may want to do."""
        if self.running:
            return "running"
        if not self.latest:
            return "back"
        return "over" if self.over else "ready"

    @property
    def restart_settings(self) -> Settings:
        """The settings to start over with: from the first line, before any edits."""
        return self.settings if self.first is None else starting_at(self.settings, *self.first)

    @property
    def end(self) -> int:
        """The step at which an axis of the run's steps ends: the last one, or a later round one."""
        return growing(self.run.history.last, max(1, self.run.budget))

    @property
    def latest(self) -> bool:
        """Whether this is the last step trained so far."""
        return self.number == self.run.history.last


VISIBLE_PACE = 10.0
"""Steps a second up to which one can see each step."""


def too_fast_to_see(view: RunView) -> bool:
    """Return whether steps follow one another too fast to be seen one by one."""
    return view.running and view.pace > VISIBLE_PACE
