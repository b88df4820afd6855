"""Equality and hash of frozen dataclasses that hold arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class ByValue:
    """Base of frozen dataclasses that hold arrays: two are equal if their fields are.

    Arrays are equal if they have the same shape and elements. The hash uses only their shapes, so
    that it costs the same for any number of rows. A subclass says `eq=False`, because the equality
    that a dataclass generates fails on arrays.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self is other or all(
            _same(getattr(self, one.name), getattr(other, one.name))
            for one in fields(self)
            if one.compare
        )

    def __hash__(self) -> int:
        values = (
            getattr(self, one.name)
            for one in fields(self)
            if (one.compare if one.hash is None else one.hash)
        )
        return hash(
            tuple(value.shape if isinstance(value, np.ndarray) else value for value in values)
        )


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return type(one) is type(other) and np.array_equal(one, other)
    return bool(one == other)
