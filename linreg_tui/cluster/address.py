"""Where a cluster is: the address of its scheduler, or how many processes to start here."""

from __future__ import annotations

import re

from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

MOST_HERE = 32
"""Processes that may be asked for on this machine."""

_SCHEDULER = re.compile(r"(?:tcp|tls)://(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})/?")
_HERE = re.compile(r"local:(\d+)")
_LAST_PORT = 65535


def processes_here(address: str) -> int | None:
    """How many processes an address asks for on this machine; None if it is a scheduler's.

    Raises
    ------
    InputError
        If it is neither.
    """
    if here := _HERE.fullmatch(address):
        count = int(here[1])
        if not 1 <= count <= MOST_HERE:
            raise InputError(
                f"a cluster of {count} processes here is not possible: choose from 1 to {MOST_HERE}"
            )
        return count
    scheduler = _SCHEDULER.fullmatch(address)
    if scheduler is None or not 0 < int(scheduler[1]) <= _LAST_PORT:
        raise InputError(
            f"{printable(repr(address))} is no address of a cluster: name its scheduler, as "
            "tcp://HOST:8786, or processes on this machine, as local:4"
        )
    return None
