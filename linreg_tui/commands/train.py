"""`linreg-tui train`: SGD without a screen, printed step by step."""

from __future__ import annotations

from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from linreg_tui import files
from linreg_tui.commands.arguments import (
    Parser,
    add_data,
    add_json,
    add_workers,
    data_of,
    need_batches,
    need_workers,
    output_file,
    settings_for_workers,
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
from linreg_tui.core.losses import Optimum
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.numbers import (
    above_optimum,
    decimals_of_line,
    equation,
    fixed_loss,
    line_equation,
    rate,
)
from linreg_tui.options import add_settings, given, settings_of
from linreg_tui.report import records
from linreg_tui.report.script import script

if TYPE_CHECKING:
    from linreg_tui.cluster.connection import Cluster
    from linreg_tui.commands.team_view import TeamView
    from linreg_tui.core.parallel import Team

_CHUNK_STEPS = 1000


def command(words: list[str]) -> int:
    """Train to the last epoch and print each step, or the whole run as JSON.

    The steps can be written to a file, and a script that repeats them to another. With workers, on
    a cluster or simulated, the settings are those of all workers together. Return the exit status.
    """
    options = parsed(words)
    need_workers(options)
    data = data_of(options)
    settings = settings_for_workers(settings_of(options, data), options, data)
    training = settings.split(data).training
    history_file = output_file(options.history, options)
    script_file = output_file(options.script, options)
    if history_file is not None and history_file == script_file:
        raise InputError("--history and --script name the same file: choose two")
    if options.workers is None:
        report_reach(given(options), data, settings)
    with _executor(options) as executor:
        view = _view() if options.workers is not None and not options.json else None
        team = None if options.workers is None else _team(training, options.workers, executor, view)
        run = Run(data, settings, team)
        with view or nullcontext():
            if options.json:
                run.advance(run.budget)
            else:
                _print_training(run, view, options.workers)
    if team is not None and not options.json:
        _print_times(team, training, settings)
    if history_file is not None:
        files.replace(history_file, records.history_lines(run))
    if script_file is not None:
        rows, stem = records.data_lines(run.data, run.test), f"{script_file.stem}-data"
        data_file = files.create(script_file.parent, stem, ".csv", rows, reuse=True)
        files.replace(script_file, [script(run, data_file.name)])
    if options.json:
        print_json(records.train_object(run) | (records.team_object(team) if team else {}))
    report_unused(given(options), settings, settings.steps(run.data.n))
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
    need_batches(options)
    return options


def _parser() -> Parser:
    parser = Parser(
        "linreg-tui train", "SGD without a screen, printed step by step as the notebook does."
    )
    add_data(parser)
    add_settings(parser)
    add_json(parser)
    parser.add_argument(
        "--history", metavar="FILE.csv", help="write every step to this file, replacing it"
    )
    parser.add_argument(
        "--script",
        metavar="FILE.py",
        help="write a Python script that repeats the run to this file, replacing it, with its data "
        "beside it",
    )
    parser.add_argument(
        "--hide-predictions",
        action="store_true",
        help="as in the application; here nothing is predicted before the run anyway",
    )
    add_workers(parser)
    return parser


def _view() -> TeamView:
    from linreg_tui.commands.team_view import TeamView

    return TeamView(console(soft_wrap=False))


def _team(data: Dataset, workers: int, executor: Cluster | None, view: TeamView | None) -> Team:
    from linreg_tui.core.parallel import Team

    submit = None if executor is None else executor.submit_to
    return Team(data, workers, submit, None if view is None else view.watch)


def _print_times(team: Team, data: Dataset, settings: Settings) -> None:
    from linreg_tui.commands.team_view import time_summary

    assert settings.batch_size is not None
    console().print(Text(time_summary(team, data, settings.batch_size)))


def _executor(options: Namespace) -> AbstractContextManager[Cluster | None]:
    if options.workers is None or options.cluster is None:
        return nullcontext()
    from linreg_tui.commands.on_cluster import cluster_at

    return cluster_at(options.cluster, otherwise="without --cluster the workers take turns here")


def _workers_line(settings: Settings, workers: int) -> Text:
    """Say what each of the workers does in a step, and what they do together."""
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
    out = console() if view is None else view.console
    width = len(str(run.budget))
    if workers is not None:
        out.print(_workers_line(run.settings, workers), soft_wrap=True)
    _print_step(out, run, 0, width)
    chunk = _CHUNK_STEPS if view is None else 1
    while run.history.last < run.budget and not run.exhausted:
        first = run.history.last + 1
        run.advance(min(chunk, run.budget - run.history.last))
        for number in range(first, run.history.last + 1):
            _print_step(out, run, number, width, "" if view is None else view.step_time())
    out.print(_summary(run))


def _print_step(out: Console, run: Run, number: int, width: int, time: str = "") -> None:
    step, optimum = run.history[number], run.optimum
    name = "closed form" if optimum is run.closed_form else "optimum"
    out.print(
        Text.assemble(
            (f"[{number:0{max(3, width)}d}]  ", "dim"),
            (equation(step.slope, step.intercept, decimals_of_line(optimum)), "bold cyan"),
            (f"  {name}: {line_equation(optimum)}", "dim"),
            "  loss: ",
            (fixed_loss(step.loss, optimum, 18).strip(), "yellow"),
            *_test_loss(step.test_loss, optimum),
            (time, "dim"),
        ),
        soft_wrap=True,
    )


def _test_loss(loss: float | None, optimum: Optimum) -> list[tuple[str, str]]:
    """Return the loss on the test rows, if there are any."""
    if loss is None:
        return []
    return [("  test loss: ", ""), (fixed_loss(loss, optimum, 18).strip(), "yellow")]


def _summary(run: Run) -> Text:
    last = run.history[run.history.last]
    if run.diverged_at is not None:
        limit = predict(run.all_data, run.settings).max_stable_scale
        hint = (
            "" if limit is None else f"; converging takes less than {limit:.3g} times these rates"
        )
        return Text(
            f"diverged: from step {run.diverged_at} on, the loss is over a thousand times its start"
            + hint,
            "bold red",
        )
    distance = above_optimum(run.optimum, last.slope, last.intercept)
    least = fixed_loss(run.optimum.loss, run.optimum, 18).strip()
    return Text(
        f"{run.status} after {last.number} step{'s' * (last.number != 1)}: "
        f"the loss is {distance} above the least one, {least}",
        "bold green" if run.status == "converged" else "bold",
    )
