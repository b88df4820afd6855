"""How much is served at a time, so that visitors can't exhaust the machine."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

SESSION_BYTES = 200_000_000
"""The memory that an application may take with its data and its runs."""

SESSIONS_PER_CORE = 8
"""Applications that share a core; one that trains takes a quarter of it, most wait for a key."""

CONNECTIONS_PER_SESSION = 8
"""A page loads its files over six connections, and stays on one."""

FILES_PER_SESSION = 4
"""Open files of the server for an application: its pipes, and its end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many applications run at a time, and after how many minutes an idle one ends."""

    sessions: int
    idle_minutes: float

    @property
    def full(self) -> str:
        """What a visitor is told who comes too late."""
        all_of_them = "the one session" if self.sessions == 1 else f"all {self.sessions} sessions"
        is_or_are = "is" if self.sessions == 1 else "are"
        return f"No room: {all_of_them} of this server {is_or_are} in use. Try again later."

    @property
    def idle(self) -> str:
        """What a visitor is told whose session has ended."""
        return f"linreg-tui has ended: nobody has used it for {self.idle_minutes:g} minutes."


def sessions_here() -> int:
    """Return how many applications this machine has room for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    by_cores = SESSIONS_PER_CORE * (cores or 1)
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return by_cores
    return max(1, min(by_cores, memory // 2 // SESSION_BYTES))


def connections_for(sessions: int) -> int:
    """Return how many connections to allow; fewer where a process may open few files."""
    wanted = CONNECTIONS_PER_SESSION * (sessions + 2)
    if sys.platform == "win32":
        return wanted

    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(CONNECTIONS_PER_SESSION, min(wanted, soft - FILES_PER_SESSION * sessions - 64))
