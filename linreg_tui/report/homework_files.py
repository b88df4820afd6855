"""The files of the homework's report: the report, and beside it its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from linreg_tui import files
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable
from linreg_tui.report.curves_svg import svg
from linreg_tui.report.homework import Homework
from linreg_tui.report.homework_report import Answers, markdown, pictures

STEM, REPORT = "linreg-homework", ".md"


def write(
    homework: Homework, folder: Path, named: Sequence[str] = (), answers: Answers | None = None
) -> list[Path]:
    """Write the report and its pictures, all or none; returns their paths, the report's first.

    `named` are the words that name the data to a command, none for the bundled one.

    Raises
    ------
    InputError
        If one can't be written.
    """
    with files.as_one():
        return _write(homework, folder, named, answers)


def _write(
    homework: Homework, folder: Path, named: Sequence[str], answers: Answers | None
) -> list[Path]:
    drawn = pictures(homework)
    written: dict[str, Path] = {}
    try:
        number = files.free_number(folder, STEM, [REPORT, *drawn])
        for ending, picture in drawn.items():
            written[ending] = files.create(folder, STEM, ending, [svg(picture)], number=number)
        names = {ending: path.name for ending, path in written.items()}
        text = markdown(homework, drawn, names, named, answers or Answers())
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
