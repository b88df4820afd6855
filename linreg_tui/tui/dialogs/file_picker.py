"""The file picker: a list of what can be opened, and a preview of its first rows.

Typing narrows the list. A typed path leads into its folders, one at each slash.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from textual import events, on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui import files
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import lessons
from linreg_tui.core.reading.columns import no_pair_message
from linreg_tui.core.reading.loading import Preview, openable
from linreg_tui.core.text import printable
from linreg_tui.files import shortened
from linreg_tui.tui.dialogs.base import DialogScreen, MessageLine, PlainList, cancel_key
from linreg_tui.tui.dialogs.base import Entry as TextEntry
from linreg_tui.tui.dialogs.preview import Previews, draw_preview
from linreg_tui.tui.drawing.picture import Picture, lines
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import Key

WAIT_SECONDS = 0.1
"""Seconds that the cursor must stay on a file before it is previewed."""

EXAMPLES = "examples"
"""What to type to go to the examples, unless there is a folder of that name."""

READ_OTHERWISE = "; or ctrl+r to choose how it is read"

NAME_COLUMNS = 52
"""Columns of a file's name in the list, where they fit."""

OTHER_COLUMNS = 17
"""Columns of a line of the list for its frame, a gap, and a size."""

UNITS = ("B", "kB", "MB", "GB", "TB")

Kind = Literal["folder", "file", "examples", "example"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder, a file, the examples, or an example.

    `path` is that of a folder or a file, `size` that of a file in bytes, and `teaches` is what an
    example is for.
    """

    kind: Kind
    name: str
    path: Path | None = None
    size: int = 0
    teaches: str = ""


def entries(folder: Path | None) -> list[Entry]:
    """Return the folder above, then folders and files that can be opened; for None, the examples.

    Hidden entries are left out, and those that vanish meanwhile.

    Raises
    ------
    InputError
        If there is no such folder, or it can't be read.
    """
    if folder is None:
        known = lessons()
        return [Entry("example", name, teaches=known[name]) for name in known]
    found: list[Entry] = []
    try:
        with os.scandir(folder) as listed:
            for one in listed:
                if not one.name.startswith(".") and (entry := _entry(one)) is not None:
                    found.append(entry)
    except OSError as error:
        raise InputError(f"{printable(str(folder))}: {error.strerror}; choose another") from None
    found.sort(key=lambda entry: (entry.kind == "file", _natural(entry.name)))
    above = [] if folder.parent == folder else [Entry("folder", "..", folder.parent)]
    return [*above, Entry("examples", "examples"), *found]


def _natural(name: str) -> list[list[str | int]]:
    """Return a key that sorts a, a-2, a-10, with endings compared last."""
    stem, dot, ending = name.casefold().partition(".")
    # Text and numbers alternate, so that like is compared with like.
    return [
        [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]
        for text in (stem, dot + ending)
    ]


def matching(found: Sequence[Entry], typed: str) -> list[Entry]:
    """Return the entries with the text in their names, first those that begin with it.

    Everywhere, examples are among them. Without a text, all entries match.
    """
    if not typed:
        return list(found)
    text = typed.casefold()
    all_of_it = [*found, *(entry for entry in entries(None) if entry not in found)]
    fits = [entry for entry in all_of_it if text in entry.name.casefold()]
    return sorted(fits, key=lambda entry: not entry.name.casefold().startswith(text))


def _entry(found: os.DirEntry[str]) -> Entry | None:
    # The list of a folder says what is a folder. Asking one that hangs would take for ever.
    try:
        if found.is_dir():
            return Entry("folder", found.name, Path(found.path))
        if openable(found.name) and found.is_file():
            return Entry("file", found.name, Path(found.path), found.stat().st_size)
    except OSError:  # it has vanished, or is a broken link
        pass
    return None


def _named_entry(path: Path) -> Entry | None:
    try:
        return Entry("file", path.name, path, path.stat().st_size)
    except OSError:  # it has vanished
        return None


def size_text(size: int) -> str:
    """Return a size in three digits: 512 B, 6.4 kB, 1.2 GB."""
    power = next((k for k in range(len(UNITS)) if size < 1000 ** (k + 1)), len(UNITS) - 1)
    return f"{size / 1000**power:.3g} {UNITS[power]}"


def path_of(folder: Path, typed: str) -> Path | None:
    """Return the path that a text means, seen from a folder; None if it can't be one."""
    try:
        path = (folder / Path(typed.strip()).expanduser()).resolve()
        path.exists()
    except (OSError, ValueError, RuntimeError):
        return None
    return path


def _found(folder: Path, typed: str) -> tuple[Path | None, Literal["folder", "file", ""]]:
    """Return the path that a text means, seen from a folder, and what is there.

    Raises
    ------
    NoAnswerError
        If the folder gives no answer.
    """

    def look() -> tuple[Path | None, Literal["folder", "file", ""]]:
        path = path_of(folder, typed)
        if path is None or not path.exists():
            return path, ""
        return path, "folder" if path.is_dir() else "file"

    try:
        return files.in_time(look)
    except files.NoAnswerError as error:
        raise files.NoAnswerError(f"{printable(typed)}: {error}; choose another") from None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file with the preview of its head, or an example by its name.

    `wrong` is what stands in the way of reading the file as it is.
    """

    path: Path | None = None
    preview: Preview | None = None
    example: str | None = None
    wrong: str = ""


class SearchEntry(TextEntry):
    """The text to search for; the list's keys act on the list."""

    ALWAYS: ClassVar[Mapping[str, str]] = {
        "up": "move('cursor_up')",
        "down": "move('cursor_down')",
        "pageup": "move('page_up')",
        "pagedown": "move('page_down')",
        "enter": "choose",
        "tab": "into",
    }
    WHEN_EMPTY: ClassVar[Mapping[str, str]] = {
        "home": "move('first')",
        "end": "move('last')",
        "left": "up",
        "backspace": "up",
        "right": "into",
    }

    async def on_key(self, event: events.Key) -> None:
        """Do what a key of the list does; the others are typed."""
        action = self.ALWAYS.get(event.key) or (not self.value and self.WHEN_EMPTY.get(event.key))
        if action:
            event.stop()
            event.prevent_default()  # otherwise it would be typed as well
            await self.run_action(f"screen.{action}")


class FilePicker(DialogScreen[Chosen | None]):
    """Closes with what was chosen, or None; `folder` is the present folder.

    The cursor starts on the entry named `highlight`, and the message says what was `wrong`. With
    `only`, there are these files and the examples to choose from, and no folders.
    """

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("", "type", "", "Find by name", "to find"),
        Key("up", "↑", "move('cursor_up')", "Entry above", "choose"),
        Key("down", "↓", "move('cursor_down')", "Entry below", "choose"),
        Key("enter", "enter", "choose", "Open", "open"),
        Key("left", "←", "up", "To the folder above", "folder above"),
        Key("ctrl+r", "ctrl+r", "read_otherwise", "Read the file in another way", ""),
        cancel_key(),
    )
    BOX = "picker"

    def __init__(
        self,
        folder: Path,
        previews: Previews,
        highlight: str = "",
        wrong: str = "",
        *,
        only: Sequence[Path] | None = None,
    ) -> None:
        super().__init__("Open")
        self.folder = folder
        self._only = only
        self._previews = previews
        self._highlight, self._wrong = highlight, wrong
        self._in_examples = False
        self._all: list[Entry] = []
        self._found: list[Entry] = []
        what = "a name, or a path" if only is None else "a name"
        self._typed = SearchEntry(placeholder=what, compact=True, id="path")
        self._files = PlainList(compact=True, id="entries")
        self._files.can_focus = False
        self._where = Static(id="where")
        self._message = MessageLine(id="message")
        self._first_rows = Plot(self._draw, id="preview")
        self._preview: Preview | None = None
        self._unanswered = ""

    @property
    def keys(self) -> Sequence[Key]:
        """The keys on its line; without folders, none leads to the folder above."""
        return [key for key in self.KEYS if self._only is None or key.keys != "left"]

    def compose_box(self) -> ComposeResult:
        """Compose the folder, the text, the list, the message and the preview."""
        yield self._where
        yield self._typed
        yield self._files
        yield self._message
        yield self._first_rows

    def fit(self, size: Size) -> None:
        """Save room on a small screen."""
        super().fit(size)
        for place, entry in enumerate(self._found):
            self._files.replace_option_prompt_at_index(place, line_of(entry, size.width))

    def on_mount(self) -> None:
        """Start in the folder."""
        self._typed.focus()
        self.go(None if self._only is not None else self.folder, self._highlight)

    def go(self, folder: Path | None, highlight: str = "") -> bool:
        """Show a folder, or the examples, with the cursor on the entry `highlight` if it exists.

        It clears the typed text. Return whether the folder could be read.
        """
        try:
            found = files.in_time(lambda: entries(folder))
        except files.NoAnswerError as error:
            self._message.set_message(
                f"{printable(str(folder))}: {error}; choose another", wrong=True
            )
            return False
        except InputError as error:
            self._message.set_message(str(error), wrong=True)
            return False
        self._in_examples = folder is None
        if self._only is not None:
            self._all = [*filter(None, map(_named_entry, self._only)), *found]
        else:
            self._all = [Entry("folder", "..", self.folder), *found] if folder is None else found
        self.folder = folder or self.folder
        self._where.update(Content("examples" if folder is None else shortened(str(folder))))
        with self.prevent(Input.Changed):
            self._typed.value = ""
        self._show(self._all, highlight)
        return True

    def _show(self, found: list[Entry], highlight: str = "") -> None:
        self._found = found
        self._files.clear_options()
        self._files.add_options([Option(line_of(entry, self.size.width)) for entry in found])
        names, kinds = [entry.name for entry in found], [entry.kind for entry in found]
        if highlight in names:
            self._files.highlighted = names.index(highlight)
        elif found:
            # After the folder above and the examples, to what the folder itself holds.
            first = 1 + kinds.index("examples") if "examples" in kinds else kinds.count("folder")
            self._files.highlighted = min(first, len(found) - 1)
        else:
            self.preview_entry()

    @property
    def _here(self) -> Entry | None:
        """The entry under the cursor."""
        place = self._files.highlighted
        return None if place is None else self._found[place]

    @on(Input.Changed)
    def find(self) -> None:
        """Show what matches the text; at a slash, go into that folder."""
        typed = self._typed.value
        self.workers.cancel_group(self, "chosen")
        if self._only is not None:
            self._show(matching(self._all, typed))
            return
        leading, slash, name = typed.rpartition("/" if os.sep == "/" or "/" in typed else os.sep)
        if self._unanswered and typed.startswith(self._unanswered):
            return  # each further letter would have to wait again
        self._unanswered = ""
        try:
            folder, known = _found(self.folder, leading + slash) if slash else (None, "")
        except files.NoAnswerError as error:
            self._unanswered = leading + slash
            self._wrong = str(error)
            self._show([])
            return
        if known == "folder" or (slash and leading.strip().casefold() == EXAMPLES):
            if not self.go(folder if known == "folder" else None):
                self._unanswered = leading + slash
                return
            self._typed.value = name  # the search continues from there
            self._typed.cursor_position = len(name)
            return
        self._show([] if slash else matching(self._all, typed))

    @on(OptionList.OptionHighlighted)
    @work(group="preview", exclusive=True)
    async def preview_entry(self) -> None:
        """Show the first rows of the file under the cursor, or what an example teaches."""
        if any(worker.group == "chosen" and worker.is_running for worker in self.workers):
            return  # that worker sets the message about the file
        here = self._here
        self._preview = None
        wrong, self._wrong = self._wrong, ""
        self._first_rows.redraw()
        if wrong:
            self._message.set_message(wrong, wrong=True)
        elif here is None:
            self._message.set_message(
                f"nothing here has {printable(self._typed.value, 40)} in its name"
            )
        elif here.kind == "examples":
            self._message.set_message(
                "data sets that come with the program, each to show something"
            )
        else:
            self._message.set_message(here.teaches)
        if here is None or here.path is None or here.kind != "file":
            return
        await asyncio.sleep(WAIT_SECONDS)
        try:
            self._preview = await self._previews.of(here.path)
        except InputError as error:
            words = error_words(here.name, str(error), here.path)
            self._message.set_message(words + READ_OTHERWISE, wrong=True)
        else:
            missing = no_pair_message(self._preview.columns, len(self._preview.rows))
            missing += READ_OTHERWISE if missing else ""
            if not wrong:
                self._message.set_message(
                    missing or description(self._preview), wrong=bool(missing)
                )
        self._first_rows.redraw()

    @on(OptionList.OptionSelected)  # by a click
    def action_choose(self) -> None:
        """Open what is typed or under the cursor; if it is a folder, go into it."""
        typed, here = self._typed.value, self._here
        path, known = None, ""
        if typed.strip() and not self._in_examples:
            try:
                path, known = _found(self.folder, typed)
            except files.NoAnswerError as error:
                self._message.set_message(str(error), wrong=True)
                return
        if path is not None and known == "folder":
            self.go(path)
        elif path is not None and known == "file":
            self._open(path)
        elif here is None:
            self._message.set_message(
                f"{printable(typed)}: there is no such file; check the path", wrong=True
            )
        elif here.kind == "file" and here.path is not None:
            self._open(here.path)
        elif here.kind == "example":
            self.dismiss(Chosen(example=here.name))
        else:
            self.action_into()

    def action_read_otherwise(self) -> None:
        """Close with the file under the cursor, to be read in another way."""
        here = self._here
        if here is not None and here.kind == "file" and here.path is not None:
            self._open(here.path, anyway=True)

    @work(group="chosen", exclusive=True)
    async def _open(self, path: Path, *, anyway: bool = False) -> None:
        """Close with the file, if two columns can be read from it, or `anyway`."""
        self.workers.cancel_group(self, "preview")
        try:
            found = await self._previews.of(path)
            wrong = no_pair_message(found.columns, len(found.rows))
        except InputError as error:
            found, wrong = Preview((), (), None), str(error)
        wrong = error_words(path.name, wrong, path) if wrong else ""
        if wrong and not anyway:
            self._message.set_message(wrong + READ_OTHERWISE, wrong=True)
            return
        self.folder = path.parent
        self.dismiss(Chosen(path=path, preview=found, wrong=wrong))

    def action_up(self) -> None:
        """Go to the folder above, or from the examples back to the folder."""
        if self._only is not None:
            return
        if self._in_examples:
            self.go(self.folder, "examples")
        else:
            self.go(self.folder.parent, self.folder.name)

    def action_into(self) -> None:
        """Go into the folder under the cursor, or type the name of the file there."""
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

    async def action_move(self, how: str) -> None:
        """Move the list's cursor."""
        await self._files.run_action(how)

    def _draw(self, columns: int, rows: int) -> Picture:
        if self._preview is None:
            return lines(columns, rows, [])
        return draw_preview(columns, rows, self._preview, self._preview.guess or ())


def line_of(entry: Entry, width: int) -> Content:
    """Return an entry's line of the list, on a screen of that width."""
    columns = max(1, min(NAME_COLUMNS, width - OTHER_COLUMNS))
    name = printable(entry.name, columns if entry.kind == "file" else NAME_COLUMNS)
    if entry.kind == "folder":
        return Content.assemble((f"{name}/", "$text-primary"))
    if entry.kind == "examples":
        return Content.assemble(("examples/", "$text-accent"), "  come with the program")
    if entry.kind == "example":
        return Content.assemble((f"{name:14}", ""), (entry.teaches, "$text-muted"))
    return Content.assemble(name.ljust(columns), (size_text(entry.size), "$text-muted"))


def description(found: Preview) -> str:
    """Return how many columns there are, and the guess of x and y."""
    numeric = sum(column.x and column.y for column in found.columns)
    counts = f"{len(found.columns)} columns, {numeric} of numbers"
    if found.guess is None:
        return "; ".join([f"{counts}: choose x and y", *found.notes])
    x, y = (printable(name, 24) for name in found.guess)
    guessed = (column for column in found.columns if column.name in found.guess)
    notes = [f"{printable(c.name, 24)}: {c.note}" for c in guessed if c.note]
    return "; ".join([f"{counts}; x is {x}, y is {y}", *notes, *found.notes])


def error_words(name: str, words: str, path: Path | None) -> str:
    """Return the words for what is wrong with a file, with its name instead of its path."""
    return f"{printable(name, 40)}: {words.removeprefix(f'{printable(str(path))}: ')}"
