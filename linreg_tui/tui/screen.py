"""The screen on which a changed region costs its own cells.

Textual's partial update begins each span at the left edge of the widget instead of the span's own
(https://github.com/Textualize/textual/issues/5625), once for every span: four times the bytes here.
"""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.screen import Screen


class ChangedCells(ChopsUpdate):
    """An update that sends the cells of its spans and no others."""

    def render_segments(self, console: Console) -> str:
        """The escape sequences that paint the spans."""
        sequences = []
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                start, stop = max(x, left), min(end, right)
                if strip is None or start >= stop:
                    continue
                sequences.append(Control.move_to(start, y).segment.text)
                sequences.append(strip.crop(start - x, stop - x).render(console))
        return "".join(sequences)


class ChangedCellsCompositor(Compositor):
    """A compositor whose partial updates are such."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """The update of what has been refreshed, if anything has."""
        update = super().render_partial_update()
        return update and ChangedCells(update.chops, update.spans, update.chop_ends)


class MainScreen(Screen[object]):
    """The application's default screen."""

    def __init__(self) -> None:
        super().__init__(id="_default")
        self._compositor = ChangedCellsCompositor()
