"""The file picker: folders, what can be opened in them, the examples, and a look at the first rows.

A path can be typed or pasted instead.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, Resize
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import NAMES, taught
from linreg_tui.core.tables import Preview, preview
from linreg_tui.core.text import printable
from linreg_tui.files import shortened
from linreg_tui.tui.field import Entry as TextEntry
from linreg_tui.tui.opening.listing import Entry, entries, size_text
from linreg_tui.tui.opening.preview_picture import draw_preview
from linreg_tui.tui.picture import Picture, lines
from linreg_tui.tui.plain_list import PlainList
from linreg_tui.tui.plot import Plot

PATIENCE = 0.1
"""Seconds that one has to stay on a file before it is looked into."""

ROOMY = 22
"""Rows of the screen from which on all first rows are shown."""

NAME_COLUMNS = 52

KEYS = "  ".join(
    [
        "[b $accent]enter[/] [@click=screen.choose]open[/]",
        "[b $accent]←[/] [@click=screen.up]folder above[/]",
        "[b $accent]tab[/] type a path",
        "[b $accent]esc/ctrl+x[/] [@click=screen.cancel]cancel[/]",
    ]
)
"""The bottom line, in Textual's markup."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file, or an example by its name."""

    path: Path | None = None
    example: str | None = None


class FilePicker(ModalScreen[Chosen | None]):
    """Closes with what was chosen, or None; `folder` is where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "choose", "Open"),
        ("left,backspace", "up", "Folder above"),
        ("right", "into", "Into the folder"),
        ("escape,ctrl+x", "cancel", "Cancel"),
        # Before what is typed next goes to what had the focus.
        Binding("tab", "app.focus_next", "Next field", priority=True),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._entries: list[Entry] = []
        self._path = TextEntry(placeholder="path of a file or a folder", compact=True, id="path")
        self._files = PlainList(compact=True, id="entries")
        self._head = Static(id="where")
        self._said = Static(id="cost")
        self._first_rows = Plot(self._draw, id="preview")
        self._preview: Preview | None = None
        self._words = ""

    def compose(self) -> ComposeResult:
        """Where one is, what is there, what is in it."""
        with Vertical(id="picker") as box:
            box.border_title = "Open"
            yield self._head
            yield self._files
            yield self._path
            yield self._said
            yield self._first_rows
            yield Static(KEYS, id="keys")

    def on_resize(self, event: Resize) -> None:
        """Fewer of the first rows where there is little room."""
        self.set_class(event.size.height < ROOMY, "short")

    def on_mount(self) -> None:
        """Begin in the folder."""
        self._files.focus()
        self.go(self.folder)

    def go(self, folder: Path, beside: str = "") -> None:
        """Show a folder, with the cursor on an entry of that name if there is one."""
        try:
            found = entries(folder)
        except InputError as error:
            self._tell(str(error), wrong=True)
            return
        self.folder, self._entries = folder, found
        self._head.update(Content(shortened(str(folder))))
        self._files.clear_options()
        self._files.add_options(
            [Option(_line(entry)) for entry in found]
            + [Option(_example(name, teaches)) for name, teaches in taught().items()]
        )
        place = next((k for k, entry in enumerate(found) if entry.name == beside), None)
        usual = 1 if len(found) > 1 and found[0].name == ".." else 0
        self._files.highlighted = usual if place is None else place

    @property
    def _here(self) -> Entry | str | None:
        """The entry under the cursor, or an example's name."""
        place = self._files.highlighted
        if place is None:
            return None
        if place < len(self._entries):
            return self._entries[place]
        return NAMES[place - len(self._entries)]

    @on(OptionList.OptionHighlighted)
    @work(group="look", exclusive=True)
    async def look(self) -> None:
        """Show the first rows of the file under the cursor, or what an example teaches."""
        here = self._here
        self._preview = None
        if isinstance(here, str):
            self._tell(taught()[here])
        elif here is None or here.is_folder:
            self._tell("")
        else:
            self._tell("")
            await asyncio.sleep(PATIENCE)
            try:
                self._preview = await asyncio.to_thread(preview, str(here.path))
            except InputError as error:
                self._tell(_without_path(str(error), here.path), wrong=True)
            else:
                self._tell(_of(self._preview))
        self._first_rows.redraw()

    def action_choose(self) -> None:
        """Open what is typed or under the cursor; go into it if it is a folder."""
        if self._path.has_focus:
            self._take(self._path.value)
            return
        here = self._here
        if isinstance(here, str):
            self.dismiss(Chosen(example=here))
        elif here is not None and here.is_folder:
            self.go(here.path, self.folder.name)
        elif here is not None:
            self.dismiss(Chosen(path=here.path))

    def _take(self, typed: str) -> None:
        """Go to the folder that was typed, or open the file."""
        try:
            path = (self.folder / Path(typed.strip()).expanduser()).resolve()
            is_folder, exists = path.is_dir(), path.exists()
        except (OSError, ValueError, RuntimeError):
            is_folder = exists = False
        if is_folder:
            self._path.value = ""
            self._files.focus()
            self.go(path)
        elif exists:
            self.folder = path.parent
            self.dismiss(Chosen(path=path))
        else:
            self._tell(f"{printable(typed)}: there is no such file; check the path", wrong=True)

    def action_up(self) -> None:
        """To the folder above."""
        if not self._path.has_focus:
            self.go(self.folder.parent, self.folder.name)

    def action_into(self) -> None:
        """Into the folder under the cursor."""
        here = self._here
        if isinstance(here, Entry) and here.is_folder:
            self.go(here.path, self.folder.name)

    def action_cancel(self) -> None:
        """Close without."""
        self.dismiss(None)

    def on_key(self, event: Key) -> None:
        """A letter goes to the next name that begins with it."""
        letter = event.character
        if not (self._files.has_focus and letter and letter.isprintable() and letter.strip()):
            return
        event.stop()
        names = [entry.name for entry in self._entries] + list(NAMES)
        begin = (self._files.highlighted or 0) + 1
        for place in (*range(begin, len(names)), *range(begin)):
            if names[place].casefold().startswith(letter.casefold()):
                self._files.highlighted = place
                return

    def _tell(self, words: str, *, wrong: bool = False) -> None:
        self._said.update(Content(words))
        self._said.set_class(wrong, "wrong")

    def _draw(self, columns: int, rows: int) -> Picture:
        if self._preview is None:
            return lines(columns, rows, [])
        return draw_preview(columns, rows, self._preview, self._preview.guess or ())


def _line(entry: Entry) -> Content:
    name = printable(entry.name, NAME_COLUMNS)
    if entry.is_folder:
        return Content.assemble((f"{name}/", "$text-primary"))
    return Content.assemble(name.ljust(NAME_COLUMNS), (size_text(entry.size or 0), "$text-muted"))


def _example(name: str, teaches: str) -> Content:
    return Content.assemble((f"example  {name:14}", "$text-muted"), (teaches, "$text-muted"))


def _of(found: Preview) -> str:
    """How many columns there are, and what is guessed of them."""
    numbers = sum(column.x and column.y for column in found.columns)
    told = f"{len(found.columns)} columns, {numbers} of numbers"
    if found.guess is None:
        return f"{told}: two are needed"
    x, y = (printable(name, 24) for name in found.guess)
    return f"{told}; x is {x}, y is {y}"


def _without_path(words: str, path: Path) -> str:
    """The same without the path, which is in sight."""
    return words.removeprefix(f"{printable(str(path))}: ")
