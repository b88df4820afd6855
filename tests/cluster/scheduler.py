"""Runs a scheduler and a worker in one process until it is killed.

python -m tests.cluster.scheduler

It prints the scheduler's address.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from distributed import LocalCluster

OPTIONS: dict[str, Any] = {
    "n_workers": 1,
    "threads_per_worker": 1,
    "processes": False,
    "protocol": "tcp",
    "host": "127.0.0.1",
    "dashboard_address": None,
    "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"},
    "memory_limit": 0,
    "silence_logs": logging.CRITICAL,
}


async def _serve() -> None:
    async with LocalCluster(**OPTIONS, asynchronous=True) as cluster:
        print(cluster.scheduler_address, flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
