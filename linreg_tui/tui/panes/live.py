"""Live SGD: the line as it moves over the points, its numbers, and its loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.sgd import Run
from linreg_tui.core.stability import predict
from linreg_tui.training import Progress
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.messages import LineMoved, Progressed, SettingsChosen, StepChosen
from linreg_tui.tui.panes.live_pictures import LivePictures
from linreg_tui.tui.panes.readout import draw_readout
from linreg_tui.tui.panes.timeline import Timeline
from linreg_tui.tui.panes.update_readout import draw_update
from linreg_tui.tui.player import Player, View, next_batch_size, scaled_rates
from linreg_tui.tui.sight import Sight
from linreg_tui.tui.terminal.link import LATE, Link

ROOM_FOR_ALL, ROOM_FOR_TWO = 34, 28
"""Rows from which on the gradient is always shown, and from which on it takes no plot's place."""

PATIENCE = 0.3
"""Seconds that edited data is let alone before anything is foreseen of it."""

PICTURE_COLUMNS = 80
"""How wide a picture is that leaves the program."""


class LivePane(Vertical):
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
        self._drawn: tuple[View, int] | None = None
        self._chasing = False
        self._player = Player(data, settings, self._tell, self._start, workers)

    def compose(self) -> ComposeResult:
        """The line over the points, the numbers, the loss or its landscape, the timeline."""
        yield Plot(self._of_view(self._pictures.fit), id="fit")
        yield Plot(self._of_view(draw_readout), id="readout")
        yield Plot(self._of_view(draw_update), id="gradient")
        yield Plot(self._of_view(self._pictures.loss), id="loss")
        yield Plot(self._of_view(self._pictures.large), id="large")
        yield Timeline(lambda: self.view)

    def on_mount(self) -> None:
        """Tell what the first run is."""
        self._last_resort = self.set_interval(LATE, self.catch_up, pause=True)
        self._chosen()

    def take(self, data: Dataset, settings: Settings | None = None) -> None:
        """Train on other data: go on from the line in view, or begin with settings if given.

        Raises
        ------
        InputError
            If the data can't be trained with the settings.
        """
        self._player.take_data(data, settings)
        self._data = data
        self._pictures.take(data)
        if settings is None:
            self._foresee(self.settings, PATIENCE)
            self._redraw()
        else:
            self._chosen()

    def chase(self, *, chasing: bool) -> None:
        """Tell of each line that is shown, and go on when the epochs are over, or no longer."""
        self._chasing = chasing
        self._player.chase(chasing=chasing)
        self._redraw()

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._pictures.draw_with(markers)
        self.query_one("#large").styles.height = self._pictures.rows_of_digits
        self._redraw()

    def show(self, run: Run, number: int, pace: float) -> None:
        """Show a step of a run on the same data, whatever was shown, and rest there."""
        self._player.show(run, number, pace)
        self._chosen()

    @property
    def sight(self) -> Sight:
        """Which plots are meant, and how they are drawn."""
        return self._pictures.sight

    def look(self, sight: Sight) -> None:
        """Show these plots, drawn this way."""
        self._pictures.look(sight)
        self.set_class(sight.plot == "landscape", "landscape")
        self.set_class(sight.plot == "loss", "loss-first")
        self.set_class(sight.gradient, "with-gradient")
        self._redraw()

    @property
    def view(self) -> View:
        """What is shown; of what is foreseen nothing, unless it `foretells`."""
        view = self._player.view
        return view if self.foretells else replace(view, foreseen=None)

    @property
    def settings(self) -> Settings:
        """The settings of the steps to come."""
        return self.view.settings

    @property
    def afresh(self) -> Settings:
        """The settings with which the run starts over."""
        return self._player.afresh

    def toggle(self) -> None:
        """Run or pause."""
        view = self.view
        if view.run.exhausted and not view.running:
            self.notify("This run can't go on; r starts over.", severity="warning")
        self._player.toggle()
        self._redraw()

    def walk(self, steps: int) -> None:
        """Along the timeline."""
        self._player.walk(steps)
        self._redraw()

    def first_step(self) -> None:
        """Go to the start."""
        self._player.pause()
        self.look_at(0)

    def last_step(self) -> None:
        """Go to the latest step."""
        self._player.latest()
        self._redraw()

    def look_at(self, step: int) -> None:
        """Go to a step."""
        self._player.look_at(step)
        self._redraw()

    def rest(self) -> None:
        """Leave the processor to what a key has asked for."""
        self._player.rest()

    def change_pace(self, direction: int) -> None:
        """One pace up (1) or down (-1)."""
        self._player.change_pace(direction)
        self._redraw()

    def restart(self) -> None:
        """Start over."""
        self._player.restart()
        self._chosen()

    def choose(self, settings: Settings) -> None:
        """Go on with other settings, if they are possible."""
        try:
            self._player.choose(settings)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._chosen()

    def scale_rates(self, direction: int) -> None:
        """Both learning rates doubled (1) or halved (-1)."""
        self.choose(scaled_rates(self.settings, 2.0**direction))

    def scale_batch(self, direction: int) -> None:
        """The next larger (1) or smaller (-1) batch."""
        self.choose(next_batch_size(self.settings, self._data.n, direction))

    def branch(self) -> None:
        """Go another way from the step in view."""
        self._start(self._branch())

    async def _branch(self) -> None:
        await self._player.branch()
        self._chosen()

    def load(self, settings: Settings) -> None:
        """Show the whole run with these settings."""
        self._start(self._load(settings))

    async def _load(self, settings: Settings) -> None:
        await self._player.load(settings)
        self._chosen()

    def toggle_landscape(self) -> None:
        """The loss over the steps, or over slope and intercept; of one plot, the next."""
        self.look(self.sight.next_plot(one=self.one_plot))

    def toggle_excess(self) -> None:
        """The whole loss, or what of it is above the optimum."""
        self.look(self.sight.of_loss(above_optimum=not self.sight.above_optimum))

    def toggle_coordinates(self) -> None:
        """The landscape in the data's units, or in z-scores."""
        self.look(self.sight.of_landscape(z_scores=not self.sight.z_scores))

    def toggle_update(self) -> None:
        """Show or hide how the step in view was made."""
        self.look(replace(self.sight, gradient=not self.sight.gradient))

    def on_progressed(self, message: Progressed) -> None:
        """Show how far the training is, unless the terminal has not yet shown the last frame."""
        if self._player.follow(message.progress):
            self.catch_up()

    def catch_up(self) -> None:
        """Show what was left out, if anything was and the terminal can take it."""
        if self._drawn in (None, self._to_draw):
            return
        if self._link.free:
            self._redraw()
        else:
            self._last_resort.resume()

    def on_step_chosen(self, message: StepChosen) -> None:
        """Go there, and stay there."""
        self._player.pause()
        self.look_at(message.step)

    def on_resize(self, event: events.Resize) -> None:
        """Show the update where there is room for everything."""
        self.set_class(event.size.height >= ROOM_FOR_ALL, "roomy")
        self.set_class(event.size.height < ROOM_FOR_TWO, "low")

    def picture(self) -> list[Strip]:
        """Line, numbers and loss as they are in view, whatever room the screen has for them."""
        fit, loss = (14, 24) if self.sight.plot == "landscape" else (22, 14)
        return [
            strip
            for name, rows in (("fit", fit), ("readout", 3), ("loss", loss))
            for strip in self.query_one(f"#{name}", Plot).drawn(PICTURE_COLUMNS, rows)
        ]

    def _of_view(self, draw: Callable[[int, int, View], Picture]) -> Callable[[int, int], Picture]:
        return lambda columns, rows: draw(columns, rows, self.view)

    def _tell(self, progress: Progress) -> None:
        self.post_message(Progressed(progress))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self.run_worker(work, group="training")

    def _chosen(self) -> None:
        self.post_message(SettingsChosen(self.afresh))
        self._foresee(self.settings)
        self._redraw()

    @work(group="foresight", exclusive=True)
    async def _foresee(self, settings: Settings, patience: float = 0.0) -> None:
        """Find out what the settings lead to from here."""
        await asyncio.sleep(patience)
        run = self.view.run
        here = run.history[run.history.last]
        start = replace(settings, initial_slope=here.slope, initial_intercept=here.intercept)
        self._player.foresee(settings, await asyncio.to_thread(predict, self._data, start))
        self._redraw()

    @property
    def _to_draw(self) -> tuple[View, int]:
        view = self.view
        return view, view.run.history.last

    def _redraw(self) -> None:
        self._drawn = self._to_draw
        self._last_resort.pause()
        self._link.draw()
        if self._chasing:
            self.post_message(LineMoved(self.view))
        for plot in self.query(Plot):
            plot.redraw()
