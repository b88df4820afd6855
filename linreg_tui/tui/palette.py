"""The command palette: Textual's own, which closes once."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.theme import ThemeProvider
from textual.widgets import Button, Input


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
