"""The form of a made-up line: its numbers, its noise, its seed."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import made_line
from linreg_tui.core.text import printable
from linreg_tui.tui.forms.field import Field
from linreg_tui.tui.forms.form_screen import FormScreen
from linreg_tui.tui.forms.said import Said

FIELDS: dict[str, tuple[str, str, type[int] | type[float]]] = {
    "rows": ("rows", "100", int),
    "slope": ("slope, m", "3", float),
    "intercept": ("intercept, b", "20", float),
    "noise": ("noise", "5", float),
    "seed": ("seed", "0", int),
}
"""Labels, values at first, and kinds."""

MOST_ROWS = 10_000_000

KEYS = "  ".join(
    [
        "[b $footer-key-foreground]enter/ctrl+s[/] [@click=screen.apply]make it[/]",
        "[b $footer-key-foreground]esc/ctrl+x[/] [@click=screen.cancel]back[/]",
        "[b $footer-key-foreground]↑↓[/] field",
    ]
)
"""The bottom line, in Textual's markup."""


def _read(field: tuple[str, str, type[int] | type[float]], text: str) -> Any:
    """The number that was typed, with a decimal point or comma.

    Raises
    ------
    InputError
        If it is none.
    """
    _, usual, kind = field
    try:
        return kind(text.replace(",", ".") if kind is float else text)
    except ValueError:
        name = "number" if kind is float else "whole number"
        wrong = f"{printable(text, 30)} is not a {name}" if text else f"a {name} is missing"
        raise InputError(f"{wrong}: choose one, such as {usual}") from None


class MadeForm(FormScreen[Dataset]):
    """Closes with the data."""

    def compose(self) -> ComposeResult:
        """A field for each number."""
        with Vertical(id="made-form") as box:
            box.border_title = "A made-up line"
            for name, (label, text, _) in FIELDS.items():
                yield Field(name, label, text)
            yield Static(
                Content("x is uniform from 0 to 10; noise is the standard deviation of y"),
                id="hint",
            )
            yield Said(id="cost")
            yield Static(KEYS, id="keys")

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
            self.query_one(Said).say(str(error), wrong=True)
            return
        self.dismiss(data)
