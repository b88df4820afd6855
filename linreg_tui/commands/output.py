"""How the commands print."""

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
from linreg_tui.core.proposal import ENOUGH, propose, reach
from linreg_tui.core.schedules import Constant
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.report.records import Json


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command line, which ends all commands alike; Rich's would exit with 1."""
        raise BrokenPipeError


def console(*, soft_wrap: bool = True) -> Console:
    """Prints rows as they come, however long: no row is broken, and no number coloured.

    Without `soft_wrap` they are made to fit the terminal.
    """
    return _Console(highlight=False, soft_wrap=soft_wrap)


def print_json(value: Json) -> None:
    """Print one JSON object, which holds no NaN and no infinity."""
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")


def tell_reading(data: Dataset, settings: Settings | None = None) -> None:
    """Say on stderr how the file was read, where it could have been meant otherwise.

    And that a loss is trained on a sample of its rows, if it is. For after all else is done: of bad
    input one line is said, and nothing beside it.
    """
    if settings is not None and (told := settings.loss.on_a_sample(settings.split(data).training)):
        sys.stderr.write(f"linreg-tui: {told}\n")
    if data.notes:
        name, told = printable(Path(data.source).name), "; ".join(data.notes)
        sys.stderr.write(f"linreg-tui: {name}: {told}\n")


def tell_reach(given: Collection[str], data: Dataset, settings: Settings) -> None:
    """Say on stderr how far thirty steps come at rates that were proposed, if that isn't near."""
    if {"learning_rate_b", "learning_rate_m"} & set(given):
        return
    settings = replace(settings, schedule=Constant())
    excess = reach(data, settings)
    if excess <= ENOUGH:
        return
    optimum = settings.split(data).training.optimum(settings.loss)
    if optimum.loss == 0:
        told = "don't come to the line that all points lie on"
    elif math.isfinite(excess):
        told = f"end {100 * excess:,.0f}% above the least loss"
    else:
        told = "lead away from the optimum"
    told = f"thirty full-batch steps at the proposed rates {told}"
    sys.stderr.write(f"linreg-tui: {told}: {_way(data, settings, excess)}\n")


def _way(data: Dataset, settings: Settings, excess: float) -> str:
    """What brings it nearer."""
    scaled = {} if settings.standardize else settings.values | {"standardize": True}
    names = {one.name for one in Settings.schema() if one.about.proposed} - {"standardize"}
    given = {name: value for name, value in scaled.items() if name not in names}
    if given and propose(data, **given).excess < excess / 2:
        return "choose --standardize"
    if settings.optimizer.linear and settings.loss.hessian(data.moments) is not None:
        return "choose more --epochs"
    return "choose --schedule cosine, and more --epochs"


def tell_idle(given: Iterable[str], settings: Settings, steps: int | None = None) -> None:
    """Say on stderr which of the settings that were given change nothing, given the others.

    And of a single run of so many steps, whether its learning rates never come to be whole.
    """
    idle = settings.without_effect
    for one in Settings.schema():
        if one.name not in given or one.name not in idle:
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
        told = f"the run has {steps:,} of {warmup:,} warm-up steps: choose fewer, or more epochs"
        sys.stderr.write(f"linreg-tui: {told}\n")
