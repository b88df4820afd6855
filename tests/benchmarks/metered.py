"""A terminal that meters the program in it: its frames, the processor time it takes, its memory."""

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
    """One update of the screen, from the mark that begins it to the one that ends it.

    `at` is when its end was read, a time of `time.monotonic`.
    """

    at: float
    sequence: bytes

    @property
    def text(self) -> str:
        """The characters that it paints, without their places and colours."""
        return _ESCAPE.sub(b"", self.sequence).decode()


class MeteredTerminal:
    """A terminal with one program in it, read at up to `rate` bytes a second.

    It says that it knows synchronized output, as many terminals do. So the program marks where each
    update begins and ends, which tells frames apart whatever the timing. Everything that is read
    stays in `output`, and the frames in it in `frames`, until it is taken away. `fd` is the
    terminal's own end, for its size and attributes.
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
        """The frames of so many seconds."""
        first, deadline = len(self.frames), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self._ended:
            self._receive(left)
        return self.frames[first:]

    def press(self, key: str, shows: str = "", seconds: float = 20) -> float:
        """Seconds from sending a key to the end of the first frame with that text in it.

        Raises
        ------
        RuntimeError
            If no such frame comes in time.
        """
        first, sent = len(self.frames), time.monotonic()
        self.type(key)
        return self.wait(lambda frame: shows in frame.text, seconds, first).at - sent

    def wait_for(self, text: str, seconds: float = 20) -> Frame:
        """The first frame of all with that text in it."""
        return self.wait(lambda frame: text in frame.text, seconds)

    def wait(self, wanted: Callable[[Frame], bool], seconds: float = 20, first: int = 0) -> Frame:
        """The first wanted frame, from the frame of number `first` on.

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
        """When so many characters had come: a screen's worth, marked as a frame or not.

        The first one may be painted before the answer about synchronized output has arrived.

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
        """Read on until the program has left."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._ended:
                time.sleep(0.001)
            else:
                self._receive(0.01)

    def take(self) -> tuple[bytes, int]:
        """Take away what was written up to the last frame's end, and how many frames that is.

        What a long session writes would otherwise fill the memory.
        """
        taken, frames = bytes(self.output[: self._framed]), len(self.frames)
        del self.output[: self._framed]
        self._answered = max(0, self._answered - self._framed)
        self._framed = 0
        self.frames.clear()
        return taken, frames

    def processor_seconds(self) -> float:
        """What all threads of the program have taken so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def peak_megabytes(self) -> float:
        """The most memory that the program has held at a time."""
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
        """Read what has come, a small slice of it where the rate is limited."""
        deadline = time.monotonic() + seconds
        time.sleep(max(0.0, min(self._next_read, deadline) - time.monotonic()))
        if self._next_read > deadline:
            return
        if not select.select([self.fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return
        limited = math.isfinite(self._rate)
        try:
            received = os.read(self.fd, _SLICE if limited else 1 << 16)
        except OSError:  # Linux's way to say that no program holds the other end any more
            received = b""
        now = time.monotonic()
        self._ended = not received
        if limited:
            # An oversleep is made up for, but a pause is not saved up.
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
    """What stands on the screen in the end."""
    import pyte

    screen: Any = pyte.Screen(*size)
    stream = pyte.ByteStream(screen)
    for frame in terminal.frames:
        stream.feed(frame.sequence)
    return "\n".join(screen.display)


def _environment() -> dict[str, str]:
    """This environment, with a good terminal, and the package that is measured here."""
    # Without bytecode, most of a start would be compiling, which happens once a version.
    hidden = {"COLUMNS", "LINES", "NO_COLOR", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    path = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    return kept | own | {"PYTHONPATH": path}
