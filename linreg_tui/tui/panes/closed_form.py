"""The closed form: the sums of the formula, and the line that they give."""

from __future__ import annotations

import numpy as np
from textual.app import ComposeResult
from textual.containers import Vertical

from linreg_tui.core.closed_form import sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.numbers import equation, fixed
from linreg_tui.tui.picture import Picture, Role, Span, lines
from linreg_tui.tui.plot import Plot

LABEL, NUMBER = 14, 20
FORMULA = (
    "m = (n Σxy − Σx Σy) / (n Σx² − (Σx)²)",
    "b = (Σy Σx² − Σx Σxy) / (n Σx² − (Σx)²)",
)


class ClosedFormPane(Vertical):
    """The parts of the formula, the line, and its mean squared error."""

    BORDER_TITLE = "2 Closed form"

    def __init__(self, data: Dataset) -> None:
        super().__init__(id="closed-form", classes="pane")
        line, sums = data.line, sums_of(data.x, data.y)
        whole = not (np.any(data.x % 1) or np.any(data.y % 1))
        decimals = 0 if whole else 4

        def row(label: str, value: float, decimals: int, role: Role = Role.TEXT) -> list[Span]:
            return [(label.ljust(LABEL), Role.LABEL), (fixed(value, NUMBER, decimals), role)]

        self._formula: list[list[Span]] = [[(text, Role.LABEL)] for text in FORMULA] + [[]]
        self._rows = [
            row("n", sums.n, 0),
            row("Σx", sums.x, decimals),
            row("Σy", sums.y, decimals),
            row("Σxy", sums.xy, decimals),
            row("Σx²", sums.xx, decimals),
            row("n Σx² − (Σx)²", sums.denominator, decimals),
            row("slope m", line.slope, 6, Role.REFERENCE),
            row("intercept b", line.intercept, 6, Role.REFERENCE),
            row("MSE", line.loss, 4),
            [(equation(line.slope, line.intercept, 6), Role.REFERENCE)],
        ]

    def compose(self) -> ComposeResult:
        """One picture of text."""
        yield Plot(self._draw)

    def _draw(self, columns: int, rows: int) -> Picture:
        roomy = rows >= len(self._formula) + len(self._rows)
        return lines(columns, rows, [*(self._formula if roomy else ()), *self._rows])
