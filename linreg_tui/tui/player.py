"""A run in training, and the step of it that is in view."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from functools import partial

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings, starting_at
from linreg_tui.core.stability import Prediction
from linreg_tui.training import Progress, Training
from linreg_tui.tui.run_view import Line, RunView

PACES = (1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 1000.0, math.inf)
"""Steps a second."""

FIRST_PACE = 5.0

Start = Callable[[Callable[[], Coroutine[object, object, None]]], None]
"""Calls a function in the background and runs the coroutine that it returns."""


class Player:
    """Trains a run and shows one step of it: the latest, unless the user has gone back.

    It sends progress to `report`. The application returns it through `set_progress` once it is time
    to show it.
    """

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        report: Callable[[Progress], None],
        start: Start,
        workers: int = 1,
    ) -> None:
        self._data = data
        self._report = report
        self._start = start
        self._training = Training(_run(data, settings, workers), 0, report, FIRST_PACE)
        self._trace: Run | None = None
        self._first: Line | None = None
        self._endless = False
        self._prediction: tuple[Settings, Prediction] | None = None
        self._number = 0
        self._following = True

    @property
    def view(self) -> RunView:
        """The run and the step to show."""
        training, known = self._training, self._prediction
        return RunView(
            training.run,
            self._number,
            training.settings,
            training.running,
            training.pace,
            known[1] if known is not None and known[0] == training.settings else None,
            self._trace,
            training.beyond,
            self._first,
        )

    @property
    def _run(self) -> Run:
        return self._training.run

    def toggle(self) -> None:
        """Pause, or run to the end of the epochs; from there on, run until paused."""
        if self._training.running:
            self._training.pause()
        elif not self._run.exhausted:
            self._following = True
            self._training.start(beyond=self._endless)
            self._start(self._training.train)

    def walk(self, steps: int) -> None:
        """Pause and move along the timeline; past its end, train as many more steps."""
        self._training.pause()
        last = self._run.history.last
        # The latest step may be trained but not yet reported when the next one is asked for.
        here = last if self._following and steps > 0 else self._number
        number = here + steps
        if number <= last:
            self.show_step(number)
        elif not self._run.exhausted:
            self._following = True
            self._start(partial(self._training.step, number - last))

    def show_step(self, number: int) -> None:
        """Show the nearest step that exists; from the latest one, follow the training."""
        last = self._run.history.last
        self._number = min(max(number, 0), last)
        self._following = self._number == last

    def show_latest(self) -> None:
        """Show the latest step."""
        self.show_step(self._run.history.last)

    def set_endless(self, *, endless: bool) -> None:
        """Set whether to continue after the last epoch, as for data that is edited."""
        self._endless = endless
        if endless and self._training.running:
            self._training.beyond = True

    def pause(self) -> None:
        """Stop training."""
        self._training.pause()

    def rest(self) -> None:
        """Pause training for a moment, so that the screen responds quickly."""
        self._training.rest()

    def change_pace(self, direction: int) -> None:
        """Run faster (1) or slower (-1)."""
        place = PACES.index(self._training.pace) + direction
        self._training.pace = PACES[min(max(place, 0), len(PACES) - 1)]

    def choose(self, settings: Settings) -> None:
        """Continue with other settings, or start over where a run can't change to them.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        if self._run.can_change_to(settings):
            self._training.change(settings)
        else:
            self.restart(settings)

    def restart(self, settings: Settings | None = None) -> None:
        """Start over, with other settings if given, and keep running if it was running.

        The run so far stays as a trace; starting over twice removes it.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        run = _run(self._data, settings or self.view.restart_settings, self._run.workers)
        before = self._trace if settings is not None else None
        self._set_run(run, self._run if self._run.history.last > 0 else before)

    def resume(self, view: RunView) -> None:
        """Train the run of this view from now on, whatever its data, paused at its step."""
        self._training.pause()
        self._training.pace = view.pace
        self._set_run(view.run, view.trace, view.first)
        self._data = view.run.all_data
        if view.settings != view.run.settings:
            self._training.change(view.settings)
        if view.prediction is not None:
            self._prediction = view.settings, view.prediction
        self.show_step(view.number)

    def set_data(self, data: Dataset, settings: Settings | None = None) -> None:
        """Train on other data, from the settings' start or else from the line in view.

        A run that has diverged has no usable line, so it starts over.

        Raises
        ------
        InputError
            If the data can't be trained with the settings.
        """
        first, workers = None, 1
        if settings is None:
            settings, workers = self.view.restart_settings, self._run.workers
            if self._run.diverged_at is None:
                first = settings.initial_slope, settings.initial_intercept
                here = self._run.history[self._number]
                settings = starting_at(settings, here.slope, here.intercept)
        self._set_run(_run(data, settings, workers), first=first)
        self._data = data

    async def branch(self) -> None:
        """Branch off from the step in view, with the present settings."""
        number, training = self._number, self._training
        settings, old = training.settings, training.run
        twin = await training.branch(number)
        if training is self._training:
            twin.change(settings)
            self._set_run(twin, old, self._first)

    async def load(self, settings: Settings) -> None:
        """Train a run with these settings to its end, and show it.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        training = self._training
        training.pause()
        run = Run(self._data, settings)
        steps = run.train_to_end()
        while await asyncio.to_thread(next, steps, None) is not None:
            pass  # each step lets other work in this thread take its turn
        if training is self._training:
            self._set_run(run)

    def set_prediction(self, settings: Settings, prediction: Prediction) -> None:
        """Set what these settings lead to."""
        self._prediction = settings, prediction

    def set_progress(self, progress: Progress) -> bool:
        """Show the training's progress, unless the user has gone back; False for an old run."""
        if progress.run_id != self._training.run_id:
            return False
        if self._following:
            self._number = progress.step
        return True

    def _set_run(self, run: Run, trace: Run | None = None, first: Line | None = None) -> None:
        """Train another run from now on; reports of the last one no longer change anything."""
        last = self._training
        going = last.running
        last.pause()
        self._training = Training(run, last.run_id + 1, self._report, last.pace)
        self._trace, self._first = trace, first
        self.show_latest()
        if going:
            self.toggle()


def _run(data: Dataset, settings: Settings, workers: int) -> Run:
    """Return a run; with more than one worker, they share its batches in turn."""
    if workers == 1:
        return Run(data, settings)
    from linreg_tui.core.parallel import Team

    return Run(data, settings, Team(settings.split(data).training, workers))
