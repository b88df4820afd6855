"""Cases for thorough runs only: `python -m pytest -m thorough`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first_of(values: Iterable[Any], always: int = 1) -> list[Any]:
    """Return the first values of a parameter for every run, and the others for thorough runs."""
    first, *others = values
    few, many = [first, *others[: always - 1]], others[always - 1 :]
    return [*few, *(pytest.param(value, marks=pytest.mark.thorough) for value in many)]
