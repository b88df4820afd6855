"""The footer: the keys, as many as there is room for."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from linreg_tui.tui.keys import KEYS, POKE_KEYS, SWEEP_KEYS
from linreg_tui.tui.poke.plane import Plane

EXPENDABLE = {"live('restart')"}
"""What has to go as well while points are edited."""

ALL_COLUMNS = 119
"""Columns from which on all keys fit."""


class KeysFooter(Footer):
    """Leaves the less important keys out where there is too little room."""

    def compose(self) -> ComposeResult:
        """The keys."""
        roomy = {key.action for key in (*KEYS, *SWEEP_KEYS, *POKE_KEYS) if key.roomy}
        if isinstance(self.screen.focused, Plane):
            roomy |= EXPENDABLE
        for widget in super().compose():
            if isinstance(widget, FooterKey) and widget.action in roomy and self._narrow:
                continue
            yield widget

    def on_resize(self) -> None:
        """Think again."""
        self.call_after_refresh(self.recompose)

    @property
    def _narrow(self) -> bool:
        return self.app.size.width < ALL_COLUMNS
