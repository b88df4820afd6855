"""What is opened and written while the application runs, and what the next dialog begins with."""

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
    """Remembers folders, the draft of the report, and which edits are in a file.

    `named` are the words that name the data to a command; the file of `preferences` remembers the
    folder of the file that was opened last.
    """

    def __init__(self, named: Sequence[str], preferences: PreferencesFile | None) -> None:
        self.named = named
        self.preferences = preferences
        self.folder: str | None = None
        self.draft: Draft | None = None
        self.asking = False
        self._opened_in = _folder(preferences)
        self._saved: Dataset | None = None

    async def choose(self, app: App[Any]) -> Opened | None:
        """What the user opens; None for nothing."""
        from linreg_tui.tui.dialogs.opening import choose

        opened, self._opened_in = await choose(app, self._opened_in)
        return opened

    def remember(self, opened: Opened) -> None:
        """Know what is open now."""
        self.named = opened.named
        if opened.path is not None and self.preferences is not None:
            self.preferences.save("folder", str(opened.path.parent))

    def written_to(self, folder: str | None) -> None:
        """The next export begins with this folder."""
        self.folder = folder or self.folder

    def draft_in_folder(self) -> Draft:
        """What was typed of the report, with the folder that was written to last."""
        from linreg_tui.tui.dialogs.report import Draft

        draft = self.draft or Draft()
        return replace(draft, folder=self.folder or draft.folder)

    def unsaved(self, edits: Edits) -> bool:
        """Whether edits are in no file."""
        return edits.data is not edits.original and edits.data is not self._saved

    async def may_lose(self, app: App[Any], edits: Edits, answers: Mapping[str, str]) -> str | None:
        """None if edits may not be lost, or else where they were saved, if they were.

        The answer s saves them.
        """
        if not self.unsaved(edits):
            return ""

        from linreg_tui.tui.dialogs.question import Question

        self.asking = True
        name = printable(edits.data.source, 100)
        question = Question("Edited points", f"Not saved yet: {name}", answers)
        answer = await app.push_screen_wait(question)
        self.asking = False
        if answer is None:
            return None
        return await self.save(app, edits) if answer == "s" else ""

    async def save(self, app: App[Any], edits: Edits) -> str | None:
        """Write edited rows to a file, and say where; None if that didn't work, or none are."""
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
    """Write the rows as they are now into the current folder, and return what was written where."""
    from linreg_tui.report.records import data_lines

    data = edits.data
    stem = f"{Path(edits.original.source).stem or 'data'}-edited"
    folder = Path(files.current_folder())
    path = await asyncio.to_thread(files.create, folder, stem, ".csv", data_lines(data))
    where = files.shortened(str(path.parent.absolute()))
    names = f"{printable(data.x_name, 20)} and {printable(data.y_name, 20)}"
    return f"Wrote {path.name} to {where}: {data.n:,} rows of {names}, with decimal points"


def _folder(file: PreferencesFile | None) -> Path:
    """Where to look for files at first: where the last one was, if that is still there, or here."""
    folder = None if file is None else file.preferences.folder
    try:
        return Path(folder) if folder and Path(folder).is_dir() else Path()
    except OSError:
        return Path()
