"""Fitting by hand: a line that the user tilts and moves, and the best attempt so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from linreg_tui.axes import round_up
from linreg_tui.core.run import Run
from linreg_tui.core.settings import starting_at
from linreg_tui.tui.run_view import ByHand, Line, Plots, RunView

if TYPE_CHECKING:
    from linreg_tui.tui.state import Pane

PARTS = 200
"""A move lifts the line by about this part of the data's height, or tilts it so at its end."""

MIDDLE_SHARE = 1 / 6
"""Dragging moves the line as a whole within this share of the width around its middle."""


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """A line under the user's hand; each change gives a new one.

    `before`, `plots` and `alone` are what was on the screen. `run` starts at the line, so that SGD
    can go on from there. `best` is the run at the best line so far, None before the first move.
    """

    before: RunView
    plots: Plots
    alone: Pane | None
    run: Run
    best: Run | None = None
    moves: int = 0
    revealed: bool = False

    @staticmethod
    def of(view: RunView, plots: Plots, alone: Pane | None = None) -> Hand:
        """Take the line at the step in view into the hand."""
        step = view.run.history[view.number]
        return Hand(view, plots, alone, _run_at(view, (step.slope, step.intercept)))

    @property
    def view(self) -> RunView:
        """The line, with the best attempt as a trace, and without the optimum until asked for."""
        return RunView(
            self.run,
            0,
            self.run.settings,
            running=False,
            pace=self.before.pace,
            trace=None if self.best is self.run else self.best,
            by_hand=ByHand(self.before.run, self.best),
            hides_optimum=not self.revealed,
        )

    @property
    def line(self) -> Line:
        """Its slope and intercept."""
        step = self.run.history[0]
        return step.slope, step.intercept

    @property
    def rival(self) -> Rival | None:
        """What SGD has to beat from here on: the best attempt, if there was one."""
        if self.best is None:
            return None
        return Rival(self.run, self.moves, _excess(self.best))

    def tilted(self, times: int) -> Hand:
        """Tilt the line around its middle, by so many units."""
        extent = self.run.data.extent
        width = extent.right - extent.left
        unit = round_up((extent.high - extent.low or 1.0) / PARTS / (width / 2))
        slope, intercept = self.line
        tilted = (round(slope / unit) + times) * unit
        return self._at((tilted, intercept + (slope - tilted) * self._middle))

    def lifted(self, times: int) -> Hand:
        """Move the line up, by so many units."""
        extent = self.run.data.extent
        slope, intercept = self.line
        unit = round_up((extent.high - extent.low or abs(extent.high) or 1.0) / PARTS)
        return self._at((slope, intercept + times * unit))

    def through(self, x: float, y: float) -> Hand:
        """Move the line so that it goes through a point: as a whole near its middle, else tilt."""
        extent = self.run.data.extent
        slope, intercept = self.line
        away = x - self._middle
        if abs(away) <= MIDDLE_SHARE * (extent.right - extent.left):
            return self._at((slope, y - slope * x))
        height = slope * self._middle + intercept
        tilted = (y - height) / away
        return self._at((tilted, height - tilted * self._middle))

    def reveal(self) -> Hand:
        """Show the optimum, or hide it again."""
        return replace(self, revealed=not self.revealed)

    @property
    def _middle(self) -> float:
        return self.run.data.moments.mean_x

    def _at(self, line: Line) -> Hand:
        if not all(map(math.isfinite, line)) or line == self.line:
            return self
        run = _run_at(self.before, line)
        best = run if self.best is None else min(self.best, run, key=_excess)
        return replace(self, run=run, best=best, moves=self.moves + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """What a run of SGD has to beat: an attempt by hand that is `excess` above the least loss."""

    run: Run
    moves: int
    excess: float

    @property
    def beaten_at(self) -> int | None:
        """The first step that is better, if any is so far."""
        first, goal = 0, self.run.optimum.loss + self.excess
        for losses in self.run.history.losses():
            better = (losses < goal).nonzero()[0]
            if len(better):
                return first + int(better[0])
            first += len(losses)
        return None


def _run_at(view: RunView, line: Line) -> Run:
    return Run(view.run.all_data, starting_at(view.settings, *line))


def _excess(run: Run) -> float:
    step = run.history[0]
    return float(run.optimum.excess(step.slope, step.intercept))
