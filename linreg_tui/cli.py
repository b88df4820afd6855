"""The command line: it reads the first word, then runs a command or the application."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from linreg_tui import commands, lookalikes
from linreg_tui.commands import application
from linreg_tui.commands.arguments import BAD_INPUT
from linreg_tui.core.errors import InputError, OutputLostError

OUTPUT_LOST = 1
INTERRUPTED = 128 + 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; argparse may also exit by itself."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words[0] if words and words[0] in commands.NAMES else None
    if _replace_closed_streams() and command:
        sys.stderr.write("linreg-tui: there is no output to write to\n")
        return OUTPUT_LOST
    for stream in (sys.stdout, sys.stderr):
        # A character that the encoding lacks must not make the program fail.
        stream.reconfigure(errors=lookalikes.ERRORS)  # type: ignore[union-attr]
    try:
        try:
            if command is None:
                return application.command(words)
            return commands.run(command, words[1:])
        finally:
            # An error with the output can still be reported here, but not once Python shuts down.
            _flush()
    except InputError as error:
        sys.stderr.write(f"linreg-tui: {error}\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the output has seen enough.
        _discard_output()
        return 128 + 13
    except OSError as error:
        if not _is_about_output(error, command):
            raise
        _discard_output()
        sys.stderr.write(f"linreg-tui: the output can't be written ({error.strerror})\n")
        return OUTPUT_LOST


def _replace_closed_streams() -> bool:
    """Replace the closed standard streams with the null device; return whether stdout was closed.

    Otherwise the next file that is opened would take the place of a closed stream.
    """
    lost = sys.stdout is None
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115
    return lost


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLostError(error.errno, error.strerror) from None


def _is_about_output(error: OSError, command: str | None) -> bool:
    """Return whether the output can't be written, rather than something that has a name."""
    if error.filename is not None:
        return False
    return command is not None or isinstance(error, OutputLostError)


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
