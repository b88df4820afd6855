"""The command that runs a sweep: its trials as a table, as JSON and as CSV."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
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
from linreg_tui.sweeping import FarExecutor, GoneError

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
    cluster: str | None,
    go_on: bool,
    as_json: bool,
    csv: str | None,
) -> int:
    """Run a sweep over batch sizes, or over scales if there are any; return the exit status.

    Interrupted, it prints the trials that are done, and writes nothing else. Should the cluster go
    away, what is done is printed and written, and it fails, unless it is to go on here.
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
    jobs = min(jobs, len(plan))
    target = None if csv is None else files.writable(csv)
    foresights = Foresights(data)
    results: list[Result] = []
    console = Console(highlight=False)
    live = console.is_terminal and not console.is_dumb_terminal
    # A terminal has to know how many lines to take back; in a pipe a row is a line.
    console.soft_wrap = not live
    kind: Callable[..., AbstractContextManager[_Show]] = LiveTable if live else PlainTable
    show = nullcontext() if as_json else kind(console, data, plan, foresights)
    gone: GoneError | None = None
    try:
        # Before a table stands on the screen it is known whether anybody answers.
        with _executor(jobs, cluster) as executor:
            if isinstance(executor, FarExecutor) and not as_json:
                sys.stderr.write(f"linreg-tui: on {executor.place}\n")
            with show as table:
                for result in _results(data, plan, executor, go_on):
                    results.append(result)
                    if table is not None:
                        table.add(result)
        if scales is not None and not as_json:
            console.print(_tipping(console, data, settings))
    except GoneError as error:
        gone = error
    except KeyboardInterrupt:
        return INTERRUPTED
    if target is not None:
        files.replace(target, report.trial_lines(results, foresights))
    if as_json:
        found = report.sweep_object(data, results, foresights)
        sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")
    if gone is not None:
        raise InputError(
            f"{gone}; {len(results)} of {len(plan)} trainings are done: with --go-on the rest is "
            "trained here"
        )
    return 0


def _results(data: Dataset, plan: Plan, executor: Executor | None, go_on: bool) -> Iterator[Result]:
    """The results of an executor; should it be gone before the end, the others from here."""
    done: set[int] = set()
    try:
        for result in sweeping.sweep(data, plan, executor):
            done.add(result.trial.number)
            yield result
    except GoneError as error:
        if not go_on:
            raise
        sys.stderr.write(f"linreg-tui: {error}; the rest is trained here\n")
        yield from sweeping.sweep(data, [trial for trial in plan if trial.number not in done])


def _executor(jobs: int, cluster: str | None) -> AbstractContextManager[Executor | None]:
    if cluster is None:
        return processes(jobs)
    from linreg_tui.cluster.connection import connected

    return connected(cluster)


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
