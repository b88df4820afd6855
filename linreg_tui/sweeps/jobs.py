"""How many processes a sweep deserves, and how many may be started here.

Login nodes are shared: they limit the processes and threads of each user.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from linreg_tui.core.errors import InputError
from linreg_tui.core.sweep import Plan

PAYS_FROM_SECONDS = 4.0
"""The work for each process that makes up for the half second it takes to start."""

POLITE_JOBS = 4
"""The most processes unless the user asks for more."""

MAX_JOBS = 32

SHARED_TASKS, TASKS_PER_JOB = 4, 2
"""The tasks needed to manage the processes, with one to spare, and those of each process."""


def jobs_for(plan: Plan, n: int, asked: int | None = None) -> int:
    """Return in how many processes to run a plan: those asked for, or else as many as pay off.

    Raises
    ------
    InputError
        If the number asked for is not possible.
    """
    if asked is None:
        return jobs_that_pay(plan, n)
    if not 1 <= asked <= MAX_JOBS:
        raise InputError(f"this many jobs are not possible: choose from 1 to {MAX_JOBS}")
    return min(asked, len(plan))


def jobs_that_pay(plan: Plan, n: int, cores: int | None = None) -> int:
    """Return in how many processes to run a plan on n rows: one, unless there is work for more.

    There are never more than `cores`, by default the number of cores of this machine.
    """
    worth = int(plan.seconds(n) / PAYS_FROM_SECONDS)
    return max(1, min(POLITE_JOBS, cores or _cores(), len(plan), worth))


def jobs_allowed(jobs: int, root: Path = Path("/")) -> int:
    """Return this many processes, or fewer if the machine's limits allow no more; at least one.

    `root` is the root of the file system that holds the limits.
    """
    free = min(_free_tasks(root), default=None)
    return jobs if free is None else max(1, min(jobs, (free - SHARED_TASKS) // TASKS_PER_JOB))


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _free_tasks(root: Path) -> Iterator[int]:
    """Yield how many more tasks each control group of this process may have."""
    try:
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not on macOS and Windows
        return
    for group in groups:
        _, controllers, path = group.split(":", 2)
        if controllers not in ("", "pids"):
            continue
        top = root / "sys/fs/cgroup" / controllers
        here = top / path.lstrip("/")
        for folder in (here, *here.parents):
            if not folder.is_relative_to(top):
                break
            try:
                most, now = ((folder / f"pids.{of}").read_text() for of in ("max", "current"))
                yield int(most) - int(now)
            except (OSError, ValueError):  # no limit here, or "max"
                continue
