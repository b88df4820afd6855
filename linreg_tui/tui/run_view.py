"""What is in view: a run at one of its steps."""

from __future__ import annotations

from dataclasses import dataclass

from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings, starting_at
from linreg_tui.core.stability import Prediction

Line = tuple[float, float]
"""A slope and an intercept."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run at one of its steps, and what its training is about.

    `settings` are those of the steps to come, of which `prediction` tells, None if that isn't known
    yet; `trace` is the run that this one has branched off. `endless` is a run that goes on when the
    epochs are over. `first` is the line to start over from, if not that of the settings: the run
    before the data was edited began there.
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

    @property
    def afresh(self) -> Settings:
        """The settings with which the run starts over: from its first line, before any edits."""
        return self.settings if self.first is None else starting_at(self.settings, *self.first)

    @property
    def latest(self) -> bool:
        """Whether no later step is known."""
        return self.number == self.run.history.last
