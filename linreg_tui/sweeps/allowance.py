"""How many processes may be started here: login nodes count those of a user, and their threads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")
SHARED, EACH = 4, 2
"""Tasks that handing over to processes takes, with one to spare, and that each of them takes."""


def jobs_allowed(jobs: int) -> int:
    """So many processes, or as many as there is room for, or one."""
    room = min(_rooms(), default=None)
    return jobs if room is None else max(1, min(jobs, (room - SHARED) // EACH))


def _rooms() -> Iterator[int]:
    """How many more tasks each control group that this process is in may have."""
    try:
        groups = (ROOT / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not on macOS and Windows
        return
    for group in groups:
        _, controllers, path = group.split(":", 2)
        if controllers not in ("", "pids"):
            continue
        top = ROOT / "sys/fs/cgroup" / controllers
        here = top / path.lstrip("/")
        for folder in (here, *here.parents):
            if not folder.is_relative_to(top):
                break
            try:
                most, now = ((folder / f"pids.{of}").read_text() for of in ("max", "current"))
                yield int(most) - int(now)
            except (OSError, ValueError):  # no limit here, or "max"
                continue
