"""Training off the event loop: a run advances in chunks in a thread, and tells how far it is."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from linreg_tui.core.sgd import Run

FRAME = 1 / 30
"""Seconds between two tellings, at the most frequent."""

CHUNK = 0.005
"""Seconds that a chunk should take, so that whatever else is asked for can act at once."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run of that id has come."""

    run_id: int
    step: int
    done: bool
    diverged: bool


class Training:
    """One run in training, at a pace in steps a second, `math.inf` for as fast as it can.

    All of it belongs to the event loop's thread; only `Run.advance` is called in another.
    """

    def __init__(
        self, run: Run, run_id: int, tell: Callable[[Progress], None], pace: float = math.inf
    ) -> None:
        self.run = run
        self.run_id = run_id
        self._tell = tell
        self._pace = pace
        self._goal = 0
        self._chunk = 1
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
        """Whether it is on its way to a goal."""
        return self.run.history.last < self._goal and not self.run.exhausted

    def pause(self) -> None:
        """Stop after the chunk that is under way."""
        self._goal = 0
        self._changed.set()

    async def step(self, steps: int) -> None:
        """Train a few steps at once, whatever the pace."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self.run.advance, steps)
        self._report()

    async def go(self, goal: int) -> None:
        """Train up to step `goal`, at the pace, until paused."""
        self._goal = goal
        async with self._one_at_a_time:
            self._report()
            due, owed, told = time.monotonic(), 0.0, -math.inf
            while self.running:
                if math.isinf(self._pace):
                    await self._advance_a_chunk()
                    due = time.monotonic()
                    if due - told < FRAME:
                        continue
                    told = due
                else:
                    interval = max(1 / self._pace, FRAME)
                    due += interval
                    if await self._woken_before(due):
                        due, owed = time.monotonic(), 0.0
                        continue
                    owed += self._pace * interval
                    steps = min(int(owed + 1e-9), self._goal - self.run.history.last)
                    owed -= steps
                    await asyncio.to_thread(self.run.advance, steps)
                    due = max(due, time.monotonic() - interval)
                self._report()
        self._report()

    async def _advance_a_chunk(self) -> None:
        steps = min(self._chunk, self._goal - self.run.history.last)
        began = time.monotonic()
        await asyncio.to_thread(self.run.advance, steps)
        if time.monotonic() - began > CHUNK:
            self._chunk = max(1, self._chunk // 2)
        elif steps == self._chunk:
            self._chunk *= 2

    async def _woken_before(self, due: float) -> bool:
        """Wait until then; True if the pace was changed, or a pause asked for, before."""
        self._changed.clear()
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _report(self) -> None:
        run = self.run
        done = run.history.last >= self._goal or run.exhausted
        self._tell(Progress(self.run_id, run.history.last, done, run.diverged_at is not None))
