"""The column picker: which column is x and which is y; then it reads them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.columns import Column
from linreg_tui.core.reading.loading import load
from linreg_tui.core.reading.streaming import SAMPLE_ROWS, stream
from linreg_tui.core.reading.tables import Preview
from linreg_tui.core.text import printable
from linreg_tui.tui.dialog_screen import DialogScreen
from linreg_tui.tui.drawing.picture import Picture, cut
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.forms.plain_list import PlainList
from linreg_tui.tui.forms.said import Said
from linreg_tui.tui.opening.attempt import LeftError, attempt
from linreg_tui.tui.opening.in_memory import fits
from linreg_tui.tui.opening.preview_picture import draw_preview
from linreg_tui.tui.work import begin

BAR = 30
"""Cells of the progress bar."""

FRAME = 0.1
"""Seconds between two looks at how much is read."""

ROOMY = 22
"""Rows of the screen from which on all first rows are shown."""

WIDTH, FRAMED = 80, 4
"""Columns of the picker at most, and of those its border and padding."""

BETWEEN = "  from  x "

NAME_COLUMNS = 34

KEYS = "  ".join(
    [
        "[b $footer-key-foreground]enter[/] [@click=screen.apply]open[/]",
        "[b $footer-key-foreground]x y[/] set",
        "[b $footer-key-foreground]s[/] [@click=screen.swap]swap[/]",
        "[b $footer-key-foreground]a[/] [@click=screen.amount]sample[/]",
        "[b $footer-key-foreground]esc/ctrl+x[/] [@click=screen.cancel]back[/]",
    ]
)
"""The bottom line, in Textual's markup."""


class ColumnPicker(DialogScreen[Dataset | None]):
    """Closes with the data that was read, or None to choose another file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,ctrl+s", "apply", "Open"),
        ("x", "set('x')", "Make it x"),
        ("y", "set('y')", "Make it y"),
        ("s", "swap", "Swap x and y"),
        ("a", "amount", "All rows, or a sample"),
        ("escape,ctrl+x", "cancel", "Back"),
    ]

    def __init__(self, path: Path, preview: Preview) -> None:
        super().__init__()
        self._path = path
        self._preview = preview
        guess = preview.guess or ("", "")
        self._chosen = {"x": guess[0], "y": guess[1]}
        self._sampled = not fits(path)
        self._columns = PlainList(compact=True, id="columns-list")
        self._pair = Static(id="pair")
        self._said = Said(id="cost")
        self._first_rows = Plot(self._draw, id="preview")
        self._fraction = 0.0
        self._left: threading.Event | None = None

    def compose(self) -> ComposeResult:
        """The pair, the columns, and the first rows."""
        with Vertical(id="column-picker") as box:
            box.border_title = Content(printable(self._path.name, 60))
            yield self._pair
            yield self._columns
            yield self._said
            yield self._first_rows
            yield Static(KEYS, id="keys")

    def on_resize(self, event: Resize) -> None:
        """Fewer of the first rows where there is little room."""
        self.set_class(event.size.height < ROOMY, "short")
        self._show_pair(event.size.width)

    def on_mount(self) -> None:
        """Begin on x."""
        self._reading = self.set_interval(FRAME, self._show_progress, pause=True)
        self._show()
        names = [column.name for column in self._preview.columns]
        self._columns.highlighted = names.index(self._chosen["x"]) if self._chosen["x"] else 0
        self._columns.focus()

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Show the column under the cursor, say what speaks against it, and how it is read."""
        self._first_rows.redraw()
        if self._left is None:
            here = self._here
            doubtful = [
                f"{printable(column.name, 24)}: {column.note}"
                for column in self._preview.columns
                if column.note and (column.name in self._chosen.values() or column is here)
            ]
            self._said.say("; ".join(filter(None, [here.why, *doubtful, *self._preview.notes])))

    def action_set(self, which: str) -> None:
        """Make the column under the cursor x or y; the other one changes places if it was that."""
        column = self._here
        if not (column.x if which == "x" else column.y):
            self._said.say(
                f"{printable(column.name, 30)} can't be {which}: {column.why}", wrong=True
            )
            return
        other = "y" if which == "x" else "x"
        if self._chosen[other] == column.name:
            self._chosen[other] = self._chosen[which]
        self._chosen[which] = column.name
        self._show()

    def action_swap(self) -> None:
        """x becomes y, and y x."""
        self._chosen = {"x": self._chosen["y"], "y": self._chosen["x"]}
        self._show()

    def action_amount(self) -> None:
        """Keep all rows in memory, or a sample of them."""
        self._sampled = not self._sampled
        self._show()

    async def action_apply(self) -> None:
        """Read the two columns."""
        if self._left is not None:
            return
        if not (self._chosen["x"] and self._chosen["y"]):
            self._said.say("choose a column for x with x, and one for y with y", wrong=True)
            return
        self._left = threading.Event()
        self._fraction = 0.0
        self._reading.resume()
        begin(self, "reading", self._read, self._left)

    def action_cancel(self) -> None:
        """Read no further; or go back."""
        if self._left is None:
            self.dismiss(None)
        else:
            self._left.set()

    async def _read(self, left: threading.Event) -> None:
        def progress(fraction: float) -> None:
            self._fraction = fraction
            if left.is_set():
                raise LeftError

        def work() -> Dataset:
            read = stream if self._sampled else load
            data = read(str(self._path), self._chosen["x"], self._chosen["y"], progress=progress)
            _ = data.line, data.sketch  # what takes its time, here and not on the event loop
            return data

        try:
            data = await attempt(work)
        except LeftError:
            self._said.say("cancelled")
        except InputError as error:
            self._said.say(str(error).removeprefix(f"{printable(str(self._path))}: "), wrong=True)
        else:
            self.dismiss(data)
        finally:
            left.set()
            self._left = None
            self._reading.pause()

    @property
    def _here(self) -> Column:
        return self._preview.columns[self._columns.highlighted or 0]

    def _show(self) -> None:
        """The columns with their marks, and what they make."""
        place = self._columns.highlighted
        self._columns.clear_options()
        self._columns.add_options(
            [Option(_line(column, self._chosen)) for column in self._preview.columns]
        )
        self._columns.highlighted = place
        self._show_pair(self.app.size.width)
        self._first_rows.redraw()

    def _show_pair(self, width: int) -> None:
        """What is x, y and kept in memory, on one line of a screen of that width."""
        rows = f"a sample of {SAMPLE_ROWS:,} rows" if self._sampled else "all rows"
        x, y = (printable(self._chosen[which]) or "–" for which in "xy")
        all_of_it = f"y {y}{BETWEEN}{x}     {rows} in memory"
        fits = cell_len(all_of_it) <= min(width, WIDTH) - FRAMED
        rows = f"     {rows} in memory" if fits else f"   {rows}"
        room = min(width, WIDTH) - FRAMED - len(f"y {BETWEEN}{rows}")
        longest = max(room // 2, room - cell_len(x)), max(room // 2, room - cell_len(y))
        y, x = cut(y, longest[0]), cut(x, longest[1])
        self._pair.update(
            Content.assemble(
                ("y ", "$text-muted"),
                (y, "bold $text-accent"),
                (BETWEEN, "$text-muted"),
                (x, "bold $text-accent"),
                (rows, "$text-muted"),
            )
        )

    def _show_progress(self) -> None:
        full = round(BAR * self._fraction)
        percent = f"{100 * self._fraction:3.0f}%"
        self._said.say(f"reading  {'█' * full}{'░' * (BAR - full)} {percent}   ctrl+x cancels")

    def _draw(self, columns: int, rows: int) -> Picture:
        here = self._columns.highlighted or 0
        return draw_preview(columns, rows, self._preview, tuple(self._chosen.values()), here)


def _line(column: Column, chosen: dict[str, str]) -> Content:
    mark = next((which for which, name in chosen.items() if name == column.name), " ")
    style = "" if column.x or column.y else "$text-muted"
    name = printable(column.name, NAME_COLUMNS).ljust(NAME_COLUMNS + 2)
    return Content.assemble(
        (f" {mark} ", "bold $text-accent"), (name, style), (column.why, "$text-muted")
    )
