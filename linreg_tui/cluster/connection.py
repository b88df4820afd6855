"""A Dask cluster as an executor: for whoever hands work over, one like any other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from linreg_tui.cluster import worker
from linreg_tui.cluster.address import processes_here
from linreg_tui.cluster.hands import Hands
from linreg_tui.cluster.opening import client_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.sweeping import FarExecutor, GoneError, Item, Sum

Value = TypeVar("Value")

LOOKS = 0.2
"""Seconds between two looks at whether the scheduler is still there."""

LEAST_SECONDS, MOST_SECONDS = 0.1, 0.25
"""Of trials handed over together: some twenty times what handing over takes, and soon over."""

SCHEDULED = 4e-3
"""Seconds for each thread that works: twice what the scheduler needs for a batch, and the client
for what comes of it, so that they keep up with many."""

SENT_ROWS = 4096
"""Up to so many rows go along with each batch; more are sent once, and kept by the workers."""

TURNS = 8
"""Batches for each worker at least, so that all have work till the end."""


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
        processes_here(address)
        self._waiting: set[Future[Any]] = set()
        self._held: dict[int, tuple[Dataset, Any]] = {}
        self._client: Any = None
        self._hands: Hands | None = None
        self._name, self._numbers = uuid4().hex, count()
        self._gone = False
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="cluster", daemon=True)
        self._thread.start()

    def batch_seconds(self, work: float) -> float:
        """How much to hand over at a time, of so many seconds of work."""
        threads = self.ready.result()
        least = max(LEAST_SECONDS, SCHEDULED * threads)
        return max(least, min(MOST_SECONDS, work / (TURNS * threads)))

    def submit(
        self, function: Callable[..., Value], /, *arguments: Any, **named: Any
    ) -> Future[Value]:
        """Have a worker call a function that its own copy of this program has.

        Large data among the arguments is sent once, whatever it is handed over with.
        """
        assert not named
        future: Future[Value] = Future()
        self._loop.call_soon_threadsafe(self._begin, future, function, arguments)
        return future

    def submit_to(
        self, number: int, function: Callable[[Dataset, Item], Value], data: Dataset, item: Item
    ) -> Future[Value]:
        """Have always the same worker of a number do it, which keeps the data; within milliseconds.

        Should it die, another one does it.
        """
        future: Future[Value] = Future()
        self._loop.call_soon_threadsafe(self._begin_at, number, future, function, data, item)
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
                opening = asyncio.ensure_future(client_of(self.address, stack))
                leaving = asyncio.ensure_future(self._over.wait())
                await asyncio.wait([opening, leaving], return_when=asyncio.FIRST_COMPLETED)
                if not opening.done():
                    opening.cancel()
                with suppress(asyncio.CancelledError):
                    self._client, threads = await opening
                    self.scheduler = str(self._client.scheduler.address)
                    self._hands = Hands(self._client)
                    self.ready.set_result(threads)
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
            self._hold(argument)
            if isinstance(argument, Dataset) and argument.n > SENT_ROWS
            else argument
            for argument in arguments
        )
        # Dask gives tasks of the same name to whoever is free, and others to whoever has the data.
        key = (f"{function.__name__}-{self._name}", next(self._numbers))
        far = self._client.submit(worker.call, function, sent, key=key)
        self._wait_for(future, far)

    def _begin_at(
        self,
        number: int,
        future: Future[Any],
        function: Callable[..., Any],
        data: Dataset,
        item: Any,
    ) -> None:
        if self._awaited(future):
            following = asyncio.ensure_future(self._at(number, future, function, data, item))
            future.add_done_callback(lambda _: following)  # as long as it is waited for

    async def _at(
        self,
        number: int,
        future: Future[Any],
        function: Callable[..., Any],
        data: Dataset,
        item: Any,
    ) -> None:
        assert self._hands is not None
        try:
            value = await self._hands.call(number, function, self._hold(data), item)
        except Exception:  # its worker died; or else the next one says what is wrong
            self._hands.forget()
            self._begin(future, function, (data, item))
        else:
            self._settle(future, None, value)

    def _begin_tree(
        self, future: Future[Any], function: Callable[..., Any], items: Sequence[Any]
    ) -> None:
        """Send calls and the additions of what comes of them, and wait for their sum."""
        if not self._awaited(future):
            return
        submit = partial(self._client.submit, pure=False)
        # Of the same name, so that they are given out one by one, and sums made in between.
        name = f"part-{uuid4().hex}"
        level = [
            submit(worker.call, function, pair, key=(name, pair[0])) for pair in enumerate(items)
        ]
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
        if future.done():  # cancelled, or failed since this is left
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)


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
