"""A widget that shows a picture and repaints only the cells that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from linreg_tui.compat.batches import BatchAware
from linreg_tui.compat.component_styles import LazyComponents
from linreg_tui.tui.drawing.markers import Glyphs
from linreg_tui.tui.drawing.picture import BLANK, CONTINUED, STATES, Picture, Role, blank

IS_STATE = np.isin(np.arange(len(Role)), STATES)
"""Whether a role fills its cells, by its number."""


class Plot(BatchAware, LazyComponents):
    """Shows what `draw(columns, rows)` returned when `redraw` was last called.

    Out of sight, or after a change of size, it is drawn only when it is painted. So it is drawn
    once for each paint, and never painted for an old size. While frames are left out, it waits for
    the next frame; painting it whole there would send up to twice the bytes.
    """

    def __init__(self, draw: Callable[[int, int], Picture], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draw = draw
        self._picture = blank(0, 0)
        self._strips: dict[int, Strip] = {}
        self._styles: dict[tuple[int, int], Style] = {}
        self._drawn_for: Size | None = None
        self._waits = False

    def redraw(self) -> None:
        """Draw the picture again and repaint where it differs from the last one."""
        if self._drawn_for != self.size or not self.is_on_screen:
            self._draw_later()
            return
        if self.frames_left_out:
            self._wait_for_a_frame()
            return
        last = self._picture
        self._draw_now()
        if last.glyphs.shape != self._picture.glyphs.shape:
            self.refresh()
        elif regions := list(changes(last, self._picture)):
            self.refresh(*regions)

    def _wait_for_a_frame(self) -> None:
        if not self._waits:
            self._waits = True
            self.call_after_refresh(self._redraw_after_wait)

    def _redraw_after_wait(self) -> None:
        self._waits = False
        self.redraw()

    def _draw_later(self) -> None:
        if self._drawn_for is not None:  # otherwise it is about to be painted already
            self._drawn_for = None
            self.refresh()

    def _draw_now(self) -> None:
        self._drawn_for = self.size
        self._picture = self._draw(*self.size)
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Return one row of the picture."""
        if self._drawn_for != self.size:
            self._draw_now()
        if y >= len(self._picture.glyphs):
            return Strip.blank(self.size.width, self.rich_style)
        if y not in self._strips:
            self._strips[y] = self._strip(self._picture, y)
        return self._strips[y]

    def notify_style_update(self) -> None:
        """Forget the rows in another theme's colours."""
        self._strips.clear()
        self._styles.clear()
        super().notify_style_update()

    def drawn(self, columns: int, rows: int) -> list[Strip]:
        """Return the rows of the picture at another size."""
        picture = self._draw(columns, rows)
        return [self._strip(picture, y) for y in range(len(picture.glyphs))]

    def _strip(self, picture: Picture, y: int) -> Strip:
        glyphs, shades = picture.glyphs[y], picture.shades[y]
        roles = _without_blanks(glyphs, picture.roles[y])
        changing = (np.diff(roles) != 0) | (np.diff(shades) != 0)
        bounds = [0, *(np.flatnonzero(changing) + 1).tolist(), len(roles)]
        segments = []
        for start, end in pairwise(bounds):
            text = "".join(chr(glyph) for glyph in glyphs[start:end].tolist() if glyph != CONTINUED)
            segments.append(Segment(text, self.style_of(int(roles[start]), int(shades[start]))))
        return Strip(segments, len(glyphs))

    def style_of(self, role: int, shade: int) -> Style:
        """Return the style of a cell by its role and the number of its background."""
        style = self._styles.get((role, shade))
        if style is None:
            if role == Role.NOTHING:
                style = self.rich_style
            else:
                style = self.component_style(f"plot--{Role(role).name.lower()}")
            if shade:
                ground = self.component_style(f"plot--shade-{shade}")
                style += Style(bgcolor=ground.bgcolor)
            self._styles[role, shade] = style
        return style


def _without_blanks(glyphs: Glyphs, roles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the roles of a row in which blanks, having no colour, take the role to their left.

    Each change of colour costs the terminal some 50 bytes. Filled cells end where they end.
    """
    filled = IS_STATE[roles]
    filled[1:] |= filled[:-1]
    ink = np.where((glyphs == BLANK) & ~filled, 0, np.arange(len(glyphs)))
    return roles[np.maximum.accumulate(ink)]


def changes(last: Picture, now: Picture) -> Iterator[Region]:
    """Yield the part of each row that differs between two pictures of the same size.

    There is one part a row: for each further one, Textual would send the row again from the
    widget's left edge.
    """
    differ = (last.glyphs != now.glyphs) | (last.roles != now.roles) | (last.shades != now.shades)
    for y in np.flatnonzero(differ.any(axis=1)).tolist():
        columns = np.flatnonzero(differ[y])
        yield Region(int(columns[0]), y, int(columns[-1] - columns[0]) + 1, 1)
