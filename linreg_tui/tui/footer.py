"""The footer: the keys, as many as there is room for."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from linreg_tui.tui.keys import FOOTER_IN_TOUR, KEYS, POKE_KEYS, SWEEP_KEYS
from linreg_tui.tui.poke.plane import Plane

EXPENDABLE = {"live('restart')"}
"""What has to go as well while points are edited."""

ALL_COLUMNS = 119
"""Columns from which on all keys fit."""


class KeysFooter(Footer):
    """Leaves the less important keys out where there is too little room."""

    def compose(self) -> ComposeResult:
        """The keys."""
        if self.screen.has_class("touring"):
            yield from self._in_the_tour()
            return
        roomy = {key.action for key in (*KEYS, *SWEEP_KEYS, *POKE_KEYS) if key.roomy}
        if isinstance(self.screen.focused, Plane):
            roomy |= EXPENDABLE
        for widget in super().compose():
            if isinstance(widget, FooterKey) and widget.action in roomy and self._narrow:
                continue
            yield widget

    def _in_the_tour(self) -> ComposeResult:
        """Those that lead through it, and of the others the ones that it is about."""
        awake = {active.binding.action for active in self.screen.active_bindings.values()}
        keys = [(key, text) for key, text in FOOTER_IN_TOUR if key.action in awake]
        for (key, text), (_, following) in zip(keys, [*keys[1:], (None, "")], strict=True):
            shown = "" if text == following else text
            style = "-grouped" if text == following else ""
            yield FooterKey(
                key.keys.split(",")[0],
                key.shown,
                shown,
                key.action,
                tooltip=key.meaning,
                classes=style,
            ).data_bind(compact=Footer.compact)

    def on_resize(self) -> None:
        """Think again."""
        self.call_after_refresh(self.recompose)

    @property
    def _narrow(self) -> bool:
        return self.app.size.width < ALL_COLUMNS
