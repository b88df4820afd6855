"""What can be searched in the command palette."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.theme import ThemeProvider

from linreg_tui.compat.palette import Palette
from linreg_tui.tui.keys import KEYS

REPEATED = ("Keys", "Quit")
"""Commands of Textual's that our help and our key for leaving already are."""


def of_commands() -> Palette:
    """All that there is to do."""
    return Palette(id="--command-palette")


def of_themes() -> Palette:
    """All themes."""
    return Palette(providers=[ThemeProvider], placeholder="Search for themes…")


def commands(app: App[None], usual: Iterable[SystemCommand]) -> Iterator[SystemCommand]:
    """Everything that has a key, the report, and what is usual besides."""
    for key in KEYS:
        yield SystemCommand(key.meaning, f"key {key.shown}", partial(app.run_action, key.action))
    report = partial(app.run_action, "app.report")
    yield SystemCommand("Report of the homework", "also under x", report)
    yield from (command for command in usual if command.title not in REPEATED)
