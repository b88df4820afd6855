"""Live SGD: what the keys do to the run that is on the screen."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual import work

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings, next_batch_size, scaled_rates, starting_at
from linreg_tui.core.stability import predict
from linreg_tui.tui.messages import SettingsChosen, StepChosen
from linreg_tui.tui.panes.live_view import LiveView
from linreg_tui.tui.work import begin

PATIENCE = 0.3
"""Seconds that edited data is let alone before anything is predicted of it."""


class LivePane(LiveView):
    """Trains, steps and walks as it is told, and tells what that makes of the settings."""

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
            self._predict(self.settings, PATIENCE)
            self._redraw()
        else:
            self._chosen()

    def chase(self, *, chasing: bool) -> None:
        """Tell of each line that is shown, and go on when the epochs are over, or no longer."""
        self._chasing = chasing
        self._player.chase(chasing=chasing)
        self._redraw()

    def show(self, run: Run, number: int, pace: float) -> None:
        """Show a step of a run on the same data, whatever was shown, and rest there."""
        self._player.show(run, number, pace)
        self._chosen()

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
        self.choose(next_batch_size(self.settings, self.view.run.data.n, direction))

    def branch(self) -> None:
        """Go another way from the step in view, if there is one that was gone."""
        if self.view.latest:
            self.notify("A branch starts where one looks back: go back first, with ←")
        else:
            begin(self, "training", self._branch)

    async def _branch(self) -> None:
        await self._player.branch()
        self._chosen()

    def load(self, settings: Settings) -> None:
        """Show the whole run with these settings."""
        begin(self, "training", self._load, settings)

    async def _load(self, settings: Settings) -> None:
        await self._player.load(settings)
        self._chosen()

    def toggle_landscape(self) -> None:
        """The loss over the steps, or over slope and intercept; of one plot, the next."""
        self.show_plots(self.plots.next_plot(one=self.one_plot))

    def toggle_excess(self) -> None:
        """The whole loss, or what of it is above the optimum."""
        self.show_plots(self.plots.of_loss(above_optimum=not self.plots.above_optimum))

    def toggle_coordinates(self) -> None:
        """The landscape in the data's units, or in z-scores."""
        self.show_plots(self.plots.of_landscape(z_scores=not self.plots.z_scores))

    def toggle_update(self) -> None:
        """Show or hide how the step in view was made."""
        self.show_plots(replace(self.plots, gradient=not self.plots.gradient))

    def on_step_chosen(self, message: StepChosen) -> None:
        """Go there, and stay there."""
        self._player.pause()
        self.look_at(message.step)

    def _begin(self) -> None:
        """Tell what the first run is."""
        self._chosen()

    def _chosen(self) -> None:
        self.post_message(SettingsChosen(self.afresh))
        loss = self.view.run.loss
        if loss != self._loss and (told := loss.on_a_sample(self.view.run.data)):
            self.notify(f"{told[0].upper()}{told[1:]}.", markup=False)
        self._loss = loss
        self._predict(self.settings)
        self._redraw()

    @work(group="prediction", exclusive=True)
    async def _predict(self, settings: Settings, patience: float = 0.0) -> None:
        """Find out what the settings lead to from here."""
        await asyncio.sleep(patience)
        run = self.view.run
        here = run.history[run.history.last]
        start = starting_at(settings, here.slope, here.intercept)
        self._player.set_prediction(settings, await asyncio.to_thread(predict, self._data, start))
        self._redraw()
