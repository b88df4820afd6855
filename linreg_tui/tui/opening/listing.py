"""What there is to open: folders, files, and the examples as in a folder of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import taught
from linreg_tui.core.reading.tables import openable
from linreg_tui.core.text import printable

UNITS = ("B", "kB", "MB", "GB", "TB")

Kind = Literal["folder", "file", "examples", "example"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to go into or to open.

    `path` is that of a folder or a file, `size` that of a file in bytes, and `teaches` is what an
    example is for.
    """

    kind: Kind
    name: str
    path: Path | None = None
    size: int = 0
    teaches: str = ""


def entries(folder: Path | None) -> list[Entry]:
    """The way up, then folders and files that can be opened, by their names; None: the examples.

    Hidden ones are left out, and what vanishes while one looks.

    Raises
    ------
    InputError
        If there is no such folder, or none may look into it.
    """
    if folder is None:
        known = taught()
        return [Entry("example", name, teaches=known[name]) for name in known]
    found: list[Entry] = []
    try:
        for path in folder.iterdir():
            if not path.name.startswith(".") and (entry := _entry(path)) is not None:
                found.append(entry)
    except OSError as error:
        raise InputError(f"{printable(str(folder))}: {error.strerror}; choose another") from None
    found.sort(key=lambda entry: (entry.kind == "file", _natural(entry.name)))
    above = [] if folder.parent == folder else [Entry("folder", "..", folder.parent)]
    return [*above, Entry("examples", "examples"), *found]


def _natural(name: str) -> list[list[str | int]]:
    """By which names are in order: a, a-2, a-10, each with its ending left for last."""
    stem, dot, ending = name.casefold().partition(".")
    # Text and numbers take turns, so that like is compared with like.
    return [
        [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]
        for text in (stem, dot + ending)
    ]


def matching(found: Sequence[Entry], typed: str) -> list[Entry]:
    """Those with the text in their names, those that begin with it first; all where there is none.

    Examples are among them wherever one is.
    """
    if not typed:
        return list(found)
    text = typed.casefold()
    all_of_it = [*found, *(entry for entry in entries(None) if entry not in found)]
    fits = [entry for entry in all_of_it if text in entry.name.casefold()]
    return sorted(fits, key=lambda entry: not entry.name.casefold().startswith(text))


def _entry(path: Path) -> Entry | None:
    try:
        if path.is_dir():
            return Entry("folder", path.name, path)
        if path.is_file() and openable(path.name):
            return Entry("file", path.name, path, path.stat().st_size)
    except OSError:  # it has gone, or leads nowhere
        pass
    return None


def size_text(size: int) -> str:
    """A size in three digits: 512 B, 6.4 kB, 1.2 GB."""
    power = next((k for k in range(len(UNITS)) if size < 1000 ** (k + 1)), len(UNITS) - 1)
    return f"{size / 1000**power:.3g} {UNITS[power]}"


def path_of(folder: Path, typed: str) -> Path | None:
    """The path that a text is, seen from a folder; None if it can't be one."""
    try:
        path = (folder / Path(typed.strip()).expanduser()).resolve()
        path.exists()
    except (OSError, ValueError, RuntimeError):
        return None
    return path
