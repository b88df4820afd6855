"""The application's panes: mounted in two goes, and arranged as the screen has room for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.settings import Settings
from linreg_tui.tui.arrangement import LEAST_COLUMNS, LEAST_ROWS, arrange
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.footer import KeysFooter
from linreg_tui.tui.main_screen import MainScreen
from linreg_tui.tui.panes.live import LivePane
from linreg_tui.tui.presenter import Drawn, PressedKeys, present
from linreg_tui.tui.terminal.linked import LinkedApp
from linreg_tui.tui.title import TABS, TitleBar
from linreg_tui.tui.tour.tour import DESCENT, Tour

if TYPE_CHECKING:
    from linreg_tui.tui.panes.others import Others
    from linreg_tui.tui.tour.descent import DescentPane


class PanesApp(LinkedApp):
    """Four panes over one data set, and the tour beside them.

    The live pane is painted first, since it is what one waits for; the others follow.
    """

    LATER_CSS = Path(__file__).with_name("later.tcss")

    def __init__(
        self, data: Dataset, settings: Settings, markers: Markers, fps: int | None, workers: int
    ) -> None:
        super().__init__(fps)
        self._edits = Edits.of(data)
        self._swept = data
        self.started = settings
        self._markers = markers
        self._sharing = workers
        self._alone: str | None = None
        self._poking = False
        self.tour = Tour(self)
        self._others: Others | None = None

    def get_default_screen(self) -> MainScreen:
        """The screen of the panes."""
        return MainScreen(id="_default")

    def compose(self) -> ComposeResult:
        """The live pane, with room for the others."""
        # Before there is a widget, which would be styled once more.
        first = arrange(self.size, self.size, self._alone, poking=False, presenting=False)
        self.main.update_classes(first.classes, update=False)
        yield TitleBar(self.data)
        with Horizontal(id="panes"):
            yield LivePane(self.data, self.started, self._markers, self.link, self._sharing)
            yield Vertical(id="side")
        yield Static(id="too-small")
        yield KeysFooter()
        yield PressedKeys()

    async def complete(self) -> None:
        """Mount the other panes, and read the other styles, unless they are there."""
        if self._others is not None:
            return

        from linreg_tui.tui.panes.others import Others

        self.stylesheet.read(self.LATER_CSS)
        self.stylesheet.parse()  # or the first widget of all would be styled without
        others = Others(self.data, self.started, self._markers, self.link, self.tour.guide)
        panes = self.main.query_one("#panes")
        with self.batch_update():  # one layout for all of them
            await others.mount(panes, panes.query_one("#side"))
            self._others = others
            self.arrange_panes(self.size)
            others.sweep.offer(self.live.afresh)
            others.show_split(self.live.settings.split(self.data))

    @property
    def others(self) -> Others:
        """The panes beside the live one; they are there whenever a key or a click arrives."""
        assert self._others is not None
        return self._others

    def on_resize(self, event: events.Resize) -> None:
        """Show what the screen has room for."""
        self.arrange_panes(event.size)

    def arrange_panes(self, size: Size) -> None:
        """Show what a screen of this size has room for."""
        main = self.main
        room, classes = self.tour.arrange(size)
        presenting = main.has_class("presenting")
        now = arrange(size, room, self._alone, poking=self._poking, presenting=presenting)
        # At once: each change of some would style every widget anew.
        main.update_classes(classes | now.classes)
        self.live.one_plot = now.one_plot
        main.query_one("#too-small", Static).update(
            f"linreg-tui needs {LEAST_COLUMNS}x{LEAST_ROWS} characters; "
            f"here are {size.width}x{size.height}."
        )
        main.query_one("#side").display = now.alone in (None, *TABS) and now.alone != "live"
        main.query_one(TitleBar).show(now.alone)
        for pane in main.query(".pane"):
            pane.display = now.shows(pane.id)
        pressed = main.query_one(PressedKeys)
        pressed.rest(touring=self.tour.opened, asked=main.has_class("asked"))
        if (others := self._others) is not None:
            others.descent.display = now.alone == DESCENT
            others.data.poke(on=now.poking and not now.too_small)
            in_view = now.alone == "sweep" and not now.too_small
            others.sweep.alone(alone=in_view, tight=now.one_plot)
        self.refresh_bindings()

    def show_pane(self, pane: str | None) -> None:
        """One pane alone, or all."""
        self._alone = pane
        if pane not in (None, "data"):
            self.poke(on=False)
        self.arrange_panes(self.size)

    def take(self, data: Dataset, settings: Settings) -> None:
        """Open other data, and begin with these settings.

        Raises
        ------
        InputError
            If the data can't be trained with them; nothing has changed then.
        """
        self.resume(Edits.of(data), settings, settings)

    def resume(self, edits: Edits, settings: Settings, started: Settings) -> None:
        """Go on with edited data and these settings; it was opened with those that it `started`.

        Raises
        ------
        InputError
            As above.
        """
        self.live.take(edits.data, settings)
        self._edits, self.started, self._swept = edits, started, edits.data
        self.others.sweep.take(edits.data, settings)
        self.others.data.take(edits)
        self.others.show_split(settings.split(edits.data))
        self.main.query_one(TitleBar).take(edits.data)

    def action_present(self) -> None:
        """Everything large, or as before."""
        others = self.others
        panes: list[Drawn] = [
            *(self.live, others.data, others.closed_form, others.sweep, others.descent)
        ]
        present(self.main, panes, self._markers)
        self.arrange_panes(self.size)

    def poke(self, *, on: bool) -> None:
        """Edit the points, or be done: then a sweep would be one of the edited data."""
        if on == self._poking:
            return
        self._poking = on
        self.live.chase(chasing=on)
        self.arrange_panes(self.size)
        if not on and self._swept is not self.data:
            self._swept = self.data
            self.others.sweep.take(self.data, self.live.afresh)

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

    @property
    def played(self) -> LivePane | DescentPane:
        """What the keys of a run drive: the live pane, or what the tour shows instead."""
        return self.others.descent if self._alone == DESCENT else self.live
