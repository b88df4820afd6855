"""Export: what can be written of the run in view and of the sweep, and where to."""

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

MARGIN = 2
"""Columns around a picture."""

REPORT = "Report of the homework, with room for your answers …"

Making = Callable[[Sequence[Path]], Iterable[str]]
"""Takes the files that are written before it, and gives its own text in pieces."""


@dataclass(frozen=True, slots=True)
class Export:
    """A choice: what it is, and its files by what their names end with, in the order of writing."""

    label: str
    stem: str
    files: Mapping[str, Making]


@dataclass(frozen=True, slots=True)
class InView:
    """A run up to a step, and a picture of it: its rows, and the style of what they lie on."""

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
    """What there is to write of a run."""
    run, last = seen.run, seen.last
    history: dict[str, Making] = {".csv": lambda _: history_lines(run, last)}
    picture: dict[str, Making] = {".svg": lambda _: [svg(seen.picture, seen.ground, MARGIN)]}
    text: dict[str, Making] = {
        ".txt": lambda _: (f"{strip.text.rstrip()}\n" for strip in seen.picture)
    }
    # The script names its data, which comes before it.
    program: dict[str, Making] = {
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
    """What there is to write of a sweep."""
    results, predictions = swept.results, swept.predictions
    table: dict[str, Making] = {".csv": lambda _: trial_lines(results, predictions)}
    found: dict[str, Making] = {".json": lambda _: _json(swept)}
    picture: dict[str, Making] = {".svg": lambda _: [curves_svg.svg(swept.curves)]}
    text: dict[str, Making] = {".txt": lambda _: [curves_text.text(swept.curves)]}
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


def place(typed: str, export: Export) -> tuple[Path, list[str], int]:
    """The folder that is meant, the files' names there, and the number that makes them new.

    Raises
    ------
    InputError
        If there is no such folder, or none may look into it.
    """
    folder = files.folder_named(typed)
    try:
        number = files.free_number(folder, export.stem, export.files)
    except OSError as error:
        raise InputError(f"{printable(typed)}: {error.strerror}; name another folder") from None
    return folder, [files.numbered(export.stem, end, number) for end in export.files], number


def write(typed: str, export: Export) -> tuple[list[Path], str | None]:
    """Write the files; those that are written, and why no more, if not all are."""
    written: list[Path] = []
    try:
        folder, _, number = place(typed, export)
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
    """Writes what is chosen; closes with the folder that was written to, or None."""

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
        """The choices, the folder, and the files that will be written."""
        yield self._choices
        with Horizontal(id="folder"):
            yield Static("folder", classes="label")
            yield self._folder
        yield self._message

    def on_mount(self) -> None:
        """Begin with what is in view."""
        self._choices.highlighted = self._first

    @on(OptionList.OptionHighlighted)
    @on(Input.Changed)
    @work(group="names", exclusive=True)
    async def name_files(self) -> None:
        """Say which files will be written."""
        export = self._chosen
        if export is None:
            self._message.say("opens a form for your name and your answers")
            return
        try:
            _, names, _ = await asyncio.to_thread(place, self._folder.value, export)
        except InputError as error:
            self._message.say(str(error), wrong=True)
            return
        here = "" if self._folder.value.strip() else " to the current folder"
        self._message.say(f"writes {', '.join(names)}{here}")

    async def action_write(self) -> None:
        """Write them, or go on to the report's form."""
        export = self._chosen
        if export is None:
            self.dismiss(None)
            await self.app.run_action("app.report")
        elif not self._writing:
            self._writing = True
            self.workers.cancel_group(self, "names")
            self._message.say("writing …")
            # The application's, so that it is told where they are even if this is closed.
            begin(self.app, "export", self._write, export)

    @property
    def _chosen(self) -> Export | None:
        """What is chosen, as it is now; None for the report."""
        place = self._choices.highlighted or 0
        wanted = [*self._labels, REPORT][place]
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
            self.workers.cancel_group(self, "names")  # of a folder that has been typed meanwhile
            self._message.say(why, wrong=True)
        else:
            self.app.notify(why, severity="error", markup=False)
