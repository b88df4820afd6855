"""A terminal that measures the program in it: its frames, its processor time, its memory."""

from __future__ import annotations

import math
import os
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import linreg_tui

PACKAGE = Path(linreg_tui.__file__).parent
PROGRAM = (sys.executable, "-m", "linreg_tui")

_QUESTION, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_FRAME = re.compile(rb"\x1b\[\?2026h(.*?)\x1b\[\?2026l", re.DOTALL)
_ESCAPE = re.compile(rb"\x1b(?:\[[0-9;?<=>]*[ -/]*[@-~]|\][^\x07]*\x07)")
_SLICE = 256


@dataclass(frozen=True, slots=True)
class Frame:
    """One update of the screen, from its begin mark to its end mark.

    `at` is the time, by `time.monotonic`, when its end was read.
    """

    at: float
    sequence: bytes

    @property
    def text(self) -> str:
        """The characters in the frame, without their places and colours."""
        return _ESCAPE.sub(b"", self.sequence).decode()


class MeteredTerminal:
    """A terminal with one program in it, read at up to `rate` bytes a second.

    It claims to support synchronized output, as many terminals do. So the program marks where each
    update begins and ends, which separates frames whatever the timing. Everything that is read
    stays in `output`, and its frames in `frames`, until `take` removes them. `fd` is the terminal's
    own end, for its size and attributes.
    """

    def __init__(
        self, command: Sequence[str], columns: int, rows: int, rate: float = math.inf
    ) -> None:
        self.frames: list[Frame] = []
        self.output = bytearray()
        self._rate = rate
        self._next_read = 0.0
        self._framed = self._answered = 0
        self._ended = False
        self.fd, program_end = os.openpty()
        termios.tcsetwinsize(program_end, (rows, columns))
        self.began = time.monotonic()
        try:
            self.process = subprocess.Popen(
                command,
                stdin=program_end,
                stdout=program_end,
                stderr=program_end,
                env=_environment(),
                start_new_session=True,
            )
        finally:
            os.close(program_end)

    def type(self, keys: str) -> None:
        """Send keys to the program."""
        os.write(self.fd, keys.encode())

    def read(self, seconds: float) -> list[Frame]:
        """Return the frames of the next seconds."""
        first, deadline = len(self.frames), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self._ended:
            self._receive(left)
        return self.frames[first:]

    def press(self, key: str, shows: str = "", seconds: float = 20) -> float:
        """Return the seconds from sending a key to the end of the first frame with this text.

        Raises
        ------
        RuntimeError
            If no such frame comes in time.
        """
        first, sent = len(self.frames), time.monotonic()
        self.type(key)
        return self.wait(lambda frame: shows in frame.text, seconds, first).at - sent

    def wait_for(self, text: str, seconds: float = 20) -> Frame:
        """Return the first of all frames with this text."""
        return self.wait(lambda frame: text in frame.text, seconds)

    def wait(self, wanted: Callable[[Frame], bool], seconds: float = 20, first: int = 0) -> Frame:
        """Return the first wanted frame from frame number `first` on.

        Raises
        ------
        RuntimeError
            If none comes in time.
        """
        deadline = time.monotonic() + seconds
        while True:
            for number in range(first, len(self.frames)):
                if wanted(self.frames[number]):
                    return self.frames[number]
            first = len(self.frames)
            if self._ended or time.monotonic() >= deadline:
                raise RuntimeError(f"not shown in {seconds:g} s; last: {self.output[-500:]!r}")
            self._receive(deadline - time.monotonic())

    def wait_for_paint(self, cells: int, seconds: float = 20) -> float:
        """Return when this many characters had come: a screen's worth, in a frame or not.

        The first frame may be painted before the answer about synchronized output has arrived.

        Raises
        ------
        RuntimeError
            If they don't come in time.
        """
        deadline = time.monotonic() + seconds
        while len(_ESCAPE.sub(b"", self.output).decode(errors="ignore")) < cells:
            if self._ended or time.monotonic() >= deadline:
                raise RuntimeError(f"nothing painted in {seconds:g} s: {self.output[-500:]!r}")
            self._receive(deadline - time.monotonic())
        return time.monotonic()

    def wait_exit(self, seconds: float = 60) -> None:
        """Keep reading until the program has left."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._ended:
                time.sleep(0.001)
            else:
                self._receive(0.01)

    def take(self) -> tuple[bytes, int]:
        """Remove and return the output up to the last frame's end, and the number of its frames.

        The output of a long session would otherwise fill the memory.
        """
        taken, frames = bytes(self.output[: self._framed]), len(self.frames)
        del self.output[: self._framed]
        self._answered = max(0, self._answered - self._framed)
        self._framed = 0
        self.frames.clear()
        return taken, frames

    def processor_seconds(self) -> float:
        """Return the processor time of all threads of the program so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def peak_megabytes(self) -> float:
        """Return the largest memory that the program has had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        os.close(self.fd)
        self.process.wait()

    def _receive(self, seconds: float) -> None:
        """Read the bytes that have come, or a small slice of them if the rate is limited."""
        deadline = time.monotonic() + seconds
        time.sleep(max(0.0, min(self._next_read, deadline) - time.monotonic()))
        if self._next_read > deadline:
            return
        if not select.select([self.fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return
        limited = math.isfinite(self._rate)
        try:
            received = os.read(self.fd, _SLICE if limited else 1 << 16)
        except OSError:  # on Linux: no program holds the other end any more
            received = b""
        now = time.monotonic()
        self._ended = not received
        if limited:
            # Make up for sleeping too long, but don't save up a pause.
            self._next_read = max(self._next_read, now - 0.02) + len(received) / self._rate
        self.output += received
        self._take_frames(now)
        self._answer()

    def _take_frames(self, now: float) -> None:
        for found in _FRAME.finditer(self.output, self._framed):
            self.frames.append(Frame(now, found[0]))
            self._framed = found.end()

    def _answer(self) -> None:
        while (found := self.output.find(_QUESTION, self._answered)) >= 0:
            self._answered = found + len(_QUESTION)
            os.write(self.fd, _ANSWER)


def written(terminal: MeteredTerminal, size: tuple[int, int]) -> str:
    """Return the text on the screen at the end."""
    import pyte

    screen: Any = pyte.Screen(*size)
    stream = pyte.ByteStream(screen)
    for frame in terminal.frames:
        stream.feed(frame.sequence)
    return "\n".join(screen.display)


def _environment() -> dict[str, str]:
    """Return this environment with a good terminal, and the package that is measured here."""
    # Without bytecode, a start would mostly be compiling, which users see once a version.
    hidden = {"COLUMNS", "LINES", "NO_COLOR", "PYTHONDONTWRITEBYTECODE"}
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    path = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    return inherited | own | {"PYTHONPATH": path}
