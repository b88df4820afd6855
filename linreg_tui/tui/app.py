"""The application: keys, palette, and which panes are on the screen."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

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
from linreg_tui.tui.dialogs import Dialogs
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
from linreg_tui.tui.sweep.table import TrialTable
from linreg_tui.tui.themes import THEMES
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
        workers: int = 1,
    ) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self._dialogs = Dialogs(self, named)
        self._edits = Edits.of(data)
        self.started = settings
        self._markers = markers
        self._sharing = workers
        self._alone: str | None = None
        self._poking = False
        self._swept = data
        self._link = Link(self.written, fps)
        self.tour = Tour(self)
        self._tour_at_first = tour

    def compose(self) -> ComposeResult:
        """The panes, the live one with the most room."""
        yield TitleBar(self.data)
        with Horizontal(id="panes"):
            yield LivePane(self.data, self.started, self._markers, self._link, self._sharing)
            with Vertical(id="side"):
                yield DataPane(self.data, self._markers)
                yield ClosedFormPane(self.data, self._markers)
                yield SweepPane(self.data, self.started, self._markers, self._link)
            yield DescentPane(self._markers)
            yield TourPanel(self.tour.guide)
        yield Static(id="too-small")
        yield KeysFooter(compact=True, show_command_palette=False)
        yield PressedKeys()

    def on_mount(self) -> None:
        """Show what the screen has room for."""
        self._arrange(self.size)

    def on_ready(self) -> None:
        """Spare what lives as long as the application from the garbage collector's rounds."""
        if self._tour_at_first is not None:
            self.tour.guide.open(self._tour_at_first)
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
                pressed = self.main.query_one(PressedKeys)
                pressed.tell(event, descent=self._alone == DESCENT)
        await super().on_event(event)

    def post_display_hook(self) -> None:
        """Ask the terminal to tell when it has shown this frame."""
        if self._driver is not None and self.is_running and self._link.ask():
            self._driver.write(QUESTION)
            self._driver.flush()

    def on_terminal_supports_synchronized_output(self) -> None:
        """The terminal has answered: what was left out for its sake can be shown."""
        self._link.answer()
        self.live.catch_up()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that has a key, in the command palette."""
        for key in KEYS:
            action = partial(self.run_action, key.action)
            yield SystemCommand(key.meaning, f"key {key.shown}", action)
        yield SystemCommand(
            "Report of the homework",
            "also under x",
            partial(self.run_action, "app.dialog('report')"),
        )
        for command in super().get_system_commands(screen):
            if command.title not in REPEATED:
                yield command

    def _arrange(self, size: Size) -> None:
        columns, rows = size
        main = self.main
        room = self.tour.arrange(size)
        all_fit = room.width >= ALL_COLUMNS and room.height >= ALL_ROWS
        one_plot = room.height < LOSS_ROWS or main.has_class("presenting")
        first = "data" if self._poking else "live"
        alone = self._alone or (None if all_fit and not one_plot else first)
        too_small = columns < LEAST_COLUMNS or rows < LEAST_ROWS
        self.live.one_plot = one_plot
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
        main.query_one(PressedKeys).rest(touring=self.tour.guide.opened)
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
        self.live.take(data, settings)
        self._edits, self.started, self._swept = Edits.of(data), settings, data
        main = self.main
        main.query_one(SweepPane).take(data, settings)
        for pane in (*main.query(DataPane), *main.query(ClosedFormPane), *main.query(TitleBar)):
            pane.take(data)

    def on_edited(self, message: Edited) -> None:
        """Everything follows the edited data, but for the sweep: its results would soon be old."""
        data_pane = self.main.query_one(DataPane)
        try:
            self.live.take(message.edits.data)
        except InputError as error:
            self.notify(str(error), severity="warning", markup=False)
            data_pane.keep(self._edits)
            return
        self._edits = message.edits
        for pane in (*self.main.query(ClosedFormPane), *self.main.query(TitleBar)):
            pane.take(self.data)

    def on_line_moved(self, message: LineMoved) -> None:
        """The line that is being trained is drawn among the points that are edited, too."""
        self.main.query_one(DataPane).follow(message.view)

    def on_save_asked(self) -> None:
        """The edited rows are to be kept."""
        self.run_worker(self._dialogs.save_edits())

    def on_poking_ended(self) -> None:
        """The user is done with the points."""
        self.poke(on=False)

    def on_settings_chosen(self, message: SettingsChosen) -> None:
        """The live run has new settings, with which a sweep would be another."""
        self.main.query_one(SweepPane).offer(message.settings)

    def on_run_chosen(self, message: RunChosen) -> None:
        """A row of the sweep is to be seen in the live view."""
        self.show_pane(None)
        self.live.load(message.settings)

    def on_pane_chosen(self, message: PaneChosen) -> None:
        """A tab was clicked."""
        self.show_pane(message.pane)

    def show_pane(self, pane: str | None) -> None:
        """One pane alone, or all."""
        self._alone = pane
        if pane not in (None, "data"):
            self.poke(on=False)
        self._arrange(self.size)

    def poke(self, *, on: bool) -> None:
        """Edit the points, or be done: then a sweep would be one of the edited data."""
        if on == self._poking:
            return
        self._poking = on
        self.live.chase(chasing=on)
        if not on and self._swept is not self.data:
            self._swept = self.data
            self.main.query_one(SweepPane).take(self.data, self.live.afresh)
        self._arrange(self.size)

    @property
    def original(self) -> Dataset:
        """The rows as they were opened."""
        return self._edits.original

    @property
    def data(self) -> Dataset:
        """The rows as they are now."""
        return self._edits.data

    @property
    def edits(self) -> Edits:
        """What has been done to the original rows."""
        return self._edits

    @property
    def alone(self) -> str | None:
        """The pane that was asked for alone; None for all."""
        return self._alone

    @property
    def main(self) -> Screen[object]:
        """The screen with the panes, whatever lies on top of it."""
        return self.screen_stack[0]

    @property
    def live(self) -> LivePane:
        """The pane of the live run."""
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
            return self.tour.awake(*parameters)  # type: ignore[arg-type]
        return super().check_action(action, parameters)

    def action_live(self, what: str, *arguments: int) -> None:
        """Call the method of that name of the live pane, or of what the tour shows instead."""
        getattr(self._played, what)(*arguments)

    @property
    def _played(self) -> LivePane | DescentPane:
        return self.main.query_one(DescentPane) if self._alone == DESCENT else self.live

    def action_dialog(self, what: str) -> None:
        """Open a screen over the panes: the dialogs' method of that name."""
        getattr(self._dialogs, what)()

    def action_tour(self, what: str, *arguments: int) -> None:
        """What a key of the tour asks for."""
        self.tour.do(what, *arguments)

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

    def action_pane(self, pane: str | None) -> None:
        """One pane alone; the same again, or None, all."""
        self.show_pane(None if self._alone == pane else pane)

    async def action_quit(self) -> None:
        """Leave; edits that are nowhere else are asked about first."""
        self._dialogs.quit()

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
        self.poke(on=not self._poking)
