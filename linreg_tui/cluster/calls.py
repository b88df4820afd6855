"""The calls that are sent to the workers of a cluster, and their results."""

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
from linreg_tui.cluster.worker import Actors
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.sweeps.executors import GoneError

SENT_ROWS = 4096
"""The most rows that are sent with each call; more are sent once and stay on the workers."""


class Calls:
    """Starts calls, in the connection's thread, each with the future that waits for its result.

    Once the scheduler is gone, all waiting futures fail with a GoneError.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._actors = Actors(client)
        self._name, self._numbers = uuid4().hex, count()
        self._waiting: set[Future[Any]] = set()
        self._sent: dict[int, tuple[Dataset, Any]] = {}
        self._gone = False

    def end(self) -> None:
        """Start no more calls, and let all waiting futures fail."""
        self._gone = True
        for future in tuple(self._waiting):
            self._fail(future)
        self._sent.clear()

    def begin(
        self, future: Future[Any], function: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> None:
        """Send a call, and wait for its result."""
        if not self._accept(future):
            return
        sent = tuple(
            self._send(argument)
            if isinstance(argument, Dataset) and argument.n > SENT_ROWS
            else argument
            for argument in arguments
        )
        # Dask gives tasks of the same name to any free worker, others to a worker with the data.
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
        """Send a call to the worker with this number, or if it died, to another one."""
        if self._accept(future):
            task = asyncio.ensure_future(self._call_at(number, future, function, data, item))
            future.add_done_callback(lambda _: task)  # keeps the task alive until then

    def begin_tree(
        self, future: Future[Any], function: Callable[..., Any], items: Sequence[Any]
    ) -> None:
        """Send calls, and tasks that add up their results, and wait for the sum."""
        if not self._accept(future):
            return
        submit = partial(self._client.submit, pure=False)
        # They have the same name, so that Dask starts them one by one and adds up in between.
        name = f"part-{uuid4().hex}"
        level = [
            submit(worker.call, function, pair, key=(name, pair[0])) for pair in enumerate(items)
        ]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            alone = level[len(level) // 2 * 2 :]
            level = [*(submit(worker.add, *pair) for pair in pairs), *alone]
        self._wait_for(future, level[0])

    def _accept(self, future: Future[Any]) -> bool:
        """Note that a future waits, and return whether its call can start; if not, it fails."""
        if future.cancelled():
            return False
        self._waiting.add(future)
        if self._gone:
            self._fail(future)
        return not self._gone

    def _send(self, data: Dataset) -> Any:
        """Send data once, and return Dask's future for it; Dask sends it again if a worker dies."""
        if id(data) not in self._sent:
            self._sent[id(data)] = data, self._client.submit(worker.identity, data, pure=False)
        return self._sent[id(data)][1]

    async def _call_at(
        self,
        number: int,
        future: Future[Any],
        function: Callable[..., Any],
        data: Dataset,
        item: Any,
    ) -> None:
        try:
            value = await self._actors.call(number, function, self._send(data), item)
        except Exception:  # its worker died; any other error comes up again in the next call
            self._actors.clear()
            self.begin(future, function, (data, item))
        else:
            self._settle(future, None, value)

    def _wait_for(self, future: Future[Any], remote: Any) -> None:
        task = asyncio.ensure_future(self._pass_on(future, remote))

        def cancelled(_: Future[Any]) -> None:
            if future.cancelled():
                with suppress(RuntimeError):  # the loop is closed
                    self._loop.call_soon_threadsafe(task.cancel)

        future.add_done_callback(cancelled)

    async def _pass_on(self, future: Future[Any], remote: Any) -> None:
        """Set a future to the result of Dask's own."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError, FuturesCancelledError

        try:
            value = await remote
        except (FutureCancelledError, FuturesCancelledError):
            self._fail(future)
        except asyncio.CancelledError:
            self._waiting.discard(future)
            await remote.cancel()
            raise
        except KilledWorker:
            self._refuse(future, "the same work killed several workers; give them more memory")
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
        if future.done():  # cancelled, or failed because the connection ended
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def _fail(self, future: Future[Any]) -> None:
        self._settle(future, GoneError(f"the cluster's scheduler at {self._address} went away"))
