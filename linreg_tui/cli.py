"""The command line: arguments in, a command or the application out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from linreg_tui import __version__, launch, lookalikes
from linreg_tui.arguments import (
    BAD_INPUT,
    EPILOG,
    Parser,
    add_data,
    add_workers,
    data_of,
    named_data,
    need_batches,
    shared,
)
from linreg_tui.commands import COMMANDS
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable
from linreg_tui.options import add_settings, settings_of

OUTPUT_LOST = 1
INTERRUPTED = 128 + 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; argparse may exit by itself."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(words[0]) if words else None
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
    need_batches(options)
    launch.need_a_terminal("linreg-tui train works without one")
    data = data_of(options, far=True)
    settings = shared(settings_of(options, data), options, data)
    named = named_data(options)
    return launch.run(data, settings, options, named, workers=options.workers or 1)


def _recognise(name: str | None) -> None:
    """Raise an InputError for a file that isn't there and nearly has the name of a command."""
    if name is None or Path(name).exists():
        return

    from difflib import get_close_matches

    if near := get_close_matches(name, COMMANDS):
        raise InputError(f"{printable(name)}: no such file or command; is it {near[0]}?")
