"""An application that gives the terminal back however it ends; its exit status says why."""

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
"""For work off the event loop. With a screen, a keyboard and a sweep's processes it makes eight."""

AGAIN_SECONDS = 3.0
"""Seconds in which a second ctrl+c leaves."""

QUESTION = "\x1b[?2026$p"
"""Asks a terminal whether it can show a frame in one go; the answer comes after all sent before."""

WRITER = "textual-output"
"""Textual's thread that writes to the terminal."""


class GuardedApp(App[None]):
    """An application that, opened with `run_guarded`, leaves within a second and says why.

    A Textual application that is killed by SIGTERM, SIGHUP or SIGQUIT leaves the terminal in raw
    mode, on the alternate screen, with the mouse on (Textualize/textual#5140). When its input has
    ended it lives on at 100% of a core (Textualize/textual#6690). After an exception `run` returns
    as if all was well (Textualize/textual#4325), and one in a plain thread goes unseen.

    Ctrl+Z does nothing, and ctrl+c never leaves. Cleared notices leave their holders on the screen,
    above all later ones. And when thirty writes wait for a slow terminal, the event loop waits too,
    and with it all keys; `written` says so in time. No issue found for these.

    On Windows, and where tests run it, it is an application like any other.

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
                # Whatever else went wrong on the way out, it left for the first reason.
                status = self._leaving.status
        finally:
            threading.excepthook = earlier
        return (self.return_code or 0) if status is None else status

    def get_driver_class(self) -> type[Driver]:
        """Our kind of the usual driver."""
        usual = super().get_driver_class()
        return TerminalDriver if sys.platform != "win32" and usual is LinuxDriver else usual

    def on_load(self) -> None:
        """Take over what Textual or asyncio would do in another way."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS, "linreg"))
        loop.set_exception_handler(self._failed_in_loop)

    @property
    def leaving(self) -> bool:
        """Whether it has begun to leave."""
        return self._leaving is not None and self._leaving.status is not None

    def written(self) -> bool:
        """Whether nothing waits for the terminal to take it."""
        # After thirty waiting writes Textual would wait too, and take no keys meanwhile.
        writer = getattr(self._driver, "_writer_thread", None)
        return writer is None or writer._queue.empty()

    def ask_whether_shown(self) -> None:
        """Ask the terminal for an answer when it has shown all that was sent before."""
        if self._driver is not None:
            self._driver.write(QUESTION)
            self._driver.flush()

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave in time."""
        if self._leaving is not None:
            self._leaving.begin(return_code)
        super().exit(result, return_code, message)

    def exit_saying(self, words: str) -> None:
        """Leave, with a line below what was there before."""
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
        """Make room for a notice: the latest is shown alone, in the first row.

        Textual takes out those that are cleared but keeps what held them, which would stay above
        all later ones.
        """
        self.clear_notifications()
        for screen in self.screen_stack:
            screen.query("ToastHolder").remove()

    def action_help_quit(self) -> None:
        """Ask once, then leave as other programs do at ctrl+c."""
        now = time.monotonic()
        if now - self._asked < AGAIN_SECONDS:
            self.exit(return_code=128 + signal.SIGINT)
        self._asked = now
        self.notify(f"Press ctrl+c again to leave{self.lost_by_leaving}.", timeout=AGAIN_SECONDS)

    @property
    def lost_by_leaving(self) -> str:
        """What ctrl+c says that it gives up, if there is anything."""
        return ""

    def action_suspend_process(self) -> None:
        """Stop, with all that the shell takes for the same job."""
        if sys.platform != "win32" and self._driver is not None and self._driver.can_suspend:
            os.killpg(os.getpgrp(), signal.SIGTSTP)

    def panic(self, *renderables: RenderableType) -> None:
        """Textual gives up; in its input thread, since the terminal is gone."""
        if self._leaving is not None:
            self._leaving.begin(TERMINAL_LOST)
        super().panic(*renderables)

    def _leave(self, status: int) -> None:
        """From another thread: leave, if that has not begun."""
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
        if isinstance(failed.exc_value, OSError) and getattr(failed.thread, "name", "") == WRITER:
            self._leaving.begin(TERMINAL_LOST)
        elif self._leaving.status is None:
            self._leaving.begin(failures.FAILED, failures.report(failed.exc_value))

    def _failed_in_loop(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(error := context.get("exception"), Exception):
            self._handle_exception(error)
