"""Export: what to write of the run in view, and to which folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui import files
from linreg_tui.core.errors import InputError
from linreg_tui.core.sgd import Run
from linreg_tui.core.text import printable
from linreg_tui.report import data_lines, history_lines
from linreg_tui.script import script
from linreg_tui.tui.field import Entry
from linreg_tui.tui.svg import svg

STEM = "linreg-run"

HISTORY, SVG, TEXT, SCRIPT, DATA = ".csv", ".svg", ".txt", ".py", "-data.csv"
"""How the names of the files end; the data is that which the script reads."""

CHOICES: dict[str, tuple[str, ...]] = {
    "History: every step, as CSV": (HISTORY,),
    "Picture, as SVG": (SVG,),
    "Picture, as text": (TEXT,),
    "Python script that repeats the run, and its data": (SCRIPT, DATA),
    "All of them": (HISTORY, SVG, TEXT, SCRIPT, DATA),
}

LONGEST_FOLDER = 50

KEYS = "  ".join(
    [
        "[b $accent]enter[/] [@click=screen.write]write[/]",
        "[b $accent]esc/ctrl+x[/] [@click=screen.cancel]cancel[/]",
        "[b $accent]↑↓[/] choose",
        "[b $accent]tab[/] folder",
    ]
)
"""The bottom line, in Textual's markup."""


@dataclass(frozen=True, slots=True)
class InView:
    """A run up to a step, and a picture of it: its rows, and the style of what they lie on."""

    run: Run
    last: int
    picture: Sequence[Strip]
    ground: Style


class Choices(OptionList, inherit_bindings=False):
    """A list in which one is chosen; enter is the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "cursor_up", "Choice above"),
        ("down", "cursor_down", "Choice below"),
        ("home", "first", "First choice"),
        ("end", "last", "Last choice"),
        ("x,q", "screen.cancel", "Cancel"),
    ]


class ExportScreen(ModalScreen[str | None]):
    """Writes what is chosen; closes with the folder that was written to, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,ctrl+s", "write", "Write"),
        ("escape,ctrl+x", "cancel", "Cancel"),
        ("up", "app.focus_previous", "Field above"),
        ("down", "app.focus_next", "Field below"),
    ]

    def __init__(self, in_view: Callable[[], InView], folder: str | None = None) -> None:
        super().__init__()
        self._in_view = in_view
        self._choices = Choices(*(Option(label) for label in CHOICES), compact=True)
        self._folder = Entry(current_folder() if folder is None else folder, compact=True)
        self._said = Static(id="files")
        self._writing = False

    def compose(self) -> ComposeResult:
        """The choices, the folder, and the files that will be written."""
        with Vertical(id="export") as box:
            box.border_title = "Export the run"
            yield self._choices
            with Horizontal(id="folder"):
                yield Static("folder", classes="label")
                yield self._folder
            yield self._said
            yield Static(KEYS, id="keys")

    @on(OptionList.OptionHighlighted)
    @on(Input.Changed)
    def tell(self) -> None:
        """Say which files will be written."""
        self._tell()

    def action_write(self) -> None:
        """Write them."""
        if not self._writing:
            self._writing = True
            # The application's, so that it is told where they are even if this is closed.
            self.app.run_worker(self._write(self._in_view()))

    def action_cancel(self) -> None:
        """Close without."""
        self.dismiss(None)

    @property
    def _endings(self) -> tuple[str, ...]:
        return list(CHOICES.values())[self._choices.highlighted or 0]

    @work(group="names", exclusive=True)
    async def _tell(self) -> None:
        endings = self._endings
        try:
            _, number = await asyncio.to_thread(place, self._folder.value, endings)
        except InputError as error:
            self._say(str(error), wrong=True)
            return
        names = [files.numbered(STEM, ending, number) for ending in endings]
        self._say(f"writes {', '.join(names)}")

    async def _write(self, in_view: InView) -> None:
        typed = self._folder.value
        written, why = await asyncio.to_thread(write, typed, self._endings, in_view)
        self._writing = False
        if written:
            names = ", ".join(path.name for path in written)
            where = shortened(str(written[0].parent.absolute()))
            self.app.notify(f"Wrote {names} to {where}", markup=False)
        if why is None:
            if self.is_current:
                self.dismiss(typed)
        elif self.is_current:
            self.workers.cancel_group(self, "names")
            self._say(why, wrong=True)
        else:
            self.app.notify(why, severity="error", markup=False)

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self._said.update(Content(words))
        self._said.set_class(wrong, "wrong")


def current_folder() -> str:
    """The path of the folder that the program was started in, if that is still there."""
    try:
        return str(Path.cwd())
    except OSError:
        return "."


def shortened(path: str) -> str:
    """A path to show; of a long one the end."""
    shown = printable(path, len(path) * 10)
    return shown if len(shown) <= LONGEST_FOLDER else f"…{shown[1 - LONGEST_FOLDER :]}"


def place(typed: str, endings: Iterable[str]) -> tuple[Path, int]:
    """The folder that is meant, and the first number with which files of these endings are new.

    Raises
    ------
    InputError
        If there is no such folder, or none may look into it.
    """
    folder = files.folder_named(typed)
    try:
        return folder, files.free_number(folder, STEM, endings)
    except OSError as error:
        raise InputError(f"{printable(typed)}: {error.strerror}; name another folder") from None


def write(typed: str, endings: Sequence[str], in_view: InView) -> tuple[list[Path], str | None]:
    """Write files of these endings; those that are written, and why no more, if not all are."""
    written: list[Path] = []
    try:
        folder, number = place(typed, endings)
        run, last = in_view.run, in_view.last
        made: dict[str, Callable[[], Iterable[str]]] = {
            HISTORY: lambda: history_lines(run, last),
            SVG: lambda: [svg(in_view.picture, in_view.ground)],
            TEXT: lambda: (f"{strip.text.rstrip()}\n" for strip in in_view.picture),
            DATA: lambda: data_lines(run.data),
            SCRIPT: lambda: [script(run, written[-1].name, last)],
        }
        # The script names its data, which comes before it.
        for ending in (ending for ending in made if ending in endings):
            written.append(files.create(folder, STEM, ending, made[ending](), number=number))
    except InputError as error:
        return written, str(error)
    return written, None
