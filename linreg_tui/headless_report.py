"""The command that writes the report of the homework."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from linreg_tui import files, homework_files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.homework import solve

INTERRUPTED = 128 + 2


def report(
    data: Dataset,
    settings: Settings,
    sizes: Sequence[int | None] | None,
    repeats: int,
    *,
    jobs: int | None,
    named: Sequence[str],
    folder: str,
) -> int:
    """Do the homework's trainings, write their report and print the names of its files.

    `named` are the words that name the data on the command line. Returns the exit status.
    Interrupted while it trains, it writes nothing.
    """
    place = files.folder_named(folder)
    try:
        files.writable(str(place / f"{homework_files.STEM}{homework_files.REPORT}"))
        homework = solve(data, settings, sizes, repeats, jobs)
    except KeyboardInterrupt:
        return INTERRUPTED
    for path in homework_files.write(homework, place, named):
        sys.stdout.write(printable(str(path), len(str(path)) * 10) + "\n")
    return 0
