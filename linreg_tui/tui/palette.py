"""What the command palette can find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.theme import ThemeProvider

from linreg_tui.compat.palette import Palette
from linreg_tui.core.what_if import WHAT_IFS
from linreg_tui.tui.keys import KEYS

REPEATED = ("Keys", "Quit")
"""Textual's commands that our help and our key for quitting replace."""


def of_commands() -> Palette:
    """Return a palette of all commands."""
    return Palette(id="--command-palette")


def of_themes() -> Palette:
    """Return a palette of all themes."""
    return Palette(providers=[ThemeProvider], placeholder="Search for themes…")


def commands(app: App[None], usual: Iterable[SystemCommand]) -> Iterator[SystemCommand]:
    """Yield every command with a key, what-ifs, the report, and Textual's usual commands."""
    for key in KEYS:
        yield SystemCommand(key.meaning, f"key {key.shown}", partial(app.run_action, key.action))
    for number, what_if in enumerate(WHAT_IFS):
        asked = partial(app.run_action, f"app.what_if({number})")
        yield SystemCommand(f"What if: {what_if.name}", "the run before stays as a trace", asked)
    report = partial(app.run_action, "app.report")
    yield SystemCommand("Report of the homework", "also under x", report)
    yield from (command for command in usual if command.title not in REPEATED)
