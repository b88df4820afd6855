"""Pictures of what the line leaves: residuals, their normal quantiles, and leverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.diagnostics import diagnose, high_leverage, normal_plot
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.sketch import sketch
from linreg_tui.tui import figures, layers
from linreg_tui.tui.markers import BRAILLE, Markers
from linreg_tui.tui.picture import Layer, Picture, Role, Span, beside, lines
from linreg_tui.tui.pictures import window

GRID_COLUMNS, GRID_ROWS = 114, 16
"""From here on there is room for all three beside one another."""

GAP = 2

Points = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Findings:
    """The points of each picture, and how many rows have a high leverage."""

    residuals: Points
    quantiles: Points
    leverage: Points
    pulling: int


class DiagnosticsPictures:
    """Nothing, until they are prepared."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._markers = markers
        self._found: Findings | None = None

    def prepare(self) -> None:
        """Work out the diagnostics, and keep of them what is drawn."""
        found = diagnose(self._data.line, self._data.x, self._data.y)
        known = np.isfinite(found.studentized)
        self._found = Findings(
            sketch(found.fitted, found.residuals),
            normal_plot(found.studentized),
            sketch(found.leverage[known], found.studentized[known]),
            int((found.leverage > high_leverage(self._data.n)).sum()),
        )

    def draw_residuals(self, columns: int, rows: int) -> Picture:
        """Residuals against fitted values: a cloud of even height around 0, if all is well."""
        if self._found is None:
            return _waiting(columns, rows)
        return self._draw(
            columns, rows, self._found.residuals, ("fitted value", "residual"), [], level=True
        )

    def draw_quantiles(self, columns: int, rows: int) -> Picture:
        """Residuals against normal quantiles: along the dashed line, if they are normal."""
        if self._found is None:
            return _waiting(columns, rows)
        sample = self._markers.closed_form.sample
        legend: list[Span] = [(f"{sample} normal", Role.REFERENCE)]
        names = "normal quantile", "studentized residual"
        return self._draw(columns, rows, self._found.quantiles, names, legend, diagonal=True)

    def draw_leverage(self, columns: int, rows: int) -> Picture:
        """Residuals against leverage: to the right of the dashed line a row pulls hard."""
        if self._found is None:
            return _waiting(columns, rows)
        sample = self._markers.closed_form.sample
        beyond = self._found.pulling
        legend: list[Span] = [
            (f"{beyond:,} row{'s' * (beyond != 1)} beyond", Role.LABEL),
            (f"{sample} 2p/n", Role.REFERENCE),
        ]
        return self._draw(
            columns,
            rows,
            self._found.leverage,
            ("leverage", "studentized residual"),
            legend,
            level=True,
            upright=high_leverage(self._data.n),
        )

    def draw_all(self, columns: int, rows: int) -> Picture:
        """All three beside one another."""
        width = (columns - 2 * GAP) // 3
        draw = self.draw_residuals, self.draw_quantiles, self.draw_leverage
        return beside(columns, [each(width, rows) for each in draw], GAP)

    def _draw(
        self,
        columns: int,
        rows: int,
        points: Points,
        names: tuple[str, str],
        legend: list[Span],
        *,
        level: bool = False,
        diagonal: bool = False,
        upright: float | None = None,
    ) -> Picture:
        """Points over what they are compared with."""
        x, y = points
        within = x if upright is None else np.append(x, upright)
        area = window(columns, rows, (within, names[0]), (y, names[1]), self._markers)
        inks: list[Layer] = []
        if level:
            inks.append(figures.level(area, 0.0, Role.REFERENCE))
        if upright is not None:
            inks.append(figures.upright(area, upright, Role.REFERENCE))
        if diagonal:
            inks.append(figures.straight_line(area, 1.0, 0.0, Role.REFERENCE, dashed=True))
        return layers.stack(area, figures.frame(area, legend), [*inks, figures.scatter(area, x, y)])


def _waiting(columns: int, rows: int) -> Picture:
    return lines(columns, rows, [[("…", Role.LABEL)]])
