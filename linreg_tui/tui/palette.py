"""The command palette: Textual's own, which closes once, and what can be searched in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.theme import ThemeProvider
from textual.widgets import Button, Input

from linreg_tui.tui.keys import KEYS

REPEATED = ("Keys", "Quit")
"""Commands of Textual's that our help and our key for leaving already are."""


class Palette(CommandPalette):
    """Runs what was chosen first.

    Of two presses of enter before the list has told of the first, Textual's runs both, and the
    second one closes the screen that it finds instead of itself: that of the panes.
    """

    def _select_or_command(self, event: Input.Submitted | Button.Pressed | None = None) -> None:
        if self.is_active:
            super()._select_or_command(event)
            if not self.is_active:
                self._selected_command = None


def of_commands() -> Palette:
    """All that there is to do."""
    return Palette(id="--command-palette")


def of_themes() -> Palette:
    """All themes."""
    return Palette(providers=[ThemeProvider], placeholder="Search for themes…")


def commands(app: App[None], usual: Iterable[SystemCommand]) -> Iterator[SystemCommand]:
    """Everything that has a key, the report, and what is usual besides."""
    for key in KEYS:
        yield SystemCommand(key.meaning, f"key {key.shown}", partial(app.run_action, key.action))
    report = partial(app.run_action, "app.report")
    yield SystemCommand("Report of the homework", "also under x", report)
    yield from (command for command in usual if command.title not in REPEATED)
