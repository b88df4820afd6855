"""What the command palette can find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.screen import Screen
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


def commands(
    app: App[None], screen: Screen[object], usual: Iterable[SystemCommand]
) -> Iterator[SystemCommand]:
    """Yield every command with a key, what-ifs, the report, and Textual's usual commands.

    The keys of a pane are first, while it has the keyboard.
    """
    local = {
        one.binding.action: one
        for one in screen.active_bindings.values()
        if one.node not in (app, screen) and one.enabled and one.binding.key_display
    }
    meanings = Counter(one.binding.tooltip for one in local.values())
    for node, binding, _, _ in local.values():
        if meanings[binding.tooltip] == 1:
            run = partial(app.run_action, binding.action, node)
            yield SystemCommand(binding.tooltip, f"key {binding.key_display}", run)
    for key in KEYS:
        yield SystemCommand(key.meaning, f"key {key.shown}", partial(app.run_action, key.action))
    for number, what_if in enumerate(WHAT_IFS):
        asked = partial(app.run_action, f"app.what_if({number})")
        yield SystemCommand(f"What if: {what_if.name}", "the run before stays as a trace", asked)
    report = partial(app.run_action, "app.report")
    yield SystemCommand("Report of the homework", "also under x", report)
    yield from (command for command in usual if command.title not in REPEATED)
