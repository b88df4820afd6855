"""The footer: the keys, as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from linreg_tui.tui.keys import FOOTER_IN_TOUR, KEYS, POKE_KEYS, SWEEP_KEYS, Key
from linreg_tui.tui.poke.plane import Plane

SPARE = {key.action: key.spare for key in (*KEYS, *SWEEP_KEYS, *POKE_KEYS)}

IN_THE_BREAK = {"tour('toggle')": 0, "dialog('edit')": 1}
"""Who has left the tour for a while needs the way back more than the form."""

WHILE_POKING = {**SPARE, "live('restart')": 9}
"""There the run is only watched."""


@dataclass(frozen=True, slots=True)
class Item:
    """Keys that share a text, and how soon they are left out; 0 is never."""

    keys: tuple[Key, ...]
    text: str
    spare: int = 0

    @property
    def columns(self) -> int:
        """Cells, with the gap behind it."""
        return sum(cell_len(key.shown) for key in self.keys) + cell_len(f" {self.text} ")


def items(keys: Iterable[tuple[Key, str]], spare: Mapping[str, int]) -> list[Item]:
    """Keys with their texts; neighbours that have the same are one item."""
    found: list[Item] = []
    for key, text in keys:
        if found and found[-1].text == text:
            found[-1] = Item((*found[-1].keys, key), text, found[-1].spare)
        else:
            found.append(Item((key,), text, spare.get(key.action, 0)))
    return found


def fitting(found: Iterable[Item], columns: int) -> list[Item]:
    """Those for which there is room: what can be spared most goes first, the last one of equals."""
    kept = list(found)
    while sum(item.columns for item in kept) - 1 > columns:
        most = max((item.spare for item in kept), default=0)
        if most == 0:
            break
        kept.pop(max(place for place, item in enumerate(kept) if item.spare == most))
    return kept


class KeysFooter(Footer):
    """Leaves the less important keys out where there is too little room."""

    def compose(self) -> ComposeResult:
        """The keys, each of which can be clicked."""
        if not self._bindings_ready:
            return
        if self.screen.has_class("touring"):
            awake = {active.binding.action for active in self.screen.active_bindings.values()}
            found = items(((k, text) for k, text in FOOTER_IN_TOUR if k.action in awake), {})
        else:
            spare = WHILE_POKING if isinstance(self.screen.focused, Plane) else SPARE
            if self.screen.has_class("tour-begun"):
                spare = {**spare, **IN_THE_BREAK}
            found = items(self._awake(), spare)
        for item in fitting(found, self.app.size.width):
            for key in item.keys:
                last = key is item.keys[-1]
                yield FooterKey(
                    key.keys,
                    key.shown,
                    item.text if last else "",
                    key.action,
                    tooltip=key.meaning,
                    classes="" if last else "-grouped",
                ).data_bind(compact=Footer.compact)

    def _awake(self) -> Iterator[tuple[Key, str]]:
        """The keys that do something now, each action once."""
        told: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.action not in told:
                told.add(binding.action)
                shown = self.app.get_key_display(binding)
                yield (
                    Key(binding.key, shown, binding.action, active.tooltip or binding.description),
                    binding.description,
                )

    def on_resize(self) -> None:
        """Think again."""
        self.call_after_refresh(self.recompose)
