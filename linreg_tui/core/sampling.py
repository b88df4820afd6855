"""Which rows make up each mini-batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.settings import Sampling

Index = NDArray[np.intp]

_FIRST_BLOCK, _LARGEST_BLOCK = 64, 1024
_LARGEST_DECK = 1 << 21


def batches(n: int, size: int, sampling: Sampling, seed: int) -> Iterator[Index]:
    """Endless blocks of batches of `size` of n rows; each block has shape (k, size).

    Drawing many batches at once costs a fraction of drawing them one by one. Blocks start small, so
    that short runs don't pay for draws they never use, and grow by a rule of their own, so that the
    draws of a seed are the same however many steps are asked for.
    """
    rng = np.random.default_rng(seed)
    block = _FIRST_BLOCK
    while True:
        if sampling == "epoch":
            yield _shuffled(rng, n, size, -(-block // (n // size)))
        else:
            yield _without_replacement(rng, n, size, block)
        block = min(2 * block, _LARGEST_BLOCK)


def _shuffled(rng: np.random.Generator, n: int, size: int, epochs: int) -> Index:
    """All whole batches of some epochs, the rows shuffled anew in each."""
    epochs = max(1, min(epochs, _LARGEST_DECK // n))
    order = rng.permuted(np.tile(np.arange(n), (epochs, 1)), axis=1)
    return order[:, : n // size * size].reshape(-1, size)


def _without_replacement(rng: np.random.Generator, n: int, size: int, count: int) -> Index:
    """`count` independent batches, each of `size` different rows."""
    count = min(count, _LARGEST_DECK // n)
    if count < _FIRST_BLOCK:
        return np.stack([rng.choice(n, size, replace=False) for _ in range(_FIRST_BLOCK)])
    # A partial Fisher-Yates shuffle of `count` decks at once; deck j is column j. When more than
    # half of the rows are wanted, it is quicker to draw those that stay out.
    drawn = min(size, n - size)
    deck = np.tile(np.arange(n)[:, None], (1, count))
    column = np.arange(count)
    for place in range(drawn):
        pick = rng.integers(place, n, count)
        chosen = deck[pick, column]
        deck[pick, column] = deck[place]
        deck[place] = chosen
    return (deck[:drawn] if drawn == size else deck[drawn:]).T
