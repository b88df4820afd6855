"""Which rows make up each mini-batch: the notebook's `data.sample(batch_size)`, many at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.settings import Sampling

Index = NDArray[np.intp]
Sampler = Callable[[int], Index]
"""Takes how many batches are wanted; returns the next ones, at least one, of shape (k, size)."""

LARGEST_DRAW = 1 << 21
"""Row numbers that may be drawn at a time, unless one epoch alone has more."""

AT_ONCE = 512
"""Batches drawn at a time: enough to cost little each, few enough to draw again for one of them."""

_FEW_ROWS = 1 << 12


def deals_cards(n: int) -> bool:
    """Whether independent batches of n rows are dealt from a deck, and not chosen by NumPy."""
    return n <= _FEW_ROWS


def sampler(n: int, size: int, sampling: Sampling, seed: int | np.random.Generator) -> Sampler:
    """Draws batches of `size` of n rows, with a generator of its own or the one given.

    Drawing many at once costs a fraction of drawing them one by one. The batches of a seed are the
    same either way.
    """
    rng = np.random.default_rng(seed)

    def shuffled(wanted: int) -> Index:
        """All whole batches of some epochs, the rows shuffled anew in each."""
        epochs = max(1, min(-(-wanted // (n // size)), LARGEST_DRAW // n))
        return _orders(rng, n, epochs, n // size * size).reshape(-1, size)

    def independent(wanted: int) -> Index:
        """Each batch drawn without replacement, whatever the one before was."""
        count = max(1, min(wanted, LARGEST_DRAW // (n if deals_cards(n) else size)))
        if deals_cards(n):
            return _decks(rng, n, size, count)
        return np.stack([rng.choice(n, size, replace=False, shuffle=False) for _ in range(count)])

    samplers: dict[Sampling, Sampler] = {"epoch": shuffled, "notebook": independent}
    return samplers[sampling]


def shuffle_keys(n: int) -> tuple[str, int]:
    """The type of the keys that n numbers are shuffled by, and how many 64-bit words they take."""
    size = 4 if n < 1 << 12 else 8
    return f"uint{8 * size}", (n + 1) * size // 8 + 1


def _orders(rng: np.random.Generator, n: int, count: int, first: int) -> Index:
    """The first of the numbers from 0 to n − 1 in `count` random orders, of shape (count, first).

    Each number is sorted by random bits above its own: quicker than to swap numbers one by one.
    Where two have the same random bits their own decide, in an order that is random too: all
    numbers of a row are mixed with the same further random bits.
    """
    name, words = shuffle_keys(n)
    kind: type[np.unsignedinteger[Any]] = np.dtype(name).type
    raw: NDArray[np.unsignedinteger[Any]]
    raw = rng.bit_generator.random_raw(count * words).view(kind).reshape(count, -1)
    own = kind((1 << n.bit_length()) - 1)
    mixed = raw[:, n, None] & own
    keys = raw[:, :n] & ~own
    keys |= np.arange(n, dtype=kind) ^ mixed
    keys.sort(axis=1)
    order: Index = ((keys[:, :first] & own) ^ mixed).astype(np.intp)
    return order


def _decks(rng: np.random.Generator, n: int, size: int, count: int) -> Index:
    """A partial Fisher-Yates shuffle of `count` decks of n cards at once; deck j is column j."""
    drawn = min(size, n - size)  # of more than half of the cards, those are drawn that stay out
    left = np.arange(n, n - drawn, -1)
    pick = (rng.random((count, drawn)) * left).astype(np.intp) + (n - left)
    place = np.ascontiguousarray(pick.T) * count + np.arange(count)
    deck = np.repeat(np.arange(n, dtype=np.int16), count).reshape(n, count)
    cards = deck.reshape(-1)
    for number, picked in enumerate(place):
        card = cards[picked]
        cards[picked] = deck[number]
        deck[number] = card
    chosen = deck[:drawn] if drawn == size else deck[drawn:]
    return chosen.T.astype(np.intp, order="C")


@dataclass(frozen=True, slots=True)
class _Draw:
    """A draw of some batches: the number of the first, how many were wanted, and the generator."""

    first: int
    wanted: int
    state: Any


class Draws:
    """Batches of `size` of n rows, counted from 0.

    The rows drawn are not kept, only what it takes to draw them again. One thread may take batches
    while another looks some up.
    """

    def __init__(self, n: int, size: int, sampling: Sampling, seed: int | Sequence[int]) -> None:
        self._n, self._size, self._sampling = n, size, sampling
        self._rng = np.random.default_rng(seed)
        self._draw = self._sampler(self._rng)
        self._past: list[_Draw] = []
        self._drawn: Index = np.empty((0, size), dtype=np.intp)
        self._next = 0
        self._looked_up: tuple[int, Index] = 0, self._drawn

    def take(self, wanted: int) -> Index:
        """The next batches, at least one and at most as many as wanted; shape (k, size)."""
        if len(self._drawn) == 0:
            self._refill(min(wanted, AT_ONCE))
        most = min(wanted, max(1, LARGEST_DRAW // self._size))
        taken, self._drawn = self._drawn[:most], self._drawn[most:]
        self._next += len(taken)
        return taken

    def batch(self, number: int) -> Index:
        """The rows of a batch that was taken, of shape (size,)."""
        first, batches = self._looked_up
        if not first <= number < first + len(batches):
            past = self._past_of(number)
            rng = np.random.default_rng()
            rng.bit_generator.state = past.state
            first, batches = past.first, self._sampler(rng)(past.wanted)
            self._looked_up = first, batches
        batch: Index = batches[number - first]
        return batch

    def from_batch(self, number: int) -> Draws:
        """The same batches, the next to be taken being that of this number."""
        twin = Draws(self._n, self._size, self._sampling, 0)
        twin._rng.bit_generator.state = self._rng.bit_generator.state
        if self._past:
            past = self._past_of(number)
            twin._past = [draw for draw in self._past if draw.first < past.first]
            twin._rng.bit_generator.state = past.state
            twin._next = past.first
            twin._refill(past.wanted)
            twin._drawn = twin._drawn[number - past.first :]
        twin._next = number
        return twin

    def _sampler(self, rng: np.random.Generator) -> Sampler:
        return sampler(self._n, self._size, self._sampling, rng)

    def _refill(self, wanted: int) -> None:
        self._past.append(_Draw(self._next, wanted, self._rng.bit_generator.state))
        self._drawn = self._draw(wanted)

    def _past_of(self, number: int) -> _Draw:
        return self._past[bisect_right(self._past, number, key=lambda draw: draw.first) - 1]
