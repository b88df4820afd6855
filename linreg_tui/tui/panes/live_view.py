"""What of a run is on the screen: the line over the points, its numbers, and its loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.training import Progress
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.messages import LineMoved, Progressed
from linreg_tui.tui.panes.live_pictures import LivePictures
from linreg_tui.tui.panes.readout import draw_readout
from linreg_tui.tui.panes.timeline import Timeline
from linreg_tui.tui.panes.update_readout import draw_update
from linreg_tui.tui.player import Player
from linreg_tui.tui.plots import Plots
from linreg_tui.tui.run_view import RunView
from linreg_tui.tui.terminal.link import LATE, Link
from linreg_tui.tui.work import begin

PICTURE_COLUMNS = 80
"""How wide a picture is that leaves the program."""


class LiveView(Vertical):
    """All that is shown here is a function of the player's view: a run, and a place in it."""

    BORDER_TITLE = "3 Live SGD"

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        markers: Markers = BRAILLE,
        link: Link | None = None,
        workers: int = 1,
    ) -> None:
        super().__init__(id="live", classes="pane")
        self.one_plot = False
        self.foretells = True
        self._data = data
        self._pictures = LivePictures(data, markers)
        self._link = link or Link()
        self._drawn: tuple[RunView, int] | None = None
        self._chasing = False
        self._loss = settings.loss
        self._player = Player(data, settings, self._tell, partial(begin, self, "training"), workers)

    def compose(self) -> ComposeResult:
        """The line over the points, the numbers, the loss or its landscape, the timeline."""
        yield Plot(self._of_view(self._pictures.fit), id="fit")
        yield Plot(self._of_view(draw_readout), id="readout")
        yield Plot(self._of_view(draw_update), id="gradient")
        yield Plot(self._of_view(self._pictures.loss), id="loss")
        yield Plot(self._of_view(self._pictures.large), id="large")
        yield Timeline(lambda: self.view)

    def on_mount(self) -> None:
        """Be able to show a frame late, and then begin."""
        self._last_resort = self.set_interval(LATE, self._catch_up, pause=True)
        self._begin()

    def _begin(self) -> None:
        """What is to be done as soon as a run can be shown."""

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._pictures.draw_with(markers)
        self.query_one("#large").styles.height = self._pictures.rows_of_digits
        self._redraw()

    @property
    def plots(self) -> Plots:
        """Which plots are meant, and how they are drawn."""
        return self._pictures.plots

    def show_plots(self, plots: Plots) -> None:
        """Show these plots, drawn this way."""
        self._pictures.show_plots(plots)
        self.set_class(plots.plot == "landscape", "landscape")
        self.set_class(plots.plot == "loss", "loss-first")
        self.set_class(plots.gradient, "with-gradient")
        self._redraw()

    @property
    def view(self) -> RunView:
        """What is shown; of what is predicted nothing, unless it `foretells`."""
        view = self._player.view
        return view if self.foretells else replace(view, prediction=None)

    @property
    def settings(self) -> Settings:
        """The settings of the steps to come."""
        return self.view.settings

    def on_progressed(self, message: Progressed) -> None:
        """Show how far the training is, unless the terminal has not yet shown the last frame."""
        if self._player.follow(message.progress):
            self.catch_up()

    def catch_up(self) -> None:
        """Show what was left out, if anything was and the terminal can take it.

        Behind a form that is seldom, since all that lies there is painted anew each time.
        """
        self._catch_up(at_once=self.screen.is_active)

    def _catch_up(self, *, at_once: bool = True) -> None:
        if self._drawn in (None, self._to_draw):
            return
        if at_once and self._link.free:
            self._redraw()
        else:
            self._last_resort.resume()

    def picture(self) -> list[Strip]:
        """Line, numbers and loss as they are in view, whatever room the screen has for them."""
        fit, loss = (14, 24) if self.plots.plot == "landscape" else (22, 14)
        return [
            strip
            for name, rows in (("fit", fit), ("readout", 3), ("loss", loss))
            for strip in self.query_one(f"#{name}", Plot).drawn(PICTURE_COLUMNS, rows)
        ]

    def _of_view(
        self, draw: Callable[[int, int, RunView], Picture]
    ) -> Callable[[int, int], Picture]:
        return lambda columns, rows: draw(columns, rows, self.view)

    def _tell(self, progress: Progress) -> None:
        self.post_message(Progressed(progress))

    @property
    def _to_draw(self) -> tuple[RunView, int]:
        view = self.view
        return view, view.run.history.last

    def _redraw(self) -> None:
        self._drawn = self._to_draw
        self.set_class(self.view.run.test is not None, "tested")
        self._last_resort.pause()
        self._link.draw()
        if self._chasing:
            self.post_message(LineMoved(self.view))
        for plot in self.query(Plot):
            plot.redraw()
