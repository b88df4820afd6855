"""The trials of a sweep as a table: rows as they are done, or all of them, live on a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.stability import Prediction
from linreg_tui.core.sweep import Plan, Trial
from linreg_tui.core.trials import Result, Spread, Summary, summarize
from linreg_tui.numbers import above_least, equation, fixed, rate
from linreg_tui.sweeping import estimated_seconds

FRAMES = 8
"""A second."""

FORESEEN = {True: "stable", False: "unstable", None: "?"}
COLOURS = {"converged": "green", "diverged": "bold red", "stopped": "", "running": "cyan"}
EXPENDABLE = ("loss", "time", "rate b", "rate m", "foreseen", "intercept")
"""Columns that a narrow terminal goes without, the first first."""

GAP = 2

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """How a sweep's groups become rows."""

    optimum: ClosedForm
    scales: bool
    repeats: int

    @property
    def widths(self) -> dict[str, int]:
        """The columns and how wide they are at most, as a rule."""
        several = self.repeats > 1
        scale = {"scale": 6} if self.scales else {}
        rates = {"rate m": 8, "rate b": 8} if self.scales else {}
        return {
            **scale,
            "batch": 6,
            **rates,
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
            "batch": "full" if settings.batch_size is None else str(settings.batch_size),
            "rate m": rate(settings.learning_rate_m),
            "rate b": rate(settings.learning_rate_b),
        }

    def results(self, summary: Summary, first: Result, foreseen: Prediction) -> Cells:
        """The cells that results fill."""
        if self.repeats > 1:
            counts = {
                "converged": summary.converged,
                "stopped": summary.stopped,
                "diverged": summary.diverged,
            }
            status = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        elif first.diverged_at is not None:
            status = f"diverged at {first.diverged_at}"
        else:
            status = first.status
        return {
            "slope": _spread(summary.slope, lambda value: fixed(value, 8)),
            "intercept": _spread(summary.intercept, lambda value: fixed(value, 10)),
            "loss": _spread(summary.loss, lambda value: fixed(value, 15)),
            "above": _spread(summary.excess, lambda value: above_least(self.optimum, value)),
            "status": status,
            "foreseen": FORESEEN[foreseen.stable],
            "time": f"{1e3 * summary.seconds:.1f} ms"
            if summary.seconds < 1
            else f"{summary.seconds:.1f} s",
        }


def _spread(spread: Spread, text: Callable[[float], str]) -> str:
    mean = text(spread.mean).strip()
    return mean if spread.deviation is None else f"{mean} ± {text(spread.deviation).strip()}"


class _Table:
    """The rows of a sweep as far as it has come."""

    def __init__(
        self, console: Console, data: Dataset, plan: Plan, foreseen: Mapping[int, Prediction]
    ) -> None:
        self._console = console
        self._data = data
        self._plan = plan
        self._foreseen = foreseen
        first = plan[0]
        self._repeats = sum(trial.group == first.group for trial in plan)
        self._rows = Rows(data.line, first.scale is not None, self._repeats)
        self._trials = [trial for trial in plan if trial.repeat == 0]
        self._results: defaultdict[int, list[Result]] = defaultdict(list)
        self._done: dict[int, Cells] = {}

    def _take(self, result: Result) -> None:
        group = result.trial.group
        foreseen = self._foreseen[group]  # before the results, which are shown together with it
        results = self._results[group]
        results.append(result)
        if len(results) == self._repeats:
            self._done[group] = self._cells(results, foreseen)

    def _cells(self, results: list[Result], foreseen: Prediction) -> Cells:
        summary = summarize(results)
        trial = self._trials[summary.group]
        return self._rows.settings(trial) | self._rows.results(summary, results[0], foreseen)

    def _title(self) -> Text:
        line, settings = self._data.line, self._plan[0].settings
        repeats = f", {self._repeats} repeats: mean ± standard deviation"
        epochs = f"{settings.epochs} epoch{'s' * (settings.epochs != 1)}"
        return Text(
            f"{self._data.n} rows, {epochs}{repeats * (self._repeats > 1)}; "
            f"closed form: {equation(line.slope, line.intercept)}  loss: {line.loss:.2f}",
            "dim",
        )


class PlainTable(_Table):
    """Prints each row when its trials and those of all rows before it are done."""

    def __enter__(self) -> Self:
        self._console.print(self._title())
        self._print({name: name for name in self._rows.widths})
        self._printed = 0
        return self

    def __exit__(self, *_: object) -> None:
        """What is printed stays."""

    def add(self, result: Result) -> None:
        """Take a result, and print the rows that are done."""
        self._take(result)
        while (cells := self._done.get(self._printed)) is not None:
            self._print(cells)
            self._printed += 1

    def _print(self, cells: Cells) -> None:
        aligned = (_aligned(cells[name], name, width) for name, width in self._rows.widths.items())
        self._console.print(Text((" " * GAP).join(aligned).rstrip()))


def _aligned(text: str, name: str, width: int) -> str:
    return text.ljust(width) if name in ("status", "foreseen") else text.rjust(width)


class LiveTable(_Table):
    """Shows all rows, or as many as there is room for, and how far it all is; then prints them."""

    def __enter__(self) -> Self:
        self._latest = 0
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.fields[done]}/{task.fields[trials]} trials"),
            TimeRemainingColumn(),
            auto_refresh=False,
        )
        work = sum(estimated_seconds(trial.settings, self._data.n) for trial in self._plan)
        self._task = self._progress.add_task("", total=work, done=0, trials=len(self._plan))
        self._live = Live(
            console=self._console,
            get_renderable=self._screen,
            refresh_per_second=FRAMES,
            transient=True,
        )
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: object, __: TracebackType | None
    ) -> None:
        self._live.stop()
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self._console.print(self._title())
            self._console.print(self._table(0, len(self._trials)), soft_wrap=False)

    def add(self, result: Result) -> None:
        """Take a result; the screen follows by itself."""
        self._take(result)
        self._latest = result.trial.group
        takes = estimated_seconds(result.trial.settings, self._data.n)
        done = sum(map(len, self._results.values()))
        self._progress.update(self._task, advance=takes, done=done)

    def _screen(self) -> RenderableType:
        """In the thread that refreshes it, while results are added in another."""
        room = max(1, self._console.height - 5)
        first = max(0, min(self._latest - room // 2, len(self._trials) - room))
        return Group(self._title(), self._table(first, first + room), self._progress)

    def _table(self, first: int, end: int) -> Table:
        widths = self._rows.widths
        for name in EXPENDABLE:
            if sum(widths.values()) + GAP * (len(widths) - 1) > self._console.width:
                widths.pop(name, None)
        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
        for name, width in widths.items():
            words = name in ("status", "foreseen")
            table.add_column(
                name, justify="left" if words else "right", min_width=width, no_wrap=True
            )
        for group in range(first, min(end, len(self._trials))):
            cells, status = self._row(group)
            style = COLOURS.get(status, "dim")
            table.add_row(
                *(Text(cells.get(name, ""), style if name == "status" else "") for name in widths)
            )
        return table

    def _row(self, group: int) -> tuple[Cells, str]:
        """The cells of a group, and how it stands in a word."""
        if (cells := self._done.get(group)) is not None:
            worst = ("diverged", "stopped", "converged")
            return cells, next(word for word in worst if word in cells["status"])
        known = self._rows.settings(self._trials[group])
        results = list(self._results.get(group, ()))
        if results:
            running = f"running {len(results)}/{self._repeats}"
            filled = self._cells(results, self._foreseen[group])
            return filled | {"status": running}, "running"
        status = "running" if group == len(self._done) else "waiting"
        return known | {"status": status}, status
