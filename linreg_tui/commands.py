"""The commands that print or write something, and those that open the application elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from linreg_tui import launch
from linreg_tui.arguments import (
    Parser,
    add_batch_sizes,
    add_cluster,
    add_data,
    add_json,
    add_trials,
    add_workers,
    data_of,
    named_data,
    need_batches,
    need_workers,
    shared,
    tell_reading,
)
from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.options import add_settings, scales, settings_of


def fit(words: list[str]) -> int:
    """The closed form, printed."""
    parser = Parser("linreg-tui fit", "The closed form: the line closest to all points.")
    add_data(parser)
    add_json(parser)
    parser.add_argument(
        "--stream",
        action="store_true",
        help="read piece by piece, in little memory, a file of any size",
    )
    add_cluster(parser)
    options = parser.parse_args(words)

    from linreg_tui import headless

    data = data_of(options, streamed=options.stream, far=True)
    headless.fit(data, as_json=options.json)
    tell_reading(data)
    return 0


def train(words: list[str]) -> int:
    """SGD, printed step by step."""
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
        help="write a Python script that repeats the run, replacing it, and beside it its data",
    )
    add_workers(parser)
    options = parser.parse_args(words)
    need_workers(options)
    need_batches(options)
    data = data_of(options)
    settings = shared(settings_of(options, data), options, data)

    from linreg_tui import headless

    headless.train(
        data,
        settings,
        as_json=options.json,
        history=options.history,
        repeated_by=options.script,
        workers=options.workers,
        cluster=options.cluster if options.workers else None,
    )
    tell_reading(data)
    return 0


def sweep(words: list[str]) -> int:
    """Many trainings, printed as a table."""
    parser = Parser(
        "linreg-tui sweep",
        "Many trainings, printed as a table: with one batch size after another, or with batch size "
        "and both\nlearning rates scaled together until it diverges.",
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
        "the scale; ends with the scale from which on it diverges",
    )
    add_trials(group)
    add_cluster(group)
    group.add_argument(
        "--go-on", action="store_true", help="should the cluster go away, train the rest here"
    )
    add_settings(parser, "batch_size")
    add_json(parser)
    parser.add_argument(
        "--csv", metavar="FILE.csv", help="write the trials to this file, replacing it"
    )
    options = parser.parse_args(words)
    data = data_of(options)
    settings = settings_of(options, data)

    from linreg_tui import headless_sweep

    status = headless_sweep.sweep(
        data,
        settings,
        options.batch_sizes,
        options.scales,
        options.repeats,
        jobs=options.jobs,
        cluster=options.cluster,
        go_on=options.go_on,
        as_json=options.json,
        csv=options.csv,
    )
    tell_reading(data)
    return status


def report(words: list[str]) -> int:
    """The homework's report, written to files."""
    parser = Parser(
        "linreg-tui report",
        "The homework's report, to be completed with answers: what the batch size does, and at "
        "which\nlearning rates it diverges. A Markdown file, and its learning curves as SVG.",
    )
    add_data(parser)
    group = parser.add_argument_group("trials")
    add_batch_sizes(group)
    add_trials(group)
    add_settings(parser, "batch_size")
    parser.add_argument(
        "--folder", metavar="DIR", default=".", help="where to write it (default: here)"
    )
    options = parser.parse_args(words)
    data = data_of(options)
    settings = settings_of(options, data)

    from linreg_tui import headless_report

    status = headless_report.report(
        data,
        settings,
        options.batch_sizes,
        options.repeats,
        jobs=options.jobs,
        named=named_data(options),
        folder=options.folder,
    )
    tell_reading(data)
    return status


def tour(words: list[str]) -> int:
    """The guided tour, opened or printed."""
    parser = Parser(
        "linreg-tui tour",
        "The guided tour: how a line is fitted, by formula and by gradient descent, step by step.",
    )
    parser.add_argument("chapter", nargs="?", metavar="CHAPTER", help="a number, or a name")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="print the text and the numbers instead, for reading or a screen reader",
    )
    launch.add_screen(parser)
    options = parser.parse_args(words)

    from linreg_tui.tour import chapters, plain

    chapter = None if options.chapter is None else chapters.named(options.chapter)
    if options.plain:
        plain.tell(chapter)
        return 0
    launch.need_a_terminal("linreg-tui tour --plain prints the tour without one")
    name = "" if chapter is None else chapter.name
    return launch.run(bundled(), Settings(), options, tour=name)


def serve(words: list[str]) -> int:
    """The application for browsers."""
    from linreg_tui import serving

    return serving.serve(words)


def pbs(words: list[str]) -> int:
    """A job script for a cluster."""
    from linreg_tui import pbs

    return pbs.command(words)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "fit": fit,
    "train": train,
    "sweep": sweep,
    "report": report,
    "tour": tour,
    "serve": serve,
    "pbs": pbs,
}
"""By their names; each takes the words behind it, and returns the exit status."""
