"""Training off the event loop: a run advances in chunks in a thread, and tells how far it is."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from linreg_tui.core.run import Run
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings

FRAME = 1 / 30
"""Seconds between two tellings, at the most frequent."""

CHUNK_SECONDS = 0.005
"""Seconds that a chunk should take, so that whatever else is asked for can act at once."""

BREATH = 0.01
"""Seconds that it rests after telling, so that what it told can be shown."""

COURTESY = 0.05
"""Seconds that training at full speed rests when something else has to be quick."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run of that id has come."""

    run_id: int
    step: int
    done: bool
    diverged: bool


class Training:
    """One run in training, at a pace in steps a second, `math.inf` for as fast as it can.

    All of it belongs to the event loop's thread; only the run's work is done in another.
    """

    def __init__(
        self, run: Run, run_id: int, tell: Callable[[Progress], None], pace: float = math.inf
    ) -> None:
        self.run = run
        self.run_id = run_id
        self._tell = tell
        self._pace = pace
        self._going = False
        self._beyond = False
        self._wanted: Settings | None = None
        self._chunk = 1
        self._rests_until = 0.0
        self._changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    @property
    def pace(self) -> float:
        """Steps a second."""
        return self._pace

    @pace.setter
    def pace(self, pace: float) -> None:
        self._pace = pace
        self._changed.set()

    @property
    def running(self) -> bool:
        """Whether it is on its way to its goal."""
        return self._going and self.run.history.last < self._goal and not self.run.exhausted

    @property
    def settings(self) -> Settings:
        """The settings of the steps to come."""
        return self._wanted or self.run.settings

    @property
    def beyond(self) -> bool:
        """Whether it is to go on when the epochs are over, until it is paused."""
        return self._beyond

    @beyond.setter
    def beyond(self, beyond: bool) -> None:
        self._beyond = beyond

    @property
    def _goal(self) -> int:
        return MAX_STEPS if self._beyond else self.run.budget

    def rest(self) -> None:
        """Leave the processor to others for a moment."""
        self._rests_until = time.monotonic() + COURTESY

    def pause(self) -> None:
        """Stop after the chunk that is under way."""
        self._going = False
        self._changed.set()

    def change(self, settings: Settings) -> None:
        """Take the steps after the chunk that is under way with other settings.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        settings.check(self.run.data.n)
        self._wanted = settings
        if not self._one_at_a_time.locked():
            self._take_what_is_wanted()
        self._changed.set()

    async def step(self, steps: int) -> None:
        """Train a few steps at once, whatever the pace."""
        async with self._one_at_a_time:
            await self._advance(steps)
        self._report()

    async def branch(self, step: int) -> Run:
        """A run with the same past up to a step; pauses."""
        self.pause()
        async with self._one_at_a_time:
            return await asyncio.to_thread(self.run.branch, step)

    def set_out(self, *, beyond: bool = False) -> None:
        """Be on the way to the end of the epochs; if that is reached or asked for, until paused."""
        self._going = True
        self._beyond = beyond or self.run.history.last >= self.run.budget

    async def go(self) -> None:
        """Train for as long as it is on the way."""
        async with self._one_at_a_time:
            self._report()
            due, owed, told = time.monotonic(), 0.0, -math.inf
            while self.running:
                if math.isinf(self._pace):
                    if (rest := self._rests_until - time.monotonic()) > 0:
                        await asyncio.sleep(rest)
                        continue
                    await self._advance_a_chunk()
                    due = time.monotonic()
                    if due - told < FRAME:
                        continue
                    told = due
                    self._rests_until = max(self._rests_until, due + BREATH)
                else:
                    interval = max(1 / self._pace, FRAME)
                    due += interval
                    if await self._woken_before(due):
                        due, owed = time.monotonic(), 0.0
                        continue
                    owed += self._pace * interval
                    steps = min(int(owed + 1e-9), self._goal - self.run.history.last)
                    owed -= steps
                    await self._advance(steps)
                    due = max(due, time.monotonic() - interval)
                self._report()
            self._take_what_is_wanted()
            self._going = False
        self._report()

    async def _advance(self, steps: int) -> None:
        self._take_what_is_wanted()
        await asyncio.to_thread(self.run.advance, steps)

    def _take_what_is_wanted(self) -> None:
        if self._wanted is not None:
            self.run.change(self._wanted)
            self._wanted = None

    async def _advance_a_chunk(self) -> None:
        steps = min(self._chunk, self._goal - self.run.history.last)
        began = time.monotonic()
        await self._advance(steps)
        if time.monotonic() - began > CHUNK_SECONDS:
            self._chunk = max(1, self._chunk // 2)
        elif steps == self._chunk:
            self._chunk *= 2

    async def _woken_before(self, due: float) -> bool:
        """Wait until then; True if the pace or the settings were changed, or it was paused."""
        self._changed.clear()
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._changed.wait()
        except TimeoutError:
            return self._changed.is_set()  # perhaps just as the time was over
        return True

    def _report(self) -> None:
        run = self.run
        diverged = run.diverged_at is not None
        self._tell(Progress(self.run_id, run.history.last, not self.running, diverged))
