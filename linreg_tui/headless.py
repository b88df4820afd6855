"""The commands that need no screen: what they compute, printed."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from linreg_tui import files, report, script
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.inference import inference
from linreg_tui.core.settings import Settings
from linreg_tui.core.sgd import Run
from linreg_tui.core.stability import predict
from linreg_tui.core.text import printable
from linreg_tui.numbers import (
    above_optimum,
    decimals_of_line,
    detailed,
    detailed_equation,
    equation,
    fixed_loss,
    left_out,
    line_equation,
    plain_sum,
    rate,
)

if TYPE_CHECKING:
    from linreg_tui.core.parallel import Team
    from linreg_tui.sweeping import FarExecutor
    from linreg_tui.team_view import TeamView

_CHUNK = 1000


def fit(data: Dataset, *, as_json: bool) -> None:
    """Print the closed form of the data."""
    if as_json:
        _print_json(report.fit_object(data))
        return
    line, sums = data.line, data.sums
    sure = inference(line)
    console = Console(highlight=False, soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")
    rows: list[tuple[str, str, str]] = [
        ("n", f"{data.total}", left_out(data)),
        ("Σx", plain_sum(sums.x), ""),
        ("Σy", plain_sum(sums.y), ""),
        ("Σxy", plain_sum(sums.xy), ""),
        ("Σx²", plain_sum(sums.xx), ""),
        ("n Σx² − (Σx)²", plain_sum(sums.denominator), ""),
        ("slope m", detailed(line.slope), _spread(sure.slope_se, sure.slope_ci95)),
        ("intercept b", detailed(line.intercept), _spread(sure.intercept_se, sure.intercept_ci95)),
        ("MSE", detailed(line.loss, 4), ""),
        ("R²", "–" if sure.r2 is None else f"{sure.r2:.8f}", ""),
        ("p of m = 0", "–" if sure.slope_p is None else f"{sure.slope_p:.2g}", ""),
    ]
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    title = f"{printable(data.y_name)} (y) against {printable(data.x_name)} (x)"
    console.print(Text(f"{title}, {printable(data.source)}", style="bold"))
    console.print(table)
    console.print(Text(detailed_equation(line), style="bold cyan"))


def _spread(error: float | None, interval: tuple[float, float] | None) -> str:
    if error is None or interval is None:
        return ""
    low, high = (detailed(end, 4) for end in interval)
    return f"± {detailed(error)}  95% {low} .. {high}"


def train(
    data: Dataset,
    settings: Settings,
    *,
    as_json: bool,
    history: str | None = None,
    repeated_by: str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
) -> None:
    """Train to the end of the budget and print each step, or the whole as JSON.

    Every step can be written to a file, `history`, and a script that repeats them to another. With
    `workers` the settings are those of all of them together; they are on a cluster, or simulated.
    """
    steps = None if history is None else files.writable(history)
    program = None if repeated_by is None else files.writable(repeated_by)
    with _executor(cluster) as executor:
        view, team = None, None
        if workers is not None:
            view = None if as_json else _view()
            team = _team(data, workers, executor, view)
        run = Run(data, settings, team)
        with view or nullcontext():
            if as_json:
                run.advance(run.budget)
            else:
                _print_training(run, view, workers)
    if team is not None and not as_json:
        _print_times(team, data, settings)
    if steps is not None:
        files.replace(steps, report.history_lines(run))
    if program is not None:
        rows = report.data_lines(data)
        numbers = files.create(program.parent, f"{program.stem}-data", ".csv", rows, reuse=True)
        files.replace(program, [script.script(run, numbers.name)])
    if as_json:
        found = report.train_object(run)
        if team is not None:
            found |= report.team_object(team)
        _print_json(found)


def _view() -> TeamView:
    from linreg_tui.team_view import TeamView

    return TeamView(Console(highlight=False))


def _team(data: Dataset, workers: int, executor: FarExecutor | None, view: TeamView | None) -> Team:
    from linreg_tui.core.parallel import Team

    submit = None if executor is None else executor.submit_to
    return Team(data, workers, submit, None if view is None else view.watch)


def _print_times(team: Team, data: Dataset, settings: Settings) -> None:
    from linreg_tui.team_view import told

    assert settings.batch_size is not None
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(told(team, data, settings.batch_size)))


def _executor(cluster: str | None) -> AbstractContextManager[FarExecutor | None]:
    if cluster is None:
        return nullcontext()
    from linreg_tui.cluster.connection import connected

    return connected(cluster, otherwise="without --cluster the workers take turns here")


def _shared(settings: Settings, workers: int) -> Text:
    """What each of several workers has of a step, and what all have."""
    assert settings.batch_size is not None
    each, rates = (
        settings.batch_size // workers,
        (settings.learning_rate_m, settings.learning_rate_b),
    )
    return Text(
        f"{workers} worker{'s' * (workers != 1)}, {each} rows for each worker: batches of "
        f"{settings.batch_size} rows, learning rates {' and '.join(map(rate, rates))}",
        "dim",
    )


def _print_training(run: Run, view: TeamView | None, workers: int | None) -> None:
    console = Console(highlight=False, soft_wrap=True) if view is None else view.console
    width = len(str(run.budget))
    if workers is not None:
        console.print(_shared(run.settings, workers), soft_wrap=True)
    _print_step(console, run, 0, width)
    chunk = _CHUNK if view is None else 1
    while run.history.last < run.budget and not run.exhausted:
        first = run.history.last + 1
        run.advance(min(chunk, run.budget - run.history.last))
        for number in range(first, run.history.last + 1):
            _print_step(console, run, number, width, "" if view is None else view.took())
    console.print(_summary(run))


def _print_step(console: Console, run: Run, number: int, width: int, took: str = "") -> None:
    step, optimum = run.history[number], run.optimum
    console.print(
        Text.assemble(
            (f"[{number:0{max(3, width)}d}]  ", "dim"),
            (equation(step.slope, step.intercept, decimals_of_line(optimum)), "bold cyan"),
            (f"  closed form: {line_equation(optimum)}", "dim"),
            "  loss: ",
            (fixed_loss(step.loss, optimum, 18).strip(), "yellow"),
            (took, "dim"),
        ),
        soft_wrap=True,
    )


def _summary(run: Run) -> Text:
    last = run.history[run.history.last]
    if run.diverged_at is not None:
        limit = predict(run.data, run.settings).max_stable_scale
        told = (
            "" if limit is None else f"; converging takes less than {limit:.3g} times these rates"
        )
        return Text(
            f"diverged: from step {run.diverged_at} on, the loss is over a thousand times its start"
            + told,
            "bold red",
        )
    distance = above_optimum(run.optimum, last.slope, last.intercept)
    least = fixed_loss(run.optimum.loss, run.optimum, 18).strip()
    return Text(
        f"{run.status} after {last.number} step{'s' * (last.number != 1)}: "
        f"the loss is {distance} above the least one, {least}",
        "bold green" if run.status == "converged" else "bold",
    )


def _print_json(value: report.Json) -> None:
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
