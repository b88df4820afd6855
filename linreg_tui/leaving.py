"""Leaving a terminal as it was found, in time, whatever makes the program end."""

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

PATIENCE = 0.6
"""Seconds that the program has to leave by itself."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
LOST = 128 + signal.SIGHUP
"""The exit status when the terminal is gone."""

GIVE_BACK = (
    "\x1b[?2026l\x1b[?2048l\x1b[?2004l"  # no frame is open, no reports of the size, no paste marks
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l"  # mouse and focus are off
    "\x1b[<u\x1b[0m\x1b[?7h"  # keys, colours, wrap
    "\x1b[999;1H\r\n"  # below the picture, which stays where there is one screen only
    "\x1b[?1049l\x1b[?25h"  # main screen, cursor
)
"""Turns off whatever the screen may have turned on."""


class Leaving:
    """Watches over the end of the program from a thread of its own, as a context manager.

    Told to leave by a signal, by the loss of the terminal, or by `begin`, it calls `leave` once, in
    its thread. A program that is still there after its patience is ended from outside: unfinished
    files are taken away, the terminal is given back, and no other thread is asked. In the place of
    a terminal there may be pipes, as for a screen in a browser. It works in the main thread of a
    POSIX system only.
    """

    def __init__(self, leave: Callable[[int], object]) -> None:
        self.status: int | None = None
        self.last_words = ""
        self._leave = leave
        self._deadline: float | None = None
        self._given_back = False
        self._ending = threading.Lock()
        assert sys.__stdin__ is not None
        assert sys.__stderr__ is not None
        self._input, self._output = sys.__stdin__.fileno(), sys.__stderr__.fileno()
        self._thread = threading.Thread(target=self._watch, name="leaving", daemon=True)

    def __enter__(self) -> Self:
        self._found = termios.tcgetattr(self._input) if os.isatty(self._input) else None
        self._hears, self._tells = os.pipe()
        for end in (self._hears, self._tells):
            os.set_blocking(end, False)
        # Python's own handlers wait until the main thread is at leisure, the numbers don't.
        signal.set_wakeup_fd(self._tells, warn_on_full_buffer=False)
        self._heeded = {n for n in SIGNALS if signal.getsignal(n) != signal.SIG_IGN}
        for number in self._heeded:
            signal.signal(number, self._on_signal)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """The terminal is given back. The clock goes on: threads and processes may hold it up."""
        with suppress(OSError):  # there may be no terminal any more
            sys.stderr.write(self.last_words)
            sys.stderr.flush()
        with self._ending:  # waits for ever, if the other thread has begun to end the program
            self._given_back = True
        self.begin(0)

    def begin(self, status: int, last_words: str = "") -> None:
        """The program is to leave with this exit status; the first call counts."""
        if self.status is None:
            self.status, self.last_words = status, last_words
            self._deadline = time.monotonic() + PATIENCE
            self._wake()

    def _on_signal(self, number: int, _: object) -> None:
        self.begin(128 + number)

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # it is about to wake up anyway
            os.write(self._tells, b"\0")

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._hears, select.POLLIN)
        poll.register(self._input, 0)  # a hang-up is always told
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
                    self.begin(LOST)
                    continue
                for number in os.read(self._hears, 4096):
                    if number in self._heeded:
                        self.begin(128 + number)
            if self.status is not None and not left:
                left = True
                self._leave(self.status)

    def _end(self) -> None:
        """Leave without asking anybody."""
        self._ending.acquire()  # and keep it: the main thread may come to its own end meanwhile
        if files.undo():
            self.last_words += "linreg-tui: it left while files were written; they are undone\n"
        with suppress(OSError, termios.error):
            if self._found is None:
                os.write(self._output, self.last_words.encode())
            elif not self._given_back and os.tcgetpgrp(self._input) == os.getpgrp():
                self._give_back(self._found)
        os._exit(self.status or 0)

    def _give_back(self, found: list[Any]) -> None:
        text = (GIVE_BACK + self.last_words).encode()
        termios.tcsetattr(self._input, termios.TCSANOW, found)
        # Another thread may be waiting to write, and nobody else can before it has given up.
        os.set_blocking(self._output, False)
        for _ in range(60):
            # What the terminal has not taken yet could take it minutes; nobody wants to see it.
            termios.tcflush(self._output, termios.TCOFLUSH)
            for flow in (termios.TCOOFF, termios.TCOON):  # wakes those who wait
                termios.tcflow(self._output, flow)
            time.sleep(0.005)
            termios.tcflush(self._output, termios.TCOFLUSH)
            with suppress(BlockingIOError):
                text = text[os.write(self._output, text) :]
            if not text:
                break
        os.set_blocking(self._output, True)
