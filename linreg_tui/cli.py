"""The command line: arguments in, a command or the application out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from linreg_tui import commands, lookalikes
from linreg_tui.commands import application
from linreg_tui.commands.arguments import BAD_INPUT
from linreg_tui.core.errors import InputError

OUTPUT_LOST = 1
INTERRUPTED = 128 + 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; argparse may exit by itself."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words[0] if words and words[0] in commands.NAMES else None
    if _complete_streams() and command:
        sys.stderr.write("linreg-tui: there is no output to write to\n")
        return OUTPUT_LOST
    for stream in (sys.stdout, sys.stderr):
        # A character that the encoding lacks is no reason to fail.
        stream.reconfigure(errors=lookalikes.ERRORS)  # type: ignore[union-attr]
    try:
        try:
            if command is None:
                return application.command(words)
            return commands.run(command, words[1:])
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
