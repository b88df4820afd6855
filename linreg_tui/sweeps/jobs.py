"""How many processes a sweep is worth, and how many may be started here.

Login nodes are shared: they count the processes of a user, and their threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from linreg_tui.core.errors import InputError
from linreg_tui.core.sweep import Plan

PAYS_FROM_SECONDS = 4.0
"""Work from which a second process is worth its half second to start."""

POLITE_JOBS = 4
"""Processes at most, if nobody asks for more."""

MAX_JOBS = 32

SHARED, EACH = 4, 2
"""Tasks that handing over to processes takes, with one to spare, and that each of them takes."""


def jobs_for(plan: Plan, n: int, asked: int | None = None) -> int:
    """In how many processes to run a plan: as many as were asked for, or else as pay.

    Raises
    ------
    InputError
        If so many are not possible.
    """
    if asked is None:
        return jobs_that_pay(plan, n)
    if not 1 <= asked <= MAX_JOBS:
        raise InputError(f"so many jobs are not possible: choose from 1 to {MAX_JOBS}")
    return min(asked, len(plan))


def jobs_that_pay(plan: Plan, n: int, cores: int | None = None) -> int:
    """In how many processes to run a plan on n rows: one, unless there is work for more.

    There are no more than `cores`, which are this machine's unless they are given.
    """
    worth = int(plan.seconds(n) / PAYS_FROM_SECONDS)
    return max(1, min(POLITE_JOBS, cores or _cores(), len(plan), worth))


def jobs_allowed(jobs: int, root: Path = Path("/")) -> int:
    """So many processes, or as many as there is room for, or one.

    `root` is where the files are that say what room there is.
    """
    room = min(_rooms(root), default=None)
    return jobs if room is None else max(1, min(jobs, (room - SHARED) // EACH))


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _rooms(root: Path) -> Iterator[int]:
    """How many more tasks each control group that this process is in may have."""
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
