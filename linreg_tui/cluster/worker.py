"""What runs on the workers of a cluster."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, TypeVar

from linreg_tui import __version__
from linreg_tui.sweeps.executors import StoppedError, observed_by

Value = TypeVar("Value")


def dask_setup(_: object) -> None:
    """In each worker that is started here, first of all: leave interrupts to who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def version() -> str:
    """That of this program."""
    return __version__


def same(value: Value) -> Value:
    """The value, which a worker keeps from then on."""
    return value


def added(one: Any, other: Any) -> Any:
    """The sum of two values."""
    return one + other


class Hand:
    """Stays on a worker with some data, and calls functions of it."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def call(self, function: Callable[[Any, Any], Value], item: Any) -> Value:
        """What a function makes of the data and one thing more."""
        return function(self._data, item)


def call(function: Callable[..., Value], arguments: tuple[Any, ...]) -> Value | None:
    """What a function returns; None once nobody waits for it any more.

    Trials look for that every few thousand steps: a worker can't be interrupted, and would go on
    with what was cancelled.
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
