"""Direct calls to workers, for training in rounds: each round waits for the slowest worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linreg_tui.cluster import worker


class Actors:
    """Dask actors, one for each number and data set, on one worker after another.

    A task through the scheduler takes some 15 ms, a call to an actor only a few.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._actors: dict[tuple[int, str], Any] = {}

    async def call(self, number: int, function: Callable[..., Any], data: Any, item: Any) -> Any:
        """Call a function on a worker with an item and the data; `data` is Dask's future of it.

        If the worker dies, this fails with one of several errors.
        """
        with self._client.as_current():  # where Dask looks for the client
            if (number, data.key) not in self._actors:
                addresses = sorted(await self._client.nthreads())
                self._actors[number, data.key] = await self._client.submit(
                    worker.DataActor,
                    data,
                    actor=True,
                    workers=[addresses[number % len(addresses)]],
                    pure=False,
                )
            return await self._actors[number, data.key].call(function, item)

    def clear(self) -> None:
        """Drop all actors; the next calls make new ones."""
        self._actors.clear()
