"""The list of the tour's chapters, to jump to one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui.tour.chapter import Chapter
from linreg_tui.tui.dialog_screen import DialogScreen
from linreg_tui.tui.forms.plain_list import PlainList
from linreg_tui.tui.tour.guide import END, FORGET

KEYS = "  ".join(
    [
        "[b $footer-key-foreground]enter[/] go there",
        f"[b $footer-key-foreground]f[/] [@click=screen.choose('{FORGET}')]"
        "forget place and answers[/]",
        f"[b $footer-key-foreground]q[/] [@click=screen.choose('{END}')]end the tour[/]",
        "[b $footer-key-foreground]i[/] [@click=screen.close]close[/]",
    ]
)


class ContentsScreen(DialogScreen[str | None]):
    """Closes with the name of a chapter, with what else was chosen, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "go", "Go there"),
        ("i,escape,backspace", "close", "Close"),
        ("f", f"choose('{FORGET}')", "Forget place and answers"),
        ("q", f"choose('{END}')", "End the tour"),
    ]

    def __init__(self, chapters: tuple[Chapter, ...], here: int) -> None:
        super().__init__()
        self._chapters = chapters
        self._here = here

    def compose(self) -> ComposeResult:
        """The titles, and the keys."""
        with Vertical(id="contents") as box:
            box.border_title = "The tour"
            yield PlainList(
                *(
                    Option(Content(f"{chapter.number:>2}  {chapter.title}"))
                    for chapter in self._chapters
                ),
                compact=True,
            )
            yield Static(KEYS, id="keys")

    def on_mount(self) -> None:
        """Begin with the chapter that one is in."""
        self.query_one(PlainList).highlighted = self._here

    def action_go(self) -> None:
        """The chapter under the cursor is chosen."""
        self._go(self.query_one(PlainList).highlighted or 0)

    @on(OptionList.OptionSelected)  # by a click
    def go(self, event: OptionList.OptionSelected) -> None:
        """A chapter is chosen."""
        self._go(event.option_index)

    def _go(self, place: int) -> None:
        self.dismiss(self._chapters[place].name)

    def action_choose(self, what: str) -> None:
        """Something other than a chapter is."""
        self.dismiss(what)

    def action_close(self) -> None:
        """Nothing is."""
        self.dismiss(None)
