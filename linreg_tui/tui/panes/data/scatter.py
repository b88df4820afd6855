"""The scatter plot: the points alone, with a histogram of each column at its margin."""

from __future__ import annotations

from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.numbers import rows_of
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import data_area
from linreg_tui.tui.drawing.figures import legend
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Picture, Role, Span, stack
from linreg_tui.tui.panes.data.histograms import (
    Histograms,
    add_histograms,
    margins,
    with_margins,
)


class ScatterPicture:
    """The scatter plot; without histograms until it is prepared.

    The test rows of a split have marks of their own.
    """

    def __init__(
        self, data: Dataset, markers: Markers = BRAILLE, split: Split | None = None
    ) -> None:
        self._data = data
        self._markers = markers
        self._split = split
        self._counted: Histograms | None = None

    def prepare(self) -> None:
        """Count what the histograms show."""
        self._counted = Histograms.of(self._data)

    def draw(self, columns: int, rows: int) -> Picture:
        """Draw the whole picture, with the histograms where they fit."""
        data, split = self._data, self._split
        above, beside = margins(columns, rows)
        area = data_area(data, columns - beside, rows - above, self._markers)
        entries: list[Span] = [(rows_of(data), Role.LABEL)]
        if split is None or split.training is data:
            points = [figures.data_points(area, data)]
        else:
            entries.extend(legend(self._markers, "test rows"))
            training = figures.data_points(area, split.training)
            points = [training, figures.test_points(area, split.test)]
        whole = with_margins(
            stack(area, figures.frame(area, entries), points), columns, rows, above
        )
        if self._counted is not None and area.has_room:
            add_histograms(whole, area, self._counted, above, beside)
        return whole
