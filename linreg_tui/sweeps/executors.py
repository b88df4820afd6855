"""Where the trials of a sweep are trained: in a thread or in processes here, or on a cluster.

Each place is an executor. A function that one calls shows its steps to `observe`, wherever it runs:
that is how the executor learns how far a trial is, and how it ends one that nobody waits for.
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
"""Of trials handed over together: a hundred times what handing over takes, and soon over."""

SECONDS_PER_ROW = 1e-6
"""Work that is worth sending one row along with it to a process."""

AHEAD = 16
"""Batches handed over for each worker: half a second of work, so that none waits for more."""

FIGURES = 4
"""Numbers that a process writes down of a trial: its step, slope, intercept and loss."""


class GoneError(InputError):
    """The executor is gone before its work was done; what it handed out stays valid.

    What to do then depends on the work.
    """


class StoppedError(Exception):
    """Nobody waits for the results any more."""


class TrialExecutor(Executor):
    """An executor of trials.

    `place` says in words where it works, and is empty for this machine. It is given up to `ahead`
    batches at a time.
    """

    place = ""
    ahead = MAX_TRIALS

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        """The trials on n rows in the batches that they are to be handed over in."""
        return in_batches(trials, n, BATCH_SECONDS)

    def step(self, trial: Trial) -> Step | None:  # noqa: ARG002 - the others know more
        """How far a trial is, if that is known."""
        return None


def in_batches(trials: Iterable[Trial], n: int, seconds: float) -> Iterator[Sequence[Trial]]:
    """The trials in batches that take about so long on n rows, one trial if that takes longer."""
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
"""Is shown the steps of a trial, or of what is none."""

_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)
"""That of the executor, where a function runs that it has called."""


def observe(trial: Trial | None, step: Step) -> None:
    """Show the executor how far a trial is; what it raises is to end the trial."""
    if (observer := _observer.get()) is not None:
        observer(trial, step)


@contextmanager
def observed_by(observer: Observer) -> Iterator[None]:
    """What runs in here is shown to an observer."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


class TrialThread(TrialExecutor, ThreadPoolExecutor):
    """A thread of this process, which trains one trial after another."""

    ahead = AHEAD

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._latest: tuple[int, Step] | None = None
        super().__init__(1, "trials", _observer.set, (self._observe,))

    def step(self, trial: Trial) -> Step | None:
        """How far a trial is, if it is the one under way."""
        latest = self._latest
        return latest[1] if latest is not None and latest[0] == trial.number else None

    def leave(self) -> None:
        """Begin nothing more, and end what is under way within a few thousand steps."""
        self._stopped.set()
        self.shutdown(cancel_futures=True)

    def _observe(self, trial: Trial | None, step: Step) -> None:
        if self._stopped.is_set():
            raise StoppedError
        if trial is not None:
            self._latest = trial.number, step


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the processes have in common: whether to leave off, and how far each trial is."""

    stopped: Event
    figures: MutableSequence[float]

    def observe(self, trial: Trial | None, step: Step) -> None:
        """In a process, write down how far a trial is."""
        if self.stopped.is_set():
            raise StoppedError
        if trial is not None:
            first = FIGURES * trial.number
            self.figures[first : first + FIGURES] = [
                float(step.number),
                step.slope,
                step.intercept,
                step.loss,
            ]


class TrialProcesses(TrialExecutor, FrugalProcessPool):
    """Processes, of which each trains one trial after another."""

    def __init__(self, jobs: int) -> None:
        track_resources()
        self.ahead = AHEAD * jobs
        # A process that is forked off while other threads run may find their locks held for ever.
        context = multiprocessing.get_context("spawn")
        self._shared = _Shared(context.Event(), context.RawArray("d", FIGURES * MAX_TRIALS))
        super().__init__(jobs, context, _begin, (self._shared,))

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        """The trials in batches that are worth sending the data along."""
        return in_batches(trials, n, BATCH_SECONDS + SECONDS_PER_ROW * n)

    def step(self, trial: Trial) -> Step | None:
        """How far a trial is, if it has been written down."""
        first = FIGURES * trial.number
        number, slope, intercept, loss = self._shared.figures[first : first + FIGURES]
        return Step(int(number), slope, intercept, None, loss) if number else None

    def leave(self) -> None:
        """Begin nothing more, leave off what is under way within a few thousand steps, and end."""
        self._shared.stopped.set()
        self.shutdown(cancel_futures=True)


@asynccontextmanager
async def local_executor(jobs: int = 1) -> AsyncIterator[TrialExecutor]:
    """So many processes, or as many as may be started here; for one job, a thread of this process.

    At the end of the context all have left.

    Raises
    ------
    InputError
        If processes end before their work.
    """
    jobs = jobs_allowed(jobs)
    begun = asyncio.create_task(asyncio.to_thread(_started, jobs))
    try:
        yield await asyncio.shield(begun)
    except BrokenProcessPool:
        raise InputError(
            f"the sweep's {jobs} processes did not last: choose fewer, as with --jobs 1"
        ) from None
    finally:
        executor = await begun  # in its thread it starts, whether or not anybody waits
        await asyncio.to_thread(executor.leave)


def _started(jobs: int) -> TrialProcesses | TrialThread:
    """The processes, of which the first has been started; a thread where none may be.

    A login node counts the processes and threads of a user, and allows but so many.
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
"""Held while standard error is another one, or a second thread would put back the wrong one."""


def track_resources() -> None:
    """Start the process that cleans up after all others, unless it runs.

    It alone inherits standard error, and what stands in for that on a screen has no file.
    """
    if sys.platform != "win32":
        with _stderr, redirect_stderr(sys.__stderr__):
            resource_tracker.ensure_running()


def _begin(shared: _Shared) -> None:
    """In each process, first of all."""
    _observer.set(shared.observe)
    # Without a traceback: what there is to say, the process that started this one says.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with suppress(RuntimeError):  # no more threads may be started
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """Don't outlive the program that was killed: it alone could have said that work is over."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(0)
