"""Processes that train trials: they tell how far they are, and leave off when nobody waits."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, MutableSequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, redirect_stderr, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.synchronize import Event

from linreg_tui.core.errors import InputError
from linreg_tui.core.history import Step
from linreg_tui.core.sweep import Trial
from linreg_tui.core.trials import Look
from linreg_tui.sweeps.allowance import jobs_allowed

FIGURES = 4
"""Numbers that are told of a trial: its step, slope, intercept and loss."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the processes have in common: whether to leave off, and how far each trial is."""

    stopped: Event
    told: MutableSequence[float]


_shared: _Shared | None = None
"""In a process that trains for another one."""

_unwanted: ContextVar[Callable[[], bool] | None] = ContextVar("unwanted", default=None)
"""In a thread that trains for another machine: whether nobody waits for it any more."""


_stderr = threading.Lock()
"""Held while standard error is another one, or a second thread would put back the wrong one."""


class TrialProcesses(ProcessPoolExecutor):
    """Processes for trials of the numbers from 0 to `trials` − 1."""

    def __init__(self, jobs: int, trials: int) -> None:
        track_resources()
        # A process that is forked off while other threads run may find their locks held for ever.
        context = multiprocessing.get_context("spawn")
        self._shared = _Shared(context.Event(), context.RawArray("d", FIGURES * max(1, trials)))
        super().__init__(jobs, context, _begin, (self._shared,))

    def _adjust_process_count(self) -> None:
        """Start one more if need be; go on with those there are if no more may be started."""
        try:
            super()._adjust_process_count()
        except OSError:
            if not self._processes:
                raise

    def step(self, trial: Trial) -> Step | None:
        """How far a trial is, if that has been told."""
        first = FIGURES * trial.number
        number, slope, intercept, loss = self._shared.told[first : first + FIGURES]
        return Step(int(number), slope, intercept, None, loss) if number else None

    def leave(self) -> None:
        """Begin nothing more, leave off what is under way within a few thousand steps, and end."""
        self._shared.stopped.set()
        self.shutdown(cancel_futures=True)


def track_resources() -> None:
    """Start the process that cleans up after all others, unless it runs.

    It alone inherits standard error, and what stands in for that on a screen has no file.
    """
    if sys.platform != "win32":
        with _stderr, redirect_stderr(sys.__stderr__):
            resource_tracker.ensure_running()


@contextmanager
def processes(jobs: int, trials: int = 0) -> Iterator[Executor | None]:
    """So many processes, or as many as may be started; None, which stands for this one, for one.

    Raises
    ------
    InputError
        If processes end before their work.
    """
    jobs = jobs_allowed(jobs)
    executor = None if jobs == 1 else _started(jobs, trials)
    if executor is None:
        yield None
        return
    try:
        with executor:
            try:
                yield executor
            finally:
                executor.leave()
    except BrokenProcessPool:
        raise InputError(
            f"the sweep's {jobs} processes did not last: choose fewer, as with --jobs 1"
        ) from None


def _started(jobs: int, trials: int) -> TrialProcesses | None:
    """The processes, of which the first has been started; None where none may be.

    A login node counts the processes and threads of a user, and allows but so many.
    """
    try:
        executor = TrialProcesses(jobs, trials)
    except OSError:
        return None
    try:
        executor.submit(os.getpid)
    except (OSError, RuntimeError):
        executor.shutdown(wait=False, cancel_futures=True)
        return None
    return executor


class StoppedError(Exception):
    """Nobody waits for the results any more."""


@contextmanager
def unless(unwanted: Callable[[], bool]) -> Iterator[None]:
    """The trials in here end with a StoppedError once they are unwanted."""
    token = _unwanted.set(unwanted)
    try:
        yield
    finally:
        _unwanted.reset(token)


def _leave_off(unwanted: Callable[[], bool], _: Step) -> None:
    if unwanted():
        raise StoppedError


def _begin(shared: _Shared) -> None:
    """In each process, first of all."""
    global _shared
    _shared = shared
    # Without a traceback: what there is to say, the process that started this one says.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with suppress(RuntimeError):  # no more threads may be started
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """Don't outlive the program that was killed: it alone could have said that work is over."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(0)


def telling(trial: Trial) -> Look | None:
    """What looks on while a process trains for another one; None where there is no other."""
    if (unwanted := _unwanted.get()) is not None:
        return partial(_leave_off, unwanted)
    shared = _shared
    if shared is None:
        return None

    def look(step: Step) -> None:
        if shared.stopped.is_set():
            raise StoppedError
        first = FIGURES * trial.number
        if first < len(shared.told):
            shared.told[first : first + FIGURES] = [
                float(step.number),
                step.slope,
                step.intercept,
                step.loss,
            ]

    return look
