"""A field of a form: a label, and a text or a choice of words that can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

LONGEST = 24
"""Characters; the longest number there is has as many."""


class Entry(Input, inherit_bindings=False):
    """A text in a row of its own; up, down, enter and ctrl+x are the form's.

    What is wrong with it is the form's to say. So it needs none of the classes by which Textual
    tells that and that it has no border: each of them would style it anew while a form opens.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding
        for binding in Input.BINDINGS
        if isinstance(binding, Binding) and binding.key not in ("enter", "ctrl+x")
    ]

    def validate(self, _: str) -> None:
        """Find nothing wrong."""


class Choice(Widget, can_focus=True):
    """One of some words; a click on its left half turns to the one before, else to the next."""

    word: reactive[str] = reactive("")

    class Changed(Message):
        """There is another word now."""

    def __init__(self, words: Sequence[str], word: str) -> None:
        super().__init__()
        self._words = words
        self.set_reactive(Choice.word, word)

    def turn(self, direction: int) -> None:
        """To the next word (1) or the one before (-1), round and round."""
        place = self._words.index(self.word) + direction
        self.word = self._words[place % len(self._words)]

    def render(self) -> Content:
        """The word between arrows that stay where they are."""
        room = self.content_size.width - 4
        return Content(f"‹ {self.word:{max(room, 0)}} ›")

    def watch_word(self) -> None:
        """Tell the form."""
        self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        """Turn."""
        self.turn(-1 if event.x < self.size.width // 2 else 1)


class Field(Horizontal):
    """One setting: a mark if it is wrong or changes nothing, its label, and its value as text.

    It is a choice of words, if there are any, and else an entry.
    """

    def __init__(
        self,
        setting: str,
        label: str,
        text: str,
        words: Sequence[str] = (),
        longest: int = LONGEST,
        *,
        idle: bool = False,
    ) -> None:
        super().__init__(id=f"field-{setting}", classes="idle" if idle else None)
        self.setting = setting
        self.label = label
        self._label = Static(self._marked(), classes="label")
        self._control = Choice(words, text) if words else Entry(text, max_length=longest)

    def compose(self) -> ComposeResult:
        """Mark and label, value."""
        yield self._label
        yield self._control

    @property
    def text(self) -> str:
        """What is typed or chosen."""
        return self._control.value if isinstance(self._control, Input) else self._control.word

    @text.setter
    def text(self, text: str) -> None:
        if isinstance(self._control, Input):
            self._control.value = text
        else:
            self._control.word = text

    @property
    def focused(self) -> bool:
        """Whether what is typed goes here."""
        return self._control.has_focus

    @property
    def idle(self) -> bool:
        """Whether it is shown as changing nothing."""
        return self.has_class("idle")

    def enter(self) -> None:
        """Let what is typed go here."""
        self._control.focus()

    def mark(self, *, wrong: bool, idle: bool) -> None:
        """Show whether the value is wrong, and whether it changes nothing."""
        if (wrong, idle) != (self.has_class("wrong"), self.idle):
            self.set_class(wrong, "wrong")
            self.set_class(idle, "idle")
            self._label.update(self._marked(), layout=False)

    def _marked(self) -> Content:
        mark = "✗" if self.has_class("wrong") else "–" if self.idle else " "
        return Content(f"{mark} {self.label}")

    def on_descendant_focus(self) -> None:
        """What is typed goes here now."""
        self.add_class("here")

    def on_descendant_blur(self) -> None:
        """It no longer does."""
        self.remove_class("here")

    def on_click(self) -> None:
        """The label stands for what it names."""
        self.enter()
