"""Textual's driver, for terminals that have one screen only, or that send what is no text."""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

WIPE = "\x1b[0m\x1b[2J\x1b[H"
"""No colours, no text, the cursor at the top left."""


class TerminalDriver(LinuxDriver):
    """Takes whatever is sent, and leaves no picture behind."""

    def run_input_thread(self) -> None:
        """Hand on keys, with a replacement character for what is not in UTF-8.

        Textual's own loop ends there, and the application with it, as at an é in Latin-1.
        """
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1) and (text := decode(os.read(self.fileno, 4096))):
                    for event in parser.feed(text):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def stop_application_mode(self) -> None:
        """Give the terminal back, cleared: where its screen is one of two, nobody sees that."""
        self.write(WIPE)
        super().stop_application_mode()
