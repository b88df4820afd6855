"""Pictures of the residuals: against fitted values, normal quantiles and leverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.diagnostics import diagnose, high_leverage, normal_plot
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.sketch import sketch
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import Area, window
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Layer, Picture, Role, Span, beside, lines, stack

GAP_CELLS = 2
STUDENTIZED = "studentized residual"

Points = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Findings:
    """The points of each picture, and how many rows have high leverage."""

    residuals: Points
    quantiles: Points
    leverage: Points
    pulling: int


class DiagnosticsPictures:
    """The pictures of the residuals; each is only an ellipsis until they are prepared."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._markers = markers
        self._found: Findings | None = None

    def prepare(self) -> None:
        """Work out the diagnostics, and store what is drawn."""
        found = diagnose(self._data.line, self._data.x, self._data.y)
        known = np.isfinite(found.studentized)
        self._found = Findings(
            sketch(found.fitted, found.residuals),
            normal_plot(found.studentized),
            sketch(found.leverage[known], found.studentized[known]),
            int((found.leverage > high_leverage(self._data.n)).sum()),
        )

    def draw_residuals(self, columns: int, rows: int) -> Picture:
        """Draw residuals against fitted values: an even cloud around 0, if all is well."""
        if self._found is None:
            return _waiting(columns, rows)
        x, y = points = self._found.residuals
        area = window(columns, rows, (x, "fitted value"), (y, "residual"), self._markers)
        return _over([figures.level(area, 0.0, Role.REFERENCE)], area, points)

    def draw_quantiles(self, columns: int, rows: int) -> Picture:
        """Draw residuals against normal quantiles: along the dashed line, if they are normal."""
        if self._found is None:
            return _waiting(columns, rows)
        x, y = points = self._found.quantiles
        area = window(columns, rows, (x, "normal quantile"), (y, STUDENTIZED), self._markers)
        diagonal = figures.straight_line(area, 1.0, 0.0, Role.REFERENCE, dashed=True)
        return _over([diagonal], area, points, [self._dashed("normal")])

    def draw_leverage(self, columns: int, rows: int) -> Picture:
        """Draw residuals against leverage: rows to the right of the dashed line pull hard."""
        if self._found is None:
            return _waiting(columns, rows)
        x, y = points = self._found.leverage
        limit, beyond = high_leverage(self._data.n), self._found.pulling
        shown = np.append(x, limit), "leverage"
        area = window(columns, rows, shown, (y, STUDENTIZED), self._markers)
        compared = [
            figures.level(area, 0.0, Role.REFERENCE),
            figures.upright(area, limit, Role.REFERENCE),
        ]
        words = f"{beyond:,} row{'s' * (beyond != 1)} beyond"
        return _over(compared, area, points, [(words, Role.LABEL), self._dashed("2p/n")])

    def draw_all(self, columns: int, rows: int) -> Picture:
        """Draw all three side by side."""
        width = (columns - 2 * GAP_CELLS) // 3
        draw = self.draw_residuals, self.draw_quantiles, self.draw_leverage
        return beside(columns, [each(width, rows) for each in draw], GAP_CELLS)

    def _dashed(self, name: str) -> Span:
        return f"{self._markers.closed_form.sample} {name}", Role.REFERENCE


def _over(
    compared: list[Layer], area: Area, points: Points, legend: Sequence[Span] = ()
) -> Picture:
    """Draw points, and over them what they are compared with."""
    return stack(area, figures.frame(area, legend), [figures.scatter(area, *points), *compared])


def _waiting(columns: int, rows: int) -> Picture:
    return lines(columns, rows, [[("…", Role.LABEL)]])
