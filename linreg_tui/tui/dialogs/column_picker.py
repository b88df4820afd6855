"""The column picker: the user chooses x and y, then it reads the two columns.

A line says how the file is read, and changes it where looking at the file was not enough.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.columns import Column, no_pair_message
from linreg_tui.core.reading.loading import Preview, kind_of, load
from linreg_tui.core.reading.streaming import SAMPLE_ROWS, stream
from linreg_tui.core.reading.table import Choice, Choices, choices_for
from linreg_tui.core.text import printable
from linreg_tui.tui.dialogs.base import DialogScreen, MessageLine, PlainList, cancel_key
from linreg_tui.tui.dialogs.preview import (
    Previews,
    ReadingCancelledError,
    draw_preview,
    read_in_thread,
)
from linreg_tui.tui.drawing.picture import Picture, cut
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import Key
from linreg_tui.tui.work import begin

BAR_COLUMNS = 30, 10
"""Columns of the progress bar, and on a narrow screen."""

PROGRESS_SECONDS = 0.1
"""Seconds between two updates of the progress bar."""

MOST_COLUMNS, FRAME_COLUMNS = 80, 4
"""Most columns of the picker, and those that its border and padding take."""

FROM_X = "  from  x "

NAME_COLUMNS, OTHER_COLUMNS = 34, 30
"""Columns of a line of the list: most for the name, and those for everything else."""

MOST_BYTES = 4 * 2**30
"""Most memory to use: a login node allows 8 GB for everything that one does there."""

AUTO = "auto"
"""The word for a choice that is found by looking at the file."""

MOST_WORD_CELLS = 16

UNPACKED_RATIO, BYTES_A_BYTE = 8, 1.5
"""How much larger a compressed file may be unpacked; bytes of memory for a byte of text.

Two columns of numbers take 16 bytes a row, and twice that while they are put together.
"""


class ColumnPicker(DialogScreen[Dataset | None]):
    """Closes with the data that was read, or None to choose another file.

    `choices` say how the file is read. The message says what is `wrong` with it at first.
    """

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter,ctrl+s", "enter", "apply", "Open", "open"),
        Key("x", "x", "set('x')", "Make it x", "set"),
        Key("y", "y", "set('y')", "Make it y", "set"),
        Key("s", "s", "swap", "Swap x and y", "swap"),
        Key("a", "a", "amount", "All rows, or a sample", "sample"),
        Key("tab", "tab", "next_choice", "Another choice of how to read it", "how to read"),
        Key("left", "←", "turn(-1)", "The value before", "how to read"),
        Key("right", "→", "turn(1)", "The next value", "how to read"),
        cancel_key("back"),
    )
    BOX = "column-picker"

    def __init__(self, path: Path, preview: Preview, previews: Previews, wrong: str = "") -> None:
        super().__init__(Content(printable(path.name, 60)))
        self.choices = Choices()
        self._path = path
        self._preview = preview
        self._previews = previews
        self._wrong = wrong
        self._ways = choices_for(kind_of(path.name))
        self._way = 0
        self._reading_line = Static(id="how")
        guess = preview.guess or ("", "")
        self._chosen = {"x": guess[0], "y": guess[1]}
        self._sampled = not fits_in_memory(path)
        self._columns = PlainList(compact=True, id="columns-list")
        self._pair = Static(id="pair")
        self._message = MessageLine(id="message")
        self._first_rows = Plot(self._draw, id="preview")
        self._fraction = 0.0
        self._cancelled: threading.Event | None = None

    def compose_box(self) -> ComposeResult:
        """Compose the pair, how to read, the columns, the message and the first rows."""
        yield self._pair
        yield self._reading_line
        yield self._columns
        yield self._message
        yield self._first_rows

    def fit(self, size: Size) -> None:
        """Save room on a small screen."""
        super().fit(size)
        if self._columns.option_count:
            for place, line in enumerate(self._lines(size.width)):
                self._columns.replace_option_prompt_at_index(place, line)
        self._show_pair(size.width)
        self._show_how(size.width)

    def on_mount(self) -> None:
        """Start at the column of x."""
        self._reading = self.set_interval(PROGRESS_SECONDS, self._show_progress, pause=True)
        self._show()
        names = [column.name for column in self._preview.columns]
        self._columns.highlighted = names.index(self._chosen["x"]) if self._chosen["x"] else 0
        self._columns.focus()
        self.explain()

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Show the column under the cursor, why it can't be chosen, and how it is read."""
        self._first_rows.redraw()
        if self._wrong:
            self._message.set_message(self._wrong, wrong=True)
            return
        if self._cancelled is None and (here := self._here) is not None:
            doubtful = [
                f"{printable(column.name, 24)}: {column.note}"
                for column in self._preview.columns
                if column.note and (column.name in self._chosen.values() or column is here)
            ]
            self._message.set_message(
                "; ".join(filter(None, [here.why, *doubtful, *self._preview.notes]))
            )

    def action_set(self, which: str) -> None:
        """Make the column under the cursor x or y; if it was the other one, they swap."""
        column = self._here
        if column is None:
            return
        if not (column.x if which == "x" else column.y):
            self._message.set_message(
                f"{printable(column.name, 30)} can't be {which}: {column.why}", wrong=True
            )
            return
        other = "y" if which == "x" else "x"
        if self._chosen[other] == column.name:
            self._chosen[other] = self._chosen[which]
        self._chosen[which] = column.name
        self._show()

    def action_swap(self) -> None:
        """Swap x and y."""
        self._chosen = {"x": self._chosen["y"], "y": self._chosen["x"]}
        self._show()

    def action_amount(self) -> None:
        """Keep all rows in memory, or a sample of them."""
        self._sampled = not self._sampled
        self._show()

    def action_next_choice(self) -> None:
        """Go to the next choice of how to read the file."""
        self._way = (self._way + 1) % len(self._ways)
        self._show_how(self.app.size.width)

    def action_turn(self, direction: int) -> None:
        """Change the choice in the line, and show the rows that follow from it."""
        if self._cancelled is not None:
            return
        way = self._ways[self._way]
        words = self._words(way)
        word = words[(words.index(self._word(way)) + direction) % len(words)]
        if way.read is None:
            value: Any = word == way.words[1]
        else:
            value = None if word == AUTO else way.read(word)
        self.choices = replace(self.choices, **{way.name: value})
        self._show_how(self.app.size.width)
        begin(self, "preview", self._look_again, self.choices)

    async def _look_again(self, choices: Choices) -> None:
        """Read the head again, unless the choices have changed meanwhile."""
        try:
            found = await self._previews.of(self._path, choices)
        except InputError as error:
            found, wrong = Preview((), (), None), self._without_path(error)
        else:
            wrong = no_pair_message(found.columns, len(found.rows))
        if choices != self.choices:
            return
        self._preview, self._wrong = found, wrong
        names = {column.name for column in found.columns if column.x or column.y}
        if not set(self._chosen.values()) <= names:
            guess = found.guess or ("", "")
            self._chosen = {"x": guess[0], "y": guess[1]}
        self._show()
        self.explain()

    def _words(self, way: Choice) -> tuple[str, ...]:
        """Return the words to choose from."""
        if way.read is None:
            return way.words
        return (AUTO, *(self._preview.sheets if way.name == "sheet" else way.words))

    def _word(self, way: Choice) -> str:
        """Return the word that is chosen."""
        value = getattr(self.choices, way.name)
        if way.read is None:
            return way.words[int(value)]
        return AUTO if value is None else str(way.write(value))

    async def action_apply(self) -> None:
        """Read the two columns."""
        if self._cancelled is not None:
            return
        if self._wrong:
            self._message.set_message(self._wrong, wrong=True)
            return
        if not (self._chosen["x"] and self._chosen["y"]):
            self._message.set_message(
                "choose a column for x with x, and one for y with y", wrong=True
            )
            return
        self._cancelled = threading.Event()
        self._fraction = 0.0
        self._reading.resume()
        begin(self, "reading", self._read, self._cancelled)

    def action_cancel(self) -> None:
        """Stop reading; without a reading, go back."""
        if self._cancelled is None:
            self.dismiss(None)
        else:
            self._cancelled.set()

    async def _read(self, cancelled: threading.Event) -> None:
        def progress(fraction: float) -> None:
            self._fraction = fraction
            if cancelled.is_set():
                raise ReadingCancelledError

        choices = self.choices

        def work() -> Dataset:
            read = stream if self._sampled else load
            data = read(
                str(self._path),
                self._chosen["x"],
                self._chosen["y"],
                progress=progress,
                choices=choices,
            )
            _ = data.line, data.sketch  # slow, so in this thread and not on the event loop
            return data

        try:
            data = await read_in_thread(work)
        except ReadingCancelledError:
            self._message.set_message("cancelled")
        except InputError as error:
            self._message.set_message(self._without_path(error), wrong=True)
        else:
            self.dismiss(data)
        finally:
            cancelled.set()
            self._cancelled = None
            self._reading.pause()

    def _without_path(self, error: InputError) -> str:
        return str(error).removeprefix(f"{printable(str(self._path))}: ")

    @property
    def _here(self) -> Column | None:
        """The column under the cursor."""
        columns = self._preview.columns
        return columns[min(self._columns.highlighted or 0, len(columns) - 1)] if columns else None

    def _show(self) -> None:
        """Show the columns with their marks, and the pair."""
        place = self._columns.highlighted
        self._columns.clear_options()
        self._columns.add_options([Option(line) for line in self._lines(self.size.width)])
        count = len(self._preview.columns)
        self._columns.highlighted = None if not count else min(place or 0, count - 1)
        self._show_pair(self.app.size.width)
        self._first_rows.redraw()

    def _lines(self, width: int) -> Iterator[Content]:
        """Yield the columns, each with what it is chosen for and why it can't be chosen."""
        columns = max(1, min(NAME_COLUMNS, width - OTHER_COLUMNS))
        for column in self._preview.columns:
            chosen = (which for which, name in self._chosen.items() if name == column.name)
            yield Content.assemble(
                (f" {next(chosen, ' ')} ", "bold $text-accent"),
                (
                    printable(column.name, columns).ljust(columns + 2),
                    "" if column.x or column.y else "$text-muted",
                ),
                (column.why, "$text-muted"),
            )

    def _show_pair(self, width: int) -> None:
        """Show x, y and the rows in memory on one line of a screen of that width."""
        rows = f"a sample of {SAMPLE_ROWS:,} rows" if self._sampled else "all rows"
        x, y = (printable(self._chosen[which]) or "–" for which in "xy")
        all_of_it = f"y {y}{FROM_X}{x}     {rows} in memory"
        fits = cell_len(all_of_it) <= min(width, MOST_COLUMNS) - FRAME_COLUMNS
        rows = f"     {rows} in memory" if fits else f"   {rows}"
        room = min(width, MOST_COLUMNS) - FRAME_COLUMNS - len(f"y {FROM_X}{rows}")
        longest = max(room // 2, room - cell_len(x)), max(room // 2, room - cell_len(y))
        y, x = cut(y, longest[0]), cut(x, longest[1])
        self._pair.update(
            Content.assemble(
                ("y ", "$text-muted"),
                (y, "bold $text-accent"),
                (FROM_X, "$text-muted"),
                (x, "bold $text-accent"),
                (rows, "$text-muted"),
            )
        )

    def _show_how(self, width: int) -> None:
        """Show how the file is read, on one line; the choice in question is always in sight."""
        room = min(width, MOST_COLUMNS) - FRAME_COLUMNS
        items = []
        for place, way in enumerate(self._ways):
            here = place == self._way
            word = printable(self._word(way), MOST_WORD_CELLS)
            word = {" ": "space", "\t": "tab"}.get(word, word)
            shown = (f"‹ {word} ›" if here else word, "bold $text-accent" if here else "")
            items.append(Content.assemble((f"{way.label} ", "$text-muted"), shown))
        first = 0
        while first < self._way and _cells(items[first : self._way + 1]) > room:
            first += 1
        before = "" if first == 0 else "… "
        self._reading_line.update(Content.assemble(before, Content("  ").join(items[first:])))

    def _show_progress(self) -> None:
        columns = BAR_COLUMNS[self.has_class("narrow")]
        full = round(columns * self._fraction)
        bar = "█" * full + "░" * (columns - full)
        self._message.set_message(f"reading  {bar} {100 * self._fraction:3.0f}%   ctrl+x cancels")

    def _draw(self, columns: int, rows: int) -> Picture:
        here = self._columns.highlighted or 0
        return draw_preview(columns, rows, self._preview, tuple(self._chosen.values()), here)


def _cells(items: Sequence[Content]) -> int:
    return sum(item.cell_length + 2 for item in items)


def fits_in_memory(path: Path) -> bool:
    """Return whether two columns of a file probably fit into memory."""
    try:
        size = path.stat().st_size
    except OSError:  # opening it says what is wrong
        return True
    if path.suffix.lower() in (".gz", ".parquet", ".xlsx"):
        size *= UNPACKED_RATIO
    return size * BYTES_A_BYTE < min(MOST_BYTES, _free() / 2)


def _free() -> float:
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):  # not on macOS and Windows
        return float(MOST_BYTES)
