"""From the file picker to data and settings that suit it; each dialog can lead back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, ComposeResult

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import MADE, example, made_line
from linreg_tui.core.proposal import proposed
from linreg_tui.core.reading.table import AUTOMATIC, Choices
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.numbers import left_out, rows_of
from linreg_tui.tui.dialogs.base import (
    FIELD_KEYS,
    Body,
    Field,
    FormScreen,
    MessageLine,
    apply_key,
    cancel_key,
)
from linreg_tui.tui.dialogs.column_picker import ColumnPicker
from linreg_tui.tui.dialogs.file_picker import Chosen, FilePicker
from linreg_tui.tui.dialogs.preview import Previews, read_in_thread
from linreg_tui.tui.keys import Key

FIELDS: dict[str, tuple[str, str, type[int] | type[float]]] = {
    "rows": ("rows", "100", int),
    "slope": ("slope, m", "3", float),
    "intercept": ("intercept, b", "20", float),
    "noise": ("noise", "5", float),
    "seed": ("seed", "0", int),
}
"""Label, first value and type of each field."""

MOST_ROWS = 10_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """Data, settings that suit it, the arguments that name it to a command, and its file if any."""

    data: Dataset
    settings: Settings
    named: tuple[str, ...]
    path: Path | None

    @property
    def words(self) -> str:
        """What was opened, what was left out, and which settings were fitted to it."""
        data = self.data
        sample = " as a sample" * (data.total > data.n)
        name = printable(Path(data.source).name, 40)
        parts = [f"{name}: {rows_of(data)}{sample}", *filter(None, [left_out(data)]), *data.notes]
        if self.settings != Settings():
            parts.append("learning rates and the initial line are fitted to its scale")
        return "; ".join(parts)


async def choose(
    app: App[Any], folder: Path, *, only: Sequence[Path] | None = None
) -> tuple[Opened | None, Path]:
    """Return what the user opens, None for nothing, and the folder where the picker was left.

    With `only`, there are these files and the examples to choose from. Await it in a worker.
    """
    folder = Path(files.current_folder()) / folder
    highlight = wrong = ""
    previews = Previews()
    while True:
        picker = FilePicker(folder, previews, highlight, wrong, only=only)
        chosen = await app.push_screen_wait(picker)
        folder, wrong = picker.folder, ""
        if chosen is None:
            return None, folder
        highlight = "examples" if chosen.path is None else chosen.path.name
        try:
            data, choices = await _data(app, chosen, previews)
            if data is not None:
                settings = await read_in_thread(partial(proposed, data))
                return Opened(data, settings, _named(chosen, choices), chosen.path), folder
        except InputError as error:
            wrong = str(error)


async def _data(
    app: App[Any], chosen: Chosen, previews: Previews
) -> tuple[Dataset | None, Choices]:
    """Return the data, and how its file was read."""
    if chosen.path is not None and chosen.preview is not None:
        picker = ColumnPicker(chosen.path, chosen.preview, previews, chosen.wrong)
        return await app.push_screen_wait(picker), picker.choices
    if chosen.example == MADE:
        return await app.push_screen_wait(MadeForm()), AUTOMATIC
    return await read_in_thread(partial(example, chosen.example or "")), AUTOMATIC


def _named(chosen: Chosen, choices: Choices) -> tuple[str, ...]:
    if chosen.path is None:
        return ("--example", chosen.example or "")
    return (*choices.options, "--", str(chosen.path))


class MadeForm(FormScreen[Dataset]):
    """A made-up line: its numbers, noise and seed; closes with the data."""

    KEYS: ClassVar[tuple[Key, ...]] = (apply_key("make it"), cancel_key("back"), *FIELD_KEYS)
    BOX = "made-form"

    def __init__(self) -> None:
        super().__init__("A made-up line")
        self._message = MessageLine(id="message")

    def compose_box(self) -> ComposeResult:
        """Compose a field for each number."""
        with Body():
            for name, (label, text, _) in FIELDS.items():
                yield Field(name, label, text, others=())
        yield self._hint
        yield self._message

    def on_mount(self) -> None:
        """Say what the numbers mean, whichever has the focus."""
        self.show_hint("x is uniform from 0 to 10; noise is the standard deviation of y")

    def action_apply(self) -> None:
        """Make the data, or say what is wrong."""
        try:
            values = {
                field.setting: _read(FIELDS[field.setting], field.text.strip())
                for field in self.fields
            }
            if values["rows"] > MOST_ROWS:
                raise InputError(f"at most {MOST_ROWS:,} rows can be made: choose fewer")
            data = made_line(
                values["rows"],
                values["slope"],
                values["intercept"],
                values["noise"],
                values["seed"],
            )
            _ = data.line
        except InputError as error:
            self._message.set_message(str(error), wrong=True)
            return
        self.dismiss(data)


def _read(field: tuple[str, str, type[int] | type[float]], text: str) -> Any:
    """Return the number that was typed, with a decimal point or comma.

    Raises
    ------
    InputError
        If it is not a number.
    """
    _, usual, kind = field
    try:
        return kind(text.replace(",", ".") if kind is float else text)
    except ValueError:
        name = "number" if kind is float else "whole number"
        wrong = f"{printable(text, 30)} is not a {name}" if text else f"a {name} is missing"
        raise InputError(f"{wrong}: choose one, such as {usual}") from None
