"""A question with a few answers, each of them a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Static

from linreg_tui.tui.dialog_screen import DialogScreen


class Question(DialogScreen[str | None]):
    """Closes with the key of an answer, or None for none of them.

    `answers` are what the keys, of one character each, stand for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape,ctrl+x", "answer(None)", "Back")]

    def __init__(self, title: str, text: str, answers: Mapping[str, str]) -> None:
        super().__init__()
        self._title, self._text, self._answers = title, text, answers

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with Vertical(id="question") as box:
            box.border_title = self._title
            yield Static(Content(self._text))
            keys = [
                f"[b $footer-key-foreground]{key}[/] [@click=screen.answer('{key}')]{meaning}[/]"
                for key, meaning in self._answers.items()
            ]
            back = "[b $footer-key-foreground]esc/ctrl+x[/] [@click=screen.answer(None)]back[/]"
            yield Static("  ".join([*keys, back]), id="keys")

    def on_key(self, event: Key) -> None:
        """An answer; other keys are none."""
        if event.character in self._answers:
            event.stop()
            self.dismiss(event.character)

    def action_answer(self, answer: str | None) -> None:
        """A click on an answer, or the way back."""
        self.dismiss(answer)
