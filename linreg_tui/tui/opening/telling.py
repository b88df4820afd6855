"""What the file picker says of files."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from linreg_tui.core.reading.tables import Preview
from linreg_tui.core.text import printable
from linreg_tui.tui.opening.listing import Entry, size_text

NAME_COLUMNS = 52


def line_of(entry: Entry) -> Content:
    """An entry's line of the list."""
    name = printable(entry.name, NAME_COLUMNS)
    if entry.kind == "folder":
        return Content.assemble((f"{name}/", "$text-primary"))
    if entry.kind == "examples":
        return Content.assemble(("examples/", "$text-accent"), "  come with the program")
    if entry.kind == "example":
        return Content.assemble((f"{name:14}", ""), (entry.teaches, "$text-muted"))
    return Content.assemble(name.ljust(NAME_COLUMNS), (size_text(entry.size), "$text-muted"))


def told_of(found: Preview) -> str:
    """How many columns there are, and what is guessed of them."""
    numeric = sum(column.x and column.y for column in found.columns)
    told = f"{len(found.columns)} columns, {numeric} of numbers"
    if found.guess is None:
        return "; ".join([f"{told}: choose x and y", *found.notes])
    x, y = (printable(name, 24) for name in found.guess)
    guessed = (column for column in found.columns if column.name in found.guess)
    notes = [f"{printable(c.name, 24)}: {c.note}" for c in guessed if c.note]
    return "; ".join([f"{told}; x is {x}, y is {y}", *notes, *found.notes])


def wrong_with(name: str, words: str, path: Path | None) -> str:
    """What is wrong with a file, which is named by its name alone."""
    return f"{printable(name, 40)}: {words.removeprefix(f'{printable(str(path))}: ')}"
