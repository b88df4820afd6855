"""A Dask cluster as an executor: for whoever hands work over, one like any other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from linreg_tui.cluster.address import processes_here
from linreg_tui.cluster.calls import Calls
from linreg_tui.cluster.opening import client_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.sweep import Trial, estimated_seconds
from linreg_tui.sweeps.executors import GoneError, TrialExecutor, in_batches

Value = TypeVar("Value")
Item = TypeVar("Item")
Sum = TypeVar("Sum")

LOOKS = 0.2
"""Seconds between two looks at whether the scheduler is still there."""

LEAST_SECONDS, MOST_SECONDS = 0.1, 0.25
"""Of trials handed over together: some twenty times what handing over takes, and soon over."""

SCHEDULED = 4e-3
"""Seconds for each thread that works: twice what the scheduler needs for a batch, and the client
for what comes of it, so that they keep up with many."""

TURNS = 8
"""Batches for each worker at least, so that all have work till the end."""


class Cluster(TrialExecutor):
    """The workers of a cluster; work runs on them once `ready` has the number of their threads.

    All that talks to them is in one thread, which has an event loop of its own. A worker that dies
    loses nothing: its work is done again by another one. Once it is ready, `scheduler` is the
    address of what gives the work out, and `place` says in words where it is done.

    Raises
    ------
    InputError
        If the address is none. What else is wrong, `ready` raises, within some ten seconds.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.scheduler = ""
        self.ready: Future[int] = Future()
        self.ready.set_running_or_notify_cancel()  # it ends by itself, though nobody may wait
        processes_here(address)
        self._calls: Calls | None = None
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="cluster", daemon=True)
        self._thread.start()

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        """The trials in batches that all workers have some of till the end."""
        trials, threads = tuple(trials), self.ready.result()
        work = sum(estimated_seconds(trial.settings, n) for trial in trials)
        least = max(LEAST_SECONDS, SCHEDULED * threads)
        seconds = max(least, min(MOST_SECONDS, work / (TURNS * threads)))
        yield from in_batches(trials, n, seconds)

    def submit(
        self, function: Callable[..., Value], /, *arguments: Any, **named: Any
    ) -> Future[Value]:
        """Have a worker call a function that its own copy of this program has.

        Large data among the arguments is sent once, whatever it is handed over with.
        """
        assert not named
        return self._begin(lambda calls, future: calls.begin(future, function, arguments))

    def submit_to(
        self, number: int, function: Callable[[Dataset, Item], Value], data: Dataset, item: Item
    ) -> Future[Value]:
        """Have always the same worker of a number do it, which keeps the data; within milliseconds.

        Should it die, another one does it.
        """
        return self._begin(
            lambda calls, future: calls.begin_at(number, future, function, data, item)
        )

    def tree(self, function: Callable[[int, Item], Sum], items: Sequence[Item]) -> Sum:
        """The sum of what a function makes of items and their numbers, as `parts.tree` adds it.

        What it makes stays on the workers until it is added up.
        """
        future: Future[Sum] = self._begin(
            lambda calls, future: calls.begin_tree(future, function, items)
        )
        return future.result()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Begin nothing more, leave off what is under way, and close the connection in time."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._over.set)
        if wait:
            self._thread.join()

    def _begin(self, how: Callable[[Calls, Future[Any]], None]) -> Future[Any]:
        assert self._calls is not None  # it is ready
        future: Future[Any] = Future()
        self._loop.call_soon_threadsafe(how, self._calls, future)
        return future

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                opening = asyncio.ensure_future(client_of(self.address, stack))
                leaving = asyncio.ensure_future(self._over.wait())
                await asyncio.wait([opening, leaving], return_when=asyncio.FIRST_COMPLETED)
                if not opening.done():
                    opening.cancel()
                with suppress(asyncio.CancelledError):
                    client, workers = await opening
                    threads = sum(workers)
                    self.place = _place(workers, self.address)
                    self.scheduler = str(client.scheduler.address)
                    self._calls = Calls(client, self.address)
                    self.ready.set_result(threads)
                    while _connected(client) and not leaving.done():
                        await asyncio.wait([leaving], timeout=LOOKS)
                    self._calls.end()
                    await leaving
                leaving.cancel()
        except BaseException as error:
            if self.ready.done():
                raise
            self.ready.set_exception(error)
        if not self.ready.done():
            self.ready.set_exception(GoneError(f"the cluster at {self.address} was left"))


def _place(threads: Sequence[int], address: str) -> str:
    """How many workers there are at an address, each with so many threads."""
    workers, at_once = len(threads), sum(threads)
    told = f"{workers} worker{'s' * (workers != 1)}"
    return (
        f"{told} with {at_once} threads at {address}"
        if at_once > workers
        else f"{told} at {address}"
    )


def _connected(client: Any) -> bool:
    """Whether the scheduler is still there."""
    return client.status == "running" and not client.scheduler_comm.comm.closed()


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Cluster]:
    """The cluster at an address, as long as the context lasts.

    Raises
    ------
    InputError
        If there is none, or it can't do the work; within ten seconds.
    """
    cluster = Cluster(address)
    try:
        await asyncio.wrap_future(cluster.ready)
        yield cluster
    finally:
        await asyncio.to_thread(cluster.shutdown)
