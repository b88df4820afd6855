"""The application: keys, palette, and which panes are on the screen."""

from __future__ import annotations

import gc
from collections.abc import Iterable
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
from linreg_tui.tui.export import ExportScreen, InView
from linreg_tui.tui.footer import KeysFooter
from linreg_tui.tui.form import SettingsForm
from linreg_tui.tui.help import HelpScreen
from linreg_tui.tui.keys import KEYS, bindings
from linreg_tui.tui.link import QUESTION, Link
from linreg_tui.tui.markers import BRAILLE, Markers
from linreg_tui.tui.messages import PaneChosen, SettingsChosen
from linreg_tui.tui.panes.closed_form import ClosedFormPane
from linreg_tui.tui.panes.data import DataPane
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.panes.sweep import SweepPane
from linreg_tui.tui.panes.views import ViewsPane
from linreg_tui.tui.title import TitleBar

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
    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(self, data: Dataset, settings: Settings, markers: Markers = BRAILLE) -> None:
        super().__init__()
        self._data = data
        self._settings = settings
        self._markers = markers
        self._alone: str | None = None
        self._link = Link()
        self._folder: str | None = None

    def compose(self) -> ComposeResult:
        """The panes, the live one with the most room."""
        yield TitleBar(self._data)
        with Horizontal(id="panes"):
            yield LivePane(self._data, self._settings, self._markers, self._link)
            with Vertical(id="side"):
                yield DataPane(self._data, self._markers)
                yield ClosedFormPane(self._data, self._markers)
                yield SweepPane(self._data)
        yield Static(id="too-small")
        yield KeysFooter(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show what the screen has room for."""
        self._arrange(self.size)
        self.install_screen(HelpScreen(), "help")

    def on_ready(self) -> None:
        """Spare what lives as long as the application from the garbage collector's rounds."""
        gc.freeze()

    def on_resize(self, event: events.Resize) -> None:
        """Show what the screen has room for."""
        self._arrange(event.size)

    async def on_event(self, event: events.Event) -> None:
        """Let training rest while a key or a click does its work."""
        if isinstance(event, events.InputEvent):
            for live in self._main.query(LivePane):
                live.rest()
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
        for command in super().get_system_commands(screen):
            if command.title not in REPEATED:
                yield command

    def _arrange(self, size: Size) -> None:
        columns, rows = size
        all_fit = columns >= ALL_COLUMNS and rows >= ALL_ROWS
        alone = self._alone or (None if all_fit else "live")
        main = self._main
        main.set_class(columns < LEAST_COLUMNS or rows < LEAST_ROWS, "too-small")
        main.set_class(rows < LOSS_ROWS, "short")
        main.set_class(alone is not None, "alone")
        main.query_one("#too-small", Static).update(
            f"linreg-tui needs {LEAST_COLUMNS}x{LEAST_ROWS} characters; here are {columns}x{rows}."
        )
        main.query_one("#side").display = alone != "live"
        for pane in main.query(".pane"):
            pane.display = alone in (None, pane.id)
        main.query_one(TitleBar).show(alone)

    def on_settings_chosen(self, message: SettingsChosen) -> None:
        """The live run has new settings, with which a sweep would be another."""
        self._main.query_one(SweepPane).offer(message.settings)

    def on_pane_chosen(self, message: PaneChosen) -> None:
        """A tab was clicked."""
        self._show(message.pane)

    def _show(self, pane: str | None) -> None:
        self._alone = pane
        self._arrange(self.size)

    @property
    def _main(self) -> Screen[object]:
        """The screen with the panes, whatever lies on top of it."""
        return self.screen_stack[0]

    @property
    def _live(self) -> LivePane:
        return self._main.query_one(LivePane)

    def action_run_or_pause(self) -> None:
        """Run or pause."""
        self._live.toggle()

    def action_walk(self, steps: int) -> None:
        """Along the timeline."""
        self._live.walk(steps)

    def action_first_step(self) -> None:
        """To the start of the timeline."""
        self._live.first_step()

    def action_last_step(self) -> None:
        """To the end of the timeline."""
        self._live.last_step()

    def action_restart(self) -> None:
        """Start over."""
        self._live.restart()

    def action_branch(self) -> None:
        """A new run from the step in view."""
        self._live.branch()

    def action_landscape(self) -> None:
        """Loss curve or landscape."""
        self._live.toggle_landscape()

    def action_excess(self) -> None:
        """Loss, or loss above the optimum."""
        self._live.toggle_excess()

    def action_coordinates(self) -> None:
        """The landscape's coordinates."""
        self._live.toggle_coordinates()

    def action_update(self) -> None:
        """How the step in view was made."""
        self._live.toggle_update()

    def action_slower(self) -> None:
        """One pace down."""
        self._live.change_pace(-1)

    def action_faster(self) -> None:
        """One pace up."""
        self._live.change_pace(1)

    def action_scale_rates(self, direction: int) -> None:
        """Both learning rates."""
        self._live.scale_rates(direction)

    def action_scale_batch(self, direction: int) -> None:
        """The batch size."""
        self._live.scale_batch(direction)

    def action_edit(self) -> None:
        """Every setting, in a form."""
        if not any(isinstance(screen, SettingsForm) for screen in self.screen_stack):
            self.push_screen(SettingsForm(self._data, self._live.settings), self._edited)

    def _edited(self, settings: Settings | None) -> None:
        if settings is not None and settings != self._live.settings:
            self._live.choose(settings)

    def action_export(self) -> None:
        """What leaves the program about the run in view."""
        if not any(isinstance(screen, ExportScreen) for screen in self.screen_stack):
            self.push_screen(ExportScreen(self._in_view, self._folder), self._exported)

    def _in_view(self) -> InView:
        run = self._live.view.run
        return InView(run, run.history.last, self._live.picture(), self._live.rich_style)

    def _exported(self, folder: str | None) -> None:
        self._folder = folder or self._folder

    def action_pane(self, pane: str | None) -> None:
        """One pane alone; the same again, or None, all."""
        self._show(None if self._alone == pane else pane)

    def action_next_view(self, pane: str) -> None:
        """The next view of a pane; if it isn't on the screen, first the pane itself."""
        shown = self._main.query_one(f"#{pane}", ViewsPane)
        if shown.display:
            shown.next_view()
        else:
            self._show(pane)

    def action_sweep(self) -> None:
        """The notebook's batch sizes, with the settings of the live view."""
        if not self._main.query_one(SweepPane).display:
            self._show("sweep")
        self._main.query_one(SweepPane).start(self._live.settings)

    def action_help(self) -> None:
        """All keys."""
        self.push_screen("help")
