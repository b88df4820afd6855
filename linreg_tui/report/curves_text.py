"""Learning curves as plain text."""

from __future__ import annotations

import numpy as np

from linreg_tui.report.learning_curves import CurvesPicture

COLUMNS, ROWS = 64, 16
SYMBOLS = "o+x*#@%&=$"
GAP = 2


def text(picture: CurvesPicture) -> str:
    """Return the picture as text, with a symbol for each curve; later curves cover others."""
    cells = [[" "] * COLUMNS for _ in range(ROWS)]
    if picture.least is not None:
        cells[_row(float(picture.y.place(np.array(picture.least))))] = ["."] * COLUMNS
    legend = []
    for number, curve in enumerate(picture.curves):
        symbol = SYMBOLS[number % len(SYMBOLS)]
        legend.append(f"{symbol} {curve.label}")
        # Put a symbol in every column, however far apart the points are.
        columns = np.linspace(picture.x.low, picture.x.high, COLUMNS)
        losses = 10 ** np.interp(columns, curve.places, np.log10(curve.line))
        last = np.searchsorted(columns, curve.places[-1], side="right")
        for column, place in enumerate(picture.y.place(losses)[:last].tolist()):
            if place <= 1:
                cells[_row(place)][column] = symbol
    ticks = {_row(tick.place): tick.text for tick in picture.y.ticks}
    width = max(map(len, ticks.values()), default=0)
    lines = [f"{picture.y.label} (log scale)"]
    for row, line in enumerate(cells):
        edge = "+" if row in ticks else "|"
        lines.append(f"{ticks.get(row, '').rjust(width)} {edge}{''.join(line)}".rstrip())
    lines += _below(picture, width + 1)
    if picture.least is not None:
        legend.append(". closed form")
    return "\n".join([*lines, "", "   ".join(legend)]) + "\n"


def _row(place: float) -> int:
    return round((1 - min(max(place, 0.0), 1.0)) * (ROWS - 1))


def _below(picture: CurvesPicture, indent: int) -> list[str]:
    """Return the x axis, its ticks, and its label."""
    axis, marks = ["-"] * COLUMNS, " " * (indent + 1)
    for tick in picture.x.ticks:
        column = round(tick.place * (COLUMNS - 1))
        axis[column] = "+"
        begin = indent + 1 + column - len(tick.text) // 2
        if begin >= len(marks.rstrip()) + GAP or not marks.strip():
            marks = marks.rstrip().ljust(begin) + tick.text
    return [" " * indent + "+" + "".join(axis), marks, picture.x.label.rjust(indent + 1 + COLUMNS)]
