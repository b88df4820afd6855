"""The settings of a training run, each declared once.

Everything about settings is made from the declarations here: the options of the command line and
their help, the fields of forms, the grid of a sweep and the columns of its table, JSON, and the
line of settings. Losses, optimizers and schedules declare their parameters themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from linreg_tui.core.errors import InputError
from linreg_tui.core.losses import Loss, Squared
from linreg_tui.core.optimizers import SGD, Optimizer
from linreg_tui.core.schedules import MAX_STEPS, Constant, Schedule
from linreg_tui.core.schema import Member, Range, Setting, about, declared

if TYPE_CHECKING:
    from linreg_tui.core.dataset import Dataset, Split

Update = Literal["sequential", "simultaneous"]
Sampling = Literal["notebook", "epoch"]

POSITIVE = Range(0, open=(True, True))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one training run; the defaults are the notebook's.

    `batch_size` is a number of rows, or None for all rows. For the squared loss, the slope's
    learning rate η_m has the unit 1/x², and the intercept's η_b has none. A `sequential` update
    uses the new m to update b, as the notebook does. A `simultaneous` update takes both gradients
    at the old (m, b), as textbooks do. `notebook` sampling draws each batch without replacement and
    independently of the one before. `epoch` sampling shuffles the rows once an epoch and takes them
    in turn.

    With `standardize`, training sees z-scores of x and y. These have no unit, so η_b serves both
    parameters. The share `test_fraction` of the rows is held out at random, chosen by `test_seed`,
    or by `seed` if that is None.
    """

    batch_size: int | None = field(
        default=None,
        metadata=about(
            "batch size",
            "rows a step; full for all",
            "Batches",
            unit="rows",
            none=("full",),
            none_help="full",
            metavar="N|full",
            column="batch",
            width=6,
        ),
    )
    epochs: int = field(
        default=30,
        metadata=about("epochs", "passes over the data", "Batches", metavar="N"),
    )
    learning_rate_m: float = field(
        default=1e-7,
        metadata=about(
            "slope, η_m",
            "learning rate of the slope m",
            "Learning rates",
            range=POSITIVE,
            wrong="a learning rate of {:g} for m is not possible: choose a positive number, such "
            "as 1e-7",
            metavar="RATE",
            proposed=True,
            column="rate m",
            used=lambda values: not values["standardize"],
            unused="with --standardize: --learning-rate-b serves both",
        ),
    )
    learning_rate_b: float = field(
        default=1e-1,
        metadata=about(
            "intercept, η_b",
            "learning rate of the intercept b",
            "Learning rates",
            range=POSITIVE,
            wrong="a learning rate of {:g} for b is not possible: choose a positive number, such "
            "as 1e-7",
            metavar="RATE",
            proposed=True,
            column="rate b",
        ),
    )
    initial_slope: float = field(
        default=5.0,
        metadata=about(
            "slope, m",
            "the slope to start from",
            "Initial line",
            unit="y/x",
            range=Range(),
            wrong="the initial slope must be a finite number, not {:g}",
            metavar="NUMBER",
            proposed=True,
            restarts=True,
        ),
    )
    initial_intercept: float = field(
        default=1000.0,
        metadata=about(
            "intercept, b",
            "the intercept to start from",
            "Initial line",
            unit="y",
            range=Range(),
            wrong="the initial intercept must be a finite number, not {:g}",
            metavar="NUMBER",
            proposed=True,
            restarts=True,
        ),
    )
    update: Update = field(
        default="sequential",
        metadata=about(
            "update order",
            "whether b's update sees the new m or the old one",
            "Step",
            column="update",
            width=12,
        ),
    )
    sampling: Sampling = field(
        default="notebook",
        metadata=about(
            "sampling",
            "each batch drawn independently, or one shuffle an epoch",
            "Batches",
            brief="by {}",
            used=lambda values: values["batch_size"] is not None,
            unused="on full batches",
        ),
    )
    seed: int = field(
        default=0,
        metadata=about(
            "seed",
            "seed of the random draws",
            "Batches",
            range=Range(0),
            wrong="a seed of {} is not possible: choose 0 or more",
            metavar="N",
            restarts=True,
            brief="seed {}",
            used=lambda values: (
                values["batch_size"] is not None
                or (values["test_fraction"] > 0 and values["test_seed"] is None)
            ),
        ),
    )
    loss: Loss = field(
        default=Squared(),
        metadata=about(
            "loss",
            "what a wrong prediction costs",
            "Loss",
            column="trained on",
            width=10,
            restarts=True,
            brief="{}",
        ),
    )
    optimizer: Optimizer = field(
        default=SGD(),
        metadata=about(
            "optimizer",
            "how a step follows from the gradient",
            "Optimizer",
            column="optimizer",
            width=9,
            brief="{}",
        ),
    )
    schedule: Schedule = field(
        default=Constant(),
        metadata=about(
            "schedule",
            "how the learning rates change over the run",
            "Schedule",
            column="schedule",
            width=11,
            brief="{}",
        ),
    )
    standardize: bool = field(
        default=False,
        metadata=about(
            "standardize",
            "train on z-scores, at the intercept's rate for both",
            "Step",
            proposed=True,
            restarts=True,
            column="z-scores",
            brief="z-scores",
        ),
    )
    test_fraction: float = field(
        default=0.0,
        metadata=about(
            "test fraction",
            "share of the rows to hold out as test rows",
            "Test rows",
            range=Range(0, 1, open=(False, True)),
            wrong="a test fraction of {:g} is not possible: choose a number from 0 to below "
            "1, such as 0.2",
            metavar="F",
            example=0.2,
            restarts=True,
            brief="test {:g}",
        ),
    )
    test_seed: int | None = field(
        default=None,
        metadata=about(
            "test seed",
            "seed that chooses the test rows",
            "Test rows",
            range=Range(0),
            wrong="a test seed of {} is not possible: choose 0 or more",
            none=("seed", ""),
            none_help="that of --seed",
            metavar="N",
            restarts=True,
            used=lambda values: values["test_fraction"] > 0,
            unused="without --test-fraction",
        ),
    )

    @staticmethod
    def schema() -> tuple[Setting, ...]:
        """Return all settings in order; a family's parameters follow the setting that chooses."""
        return declared(Settings)

    @staticmethod
    def of(**values: Any) -> Settings:
        """Return settings with these values, by the names of the schema, and defaults otherwise."""
        return Settings().with_values(**values)

    def with_values(self, **values: Any) -> Settings:
        """Return these settings with other values, by the names of the schema.

        A loss, an optimizer or a schedule is given by its name. It gets the parameters that are
        given, and keeps those of its predecessor that were not the defaults. Parameters that it
        doesn't have are ignored.

        Raises
        ------
        TypeError
            If there is no setting with a name.
        """
        changed: dict[str, Any] = {}
        for name in Settings.__dataclass_fields__:
            before = getattr(self, name)
            if isinstance(before, Member):
                chosen = values.get(name, before.name)
                changed[name] = type(before).named(chosen, before.non_defaults | values)
            elif name in values:
                changed[name] = values[name]
        unknown = values.keys() - {setting.name for setting in self.schema()}
        if unknown:
            raise TypeError(f"no such settings: {', '.join(sorted(unknown))}")
        return replace(self, **changed)

    @property
    def values(self) -> dict[str, Any]:
        """The values of all settings by their names, in the order of the schema.

        A loss, an optimizer or a schedule is given by its name. Parameters of those that aren't
        chosen have their defaults, or None if they depend on the data.
        """
        chosen = self._chosen
        return {
            one.name: chosen.get(one.name, None if one.about.proposed else one.default)
            for one in self.schema()
        }

    @property
    def _chosen(self) -> dict[str, Any]:
        """The values, without the parameters of members that aren't chosen."""
        chosen: dict[str, Any] = {}
        for name in Settings.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, Member):
                chosen |= {name: value.name} | value.values
            else:
                chosen[name] = value
        return chosen

    @property
    def sequential(self) -> bool:
        """Whether b is updated with the new m."""
        return self.update == "sequential"

    @property
    def is_constant(self) -> bool:
        """Whether the learning rates stay the same throughout."""
        return self.schedule.constant and not self.schedule.warmup_steps

    def differs(self, other: Settings, *names: str) -> bool:
        """Return whether one of these fields has another value."""
        return any(getattr(self, name) != getattr(other, name) for name in names)

    def split(self, data: Dataset) -> Split:
        """Return the rows of the data to train on, and those to test on."""
        return data.split(self.test_fraction, self.split_seed)

    def training_n(self, data: Dataset) -> int:
        """Return the number of rows that batches are drawn from."""
        return self.split(data).training.n

    @property
    def split_seed(self) -> int:
        """The seed that chooses the test rows."""
        return self.seed if self.test_seed is None else self.test_seed

    def steps_per_epoch(self, n: int) -> int:
        """Return the number of whole batches in n rows; an epoch leaves out the rows left over."""
        return 1 if self.batch_size is None else n // self.batch_size

    def steps(self, n: int) -> int:
        """Return the number of steps of a run on n rows.

        This is the notebook's answer. The `30*len(data)//batch_size` of its hint gives a few more
        steps, because the rows left over in each epoch add up.
        """
        return self.epochs * self.steps_per_epoch(n)

    @property
    def without_effect(self) -> frozenset[str]:
        """The names of settings that have no effect, given the others."""
        values = self.values
        return frozenset(
            setting.name for setting in self.schema() if not setting.has_effect(values)
        )

    def check(self, n: int) -> None:
        """Raise an InputError if a setting is out of range for n training rows."""
        for _, why in self.faults(n):
            raise InputError(why)

    def faults(self, n: int) -> Iterator[tuple[str, str]]:
        """Yield each setting that is out of range for n training rows, with a message about it."""
        if not self._possible_batch(n):
            yield (
                "batch_size",
                f"a batch of {self.batch_size} is not possible with {n} rows: "
                f"choose a batch size from 1 to {n}, or full",
            )
        if self.epochs < 1:
            yield "epochs", f"{self.epochs} epochs leave nothing to train: choose 1 or more"
        elif self.epochs > MAX_STEPS:
            yield "epochs", f"at most {MAX_STEPS:,} epochs are possible: choose fewer"
        elif self._possible_batch(n) and self.steps(n) > MAX_STEPS:
            yield (
                "epochs",
                f"{self.epochs} epochs are {self.steps(n):,} steps, and at most {MAX_STEPS:,} "
                "are kept: choose fewer epochs or a larger batch size",
            )
        chosen = self._chosen
        for setting in self.schema():
            if (why := setting.fault(chosen.get(setting.name))) is not None:
                yield setting.name, why

    def _possible_batch(self, n: int) -> bool:
        return self.batch_size is None or 1 <= self.batch_size <= n


def setting(name: str) -> Setting:
    """Return the setting with a name."""
    return next(one for one in Settings.schema() if one.name == name)


def restarts(before: Settings, after: Settings) -> bool:
    """Return whether a run has to start over to go from one of these settings to the other."""
    names = (one.name for one in Settings.schema() if one.about.restarts and one.owners is None)
    return before.differs(after, *names)


def starting_at(settings: Settings, slope: float, intercept: float) -> Settings:
    """Return the settings with another initial line."""
    return replace(settings, initial_slope=slope, initial_intercept=intercept)


def scaled_rates(settings: Settings, factor: float) -> Settings:
    """Return the settings with both learning rates multiplied by a factor."""
    return replace(
        settings,
        learning_rate_m=settings.learning_rate_m * factor,
        learning_rate_b=settings.learning_rate_b * factor,
    )


def next_batch_size(settings: Settings, n: int, direction: int) -> Settings:
    """Return the settings with the next larger (1) or smaller (-1) batch: a power of two, or n."""
    sizes = [2**k for k in range(n.bit_length()) if 2**k < n]
    now = settings.batch_size or n
    if direction < 0:
        return replace(settings, batch_size=max((s for s in sizes if s < now), default=now))
    return replace(settings, batch_size=min((s for s in sizes if s > now), default=None))
