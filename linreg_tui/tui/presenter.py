"""Presenter mode: one plot, large digits, and the keys that are pressed, for the back row."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

A_MOMENT = 2.0
"""Seconds that a key is shown."""


END = "[b]d[/] ends presenting"
IN_THE_TOUR = "[b]enter[/] {on}   [b]⌫[/] back   [b]i[/] chapters   " + END
"""What the line says while no key is pressed, in Textual's markup."""


class PressedKeys(Static):
    """The line at the bottom: the last key, how often it was pressed, and what it does.

    Without one it says how to end the mode, and how to go on in the tour.
    """

    def __init__(self) -> None:
        super().__init__(id="pressed")
        self._last = self._idle = ""
        self._times = 0
        self._fading: Timer | None = None

    def show_key(self, event: events.Key) -> None:
        """Show a key for a moment; one that does nothing isn't shown."""
        active = self.screen.active_bindings.get(event.key) if self.display else None
        if active is None or not active.enabled or not (shown := active.binding.key_display):
            return
        meaning = active.binding.tooltip
        self._times = self._times + 1 if shown == self._last else 1
        self._last = shown
        times = f" ×{self._times}" if self._times > 1 else ""
        self.update(Content.assemble((f" {shown} ", "bold reverse"), f"{times}  {meaning}"))
        if self._fading is not None:
            self._fading.stop()
        self._fading = self.set_timer(A_MOMENT, self._fade)

    def rest(self, *, touring: bool, asked: bool) -> None:
        """What there is to say without a key; in the tour, `asked` while a question is open."""
        self._idle = IN_THE_TOUR.format(on="skip" if asked else "on") if touring else END
        if not self._last:
            self.update(self._idle)

    def _fade(self) -> None:
        self._last = ""
        self.update(self._idle)
