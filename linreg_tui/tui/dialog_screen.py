"""What all screens over the panes have in common."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.events import ScreenResume
from textual.screen import ModalScreen

Outcome = TypeVar("Outcome")


class DialogScreen(ModalScreen[Outcome], Generic[Outcome]):
    """A screen that closes with an outcome; styled once when it opens.

    Textual styles what is mounted, and once more when its screen comes to the top, since the theme
    may have changed while it did not. A screen that has just been made has nothing to catch up on.
    """

    _has_been_on_top = False

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Style it anew, but for the first time."""
        event.refresh_styles = self._has_been_on_top
        self._has_been_on_top = True
