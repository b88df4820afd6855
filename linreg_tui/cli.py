"""The command line: arguments in, a command or the application out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from linreg_tui import __version__, launch, lookalikes
from linreg_tui.arguments import (
    BAD_INPUT,
    EPILOG,
    Parser,
    add_batch_sizes,
    add_cluster,
    add_data,
    add_json,
    add_trials,
    add_workers,
    data_of,
    named_data,
    need_workers,
    tell_reading,
)
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.options import add_settings, scales, settings_of

OUTPUT_LOST = 1
INTERRUPTED = 128 + 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; argparse may exit by itself."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = _COMMANDS.get(words[0]) if words else None
    if _complete_streams() and command:
        sys.stderr.write("linreg-tui: there is no output to write to\n")
        return OUTPUT_LOST
    for stream in (sys.stdout, sys.stderr):
        # A character that the encoding lacks is no reason to fail.
        stream.reconfigure(errors=lookalikes.ERRORS)  # type: ignore[union-attr]
    try:
        try:
            return command(words[1:]) if command else _open_application(words)
        finally:
            # Here it can be told what is wrong with the output, at the interpreter's end it can't.
            sys.stdout.flush()
    except InputError as error:
        sys.stderr.write(f"linreg-tui: {error}\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        _discard_output()
        return 128 + 13
    except OSError as error:
        if command is None:
            raise
        _discard_output()
        sys.stderr.write(f"linreg-tui: the output can't be written ({error.strerror})\n")
        return OUTPUT_LOST


def _complete_streams() -> bool:
    """Put something in the place of streams that are closed; whether the output is one of them.

    Otherwise the next file to be opened would take their place.
    """
    lost = sys.stdout is None
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115
    return lost


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_application(words: list[str]) -> int:
    parser = Parser(
        "linreg-tui",
        "See a machine learn on the simplest model there is: a straight line.",
        EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"linreg-tui {__version__}")
    add_data(parser)
    add_settings(parser)
    add_workers(parser)
    launch.add_screen(parser)
    options = parser.parse_args(words)
    _recognise(options.data)
    launch.need_a_terminal("linreg-tui train works without one")
    data = data_of(options, far=True)
    settings = _shared(settings_of(options, data), options, data)
    named = named_data(options)
    return launch.run(data, settings, options, named, workers=options.workers or 1)


def _shared(settings: Settings, options: argparse.Namespace, data: Dataset) -> Settings:
    """The settings with the batches and rates of all workers that were asked for."""
    if options.workers is None:
        return settings
    from linreg_tui.core.parallel import for_workers

    return for_workers(settings, options.workers, data.n)


def _recognise(name: str | None) -> None:
    """Raise an InputError for a file that isn't there and nearly has the name of a command."""
    if name is None or Path(name).exists():
        return

    from difflib import get_close_matches

    if near := get_close_matches(name, _COMMANDS):
        raise InputError(f"{printable(name)}: no such file or command; is it {near[0]}?")


def _fit(words: list[str]) -> int:
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


def _train(words: list[str]) -> int:
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
    data = data_of(options)
    settings = _shared(settings_of(options, data), options, data)

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


def _sweep(words: list[str]) -> int:
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


def _report(words: list[str]) -> int:
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


def _tour(words: list[str]) -> int:
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


def _serve(words: list[str]) -> int:
    from linreg_tui import serving

    return serving.serve(words)


def _pbs(words: list[str]) -> int:
    from linreg_tui import pbs

    return pbs.command(words)


_COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "fit": _fit,
    "train": _train,
    "sweep": _sweep,
    "report": _report,
    "tour": _tour,
    "serve": _serve,
    "pbs": _pbs,
}
