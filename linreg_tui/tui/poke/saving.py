"""Edited rows as a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from linreg_tui import files
from linreg_tui.core.edits import Edits
from linreg_tui.core.text import printable
from linreg_tui.report.records import data_lines


async def save(edits: Edits) -> str:
    """Write the rows as they are now into the current folder, and return what was written where.

    Raises
    ------
    InputError
        If that can't be done.
    """
    data = edits.data
    stem = f"{Path(edits.original.source).stem or 'data'}-edited"
    folder = Path(files.current_folder())
    path = await asyncio.to_thread(files.create, folder, stem, ".csv", data_lines(data))
    where = files.shortened(str(path.parent.absolute()))
    names = f"{printable(data.x_name, 20)} and {printable(data.y_name, 20)}"
    return f"Wrote {path.name} to {where}: {data.n:,} rows of {names}, with decimal points"
