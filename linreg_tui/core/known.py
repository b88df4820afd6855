"""Data sets that the program knows, with their columns and their settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Known:
    """A known data set, recognized by its number of rows and its sums of x and y."""

    x: str
    y: str
    n: int
    sum_x: float
    sum_y: float
    settings: Settings


HOUSES = Known("GrLivArea", "SalePrice", 551, 775791, 87177171, Settings())
"""The notebook's data, and its settings."""

KNOWN = (HOUSES,)


def columns_among(names: Collection[str]) -> tuple[str, str] | None:
    """Return the x and y of a known data set whose columns are among these, or None."""
    return next(((one.x, one.y) for one in KNOWN if {one.x, one.y} <= set(names)), None)


def settings_of(data: Dataset) -> Settings | None:
    """Return the settings of a known data set, or None."""
    for one in KNOWN:
        if data.total == one.n and (data.sums.x, data.sums.y) == (one.sum_x, one.sum_y):
            return one.settings
    return None
