"""The numbers in the tour's texts, each computed by the engine."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache, cached_property

from linreg_tui.core.closed_form import ClosedForm, Derivation, Sums, derivation, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.history import Step
from linreg_tui.core.parallel import Round, Team
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction, predict
from linreg_tui.core.step_detail import StepDetail, step_detail
from linreg_tui.core.sweep import Plan, over_batch_sizes, over_scales
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.numbers import above_optimum
from linreg_tui.tour.scenes import OUTCOMES, Sweep


@dataclass(frozen=True)
class Facts:
    """The facts about a data set, each computed when a text needs it."""

    data: Dataset

    @property
    def line(self) -> ClosedForm:
        """The closed form."""
        return self.data.line

    @cached_property
    def sums(self) -> Sums:
        """The sums in the formula."""
        return sums_of(self.data.x, self.data.y)

    @cached_property
    def derivation(self) -> Derivation:
        """The steps from the sums to the line."""
        return derivation(self.sums)

    @property
    def correlation(self) -> float:
        """Pearson's r, computed without SciPy, which is slow to load."""
        moments = self.data.moments
        return moments.sxy / math.sqrt(moments.sxx * moments.syy)

    @property
    def slope_error(self) -> float:
        """The standard error of the slope, also without SciPy."""
        moments = self.data.moments
        return math.sqrt(moments.n * self.line.loss / (moments.n - 2) / moments.sxx)

    @cached_property
    def _runs(self) -> dict[Settings, Run]:
        return {}

    def run(self, settings: Settings) -> Run:
        """Return a run trained to its last epoch."""
        if settings not in self._runs:
            run = Run(self.data, settings)
            run.advance(run.budget)
            self._runs[settings] = run
        return self._runs[settings]

    def last(self, settings: Settings) -> Step:
        """Return the last step of that run."""
        history = self.run(settings).history
        return history[history.last]

    def above(self, settings: Settings) -> str:
        """Return how far its last loss is above the least one, such as 0.03%."""
        last = self.last(settings)
        return above_optimum(self.line, last.slope, last.intercept)

    def outcome(self, settings: Settings) -> int:
        """Return whether it converges, creeps or diverges: the place among `OUTCOMES`."""
        words = {"converged": "converge", "stopped": "creep", "diverged": "diverge"}
        return OUTCOMES.index(words[self.run(settings).status])

    def arrived(self, settings: Settings) -> int | None:
        """Return its first step within 1% of the least loss, if there is one."""
        return self.run(settings).segments[0].milestones.arrived

    def step(self, settings: Settings, number: int) -> StepDetail:
        """Return the details of one of its steps."""
        return step_detail(self.run(settings), number)

    @cached_property
    def _teams(self) -> dict[tuple[Settings, int], tuple[Run, tuple[Round, ...]]]:
        return {}

    def together(self, settings: Settings, workers: int) -> tuple[Run, tuple[Round, ...]]:
        """Return a run by this many workers, simulated one after another, and its rounds."""
        key = settings, workers
        if key not in self._teams:
            rounds: list[Round] = []
            run = Run(self.data, settings, Team(self.data, workers, watch=rounds.append))
            run.advance(run.budget)
            self._teams[key] = run, tuple(rounds)
        return self._teams[key]

    @cached_property
    def _predictions(self) -> dict[Settings, Prediction]:
        return {}

    def prediction(self, settings: Settings) -> Prediction:
        """Return the prediction for settings."""
        if settings not in self._predictions:
            self._predictions[settings] = predict(self.data, settings)
        return self._predictions[settings]

    def limit(self, settings: Settings) -> float:
        """Return the factor by which the learning rates may grow and stay stable."""
        limit = self.prediction(settings).max_stable_scale
        assert limit is not None
        return limit

    @cached_property
    def _results(self) -> dict[Sweep, tuple[Result, ...]]:
        return {}

    def results(self, sweep: Sweep) -> tuple[Result, ...]:
        """Return the results of a sweep."""
        key = replace(sweep, against="epochs")
        if key not in self._results:
            self._results[key] = tuple(
                run_trial(self.data, trial) for trial in plan_of(sweep, self.data.n)
            )
        return self._results[key]


def plan_of(sweep: Sweep, n: int) -> Plan:
    """Return the trials of a sweep on n rows."""
    over = over_batch_sizes if sweep.over == "batch sizes" else over_scales
    return over(sweep.settings, n)


@cache
def facts_of_tour() -> Facts:
    """Return the facts about the tour's data set; they are computed once."""
    return Facts(bundled())
