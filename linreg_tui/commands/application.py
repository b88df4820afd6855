"""`linreg-tui` without a command: the application."""

from __future__ import annotations

from linreg_tui import __version__, files
from linreg_tui.commands import NAMES, launch
from linreg_tui.commands.arguments import (
    Parser,
    add_data,
    add_workers,
    data_of,
    data_words,
    need_batches,
    settings_for_workers,
)
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import lessons
from linreg_tui.core.text import printable
from linreg_tui.options import add_settings, settings_of

EPILOG = """\
commands:
  linreg-tui fit     the closed form, printed
  linreg-tui train   SGD without a screen, printed step by step
  linreg-tui sweep   many trainings, printed as a table
  linreg-tui report  the homework's report, written to files
  linreg-tui tour    the guided tour, in the application or printed
  linreg-tui serve   the application, in a browser
  linreg-tui pbs     a job script for a cluster on a supercomputer, printed

Each takes --help. Without DATA, all take the bundled sale prices and living areas of 551 houses.

examples, for --example:
""" + "".join(f"  {name:<12}{teaches}\n" for name, teaches in lessons().items())


def command(words: list[str]) -> int:
    """Open the application, and return the exit status."""
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
    _check_for_a_command(options.data)
    need_batches(options)
    launch.need_a_terminal("linreg-tui train works without one")
    data = data_of(options, far=True)
    settings = settings_for_workers(settings_of(options, data), options, data)
    named = data_words(options)
    return launch.run(data, settings, options, named, workers=options.workers or 1)


def _check_for_a_command(name: str | None) -> None:
    """Raise an InputError for a missing file whose name is nearly that of a command."""
    if name is None or files.exists(name):
        return
    if name == "help":
        raise InputError("help: no such file or command; linreg-tui --help lists what there is")

    from difflib import get_close_matches

    if near := get_close_matches(name, NAMES):
        raise InputError(f"{printable(name)}: no such file or command; is it {near[0]}?")
