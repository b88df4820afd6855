"""The screen with the panes, on which all others lie."""

from __future__ import annotations

from textual._styles_cache import StylesCache
from textual.screen import Screen


class MainScreen(Screen[None]):
    """Paints what has changed beneath another screen, once, and forgets the screens that close.

    Textual then takes all of it for changed at the next message, and so on: beneath a form, a run
    would have the whole screen painted anew for each of its steps.
    """

    def on_screen_resume(self) -> None:
        """Let go of what was painted of screens that have closed: all their lines.

        Textual remembers two colours of the last 1,024 widgets, and with them what it has painted
        of each, long after they are gone.
        """
        StylesCache.get_inner_outer.cache_clear()

    def _compositor_refresh(self) -> None:
        all_of_it = self._repaint_required
        super()._compositor_refresh()
        if not (all_of_it or self.is_active):
            self._repaint_required = False
            self._repaint_regions.clear()
