"""The export dialog: what can be written of the run and the sweep, and to which folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.run import Run
from linreg_tui.core.stability import Predictions
from linreg_tui.core.text import printable
from linreg_tui.core.trials import Result
from linreg_tui.files import current_folder, shortened
from linreg_tui.report import curves_svg, curves_text
from linreg_tui.report.learning_curves import CurvesPicture
from linreg_tui.report.records import (
    data_lines,
    history_lines,
    sweep_object,
    trial_lines,
)
from linreg_tui.report.script import script
from linreg_tui.tui.dialogs.base import DialogScreen, Entry, MessageLine, PlainList, cancel_key
from linreg_tui.tui.drawing.svg import svg
from linreg_tui.tui.keys import Key
from linreg_tui.tui.work import begin

RUN, SWEEP = "linreg-run", "linreg-sweep"
"""How the names of the files begin."""

MARGIN_COLUMNS = 2
"""Columns around a picture."""

REPORT = "Report of the homework, with room for your answers …"

Maker = Callable[[Sequence[Path]], Iterable[str]]
"""Takes the files written before it, and returns its own text in pieces."""


@dataclass(frozen=True, slots=True)
class Export:
    """A choice: its label and its files by how their names end, in the order of writing."""

    label: str
    stem: str
    files: Mapping[str, Maker]


@dataclass(frozen=True, slots=True)
class InView:
    """A run up to a step, and a picture of it: its rows and the style of their background."""

    run: Run
    last: int
    picture: Sequence[Strip]
    ground: Style


@dataclass(frozen=True, slots=True)
class Swept:
    """The results of a sweep, at least one, and the learning curves of the marked rows."""

    data: Dataset
    results: Sequence[Result]
    predictions: Predictions
    curves: CurvesPicture


def of_run(seen: InView) -> list[Export]:
    """Return what can be exported of a run."""
    run, last = seen.run, seen.last
    history: dict[str, Maker] = {".csv": lambda _: history_lines(run, last)}
    picture: dict[str, Maker] = {".svg": lambda _: [svg(seen.picture, seen.ground, MARGIN_COLUMNS)]}
    text: dict[str, Maker] = {
        ".txt": lambda _: (f"{strip.text.rstrip()}\n" for strip in seen.picture)
    }
    # The script names its data file, so that is written first.
    program: dict[str, Maker] = {
        "-data.csv": lambda _: data_lines(run.data, run.test),
        ".py": lambda before: [script(run, before[-1].name, last)],
    }
    return [
        Export("History: every step, as CSV", RUN, history),
        Export("Picture, as SVG", RUN, picture),
        Export("Picture, as text", RUN, text),
        Export("Python script that repeats the run, and its data", RUN, program),
        Export("All of the run", RUN, {**history, **picture, **text, **program}),
    ]


def of_sweep(swept: Swept) -> list[Export]:
    """Return what can be exported of a sweep."""
    results, predictions = swept.results, swept.predictions
    table: dict[str, Maker] = {".csv": lambda _: trial_lines(results, predictions)}
    found: dict[str, Maker] = {".json": lambda _: _json(swept)}
    picture: dict[str, Maker] = {".svg": lambda _: [curves_svg.svg(swept.curves)]}
    text: dict[str, Maker] = {".txt": lambda _: [curves_text.text(swept.curves)]}
    return [
        Export("Sweep: every training, as CSV", SWEEP, table),
        Export("Sweep, as JSON", SWEEP, found),
        Export("Learning curves, as SVG", SWEEP, picture),
        Export("Learning curves, as text", SWEEP, text),
        Export("All of the sweep", SWEEP, {**table, **found, **picture, **text}),
    ]


def _json(swept: Swept) -> Iterable[str]:
    found = sweep_object(swept.data, swept.results, swept.predictions)
    return [json.dumps(found, allow_nan=False, indent=1), "\n"]


def plan_files(typed: str, export: Export) -> tuple[Path, list[str], int]:
    """Return the folder, the files' names there, and the number that makes them new.

    Raises
    ------
    InputError
        If there is no such folder, or it can't be read.
    """
    folder = files.folder_named(typed)
    try:
        number = files.free_number(folder, export.stem, export.files)
    except OSError as error:
        raise InputError(f"{printable(typed)}: {error.strerror}; name another folder") from None
    return folder, [files.numbered(export.stem, end, number) for end in export.files], number


def write(typed: str, export: Export) -> tuple[list[Path], str | None]:
    """Write the files; return those written, and why not all were."""
    written: list[Path] = []
    try:
        folder, _, number = plan_files(typed, export)
        with files.as_one():
            for ending, make in export.files.items():
                made = make(tuple(written))
                written.append(files.create(folder, export.stem, ending, made, number=number))
    except InputError as error:
        return written, str(error)
    return written, None


class Choices(PlainList):
    """What can be written; the key that opens the screen closes it too."""

    BINDINGS: ClassVar[list[BindingType]] = [("x,q", "screen.cancel", "Cancel")]


class ExportScreen(DialogScreen[str | None]):
    """Writes what is chosen; closes with the folder it wrote to, or None."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter,ctrl+s", "enter", "write", "Write", "write"),
        cancel_key(),
        Key("up", "↑", "app.focus_previous", "Choice above", "choose"),
        Key("down", "↓", "app.focus_next", "Choice below", "choose"),
        Key("tab", "tab", "app.focus_next", "To the folder and back", "folder"),
    )
    BOX = "export"

    def __init__(
        self,
        exports: Callable[[], Sequence[Export]],
        folder: str | None = None,
        first: int = 0,
    ) -> None:
        super().__init__("Export")
        self._exports = exports
        self._labels = [export.label for export in exports()]
        self._first = first
        self._choices = Choices(*map(Option, (*self._labels, REPORT)), compact=True)
        self._folder = Entry(current_folder() if folder is None else folder)
        self._message = MessageLine(id="message")
        self._writing = False

    def compose_box(self) -> ComposeResult:
        """Compose the choices, the folder, and the message."""
        yield self._choices
        with Horizontal(id="folder"):
            yield Static("folder", classes="label")
            yield self._folder
        yield self._message

    def on_mount(self) -> None:
        """Start with what is in view."""
        self._choices.highlighted = self._first

    @on(OptionList.OptionHighlighted)
    @on(Input.Changed)
    @work(group="names", exclusive=True)
    async def name_files(self) -> None:
        """Say which files will be written."""
        export = self._chosen
        if export is None:
            self._message.set_message("opens a form for your name and your answers")
            return
        try:
            _, names, _ = await asyncio.to_thread(plan_files, self._folder.value, export)
        except InputError as error:
            self._message.set_message(str(error), wrong=True)
            return
        here = "" if self._folder.value.strip() else " to the current folder"
        self._message.set_message(f"writes {', '.join(names)}{here}")

    async def action_write(self) -> None:
        """Write the files, or open the report's form."""
        export = self._chosen
        if export is None:
            self.dismiss(None)
            await self.app.run_action("app.report")
        elif not self._writing:
            self._writing = True
            self.workers.cancel_group(self, "names")
            self._message.set_message("writing …")
            # A worker of the application, so that its message comes even if this screen is closed.
            begin(self.app, "export", self._write, export)

    @property
    def _chosen(self) -> Export | None:
        """The present choice; None for the report."""
        plan_files = self._choices.highlighted or 0
        wanted = [*self._labels, REPORT][plan_files]
        return next((export for export in self._exports() if export.label == wanted), None)

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
            self.workers.cancel_group(self, "names")  # for a folder typed meanwhile
            self._message.set_message(why, wrong=True)
        else:
            self.app.notify(why, severity="error", markup=False)
