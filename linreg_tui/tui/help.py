"""Help: every key, on a screen of its own."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from linreg_tui.tui.keys import KEYS, LIVE_KEYS, ON_THE_PATH, SWEEP_KEYS, Key
from linreg_tui.tui.timeline import EVENTS


class HelpScreen(ModalScreen[None]):
    """The keys and what they do; ? or q or enter closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("question_mark,q,enter,escape", "dismiss", "Close"),
    ]

    def __init__(self, *, in_sweep: bool = False, in_tour: bool = False) -> None:
        super().__init__()
        self._in_sweep = in_sweep
        self._in_tour = in_tour

    def compose(self) -> ComposeResult:
        """A table of the keys as they are now, in two columns so that it fits on 24 lines."""
        keys: tuple[Key, ...] = KEYS
        if self._in_sweep:
            keys = (*SWEEP_KEYS, *(key for key in KEYS if key not in LIVE_KEYS))
        if self._in_tour:
            keys = (*ON_THE_PATH, *keys)
        entries = [(key.shown, key.meaning) for key in keys] + [("ctrl+p", "All of this by name")]
        half = -(-len(entries) // 2)
        table = Table.grid(padding=(0, 1))
        for left, right in zip_longest(entries[:half], entries[half:], fillvalue=("", "")):
            table.add_row(*_cells(*left), "  ", *_cells(*right))
        marks = Text("timeline:", style="bold")
        for kind, (glyph, _) in EVENTS.items():
            marks.append(f"  {glyph} {kind}", style="not bold")
        box = VerticalScroll(Static(table), *([] if self._in_sweep else [Static(marks)]))
        box.border_title = "Help: the sweep" if self._in_sweep else "Help"
        box.border_subtitle = "? closes"
        yield box


def _cells(shown: str, meaning: str) -> tuple[Text, Text]:
    return Text(shown, style="bold", justify="right"), Text(meaning)
