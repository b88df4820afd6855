"""How certain the slope and intercept are, and how well the line fits, as a table."""

from __future__ import annotations

from rich.cells import cell_len

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.inference import Inference
from linreg_tui.numbers import estimate, probability
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines

LABEL_CELLS, NUMBER_CELLS = 10, 16
ROOMY_LABEL_CELLS = 20
ROOMY_COLUMNS = 76
"""Columns from which each row has a note that says what it is."""

Row = tuple[str, str, str, str]
"""A label, its values for slope and intercept, and a note."""


def draw_inference(columns: int, rows: int, line: ClosedForm, sure: Inference | None) -> Picture:
    """Draw the parameters, and below them the line as a whole; only the line without `sure`."""
    roomy = columns >= ROOMY_COLUMNS
    label = ROOMY_LABEL_CELLS if roomy else LABEL_CELLS
    above, below = _parameters(line, sure), _line(line, sure)
    if rows < len(above) + 1 + len(below):
        # Two to a row, in the places of slope and intercept.
        below = [
            (left[0], left[1], f"  {right[0]}{right[1][2 + cell_len(right[0]) :]}", "")
            for left, right in zip(below[::2], below[1::2], strict=True)
        ]
    else:
        below = [("", "", "", ""), *below]
    return lines(columns, rows, [_spans(row, label, roomy) for row in [*above, *below]])


def _spans(row: Row, label: int, roomy: bool) -> list[Span]:
    name, slope, intercept, note = row
    role = {"": Role.LABEL, "estimate": Role.REFERENCE}.get(name, Role.TEXT)
    return [
        (name + " " * (label - cell_len(name)), Role.LABEL),
        (slope.rjust(NUMBER_CELLS), role),
        (intercept.rjust(NUMBER_CELLS), role),
        (f"   {note}" if roomy else "", Role.LABEL),
    ]


def _parameters(line: ClosedForm, sure: Inference | None) -> list[Row]:
    unknown = (None, None)
    pairs: list[tuple[str, tuple[float | None, float | None], str]] = [
        ("estimate", (line.slope, line.intercept), "m and b of the line"),
        (
            "std error",
            unknown if sure is None else (sure.slope_se, sure.intercept_se),
            "how far these may be off",
        ),
        (
            "t",
            unknown if sure is None else (sure.slope_t, sure.intercept_t),
            "estimate / std error",
        ),
    ]
    limits: list[tuple[float | None, float | None]] = [unknown, unknown]
    if sure is not None and sure.slope_ci95 is not None and sure.intercept_ci95 is not None:
        limits = list(zip(sure.slope_ci95, sure.intercept_ci95, strict=True))
    p = unknown if sure is None else (sure.slope_p, sure.intercept_p)

    def row(name: str, pair: tuple[float | None, float | None], note: str) -> Row:
        slope, intercept = (estimate(value, NUMBER_CELLS) for value in pair)
        return name, slope, intercept, note

    return [
        ("", "slope m", "intercept b", ""),
        *(row(*pair) for pair in pairs),
        ("p", probability(p[0]), probability(p[1]), "of such a t if it were 0"),
        row("95% from", limits[0], "95% interval of each"),
        row("     to", limits[1], ""),
    ]


def _line(line: ClosedForm, sure: Inference | None) -> list[Row]:
    def row(name: str, value: float | None, note: str) -> Row:
        return name, estimate(value, NUMBER_CELLS), "", note

    def count(name: str, value: int, note: str) -> Row:
        return name, f"{value}{' ' * 7}".rjust(NUMBER_CELLS), "", note

    n = line.moments.n
    return [
        row("R²", None if sure is None else sure.r2, "of the variance of y"),
        row("r", None if sure is None else sure.pearson_r, "Pearson's; p as of m"),
        row("s", None if sure is None else sure.residual_sd, "root n MSE / (n − 2)"),
        row("F", None if sure is None else sure.f_statistic, "m's t squared; same p"),
        count("n", n, "rows"),
        count("df", n - 2, "degrees of freedom"),
    ]
