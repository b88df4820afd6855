"""A Dask cluster as an executor like any other."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from linreg_tui import __version__
from linreg_tui.cluster import worker
from linreg_tui.cluster.address import processes_here
from linreg_tui.cluster.calls import Calls
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.sweep import Trial, estimated_seconds
from linreg_tui.sweeps.executors import GoneError, TrialExecutor, in_batches, track_resources

ANSWER_SECONDS = 8.0
"""The time that a scheduler has to answer."""

WORKER_SECONDS = 1.0
"""The further time that a scheduler has to name a worker."""

CLOSE_SECONDS = 3.0
"""The time that a connection has to close; without a scheduler it might never do so."""

QUIET = {
    "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical",
    "distributed.admin.large-graph-warning-threshold": "1 TB",
}
"""Keeps Dask from writing on the screen: the program reports errors itself."""


async def open_client(address: str, stack: AsyncExitStack) -> tuple[Any, list[int]]:
    """Return a client of a cluster, which the stack closes, and how many threads each worker has.

    Raises
    ------
    InputError
        If there is no such cluster, it has no workers, or they have another version.
    """
    try:
        import dask
    except ImportError:
        raise InputError(
            "to work on a cluster, install the extra: pip install 'linreg-tui[cluster]'"
        ) from None
    dask.config.set(QUIET)
    import distributed  # noqa: F401 - it registers its loggers

    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    here = processes_here(address)
    place = address if here is None else await _start_local(stack, here)
    client = await _connect(place, address, stack)
    try:
        async with asyncio.timeout(WORKER_SECONDS if here is None else ANSWER_SECONDS):
            await client.wait_for_workers(1)
    except TimeoutError:
        raise InputError(
            f"the cluster at {address} has no workers: start some with dask worker"
        ) from None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await check_versions(client, address)
            return client, list((await client.nthreads()).values())
    except TimeoutError:
        raise InputError(
            f"the scheduler or a worker at {address} doesn't answer: restart it"
        ) from None


async def _started(cluster: Any) -> None:
    await cluster


async def _start_local(stack: AsyncExitStack, count: int) -> Any:
    """Start a cluster of this many processes that only this machine can reach."""
    from distributed import LocalCluster

    track_resources()
    cluster = LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        preload=[worker.__name__],
        silence_logs=logging.CRITICAL,
        asynchronous=True,
    )
    stack.push_async_callback(_close, cluster.close)
    starting = asyncio.ensure_future(_started(cluster))
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        # A cluster that is still starting can't be closed: its processes would live on for a while.
        await asyncio.wait({starting}, timeout=CLOSE_SECONDS)
        if starting.done() and not starting.cancelled():
            starting.exception()  # nobody waits for it any more
        raise
    except OSError as error:
        raise InputError(
            f"the cluster's {count} processes can't be started ({error.strerror or error}): "
            "choose fewer, as with local:1"
        ) from None
    return cluster


async def _connect(place: Any, address: str, stack: AsyncExitStack) -> Any:
    from distributed import Client

    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if place == address:
                await _check_listening(address)
            client = Client(place, asynchronous=True, timeout=ANSWER_SECONDS, set_as_default=False)
            stack.push_async_callback(_close, client.close)
            await client
    except OSError:  # timeouts included
        raise InputError(
            f"no scheduler answers at {address}: check the address, or start one with "
            "dask scheduler"
        ) from None
    except Exception as error:  # any error may come of reading another protocol as Dask's
        raise InputError(
            f"what answers at {address} is not a Dask scheduler ({type(error).__name__}): "
            "check the address"
        ) from None
    return client


async def _check_listening(address: str) -> None:
    """Raise an OSError at once if nobody listens at the address; Dask would keep trying."""
    host, _, port = address.partition("://")[2].rstrip("/").rpartition(":")
    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.close()
    await writer.wait_closed()


async def check_versions(client: Any, address: str) -> None:
    """Raise an InputError if the scheduler or a worker has another version of this program."""
    try:
        workers = await client.run(worker.version)
        found = {await client.run_on_scheduler(worker.version), *workers.values()}
    except Exception:  # a missing program fails in many ways
        found = set()
    if found != {__version__}:
        raise InputError(
            f"the scheduler or the workers at {address} don't have linreg-tui {__version__}, as "
            "this machine does: install it there, and restart them"
        )


async def _close(close: Callable[[], Any]) -> None:
    with suppress(TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await close()


Value = TypeVar("Value")
Item = TypeVar("Item")
Sum = TypeVar("Sum")

POLL_SECONDS = 0.2
"""The time between two checks that the scheduler is still there."""

REST_SECONDS = 1.0
"""The time between an answer of the scheduler and the next question."""

SILENT_SECONDS = 6.0
"""The time that a scheduler may take for an answer before it counts as gone."""

MIN_BATCH_SECONDS, MAX_BATCH_SECONDS = 0.1, 0.25
"""The work in one batch of trials: some twenty times what submitting it takes, and soon over."""

BATCH_SECONDS_PER_THREAD = 4e-3
"""The least work in a batch for each thread of the cluster, so that scheduler and client keep up.

It is twice what the scheduler needs for a batch and the client for its results.
"""

BATCHES_PER_THREAD = 8
"""The least number of batches for each thread, so that all have work until the end."""


class Cluster(TrialExecutor):
    """The workers of a cluster, which take work once `ready` holds the number of their threads.

    One thread, with an event loop of its own, talks to them. When a worker dies, another one does
    its work again. Once the cluster is ready, `scheduler` is the scheduler's address, and `place`
    says where the work is done.

    Raises
    ------
    InputError
        If the address is not one of a cluster. `ready` raises all other errors, within about ten
        seconds.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.scheduler = ""
        self.ready: Future[int] = Future()
        self.ready.set_running_or_notify_cancel()  # it can't be cancelled: it always gets a result
        processes_here(address)
        self._calls: Calls | None = None
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        """Yield the trials in batches that give all workers something to do until the end."""
        trials, threads = tuple(trials), self.ready.result()
        work = sum(estimated_seconds(trial.settings, n) for trial in trials)
        least = max(MIN_BATCH_SECONDS, BATCH_SECONDS_PER_THREAD * threads)
        seconds = max(least, min(MAX_BATCH_SECONDS, work / (BATCHES_PER_THREAD * threads)))
        yield from in_batches(trials, n, seconds)

    def submit(
        self, function: Callable[..., Value], /, *arguments: Any, **named: Any
    ) -> Future[Value]:
        """Let a worker call a function, which it imports from its own copy of this program.

        Large data sets among the arguments are sent once for all calls.
        """
        assert not named
        return self._begin(lambda calls, future: calls.begin(future, function, arguments))

    def submit_to(
        self, number: int, function: Callable[[Dataset, Item], Value], data: Dataset, item: Item
    ) -> Future[Value]:
        """Let the worker with this number call a function, within milliseconds; it keeps the data.

        If the worker dies, another one makes the call.
        """
        return self._begin(
            lambda calls, future: calls.begin_at(number, future, function, data, item)
        )

    def tree(self, function: Callable[[int, Item], Sum], items: Sequence[Item]) -> Sum:
        """Call a function with each number and item, and add the results up as `tree_sum` does.

        The results stay on the workers until they are added up.
        """
        future: Future[Sum] = self._begin(
            lambda calls, future: calls.begin_tree(future, function, items)
        )
        return future.result()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Start no more work, drop the current work, and close the connection within seconds."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._closing.set)
        if wait:
            self._thread.join()

    def _begin(self, start: Callable[[Calls, Future[Any]], None]) -> Future[Any]:
        assert self._calls is not None  # it is ready
        future: Future[Any] = Future()
        self._loop.call_soon_threadsafe(start, self._calls, future)
        return future

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._connect())

    async def _connect(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                opening = asyncio.ensure_future(open_client(self.address, stack))
                closing = asyncio.ensure_future(self._closing.wait())
                await asyncio.wait([opening, closing], return_when=asyncio.FIRST_COMPLETED)
                if not opening.done():
                    opening.cancel()
                with suppress(asyncio.CancelledError):
                    client, workers = await opening
                    threads = sum(workers)
                    self.place = place_of(workers, self.address)
                    self.scheduler = str(client.scheduler.address)
                    self._calls = Calls(client, self.address)
                    self.ready.set_result(threads)
                    await _until_gone(client, closing)
                    self._calls.end()
                    await closing
                closing.cancel()
        except BaseException as error:
            if self.ready.done():
                raise
            self.ready.set_exception(error)
        if not self.ready.done():
            self.ready.set_exception(GoneError(f"the cluster at {self.address} was left"))


def place_of(threads: Sequence[int], address: str) -> str:
    """Say how many workers are at an address, given the threads of each."""
    workers, at_once = len(threads), sum(threads)
    words = f"{workers} worker{'s' * (workers != 1)}"
    return (
        f"{words} with {at_once} threads at {address}"
        if at_once > workers
        else f"{words} at {address}"
    )


def _connected(client: Any) -> bool:
    """Return whether the scheduler is still there."""
    return client.status == "running" and not client.scheduler_comm.comm.closed()


async def _until_gone(client: Any, closing: asyncio.Future[Any]) -> None:
    """Wait until the scheduler has closed its connection or gives no more answers, or `closing`.

    A scheduler that was stopped, or whose machine has lost the network, leaves its connection
    open. What counts is how often we have looked, not the time: were we stopped ourselves, there
    was no time for an answer.
    """
    asked: asyncio.Future[Any] | None = None
    polls = 0
    while _connected(client) and not closing.done():
        await asyncio.wait([closing], timeout=POLL_SECONDS)
        polls += 1
        if asked is None and polls * POLL_SECONDS >= REST_SECONDS:
            asked, polls = asyncio.ensure_future(client.scheduler.echo(data="")), 0
        elif asked is not None and asked.done():
            asked.exception()  # a broken connection is noticed by itself
            asked, polls = None, 0
        elif asked is not None and polls * POLL_SECONDS >= SILENT_SECONDS:
            break
    if asked is not None:
        asked.cancel()


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Cluster]:
    """Return the cluster at an address, connected until the context ends.

    Raises
    ------
    InputError
        If there is no cluster or it can't do the work; within ten seconds.
    """
    cluster = Cluster(address)
    try:
        await asyncio.wrap_future(cluster.ready)
        yield cluster
    finally:
        await asyncio.to_thread(cluster.shutdown)
