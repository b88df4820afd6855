"""The calls that go to the workers of a cluster, and what comes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

from linreg_tui.cluster import worker
from linreg_tui.cluster.hands import Hands
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.sweeps.executors import GoneError

SENT_ROWS = 4096
"""Up to so many rows go along with each call; more are sent once, and kept by the workers."""


class Calls:
    """Begins calls in the thread of the connection, each with the future that waits for it.

    Once the scheduler is `gone`, all that waits fails with a GoneError.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._hands = Hands(client)
        self._name, self._numbers = uuid4().hex, count()
        self._waiting: set[Future[Any]] = set()
        self._held: dict[int, tuple[Dataset, Any]] = {}
        self._gone = False

    def end(self) -> None:
        """Begin nothing more; what waits, waits in vain."""
        self._gone = True
        for future in tuple(self._waiting):
            self._fail(future)
        self._held.clear()

    def begin(
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
        self._wait_for(future, self._client.submit(worker.call, function, sent, key=key))

    def begin_at(
        self,
        number: int,
        future: Future[Any],
        function: Callable[..., Any],
        data: Dataset,
        item: Any,
    ) -> None:
        """Send a call to the worker of a number, or if it died, to another one."""
        if self._awaited(future):
            following = asyncio.ensure_future(self._at(number, future, function, data, item))
            future.add_done_callback(lambda _: following)  # as long as it is waited for

    def begin_tree(
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

    def _awaited(self, future: Future[Any]) -> bool:
        """Whether what a future stands for can be begun; if not, it fails."""
        if future.cancelled():
            return False
        self._waiting.add(future)
        if self._gone:
            self._fail(future)
        return not self._gone

    def _hold(self, data: Dataset) -> Any:
        """What stands for data that is sent once, and again if those who had it died."""
        if id(data) not in self._held:
            self._held[id(data)] = data, self._client.submit(worker.same, data, pure=False)
        return self._held[id(data)][1]

    async def _at(
        self,
        number: int,
        future: Future[Any],
        function: Callable[..., Any],
        data: Dataset,
        item: Any,
    ) -> None:
        try:
            value = await self._hands.call(number, function, self._hold(data), item)
        except Exception:  # its worker died; or else the next one says what is wrong
            self._hands.forget()
            self.begin(future, function, (data, item))
        else:
            self._settle(future, None, value)

    def _wait_for(self, future: Future[Any], far: Any) -> None:
        following = asyncio.ensure_future(self._follow(future, far))

        def cancelled(_: Future[Any]) -> None:
            if future.cancelled():
                with suppress(RuntimeError):  # the loop is closed
                    self._loop.call_soon_threadsafe(following.cancel)

        future.add_done_callback(cancelled)

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
        self._settle(future, InputError(f"the cluster at {self._address} can't do this: {why}"))

    def _settle(self, future: Future[Any], error: Exception | None, value: Any = None) -> None:
        self._waiting.discard(future)
        if future.done():  # cancelled, or failed since this is left
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def _fail(self, future: Future[Any]) -> None:
        self._settle(future, GoneError(f"the cluster's scheduler at {self._address} went away"))
