"""Restores the terminal in time, whatever makes the program end."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from linreg_tui import files

LEAVE_SECONDS = 0.6
"""The time that the program has to leave by itself."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
TERMINAL_LOST = 128 + signal.SIGHUP
"""The exit status when the terminal is gone."""

RESTORE = (
    "\x1b[?2026l\x1b[?2048l\x1b[?2004l"  # end the frame; no size reports, no paste marks
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l"  # mouse and focus off
    "\x1b[<u\x1b[0m\x1b[?7h"  # keys, colours, wrap
    "\x1b[999;1H\r\n"  # below the picture, which stays on a terminal that has only one screen
    "\x1b[?1049l\x1b[?25h"  # main screen, cursor
)
"""Turns off everything that the application may have turned on."""


class Leaving:
    """A context manager that watches over the end of the program from a thread of its own.

    When a signal comes, the terminal is lost, or `begin` is called, its thread calls `leave` once.
    If the program is still running `LEAVE_SECONDS` later, the thread ends it: it removes unfinished
    files, restores the terminal, and waits for no other thread. There may be pipes instead of a
    terminal, as for a screen in a browser. Enter it in the main thread; it needs a POSIX system.
    """

    def __init__(self, leave: Callable[[int], object]) -> None:
        self.status: int | None = None
        self.last_words = ""
        self._leave = leave
        self._deadline: float | None = None
        self._restored = False
        self._ending = threading.Lock()
        assert sys.__stdin__ is not None
        assert sys.__stderr__ is not None
        self._input, self._output = sys.__stdin__.fileno(), sys.__stderr__.fileno()
        self._thread = threading.Thread(target=self._watch, name="leaving", daemon=True)

    def __enter__(self) -> Self:
        self._found = termios.tcgetattr(self._input) if os.isatty(self._input) else None
        self._wake_out, self._wake_in = os.pipe()
        for end in (self._wake_out, self._wake_in):
            os.set_blocking(end, False)
        # Python's own handlers wait until the main thread is free; this pipe gets the signal's
        # number at once.
        signal.set_wakeup_fd(self._wake_in, warn_on_full_buffer=False)
        self._handled = {n for n in SIGNALS if signal.getsignal(n) != signal.SIG_IGN}
        for number in self._handled:
            signal.signal(number, self._on_signal)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Note that the terminal is restored. The deadline stays: threads may delay the exit."""
        with suppress(OSError):  # there may be no terminal any more
            sys.stderr.write(self.last_words)
            sys.stderr.flush()
        with self._ending:  # waits for ever if the other thread has begun to end the program
            self._restored = True
        self.begin(0)

    def begin(self, status: int, last_words: str = "") -> None:
        """Make the program leave with this exit status; only the first call counts."""
        if self.status is None:
            self.status, self.last_words = status, last_words
            self._deadline = time.monotonic() + LEAVE_SECONDS
            self._wake()

    def _on_signal(self, number: int, _: object) -> None:
        self.begin(128 + number)

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # the pipe is full, so it is about to wake up anyway
            os.write(self._wake_in, b"\0")

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._wake_out, select.POLLIN)
        poll.register(self._input, 0)  # a hang-up is always reported
        left = False
        while True:
            wait = None
            if self._deadline is not None:
                wait = max(0.0, self._deadline - time.monotonic()) * 1000
                if not wait:
                    self._end()
            for fd, _what in poll.poll(wait):
                if fd == self._input:
                    poll.unregister(fd)
                    self.begin(TERMINAL_LOST)
                    continue
                for number in os.read(self._wake_out, 4096):
                    if number in self._handled:
                        self.begin(128 + number)
            if self.status is not None and not left:
                left = True
                self._leave(self.status)

    def _end(self) -> None:
        """End the process without waiting for any other thread."""
        self._ending.acquire()  # and keep it: the main thread may reach its own end meanwhile
        if files.undo():
            self.last_words += "linreg-tui: unfinished files were removed\n"
        with suppress(OSError, termios.error):
            if self._found is None:
                os.write(self._output, self.last_words.encode())
            elif not self._restored and os.tcgetpgrp(self._input) == os.getpgrp():
                self.restore(self._found)
        os._exit(self.status or 0)

    def restore(self, found: list[Any]) -> None:
        """Restore the terminal's attributes and screen, and write the last words."""
        text = (RESTORE + self.last_words).encode()
        termios.tcsetattr(self._input, termios.TCSANOW, found)
        # Another thread may be blocked in a write, and no other write succeeds until it gives up.
        os.set_blocking(self._output, False)
        for _ in range(60):
            # A slow terminal could take minutes for what is still queued; nobody wants to see it.
            termios.tcflush(self._output, termios.TCOFLUSH)
            for flow in (termios.TCOOFF, termios.TCOON):  # wakes blocked writers
                termios.tcflow(self._output, flow)
            time.sleep(0.005)
            termios.tcflush(self._output, termios.TCOFLUSH)
            with suppress(BlockingIOError):
                text = text[os.write(self._output, text) :]
            if not text:
                break
        os.set_blocking(self._output, True)
