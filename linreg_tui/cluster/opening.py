"""Connects to the scheduler of a cluster, or starts one; what can go wrong with that is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

from linreg_tui import __version__
from linreg_tui.cluster import worker
from linreg_tui.cluster.address import processes_here
from linreg_tui.core.errors import InputError
from linreg_tui.sweeps.executors import track_resources

ANSWERS_WITHIN = 8.0
"""Seconds that a scheduler has to answer."""

WORKERS_WITHIN = 1.0
"""Seconds more that it has to tell of a worker."""

CLOSES_WITHIN = 3.0
"""Seconds that a connection has to close; that to a scheduler that went away may never do so."""

QUIET = {
    "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical",
    "distributed.admin.large-graph-warning-threshold": "1 TB",
}
"""Dask writes onto the screen; what goes wrong, the program says itself."""


async def client_of(address: str, stack: AsyncExitStack) -> tuple[Any, list[int]]:
    """A client of a cluster, which the stack closes, and how many threads each worker has.

    Raises
    ------
    InputError
        If there is no such cluster, it has no workers, or they have another version.
    """
    try:
        import dask
    except ImportError:
        raise InputError(
            "to work on a cluster, install the extra: pip install 'linreg-tui[cluster]'"
        ) from None
    dask.config.set(QUIET)
    import distributed  # noqa: F401 - it says what it logs

    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    here = processes_here(address)
    place = address if here is None else await _started(stack, here)
    client = await _connected(place, address, stack)
    try:
        async with asyncio.timeout(WORKERS_WITHIN if here is None else ANSWERS_WITHIN):
            await client.wait_for_workers(1)
    except TimeoutError:
        raise InputError(
            f"the cluster at {address} has no workers: start some with dask worker"
        ) from None
    await _check_versions(client, address)
    return client, list((await client.nthreads()).values())


async def _started(stack: AsyncExitStack, count: int) -> Any:
    """A cluster of so many processes on this machine, which can be reached from it alone."""
    from distributed import LocalCluster

    track_resources()
    cluster = LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        preload=[worker.__name__],
        silence_logs=logging.CRITICAL,
        asynchronous=True,
    )
    stack.push_async_callback(_closed, cluster.close)
    try:
        await cluster
    except OSError as error:
        raise InputError(
            f"the cluster's {count} processes can't be started ({error.strerror or error}): "
            "choose fewer, as with local:1"
        ) from None
    return cluster


async def _connected(place: Any, address: str, stack: AsyncExitStack) -> Any:
    from distributed import Client

    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            if place == address:
                await _knock(address)
            client = Client(place, asynchronous=True, timeout=ANSWERS_WITHIN, set_as_default=False)
            stack.push_async_callback(_closed, client.close)
            await client
    except OSError:  # and what takes too long
        raise InputError(
            f"no scheduler answers at {address}: check the address, or start one with "
            "dask scheduler"
        ) from None
    except Exception as error:  # whatever comes of reading another protocol as Dask's
        raise InputError(
            f"what answers at {address} is no scheduler of Dask ({type(error).__name__}): "
            "check the address"
        ) from None
    return client


async def _knock(address: str) -> None:
    """Raise an OSError at once where nobody listens; Dask would go on trying."""
    host, _, port = address.partition("://")[2].rstrip("/").rpartition(":")
    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.close()
    await writer.wait_closed()


async def _check_versions(client: Any, address: str) -> None:
    """Raise an InputError if the scheduler or a worker has not the same program."""
    try:
        workers = await client.run(worker.version)
        found = {await client.run_on_scheduler(worker.version), *workers.values()}
    except Exception:  # as many kinds as there are ways not to have it
        found = set()
    if found != {__version__}:
        raise InputError(
            f"the scheduler or the workers at {address} don't have linreg-tui {__version__}, as "
            "this machine does: install it there, and start them anew"
        )


async def _closed(close: Callable[[], Any]) -> None:
    with suppress(TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(CLOSES_WITHIN):
            await close()
