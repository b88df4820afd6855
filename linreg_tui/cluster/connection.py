"""A Dask cluster as an executor: for whoever hands work over, one like any other."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager, redirect_stderr, suppress
from functools import partial
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from linreg_tui import __version__
from linreg_tui.cluster import worker
from linreg_tui.cluster.address import processes_here
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.sweeping import FarExecutor, GoneError, Item, Sum

Value = TypeVar("Value")

ANSWERS_WITHIN = 8.0
"""Seconds that a scheduler and its first worker have to answer."""

LOOKS = 0.2
"""Seconds between two looks at whether the scheduler is still there."""

CLOSES_WITHIN = 3.0
"""Seconds that a connection has to close; that of a scheduler that went away may never do so."""

LEAST_SECONDS, MOST_SECONDS = 0.1, 0.5
"""Of trials handed over together: some twenty times what handing over takes, and soon over."""

TURNS = 4
"""Batches for each worker at least, so that all have work till the end."""

QUIET = {
    "logging.distributed": "critical",
    "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical",
    "distributed.admin.large-graph-warning-threshold": "1 TB",
    "distributed.worker.memory.spill": False,
}
"""What Dask would write onto the screen, and the data it would keep on a disk; what goes wrong, the
program says itself."""


class Cluster(FarExecutor):
    """The workers of a cluster; work runs on them once `ready` has the number of their threads.

    All that talks to them is in one thread, which has an event loop of its own. A worker that dies
    loses nothing: its work is done again by another one. `scheduler` is the address of what gives
    the work out, once it is ready.

    Raises
    ------
    InputError
        If the address is none. What else is wrong, `ready` raises, within some ten seconds.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.scheduler = ""
        self.ready: Future[int] = Future()
        self._here = processes_here(address)
        self._waiting: set[Future[Any]] = set()
        self._held: dict[int, tuple[Dataset, Any]] = {}
        self._client: Any = None
        self._gone = False
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="cluster", daemon=True)
        self._thread.start()

    def batch_seconds(self, work: float) -> float:
        """How much to hand over at a time, of so many seconds of work."""
        each = work / (TURNS * self.ready.result())
        return min(MOST_SECONDS, max(LEAST_SECONDS, each))

    def submit(
        self, function: Callable[..., Value], /, *arguments: Any, **named: Any
    ) -> Future[Value]:
        """Have a worker call a function that its own copy of this program has.

        Data among the arguments is sent once, whatever it is handed over with.
        """
        assert not named
        future: Future[Value] = Future()
        self._loop.call_soon_threadsafe(self._begin, future, function, arguments)
        return future

    def tree(self, function: Callable[[int, Item], Sum], items: Sequence[Item]) -> Sum:
        """The sum of what a function makes of items and their numbers, as `parts.tree` adds it.

        What it makes stays on the workers until it is added up.
        """
        future: Future[Sum] = Future()
        self._loop.call_soon_threadsafe(self._begin_tree, future, function, items)
        return future.result()

    def leave(self) -> None:
        """Begin nothing more, leave off what is under way, and close the connection in time."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._over.set)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Leave, and wait for the connection to be closed."""
        self.leave()
        if wait:
            self._thread.join()

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                opening = asyncio.ensure_future(self._open(stack))
                leaving = asyncio.ensure_future(self._over.wait())
                await asyncio.wait([opening, leaving], return_when=asyncio.FIRST_COMPLETED)
                if not opening.done():
                    opening.cancel()
                with suppress(asyncio.CancelledError):
                    self.ready.set_result(await opening)
                    await self._until_it_goes(leaving)
                leaving.cancel()
                for future in tuple(self._waiting):
                    self._fail(future)
                self._held.clear()
        except BaseException as error:
            if self.ready.done():
                raise
            self.ready.set_exception(error)
        if not self.ready.done():
            self.ready.set_exception(GoneError(f"the cluster at {self.address} was left"))

    async def _open(self, stack: AsyncExitStack) -> int:
        """Connect to the scheduler, and return how many threads its workers have."""
        try:
            import dask
        except ImportError:
            raise InputError(
                "to work on a cluster, install the extra: pip install 'linreg-tui[cluster]'"
            ) from None
        dask.config.set(QUIET)
        from distributed import Client

        place = self.address if self._here is None else await self._started(stack, self._here)
        client = Client(place, asynchronous=True, timeout=ANSWERS_WITHIN, set_as_default=False)
        stack.push_async_callback(self._closed, client.close)
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                if self._here is None:
                    await _knock(self.address)
                await client
        except OSError:  # and what takes too long
            raise InputError(
                f"no scheduler answers at {self.address}: check the address, or start one with "
                "dask scheduler"
            ) from None
        except Exception as error:  # whatever comes of reading another protocol as Dask's
            raise InputError(
                f"what answers at {self.address} is no scheduler of Dask "
                f"({type(error).__name__}): check the address"
            ) from None
        try:
            async with asyncio.timeout(ANSWERS_WITHIN if self._here else 1.0):
                await client.wait_for_workers(1)
        except TimeoutError:
            raise InputError(
                f"the cluster at {self.address} has no workers: start some with dask worker"
            ) from None
        await self._check(client)
        self.scheduler = str(client.scheduler.address)
        self._client = client
        return sum((await client.nthreads()).values())

    async def _started(self, stack: AsyncExitStack, count: int) -> Any:
        """A cluster of so many processes on this machine, which can be reached from it alone."""
        from distributed import LocalCluster

        with redirect_stderr(sys.__stderr__):
            # What stands in for standard error on a screen has no file that it could inherit.
            resource_tracker.ensure_running()
        cluster = LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            memory_limit=0,
            silence_logs=logging.CRITICAL,
            asynchronous=True,
        )
        stack.push_async_callback(self._closed, cluster.close)
        await cluster
        return cluster

    async def _check(self, client: Any) -> None:
        """Raise an InputError if a worker has not the same program."""
        try:
            found = await client.run(worker.versions)
        except ImportError:
            found = {"": ("", "")}
        if any(version != __version__ for version, _ in found.values()):
            raise InputError(
                f"the workers of {self.address} don't have linreg-tui {__version__}, as this "
                "machine does: install it there, and start them anew"
            )

    async def _closed(self, close: Callable[[], Any]) -> None:
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(CLOSES_WITHIN):
                await close()

    async def _until_it_goes(self, leaving: asyncio.Future[Any]) -> None:
        """Wait until this is to be left, or the scheduler is no longer there."""
        client = self._client
        while not leaving.done():
            if client.status != "running" or client.scheduler_comm.comm.closed():
                self._gone = True
                break
            await asyncio.wait([leaving], timeout=LOOKS)

    def _fail(self, future: Future[Any]) -> None:
        self._waiting.discard(future)
        if not future.done():
            future.set_exception(GoneError(f"the cluster's scheduler at {self.address} went away"))

    def _awaited(self, future: Future[Any]) -> bool:
        """Whether what a future stands for can be begun; if not, it fails."""
        if future.cancelled():
            return False
        self._waiting.add(future)
        if self._gone or self._over.is_set() or self._client is None:
            self._fail(future)
            return False
        return True

    def _begin(
        self, future: Future[Any], function: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> None:
        """Send a call, and wait for what comes of it."""
        if not self._awaited(future):
            return
        sent = tuple(
            self._hold(argument) if isinstance(argument, Dataset) else argument
            for argument in arguments
        )
        far = self._client.submit(worker.call, function, sent, pure=False)
        self._wait_for(future, far)

    def _begin_tree(
        self, future: Future[Any], function: Callable[..., Any], items: Sequence[Any]
    ) -> None:
        """Send calls and the additions of what comes of them, and wait for their sum."""
        if not self._awaited(future):
            return
        submit = partial(self._client.submit, pure=False)
        level = [submit(worker.call, function, pair) for pair in enumerate(items)]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            alone = level[len(level) // 2 * 2 :]
            level = [*(submit(worker.added, *pair) for pair in pairs), *alone]
        self._wait_for(future, level[0])

    def _wait_for(self, future: Future[Any], far: Any) -> None:
        following = asyncio.ensure_future(self._follow(future, far))

        def cancelled(_: Future[Any]) -> None:
            if future.cancelled():
                with suppress(RuntimeError):  # the loop is closed
                    self._loop.call_soon_threadsafe(following.cancel)

        future.add_done_callback(cancelled)

    def _hold(self, data: Dataset) -> Any:
        """What stands for data that is sent once, and again if those who had it died."""
        if id(data) not in self._held:
            self._held[id(data)] = data, self._client.submit(worker.same, data, pure=False)
        return self._held[id(data)][1]

    async def _follow(self, future: Future[Any], far: Any) -> None:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError, FuturesCancelledError

        try:
            value = await far
        except (FutureCancelledError, FuturesCancelledError):
            self._fail(future)
        except asyncio.CancelledError:
            self._waiting.discard(future)
            await far.cancel()
            raise
        except KilledWorker:
            self._refuse(future, "worker after worker died of the same work; give them more memory")
        except ImportError as error:
            self._refuse(future, f"it lacks {error.name}; install linreg-tui there as it is here")
        except Exception as error:
            self._settle(future, error)
        else:
            self._settle(future, None, value)

    def _refuse(self, future: Future[Any], why: str) -> None:
        self._settle(future, InputError(f"the cluster at {self.address} can't do this: {why}"))

    def _settle(self, future: Future[Any], error: Exception | None, value: Any = None) -> None:
        self._waiting.discard(future)
        if future.cancelled():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)


async def _knock(address: str) -> None:
    """Raise an OSError at once where nobody listens; Dask would go on trying."""
    host, _, port = address.partition("://")[2].rstrip("/").rpartition(":")
    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.close()
    await writer.wait_closed()


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster at an address, as long as the context lasts.

    Raises
    ------
    InputError
        If there is none, or it can't do the work; within ten seconds.
    """
    cluster = Cluster(address)
    try:
        cluster.ready.result()
        yield cluster
    finally:
        cluster.shutdown()
