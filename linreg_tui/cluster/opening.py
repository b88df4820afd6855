"""Connects to the scheduler of a cluster, or starts one, and reports what goes wrong."""

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

ANSWER_SECONDS = 8.0
"""The time that a scheduler has to answer."""

WORKER_SECONDS = 1.0
"""The further time that a scheduler has to name a worker."""

CLOSE_SECONDS = 3.0
"""The time that a connection has to close; without a scheduler it might never do so."""

QUIET = {
    "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical",
    "distributed.admin.large-graph-warning-threshold": "1 TB",
}
"""Keeps Dask from writing on the screen: the program reports errors itself."""


async def open_client(address: str, stack: AsyncExitStack) -> tuple[Any, list[int]]:
    """Return a client of a cluster, which the stack closes, and how many threads each worker has.

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
    import distributed  # noqa: F401 - it registers its loggers

    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    here = processes_here(address)
    place = address if here is None else await _start_local(stack, here)
    client = await _connect(place, address, stack)
    try:
        async with asyncio.timeout(WORKER_SECONDS if here is None else ANSWER_SECONDS):
            await client.wait_for_workers(1)
    except TimeoutError:
        raise InputError(
            f"the cluster at {address} has no workers: start some with dask worker"
        ) from None
    await check_versions(client, address)
    return client, list((await client.nthreads()).values())


async def _start_local(stack: AsyncExitStack, count: int) -> Any:
    """Start a cluster of this many processes that only this machine can reach."""
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
    stack.push_async_callback(_close, cluster.close)
    try:
        await cluster
    except OSError as error:
        raise InputError(
            f"the cluster's {count} processes can't be started ({error.strerror or error}): "
            "choose fewer, as with local:1"
        ) from None
    return cluster


async def _connect(place: Any, address: str, stack: AsyncExitStack) -> Any:
    from distributed import Client

    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if place == address:
                await _check_listening(address)
            client = Client(place, asynchronous=True, timeout=ANSWER_SECONDS, set_as_default=False)
            stack.push_async_callback(_close, client.close)
            await client
    except OSError:  # timeouts included
        raise InputError(
            f"no scheduler answers at {address}: check the address, or start one with "
            "dask scheduler"
        ) from None
    except Exception as error:  # any error may come of reading another protocol as Dask's
        raise InputError(
            f"what answers at {address} is not a Dask scheduler ({type(error).__name__}): "
            "check the address"
        ) from None
    return client


async def _check_listening(address: str) -> None:
    """Raise an OSError at once if nobody listens at the address; Dask would keep trying."""
    host, _, port = address.partition("://")[2].rstrip("/").rpartition(":")
    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.close()
    await writer.wait_closed()


async def check_versions(client: Any, address: str) -> None:
    """Raise an InputError if the scheduler or a worker has another version of this program."""
    try:
        workers = await client.run(worker.version)
        found = {await client.run_on_scheduler(worker.version), *workers.values()}
    except Exception:  # a missing program fails in many ways
        found = set()
    if found != {__version__}:
        raise InputError(
            f"the scheduler or the workers at {address} don't have linreg-tui {__version__}, as "
            "this machine does: install it there, and restart them"
        )


async def _close(close: Callable[[], Any]) -> None:
    with suppress(TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await close()
