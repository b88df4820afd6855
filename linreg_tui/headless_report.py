"""The command that writes the report of the homework."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.curves_svg import svg
from linreg_tui.homework import Homework, solve
from linreg_tui.homework_report import markdown, pictures

STEM, REPORT = "linreg-homework", ".md"

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
        files.writable(str(place / f"{STEM}.part"))
        homework = solve(data, settings, sizes, repeats, jobs)
    except KeyboardInterrupt:
        return INTERRUPTED
    for path in write(homework, place, named):
        sys.stdout.write(printable(str(path), len(str(path)) * 10) + "\n")
    return 0


def write(homework: Homework, folder: Path, named: Sequence[str] = ()) -> list[Path]:
    """Write the report and its pictures, all or none; returns their paths, the report's first.

    Raises
    ------
    InputError
        If one can't be written.
    """
    drawn = pictures(homework)
    written: dict[str, Path] = {}
    try:
        number = files.free_number(folder, STEM, [REPORT, *drawn])
        for ending, picture in drawn.items():
            written[ending] = files.create(folder, STEM, ending, [svg(picture)], number=number)
        names = {ending: path.name for ending, path in written.items()}
        text = markdown(homework, drawn, names, named)
        # Last, so that the report that is there has its pictures.
        told = files.create(folder, STEM, REPORT, [text], number=number)
    except BaseException as error:
        for path in written.values():
            with suppress(OSError):
                path.unlink()
        if isinstance(error, OSError):
            raise InputError(
                f"{printable(str(folder))}: {error.strerror}; name another folder"
            ) from None
        raise
    return [told, *written.values()]
