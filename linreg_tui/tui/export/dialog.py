"""Export: what to write of the run in view and of the sweep, and to which folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui.core.errors import InputError
from linreg_tui.files import current_folder, shortened
from linreg_tui.tui.dialog_screen import DialogScreen
from linreg_tui.tui.export.exports import Export, place, write
from linreg_tui.tui.forms.field import Entry
from linreg_tui.tui.forms.plain_list import PlainList
from linreg_tui.tui.forms.said import Said
from linreg_tui.tui.work import begin

REPORT = "Report of the homework, with room for your answers …"

OTHERS = 10
"""Rows besides the choices."""

KEYS = "  ".join(
    [
        "[b $footer-key-foreground]enter[/] [@click=screen.write]write[/]",
        "[b $footer-key-foreground]esc/ctrl+x[/] [@click=screen.cancel]cancel[/]",
        "[b $footer-key-foreground]↑↓[/] choose",
        "[b $footer-key-foreground]tab[/] folder",
    ]
)
"""The bottom line, in Textual's markup."""


class Choices(PlainList):
    """What can be written; the key that opens the screen closes it too."""

    BINDINGS: ClassVar[list[BindingType]] = [("x,q", "screen.cancel", "Cancel")]


class ExportScreen(DialogScreen[str | None]):
    """Writes what is chosen; closes with the folder that was written to, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,ctrl+s", "write", "Write"),
        ("escape,ctrl+x", "cancel", "Cancel"),
        ("up", "app.focus_previous", "Field above"),
        ("down", "app.focus_next", "Field below"),
    ]

    def __init__(
        self,
        exports: Callable[[], Sequence[Export]],
        folder: str | None = None,
        first: int = 0,
    ) -> None:
        super().__init__()
        self._exports = exports
        self._labels = [export.label for export in exports()]
        self._first = first
        self._choices = Choices(*map(Option, (*self._labels, REPORT)), compact=True)
        self._folder = Entry(current_folder() if folder is None else folder)
        self._said = Said(id="files")
        self._writing = False

    def compose(self) -> ComposeResult:
        """The choices, the folder, and the files that will be written."""
        with Vertical(id="export") as box:
            box.border_title = "Export"
            yield self._choices
            with Horizontal(id="folder"):
                yield Static("folder", classes="label")
                yield self._folder
            yield self._said
            yield Static(KEYS, id="keys")

    def on_mount(self) -> None:
        """Begin with what is in view."""
        self._choices.highlighted = self._first

    def on_resize(self, event: Resize) -> None:
        """As many choices as there is room for; the others are scrolled to."""
        self._choices.styles.max_height = max(3, event.size.height - OTHERS)

    @on(OptionList.OptionHighlighted)
    @on(Input.Changed)
    def tell(self) -> None:
        """Say which files will be written."""
        self._tell()

    async def action_write(self) -> None:
        """Write them, or go on to the report's form."""
        export = self._chosen
        if export is None:
            self.dismiss(None)
            await self.app.run_action("app.report")
        elif not self._writing:
            self._writing = True
            self.workers.cancel_group(self, "names")
            self._said.say("writing …")
            # The application's, so that it is told where they are even if this is closed.
            begin(self.app, "export", self._write, export)

    def action_cancel(self) -> None:
        """Close without."""
        self.dismiss(None)

    @property
    def _chosen(self) -> Export | None:
        """What is chosen, as it is now; None for the report."""
        place = self._choices.highlighted or 0
        wanted = [*self._labels, REPORT][place]
        return next((export for export in self._exports() if export.label == wanted), None)

    @work(group="names", exclusive=True)
    async def _tell(self) -> None:
        export = self._chosen
        if export is None:
            self._said.say("opens a form for your name and your answers")
            return
        try:
            _, names, _ = await asyncio.to_thread(place, self._folder.value, export)
        except InputError as error:
            self._said.say(str(error), wrong=True)
            return
        here = "" if self._folder.value.strip() else " to the current folder"
        self._said.say(f"writes {', '.join(names)}{here}")

    async def _write(self, export: Export) -> None:
        typed = self._folder.value
        written, why = await asyncio.to_thread(write, typed, export)
        self._writing = False
        if written:
            names = ", ".join(path.name for path in written)
            where = shortened(str(written[0].parent.absolute()))
            self.app.notify(f"Wrote {names} to {where}", markup=False)
        if why is None:
            if self.is_current:
                self.dismiss(typed)
        elif self.is_current:
            self.workers.cancel_group(self, "names")  # of a folder that has been typed meanwhile
            self._said.say(why, wrong=True)
        else:
            self.app.notify(why, severity="error", markup=False)
