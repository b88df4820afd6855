"""The form for the homework's report: a name, answers, and the folder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Input, Static, TextArea

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings, setting
from linreg_tui.files import current_folder, shortened
from linreg_tui.options import read
from linreg_tui.report import homework_report
from linreg_tui.report.homework import solve
from linreg_tui.report.homework_report import FIRST_QUESTION, SECOND_QUESTION, Answers
from linreg_tui.tui.dialogs.base import (
    FIELD_KEYS,
    WORD_KEYS,
    Body,
    Choice,
    Field,
    FormScreen,
    MessageLine,
    cancel_key,
)
from linreg_tui.tui.keys import Key
from linreg_tui.tui.work import begin

STARTED, LIVE = "as at the start", "as in the live view"

LONGEST_TEXT_CELLS = 200
"""Most characters of a name and of a folder's path."""

MOST_REPEATS = 1000

HINTS = {
    "name": "as it should appear in the report",
    "settings": "of the trainings: those that the program was started with, or the present ones",
    "repeats": "trainings of each, with other random draws",
    "folder": "where the report and its pictures are written; no file is replaced",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been typed, so that closing the form doesn't lose it."""

    answers: Answers = field(default_factory=Answers)
    settings: str = STARTED
    repeats: str = "1"
    folder: str = ""


class ReportForm(FormScreen[Draft]):
    """Closes with what was typed, whether or not the report was written."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("ctrl+s,enter", "ctrl+s", "apply", "Write the report", "write"),
        cancel_key("close"),
        Key("tab", "tab", "app.focus_next", "Next field", "next field"),
        *(replace(key, footer="") for key in FIELD_KEYS),
        *WORD_KEYS,
    )
    BOX = "report-form"

    def __init__(
        self, data: Dataset, named: Sequence[str], started: Settings, live: Settings, draft: Draft
    ) -> None:
        super().__init__("Report of the homework")
        self._data = data
        self._named = named
        self._settings = {STARTED: started, LIVE: live}
        self._draft = replace(draft, folder=draft.folder or current_folder())
        self._message = MessageLine(id="message")
        self._writing = False

    def compose_box(self) -> ComposeResult:
        """Compose the name, the questions with their answers, the trainings, and the folder."""
        draft = self._draft
        with Body():
            yield Field("name", "your name", draft.answers.name, longest=LONGEST_TEXT_CELLS)
            yield Static(Content(f"1  {FIRST_QUESTION}"), classes="question")
            yield TextArea(draft.answers.first, id="first", compact=True, tab_behavior="focus")
            yield Static(Content(f"2  {SECOND_QUESTION}"), classes="question")
            yield TextArea(draft.answers.second, id="second", compact=True, tab_behavior="focus")
            yield Field("settings", "settings", draft.settings, (STARTED, LIVE))
            yield Field("repeats", "repeats", draft.repeats, others=())
            yield Field("folder", "folder", draft.folder, longest=LONGEST_TEXT_CELLS)
        yield self._hint
        yield self._message

    def on_mount(self) -> None:
        """Put the cursor behind what was written before."""
        for answer in self.query(TextArea):
            answer.move_cursor(answer.document.end)

    @property
    def draft(self) -> Draft:
        """What is typed."""
        texts = {field.setting: field.text for field in self.fields}
        first, second = (self.query_one(f"#{name}", TextArea).text for name in ("first", "second"))
        answers = Answers(texts["name"], date.today().isoformat(), first, second)
        return Draft(answers, texts["settings"], texts["repeats"], texts["folder"])

    @on(Input.Changed)
    @on(Choice.Changed)
    def _clear_message(self) -> None:
        """Clear the message: what was wrong may be right now."""
        self._message.set_message("")

    @on(DescendantFocus)
    def _explain(self) -> None:
        """Say what the field in focus takes."""
        answer = "in Markdown, as long as you like; empty leaves room to write"
        field = self.field_in_focus
        self.show_hint(answer if field is None else HINTS[field.setting])

    def action_cancel(self) -> None:
        """Close, keeping what was typed for the next time."""
        self.dismiss(self.draft)

    def action_apply(self) -> None:
        """Train, and write the report."""
        if self._writing:
            return
        draft = self.draft
        try:
            repeats = _repeats(draft.repeats)
        except InputError as error:
            self._message.set_message(str(error), wrong=True)
            return
        self._writing = True
        self._message.set_message("training and writing …")
        # A worker of the application, so that its message comes even if this form is closed.
        begin(self.app, "report", self._write, draft, repeats)

    async def _write(self, draft: Draft, repeats: int) -> None:
        settings = self._settings[draft.settings]
        try:
            folder = await asyncio.to_thread(files.folder_named, draft.folder)
            homework = await solve(self._data, settings, repeats=repeats, jobs=1)
            paths = await asyncio.to_thread(
                homework_report.write_report, homework, folder, self._named, draft.answers
            )
        except InputError as error:
            if self.is_current:
                self._message.set_message(str(error), wrong=True)
            else:
                self.app.notify(str(error), severity="error", markup=False)
        else:
            message = f"Wrote {paths[0].name} and {len(paths) - 1} pictures"
            where = shortened(str(paths[0].parent.absolute()))
            self.app.notify(f"{message} to {where}", markup=False)
            if self.is_current:
                self.dismiss(draft)
        finally:
            self._writing = False


def _repeats(text: str) -> int:
    repeats: int = read(setting("epochs"), text)
    if not 1 <= repeats <= MOST_REPEATS:
        raise InputError(f"{repeats} repeats are not possible: choose from 1 to {MOST_REPEATS}")
    return repeats
