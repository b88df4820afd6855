"""The settings of a run as text: options of the command line, and fields of a form."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, get_args

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.proposal import PROPOSED, proposed
from linreg_tui.core.settings import OptimizerName, Sampling, ScheduleName, Settings, Update
from linreg_tui.core.sgd import Run
from linreg_tui.numbers import exact

NO_YES = ("no", "yes")
AUTO = ("auto", "")

_LONG = 40

SCALED = " for the houses, else fitted to the scale of the data"
"""What the help says of a default that depends on the data."""

CHOSEN = " (default: where the data asks for it)"


def _batch_size(text: str) -> int | None:
    if text == "full":
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a number of rows nor full, as in 32,64,full"
        ) from None


def batch_sizes(text: str) -> list[int | None]:
    """What a list such as 32,64,full stands for."""
    return [_batch_size(part.strip()) for part in text.split(",")]


def scales(text: str) -> list[float]:
    """What a list such as 1,2,4,8 stands for."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no list of numbers, such as 1,2,4,8"
        ) from None


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: its name, what it takes (words to choose from, or a kind), and what it is."""

    name: str
    takes: tuple[str, ...] | Callable[[str], Any]
    text: str
    metavar: str | None = None
    default: str | None = None
    """What the help says the default is, where it is not that of the settings."""

    none: tuple[str, ...] = ()
    """What may be typed into a form for None; the first is what it shows."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words to choose from, if that is how it is set."""
        if isinstance(self.takes, tuple):
            return self.takes
        return NO_YES if self.takes is bool else ()

    def write(self, value: Any) -> str:
        """The text that stands for a value."""
        if value is None:
            return self.none[0]
        if isinstance(value, bool):
            return NO_YES[value]
        return exact(value) if isinstance(value, float) else str(value)

    def read(self, text: str) -> Any:
        """The value that a text stands for.

        Raises
        ------
        InputError
            If it stands for none.
        """
        text = text.strip()
        if text in self.none:
            return None
        if self.words:
            return text == NO_YES[True] if self.takes is bool else text
        assert callable(self.takes)
        try:
            return self.takes(text)
        except (ValueError, argparse.ArgumentTypeError):
            kind = "number" if self.takes is float else "whole number"
            usual = getattr(Settings(), self.name)
            such = " or ".join([self.write(10 if usual is None else usual), *self.none[:1]])
            wrong = f"{quoted(text)} is not a {kind}" if text else f"a {kind} is missing"
            one = "one with a decimal point" if self.takes is float and "," in text else "one"
            raise InputError(f"{wrong}: choose {one}, such as {such}") from None

    def read_word(self, text: str) -> Any:
        """The same for a word of the command line, which argparse complains of."""
        try:
            return self.read(text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None


def quoted(text: str) -> str:
    """What was typed, between quotes, and cut if it is long: what to do has to follow it."""
    return repr(text if len(text) <= _LONG else f"{text[:_LONG]}…")


OPTIONS = (
    Option("batch_size", _batch_size, "rows a step; full for all", "N|full", "full", ("full",)),
    Option("epochs", int, "passes over the data", "N"),
    Option("learning_rate_m", float, "learning rate of the slope m", "RATE"),
    Option("learning_rate_b", float, "learning rate of the intercept b", "RATE"),
    Option("initial_slope", float, "the slope to start from", "NUMBER"),
    Option("initial_intercept", float, "the intercept to start from", "NUMBER"),
    Option("update", get_args(Update), "whether b's update sees the new m or the old one"),
    Option(
        "sampling", get_args(Sampling), "each batch drawn independently, or one shuffle an epoch"
    ),
    Option("optimizer", get_args(OptimizerName), "what a step makes of a gradient"),
    Option("momentum", float, "of the optimizers momentum and nesterov", "NUMBER"),
    Option(
        "schedule",
        get_args(ScheduleName),
        "what the learning rates do over the run",
    ),
    Option(
        "warmup_steps",
        int,
        "steps in which the rates grow, before any schedule",
        "N",
        "a tenth of the run with --schedule warmup, else 0",
        AUTO,
    ),
    Option("decay", float, "factor of the schedules step and exponential", "FACTOR"),
    Option("decay_steps", int, "steps from one decay to the next", "N", "a tenth of the run", AUTO),
    Option("seed", int, "of the random draws", "N"),
    Option("standardize", bool, "train on z-scores, at the intercept's rate for both"),
)


class _BatchSize(argparse.Action):
    """Keeps that a batch size was given, as all rows may be, which is the default as well."""

    def __call__(
        self,
        _: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        __: str | None = None,
    ) -> None:
        namespace.batch_size, namespace.batch_size_given = values, True


def add_settings(parser: argparse.ArgumentParser, *fixed: str) -> None:
    """Give a parser all options that `settings_of` reads, but not those of the fixed settings.

    `batch_size_given` tells whether the batch size was one of them that was given.
    """
    group = parser.add_argument_group("training")
    parser.set_defaults(batch_size_given=False)
    parser.set_defaults(**{name: getattr(Settings(), name) for name in fixed})
    for option in OPTIONS:
        if option.name in fixed:
            continue
        flag = f"--{option.name.replace('_', '-')}"
        if option.takes is bool:
            group.add_argument(
                flag, action=argparse.BooleanOptionalAction, help=option.text + CHOSEN
            )
            continue
        default = getattr(Settings(), option.name)
        scaled = option.name in PROPOSED
        shown = f"{default:g}" if isinstance(default, float) else default
        choices, kind = (
            (option.takes, str) if isinstance(option.takes, tuple) else (None, option.read_word)
        )
        group.add_argument(
            flag,
            action=_BatchSize if option.name == "batch_size" else "store",
            type=kind,
            choices=choices,
            metavar=option.metavar,
            default=None if scaled else default,
            help=f"{option.text} (default: {option.default or shown}{SCALED if scaled else ''})",
        )


def settings_of(options: argparse.Namespace, data: Dataset) -> Settings:
    """The settings that were asked for; the rest are proposed, if the data's scale matters to them.

    Raises
    ------
    InputError
        If the data can't be trained with them.
    """
    values = {field.name: getattr(options, field.name) for field in fields(Settings)}
    given = {name for name in PROPOSED if values[name] is not None}
    if len(given) < len(PROPOSED):
        # On z-scores, a learning rate for the slope would be none.
        raw = values["standardize"] is None and "learning_rate_m" in given
        fitting = proposed(data, False if raw else values["standardize"])
        values |= {name: getattr(fitting, name) for name in PROPOSED if name not in given}
    settings = Settings(**values)
    Run(data, settings)
    return settings
