"""The sums in the closed form's formula, and the line that they give."""

from __future__ import annotations

from linreg_tui.core.closed_form import ClosedForm, Sums
from linreg_tui.numbers import decimals_for, detailed, detailed_equation, grouped
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines

LABEL_CELLS, NUMBER_CELLS = 14, 20
FORMULA = (
    "m = (n Σxy − Σx Σy) / (n Σx² − (Σx)²)",
    "b = (Σy Σx² − Σx Σxy) / (n Σx² − (Σx)²)",
)


def draw_sums(columns: int, rows: int, sums: Sums, line: ClosedForm, per_x: str = "") -> Picture:
    """Draw the sums and the line, with the formula above them where it fits.

    `per_x` is the slope's unit, if there is one.
    """
    whole = all(float(value).is_integer() for value in (sums.x, sums.y, sums.xy, sums.xx))
    decimals = 0 if whole else 4

    def row(label: str, value: float, decimals: int, role: Role = Role.TEXT) -> list[Span]:
        text = detailed(value, decimals) if decimals else grouped(value, NUMBER_CELLS, 0)
        if (decimals and role is Role.TEXT) or len(text) > NUMBER_CELLS:
            text = grouped(value, NUMBER_CELLS, max(decimals, decimals_for(value)))
        return [(label.ljust(LABEL_CELLS), Role.LABEL), (text.rjust(NUMBER_CELLS), role)]

    formula: list[list[Span]] = [*([(text, Role.LABEL)] for text in FORMULA), []]
    parts = [
        row("n", sums.n, 0),
        row("Σx", sums.x, decimals),
        row("Σy", sums.y, decimals),
        row("Σxy", sums.xy, decimals),
        row("Σx²", sums.xx, decimals),
        row("n Σx² − (Σx)²", sums.denominator, decimals),
        row(f"m {per_x}" if per_x else "slope m", line.slope, 6, Role.REFERENCE),
        row("intercept b", line.intercept, 6, Role.REFERENCE),
        row("MSE", line.loss, 4),
        [(detailed_equation(line), Role.REFERENCE)],
    ]
    roomy = rows >= len(formula) + len(parts)
    return lines(columns, rows, [*(formula if roomy else ()), *parts])
