"""The joint plot: the points, the line with its confidence band, and two histograms."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.inference import Inference, confidence_band, inference
from linreg_tui.numbers import probability
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import Area, data_area
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Layer, Picture, Role, Span, stack, write_legend
from linreg_tui.tui.panes.data.histograms import (
    Histograms,
    add_histograms,
    edges,
    margins,
    with_margins,
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What takes time to work out from the data."""

    counted: Histograms
    sure: Inference


class JointPicture:
    """The joint plot; only the points and the line until it is prepared."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._markers = markers
        self._found: Findings | None = None

    def prepare(self) -> None:
        """Work out the histograms, the band and the correlation."""
        self._found = Findings(Histograms.of(self._data), inference(self._data.line))

    def draw(self, columns: int, rows: int) -> Picture:
        """Draw the whole picture, with the histograms where they fit."""
        above, beside = margins(columns, rows)
        area = data_area(self._data, columns - beside, rows - above, self._markers)
        line = self._data.line
        scatter = figures.scatter(area, *self._data.sketch)
        fitted = figures.straight_line(area, line.slope, line.intercept, Role.REFERENCE)
        band = [] if self._found is None else band_of(line, self._found.sure, area)
        inner = stack(area, figures.frame(area), [scatter, *band, fitted])
        whole = with_margins(inner, columns, rows, above)
        if self._found is not None and area.has_room:
            add_histograms(whole, area, self._found.counted, above, beside)
            left = area.left + cell_len(area.y.label) + 3
            write_legend(whole, left, self._legend(self._found.sure))
        return whole

    def _legend(self, sure: Inference) -> list[Span]:
        fit, line = self._markers.fit, self._markers.closed_form
        r = "–" if sure.pearson_r is None else f"{sure.pearson_r:.3f}"
        solid = fit.sample if fit.patterns == line.patterns else 2 * line.patterns[1]
        return [
            (f"{self._markers.trace.sample} 95% band", Role.BAND),
            (f"{solid} closed form", Role.REFERENCE),
            (f"r {r}", Role.TEXT),
            (f"p {probability(sure.slope_p)}", Role.TEXT),
        ]


def band_of(line: ClosedForm, sure: Inference, area: Area) -> list[Layer]:
    """Return the limits of the confidence band for the mean response."""
    x = edges(area.x, area.dots_across)
    limits = confidence_band(line, sure, x) or ()
    # A line that leaves the window would be drawn along its border.
    inside = [(limit >= area.y.low) & (limit <= area.y.high) for limit in limits]
    return [
        figures.path(area, x[seen], limit[seen], Role.BAND)
        for limit, seen in zip(limits, inside, strict=True)
    ]
