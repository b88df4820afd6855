"""Leaves no picture behind in terminals that have one screen only, as the Linux console has."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

WIPE = "\x1b[0m\x1b[2J\x1b[H"
"""No colours, no text, the cursor at the top left."""


class WipingDriver(LinuxDriver):
    """Clears the screen before it is given back; where it is one of two, nobody sees that."""

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.write(WIPE)
        super().stop_application_mode()
