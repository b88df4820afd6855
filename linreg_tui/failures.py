"""Reports of unexpected failures: a traceback in a file, and a short message."""

from __future__ import annotations

import os
import platform
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from platformdirs import user_state_dir

from linreg_tui import __version__, files
from linreg_tui.core.text import printable

FAILED = 1


def report(error: BaseException) -> str:
    """Write a traceback to a file, and return the message for the user, of two lines."""
    message, where = write_traceback(error)
    return f"linreg-tui: unexpected failure: {message}\n{where[0].upper()}{where[1:]}\n"


def write_traceback(error: BaseException) -> tuple[str, str]:
    """Write a traceback to a file, and return what failed and where the traceback is.

    If no file can be written, the second text holds the traceback itself.
    """
    trace = "".join(traceback.format_exception(error))
    last_line = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    message = printable(last_line, 200)
    text = f"linreg-tui {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    text += f"TERM={os.environ.get('TERM', '')}\n\n{trace}"
    for opened in _places():
        with opened as file:
            file.write(text)
            return message, f"the traceback is in {file.name}"
    return message, f"the traceback could not be written to a file:\n{trace}"


def _places() -> Iterator[IO[str]]:
    """Yield a new file in the user's state folder, then one in the folder for temporary files."""
    name = time.strftime("traceback-%Y%m%d-%H%M%S-")
    folders: list[Callable[[], str]] = [lambda: user_state_dir("linreg-tui"), tempfile.gettempdir]
    for folder in folders:
        try:
            yield files.in_time(partial(_opened, Path(folder()), name))
        except (OSError, files.NoAnswerError):
            continue


def _opened(folder: Path, name: str) -> IO[str]:
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=name, suffix=".txt", dir=folder, delete=False
    )
