"""The screen with the panes, beneath all other screens."""

from __future__ import annotations

from textual._styles_cache import StylesCache
from textual.screen import Screen


class MainScreen(Screen[None]):
    """A screen that repaints changes beneath another screen once, and forgets closed screens.

    When something changes beneath another screen, Textual marks all of the lower screen as changed,
    and again at each message that follows. Beneath a form, a run would have the whole screen
    painted again for each of its steps (the discussion is Textualize/textual#3055).

    Textual also remembers two colours of the last 1,024 widgets, and with them all lines that it
    has painted of each, long after they are gone (Textualize/textual#6665).

    Checked with Textual 8.2.4 and 8.2.8.
    """

    def on_screen_resume(self) -> None:
        """Discard what was painted of screens that have closed."""
        StylesCache.get_inner_outer.cache_clear()

    def _compositor_refresh(self) -> None:
        whole_screen = self._repaint_required
        super()._compositor_refresh()
        if not (whole_screen or self.is_active):
            self._repaint_required = False
            self._repaint_regions.clear()
