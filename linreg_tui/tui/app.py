"""The application: its keys and palette, and what passes between its panes."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.preferences import PreferencesFile
from linreg_tui.tui import palette
from linreg_tui.tui.dialog_flow import Dialogs
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.keys import KEYS, TOUR_KEYS, bindings
from linreg_tui.tui.keys_in_turn import KeysInTurn, Typed
from linreg_tui.tui.messages import Edited, LineMoved, PaneChosen, RunChosen, SettingsChosen
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.panes.views import ViewsPane
from linreg_tui.tui.panes_app import PanesApp
from linreg_tui.tui.presenter import PressedKeys
from linreg_tui.tui.themes import THEMES, keep_theme
from linreg_tui.tui.title import TitleBar
from linreg_tui.tui.tour.tour import DESCENT
from linreg_tui.tui.work import begin


class LinregApp(PanesApp):
    """The panes, what passes between them, and the keys that drive them."""

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
        file: PreferencesFile | None = None,
        workers: int = 1,
    ) -> None:
        super().__init__(data, settings, markers, fps, workers)
        for theme in THEMES:
            self.register_theme(theme)
        self._file = file
        self._dialogs = Dialogs(self, named, file)
        self._tour_at_first = tour
        self._in_turn = KeysInTurn(self)
        self.settled = False
        """Whether all panes are there, and what there is to tell at the start is told."""

    def on_mount(self) -> None:
        """Show what the screen has room for."""
        self.arrange_panes(self.size)
        if self._file is not None:
            keep_theme(self, self._file)

    def on_ready(self) -> None:
        """The live pane has been painted once: let it draw its pictures, then do what had time."""
        self.call_after_refresh(self.call_later, self._settle)

    async def _settle(self) -> None:
        """Mount the rest, and tell what there is to tell.

        What lives as long as the application is spared from the garbage collector's rounds.
        """
        await self.complete()
        if self._tour_at_first is not None:
            self.tour.guide.open(self._tour_at_first)
        wrong = "" if self._file is None else self._file.wrong
        run = self.live.view.run
        sampled = run.loss.on_a_sample(run.data)
        if told := "; ".join(filter(None, [*self.data.notes, sampled, wrong])):
            self.notify(told, severity="warning" if wrong else "information", markup=False)
        gc.freeze()
        gc.enable()
        self.settled = True

    async def on_event(self, event: events.Event) -> None:
        """Take keys one by one, and let training rest while one or a click does its work.

        A moving mouse does none.
        """
        typed = event if isinstance(event, Typed) and not event.is_forwarded else None
        if typed is not None and self._in_turn.holds(typed):
            return
        if isinstance(event, events.InputEvent) and not isinstance(event, events.MouseMove):
            if self.main.is_mounted:
                await self.complete()
            for live in self.main.query(LivePane):
                live.rest()
            if isinstance(typed, events.Key) and self.screen is self.main:
                pressed = self.main.query_one(PressedKeys)
                pressed.tell(typed, descent=self._alone == DESCENT)
        await super().on_event(event)
        if typed is not None:
            self._in_turn.follow(typed)

    def catch_up(self) -> None:
        """Show the step that was left out, if one was."""
        self.live.catch_up()

    def action_command_palette(self) -> None:
        """Search in all that there is to do."""
        if not isinstance(self.screen, palette.Palette):
            self.push_screen(palette.of_commands())

    def search_themes(self) -> None:
        """Search in all themes."""
        self.push_screen(palette.of_themes())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What can be searched in the command palette."""
        return palette.commands(self, super().get_system_commands(screen))

    def on_edited(self, message: Edited) -> None:
        """Everything follows the edited data, but for the sweep: its results would soon be old."""
        try:
            self.live.take(message.edits.data)
        except InputError as error:
            self.notify(str(error), severity="warning", markup=False)
            self.others.data.keep(self._edits)
            return
        self._edits = message.edits
        self.others.show_split(self.live.settings.split(self.data))
        self.main.query_one(TitleBar).take(self.data)

    def on_line_moved(self, message: LineMoved) -> None:
        """The line that is being trained is drawn among the points that are edited, too."""
        self.others.data.follow(message.view)

    def on_save_asked(self) -> None:
        """The edited rows are to be kept."""
        begin(self, "save", self._dialogs.save, self._edits)

    def on_poking_ended(self) -> None:
        """The user is done with the points."""
        self.poke(on=False)

    def on_settings_chosen(self, message: SettingsChosen) -> None:
        """The live run has new settings; a sweep is offered with them."""
        if self._others is not None:
            self._others.sweep.offer(message.settings)
            self._others.show_split(message.settings.split(self.data))

    def on_run_chosen(self, message: RunChosen) -> None:
        """A row of the sweep is to be seen in the live view."""
        self.show_pane(None)
        self.live.load(message.settings)

    def on_pane_chosen(self, message: PaneChosen) -> None:
        """A tab was clicked."""
        self.show_pane(message.pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let keys rest that would be lost on the screen as it is.

        They are the live pane's while the sweep has the screen and the keyboard, the one for the
        next view of the data and the way through the tour while points are edited, and the tour's
        outside of it.
        """
        if action == "live":
            focused = self.main.focused
            in_sweep = focused is not None and focused.id == "trials"
            return not in_sweep and hasattr(self.played, str(parameters[0]))
        if action == "next_view" and parameters == ("data",) and self._poking:
            return False
        if action == "tour":
            resting = self._poking and parameters != ("toggle",)
            return not resting and self.tour.awake(*parameters)  # type: ignore[arg-type]
        return super().check_action(action, parameters)

    def action_live(self, what: str, *arguments: int) -> None:
        """Call the method of that name of the live pane, or of what the tour shows instead."""
        getattr(self.played, what)(*arguments)

    def action_dialog(self, what: str) -> None:
        """Open a screen over the panes: the dialogs' method of that name."""
        getattr(self._dialogs, what)()

    def action_tour(self, what: str, *arguments: int) -> None:
        """What a key of the tour asks for."""
        self.tour.do(what, *arguments)

    def action_pane(self, pane: str | None) -> None:
        """One pane alone; the same again, or None, all."""
        self.show_pane(None if self._alone == pane else pane)

    async def action_quit(self) -> None:
        """Leave; edits that are nowhere else are asked about first."""
        self._dialogs.quit()

    @property
    def lost_by_leaving(self) -> str:
        """Edits that are in no file; q would ask."""
        return " without the edited points; q saves them" if self._dialogs.unsaved else ""

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
