"""The cells of a sweep's table, as text: the settings of a group of trials, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.history import Step
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction
from linreg_tui.core.sweep import Plan, Trial
from linreg_tui.core.trials import RepeatsSummary, Result, Spread
from linreg_tui.numbers import above_least, above_optimum, decimals_for, fixed, fixed_loss, rate

FORESEEN = {True: "stable", False: "unstable", None: "?"}

WORDS = frozenset({"status", "foreseen", "update", "optimizer", "schedule", "curve"})
"""Columns that are not numbers, and so begin at the left."""

OF_SETTINGS: dict[str, tuple[str, int]] = {
    "batch": ("batch_size", 6),
    "rate m": ("learning_rate_m", 8),
    "rate b": ("learning_rate_b", 8),
    "update": ("update", 12),
    "optimizer": ("optimizer", 9),
    "schedule": ("schedule", 11),
}
"""Columns that a sweep has where trials differ in them: the setting, and the width."""

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a sweep's table has.

    `varying` are those of the settings, with `scales` that of the scale too.
    """

    optimum: ClosedForm
    varying: tuple[str, ...]
    scales: bool
    repeats: int

    @staticmethod
    def of(plan: Plan, optimum: ClosedForm) -> Columns:
        """Those that tell the groups of a plan apart, and the batch size in any case."""
        settings = [one for one, _ in plan.variants]
        scales = plan.variants[0][1] is not None
        kept = {"batch", "rate m", "rate b"} if scales else {"batch"}
        varying = (
            name
            for name, (field, _) in OF_SETTINGS.items()
            if name in kept or len({getattr(one, field) for one in settings}) > 1
        )
        return Columns(optimum, tuple(varying), scales, plan.repeats)

    @property
    def widths(self) -> dict[str, int]:
        """The columns and how wide they are at most, as a rule."""
        several = self.repeats > 1
        return {
            **({"scale": 6} if self.scales else {}),
            **{name: OF_SETTINGS[name][1] for name in self.varying},
            "slope": 18 if several else 9,
            "intercept": 22 if several else 11,
            "loss": 28 if several else 16,
            "above": 17 if several else 9,
            "status": 24 if several else 14,
            "foreseen": 8,
            "time": 8,
        }

    def settings(self, trial: Trial) -> Cells:
        """The cells that are known beforehand."""
        settings = trial.settings
        return {
            "scale": "" if trial.scale is None else rate(trial.scale),
            "batch": batch_size(settings),
            "rate m": rate(settings.learning_rate_m),
            "rate b": rate(settings.learning_rate_b),
            "update": settings.update,
            "optimizer": settings.optimizer,
            "schedule": settings.schedule,
        }

    def results(self, summary: RepeatsSummary, first: Result | None) -> Cells:
        """The cells that results fill; `first` is the only one, if it is."""
        return {
            "slope": _spread(summary.slope, self._slope),
            "intercept": _spread(summary.intercept, self._intercept),
            "loss": _spread(summary.loss, self._loss),
            "above": _spread(summary.excess, lambda value: above_least(self.optimum, value)),
            "status": self._status(summary, first),
            "time": seconds(summary.seconds),
        }

    def under_way(self, step: Step) -> Cells:
        """The same cells of the training that is under way, as far as it is."""
        return {
            "slope": self._slope(step.slope).strip(),
            "intercept": self._intercept(step.intercept).strip(),
            "loss": self._loss(step.loss).strip(),
            "above": above_optimum(self.optimum, step.slope, step.intercept),
        }

    def _slope(self, value: float) -> str:
        return fixed(value, 8, decimals_for(self.optimum.slope))

    def _intercept(self, value: float) -> str:
        return fixed(value, 10, decimals_for(self.optimum.intercept))

    def _loss(self, value: float) -> str:
        return fixed_loss(value, self.optimum)

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


def foreseen(prediction: Prediction | None) -> str:
    """What is foreseen, in a word; nothing if that isn't known yet."""
    return "" if prediction is None else FORESEEN[prediction.stable]


def batch_size(settings: Settings) -> str:
    """The number of rows in a step."""
    return "full" if settings.batch_size is None else str(settings.batch_size)


def seconds(value: float) -> str:
    """A time: 0.9 ms, 1.2 s."""
    return f"{1e3 * value:.1f} ms" if value < 1 else f"{value:.1f} s"


def names(columns: Iterable[str]) -> Cells:
    """The heading of each column."""
    return {name: name for name in columns}


def aligned(text: str, name: str, width: int) -> str:
    """A cell of a column, in its width."""
    return text.ljust(width) if name in WORDS else text.rjust(width)


def _spread(spread: Spread, text: Callable[[float], str]) -> str:
    mean = text(spread.mean).strip()
    return mean if spread.deviation is None else f"{mean} ± {text(spread.deviation).strip()}"
