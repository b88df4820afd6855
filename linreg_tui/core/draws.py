"""The mini-batches of a run, one after another; any of them can be looked up again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg_tui.core.sampling import LARGEST_DRAW, Index, Sampler, sampler
from linreg_tui.core.settings import Sampling

AT_ONCE = 512
"""Batches drawn at a time: enough to cost little each, few enough to draw again for one of them."""


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
