"""An application that knows how far behind its terminal is."""

from __future__ import annotations

from linreg_tui.tui.terminal.guarded import GuardedApp
from linreg_tui.tui.terminal.link import QUESTION, Link


class LinkedApp(GuardedApp):
    """Asks after each frame whether it has arrived; what draws, draws when the link is free.

    There are at most `fps` frames a second.
    """

    def __init__(self, fps: int | None) -> None:
        super().__init__()
        self.link = Link(self.written, fps)

    def post_display_hook(self) -> None:
        """Ask the terminal to tell when it has shown this frame."""
        if self._driver is not None and self.is_running and self.link.ask():
            self._driver.write(QUESTION)
            self._driver.flush()

    def on_terminal_supports_synchronized_output(self) -> None:
        """The terminal has answered: what was left out for its sake can be shown."""
        self.link.answer()
        self.catch_up()

    def catch_up(self) -> None:
        """Show what was left out."""
