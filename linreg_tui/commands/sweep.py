"""`linreg-tui sweep`: many trainings, as a table, as JSON and as CSV."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.text import Text

from linreg_tui import files
from linreg_tui.commands.arguments import (
    Parser,
    add_batch_sizes,
    add_cluster,
    add_data,
    add_json,
    add_trials,
    data_of,
    output_file,
)
from linreg_tui.commands.output import (
    console,
    print_json,
    report_reach,
    report_reading,
    report_unused,
)
from linreg_tui.commands.sweep_table import LiveTable, PlainTable
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Predictions
from linreg_tui.core.sweep import Plan, check, over_batch_sizes, over_scales
from linreg_tui.core.tipping import Tipping
from linreg_tui.core.trials import Result
from linreg_tui.options import add_settings, given, scales, settings_of
from linreg_tui.report import records
from linreg_tui.sweeps.executors import GoneError, TrialExecutor, local_executor
from linreg_tui.sweeps.jobs import jobs_for
from linreg_tui.sweeps.run_trials import find_tipping, run_trials


class _Table(Protocol):
    """A table on the screen that results are added to."""

    def add(self, result: Result) -> None:
        """Add a result."""


def command(words: list[str]) -> int:
    """Run a sweep over batch sizes, or over scales if some are given; return the exit status.

    When it is interrupted, it prints the trials that are done, and writes nothing else. If the
    cluster goes away, it prints and writes the trials that are done, and fails, unless it is to go
    on here.
    """
    options = _parser().parse_args(words)
    data = data_of(options)
    settings = settings_of(options, data)
    report_reach(given(options), data, settings)
    plan = _plan(options, settings, data)
    jobs = jobs_for(plan, settings.training_n(data), options.jobs)
    csv_file = output_file(options.csv, options)
    predictions, results = Predictions(data), list[Result]()
    gone: GoneError | None = None
    try:
        asyncio.run(_sweep(options, settings, data, plan, jobs, predictions, results))
    except GoneError as error:
        gone = error
    if csv_file is not None:
        files.replace(csv_file, records.trial_lines(results, predictions))
    if options.json:
        print_json(records.sweep_object(data, results, predictions))
    if gone is not None:
        raise InputError(
            f"{gone}; {len(results)} of {len(plan)} trainings are done: with --go-on the rest are "
            "trained here"
        )
    report_unused(given(options), settings)
    report_reading(data, settings)
    return 0


def _parser() -> Parser:
    parser = Parser(
        "linreg-tui sweep",
        "Many trainings, printed as a table: with one batch size after another, or with batch size "
        "and both learning rates scaled together until training diverges.",
    )
    add_data(parser)
    group = parser.add_argument_group("sweep")
    over = group.add_mutually_exclusive_group()
    add_batch_sizes(over)
    over.add_argument(
        "--scales",
        type=scales,
        metavar="S,S,...",
        help="instead, such as 1,2,4,8: batches of 64 rows and both learning rates, all times "
        "the scale; ends with the scale at which training begins to diverge",
    )
    add_trials(group)
    add_cluster(group)
    group.add_argument(
        "--go-on", action="store_true", help="if the cluster goes away, train the rest here"
    )
    add_settings(parser, "batch_size")
    add_json(parser)
    parser.add_argument(
        "--csv", metavar="FILE.csv", help="write the trials to this file, replacing it"
    )
    return parser


def _plan(options: Namespace, settings: Settings, data: Dataset) -> Plan:
    n = settings.training_n(data)
    if options.scales is None:
        plan = over_batch_sizes(settings, n, options.batch_sizes, options.repeats)
    else:
        plan = over_scales(settings, n, options.scales, options.repeats)
    check(data, plan)
    return plan


async def _sweep(
    options: Namespace,
    settings: Settings,
    data: Dataset,
    plan: Plan,
    jobs: int,
    predictions: Predictions,
    results: list[Result],
) -> None:
    """Add the results as they come, and show them in a table unless JSON is asked for."""
    # Connect to the cluster before the table is on the screen.
    async with _executor(jobs, options.cluster) as executor:
        if executor.place and not options.json:
            sys.stderr.write(f"linreg-tui: on {executor.place}\n")
        with nullcontext() if options.json else _table(data, plan, predictions) as table:
            async for some in _results(data, plan, executor, options.go_on):
                for result in some:
                    results.append(result)
                    if table is not None:
                        table.add(result)
    if options.scales is not None and not options.json:
        await _print_tipping(data, settings)


def _table(data: Dataset, plan: Plan, predictions: Predictions) -> AbstractContextManager[_Table]:
    out = _console()
    kind: Callable[..., AbstractContextManager[_Table]]
    kind = PlainTable if out.soft_wrap else LiveTable
    return kind(out, data, plan, predictions)


def _console() -> Console:
    """Return a console that fits rows to a terminal, to redraw them, but not to a pipe."""
    out = console()
    out.soft_wrap = out.is_dumb_terminal or not out.is_terminal
    return out


async def _results(
    data: Dataset, plan: Plan, executor: TrialExecutor, go_on: bool
) -> AsyncIterator[list[Result]]:
    """Yield the results of an executor; if it goes away and `go_on`, train the rest here."""
    done: set[int] = set()
    try:
        async for results in run_trials(data, plan, executor):
            done.update(result.trial.number for result in results)
            yield results
    except GoneError as error:
        if not go_on:
            raise
        sys.stderr.write(f"linreg-tui: {error}; the rest are trained here\n")
        rest = [trial for trial in plan if trial.number not in done]
        async with local_executor() as here:
            async for results in run_trials(data, rest, here):
                yield results


def _executor(jobs: int, cluster: str | None) -> AbstractAsyncContextManager[TrialExecutor]:
    if cluster is None:
        return local_executor(jobs)
    from linreg_tui.cluster.connection import connected

    return connected(cluster)


async def _print_tipping(data: Dataset, settings: Settings) -> None:
    out = _console()
    with out.status("looking for the scale at which training begins to diverge"):
        async with local_executor() as here:
            tipping = await find_tipping(data, settings, here)
    out.print(_tipping(tipping, settings))


def _tipping(tipping: Tipping, settings: Settings) -> Text:
    within = f"within {settings.epochs} epoch{'s' * (settings.epochs != 1)}"
    if tipping.stable is None:
        known = "" if tipping.diverged is None else f" from {tipping.diverged:.3g} on"
        return Text(f"every scale{known} that was tried diverges {within}")
    if tipping.diverged is None:
        return Text(f"no scale that was tried, up to {tipping.stable:.3g}, diverges {within}")
    words = f"it tips between the scales {tipping.stable:.4g} and {tipping.diverged:.4g}: "
    words += f"from there on it diverges {within}"
    if tipping.predicted is not None:
        words += f"; from {tipping.predicted:.4g} on it would in the long run"
    return Text(words, "bold")
