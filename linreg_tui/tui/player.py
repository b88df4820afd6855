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
"""Runs a coroutine in the background, and makes it then."""


class Player:
    """Trains a run, and shows one step of it: the latest, unless one has walked back.

    It reports progress to `report`, and takes it back through `follow` once it is to be shown.
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
        self._chasing = False
        self._prediction: tuple[Settings, Prediction] | None = None
        self._number = 0
        self._following = True

    @property
    def view(self) -> RunView:
        """What is to be shown."""
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
        """Pause; or run to the end of the epochs, and from there on until paused."""
        if self._training.running:
            self._training.pause()
        elif not self._run.exhausted:
            self._following = True
            self._training.start(beyond=self._chasing)
            self._start(self._training.train)

    def walk(self, steps: int) -> None:
        """Along the timeline, pausing; past its end by training as many steps more."""
        self._training.pause()
        last = self._run.history.last
        # The latest step may be made and not yet told of when the next one is asked for.
        here = last if self._following and steps > 0 else self._number
        number = here + steps
        if number <= last:
            self.look_at(number)
        elif not self._run.exhausted:
            self._following = True
            self._start(partial(self._training.step, number - last))

    def look_at(self, number: int) -> None:
        """Show a step, the nearest there is; to follow the training on from the latest."""
        last = self._run.history.last
        self._number = min(max(number, 0), last)
        self._following = self._number == last

    def latest(self) -> None:
        """Show the latest step."""
        self.look_at(self._run.history.last)

    def chase(self, *, chasing: bool) -> None:
        """Go on when the epochs are over, since the data is going to change."""
        self._chasing = chasing
        if chasing and self._training.running:
            self._training.beyond = True

    def pause(self) -> None:
        """Train no further."""
        self._training.pause()

    def rest(self) -> None:
        """Let what the user asks for be quick."""
        self._training.rest()

    def change_pace(self, direction: int) -> None:
        """One pace up (1) or down (-1)."""
        place = PACES.index(self._training.pace) + direction
        self._training.pace = PACES[min(max(place, 0), len(PACES) - 1)]

    def choose(self, settings: Settings) -> None:
        """Go on with other settings; start over with them where a run can't.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        if self._run.can_take(settings):
            self._training.change(settings)
        else:
            self.restart(settings)

    def restart(self, settings: Settings | None = None) -> None:
        """Start over, with other settings if they are given; go on if it was running.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        self._take(_run(self._data, settings or self.view.afresh, self._run.workers))

    def resume(self, view: RunView) -> None:
        """Train the run of this view from now on, whatever its data; paused at its step."""
        self._training.pause()
        self._training.pace = view.pace
        self._take(view.run, view.trace, view.first)
        self._data = view.run.all_data
        if view.settings != view.run.settings:
            self._training.change(view.settings)
        if view.prediction is not None:
            self._prediction = view.settings, view.prediction
        self.look_at(view.number)

    def set_data(self, data: Dataset, settings: Settings | None = None) -> None:
        """Train on other data: from the settings' start, or else from the line of the step in view.

        A run that has diverged has no line to go on from, and starts over.

        Raises
        ------
        InputError
            If the data can't be trained with the settings.
        """
        first, workers = None, 1
        if settings is None:
            settings, workers = self.view.afresh, self._run.workers
            if self._run.diverged_at is None:
                first = settings.initial_slope, settings.initial_intercept
                here = self._run.history[self._number]
                settings = starting_at(settings, here.slope, here.intercept)
        self._take(_run(data, settings, workers), first=first)
        self._data = data

    async def branch(self) -> None:
        """Go another way from the step in view, with the settings as they are now."""
        number, training = self._number, self._training
        settings, old = training.settings, training.run
        twin = await training.branch(number)
        if training is self._training:
            twin.change(settings)
            self._take(twin, old, self._first)

    async def load(self, settings: Settings) -> None:
        """Show a run with these settings that has come to its end.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        training = self._training
        training.pause()
        run = Run(self._data, settings)
        steps = run.to_the_end()
        while await asyncio.to_thread(next, steps, None) is not None:
            pass  # what waits for this thread has a turn
        if training is self._training:
            self._take(run)

    def set_prediction(self, settings: Settings, prediction: Prediction) -> None:
        """Know what these settings lead to."""
        self._prediction = settings, prediction

    def follow(self, progress: Progress) -> bool:
        """Show how far the training is, unless one looks back; False if it is an old run's."""
        if progress.run_id != self._training.run_id:
            return False
        if self._following:
            self._number = progress.step
        return True

    def _take(self, run: Run, trace: Run | None = None, first: Line | None = None) -> None:
        """Train another run from now on; nothing that the last one still tells changes anything."""
        last = self._training
        going = last.running
        last.pause()
        self._training = Training(run, last.run_id + 1, self._report, last.pace)
        self._trace, self._first = trace, first
        self.latest()
        if going:
            self.toggle()


def _run(data: Dataset, settings: Settings, workers: int) -> Run:
    """A run whose batches so many workers share, who take turns."""
    if workers == 1:
        return Run(data, settings)
    from linreg_tui.core.parallel import Team

    return Run(data, settings, Team(settings.split(data).training, workers))
