"""A sweep as far as it has come: a row for each group of trials that differ by their seed alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from linreg_tui.core.history import Step
from linreg_tui.core.stability import Prediction
from linreg_tui.core.sweep import Plan, Trial
from linreg_tui.core.trials import RepeatsSummary, Result, summarize

State = Literal["waiting", "running", "converged", "stopped", "diverged"]


class Row:
    """A group: its trials, the results that there are, and what is predicted if that is known.

    `settings` are those of the first repeat, which has the seed that was given; `scale` is what
    batch size and rates are multiplied by, in a sweep over scales.
    """

    def __init__(self, trials: Plan, n: int) -> None:
        self.trials = trials
        ((self.settings, self.scale),) = trials.variants
        self.results: list[Result] = []
        self.prediction: Prediction | None = None
        self.under_way: Step | None = None
        self.steps = self.settings.steps(n) * len(trials)
        self._summary: RepeatsSummary | None = None

    @property
    def group(self) -> int:
        """Its place in the sweep."""
        return self.trials.first_group

    @property
    def done(self) -> bool:
        """Whether all results are there."""
        return len(self.results) == len(self.trials)

    @property
    def first(self) -> Result | None:
        """The result of the first repeat."""
        return next((result for result in self.results if result.trial.repeat == 0), None)

    @property
    def summary(self) -> RepeatsSummary | None:
        """What the results so far have in common; None if there are none."""
        if self.results and (self._summary is None or self._summary.repeats != len(self.results)):
            self._summary = summarize(self.results)
        return self._summary

    @property
    def state(self) -> State:
        """How it stands; of repeats that ended in several ways, the worst."""
        if not self.done:
            return "running" if self.results or self.under_way is not None else "waiting"
        states = {result.status for result in self.results}
        worst: tuple[State, ...] = ("diverged", "stopped", "converged")
        return next(state for state in worst if state in states)

    @property
    def made(self) -> float:
        """The share of its steps that are made; a run that overflows has made all it can."""
        under_way = 0 if self.under_way is None else self.under_way.number
        return len(self.results) / len(self.trials) + under_way / max(1, self.steps)


class Board:
    """The rows of a sweep on n rows of data, and how far it is as a whole.

    What a thread that trains is shown may be shown here by it.
    """

    def __init__(self, plan: Plan, n: int) -> None:
        self._n = n
        self.rows: list[Row] = []
        self.trials = self.taken = 0
        self._work: list[float] = []
        self._worked = 0.0
        self._under_way: set[int] = set()
        self.extend(plan)

    def extend(self, plan: Plan) -> None:
        """Add the groups of more trials."""
        for group in plan.groups:
            self.rows.append(Row(group, self._n))
            self.trials += len(group)
            self._work.append(group.seconds(self._n))

    def cut(self, rows: int) -> None:
        """Leave the rows from there on out: they will not be trained."""
        self.trials -= sum(len(row.trials) for row in self.rows[rows:])
        del self.rows[rows:], self._work[rows:]

    @property
    def several(self) -> bool:
        """Whether each row has several repeats."""
        return len(self.rows[0].trials) > 1

    @property
    def fraction(self) -> float:
        """How much of the work is done, by what it is estimated to take."""
        done = self._worked
        for group in tuple(self._under_way):
            if (step := self.rows[group].under_way) is not None:
                done += self._work[group] * step.number / max(1, self.rows[group].steps)
        return done / (sum(self._work) or 1.0)

    def take(self, results: Iterable[Result]) -> None:
        """Some more results."""
        for result in results:
            row = self.rows[result.trial.group]
            row.results.append(result)
            row.under_way = None
            self._under_way.discard(row.group)
            self.taken += 1
            self._worked += self._work[row.group] / len(row.trials)

    def watch(self, trial: Trial, step: Step) -> None:
        """A trial is that far."""
        self.rows[trial.group].under_way = step
        self._under_way.add(trial.group)
