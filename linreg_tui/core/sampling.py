"""Which rows make up each mini-batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.settings import Sampling

Index = NDArray[np.intp]
Sampler = Callable[[int], Index]
"""Takes how many batches are wanted; returns the next ones, at least one, of shape (k, size)."""

LARGEST_DRAW = 1 << 21
"""Row numbers that may be drawn at a time, unless one epoch alone has more."""

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

    return shuffled if sampling == "epoch" else independent


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
