"""Training off the event loop: a run advances in chunks in a thread, and reports its progress."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from linreg_tui.core.run import Run
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings

REPORT_SECONDS = 1 / 30
"""The shortest time between two reports."""

CHUNK_SECONDS = 0.005
"""The time that a chunk should take, so that other requests are served at once."""

SHOW_SECONDS = 0.01
"""The rest after a report, so that the screen can show it."""

YIELD_SECONDS = 0.05
"""The rest of a training at full speed when something else has to be quick."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run with this id has come."""

    run_id: int
    step: int
    done: bool
    diverged: bool


class Training:
    """Trains one run at a pace in steps a second; `math.inf` means as fast as possible.

    Use it only in the event loop's thread; another thread does the run's own work.
    """

    def __init__(
        self, run: Run, run_id: int, report: Callable[[Progress], None], pace: float = math.inf
    ) -> None:
        self.run = run
        self.run_id = run_id
        self._send = report
        self._pace = pace
        self._started = False
        self._beyond = False
        self._next_settings: Settings | None = None
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
        """Whether it is training and has not reached its goal."""
        return self._started and self.run.history.last < self._goal and not self.run.exhausted

    @property
    def settings(self) -> Settings:
        """The settings of the next steps."""
        return self._next_settings or self.run.settings

    @property
    def beyond(self) -> bool:
        """Whether it trains on after the last epoch, until it is paused."""
        return self._beyond

    @beyond.setter
    def beyond(self, beyond: bool) -> None:
        self._beyond = beyond

    @property
    def _goal(self) -> int:
        return MAX_STEPS if self._beyond else self.run.budget

    def rest(self) -> None:
        """Leave the processor to others for a moment."""
        self._rests_until = time.monotonic() + YIELD_SECONDS

    def pause(self) -> None:
        """Stop after the current chunk."""
        self._started = False
        self._changed.set()

    def change(self, settings: Settings) -> None:
        """Use other settings for the steps after the current chunk.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        settings.check(self.run.data.n)
        self._next_settings = settings
        if not self._one_at_a_time.locked():
            self._apply_next_settings()
        self._changed.set()

    async def step(self, steps: int) -> None:
        """Train a few steps immediately, whatever the pace."""
        async with self._one_at_a_time:
            await self._advance(steps)
        self._report()

    async def branch(self, step: int) -> Run:
        """Pause, and return a run with the same history up to a step."""
        self.pause()
        async with self._one_at_a_time:
            return await asyncio.to_thread(self.run.branch, step)

    def start(self, *, beyond: bool = False) -> None:
        """Let it train to the last epoch; from there on, or if `beyond`, until it is paused."""
        self._started = True
        self._beyond = beyond or self.run.history.last >= self.run.budget

    async def train(self) -> None:
        """Train until the goal is reached or training is paused."""
        async with self._one_at_a_time:
            self._report()
            due, owed, reported = time.monotonic(), 0.0, -math.inf
            while self.running:
                if math.isinf(self._pace):
                    if (rest := self._rests_until - time.monotonic()) > 0:
                        await asyncio.sleep(rest)
                        continue
                    await self._advance_a_chunk()
                    due = time.monotonic()
                    if due - reported < REPORT_SECONDS:
                        continue
                    reported = due
                    self._rests_until = max(self._rests_until, due + SHOW_SECONDS)
                else:
                    interval = max(1 / self._pace, REPORT_SECONDS)
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
            self._apply_next_settings()
            self._started = False
        self._report()

    async def _advance(self, steps: int) -> None:
        self._apply_next_settings()
        await asyncio.to_thread(self.run.advance, steps)

    def _apply_next_settings(self) -> None:
        if self._next_settings is not None:
            self.run.change(self._next_settings)
            self._next_settings = None

    async def _advance_a_chunk(self) -> None:
        steps = min(self._chunk, self._goal - self.run.history.last)
        began = time.monotonic()
        await self._advance(steps)
        if time.monotonic() - began > CHUNK_SECONDS:
            self._chunk = max(1, self._chunk // 2)
        elif steps == self._chunk:
            self._chunk *= 2

    async def _woken_before(self, due: float) -> bool:
        """Wait until then; True if the pace or the settings changed before, or it was paused."""
        self._changed.clear()
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._changed.wait()
        except TimeoutError:
            return self._changed.is_set()  # it may have been set just as the time ran out
        return True

    def _report(self) -> None:
        run = self.run
        diverged = run.diverged_at is not None
        self._send(Progress(self.run_id, run.history.last, not self.running, diverged))
