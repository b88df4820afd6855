"""The numbers that the tour tells, each asked of the engine."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache, cached_property

from linreg_tui.core.closed_form import ClosedForm, Derivation, Sums, derivation, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.history import Step
from linreg_tui.core.parallel import Round, Team
from linreg_tui.core.run import Run, StepDetail, step_detail
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction, predict
from linreg_tui.core.sweep import Plan, over_batch_sizes, over_scales
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.numbers import above_optimum
from linreg_tui.tour.scenes import OUTCOMES, Sweep


@dataclass(frozen=True)
class Facts:
    """What there is to know of a data set, worked out when a text asks for it."""

    data: Dataset

    @property
    def line(self) -> ClosedForm:
        """The closed form."""
        return self.data.line

    @cached_property
    def sums(self) -> Sums:
        """The sums of the formula."""
        return sums_of(self.data.x, self.data.y)

    @cached_property
    def derivation(self) -> Derivation:
        """From the sums to the line."""
        return derivation(self.sums)

    @property
    def correlation(self) -> float:
        """Pearson's r; without SciPy, which takes its time to load."""
        moments = self.data.moments
        return moments.sxy / math.sqrt(moments.sxx * moments.syy)

    @property
    def slope_error(self) -> float:
        """The standard error of the slope, likewise."""
        moments = self.data.moments
        return math.sqrt(moments.n * self.line.loss / (moments.n - 2) / moments.sxx)

    @cached_property
    def _runs(self) -> dict[Settings, Run]:
        return {}

    def run(self, settings: Settings) -> Run:
        """A run to the end of its epochs."""
        if settings not in self._runs:
            run = Run(self.data, settings)
            run.advance(run.budget)
            self._runs[settings] = run
        return self._runs[settings]

    def last(self, settings: Settings) -> Step:
        """The last step of such a run."""
        history = self.run(settings).history
        return history[history.last]

    def above(self, settings: Settings) -> str:
        """How far its last loss is above the least one, as 0.03%."""
        last = self.last(settings)
        return above_optimum(self.line, last.slope, last.intercept)

    def outcome(self, settings: Settings) -> int:
        """Whether it converges, creeps or diverges: the place among `OUTCOMES`."""
        words = {"converged": "converge", "stopped": "creep", "diverged": "diverge"}
        return OUTCOMES.index(words[self.run(settings).status])

    def arrived(self, settings: Settings) -> int | None:
        """Its first step within 1% of the least loss."""
        return self.run(settings).segments[0].milestones.arrived

    def step(self, settings: Settings, number: int) -> StepDetail:
        """One of its steps, taken apart."""
        return step_detail(self.run(settings), number)

    @cached_property
    def _teams(self) -> dict[tuple[Settings, int], tuple[Run, tuple[Round, ...]]]:
        return {}

    def together(self, settings: Settings, workers: int) -> tuple[Run, tuple[Round, ...]]:
        """A run by so many workers, simulated here one after another, and its rounds."""
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
        """What can be known of it beforehand."""
        if settings not in self._predictions:
            self._predictions[settings] = predict(self.data, settings)
        return self._predictions[settings]

    def limit(self, settings: Settings) -> float:
        """How many times as large its learning rates may be."""
        limit = self.prediction(settings).max_stable_scale
        assert limit is not None
        return limit

    @cached_property
    def _results(self) -> dict[Sweep, tuple[Result, ...]]:
        return {}

    def results(self, sweep: Sweep) -> tuple[Result, ...]:
        """The trainings of a sweep."""
        key = replace(sweep, against="epochs")
        if key not in self._results:
            self._results[key] = tuple(
                run_trial(self.data, trial) for trial in plan_of(sweep, self.data.n)
            )
        return self._results[key]


def plan_of(sweep: Sweep, n: int) -> Plan:
    """The trials of a sweep on n rows."""
    over = over_batch_sizes if sweep.over == "batch sizes" else over_scales
    return over(sweep.settings, n)


@cache
def facts_of_tour() -> Facts:
    """Those of the data that the tour is about, worked out once."""
    return Facts(bundled())
