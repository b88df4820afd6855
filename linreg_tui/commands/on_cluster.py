"""A cluster for a command that does one thing at a time, such as `fit` and `train`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

from linreg_tui.cluster.connection import Cluster, connected
from linreg_tui.core.errors import InputError
from linreg_tui.sweeps.executors import GoneError


@contextmanager
def cluster_at(address: str, otherwise: str) -> Iterator[Cluster]:
    """The cluster at an address, as long as the context lasts.

    Should it go away, the error also says what there is to do `otherwise`.

    Raises
    ------
    InputError
        If there is none, or it can't do the work; within ten seconds.
    """
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(stack.enter_async_context(connected(address)))
        except GoneError as error:
            raise InputError(f"{error}; {otherwise}") from None
        finally:
            runner.run(stack.aclose())
