"""The entry in which one types what to find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.events import Key

from linreg_tui.tui.forms.field import Entry as TextEntry


class Finding(TextEntry):
    """What is typed to find something; the list's keys act on the list."""

    KEYS: ClassVar[Mapping[str, str]] = {
        "up": "move('cursor_up')",
        "down": "move('cursor_down')",
        "pageup": "move('page_up')",
        "pagedown": "move('page_down')",
        "enter": "choose",
        "tab": "into",
    }
    WHEN_EMPTY: ClassVar[Mapping[str, str]] = {
        "home": "move('first')",
        "end": "move('last')",
        "left": "up",
        "backspace": "up",
        "right": "into",
    }

    async def on_key(self, event: Key) -> None:
        """Do what a key of the list does; the others are typed."""
        action = self.KEYS.get(event.key) or (not self.value and self.WHEN_EMPTY.get(event.key))
        if action:
            event.stop()
            event.prevent_default()  # or it would be typed as well
            await self.run_action(f"screen.{action}")
