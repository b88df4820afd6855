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
"""Takes the number of batches wanted; returns the next ones, at least one, of shape (k, size)."""

LARGEST_DRAW = 1 << 21
"""The most row numbers drawn at a time, unless a single epoch has more."""

CHUNK_BATCHES = 512
"""Batches drawn at a time: enough to be cheap, and few enough to draw all again to look up one."""

_DECK_ROWS = 1 << 12


def deals_cards(n: int) -> bool:
    """Return whether independent batches of n rows are dealt from a deck, not chosen by NumPy."""
    return n <= _DECK_ROWS


def sampler(n: int, size: int, sampling: Sampling, seed: int | np.random.Generator) -> Sampler:
    """Return a function that draws batches of `size` rows from n, by a seed or a generator.

    Drawing many batches at once is much cheaper than drawing them one by one. A seed gives the same
    batches either way.
    """
    rng = np.random.default_rng(seed)

    def shuffled(wanted: int) -> Index:
        """Shuffle the rows in each epoch, and return the whole batches of some epochs."""
        epochs = max(1, min(-(-wanted // (n // size)), LARGEST_DRAW // n))
        return _orders(rng, n, epochs, n // size * size).reshape(-1, size)

    def independent(wanted: int) -> Index:
        """Draw each batch without replacement, independently of the others."""
        count = max(1, min(wanted, LARGEST_DRAW // (n if deals_cards(n) else size)))
        if deals_cards(n):
            return _decks(rng, n, size, count)
        return np.stack([rng.choice(n, size, replace=False, shuffle=False) for _ in range(count)])

    samplers: dict[Sampling, Sampler] = {"epoch": shuffled, "notebook": independent}
    return samplers[sampling]


def shuffle_keys(n: int) -> tuple[str, int]:
    """Return the type of the keys that shuffle n numbers, and how many 64-bit words they take."""
    size = 4 if n < 1 << 12 else 8
    return f"uint{8 * size}", (n + 1) * size // 8 + 1


def _orders(rng: np.random.Generator, n: int, count: int, first: int) -> Index:
    """Return the first numbers of `count` random orders of 0 to n − 1, of shape (count, first).

    Each number gets random bits above its own bits, and the results are sorted. That is faster than
    swapping numbers one by one. If two numbers have the same random bits, their own bits decide.
    Their order is still random, because all numbers of an order are mixed with the same further
    random bits.
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
    """Deal `size` cards from each of `count` decks of n cards, by a partial Fisher-Yates shuffle.

    Deck j is column j.
    """
    drawn = min(size, n - size)  # for more than half of the cards, draw those to leave out
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
    """A draw of batches: the number of the first, how many were wanted, the generator's state."""

    first: int
    wanted: int
    state: Any


class Draws:
    """Batches of `size` rows out of n, counted from 0.

    The drawn rows are not stored, only what it takes to draw them again. One thread can draw
    batches while another looks up earlier ones.
    """

    def __init__(self, n: int, size: int, sampling: Sampling, seed: int | Sequence[int]) -> None:
        self._n, self._size, self._sampling = n, size, sampling
        self._rng = np.random.default_rng(seed)
        self._draw = self._sampler(self._rng)
        self._past: list[_Draw] = []
        self._drawn: Index = np.empty((0, size), dtype=np.intp)
        self._next = 0
        self._looked_up: tuple[int, Index] = 0, self._drawn

    def next(self, wanted: int) -> Index:
        """Return the next batches, at least one and at most `wanted`, of shape (k, size)."""
        if len(self._drawn) == 0:
            self._refill(min(wanted, CHUNK_BATCHES))
        most = min(wanted, max(1, LARGEST_DRAW // self._size))
        taken, self._drawn = self._drawn[:most], self._drawn[most:]
        self._next += len(taken)
        return taken

    def batch(self, number: int) -> Index:
        """Return the rows of an earlier batch, of shape (size,)."""
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
        """Return the same batches, with this number as the next one."""
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
