"""The tour's panel: its text below the plot, beside it, or alone."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size

from linreg_tui.tour.chapters import COLUMNS, EQUATION, ROWS
from linreg_tui.tour.text import Rows, Tone, lay_out
from linreg_tui.tui.drawing.picture import Picture, Role, blank, write
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.tour.guide import Told

BESIDE = 110
"""Columns from which on the text stands beside the plots."""

BESIDE_COLUMNS = EQUATION + 5
BELOW_ROWS = ROWS + 1
BRIEF_ROWS = 4
LEAST_PLOT = 7
"""Rows that a text which is too long for a small screen leaves to the plot."""

ROLES = {
    Tone.PLAIN: Role.TEXT,
    Tone.STRONG: Role.BATCH,
    Tone.KEY: Role.HERE,
    Tone.EQUATION: Role.REFERENCE,
    Tone.LABEL: Role.LABEL,
}


NOTHING = Told("", "", "")
"""What it says outside of the tour."""


class TourPanel(Vertical):
    """Shows what the tour says; `look` is called while one watches, to see whether it is over."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__(id="tour")
        self._look = look
        self._told = NOTHING
        self._brief = False

    def compose(self) -> ComposeResult:
        """The text."""
        yield Plot(lambda c, r: draw_told(c, r, self._told, brief=self._brief))

    def on_mount(self) -> None:
        """Look whether what the learner watches is over."""
        self._looking = self.set_interval(0.1, self._look, pause=True)

    def show(self, told: Told, *, brief: bool) -> None:
        """Say this, in brief for the back row."""
        self._told, self._brief = told, brief
        self.border_title = Content(told.title)
        self.query_one(Plot).redraw()
        if told.watching:
            self._looking.resume()
        else:
            self._looking.pause()

    def share(self, size: Size) -> tuple[Size, str]:
        """Take room on a screen of some size; what is left of it, and where the panel is."""
        columns, rows = size
        told = self._told
        if told.page:
            self.styles.width, self.styles.height = "1fr", "1fr"
            return size, "page"
        if columns >= BESIDE and not self._brief:
            width = max(BESIDE_COLUMNS, columns * 3 // 10)
            self.styles.width, self.styles.height = width, "1fr"
            return Size(columns - width, rows), "beside"
        height = BRIEF_ROWS
        if not self._brief:
            needed = len(_rows(told, min(COLUMNS, columns - 4), None, brief=False)) + 1
            height = max(BELOW_ROWS, min(needed, rows - 1 - LEAST_PLOT))
            if columns >= COLUMNS + 4:
                height = BELOW_ROWS
        self.styles.width, self.styles.height = "1fr", height
        return Size(columns, rows - height), "below"


def draw_told(columns: int, rows: int, told: Told, *, brief: bool) -> Picture:
    """The text from the top, on a page in the middle; at its end the line with the keys.

    Where there is room, the chapters are at the bottom.
    """
    picture = blank(columns, rows)
    width = min(COLUMNS, columns)
    text = _rows(told, width, rows, brief=brief)
    left, top = 0, 0
    if told.page:
        left, top = (columns - width) // 2, max(0, (rows - len(text)) // 3)
    if not (told.page or brief) and rows > len(text) + len(told.chapters) + 1:
        for place, title in enumerate(told.chapters):
            here = place == told.chapter
            shown = f"▸ {title}" if here else f"  {title}"
            bottom = rows - len(told.chapters) + place
            write(picture, bottom, 0, shown, Role.TEXT if here else Role.LABEL)
    for number, row in enumerate(text, top):
        column = left
        for piece, tone in row:
            if number < rows:
                write(picture, number, column, piece, ROLES[tone])
            column += len(piece)
    return picture


def _rows(told: Told, width: int, most: int | None, *, brief: bool) -> Rows:
    last = lay_out(told.last, width) if told.last else []
    room = None if most is None else most - len(last)
    text = lay_out(f"**{told.brief.replace('**', '')}**" if brief else told.text, width, room)
    spare = last and (room is None or len(text) < room) and not brief
    return [*text, *([[]] if spare else []), *last]
