"""The application: keys, palette, and which panes are on the screen."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.tui.footer import KeysFooter
from linreg_tui.tui.guarded import GuardedApp
from linreg_tui.tui.keys import KEYS, TOUR_KEYS, bindings
from linreg_tui.tui.link import QUESTION, Link
from linreg_tui.tui.markers import BRAILLE, Markers
from linreg_tui.tui.messages import Edited, LineMoved, PaneChosen, RunChosen, SettingsChosen
from linreg_tui.tui.panes.closed_form import ClosedFormPane
from linreg_tui.tui.panes.data import DataPane
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.panes.sweep import SweepPane
from linreg_tui.tui.panes.views import ViewsPane
from linreg_tui.tui.presenter import Drawn, PressedKeys, present
from linreg_tui.tui.sweep.recipe import Recipe
from linreg_tui.tui.sweep.table import TrialTable
from linreg_tui.tui.themes import THEMES
from linreg_tui.tui.title import TABS, TitleBar
from linreg_tui.tui.tour.descent import DescentPane
from linreg_tui.tui.tour.panel import TourPanel
from linreg_tui.tui.tour.stage import DESCENT
from linreg_tui.tui.tour.tour import Tour

# Screens that are opened later are loaded then: most of a start is loading.
if TYPE_CHECKING:
    from linreg_tui.tui.exports import Export
    from linreg_tui.tui.report_form import Draft

LEAST_COLUMNS, LEAST_ROWS = 60, 16
"""The smallest screen on which one pane can be read."""

LOSS_ROWS = 20
"""Below this many rows the line has the live pane for itself."""

REPEATED = ("Keys", "Quit")
"""Commands of Textual's that our help and our key for leaving already are."""

ALL_COLUMNS, ALL_ROWS = 100, 32
"""The smallest screen on which all panes can."""


class LinregApp(GuardedApp):
    """Four panes over one data set, and the keys that drive them."""

    TITLE = "linreg-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*TOUR_KEYS, *KEYS))

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        markers: Markers = BRAILLE,
        named: Sequence[str] = (),
        tour: str | None = None,
        *,
        fps: int | None = None,
    ) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self._named = named
        self._edits = Edits.of(data)
        self._settings = settings
        self._markers = markers
        self._alone: str | None = None
        self._poking = False
        self._swept = data
        self._link = Link(self.written, fps)
        self._folder: str | None = None
        self._draft: Draft | None = None
        self._opened_in = Path()
        self._tour = Tour(self)
        self._tour_at_first = tour

    def compose(self) -> ComposeResult:
        """The panes, the live one with the most room."""
        yield TitleBar(self._data)
        with Horizontal(id="panes"):
            yield LivePane(self._data, self._settings, self._markers, self._link)
            with Vertical(id="side"):
                yield DataPane(self._data, self._markers)
                yield ClosedFormPane(self._data, self._markers)
                yield SweepPane(self._data, self._settings, self._markers, self._link)
            yield DescentPane(self._markers)
            yield TourPanel(self._tour.guide)
        yield Static(id="too-small")
        yield KeysFooter(compact=True, show_command_palette=False)
        yield PressedKeys()

    def on_mount(self) -> None:
        """Show what the screen has room for."""
        self._arrange(self.size)

    def on_ready(self) -> None:
        """Spare what lives as long as the application from the garbage collector's rounds."""
        if self._tour_at_first is not None:
            self._tour.guide.open(self._tour_at_first)
        gc.freeze()
        gc.enable()

    def on_resize(self, event: events.Resize) -> None:
        """Show what the screen has room for."""
        self._arrange(event.size)

    async def on_event(self, event: events.Event) -> None:
        """Let training rest while a key or a click does its work."""
        if isinstance(event, events.InputEvent):
            for live in self.main.query(LivePane):
                live.rest()
            if (
                isinstance(event, events.Key)
                and not event.is_forwarded
                and self.screen is self.main
            ):
                self.main.query_one(PressedKeys).tell(event)
        await super().on_event(event)

    def post_display_hook(self) -> None:
        """Ask the terminal to tell when it has shown this frame."""
        if self._driver is not None and self.is_running and self._link.ask():
            self._driver.write(QUESTION)
            self._driver.flush()

    def on_terminal_supports_synchronized_output(self) -> None:
        """The terminal has answered: what was left out for its sake can be shown."""
        self._link.answer()
        self._live.catch_up()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that has a key, in the command palette."""
        for key in KEYS:
            action = partial(self.run_action, key.action)
            yield SystemCommand(key.meaning, f"key {key.shown}", action)
        yield SystemCommand(
            "Report of the homework", "also under x", partial(self.run_action, "app.report")
        )
        for command in super().get_system_commands(screen):
            if command.title not in REPEATED:
                yield command

    def _arrange(self, size: Size) -> None:
        columns, rows = size
        main = self.main
        room = self._tour.arrange(size)
        all_fit = room.width >= ALL_COLUMNS and room.height >= ALL_ROWS
        one_plot = room.height < LOSS_ROWS or main.has_class("presenting")
        first = "data" if self._poking else "live"
        alone = self._alone or (None if all_fit and not one_plot else first)
        too_small = columns < LEAST_COLUMNS or rows < LEAST_ROWS
        self._live.one_plot = one_plot
        main.set_class(self._poking, "poking")
        main.set_class(too_small, "too-small")
        main.set_class(one_plot, "short")
        main.set_class(alone is not None, "alone")
        main.query_one("#too-small", Static).update(
            f"linreg-tui needs {LEAST_COLUMNS}x{LEAST_ROWS} characters; here are {columns}x{rows}."
        )
        main.query_one("#side").display = alone in (None, *TABS) and alone != "live"
        main.query_one(DescentPane).display = alone == DESCENT
        for pane in main.query(".pane"):
            pane.display = alone in (None, pane.id)
        if alone is None and self._poking:
            main.query_one(SweepPane).display = False
        main.query_one(TitleBar).show(alone)
        main.query_one(DataPane).poke(on=self._poking and not too_small)
        main.query_one(SweepPane).alone(alone=alone == "sweep" and not too_small, tight=one_plot)
        self.refresh_bindings()

    def take(self, data: Dataset, settings: Settings) -> None:
        """Open other data, and begin with these settings.

        Raises
        ------
        InputError
            If the data can't be trained with them; nothing has changed then.
        """
        self._live.take(data, settings)
        self._edits, self._settings, self._swept = Edits.of(data), settings, data
        main = self.main
        main.query_one(SweepPane).take(data, settings)
        for pane in (*main.query(DataPane), *main.query(ClosedFormPane), *main.query(TitleBar)):
            pane.take(data)

    def on_edited(self, message: Edited) -> None:
        """Everything follows the edited data, but for the sweep: its results would soon be old."""
        data_pane = self.main.query_one(DataPane)
        try:
            self._live.take(message.edits.data)
        except InputError as error:
            self.notify(str(error), severity="warning", markup=False)
            data_pane.keep(self._edits)
            return
        self._edits = message.edits
        for pane in (*self.main.query(ClosedFormPane), *self.main.query(TitleBar)):
            pane.take(self._data)

    def on_line_moved(self, message: LineMoved) -> None:
        """The line that is being trained is drawn among the points that are edited, too."""
        self.main.query_one(DataPane).follow(message.view)

    def on_poking_ended(self) -> None:
        """The user is done with the points."""
        self._poke(on=False)

    def on_settings_chosen(self, message: SettingsChosen) -> None:
        """The live run has new settings, with which a sweep would be another."""
        self.main.query_one(SweepPane).offer(message.settings)

    def on_run_chosen(self, message: RunChosen) -> None:
        """A row of the sweep is to be seen in the live view."""
        self.show_pane(None)
        self._live.load(message.settings)

    def on_pane_chosen(self, message: PaneChosen) -> None:
        """A tab was clicked."""
        self.show_pane(message.pane)

    def show_pane(self, pane: str | None) -> None:
        """One pane alone, or all."""
        self._alone = pane
        if pane not in (None, "data"):
            self._poke(on=False)
        self._arrange(self.size)

    def _poke(self, *, on: bool) -> None:
        """Edit the points, or be done: then a sweep would be one of the edited data."""
        if on == self._poking:
            return
        self._poking = on
        self._live.chase(chasing=on)
        if not on and self._swept is not self._data:
            self._swept = self._data
            self.main.query_one(SweepPane).take(self._data, self._live.afresh)
        self._arrange(self.size)

    @property
    def _data(self) -> Dataset:
        """The rows as they are now."""
        return self._edits.data

    @property
    def alone(self) -> str | None:
        """The pane that was asked for alone; None for all."""
        return self._alone

    @property
    def main(self) -> Screen[object]:
        """The screen with the panes, whatever lies on top of it."""
        return self.screen_stack[0]

    @property
    def _live(self) -> LivePane:
        return self.main.query_one(LivePane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let keys rest that would be lost on the screen as it is.

        They are the live pane's while the sweep has the screen and the keyboard, the one for the
        next view of the data while its points are edited, and the tour's outside of it.
        """
        if action == "live":
            in_sweep = self.main.query_one(TrialTable).has_focus
            return not in_sweep and hasattr(self._played, str(parameters[0]))
        if action == "next_view" and parameters == ("data",) and self._poking:
            return False
        if action == "tour":
            return self._tour.awake(*parameters)  # type: ignore[arg-type]
        return super().check_action(action, parameters)

    def action_live(self, what: str, *arguments: int) -> None:
        """Call the method of that name of the live pane, or of what the tour shows instead."""
        getattr(self._played, what)(*arguments)

    @property
    def _played(self) -> LivePane | DescentPane:
        return self.main.query_one(DescentPane) if self._alone == DESCENT else self._live

    def action_tour(self, what: str, *arguments: int) -> None:
        """What a key of the tour asks for."""
        self._tour.do(what, *arguments)

    def action_present(self) -> None:
        """Everything large, or as before."""
        main = self.main
        panes: list[Drawn] = [
            main.query_one(LivePane),
            main.query_one(DataPane),
            main.query_one(ClosedFormPane),
            main.query_one(SweepPane),
            main.query_one(DescentPane),
        ]
        present(main, panes, self._markers)
        self._arrange(self.size)

    def action_edit(self) -> None:
        """Every setting, in a form."""
        from linreg_tui.tui.form import SettingsForm

        if not any(isinstance(screen, SettingsForm) for screen in self.screen_stack):
            self.push_screen(SettingsForm(self._data, self._live.settings), self._edited)

    def _edited(self, settings: Settings | None) -> None:
        if settings is not None and settings != self._live.settings:
            self._live.choose(settings)

    def action_open(self) -> None:
        """Another file, or an example."""
        if len(self.screen_stack) == 1:
            self.run_worker(self._open(), group="open")

    async def _open(self) -> None:
        from linreg_tui.tui.opening.flow import choose, said_of

        opened, self._opened_in = await choose(self, self._opened_in)
        if opened is None:
            return
        try:
            self.take(opened.data, opened.settings)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._named = opened.named
        self.show_pane(None)
        self.notify(said_of(opened), markup=False)

    def action_export(self) -> None:
        """What leaves the program about the run in view, and about the sweep."""
        from linreg_tui.tui.export import ExportScreen

        if not any(isinstance(screen, ExportScreen) for screen in self.screen_stack):
            of_sweep = self._alone == "sweep" and len(self._exports()) > len(self._of_run())
            first = len(self._of_run()) if of_sweep else 0
            self.push_screen(ExportScreen(self._exports, self._folder, first), self._exported)

    def _exports(self) -> list[Export]:
        from linreg_tui.tui.exports import of_sweep

        swept = self.main.query_one(SweepPane).swept()
        return self._of_run() + ([] if swept is None else of_sweep(swept))

    def _of_run(self) -> list[Export]:
        from linreg_tui.tui.exports import InView, of_run

        run = self._live.view.run
        seen = InView(run, run.history.last, self._live.picture(), self._live.rich_style)
        return of_run(seen)

    def action_report(self) -> None:
        """The report of the homework."""
        from linreg_tui.tui.report_form import Draft, ReportForm

        if not any(isinstance(screen, ReportForm) for screen in self.screen_stack):
            draft = self._draft or Draft()
            draft = replace(draft, folder=self._folder or draft.folder)
            named = () if self._tour.guide.begun else self._named
            form = ReportForm(self._edits.original, named, self._settings, self._live.afresh, draft)
            self.push_screen(form, self._drafted)

    def _drafted(self, draft: Draft | None) -> None:
        self._draft = draft or self._draft

    def _exported(self, folder: str | None) -> None:
        self._folder = folder or self._folder

    def action_pane(self, pane: str | None) -> None:
        """One pane alone; the same again, or None, all."""
        self.show_pane(None if self._alone == pane else pane)

    def action_next_view(self, pane: str) -> None:
        """The next view of a pane; if it isn't on the screen, first the pane itself."""
        shown = self.main.query_one(f"#{pane}", ViewsPane)
        if shown.display:
            shown.next_view()
        else:
            self.show_pane(pane)

    def action_poke(self) -> None:
        """Edit the points of the data, or be done with it."""
        if self._edits.original.whole is not None:
            self.notify("Only a sample of the rows is kept, so points can't be edited.")
            return
        if not self._poking and self._alone != "data":
            self._alone = None
        self._poke(on=not self._poking)

    def action_sweep(self) -> None:
        """Choose a sweep around the settings of the live view, and run it."""
        from linreg_tui.tui.sweep.form import SweepForm

        self._poke(on=False)
        if not any(isinstance(screen, SweepForm) for screen in self.screen_stack):
            pane = self.main.query_one(SweepPane)
            form = SweepForm(self._data, self._live.afresh, pane.foresights, pane.course.recipe)
            self.push_screen(form, self._sweep)

    def _sweep(self, recipe: Recipe | None) -> None:
        if recipe is not None:
            self.show_pane("sweep")
            self.main.query_one(SweepPane).start(recipe)

    def action_help(self) -> None:
        """All keys that there are now."""
        from linreg_tui.tui.help import HelpScreen

        self.push_screen(HelpScreen(self.main.focused, in_tour=self._tour.guide.opened))
