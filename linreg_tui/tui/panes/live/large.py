"""The numbers of a run in large digits, for the back row."""

from __future__ import annotations

import math
from itertools import zip_longest

from linreg_tui.numbers import decimals_of_line, fixed
from linreg_tui.tui.drawing.markers import ASCII, Markers
from linreg_tui.tui.drawing.picture import Picture, Role, blank, write
from linreg_tui.tui.run_view import RunView

_FONT = {
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# .## ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    ".": ". . . . #",
    "-": "... ... ### ... ...",
    "e": "... ### #.# ##. .##",
    "%": "#.# ..# .#. #.. #.#",
    "∞": "..... ##.## #.#.# ##.## .....",
}
"""Rows of dots from the top; characters that aren't here are left out."""

HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
"""The character for two dots in a cell, the upper one first."""

START_COLUMNS = (0, 25, 58)
"""The columns where the numbers begin, on a picture of 80."""

LABEL_ROWS = 1
"""Rows above the digits."""


def width(text: str) -> int:
    """Return the cells that a text takes in large digits."""
    shapes = [_FONT[character].split()[0] for character in text if character in _FONT]
    return sum(len(shape) + 1 for shape in shapes) - bool(shapes)


def large(text: str, markers: Markers) -> list[str]:
    """Return a text in large digits: three rows, or five in plain ASCII."""
    shapes = [_FONT[character].split() for character in text if character in _FONT]
    dots = [".".join(rows) for rows in zip(*shapes, strict=True)]
    if markers is ASCII:
        return [row.replace(".", " ") for row in dots]
    return [
        "".join(HALVES[above == "#", below == "#"] for above, below in pairs)
        for pairs in (
            zip_longest(upper, lower, fillvalue=".")
            for upper, lower in zip_longest(dots[::2], dots[1::2], fillvalue="")
        )
    ]


def large_rows(markers: Markers) -> int:
    """Return the rows that labels and digits take."""
    return LABEL_ROWS + len(large("0", markers))


def draw_large(columns: int, rows: int, view: RunView, markers: Markers) -> Picture:
    """Draw slope, intercept, and how far the loss is above the optimum, at the step in view."""
    picture = blank(columns, rows)
    if rows < large_rows(markers):
        return picture
    run, step = view.run, view.run.history[view.number]
    of_slope, of_intercept = decimals_of_line(run.optimum)
    diverged = run.diverged_at is not None and view.number >= run.diverged_at
    excess = float(run.optimum.excess(step.slope, step.intercept))
    starts = [start * columns // 80 for start in START_COLUMNS]
    ends = [*(start - 2 for start in starts[1:]), columns]
    numbers = (
        (
            f"step {step.number:,}: slope m",
            _fitting(step.slope, of_slope, ends[0] - starts[0]),
            Role.FIT,
        ),
        ("intercept b", _fitting(step.intercept, of_intercept, ends[1] - starts[1]), Role.FIT),
        (
            "diverged" if diverged else "loss above optimum",
            _percent(excess, run.optimum.loss),
            Role.BAD if diverged else Role.TEXT,
        ),
    )
    for start, (label, number, role) in zip(starts, numbers, strict=True):
        write(picture, 0, start, label, Role.BAD if role is Role.BAD else Role.LABEL)
        for row, line in enumerate(large(number, markers), LABEL_ROWS):
            write(picture, row, start, line, role)
    return picture


def _fitting(value: float, decimals: int, cells: int) -> str:
    """Return a number with so many decimals, or with fewer digits where it takes more cells."""
    candidates = (fixed(value, length, decimals).strip() for length in range(12, 2, -1))
    return next((text for text in candidates if width(text) <= cells), "")


def _percent(excess: float, least: float) -> str:
    """Return the excess in percent of the least loss, or as it is where the least loss is 0."""
    if least == 0:
        return f"{excess:.1e}" if excess else "0"
    percent = 100 * excess / least
    if not math.isfinite(percent):
        return "∞"
    if percent < 1000:
        return f"{percent:.{2 if percent < 10 else 0}f}%"
    return fixed(percent, 5, 0).strip() + "%"
