"""What can be written to files: of a run, and of a sweep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.style import Style
from textual.strip import Strip

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.run import Run
from linreg_tui.core.stability import Predictions
from linreg_tui.core.text import printable
from linreg_tui.core.trials import Result
from linreg_tui.report import curves_svg, curves_text
from linreg_tui.report.learning_curves import CurvesPicture
from linreg_tui.report.records import (
    data_lines,
    history_lines,
    sweep_object,
    trial_lines,
)
from linreg_tui.report.script import script
from linreg_tui.tui.drawing.svg import svg

RUN, SWEEP = "linreg-run", "linreg-sweep"
"""How the names of the files begin."""

MARGIN = 2
"""Columns around a picture."""

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
