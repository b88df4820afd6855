"""A cluster for commands that are not asynchronous, such as `fit` and `train`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

from linreg_tui.cluster.connection import Cluster, connected
from linreg_tui.core.errors import InputError
from linreg_tui.sweeps.executors import GoneError


@contextmanager
def cluster_at(address: str, otherwise: str) -> Iterator[Cluster]:
    """Return the cluster at an address, connected until the context ends.

    If the cluster goes away, `otherwise` is added to the error, to say what works without it.

    Raises
    ------
    InputError
        If there is no cluster or it can't do the work; within ten seconds.
    """
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(stack.enter_async_context(connected(address)))
        except GoneError as error:
            raise InputError(f"{error}; {otherwise}") from None
        finally:
            runner.run(stack.aclose())
