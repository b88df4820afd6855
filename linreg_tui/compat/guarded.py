"""An application that restores the terminal however it ends; its exit status says why."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.notifications import Notify, SeverityLevel
from textual.worker import WorkerFailed

from linreg_tui import failures
from linreg_tui.compat.notice import Notice

if sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver

    from linreg_tui.compat.driver import TerminalDriver
    from linreg_tui.leaving import TERMINAL_LOST, Leaving

THREADS = 2
"""Threads for work off the event loop; with screen, keyboard and a sweep it makes eight."""

AGAIN_SECONDS = 3.0
"""Seconds within which a second ctrl+c quits."""

QUESTION = "\x1b[?2026$p"
"""Asks a terminal about synchronized output; the answer comes after everything sent before."""

WRITER_THREAD = "textual-output"
"""The name of Textual's thread that writes to the terminal."""


class GuardedApp(App[None]):
    """An application that, started with `run_guarded`, leaves within a second and says why.

    A Textual application killed by SIGTERM, SIGHUP or SIGQUIT leaves the terminal in raw mode, on
    the alternate screen, with the mouse on (Textualize/textual#5140). When its input has ended, it
    lives on at 100% of a core (Textualize/textual#6690). After an exception, `run` returns as if
    all was well (Textualize/textual#4325), and an exception in a plain thread goes unseen.

    Ctrl+Z does nothing, and ctrl+c never quits. Cleared notices leave their holders on the screen,
    above all later ones. When thirty writes wait for a slow terminal, the event loop waits too, and
    so do all keys; `written` says in time whether writes are waiting. No issue found for these.

    On Windows, and in tests, it is an application like any other.

    Checked with Textual 8.2.4 and 8.2.8.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, system=True)
    ]

    _leaving: Leaving | None = None
    _asked = float("-inf")

    def run_guarded(self) -> int:
        """Run in this terminal, and return the exit status."""
        if sys.platform == "win32":
            self.run()
            return self.return_code or 0
        earlier = threading.excepthook
        threading.excepthook = self._failed_in_thread
        try:
            with Leaving(self._leave) as self._leaving:
                self.run()
                # Whatever else failed while leaving, the first reason counts.
                status = self._leaving.status
        finally:
            threading.excepthook = earlier
        return (self.return_code or 0) if status is None else status

    def get_driver_class(self) -> type[Driver]:
        """Return our version of the usual driver."""
        usual = super().get_driver_class()
        return TerminalDriver if sys.platform != "win32" and usual is LinuxDriver else usual

    def on_load(self) -> None:
        """Replace defaults of Textual and asyncio: the thread pool and the exception handler."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS, "linreg"))
        loop.set_exception_handler(self._failed_in_loop)

    @property
    def leaving(self) -> bool:
        """Whether it has begun to leave."""
        return self._leaving is not None and self._leaving.status is not None

    def written(self) -> bool:
        """Return whether the terminal has taken everything written so far."""
        # With thirty writes waiting, Textual would wait too, and handle no keys meanwhile.
        writer = getattr(self._driver, "_writer_thread", None)
        return writer is None or writer._queue.empty()

    def ask_if_shown(self) -> None:
        """Ask the terminal to answer when it has shown everything sent before."""
        if self._driver is not None:
            self._driver.write(QUESTION)
            self._driver.flush()

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave within the time limit."""
        if self._leaving is not None:
            self._leaving.begin(return_code)
        super().exit(result, return_code, message)

    def exit_with_message(self, words: str) -> None:
        """Leave, with a line printed below what was on the terminal before."""
        if self._leaving is not None and words:
            self._leaving.begin(0, f"{words}\n")
        self.exit()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a notice."""
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        self.post_message(Notify(Notice(message, title, severity, seconds, markup)))

    def on_notify(self) -> None:
        """Make room for a notice: only the latest is shown, in the first row.

        Textual removes cleared notices but not their holders, which would stay above all later
        ones.
        """
        self.clear_notifications()
        for screen in self.screen_stack:
            screen.query("ToastHolder").remove()

    def action_help_quit(self) -> None:
        """Ask once; at a second ctrl+c, quit as other programs do."""
        now = time.monotonic()
        if now - self._asked < AGAIN_SECONDS:
            self.exit(return_code=128 + signal.SIGINT)
        self._asked = now
        self.notify(f"Press ctrl+c again to leave{self.exit_warning}.", timeout=AGAIN_SECONDS)

    @property
    def exit_warning(self) -> str:
        """What the notice of ctrl+c says would be lost, if anything."""
        return ""

    def action_suspend_process(self) -> None:
        """Stop, with every process of the shell's job."""
        if sys.platform != "win32" and self._driver is not None and self._driver.can_suspend:
            os.killpg(os.getpgrp(), signal.SIGTSTP)

    def panic(self, *renderables: RenderableType) -> None:
        """Give up, as Textual does in its input thread when the terminal is gone."""
        if self._leaving is not None:
            self._leaving.begin(TERMINAL_LOST)
        super().panic(*renderables)

    def _leave(self, status: int) -> None:
        """Leave, called from another thread, unless leaving has begun."""
        if self._loop is not None and not self._exit:
            with suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(self.exit, None, status)

    def _handle_exception(self, error: Exception) -> None:
        if self._leaving is not None and self._leaving.status is None:
            cause = error.error if isinstance(error, WorkerFailed) else error
            self._leaving.begin(failures.FAILED, failures.report(cause))
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        if self._leaving is None:
            super()._fatal_error()
        else:
            self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        if self._leaving is None:
            super()._print_error_renderables()

    def _failed_in_thread(self, failed: threading.ExceptHookArgs) -> None:
        if self._leaving is None or failed.exc_value is None:
            return
        if (
            isinstance(failed.exc_value, OSError)
            and getattr(failed.thread, "name", "") == WRITER_THREAD
        ):
            self._leaving.begin(TERMINAL_LOST)
        elif self._leaving.status is None:
            self._leaving.begin(failures.FAILED, failures.report(failed.exc_value))

    def _failed_in_loop(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(error := context.get("exception"), Exception):
            self._handle_exception(error)
