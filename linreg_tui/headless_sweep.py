"""The command that runs a sweep: its trials as a table, as JSON and as CSV."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.text import Text

from linreg_tui import files, report, sweeping
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.foresights import Foresights
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Plan, check, over_batch_sizes, over_scales
from linreg_tui.core.tipping import tipping_scale
from linreg_tui.core.trials import Result
from linreg_tui.processes import processes
from linreg_tui.sweep_table import LiveTable, PlainTable

INTERRUPTED = 128 + 2


class _Show(Protocol):
    """Where results go as they come."""

    def add(self, result: Result) -> None:
        """One more."""


def sweep(
    data: Dataset,
    settings: Settings,
    sizes: Sequence[int | None] | None,
    scales: Sequence[float] | None,
    repeats: int,
    *,
    jobs: int | None,
    as_json: bool,
    csv: str | None,
) -> int:
    """Run a sweep over batch sizes, or over scales if there are any; return the exit status.

    Interrupted, it prints the trials that are done, and writes nothing else.
    """
    if scales is None:
        plan = over_batch_sizes(settings, data.n, sizes, repeats)
    else:
        plan = over_scales(settings, data.n, scales, repeats)
    check(data, plan)
    if jobs is None:
        jobs = sweeping.jobs_that_pay(plan, data.n)
    elif not 1 <= jobs <= sweeping.MAX_JOBS:
        raise InputError(f"so many jobs are not possible: choose from 1 to {sweeping.MAX_JOBS}")
    target = None if csv is None else files.writable(csv)
    foresights = Foresights(data)
    results: list[Result] = []
    console = Console(highlight=False)
    live = console.is_terminal and not console.is_dumb_terminal
    # A terminal has to know how many lines to take back; in a pipe a row is a line.
    console.soft_wrap = not live
    kind: Callable[..., AbstractContextManager[_Show]] = LiveTable if live else PlainTable
    show = nullcontext() if as_json else kind(console, data, plan, foresights)
    try:
        with show as table:
            for result in _results(data, plan, min(jobs, len(plan))):
                results.append(result)
                if table is not None:
                    table.add(result)
        if scales is not None and not as_json:
            console.print(_tipping(console, data, settings))
    except KeyboardInterrupt:
        return INTERRUPTED
    if target is not None:
        files.replace(target, report.trial_lines(results, foresights))
    if as_json:
        found = report.sweep_object(data, results, foresights)
        sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")
    return 0


def _results(data: Dataset, plan: Plan, jobs: int) -> Iterator[Result]:
    with processes(jobs) as executor:
        yield from sweeping.sweep(data, plan, executor)


def _tipping(console: Console, data: Dataset, settings: Settings) -> Text:
    with console.status("where does it tip?"):
        tipping = tipping_scale(data, settings)
    within = f"within {settings.epochs} epoch{'s' * (settings.epochs != 1)}"
    if tipping.held is None:
        known = "" if tipping.tipped is None else f" from {tipping.tipped:.3g} on"
        return Text(f"every scale{known} that was tried diverges {within}")
    if tipping.tipped is None:
        return Text(f"no scale that was tried, up to {tipping.held:.3g}, diverges {within}")
    told = f"it tips between the scales {tipping.held:.4g} and {tipping.tipped:.4g}: from there on "
    told += f"it diverges {within}"
    if tipping.foreseen is not None:
        told += f"; from {tipping.foreseen:.4g} on it would in the long run"
    return Text(told, "bold")
