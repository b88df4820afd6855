"""The files opened and written while the application runs, and where the next dialog begins."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linreg_tui import files
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable
from linreg_tui.preferences import PreferencesFile

if TYPE_CHECKING:
    from textual.app import App

    from linreg_tui.core.dataset import Dataset
    from linreg_tui.tui.dialogs.opening import Opened
    from linreg_tui.tui.dialogs.report import Draft


class FilesOpened:
    """Remembers folders, the draft of the report, and which edits are saved.

    `named` holds the arguments that name the data on a command line. The file of `preferences`
    stores the folder of the file opened last. With `read_only`, nothing can be opened but examples
    and what is named at the start.
    """

    def __init__(
        self, named: Sequence[str], preferences: PreferencesFile | None, *, read_only: bool = False
    ) -> None:
        self.read_only = read_only
        self._only = _named_file(named) if read_only else None
        self.named = named
        self.preferences = preferences
        self.folder: str | None = None
        self.draft: Draft | None = None
        self._opened_in: Path | None = None
        self._saved: Dataset | None = None

    async def choose(self, app: App[Any]) -> Opened | None:
        """Return what the user opens, or None."""
        from linreg_tui.tui.dialogs.opening import choose

        folder = self._opened_in or _folder(self.preferences)
        opened, self._opened_in = await choose(app, folder, only=self._only)
        return opened

    def set_opened(self, opened: Opened) -> None:
        """Record what is open now."""
        self.named = opened.named
        if opened.path is not None and self.preferences is not None:
            self.preferences.save("folder", str(opened.path.parent))

    def set_folder(self, folder: str | None) -> None:
        """Start the next export in this folder."""
        self.folder = folder or self.folder

    def draft_in_folder(self) -> Draft:
        """Return the draft of the report, with the folder last written to."""
        from linreg_tui.tui.dialogs.report import Draft

        draft = self.draft or Draft()
        return replace(draft, folder=self.folder or draft.folder)

    def unsaved(self, edits: Edits) -> bool:
        """Return whether edits are in no file."""
        if self.read_only:  # they can't be saved
            return False
        return edits.data is not edits.original and edits.data is not self._saved

    async def confirm_loss(
        self, app: App[Any], edits: Edits, answers: Mapping[str, str]
    ) -> str | None:
        """Return None if edits must not be lost, or else the message about saving them, if saved.

        The answer s saves them.
        """
        if not self.unsaved(edits):
            return ""

        from linreg_tui.tui.dialogs.question import Question

        name = printable(edits.data.source, 100)
        question = Question("Edited points", f"Not saved yet: {name}", answers)
        answer = await app.push_screen_wait(question)
        if answer is None:
            return None
        return await self.save(app, edits) if answer == "s" else ""

    async def save(self, app: App[Any], edits: Edits) -> str | None:
        """Write edited rows to a file and return a message, or None if nothing was written."""
        if edits.data is edits.original:
            app.notify("Nothing is edited, so nothing is saved.", markup=False)
            return None
        try:
            words = await _write(edits)
        except InputError as error:
            app.notify(str(error), severity="error", markup=False)
            return None
        self._saved = edits.data
        app.notify(words, markup=False)
        return words


async def _write(edits: Edits) -> str:
    """Write the edited rows into the current folder, and return a message that says where."""
    from linreg_tui.report.records import data_lines

    data = edits.data
    stem = f"{Path(edits.original.source).stem or 'data'}-edited"
    folder = Path(files.current_folder())
    path = await asyncio.to_thread(files.create, folder, stem, ".csv", data_lines(data))
    where = files.shortened(str(path.parent.absolute()))
    names = f"{printable(data.x_name, 20)} and {printable(data.y_name, 20)}"
    return f"Wrote {path.name} to {where}: {data.n:,} rows of {names}, with decimal points"


def _named_file(named: Sequence[str]) -> tuple[Path, ...]:
    """Return the file that the command line names, if it names one."""
    path = Path(named[-1]) if "--" in named[:-1] else None
    return (path,) if path is not None and path.is_file() else ()


def _folder(file: PreferencesFile | None) -> Path:
    """Return the folder to start in: the last file's, if it still exists, or the current one."""
    folder = None if file is None else file.preferences.folder
    try:
        return Path(folder) if folder and files.in_time(Path(folder).is_dir) else Path()
    except (OSError, files.NoAnswerError):
        return Path()
