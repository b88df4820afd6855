"""Which rows are held out to test on, of rows that come in parts, before it is known how many.

Each row has a random key between 0 and 1. Of N rows, the k with the smallest keys are held out, k
being the nearest whole number to F N. The largest of these k keys is the threshold. It is known
once N is, and it is near F. So most rows can be added up at once with those of their side. The
others, in a band around F, are kept until the threshold is known.

How wide must the band be? Let the share of keys below any number differ from that number by ε at
most. Then the threshold is within ε + 1 / (2 N) of F. The share differs by more with a probability
of at most 2 exp(−2 N ε²): Massart, "The tight constant in the Dvoretzky-Kiefer-Wolfowitz
inequality" (1990). So the threshold is within 5 / √N of F, but for a probability of 1e-17, and the
band has some 10 √N rows: of 10^10 rows, a million.

When n rows have come, the band reaches 5 / √n from F. As n ≤ N, it contains the band of all rows,
and with that the threshold. The band becomes narrower with each chunk of rows and each part that is
added. A row that is outside stays on its side, since it is outside all later bands too.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.core.density import Density
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.streaming import RunningFit, Smallest, Totals
from linreg_tui.core.text import printable

BAND = 5.0
"""How far the band reaches from F, times the square root of the number of rows."""

_KEYS = 0x6B657973
"""Keeps the keys apart from the numbers that samples are drawn by, with the same seed and part."""


def keys(seed: int, part: int) -> np.random.Generator:
    """Draws the keys of the rows of a part, one for each row in turn."""
    return np.random.default_rng((_KEYS, seed, part))


class RunningSplit:
    """The split of rows that come in chunks, each row with its key; see above.

    Each side is added up, with a `line` that is near the rows, and up to `rows` of its rows are
    kept. The rows with the smallest keys are a uniform random sample of those that are held out,
    and the rows with the largest keys of those that are trained on. So which rows are kept depends
    on the threshold only where a side has fewer.
    """

    def __init__(self, fraction: float, rows: int, line: tuple[float, float]) -> None:
        self._fraction = fraction
        self._rows = rows
        self._line = line
        self._smallest, self._largest = Smallest(rows), Smallest(rows)
        self._test, self._training = Totals(RunningFit(line)), Totals(RunningFit(line))
        self._band: FloatArray = np.empty((3, 0))

    @property
    def n(self) -> int:
        """How many rows there were."""
        return self._test.n + self._training.n + len(self._band[0])

    def add(self, drawn: FloatArray, x: FloatArray, y: FloatArray) -> None:
        """Take these rows into account, with the keys that were drawn for them; all shape (n,)."""
        self._smallest.add(drawn, x, y)
        self._largest.add(-drawn, x, y)
        self._band = np.concatenate([self._band, [drawn, x, y]], axis=1)
        self._narrow()

    def __add__(self, other: RunningSplit) -> RunningSplit:
        """The split of both sets of rows, by the same fraction."""
        both = RunningSplit(self._fraction, self._rows, self._line)
        both._smallest = self._smallest + other._smallest
        both._largest = self._largest + other._largest
        both._test = self._test + other._test
        both._training = self._training + other._training
        both._band = np.concatenate([self._band, other._band], axis=1)
        both._narrow()
        return both

    def thin(self) -> None:
        """Keep no more than the samples and the band."""
        self._smallest.thin()
        self._largest.thin()

    def _narrow(self) -> None:
        """Add up the rows that are not near enough to F any more."""
        reach = BAND / math.sqrt(max(1, self.n))
        drawn, x, y = self._band
        below, above = drawn < self._fraction - reach, drawn > self._fraction + reach
        for side, outside in ((self._test, below), (self._training, above)):
            rows = np.flatnonzero(outside)
            side.add(x[rows], y[rows])
        self._band = self._band.take(np.flatnonzero(~(below | above)), axis=1)

    def density(self) -> Density | None:
        """Where all rows are, if there are any."""
        everywhere = np.arange(len(self._band[0]))
        return self._side(self._test + self._training, everywhere).density

    def of(self, data: Dataset) -> Split:
        """The split, once all rows have come, which are those of `data`.

        Raises
        ------
        InputError
            If it leaves no row to test on, or fewer than two to train on. Or if the threshold is
            not in the band, which is hardly possible.
        """
        held_out = self._held_out(data.source)
        missing = held_out - self._test.n
        if not 0 <= missing <= len(self._band[0]):
            raise InputError(
                f"{printable(data.source)}: the random numbers of this seed are too uneven to hold "
                "rows out by; choose another --seed"
            )
        # Of two rows with the same key, the first is held out, here and in the samples.
        order = np.argsort(self._band[0], kind="stable")
        test = self._side(self._test, order[:missing])
        training = self._side(self._training, order[missing:])
        smallest, largest = self._smallest.rows(), self._largest.rows()
        first = np.argsort(smallest[0], kind="stable")[:held_out]
        last = np.argsort(-largest[0], kind="stable")[held_out - self.n :]
        return Split(
            training=_dataset(data, training, largest, last),
            test=_dataset(data, test, smallest, first),
        )

    def _held_out(self, source: str) -> int:
        """How many rows are held out."""
        n, fraction = self.n, self._fraction
        held_out = round(fraction * n)
        if 1 <= held_out <= n - 2:
            return held_out
        digits = 10 ** len(str(n))
        if n < 3:
            choose = "leave out --test-fraction"
        elif held_out < 1:
            choose = f"choose {math.ceil(digits / n) / digits:g} or more"
        else:
            choose = f"choose {(n - 2) * digits // n / digits} or less"
        raise InputError(
            f"{printable(source)}: a --test-fraction of {fraction:g} holds out {held_out:,} of "
            f"{n:,} rows; a test takes one row, and training takes two: {choose}"
        )

    def _side(self, so_far: Totals, places: NDArray[np.intp]) -> Totals:
        """What is added up of a side, with its rows in the band, which are in these places."""
        rest = Totals(RunningFit(self._line))
        _, x, y = self._band[:, np.sort(places)]
        rest.add(x, y)
        return so_far + rest


def _dataset(data: Dataset, totals: Totals, kept: FloatArray, places: NDArray[np.intp]) -> Dataset:
    """A side, of which the rows in these places of `kept` are kept, in the order they came in."""
    _, x, y = kept[:, np.sort(places)]
    side = replace(data, x=x, y=y)
    return side if len(x) == totals.n else replace(side, whole=totals.whole())
