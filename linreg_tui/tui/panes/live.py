"""Live SGD: the line as it moves over the points, its numbers, and its loss."""

from __future__ import annotations

import math
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import MAX_STEPS, Settings
from linreg_tui.core.sgd import Run
from linreg_tui.core.stability import predict
from linreg_tui.training import Progress, Training
from linreg_tui.tui.messages import Progressed, SettingsChosen
from linreg_tui.tui.pictures import FitPicture, LossPicture
from linreg_tui.tui.plot import Plot
from linreg_tui.tui.readout import View, draw_readout

PACES = (1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 1000.0, math.inf)
"""Steps a second."""

FIRST_PACE = 5.0


class LivePane(Vertical):
    """A run in training, and a place on its timeline that is in view.

    While that is the latest step it follows the training; walking back lets it stay behind.
    """

    BORDER_TITLE = "3 Live SGD"

    def __init__(self, data: Dataset, settings: Settings) -> None:
        super().__init__(id="live", classes="pane")
        self._data = data
        self._fit = FitPicture(data, data.line)
        self._loss = LossPicture()
        self._training = self._new_training(settings, FIRST_PACE, run_id=0)
        self._number = 0
        self._following = True

    def compose(self) -> ComposeResult:
        """The line over the points, the numbers, the loss."""
        yield Plot(lambda c, r: self._fit.draw(c, r, self._run.history[self._number]), id="fit")
        yield Plot(lambda c, r: draw_readout(c, r, self.view), id="readout")
        yield Plot(
            lambda c, r: self._loss.draw(c, r, self._run, self._run.history[self._number]),
            id="loss",
        )

    def on_mount(self) -> None:
        """Tell what the first run is."""
        self.post_message(SettingsChosen(self.settings))

    @property
    def view(self) -> View:
        """What is shown."""
        training = self._training
        return View(self._run, self._number, training.running, training.pace, self._foreseen)

    @property
    def settings(self) -> Settings:
        """The settings of the run."""
        return self._run.settings

    @property
    def _run(self) -> Run:
        return self._training.run

    def toggle(self) -> None:
        """Pause; or run to the end of the budget, and from there on until paused."""
        training, run = self._training, self._run
        if training.running:
            training.pause()
        elif run.exhausted:
            self.notify("This run can't go on; r starts over.", severity="warning")
        else:
            self._following = True
            goal = run.budget if run.history.last < run.budget else MAX_STEPS
            self.run_worker(training.go(goal), group="training")

    def walk(self, steps: int) -> None:
        """Along the timeline, pausing; past its end by training as many steps more."""
        self._training.pause()
        number = self._number + steps
        if number <= self._run.history.last:
            self._look_at(max(0, number))
        elif not self._run.exhausted:
            self._following = True
            more = number - self._run.history.last
            self.run_worker(self._training.step(more), group="training")

    def first_step(self) -> None:
        """Go to the start."""
        self._training.pause()
        self._look_at(0)

    def last_step(self) -> None:
        """Go to the latest step."""
        self._look_at(self._run.history.last)

    def change_pace(self, direction: int) -> None:
        """One pace up (1) or down (-1)."""
        place = PACES.index(self._training.pace) + direction
        self._training.pace = PACES[min(max(place, 0), len(PACES) - 1)]
        self._redraw()

    def restart(self, settings: Settings | None = None) -> None:
        """Start over, with other settings if they are given and possible; go on if it was running.

        Nothing that the training so far still has to say changes anything then.
        """
        last = self._training
        going = last.running
        try:
            self._training = self._new_training(
                settings or last.run.settings, last.pace, last.run_id + 1
            )
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        last.pause()
        self.post_message(SettingsChosen(self.settings))
        self._number, self._following = 0, True
        if going:
            self.toggle()
        self._redraw()

    def choose(self, settings: Settings) -> None:
        """Start over with these settings."""
        self.restart(settings)

    def scale_rates(self, direction: int) -> None:
        """Start over with both learning rates doubled (1) or halved (-1)."""
        factor = 2.0**direction
        self.restart(
            replace(
                self.settings,
                learning_rate_m=self.settings.learning_rate_m * factor,
                learning_rate_b=self.settings.learning_rate_b * factor,
            )
        )

    def scale_batch(self, direction: int) -> None:
        """Start over with the next larger (1) or smaller (-1) batch: powers of two, and full."""
        sizes = [2**k for k in range(self._data.n.bit_length()) if 2**k < self._data.n]
        now = self.settings.batch_size or self._data.n
        if direction < 0:
            size = max((size for size in sizes if size < now), default=None)
            if size is None:
                return
        else:
            size = min((size for size in sizes if size > now), default=None)
        self.restart(replace(self.settings, batch_size=size))

    def on_progressed(self, message: Progressed) -> None:
        """Show how far the training is, unless it is an old run's or one looks back."""
        if message.progress.run_id == self._training.run_id and self._following:
            self._number = message.progress.step
        self._redraw()

    def _new_training(self, settings: Settings, pace: float, run_id: int) -> Training:
        def tell(progress: Progress) -> None:
            self.post_message(Progressed(progress))

        run = Run(self._data, settings)
        self._foreseen = predict(self._data, settings)
        return Training(run, run_id, tell, pace)

    def _look_at(self, number: int) -> None:
        self._following = number == self._run.history.last
        self._number = number
        self._redraw()

    def _redraw(self) -> None:
        for plot in self.query(Plot):
            plot.redraw()
