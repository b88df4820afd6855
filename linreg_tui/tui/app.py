"""The application: keys, palette, and which panes are on the screen."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.tui.export import ExportScreen
from linreg_tui.tui.exports import Export, InView, of_run, of_sweep
from linreg_tui.tui.footer import KeysFooter
from linreg_tui.tui.form import SettingsForm
from linreg_tui.tui.help import HelpScreen
from linreg_tui.tui.keys import KEYS, TOUR_KEYS, bindings
from linreg_tui.tui.link import QUESTION, Link
from linreg_tui.tui.markers import BRAILLE, Markers
from linreg_tui.tui.messages import PaneChosen, RunChosen, SettingsChosen
from linreg_tui.tui.panes.closed_form import ClosedFormPane
from linreg_tui.tui.panes.data import DataPane
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.panes.sweep import SweepPane
from linreg_tui.tui.panes.views import ViewsPane
from linreg_tui.tui.presenter import Drawn, PressedKeys, present
from linreg_tui.tui.report_form import Draft, ReportForm
from linreg_tui.tui.sweep.form import SweepForm
from linreg_tui.tui.sweep.recipe import Recipe
from linreg_tui.tui.title import TABS, TitleBar
from linreg_tui.tui.tour.descent import DescentPane
from linreg_tui.tui.tour.panel import TourPanel
from linreg_tui.tui.tour.stage import DESCENT
from linreg_tui.tui.tour.tour import Tour

LEAST_COLUMNS, LEAST_ROWS = 60, 16
"""The smallest screen on which one pane can be read."""

LOSS_ROWS = 20
"""Below this many rows the line has the live pane for itself."""

REPEATED = ("Keys", "Quit")
"""Commands of Textual's that our help and our key for leaving already are."""

ALL_COLUMNS, ALL_ROWS = 100, 32
"""The smallest screen on which all panes can."""


class LinregApp(App[None]):
    """Four panes over one data set, and the keys that drive them."""

    TITLE = "linreg-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*TOUR_KEYS, *KEYS))

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        markers: Markers = BRAILLE,
        named: str | None = None,
        tour: str | None = None,
    ) -> None:
        super().__init__()
        self._named = named
        self._data = data
        self._settings = settings
        self._markers = markers
        self._alone: str | None = None
        self._link = Link()
        self._folder: str | None = None
        self._draft = Draft()
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
        alone = self._alone or (None if all_fit and not one_plot else "live")
        too_small = columns < LEAST_COLUMNS or rows < LEAST_ROWS
        self._live.one_plot = one_plot
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
        main.query_one(TitleBar).show(alone)
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
        self._data, self._settings = data, settings
        main = self.main
        main.query_one(SweepPane).take(data, settings)
        for pane in (*main.query(DataPane), *main.query(ClosedFormPane), *main.query(TitleBar)):
            pane.take(data)

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
        self._arrange(self.size)

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
        """Let keys rest: the live pane's while the sweep has the keyboard, the tour's outside."""
        if action == "live":
            return self.main.focused is None and hasattr(self._played, str(parameters[0]))
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
        if not any(isinstance(screen, SettingsForm) for screen in self.screen_stack):
            self.push_screen(SettingsForm(self._data, self._live.settings), self._edited)

    def _edited(self, settings: Settings | None) -> None:
        if settings is not None and settings != self._live.settings:
            self._live.choose(settings)

    def action_export(self) -> None:
        """What leaves the program about the run in view, and about the sweep."""
        if not any(isinstance(screen, ExportScreen) for screen in self.screen_stack):
            of_sweep = self._alone == "sweep" and len(self._exports()) > len(self._of_run())
            first = len(self._of_run()) if of_sweep else 0
            self.push_screen(ExportScreen(self._exports, self._folder, first), self._exported)

    def _exports(self) -> list[Export]:
        swept = self.main.query_one(SweepPane).swept()
        return self._of_run() + ([] if swept is None else of_sweep(swept))

    def _of_run(self) -> list[Export]:
        run = self._live.view.run
        seen = InView(run, run.history.last, self._live.picture(), self._live.rich_style)
        return of_run(seen)

    def action_report(self) -> None:
        """The report of the homework."""
        if not any(isinstance(screen, ReportForm) for screen in self.screen_stack):
            draft = replace(self._draft, folder=self._folder or self._draft.folder)
            named = None if self._tour.guide.begun else self._named
            form = ReportForm(self._data, named, self._settings, self._live.settings, draft)
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

    def action_sweep(self) -> None:
        """Choose a sweep around the settings of the live view, and run it."""
        if not any(isinstance(screen, SweepForm) for screen in self.screen_stack):
            pane = self.main.query_one(SweepPane)
            form = SweepForm(self._data, self._live.settings, pane.foresights, pane.course.recipe)
            self.push_screen(form, self._sweep)

    def _sweep(self, recipe: Recipe | None) -> None:
        if recipe is not None:
            self.show_pane("sweep")
            self.main.query_one(SweepPane).start(recipe)

    def action_help(self) -> None:
        """All keys."""
        in_sweep = self.main.focused is not None
        self.push_screen(HelpScreen(in_sweep=in_sweep, in_tour=self._tour.guide.opened))
