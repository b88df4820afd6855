"""The screens that open over the panes, and what becomes of what is chosen in them.

They are loaded when they are first opened: most of a start is loading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.text import printable
from linreg_tui.tui.forms.question import Question
from linreg_tui.tui.work import begin

if TYPE_CHECKING:
    from linreg_tui.core.dataset import Dataset
    from linreg_tui.core.edits import Edits
    from linreg_tui.preferences import PreferencesFile
    from linreg_tui.tui.app import LinregApp
    from linreg_tui.tui.export.exports import Export
    from linreg_tui.tui.forms.report import Draft
    from linreg_tui.tui.panes.sweep import SweepPane
    from linreg_tui.tui.sweep.recipe import Recipe


class Dialogs:
    """Opens them one at a time, and remembers what the next of a kind begins with.

    `named` are the words that name the data to a command; `file` remembers the folder of the file
    that was opened last.
    """

    def __init__(
        self, app: LinregApp, named: Sequence[str], file: PreferencesFile | None = None
    ) -> None:
        self._app = app
        self._file = file
        self._named = named
        self._folder: str | None = None
        self._draft: Draft | None = None
        self._opened_in = _folder(file)
        self._saved: Dataset | None = None

    def help(self) -> None:
        """All keys that there are now."""
        from linreg_tui.tui.help import HelpScreen

        app = self._app
        app.push_screen(HelpScreen(app.main.focused, in_tour=app.tour.opened))

    def edit(self) -> None:
        """Every setting, in a form."""
        from linreg_tui.tui.forms.settings import SettingsForm

        if not self._is_open(SettingsForm):
            live = self._app.live
            self._app.push_screen(SettingsForm(self._app.data, live.settings), self._edited)

    def _edited(self, settings: Settings | None) -> None:
        if settings is not None and settings != self._app.live.settings:
            self._app.live.choose(settings)

    def open(self) -> None:
        """Another file, or an example."""
        if len(self._app.screen_stack) == 1:
            begin(self._app, "open", self._open)

    def quit(self) -> None:
        """Leave the application; edits that are in no file are asked about first."""
        if not self.unsaved:
            self._app.exit()
        elif not self._is_open(Question):
            begin(self._app, "open", self._quit)

    async def _quit(self) -> None:
        answers = {"s": "save and quit", "q": "quit without saving"}
        told = await self._may_lose(self._kept, answers)
        if told is not None:
            self._app.exit_saying(told)

    @property
    def _kept(self) -> Edits:
        """The user's own edits, also while the tour's data is in their place."""
        kept = self._app.tour.kept
        return self._app.edits if kept is None else kept.edits

    @property
    def unsaved(self) -> bool:
        """Whether edits of the user's are in no file."""
        return self._unsaved(self._kept)

    def _unsaved(self, edits: Edits) -> bool:
        return edits.data is not edits.original and edits.data is not self._saved

    async def _may_lose(self, edits: Edits, answers: Mapping[str, str]) -> str | None:
        """None if edits may not be lost, or else where they were saved, if they were.

        The answer s saves them.
        """
        if not self._unsaved(edits):
            return ""
        name = printable(edits.data.source, 100)
        answer = await self._app.push_screen_wait(
            Question("Edited points", f"Not saved yet: {name}", answers)
        )
        if answer is None:
            return None
        return await self.save(edits) if answer == "s" else ""

    async def save(self, edits: Edits) -> str | None:
        """Write edited rows to a file, and say where; None if that didn't work, or none are."""
        if edits.data is edits.original:
            self._app.notify("Nothing is edited, so nothing is saved.", markup=False)
            return None

        from linreg_tui.tui.poke.saving import save

        try:
            told = await save(edits)
        except InputError as error:
            self._app.notify(str(error), severity="error", markup=False)
            return None
        self._saved = edits.data
        self._app.notify(told, markup=False)
        return told

    async def _open(self) -> None:
        from linreg_tui.tui.opening.flow import choose, said_of

        app = self._app
        answers = {"s": "save them", "o": "go on without"}
        if await self._may_lose(app.edits, answers) is None:
            return
        opened, self._opened_in = await choose(app, self._opened_in)
        if opened is None:
            return
        try:
            app.take(opened.data, opened.settings)
        except InputError as error:
            app.notify(str(error), severity="error", markup=False)
            return
        self._named = opened.named
        if opened.path is not None and self._file is not None:
            self._file.keep("folder", str(opened.path.parent))
        app.show_pane(None)
        app.notify(said_of(opened), markup=False)

    def export(self) -> None:
        """What leaves the program about the run in view, and about the sweep."""
        from linreg_tui.tui.export.dialog import ExportScreen

        if not self._is_open(ExportScreen):
            run, everything = len(self._of_run()), len(self._exports())
            first = run if self._app.alone == "sweep" and everything > run else 0
            self._app.push_screen(ExportScreen(self._exports, self._folder, first), self._exported)

    def _exports(self) -> list[Export]:
        from linreg_tui.tui.export.exports import of_sweep

        swept = self._sweep_pane.swept()
        return self._of_run() + ([] if swept is None else of_sweep(swept))

    def _of_run(self) -> list[Export]:
        from linreg_tui.tui.export.exports import InView, of_run

        live = self._app.live
        run = live.view.run
        return of_run(InView(run, run.history.last, live.picture(), live.rich_style))

    def _exported(self, folder: str | None) -> None:
        self._folder = folder or self._folder

    def report(self) -> None:
        """The report of the homework."""
        from linreg_tui.tui.forms.report import Draft, ReportForm

        if not self._is_open(ReportForm):
            app, draft = self._app, self._draft or Draft()
            draft = replace(draft, folder=self._folder or draft.folder)
            named = self._named if app.tour.kept is None else ()
            form = ReportForm(app.edits.original, named, app.started, app.live.afresh, draft)
            app.push_screen(form, self._drafted)

    def _drafted(self, draft: Draft | None) -> None:
        self._draft = draft or self._draft

    def sweep(self) -> None:
        """Choose a sweep around the settings of the live view, and run it."""
        from linreg_tui.tui.sweep.form import SweepForm

        self._app.poke(on=False)
        if not self._is_open(SweepForm):
            pane = self._sweep_pane
            form = SweepForm(
                self._app.data, self._app.live.afresh, pane.predictions, pane.sweep_run.recipe
            )
            self._app.push_screen(form, self._swept)

    def _swept(self, recipe: Recipe | None) -> None:
        if recipe is not None:
            self._app.show_pane("sweep")
            self._sweep_pane.start(recipe)

    @property
    def _sweep_pane(self) -> SweepPane:
        return self._app.others.sweep

    def _is_open(self, kind: type[Screen[Any]]) -> bool:
        return any(isinstance(screen, kind) for screen in self._app.screen_stack)


def _folder(file: PreferencesFile | None) -> Path:
    """Where to look for files at first: where the last one was, if that is still there, or here."""
    folder = None if file is None else file.preferences.folder
    try:
        return Path(folder) if folder and Path(folder).is_dir() else Path()
    except OSError:
        return Path()
