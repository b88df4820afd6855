"""The screen in a browser: Textual's driver, with what our screen needs."""

from __future__ import annotations

import os
import sys
from codecs import getincrementaldecoder
from functools import partial
from typing import Any

from textual.app import App
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver, _ExitInput
from textual.events import CursorPosition
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from linreg_tui.compat.guarded import QUESTION
from linreg_tui.compat.sober_parser import SoberParser

WHERE = "\x1b[6n"
"""Asks a terminal where its cursor is; the answer comes after everything sent before."""


class BrowserDriver(WebDriver):
    """A driver that sends only what the screen's encoding has, and learns when it was shown.

    The terminal in the page doesn't know synchronized output, and Textual doesn't pass its answer
    on. Any answer proves that the frames before have arrived, so this asks another question.
    Textual's driver sends UTF-8 whatever the encoding (we choose ASCII for `--marker ascii`). When
    the server is gone, it fails with a BrokenPipeError at each write. A failure in the thread that
    reads the input leaves it deaf.

    No issue found. Checked with Textual 8.2.4 and 8.2.8.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._write = partial(self._send)

    def _send(self, data: bytes) -> int:
        try:
            return os.write(self.fileno, data)
        except BrokenPipeError:  # the server is gone
            self._app.panic()
            return 0

    def run_input_thread(self) -> None:
        """Pass on what the page sends."""
        parser, packets = SoberParser(self._debug), ByteStream()
        decode = getincrementaldecoder("utf-8")("replace").decode
        try:
            for data in self._input_reader:
                for kind, payload in packets.feed(data) if data else ():
                    if kind == "D":
                        for event in parser.feed(decode(payload)):
                            self.process_message(event)
                    else:
                        self._on_meta(kind, payload)
                for event in parser.tick():
                    self.process_message(event)
        except _ExitInput:
            pass
        finally:
            self._input_reader.close()

    def write(self, data: str) -> None:
        """Send text, with look-alikes for characters that the encoding lacks."""
        painted = sys.__stderr__
        assert painted is not None
        if data == QUESTION:
            data = WHERE
        super().write(data.encode(painted.encoding, painted.errors or "strict").decode())

    def send_message(self, message: Message) -> None:
        """Pass a message on, unless the application has ended and nobody is left to read it."""
        if not self._loop.is_closed():
            super().send_message(message)

    def process_message(self, message: Message) -> None:
        """Use the cursor's position as the answer."""
        if isinstance(message, CursorPosition):
            message = TerminalSupportsSynchronizedOutput()
        super().process_message(message)
