"""What only a thorough run tries: `python -m pytest -m thorough`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first_of(values: Iterable[Any], always: int = 1) -> list[Any]:
    """The first values of a parameter for every run, and all others for a thorough one."""
    first, *others = values
    few, many = [first, *others[: always - 1]], others[always - 1 :]
    return [*few, *(pytest.param(value, marks=pytest.mark.thorough) for value in many)]
