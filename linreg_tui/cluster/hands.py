"""Workers that are spoken to directly: each round of a training waits for the last of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linreg_tui.cluster import worker


class Hands:
    """Makes one for each number, on one worker after another, when it is first asked for.

    What goes through the scheduler as tasks takes some 15 ms, and this a few.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._hands: dict[tuple[int, str], Any] = {}

    async def call(self, number: int, function: Callable[..., Any], held: Any, item: Any) -> Any:
        """What a function makes of data that workers hold, and of one thing more.

        It fails if the worker dies, in one of several ways.
        """
        with self._client.as_current():  # which is where Dask looks for it
            if (number, held.key) not in self._hands:
                addresses = sorted(await self._client.nthreads())
                self._hands[number, held.key] = await self._client.submit(
                    worker.Hand,
                    held,
                    actor=True,
                    workers=[addresses[number % len(addresses)]],
                    pure=False,
                )
            return await self._hands[number, held.key].call(function, item)

    def forget(self) -> None:
        """Make new ones."""
        self._hands.clear()
