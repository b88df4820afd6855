"""A terminal for tests: a program in a pseudo-terminal, and the screen that it paints."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import pyte
import pytest

# The terminal must be the child's controlling one, or it would get neither ctrl+c nor SIGWINCH.
LAUNCHER = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
# The parent may ignore these signals, as nohup does, or a shell for background jobs.
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)
# With LANG=C, this interpreter has set it for itself and for its children.
os.environ.pop("LC_CTYPE", None)
os.execvp(sys.argv[1], sys.argv[1:])
"""

# For example Textual's queries about synchronized output and Kitty's keys, which pyte would print.
_PRIVATE = re.compile(rb"\x1b\[(?:[<>=][0-9;]*[A-Za-z]|\?[0-9;]*\$p)")
_UNFINISHED = re.compile(rb"\x1b(?:\[(?:[<>=?][0-9;]*\$?)?)?\Z")


def without_private(received: bytes) -> tuple[bytes, bytes]:
    """Return the bytes to show, and the beginning of a sequence whose rest has not come yet."""
    shown = _PRIVATE.sub(b"", received)
    unfinished = _UNFINISHED.search(shown)
    cut = unfinished.start() if unfinished else len(shown)
    return shown[:cut], shown[cut:]


class Terminal:
    """A terminal with one program in it, made by `start` and closed as a context manager.

    `process` is the program, for signals. `fd` is the terminal's own end, for its attributes.
    `output` has every byte that the program has written.
    """

    def __init__(self, process: subprocess.Popen[bytes], fd: int, columns: int, rows: int) -> None:
        self.process = process
        self.fd = fd
        self.output = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._unfinished = b""
        self._ended = False

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
    ) -> Self:
        """Run a command in a terminal of this size; `env` is added to the tests' environment."""
        if not hasattr(os, "openpty"):
            pytest.skip("there are no pseudo-terminals here")
        own_end, program_end = os.openpty()
        _set_size(program_end, columns, rows)
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", LAUNCHER, *command],
                stdin=program_end,
                stdout=program_end,
                stderr=program_end,
                env=_environment(env or {}),
                start_new_session=True,
            )
        except BaseException:
            os.close(own_end)
            raise
        finally:
            os.close(program_end)
        return cls(process, own_end, columns, rows)

    @property
    def screen(self) -> list[str]:
        """The lines on the screen, from the top, each as wide as the screen."""
        return list(self._screen.display)

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, from the top left."""
        return self._screen.cursor.x, self._screen.cursor.y

    @property
    def cells(self) -> list[list[tuple[str, ...]]]:
        """What each cell looks like: its character and colours, or a blank's background."""
        columns, rows = range(self._screen.columns), range(self._screen.lines)
        return [[_seen(self._screen.buffer[row][column]) for column in columns] for row in rows]

    @property
    def processes(self) -> int:
        """The number of processes of the program, itself included."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return 1 + sum(len(of_thread.read_text().split()) for of_thread in children)

    def type(self, text: str) -> None:
        """Send keys to the program."""
        os.write(self.fd, text.encode())

    def read(self, seconds: float) -> None:
        """Show what the program writes in this time, or until it has left."""
        deadline = time.monotonic() + seconds
        while not self._ended and (left := deadline - time.monotonic()) > 0:
            self._receive(left)

    def settle(self, quiet: float = 0.4, seconds: float = 20) -> None:
        """Read what the program writes until it pauses for a while or has left.

        Raises
        ------
        AssertionError
            If nothing comes, or the output doesn't end; the message has the screen.
        """
        deadline = time.monotonic() + seconds
        if not self._receive(seconds) and not self._ended:
            raise AssertionError(self._report(f"nothing was written in {seconds:g} s"))
        while self._receive(quiet):
            if time.monotonic() > deadline:
                raise AssertionError(self._report(f"still writing after {seconds:g} s"))

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Read until a line of the screen contains the text.

        Raises
        ------
        AssertionError
            If it doesn't come in time, or the program has left; the message has the screen.
        """
        deadline = time.monotonic() + seconds
        while not any(text in line for line in self.screen):
            if self._ended:
                raise AssertionError(self._report(f"the program left without showing {text!r}"))
            if (left := deadline - time.monotonic()) <= 0:
                raise AssertionError(self._report(f"no {text!r} after {seconds:g} s"))
            self._receive(left)

    def wait_exit(self, seconds: float = 20) -> int:
        """Wait until the program has left, and return its exit status, negative for a signal.

        Raises
        ------
        AssertionError
            If it hasn't left in time; the message has the screen.
        """
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() >= deadline:
                raise AssertionError(self._report(f"still running after {seconds:g} s"))
            # Keep reading: a program can't leave while its terminal is full.
            if self._ended:
                time.sleep(0.01)
            else:
                self._receive(0.05)
        # Stop at some time: the program's children may still be writing.
        while not self._ended and time.monotonic() < deadline and self._receive(0.05):
            pass
        return self.process.returncode

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        _set_size(self.fd, columns, rows)
        self._screen.resize(rows, columns)

    def hang_up(self) -> None:
        """Take the terminal away from the program."""
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def close(self) -> None:
        """Kill the program if it is still there, and take the terminal away."""
        self.process.kill()
        self.hang_up()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(self, seconds: float) -> bool:
        """Show the next bytes, and return whether any came in time."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            received = os.read(self.fd, 65536)
        except OSError:  # on Linux: no program holds the other end any more
            received = b""
        self._ended = not received
        self.output += received
        shown, self._unfinished = without_private(self._unfinished + received)
        with suppress(TypeError):  # pyte raises it for a sequence that a flush has cut
            self._stream.feed(shown)
        return not self._ended

    def _report(self, what: str) -> str:
        lines = "\n".join(line.rstrip() for line in self.screen).rstrip()
        return f"{what}; the screen:\n{lines}"


def _seen(cell: Any) -> tuple[str, ...]:
    ink = () if cell.data == " " else (cell.data, cell.fg, str(cell.bold))
    return (cell.bg, *ink)


def _set_size(fd: int, columns: int, rows: int) -> None:
    import termios  # not on Windows, where `start` skips the test

    termios.tcsetwinsize(fd, (rows, columns))


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the tests' environment without the variables for their own terminal and frames."""
    hidden = {"COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "TEXTUAL_FPS"}
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    return inherited | own | dict(extra)
