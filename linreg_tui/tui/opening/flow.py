"""From the file picker to data and settings that suit it, and back where one changes one's mind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import MADE, example
from linreg_tui.core.proposal import proposed
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.numbers import left_out, rows_of
from linreg_tui.tui.opening.attempt import attempt
from linreg_tui.tui.opening.columns import ColumnPicker
from linreg_tui.tui.opening.made import MadeForm
from linreg_tui.tui.opening.picker import Chosen, FilePicker


@dataclass(frozen=True, slots=True)
class Opened:
    """Data, settings that suit it, the words that name it to a command, and the file, if one."""

    data: Dataset
    settings: Settings
    named: tuple[str, ...]
    path: Path | None

    @property
    def words(self) -> str:
        """What was opened, what was left out, and what was fitted to it."""
        data = self.data
        sample = " as a sample" * (data.total > data.n)
        name = printable(Path(data.source).name, 40)
        told = [f"{name}: {rows_of(data)}{sample}", *filter(None, [left_out(data)]), *data.notes]
        if self.settings != Settings():
            told.append("learning rates and the initial line are fitted to its scale")
        return "; ".join(told)


async def choose(app: App[Any], folder: Path) -> tuple[Opened | None, Path]:
    """What the user opens, None for nothing, and the folder where the picker was left.

    To be awaited in a worker.
    """
    folder = folder.absolute()
    beside = wrong = ""
    while True:
        picker = FilePicker(folder, beside, wrong)
        chosen = await app.push_screen_wait(picker)
        folder, wrong = picker.folder, ""
        if chosen is None:
            return None, folder
        beside = "examples" if chosen.path is None else chosen.path.name
        try:
            data = await _data(app, chosen)
            if data is not None:
                settings = await attempt(partial(proposed, data))
                return Opened(data, settings, _named(chosen), chosen.path), folder
        except InputError as error:
            wrong = str(error)


async def _data(app: App[Any], chosen: Chosen) -> Dataset | None:
    if chosen.path is not None and chosen.preview is not None:
        return await app.push_screen_wait(ColumnPicker(chosen.path, chosen.preview))
    if chosen.example == MADE:
        return await app.push_screen_wait(MadeForm())
    return await attempt(partial(example, chosen.example or ""))


def _named(chosen: Chosen) -> tuple[str, ...]:
    if chosen.path is None:
        return ("--example", chosen.example or "")
    return ("--", str(chosen.path))
