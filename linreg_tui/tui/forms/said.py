"""A line on a dialog that says what will be, or what is wrong."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Said(Static):
    """Says one thing at a time, as text and never as markup."""

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say this instead of what was said before."""
        self.update(Content(words))
        self.set_class(wrong, "wrong")
