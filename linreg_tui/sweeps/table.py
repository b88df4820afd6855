"""A sweep as a table: a row for each group of trials, its progress, and its cells as text.

The trials of a group differ only in their seed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Step
from linreg_tui.core.losses import Least
from linreg_tui.core.schema import Setting
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction, Predictions
from linreg_tui.core.sweep import Plan, Trial
from linreg_tui.core.trials import RepeatsSummary, Result, Spread, summarize
from linreg_tui.numbers import above_least, decimals_for, fixed, grouped_loss, rate
from linreg_tui.options import words, write

State = Literal["waiting", "running", "converged", "stopped", "diverged"]

LOSS_CELLS = 16
"""Cells for a loss with commas."""


class Row:
    """A group of trials with its results so far, and its prediction once that is known.

    `settings` are those of the first repeat, with the seed that was given. In a sweep over scales,
    `scale` is the factor of the batch size and the learning rates.
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
        """The group's place in the sweep."""
        return self.trials.first_group

    @property
    def done(self) -> bool:
        """Whether all trials are done."""
        return len(self.results) == len(self.trials)

    @property
    def first(self) -> Result | None:
        """The result of the first repeat."""
        return next((result for result in self.results if result.trial.repeat == 0), None)

    @property
    def summary(self) -> RepeatsSummary | None:
        """A summary of the results so far; None if there are none."""
        if self.results and (self._summary is None or self._summary.repeats != len(self.results)):
            self._summary = summarize(self.results)
        return self._summary

    @property
    def state(self) -> State:
        """The state of the group; if its repeats ended differently, the worst of them."""
        if not self.done:
            return "running" if self.results or self.under_way is not None else "waiting"
        states = {result.status for result in self.results}
        worst: tuple[State, ...] = ("diverged", "stopped", "converged")
        return next(state for state in worst if state in states)

    @property
    def fraction(self) -> float:
        """How much of the work is done, from 0 to 1; a run that overflows is done."""
        under_way = 0 if self.under_way is None else self.under_way.number
        return len(self.results) / len(self.trials) + under_way / max(1, self.steps)


class SweepTable:
    """The rows of a sweep on n rows of data, and the progress of the whole."""

    def __init__(self, plan: Plan, n: int) -> None:
        self._n = n
        self.rows: list[Row] = []
        self.trials = self.ended = 0
        self._work: list[float] = []
        self._worked = 0.0
        self._under_way: set[int] = set()
        self.add_rows(plan)

    def add_rows(self, plan: Plan) -> None:
        """Add a row for each group of a plan."""
        for group in plan.groups:
            self.rows.append(Row(group, self._n))
            self.trials += len(group)
            self._work.append(group.seconds(self._n))

    def drop_rows(self, first: int) -> None:
        """Drop the rows from this one on: they will not be trained."""
        self.trials -= sum(len(row.trials) for row in self.rows[first:])
        del self.rows[first:], self._work[first:]

    @property
    def several(self) -> bool:
        """Whether each row has several repeats."""
        return len(self.rows[0].trials) > 1

    @property
    def fraction(self) -> float:
        """How much of the work is done, from 0 to 1, by the estimated time."""
        done = self._worked
        for group in self._under_way:
            if (step := self.rows[group].under_way) is not None:
                done += self._work[group] * step.number / max(1, self.rows[group].steps)
        return done / (sum(self._work) or 1.0)

    def add_results(self, results: Iterable[Result]) -> None:
        """Add results to their rows."""
        for result in results:
            row = self.rows[result.trial.group]
            row.results.append(result)
            row.under_way = None
            self._under_way.discard(row.group)
            self.ended += 1
            self._worked += self._work[row.group] / len(row.trials)

    def set_step(self, trial: Trial, step: Step) -> None:
        """Set the latest step of a trial."""
        self.rows[trial.group].under_way = step
        self._under_way.add(trial.group)


async def predict_rows(table: SweepTable, predictions: Predictions) -> AsyncIterator[Row]:
    """Predict each row of a table, and yield it with its prediction."""
    for row in table.rows:
        row.prediction = predictions.known(row.settings)
        if row.prediction is None:
            row.prediction = await asyncio.to_thread(predictions.of, row.settings)
        yield row


PREDICTED = {True: "stable", False: "unstable", None: "?"}

_WORDS = frozenset({"status", "predicted", "curve"})

Cells = dict[str, str]


def of_settings() -> dict[str, Setting]:
    """Return the settings that a sweep can go over, by the headings of their columns."""
    return {one.about.column: one for one in Settings.schema() if one.about.column}


def is_words(column: str) -> bool:
    """Return whether a column holds words, which are aligned left, and not numbers."""
    setting = of_settings().get(column)
    return column in _WORDS or (setting is not None and bool(words(setting)))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a sweep's table.

    `varying` are the columns of settings; `scales` adds one for the scale, and `tested` one for the
    loss on test rows. Slope and intercept have the decimals that suit the line `near`.
    """

    near: Least
    varying: tuple[str, ...]
    scales: bool
    repeats: int
    tested: bool

    @staticmethod
    def of(plan: Plan, data: Dataset) -> Columns:
        """Return the columns that tell the groups of a plan apart, and always the batch size."""
        values = [one.values for one, _ in plan.variants]
        first, scale = plan.variants[0]
        always = {"batch", "rate m", "rate b"} if scale is not None else {"batch"}
        varying = (
            column
            for column, setting in of_settings().items()
            if column in always or len({value[setting.name] for value in values}) > 1
        )
        line = first.split(data).training.line
        tested = first.test_fraction > 0
        return Columns(line, tuple(varying), scale is not None, plan.repeats, tested)

    @property
    def widths(self) -> dict[str, int]:
        """The columns with their usual greatest widths."""
        several = self.repeats > 1
        return {
            **({"scale": 6} if self.scales else {}),
            **{name: of_settings()[name].about.width for name in self.varying},
            "slope": 18 if several else 9,
            "intercept": 22 if several else 11,
            "loss": 2 * LOSS_CELLS if several else LOSS_CELLS,
            "above": 17 if several else 9,
            **({"test loss": 2 * LOSS_CELLS if several else LOSS_CELLS} if self.tested else {}),
            "status": 24 if several else 14,
            "predicted": 9,
            "time": 8,
        }

    def settings(self, trial: Trial) -> Cells:
        """Return the cells that are known before the training: those of the settings."""
        values, unused = trial.settings.values, trial.settings.without_effect
        cells = {
            column: "" if setting.name in unused else _value(setting, values[setting.name])
            for column, setting in of_settings().items()
        }
        return {"scale": "" if trial.scale is None else rate(trial.scale), **cells}

    def results(self, summary: RepeatsSummary, first: Result | None) -> Cells:
        """Return the cells of the results; `first` is the result of the first repeat."""
        least = summary.optimum
        tested = summary.test_loss
        return {
            "slope": _spread(summary.slope, self._slope),
            "intercept": _spread(summary.intercept, self._intercept),
            "loss": _spread(summary.loss, partial(_loss, least=least)),
            "above": _spread(summary.excess, lambda value: above_least(least, value)),
            "test loss": "" if tested is None else _spread(tested, partial(_loss, least=least)),
            "status": self._status(summary, first),
            "time": seconds(summary.seconds),
        }

    def under_way(self, step: Step, optimum: Least) -> Cells:
        """Return the same cells for a training that is under way, at its latest step."""
        cells = {
            "slope": self._slope(step.slope),
            "intercept": self._intercept(step.intercept),
            "loss": _loss(step.loss, optimum),
            "above": above_least(optimum, max(0.0, step.loss - optimum.loss)),
            "test loss": "" if step.test_loss is None else _loss(step.test_loss, optimum),
        }
        return {name: text.strip() for name, text in cells.items()}

    def _slope(self, value: float) -> str:
        return fixed(value, 8, decimals_for(self.near.slope))

    def _intercept(self, value: float) -> str:
        return fixed(value, 10, decimals_for(self.near.intercept))

    def _status(self, summary: RepeatsSummary, first: Result | None) -> str:
        if self.repeats == 1 and first is not None:
            at = "" if first.diverged_at is None else f" at {first.diverged_at}"
            return first.status + at
        counts = {
            "converged": summary.converged,
            "stopped": summary.stopped,
            "diverged": summary.diverged,
        }
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def predicted(prediction: Prediction | None) -> str:
    """Return the prediction in a word; an empty text if it isn't known yet."""
    return "" if prediction is None else PREDICTED[prediction.stable]


def _value(setting: Setting, value: Any) -> str:
    return rate(value) if isinstance(value, float) else write(setting, value)


def _loss(value: float, least: Least) -> str:
    return grouped_loss(value, least, LOSS_CELLS)


def batch_size(settings: Settings) -> str:
    """Return the batch size as text."""
    return "full" if settings.batch_size is None else str(settings.batch_size)


def seconds(value: float) -> str:
    """Return a time as text: 0.9 ms, 1.2 s."""
    return f"{1e3 * value:.1f} ms" if value < 1 else f"{value:.1f} s"


def names(columns: Iterable[str]) -> Cells:
    """Return the heading of each column."""
    return {name: name for name in columns}


def aligned(text: str, name: str, width: int) -> str:
    """Return a cell padded to its column's width."""
    return text.ljust(width) if is_words(name) else text.rjust(width)


def _spread(spread: Spread, text: Callable[[float], str]) -> str:
    mean = text(spread.mean).strip()
    return mean if spread.deviation is None else f"{mean} ± {text(spread.deviation).strip()}"
