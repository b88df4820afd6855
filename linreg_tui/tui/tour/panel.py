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
from linreg_tui.tui.tour.guide import TourText

BESIDE_FROM_COLUMNS = 110
"""Columns from which the text stands beside the plots."""

BESIDE_COLUMNS = EQUATION + 5
BELOW_ROWS = ROWS + 1
BRIEF_ROWS = 4
LEAST_PLOT_ROWS = 7
"""Rows that a text too long for a small screen leaves to the plot."""

ROLES = {
    Tone.PLAIN: Role.TEXT,
    Tone.STRONG: Role.BATCH,
    Tone.KEY: Role.HERE,
    Tone.EQUATION: Role.REFERENCE,
    Tone.LABEL: Role.LABEL,
}


NO_TEXT = TourText("", "", "")
"""The text outside the tour."""


class TourPanel(Vertical):
    """Shows the tour's text; while the learner watches a scene, calls `check_scene`."""

    def __init__(self, check_scene: Callable[[], None]) -> None:
        super().__init__(id="tour")
        self._check_scene = check_scene
        self._tour_text = NO_TEXT
        self._brief = False

    def compose(self) -> ComposeResult:
        """Compose the text."""
        yield Plot(lambda c, r: draw_text(c, r, self._tour_text, brief=self._brief))

    def on_mount(self) -> None:
        """Make the timer that checks whether what the learner watches is over."""
        self._timer = self.set_interval(0.1, self._check_scene, pause=True)

    def show(self, tour_text: TourText, *, brief: bool) -> None:
        """Show a text, in brief for the back row."""
        self._tour_text, self._brief = tour_text, brief
        self.border_title = Content(tour_text.title)
        self.query_one(Plot).redraw()
        if tour_text.watching:
            self._timer.resume()
        else:
            self._timer.pause()

    def share(self, size: Size) -> tuple[Size, str]:
        """Set the panel's size; return what is left of the screen and the panel's place."""
        columns, rows = size
        tour_text = self._tour_text
        if tour_text.page:
            self.styles.width, self.styles.height = "1fr", "1fr"
            return size, "page"
        if columns >= BESIDE_FROM_COLUMNS and not self._brief:
            width = max(BESIDE_COLUMNS, columns * 3 // 10)
            self.styles.width, self.styles.height = width, "1fr"
            return Size(columns - width, rows), "beside"
        height = BRIEF_ROWS
        if not self._brief:
            needed = len(_rows(tour_text, min(COLUMNS, columns - 4), None, brief=False)) + 1
            height = max(BELOW_ROWS, min(needed, rows - 1 - LEAST_PLOT_ROWS))
            if columns >= COLUMNS + 4:
                height = BELOW_ROWS
        self.styles.width, self.styles.height = "1fr", height
        return Size(columns, rows - height), "below"


def draw_text(columns: int, rows: int, tour_text: TourText, *, brief: bool) -> Picture:
    """Draw the text from the top, on a page in the middle, with the line of the keys at its end.

    Where there is room, the chapters are at the bottom.
    """
    picture = blank(columns, rows)
    width = min(COLUMNS, columns)
    text = _rows(tour_text, width, rows, brief=brief)
    left, top = 0, 0
    if tour_text.page:
        left, top = (columns - width) // 2, max(0, (rows - len(text)) // 3)
    if not (tour_text.page or brief) and rows > len(text) + len(tour_text.chapters) + 1:
        for place, title in enumerate(tour_text.chapters):
            here = place == tour_text.chapter
            shown = f"▸ {title}" if here else f"  {title}"
            bottom = rows - len(tour_text.chapters) + place
            write(picture, bottom, 0, shown, Role.TEXT if here else Role.LABEL)
    for number, row in enumerate(text, top):
        column = left
        for piece, tone in row:
            if number < rows:
                write(picture, number, column, piece, ROLES[tone])
            column += len(piece)
    return picture


def _rows(tour_text: TourText, width: int, most: int | None, *, brief: bool) -> Rows:
    last = lay_out(tour_text.last, width) if tour_text.last else []
    room = None if most is None else most - len(last)
    text = lay_out(
        f"**{tour_text.brief.replace('**', '')}**" if brief else tour_text.text, width, room
    )
    spare = last and (room is None or len(text) < room) and not brief
    return [*text, *([[]] if spare else []), *last]
