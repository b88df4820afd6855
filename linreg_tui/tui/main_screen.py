"""The screen with the panes, on which all others lie."""

from __future__ import annotations

from textual.screen import Screen


class MainScreen(Screen[None]):
    """Paints what has changed beneath another screen, once.

    Textual then takes all of it for changed at the next message, and so on: beneath a form, a run
    would have the whole screen painted anew for each of its steps.
    """

    def _compositor_refresh(self) -> None:
        all_of_it = self._repaint_required
        super()._compositor_refresh()
        if not (all_of_it or self.is_active):
            self._repaint_required = False
            self._repaint_regions.clear()
