"""How the commands print their results and notes."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.proposal import ACCEPTABLE_EXCESS, excess_after_steps, propose
from linreg_tui.core.schedules import Constant
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.report.records import Json


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command line, which ends all commands alike; Rich would exit with 1."""
        raise BrokenPipeError


def console(*, soft_wrap: bool = True) -> Console:
    """Return a console that prints rows of any length unbroken, and doesn't colour numbers.

    Without `soft_wrap`, rows are made to fit the terminal.
    """
    return _Console(highlight=False, soft_wrap=soft_wrap)


def print_json(value: Json) -> None:
    """Print one JSON object; it must not hold NaN or infinity."""
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")


def report_reading(data: Dataset, settings: Settings | None = None) -> None:
    """Say on stderr how the file was read, where there was a choice.

    Also say so if the loss is trained on a sample of the rows. Call this after everything else:
    bad input gets one line and nothing beside it.
    """
    if settings is not None and (note := settings.loss.on_a_sample(settings.split(data).training)):
        sys.stderr.write(f"linreg-tui: {note}\n")
    if data.notes:
        name, notes = printable(Path(data.source).name), "; ".join(data.notes)
        sys.stderr.write(f"linreg-tui: {name}: {notes}\n")


def report_reach(given: Collection[str], data: Dataset, settings: Settings) -> None:
    """Say on stderr if thirty steps at the proposed rates end far from the optimum."""
    if {"learning_rate_b", "learning_rate_m"} & set(given):
        return
    settings = replace(settings, schedule=Constant())
    excess = excess_after_steps(data, settings)
    if excess <= ACCEPTABLE_EXCESS:
        return
    optimum = settings.split(data).training.optimum(settings.loss)
    if optimum.loss == 0:
        result = "don't reach the line that all points lie on"
    elif math.isfinite(excess):
        result = f"end {100 * excess:,.0f}% above the least loss"
    else:
        result = "lead away from the optimum"
    message = f"thirty full-batch steps at the proposed rates {result}"
    sys.stderr.write(f"linreg-tui: {message}: {_advice(data, settings, excess)}\n")


def _advice(data: Dataset, settings: Settings, excess: float) -> str:
    """Say which option brings the run nearer to the optimum."""
    scaled = {} if settings.standardize else settings.values | {"standardize": True}
    names = {one.name for one in Settings.schema() if one.about.proposed} - {"standardize"}
    given = {name: value for name, value in scaled.items() if name not in names}
    if given and propose(data, **given).excess < excess / 2:
        return "choose --standardize"
    if settings.optimizer.linear and settings.loss.hessian(data.moments) is not None:
        return "choose more --epochs"
    return "choose --schedule cosine, and more --epochs"


def report_unused(given: Iterable[str], settings: Settings, steps: int | None = None) -> None:
    """Say on stderr which of the given settings have no effect because of the others.

    For a single run of this many steps, also say so if it ends before its warm-up does.
    """
    unused = settings.without_effect
    for one in Settings.schema():
        if one.name not in given or one.name not in unused:
            continue
        if one.owners is not None:
            other, members = one.owners
            why = f"with --{other} {settings.values[other]}: choose {' or '.join(members)}"
        else:
            why = one.about.unused
        if why:
            option = one.name.replace("_", "-")
            sys.stderr.write(f"linreg-tui: --{option} has no effect {why}\n")
    warmup = settings.schedule.warmup_steps or 0
    if steps is not None and warmup > steps:
        sys.stderr.write(
            f"linreg-tui: the run has {steps:,} of {warmup:,} warm-up steps: choose fewer, or more "
            "epochs\n"
        )
