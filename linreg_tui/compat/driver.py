"""Textual's driver, adapted to more terminals and shells."""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, cast

from textual.drivers.linux_driver import LinuxDriver

from linreg_tui.compat.sober_parser import SoberParser

if TYPE_CHECKING:
    from linreg_tui.compat.guarded import GuardedApp

WIPE = "\x1b[0m\x1b[2J\x1b[H"
"""Resets colours, clears the screen, and puts the cursor at the top left."""


class TerminalDriver(LinuxDriver):
    """A driver that accepts any input, stops and continues as a shell asks, and clears the screen.

    Textual stops and continues within a signal handler, which Python may run between any two
    instructions: even while Textual holds the lock of its output queue, or while the input thread
    waits for the event loop. It then waits for itself (Textualize/textual#6298). Here the handlers
    let the event loop do the work.

    Textual's input thread ends, and the application with it, at bytes that aren't UTF-8, such as an
    é in Latin-1 (Textualize/textual#6456). It also gives up waiting for the rest of a sequence that
    has arrived already, if it had to wait for a processor meanwhile; no issue found.

    Checked with Textual 8.2.4 and 8.2.8.
    """

    _to_stop = False

    def _sigtstp_application(self, *_: object) -> None:
        self._to_stop = True
        self._loop.call_soon_threadsafe(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        if self._to_stop:
            self._to_stop = False  # asked to continue before it stopped
        else:
            self._loop.call_soon_threadsafe(self._go_on)

    def _stop(self) -> None:
        if not self._to_stop:
            return
        self._to_stop = False
        if self._writer_thread is None:  # not started
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            super()._sigtstp_application()

    def _go_on(self) -> None:
        if self._writer_thread is None or cast("GuardedApp", self._app).leaving:
            return  # a shell continues a program that it has asked to leave
        if self._writer_thread.is_alive():
            # It was stopped before it could restore the terminal.
            self.suspend_application_mode()
        super()._sigcont_application()
        self._app.call_later(self._app.refresh, layout=True)

    def run_input_thread(self) -> None:
        """Pass keys on, with a replacement character for bytes that are not UTF-8."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = SoberParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(0.1):
                    events = parser.tick()
                elif text := decode(os.read(self.fileno, 4096)):
                    events = parser.feed(text)
                else:
                    continue
                for event in events:
                    self.process_message(event)

    def stop_application_mode(self) -> None:
        """Restore the terminal, cleared; with an alternate screen, nobody sees the clearing."""
        self.write(WIPE)
        super().stop_application_mode()
