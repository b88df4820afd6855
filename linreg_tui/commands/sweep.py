"""`linreg-tui sweep`: many trainings, as a table, as JSON and as CSV."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from asyncio import CancelledError
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
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
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Predictions
from linreg_tui.core.sweep import Plan, check, over_batch_sizes, over_scales
from linreg_tui.core.tipping import Tipping
from linreg_tui.core.trials import Result
from linreg_tui.numbers import fixed_loss, line_equation
from linreg_tui.options import add_settings, given, scales, settings_of
from linreg_tui.report import records
from linreg_tui.sweeps.executors import GoneError, TrialExecutor, local_executor
from linreg_tui.sweeps.jobs import jobs_for
from linreg_tui.sweeps.run_trials import find_tipping, run_trials
from linreg_tui.sweeps.table import (
    Cells,
    Columns,
    Row,
    SweepTable,
    aligned,
    is_words,
    names,
    predicted,
)

FRAMES_PER_SECOND = 8

COLOURS = {"converged": "green", "diverged": "bold red", "stopped": "", "running": "cyan"}
EXPENDABLE = ("loss", "time", "rate b", "rate m", "predicted", "intercept")
"""The columns that a narrow terminal does without, in the order in which they go."""

GAP = 2


class _TableBase:
    """The rows of a sweep so far."""

    def __init__(
        self, console: Console, data: Dataset, plan: Plan, predictions: Predictions
    ) -> None:
        self._console = console
        self._settings = plan[0].settings
        self._predictions = predictions
        self._training = self._settings.split(data).training
        self._table = SweepTable(plan, self._training.n)
        self._columns = Columns.of(plan, data)

    def _add(self, result: Result) -> None:
        row = self._table.rows[result.trial.group]
        row.prediction = self._predictions.of(row.settings)  # first, to be shown with the result
        self._table.add_results([result])

    def _cells(self, row: Row) -> Cells:
        cells = self._columns.settings(row.trials[0]) | {"predicted": predicted(row.prediction)}
        if row.summary is not None:
            cells |= self._columns.results(row.summary, row.first)
        return cells

    def _title(self) -> Text:
        settings = self._settings
        line = self._training.optimum(settings.loss)
        name = "closed form" if line is self._training.line else "optimum"
        several = self._columns.repeats
        repeats = f", {several} repeats: mean ± standard deviation" if several > 1 else ""
        epochs = f"{settings.epochs} epoch{'s' * (settings.epochs != 1)}"
        return Text(
            f"{self._training.n} rows, {epochs}{repeats}; "
            f"{name}: {line_equation(line)}  loss: {fixed_loss(line.loss, line).strip()}",
            "dim",
        )


class PlainTable(_TableBase):
    """Prints each row once its trials and those of all rows before it are done."""

    def __enter__(self) -> Self:
        self._console.print(self._title())
        self._print(names(self._columns.widths))
        self._printed = 0
        return self

    def __exit__(self, *_: object) -> None:
        """Print the remaining rows that are done, if the sweep was broken off."""
        for row in self._table.rows[self._printed :]:
            if row.done:
                self._print(self._cells(row))

    def add(self, result: Result) -> None:
        """Add a result, and print the rows that are done."""
        self._add(result)
        rows = self._table.rows
        while self._printed < len(rows) and rows[self._printed].done:
            self._print(self._cells(rows[self._printed]))
            self._printed += 1

    def _print(self, cells: Cells) -> None:
        widths = self._columns.widths
        row = (" " * GAP).join(aligned(cells[name], name, width) for name, width in widths.items())
        self._console.print(Text(row.rstrip()))


class LiveTable(_TableBase):
    """Shows all rows, or as many as fit, and a progress bar; at the end, prints all rows."""

    def __enter__(self) -> Self:
        self._latest = 0
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.fields[done]}/{task.fields[trials]} trials"),
            TimeRemainingColumn(),
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=1.0, done=0, trials=self._table.trials)
        self._live = Live(
            console=self._console,
            get_renderable=self._screen,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
        )
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: object, __: TracebackType | None
    ) -> None:
        self._live.stop()
        if kind is None or issubclass(kind, CancelledError | KeyboardInterrupt | GoneError):
            self._console.print(self._title())
            self._console.print(self._grid(0, len(self._table.rows)), soft_wrap=False)

    def add(self, result: Result) -> None:
        """Add a result; the screen follows by itself."""
        self._add(result)
        self._latest = result.trial.group

    def _screen(self) -> RenderableType:
        """In the thread that refreshes it, while results are added in another."""
        table = self._table
        self._progress.update(self._task, completed=table.fraction, done=table.ended)
        room = max(1, self._console.height - 5)
        first = max(0, min(self._latest - room // 2, len(table.rows) - room))
        return Group(self._title(), self._grid(first, first + room), self._progress)

    def _grid(self, first: int, end: int) -> Table:
        widths = self._columns.widths
        for name in EXPENDABLE:
            if sum(widths.values()) + GAP * (len(widths) - 1) > self._console.width:
                widths.pop(name, None)
        grid = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
        for name, width in widths.items():
            grid.add_column(
                name, justify="left" if is_words(name) else "right", min_width=width, no_wrap=True
            )
        next_one = next((row.group for row in self._table.rows if not row.done), None)
        for row in self._table.rows[first:end]:
            cells, state = self._cells(row), row.state
            if state == "running" and self._columns.repeats > 1:
                cells["status"] = f"running {len(row.results)}/{self._columns.repeats}"
            elif not row.done:
                state = cells["status"] = "running" if row.group == next_one else "waiting"
            style = COLOURS.get(state, "dim")
            grid.add_row(
                *(Text(cells.get(name, ""), style if name == "status" else "") for name in widths)
            )
        return grid


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
    options = parsed(words)
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


def parsed(words: list[str]) -> Namespace:
    """Return the options, which make sense together.

    Raises
    ------
    InputError
        If they don't.
    """
    options = _parser().parse_args(words)
    if options.cluster is None and options.go_on:
        raise InputError("--go-on says what to do if a cluster goes away: name one with --cluster")
    if options.cluster is not None and options.jobs is not None:
        raise InputError("--jobs and --cluster are two places to train: choose one")
    return options


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
