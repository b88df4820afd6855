"""The file picker: what can be opened, found by typing, and a look at its first rows.

What is typed narrows the list; a path goes on into its folders, one at each slash.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.columns import lacking
from linreg_tui.core.reading.tables import Preview, preview
from linreg_tui.core.text import printable
from linreg_tui.files import shortened
from linreg_tui.tui.dialog_screen import DialogScreen
from linreg_tui.tui.drawing.picture import Picture, lines
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.forms.plain_list import PlainList
from linreg_tui.tui.forms.said import Said
from linreg_tui.tui.opening.attempt import attempt
from linreg_tui.tui.opening.finding import Finding
from linreg_tui.tui.opening.listing import Entry, entries, matching, path_of
from linreg_tui.tui.opening.preview_picture import draw_preview
from linreg_tui.tui.opening.telling import line_of, told_of, wrong_with

PATIENCE = 0.1
"""Seconds that one has to stay on a file before it is looked into."""

ROOMY = 22
"""Rows of the screen from which on all first rows are shown."""

EXAMPLES = "examples"
"""What is typed to go to them, unless there is a folder of that name."""

KEYS = "  ".join(
    [
        "[b $footer-key-foreground]type[/] to find",
        "[b $footer-key-foreground]↑↓[/] choose",
        "[b $footer-key-foreground]enter[/] [@click=screen.choose]open[/]",
        "[b $footer-key-foreground]←[/] [@click=screen.up]folder above[/]",
        "[b $footer-key-foreground]esc/ctrl+x[/] [@click=screen.cancel]cancel[/]",
    ]
)
"""The bottom line, in Textual's markup."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file with what its head tells, or an example by its name."""

    path: Path | None = None
    preview: Preview | None = None
    example: str | None = None


class FilePicker(DialogScreen[Chosen | None]):
    """Closes with what was chosen, or None; `folder` is where it is.

    It begins on the entry of the name `beside`, and with a word on what was `wrong`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape,ctrl+x", "cancel", "Cancel")]

    def __init__(self, folder: Path, beside: str = "", wrong: str = "") -> None:
        super().__init__()
        self.folder = folder
        self._beside, self._wrong = beside, wrong
        self._in_examples = False
        self._all: list[Entry] = []
        self._found: list[Entry] = []
        self._typed = Finding(placeholder="a name, or a path", compact=True, id="path")
        self._files = PlainList(compact=True, id="entries")
        self._files.can_focus = False
        self._where = Static(id="where")
        self._said = Said(id="cost")
        self._first_rows = Plot(self._draw, id="preview")
        self._preview: Preview | None = None

    def compose(self) -> ComposeResult:
        """Where one is, what is typed, what is there, what is in it."""
        with Vertical(id="picker") as box:
            box.border_title = "Open"
            yield self._where
            yield self._typed
            yield self._files
            yield self._said
            yield self._first_rows
            yield Static(KEYS, id="keys")

    def on_resize(self, event: Resize) -> None:
        """Fewer of the first rows where there is little room."""
        self.set_class(event.size.height < ROOMY, "short")

    def on_mount(self) -> None:
        """Begin in the folder."""
        self._typed.focus()
        self.go(self.folder, self._beside)

    def go(self, folder: Path | None, beside: str = "") -> None:
        """Show a folder, or the examples, with the cursor on an entry of that name if there is one.

        What was typed is done with.
        """
        try:
            found = entries(folder)
        except InputError as error:
            self._said.say(str(error), wrong=True)
            return
        self._in_examples = folder is None
        self._all = [Entry("folder", "..", self.folder), *found] if folder is None else found
        self.folder = folder or self.folder
        self._where.update(Content("examples" if folder is None else shortened(str(folder))))
        with self.prevent(Input.Changed):
            self._typed.value = ""
        self._show(self._all, beside)

    def _show(self, found: list[Entry], beside: str = "") -> None:
        self._found = found
        self._files.clear_options()
        self._files.add_options([Option(line_of(entry)) for entry in found])
        names, kinds = [entry.name for entry in found], [entry.kind for entry in found]
        if beside in names:
            self._files.highlighted = names.index(beside)
        elif found:
            # Past the way up and the examples, to what the folder itself holds.
            first = 1 + kinds.index("examples") if "examples" in kinds else kinds.count("folder")
            self._files.highlighted = min(first, len(found) - 1)
        else:
            self.look()

    @property
    def _here(self) -> Entry | None:
        """The entry under the cursor."""
        place = self._files.highlighted
        return None if place is None else self._found[place]

    @on(Input.Changed)
    def find(self) -> None:
        """Show what fits to the text; at a slash, go where it leads."""
        typed = self._typed.value
        self.workers.cancel_group(self, "chosen")
        leading, slash, name = typed.rpartition("/" if os.sep == "/" or "/" in typed else os.sep)
        folder = path_of(self.folder, leading + slash) if slash else None
        known = folder is not None and folder.is_dir()
        if known or (slash and leading.strip().casefold() == EXAMPLES):
            self.go(folder if known else None)
            self._typed.value = name  # which finds on from there
            self._typed.cursor_position = len(name)
            return
        self._show([] if slash else matching(self._all, typed))

    @on(OptionList.OptionHighlighted)
    @work(group="look", exclusive=True)
    async def look(self) -> None:
        """Show the first rows of the file under the cursor, or what an example teaches."""
        if any(worker.group == "chosen" and worker.is_running for worker in self.workers):
            return  # what is to be said of the file comes from there
        here = self._here
        self._preview = None
        wrong, self._wrong = self._wrong, ""
        self._first_rows.redraw()
        if here is None:
            self._said.say(f"nothing here has {printable(self._typed.value, 40)} in its name")
        elif wrong:
            self._said.say(wrong, wrong=True)
        elif here.kind == "examples":
            self._said.say("data sets that come with the program, each to show something")
        else:
            self._said.say(here.teaches)
        if here is None or here.kind != "file":
            return
        await asyncio.sleep(PATIENCE)
        try:
            self._preview = await attempt(lambda: preview(str(here.path)))
        except InputError as error:
            self._said.say(wrong_with(here.name, str(error), here.path), wrong=True)
        else:
            missing = lacking(self._preview.columns, len(self._preview.rows))
            if not wrong:
                self._said.say(missing or told_of(self._preview), wrong=bool(missing))
        self._first_rows.redraw()

    @on(OptionList.OptionSelected)  # by a click
    def action_choose(self) -> None:
        """Open what is typed or under the cursor; go into it if it is a folder."""
        typed, here = self._typed.value, self._here
        path = path_of(self.folder, typed) if typed.strip() and not self._in_examples else None
        if path is not None and path.is_dir():
            self.go(path)
        elif path is not None and path.exists():
            self._open(path)
        elif here is None:
            self._said.say(f"{printable(typed)}: there is no such file; check the path", wrong=True)
        elif here.kind == "file" and here.path is not None:
            self._open(here.path)
        elif here.kind == "example":
            self.dismiss(Chosen(example=here.name))
        else:
            self.action_into()

    @work(group="chosen", exclusive=True)
    async def _open(self, path: Path) -> None:
        """Close with the file, if two columns can be read from it."""
        self.workers.cancel_group(self, "look")
        try:
            found = await attempt(lambda: preview(str(path)))
        except InputError as error:
            self._said.say(wrong_with(path.name, str(error), path), wrong=True)
            return
        if missing := lacking(found.columns, len(found.rows)):
            self._said.say(f"{printable(path.name, 40)}: {missing}", wrong=True)
            return
        self.folder = path.parent
        self.dismiss(Chosen(path=path, preview=found))

    def action_up(self) -> None:
        """To the folder above, or from the examples back to the folder."""
        if self._in_examples:
            self.go(self.folder, "examples")
        else:
            self.go(self.folder.parent, self.folder.name)

    def action_into(self) -> None:
        """Into the folder under the cursor; of a file, its name is typed."""
        here = self._here
        if here is None:
            return
        if here.kind == "examples":
            self.go(None)
        elif here.kind == "folder" and here.path is not None:
            self.go(here.path, self.folder.name)
        else:
            self._typed.value = here.name
            self._typed.cursor_position = len(here.name)

    def action_move(self, how: str) -> None:
        """Move the list's cursor."""
        getattr(self._files, f"action_{how}")()

    def action_cancel(self) -> None:
        """Close without."""
        self.dismiss(None)

    def _draw(self, columns: int, rows: int) -> Picture:
        if self._preview is None:
            return lines(columns, rows, [])
        return draw_preview(columns, rows, self._preview, self._preview.guess or ())
