"""The executors that train a sweep's trials: in a thread or in processes here, or on a cluster.

A function that runs in an executor passes its steps to `observe`. That is how the executor learns
how far a trial is, and how it ends one that nobody waits for.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, MutableSequence, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.synchronize import Event

from linreg_tui.compat.process_pool import FrugalProcessPool
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import Step
from linreg_tui.core.sweep import MAX_TRIALS, Trial, estimated_seconds
from linreg_tui.sweeps.jobs import jobs_allowed

BATCH_SECONDS = 0.03
"""The work in one batch of trials: a hundred times what submitting it takes, and soon over."""

SECONDS_PER_ROW = 1e-6
"""The work that makes it worth sending one row to a process."""

BATCHES_AHEAD = 16
"""The batches submitted for each worker: half a second of work, so that none has to wait."""

NUMBERS_PER_TRIAL = 4
"""The numbers that a process shares about a trial: its step, slope, intercept and loss."""


class GoneError(InputError):
    """The executor is gone before its work is done; the results so far stay valid.

    The caller decides what to do about the rest.
    """


class StoppedError(Exception):
    """Nobody is waiting for the results any more."""


class TrialExecutor(Executor):
    """An executor that runs trials.

    `place` says where it works, and is empty for this machine. At most `ahead` batches are
    submitted to it at a time.
    """

    place = ""
    ahead = MAX_TRIALS

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        """Yield the trials, on n rows of data, in batches to submit."""
        return in_batches(trials, n, BATCH_SECONDS)

    def step(self, trial: Trial) -> Step | None:  # noqa: ARG002 - subclasses know more
        """Return the latest known step of a trial, if there is one."""
        return None


def in_batches(trials: Iterable[Trial], n: int, seconds: float) -> Iterator[Sequence[Trial]]:
    """Yield the trials in batches of about this many seconds on n rows, at least one in each."""
    batch: list[Trial] = []
    work = 0.0
    for trial in trials:
        takes = estimated_seconds(trial.settings, n)
        if batch and work + takes > seconds:
            yield batch
            batch, work = [], 0.0
        batch.append(trial)
        work += takes
    if batch:
        yield batch


Observer = Callable[[Trial | None, Step], object]
"""Called with the steps of a trial; with None for work that is not a trial."""

_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)
"""The executor's observer, in a function that the executor runs."""


def observe(trial: Trial | None, step: Step) -> None:
    """Tell the executor how far a trial is; an exception from it is to end the trial."""
    if (observer := _observer.get()) is not None:
        observer(trial, step)


@contextmanager
def observed_by(observer: Observer) -> Iterator[None]:
    """Pass the steps of work in this context to an observer."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


class TrialThread(TrialExecutor, ThreadPoolExecutor):
    """A thread of this process that trains one trial after another."""

    ahead = BATCHES_AHEAD

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._latest: tuple[int, Step] | None = None
        super().__init__(1, "trials", _observer.set, (self._observe,))

    def step(self, trial: Trial) -> Step | None:
        """Return the latest step of a trial, if it is the one that is being trained."""
        latest = self._latest
        return latest[1] if latest is not None and latest[0] == trial.number else None

    def stop(self) -> None:
        """Start no more trials, and end the current one within a few thousand steps."""
        self._stopped.set()
        self.shutdown(cancel_futures=True)

    def _observe(self, trial: Trial | None, step: Step) -> None:
        if self._stopped.is_set():
            raise StoppedError
        if trial is not None:
            self._latest = trial.number, step


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the processes share: whether to stop, and the latest step of each trial."""

    stopped: Event
    numbers: MutableSequence[float]

    def observe(self, trial: Trial | None, step: Step) -> None:
        """In a process, share how far a trial is."""
        if self.stopped.is_set():
            raise StoppedError
        if trial is not None:
            first = NUMBERS_PER_TRIAL * trial.number
            self.numbers[first : first + NUMBERS_PER_TRIAL] = [
                float(step.number),
                step.slope,
                step.intercept,
                step.loss,
            ]


class TrialProcesses(TrialExecutor, FrugalProcessPool):
    """Processes that each train one trial after another."""

    def __init__(self, jobs: int) -> None:
        track_resources()
        self.ahead = BATCHES_AHEAD * jobs
        # A process that is forked while other threads run may find their locks held for ever.
        context = multiprocessing.get_context("spawn")
        numbers = context.RawArray("d", NUMBERS_PER_TRIAL * MAX_TRIALS)
        self._shared = _Shared(context.Event(), numbers)
        super().__init__(jobs, context, _start_process, (self._shared,))

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        """Yield the trials in batches large enough to make sending the data worthwhile."""
        return in_batches(trials, n, BATCH_SECONDS + SECONDS_PER_ROW * n)

    def step(self, trial: Trial) -> Step | None:
        """Return the latest step of a trial that its process has shared, if any."""
        first = NUMBERS_PER_TRIAL * trial.number
        latest = self._shared.numbers[first : first + NUMBERS_PER_TRIAL]
        number, slope, intercept, loss = latest
        return Step(int(number), slope, intercept, None, loss) if number else None

    def stop(self) -> None:
        """Start no more trials, end the current ones within a few thousand steps, and shut down."""
        self._shared.stopped.set()
        self.shutdown(cancel_futures=True)


@asynccontextmanager
async def local_executor(jobs: int = 1) -> AsyncIterator[TrialExecutor]:
    """Return this many processes, or as many as may be started here; for one job, a thread.

    They have stopped when the context ends.

    Raises
    ------
    InputError
        If processes end before their work is done.
    """
    jobs = jobs_allowed(jobs)
    starting = asyncio.create_task(asyncio.to_thread(_start_executor, jobs))
    try:
        yield await asyncio.shield(starting)
    except BrokenProcessPool:
        raise InputError(
            f"the sweep's {jobs} processes ended too soon: choose fewer, as with --jobs 1"
        ) from None
    finally:
        executor = await starting  # its thread starts it, whether or not anybody waits
        await asyncio.to_thread(executor.stop)


def _start_executor(jobs: int) -> TrialProcesses | TrialThread:
    """Return processes, the first of them started; a thread if no process may be started.

    A login node counts a user's processes and threads, and limits them.
    """
    if jobs == 1:
        return TrialThread()
    try:
        executor = TrialProcesses(jobs)
    except OSError:
        return TrialThread()
    try:
        executor.submit(os.getpid)
    except (OSError, RuntimeError):
        executor.shutdown(wait=False, cancel_futures=True)
        return TrialThread()
    return executor


_stderr = threading.Lock()
"""Held while stderr is replaced, as otherwise a second thread could restore the wrong one."""


def track_resources() -> None:
    """Start Python's resource tracker, unless it is running.

    It is the one process that inherits stderr, and what replaces stderr on a screen has no file.
    """
    if sys.platform != "win32":
        with _stderr, redirect_stderr(sys.__stderr__):
            resource_tracker.ensure_running()


def _start_process(shared: _Shared) -> None:
    """Prepare a new process."""
    _observer.set(shared.observe)
    # An interrupt ends it without a traceback: the parent process reports what happened.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with suppress(RuntimeError):  # no more threads may be started
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is killed, as then nobody can tell it that work is over."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(0)
