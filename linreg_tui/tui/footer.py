"""The footer: the keys, as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from linreg_tui.tui.keys import FOOTER_IN_TOUR, KEYS, POKE_KEYS, SWEEP_KEYS
from linreg_tui.tui.poke.plane import Plane

ROOMY = {key.action for key in (*KEYS, *SWEEP_KEYS, *POKE_KEYS) if key.roomy}

EXPENDABLE = {"live('restart')"}
"""What has to go as well while points are edited."""

ALL_COLUMNS = 119
"""Columns from which on all keys fit."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the line; `style` is the end of its component's name.

    A click on it is `key`, by Textual's name, and the mouse over it tells its `meaning`.
    """

    text: str
    style: str = "text"
    key: str | None = None
    meaning: str | None = None


class KeysFooter(Widget):
    """Leaves the less important keys out where there is too little room.

    All of it is one widget. Textual's footer has one for each key, and makes them anew whenever
    keys wake or rest, which costs more than all else that a key like `p` changes.
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

    def on_mount(self) -> None:
        """Follow what keys do."""
        self.screen.bindings_updated_signal.subscribe(self, self._look_again)

    def on_unmount(self) -> None:
        """Follow no longer."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def on_resize(self) -> None:
        """Think again."""
        self._look_again(self.screen)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show which key a click would be."""
        piece = self._piece_at(event.x)
        self._point(piece.key)
        self.tooltip = piece.meaning

    def on_leave(self) -> None:
        """It would be none."""
        self._point(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key."""
        key = self._piece_at(event.x).key
        if key is not None:
            self.app.simulate_key(key)

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The line."""
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

    def _look_again(self, screen: Screen[object]) -> None:
        in_the_tour = screen.has_class("touring")
        pieces = list(self._in_the_tour() if in_the_tour else self._of_all())
        if pieces != self._pieces:
            self._pieces = pieces
            self.refresh()

    def _of_all(self) -> Iterator[Piece]:
        left_out = ROOMY if self.app.size.width < ALL_COLUMNS else set()
        if left_out and isinstance(self.screen.focused, Plane):
            left_out = ROOMY | EXPENDABLE
        bindings: dict[str, Binding] = {}
        for _, binding, _, _ in self.screen.active_bindings.values():
            if binding.show and binding.action not in left_out:
                bindings.setdefault(binding.action, binding)
        for group, members in groupby(bindings.values(), lambda binding: binding.group):
            for binding in members:
                shown = self.app.get_key_display(binding)
                yield Piece(shown, "key", binding.key, binding.tooltip)
                if group is None:
                    yield Piece(f" {binding.description}", "text", binding.key, binding.tooltip)
                    yield Piece(" ")
            if group is not None:
                yield Piece(f" {group.description} ")

    def _in_the_tour(self) -> Iterator[Piece]:
        """Those that lead through it, and of the others the ones that it is about."""
        awake = {active.binding.action for active in self.screen.active_bindings.values()}
        keys = [(key, text) for key, text in FOOTER_IN_TOUR if key.action in awake]
        for (key, text), (_, following) in zip(keys, [*keys[1:], (None, "")], strict=True):
            name = key.keys.split(",")[0]
            yield Piece(key.shown, "key", name, key.meaning)
            if text != following:
                yield Piece(f" {text}", "text", name, key.meaning)
            yield Piece(" ")
