"""The program, which tells on standard error what it is doing when it is sent SIGUSR1.

Of each thread that is the stack, of each task of the event loop what it awaits, from the outermost
coroutine inwards. SIGABRT, as ever, tells the threads and ends it: where the main thread can't take
a signal, that still works.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
from collections.abc import Iterator
from typing import Any

from linreg_tui.__main__ import main

STDERR = 2
"""Textual puts something else in the place of the file."""


def tell(*_: object) -> None:
    """What threads and tasks are doing."""
    faulthandler.dump_traceback(STDERR)
    for task in asyncio.all_tasks():
        told = f"{task.get_name()}: {' > '.join(awaited(task.get_coro()))}\n"
        os.write(STDERR, told.encode())


def awaited(coroutine: Any) -> Iterator[str]:
    """Where it is, where what it awaits is, and so on."""
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        yield f"{frame.f_code.co_qualname} {frame.f_code.co_filename}:{frame.f_lineno}"
        coroutine = coroutine.cr_await
    yield repr(coroutine)


if __name__ == "__main__":
    faulthandler.enable(STDERR)
    signal.signal(signal.SIGUSR1, tell)
    raise SystemExit(main())
