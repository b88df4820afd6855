"""The command palette, which closes once."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widgets import Button, Input


class Palette(CommandPalette):
    """A command palette that runs only the first choice.

    If enter is pressed again before the palette has closed, Textual's palette runs the command
    twice, and the second time it closes the screen on top instead of itself: the one with the
    panes.

    No issue found. Checked with Textual 8.2.4 and 8.2.8.
    """

    def _select_or_command(self, event: Input.Submitted | Button.Pressed | None = None) -> None:
        if self.is_active:
            super()._select_or_command(event)
            if not self.is_active:
                self._selected_command = None
