"""A question with a few answers, each with a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from linreg_tui.tui.dialogs.base import Body, DialogScreen, cancel_key
from linreg_tui.tui.keys import Key


class Question(DialogScreen[str | None]):
    """Closes with the key of an answer, or None.

    `answers` maps each key, one character, to its answer.
    """

    KEYS: ClassVar[tuple[Key, ...]] = (cancel_key("back"),)
    BOX = "question"

    def __init__(self, title: str, text: str, answers: Mapping[str, str]) -> None:
        super().__init__(title)
        self._text, self._answers = text, answers

    @property
    def keys(self) -> tuple[Key, ...]:
        """The answers, and the key that goes back."""
        answers = (
            Key(key, key, f"answer('{key}')", meaning, meaning)
            for key, meaning in self._answers.items()
        )
        return (*answers, *self.KEYS)

    def compose_box(self) -> ComposeResult:
        """Compose the question."""
        with Body():
            yield Static(Content(self._text))

    def on_key(self, event: events.Key) -> None:
        """Close with the answer of this key, if there is one."""
        if event.character in self._answers:
            event.stop()
            self.dismiss(event.character)

    def action_answer(self, answer: str) -> None:
        """Close with the answer that was clicked."""
        self.dismiss(answer)
