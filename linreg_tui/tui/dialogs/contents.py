"""The list of the tour's chapters, to jump to one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from linreg_tui.tour.chapter import Chapter
from linreg_tui.tui.dialogs.base import DialogScreen, PlainList
from linreg_tui.tui.keys import Key
from linreg_tui.tui.tour.guide import END, FORGET

FORGETTING, ENDING = (f"choose('{what}')" for what in (FORGET, END))


class ContentsScreen(DialogScreen[str | None]):
    """Closes with the name of a chapter, with another choice, or with None."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "enter", "go", "Go there", "go there"),
        Key("f", "f", FORGETTING, "Forget place and answers", "forget place and answers"),
        Key("q", "q", ENDING, "End the tour", "end the tour"),
        Key("i,escape,backspace", "i", "cancel", "Close", "close"),
    )
    BOX = "contents"

    def __init__(self, chapters: tuple[Chapter, ...], here: int) -> None:
        super().__init__("The tour")
        self._chapters = chapters
        self._here = here

    def compose_box(self) -> ComposeResult:
        """Compose the titles."""
        titles = (f"{chapter.number:>2}  {chapter.title}" for chapter in self._chapters)
        yield PlainList(*(Option(Content(title)) for title in titles), compact=True)

    def on_mount(self) -> None:
        """Start at the present chapter."""
        self.query_one(PlainList).highlighted = self._here

    def action_go(self) -> None:
        """Go to the chapter under the cursor."""
        self._go(self.query_one(PlainList).highlighted or 0)

    @on(OptionList.OptionSelected)  # by a click
    def go(self, event: OptionList.OptionSelected) -> None:
        """Go to the chapter that was clicked."""
        self._go(event.option_index)

    def _go(self, place: int) -> None:
        self.dismiss(self._chapters[place].name)

    def action_choose(self, what: str) -> None:
        """Choose something other than a chapter."""
        self.dismiss(what)
