"""A question with a few answers, each of them a key."""

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
    """Closes with the key of an answer, or None for none of them.

    `answers` are what the keys, of one character each, stand for.
    """

    KEYS: ClassVar[tuple[Key, ...]] = (cancel_key("back"),)
    BOX = "question"

    def __init__(self, title: str, text: str, answers: Mapping[str, str]) -> None:
        super().__init__(title)
        self._text, self._answers = text, answers

    @property
    def keys(self) -> tuple[Key, ...]:
        """The answers, and the way back."""
        answers = (
            Key(key, key, f"answer('{key}')", meaning, meaning)
            for key, meaning in self._answers.items()
        )
        return (*answers, *self.KEYS)

    def compose_box(self) -> ComposeResult:
        """The question."""
        with Body():
            yield Static(Content(self._text))

    def on_key(self, event: events.Key) -> None:
        """An answer; other keys are none."""
        if event.character in self._answers:
            event.stop()
            self.dismiss(event.character)

    def action_answer(self, answer: str) -> None:
        """A click on an answer."""
        self.dismiss(answer)
