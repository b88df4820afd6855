"""The address of a cluster: that of its scheduler, or a number of processes to start here."""

from __future__ import annotations

import re

from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

MAX_LOCAL_PROCESSES = 32

_SCHEDULER = re.compile(r"(?:tcp|tls)://(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})/?")
_HERE = re.compile(r"local:(\d+)")
_LAST_PORT = 65535


def processes_here(address: str) -> int | None:
    """Return how many processes here an address asks for; None if it names a scheduler.

    Raises
    ------
    InputError
        If it is neither.
    """
    if here := _HERE.fullmatch(address):
        count = int(here[1])
        if not 1 <= count <= MAX_LOCAL_PROCESSES:
            raise InputError(
                f"a cluster of {count} processes here is not possible: choose from 1 to "
                f"{MAX_LOCAL_PROCESSES}"
            )
        return count
    scheduler = _SCHEDULER.fullmatch(address)
    if scheduler is None or not 0 < int(scheduler[1]) <= _LAST_PORT:
        raise InputError(
            f"{printable(repr(address))} is not the address of a cluster: name its scheduler, as "
            "in tcp://HOST:8786, or processes on this machine, as in local:4"
        )
    return None
