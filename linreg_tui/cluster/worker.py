"""The code that runs on the workers of a cluster."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, TypeVar

from linreg_tui import __version__
from linreg_tui.sweeps.executors import StoppedError, observed_by


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
                    DataActor,
                    data,
                    actor=True,
                    workers=[addresses[number % len(addresses)]],
                    pure=False,
                )
            return await self._actors[number, data.key].call(function, item)

    def clear(self) -> None:
        """Drop all actors; the next calls make new ones."""
        self._actors.clear()


Value = TypeVar("Value")


def dask_setup(_: object) -> None:
    """Set up a worker that is started here: it leaves interrupts to the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def version() -> str:
    """Return the version of this program."""
    return __version__


def identity(value: Value) -> Value:
    """Return the value, so that the worker keeps it as a result."""
    return value


def add(one: Any, other: Any) -> Any:
    """Return the sum of two values."""
    return one + other


class DataActor:
    """A Dask actor that stays on a worker with some data, and calls functions with it."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def call(self, function: Callable[[Any, Any], Value], item: Any) -> Value:
        """Return the result of a function of the data and an item."""
        return function(self._data, item)


def call(function: Callable[..., Value], arguments: tuple[Any, ...]) -> Value | None:
    """Return the result of a function; None once nobody is waiting for it.

    Trials check for that every few thousand steps, as a worker can't be interrupted and would
    otherwise finish a cancelled trial.
    """
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def end_if_unwanted(*_: object) -> None:
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":
            raise StoppedError

    with observed_by(end_if_unwanted):
        try:
            return function(*arguments)
        except StoppedError:
            return None
