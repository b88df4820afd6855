"""Reading off the event loop; whatever fails leaves the dialog and the old data as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from linreg_tui import failures
from linreg_tui.core.errors import InputError

T = TypeVar("T")


class LeftError(Exception):
    """Nobody waits for the data any more."""


async def attempt(reading: Callable[[], T]) -> T:
    """What a function returns that reads a file, called in a thread.

    It changes nothing but what it returns, so a failure that nobody expected is no reason to lose
    a session: it is told, and its traceback is kept.

    Raises
    ------
    InputError
        If the file can't be read, for whatever reason.
    LeftError
        If the function does.
    """
    try:
        return await asyncio.to_thread(reading)
    except (InputError, LeftError):
        raise
    except MemoryError:
        raise InputError(
            "it needs more memory than there is; keep a sample of the rows instead"
        ) from None
    except Exception as error:
        told, where = failures.written(error)
        raise InputError(f"this program failed to read it: {told}; {where}") from error
