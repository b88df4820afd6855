"""Help: every key, and what the words on the screen mean, on a screen of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, zip_longest
from textwrap import wrap
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from linreg_tui.tui.dialogs.base import DialogScreen
from linreg_tui.tui.glossary import GLOSSARY
from linreg_tui.tui.keys import (
    EDIT_KEYS,
    HAND_KEYS,
    KEYS,
    LIVE_KEYS,
    ON_THE_PATH,
    SWEEP_KEYS,
    Key,
    of_curves,
)
from linreg_tui.tui.panes.data.plane import Plane
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.panes.live.timeline import EVENTS
from linreg_tui.tui.panes.sweep.curves_plot import CurvesPlot
from linreg_tui.tui.panes.sweep.trial_table import TrialTable

BOX_COLUMNS, FRAME_COLUMNS = 78, 6
"""The columns of the box, and those of its frame and scroll bar."""

TWO_COLUMNS = 80
"""Least width of a screen with two columns of keys."""

CLOSE = Key("question_mark,q,enter,escape", "?", "cancel", "Close", "closes")


TURN = Key("g,tab,right,left", "g", "turn", "Keys or words", "words")


class HelpScreen(DialogScreen[None]):
    """The keys and what they do, or a glossary; ?, q or enter closes it."""

    KEYS: ClassVar[tuple[Key, ...]] = (CLOSE, TURN)
    ROOMY = Size(TWO_COLUMNS, 22)

    def __init__(
        self, focused: Widget | None = None, *, in_tour: bool = False, words: bool = False
    ) -> None:
        title, self._keys = "Help", tuple[Key, ...](KEYS)
        self._in_sweep = isinstance(focused, TrialTable | CurvesPlot)
        if self._in_sweep:
            title = "Help: the sweep"
            self._keys = (*SWEEP_KEYS, *(key for key in KEYS if key not in LIVE_KEYS))
            if isinstance(focused, CurvesPlot):
                title, self._keys = "Help: the curves", of_curves(self._keys)
        elif isinstance(focused, Plane):
            title, self._keys = "Help: editing points", _before_others(EDIT_KEYS, "v")
        elif isinstance(focused, LivePane):
            title, self._keys = "Help: fitting by hand", _before_others(HAND_KEYS)
        if in_tour and not isinstance(focused, Plane):
            self._keys = (*ON_THE_PATH, *self._keys)
        super().__init__(title)
        self._table = Static()
        self._words = words

    def compose(self) -> ComposeResult:
        """Compose the table in a box that scrolls; the frame names the key that closes it."""
        self.fit(self.app.size)
        with VerticalScroll() as box:
            self._box = box
            yield from self.compose_box()
        self._show_title()

    def compose_box(self) -> ComposeResult:
        """Compose the keys, or the words."""
        yield self._table

    def action_turn(self) -> None:
        """Show the words instead of the keys, or the keys again."""
        self._words = not self._words
        self._show_title()
        self.fit(self.app.size)
        self._box.scroll_home(animate=False)

    def _show_title(self) -> None:
        self._box.border_title = "Help: the words on the screen" if self._words else self.box_title
        other = "keys" if self._words else "words"
        self._box.border_subtitle = f"{TURN.shown} {other}  {CLOSE.shown} {CLOSE.footer}"

    def fit(self, size: Size) -> None:
        """Use two columns of keys if they fit, so that 24 lines are enough."""
        super().fit(size)
        columns = min(BOX_COLUMNS, size.width) - FRAME_COLUMNS
        self._table.update(_glossary(columns) if self._words else self._columns(size))

    def _columns(self, size: Size) -> Content:
        entries = [*_merged(self._keys), ("ctrl+p", "All of this by name")]
        columns = 2 if size.width >= TWO_COLUMNS else 1
        rows = -(-len(entries) // columns)
        parts = [_column(entries[start : start + rows]) for start in range(0, len(entries), rows)]
        lines = zip_longest(*parts, fillvalue=Content())
        made = [Content("   ").join(line) for line in lines]
        if not self._in_sweep:
            marks = "".join(f"  {glyph} {kind}" for kind, (glyph, _) in EVENTS.items())
            made.append(Content.styled("timeline:", "bold") + marks)
        return Content("\n").join(made)


def _glossary(columns: int) -> Content:
    """Return each word with its meaning, which continues below itself."""
    width = max(map(cell_len, GLOSSARY)) + 2
    lines = []
    for word, meaning in GLOSSARY.items():
        first, *others = wrap(meaning, columns - width)
        lines.append(Content.styled(set_cell_size(word, width), "bold") + first)
        lines += [Content(" " * width + line) for line in others]
    return Content("\n").join(lines)


def _before_others(keys: Sequence[Key], *off: str) -> tuple[Key, ...]:
    """Return the keys of a pane, then those of the application that they leave, without `off`."""
    taken = {name for key in keys for name in key.keys.split(",")} | set(off)
    return (*keys, *(key for key in KEYS if not taken & set(key.keys.split(","))))


def _column(entries: Sequence[tuple[str, str]]) -> list[Content]:
    """Return lines of keys and their meanings, each as long as the others."""
    shown, meaning = (max(map(cell_len, texts)) for texts in zip(*entries, strict=True))
    return [
        Content.styled(key.rjust(shown + len(key) - cell_len(key)), "bold")
        + f" {set_cell_size(text, meaning)}"
        for key, text in entries
    ]


def _merged(keys: Sequence[Key]) -> list[tuple[str, str]]:
    """Return what is printed on keys and what they do; pairs and keys that do the same are one."""
    same = groupby(keys, key=lambda key: key.pair or key.meaning)
    return [(_shown(list(group)), meaning) for meaning, group in same]


def _shown(keys: Sequence[Key]) -> str:
    """Return what is printed on keys, apart where it is more than a character."""
    apart = keys[0].pair and any(len(key.shown) > 1 for key in keys)
    return (" " if apart else "").join(key.shown for key in keys)
