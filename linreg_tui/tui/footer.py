"""The lines at the bottom: the keys, and in presenter mode the last key pressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from linreg_tui.tui.keys import (
    CURSOR_KEYS,
    EDIT_KEYS,
    EXPORT_KEYS,
    KEYS,
    LESSON_KEYS,
    PANE_KEYS,
    SETTINGS_KEYS,
    SWEEP_KEYS,
    VIEW_KEYS,
    Key,
    footer_in_tour,
)

if TYPE_CHECKING:
    from linreg_tui.tui.run_view import Moment

KEY_SHOWN_SECONDS = 2.0
"""Seconds that a key is shown."""


END_HINT = "[b]d[/] ends presenting"
TOUR_HINT = "[b]enter[/] {on}   [b]⌫[/] back   [b]i[/] chapters   " + END_HINT
"""What the line says while no key is shown, in Textual's markup."""


class PressedKeys(Static):
    """The line at the bottom: the last key, how often it was pressed, and what it does.

    Without a key it says how to end presenter mode, and how to continue in the tour.
    """

    def __init__(self) -> None:
        super().__init__(id="pressed")
        self._last = self._idle = ""
        self._times = 0
        self._fading: Timer | None = None

    def show_key(self, event: events.Key) -> None:
        """Show a key for a moment, unless it does nothing."""
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
        self._fading = self.set_timer(KEY_SHOWN_SECONDS, self._fade)

    def show_idle(self, *, touring: bool, asked: bool) -> None:
        """Set the line without a key; in the tour, `asked` while a question is open."""
        before = self._idle
        self._idle = TOUR_HINT.format(on="skip" if asked else "on") if touring else END_HINT
        if not self._last and self._idle != before:
            self.update(self._idle)

    def _fade(self) -> None:
        self._last = ""
        self.update(self._idle)


SPARE = {key.action: key.spare for key in (*KEYS, *SWEEP_KEYS, *CURSOR_KEYS, *EDIT_KEYS)}

SPARE_AT: dict[Moment, dict[str, int]] = {
    "ready": {
        "change_pace(-1)": 6,
        "restart": 7,
        "fit_by_hand": 1,
        "open_data": 0,
        "next_plot": 3,
    },
    "running": {
        "edit_settings": 4,
        "choose_sweep": 5,
        "scale_batch(-1)": 0,
        "next_plot": 1,
        "toggle_tour": 3,
    },
    "over": {
        "change_pace(-1)": 7,
        "scale_rates(-1)": 6,
        "next_plot": 0,
        "export": 0,
        "toggle_gradient": 3,
        "fit_by_hand": 2,
        "toggle_tour": 4,
        "smooth": 5,
    },
    "back": {
        "change_pace(-1)": 8,
        "edit_settings": 6,
        "choose_sweep": 7,
        "restart": 5,
        "toggle_tour": 6,
        "branch": 0,
        "last_step": 0,
        "toggle_gradient": 0,
        "next_residuals": 1,
        "next_plot": 2,
        "zoom(-1)": 3,
    },
}
"""What matters before a run, while it runs, after its last epoch, and while one looks back."""

SPARE_IN_BREAK = {"toggle_tour": 0, "edit_settings": 1}
"""Outside the open tour, the way back to it matters more than the form."""

SPARE_WHILE_EDITING = {
    **{key.action: 9 for key in (*SETTINGS_KEYS, *PANE_KEYS, *VIEW_KEYS, *EXPORT_KEYS)},
    **{key.action: 9 for key in LESSON_KEYS},
    "restart": 9,
    "change_pace(-1)": 2,
    "quit": 1,
}
"""While points are edited, the keys of the plane come first."""

SPARE_ON_CURVES = {
    **dict.fromkeys(("sort", "filter", "hide_column"), 9),
    **dict.fromkeys(("zoom_curves(-1)", "zoom_curves(1)", "smooth_curves"), 0),
}
"""While the learning curves have the keyboard, what changes them matters more than the table."""


@dataclass(frozen=True, slots=True)
class Item:
    """Keys that share a text, and how soon they are left out; 0 is left out last."""

    keys: tuple[Key, ...]
    text: str
    spare: int = 0

    @property
    def columns(self) -> int:
        """Cells, with the gap behind the item."""
        return sum(cell_len(key.shown) for key in self.keys) + cell_len(f" {self.text} ")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the line; `style` is the end of its component's name.

    A click on it presses `key`, which is Textual's name of a key. The mouse over it shows
    `meaning`.
    """

    text: str
    style: str = "text"
    key: str | None = None
    meaning: str | None = None


def items(keys: Iterable[tuple[Key, str]], spare: Mapping[str, int]) -> list[Item]:
    """Return keys with their texts; neighbours with the same text are one item."""
    found: list[Item] = []
    for key, text in keys:
        if found and found[-1].text == text:
            found[-1] = Item((*found[-1].keys, key), text, found[-1].spare)
        else:
            found.append(Item((key,), text, spare.get(key.action, 0)))
    return found


def fitting(found: Iterable[Item], columns: int) -> list[Item]:
    """Return the items that fit: the largest `spare` goes first, the last one of equals."""
    shown = list(found)
    while shown and sum(item.columns for item in shown) - 1 > columns:
        most = max(item.spare for item in shown)
        shown.pop(max(place for place, item in enumerate(shown) if item.spare == most))
    return shown


def pieces(shown: Iterable[Item]) -> Iterator[Piece]:
    """Yield the parts of the line; only the text of a single key can be clicked like the key."""
    for item in shown:
        clicks = [(key.keys.partition(",")[0], key.meaning) for key in item.keys]
        for key, click in zip(item.keys, clicks, strict=True):
            yield Piece(key.shown, "key", *click)
        yield Piece(f" {item.text}", "text", *(clicks[0] if len(clicks) == 1 else ()))
        yield Piece(" ")


class KeysFooter(Widget):
    """Shows the keys, leaving out the less important ones where not all fit.

    It is one widget. Textual's footer has a widget for each key and makes them again whenever keys
    are enabled or disabled, which costs more than everything else that a key like `p` changes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "keys-footer--key",
        "keys-footer--text",
        "keys-footer--pointed",
    }
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[Piece] = []
        self._pointed: str | None = None
        self._moment: Moment = "ready"

    def show_moment(self, moment: Moment) -> None:
        """Show the keys that matter now."""
        if moment != self._moment:
            self._moment = moment
            if self.is_mounted:
                self._update_keys(self.screen)

    def on_mount(self) -> None:
        """Update whenever the bindings change."""
        self.screen.bindings_updated_signal.subscribe(self, self._update_keys)

    def on_unmount(self) -> None:
        """Stop updating."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def on_resize(self) -> None:
        """Update for the new width."""
        self._update_keys(self.screen)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Highlight the key under the mouse."""
        piece = self._piece_at(event.x)
        self._point(piece.key)
        self.tooltip = piece.meaning

    def on_leave(self) -> None:
        """Highlight no key."""
        self._point(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key that was clicked."""
        key = self._piece_at(event.x).key
        if key is not None:
            self.app.simulate_key(key)

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Return the line."""
        segments = [Segment(piece.text, self._style_of(piece)) for piece in self._pieces]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _style_of(self, piece: Piece) -> Style:
        style = self.get_component_rich_style(f"keys-footer--{piece.style}")
        if piece.key is not None and piece.key == self._pointed:
            return style + self.get_component_rich_style("keys-footer--pointed", partial=True)
        return style

    def _piece_at(self, x: int) -> Piece:
        for piece in self._pieces:
            x -= cell_len(piece.text)
            if x < 0:
                return piece
        return Piece("")

    def _point(self, key: str | None) -> None:
        if key != self._pointed:
            self._pointed = key
            self.refresh()

    def _update_keys(self, screen: Screen[object]) -> None:
        shown = list(pieces(fitting(self._items(screen), self.app.size.width)))
        if shown != self._pieces:
            self._pieces = shown
            self.refresh()

    def _items(self, screen: Screen[object]) -> list[Item]:
        editing = screen.has_class("editing")
        awake = {active.binding.action for active in screen.active_bindings.values()}
        if screen.has_class("touring") and not editing:
            return items(footer_in_tour(awake, asked=screen.has_class("asked")), {})
        spare = SPARE | SPARE_AT[self._moment]
        if editing:
            spare = spare | SPARE_WHILE_EDITING
        if "pin" in awake:
            spare = spare | SPARE_ON_CURVES
        if screen.has_class("tour-begun"):
            spare = spare | SPARE_IN_BREAK
        return items(self._awake(screen), spare)

    def _awake(self, screen: Screen[object]) -> Iterator[tuple[Key, str]]:
        """Yield the keys that work now, each action once."""
        seen: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.action not in seen:
                seen.add(binding.action)
                shown, meaning = self.app.get_key_display(binding), binding.tooltip
                yield Key(binding.key, shown, binding.action, meaning), binding.description
