"""Whether a file fits into memory."""

from __future__ import annotations

import os
from pathlib import Path

MOST = 4 * 2**30
"""Bytes of memory to be taken at most: a login node allows 8 GB, for all that one does there."""

PACKED, GROWS = 8, 1.5
"""How many times larger a compressed file may be unpacked; the memory for a byte of a text file.

Two columns of numbers take 16 bytes a row, and twice that while they are put together.
"""


def fits(path: Path) -> bool:
    """Whether two columns of a file can be expected to fit into memory."""
    try:
        size = path.stat().st_size
    except OSError:  # what is wrong with it is told when it is opened
        return True
    if path.suffix.lower() in (".gz", ".parquet", ".xlsx"):
        size *= PACKED
    return size * GROWS < min(MOST, _free() / 2)


def _free() -> float:
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):  # not on macOS and Windows
        return float(MOST)
