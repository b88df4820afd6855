"""What of a folder can be opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from linreg_tui.core.errors import InputError
from linreg_tui.core.tables import openable
from linreg_tui.core.text import printable

UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder, or a file that a table can be read from; `size` is that of a file, in bytes."""

    path: Path
    name: str
    size: int | None = None

    @property
    def is_folder(self) -> bool:
        """Whether one can go into it."""
        return self.size is None


def entries(folder: Path) -> list[Entry]:
    """The folder above, the folders in it and the files that can be opened, by their names.

    Hidden ones are left out, and what vanishes while one looks.

    Raises
    ------
    InputError
        If there is no such folder, or none may look into it.
    """
    found: list[Entry] = []
    try:
        for path in folder.iterdir():
            if not path.name.startswith(".") and (entry := _entry(path)) is not None:
                found.append(entry)
    except OSError as error:
        raise InputError(f"{printable(str(folder))}: {error.strerror}; choose another") from None
    found.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    above = [] if folder.parent == folder else [Entry(folder.parent, "..")]
    return above + found


def _entry(path: Path) -> Entry | None:
    try:
        if path.is_dir():
            return Entry(path, path.name)
        if path.is_file() and openable(path.name):
            return Entry(path, path.name, path.stat().st_size)
    except OSError:  # it has gone, or leads nowhere
        pass
    return None


def size_text(size: int) -> str:
    """A size in three digits: 512 B, 6.4 kB, 1.2 GB."""
    power = next((k for k in range(len(UNITS)) if size < 1000 ** (k + 1)), len(UNITS) - 1)
    return f"{size / 1000**power:.3g} {UNITS[power]}"
