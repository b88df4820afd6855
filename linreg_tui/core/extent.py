"""How far points reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from linreg_tui.core.moments import FloatArray


@dataclass(frozen=True, slots=True)
class Extent:
    """The least and the largest x and y of some points."""

    left: float
    right: float
    low: float
    high: float

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> Extent:
        """Of the points (x, y), both of shape (n,), n at least 1."""
        return Extent(float(x.min()), float(x.max()), float(y.min()), float(y.max()))

    def with_points(self, points: Iterable[tuple[float, float]]) -> Extent:
        """Of further points as well."""
        xs, ys = zip((self.left, self.low), (self.right, self.high), *points, strict=True)
        return Extent(min(xs), max(xs), min(ys), max(ys))

    def joined(self, other: Extent) -> Extent:
        """Of the points of another one as well."""
        return self.with_points([(other.left, other.low), (other.right, other.high)])
