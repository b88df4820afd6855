"""What all forms have in common: fields to walk through, words to turn, a way out."""

from __future__ import annotations

from typing import ClassVar, Generic

from textual.binding import BindingType
from textual.reactive import Reactive
from textual.widget import Widget

from linreg_tui.tui.dialog_screen import DialogScreen, Outcome
from linreg_tui.tui.forms.field import Choice, Field


class FormScreen(DialogScreen[Outcome | None], Generic[Outcome]):
    """A form over the panes; closes with what was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,ctrl+s", "apply", "Apply"),
        ("escape,ctrl+x", "cancel", "Cancel"),
        ("up", "app.focus_previous", "Field above"),
        ("down", "app.focus_next", "Field below"),
        ("left", "turn(-1)", "Word before"),
        ("right,space", "turn(1)", "Next word"),
    ]

    # What has the focus shows it; Textual would paint all of the screen anew, and what lies below.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}

    @property
    def fields(self) -> list[Field]:
        """All fields, from top to bottom and left to right."""
        # A query would match its selector against every widget, at each key.
        return [node for node in self.walk_children() if isinstance(node, Field)]

    def read_texts(self) -> bool:
        """Take down the `texts` of all fields by their settings; whether any is another one."""
        before, self.texts = self.texts, {field.setting: field.text for field in self.fields}
        return self.texts != before

    async def until_proposed(self) -> None:
        """Wait until what is proposed, by workers of the group `proposal`, is there."""
        for worker in list(self.workers):
            if (worker.node, worker.group) == (self, "proposal"):
                await worker.wait()

    def action_cancel(self) -> None:
        """Close without."""
        self.dismiss(None)

    def action_turn(self, direction: int) -> None:
        """The next or the last word, if the field with the focus has a choice of words."""
        if isinstance(self.focused, Choice):
            self.focused.turn(direction)
