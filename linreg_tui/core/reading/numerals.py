"""How the cells of a table write numbers: decimal marks, thousands, currencies, percent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.moments import FloatArray

_SPACES = "'’ \u00a0\u2007\u2009\u202f"
_MINUS = "\u2212-"
_EXPONENT = r"(?:[eE][+-]?\d+)?"


def _pattern(decimal: str, groups: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    grouped = rf"[1-9]\d{{0,2}}([{groups}])\d{{3}}(?:\1\d{{3}})*"
    return re.compile(
        rf"\s*[+-]?(?:{grouped}(?:{point}\d*)?|\d+(?:{point}\d*)?|{point}\d+)"
        rf"{_EXPONENT}\s*"
    )


_NUMBER = {".": _pattern(".", "," + _SPACES), ",": _pattern(",", "." + _SPACES)}
_GROUPED = {decimal: re.compile(f"[{other}{_SPACES}]") for decimal, other in (".,", ",.")}

_MONEY = r"(?:(?:US|CA|A)?[$¢£¤¥฿\u20a0-\u20cf]|EUR|USD|GBP|CHF|JPY)"
_DRESSED = re.compile(
    rf"\s*(?P<open>\()?\s*(?P<sign>[+{_MINUS}])?\s*(?:{_MONEY}\s*(?P<inner>[+{_MINUS}])?)?\s*"
    rf"(?P<bare>[\d.,].*?)\s*(?:{_MONEY}|%)?\s*(?(open)\))\s*"
)

_PLAIN = re.compile(r"[\d.,+-]+")
_UNCLEAR = re.compile(r"\s*[+-]?[1-9]\d{0,2}[.,]\d{3}\s*")


def _bare(cell: str) -> str:
    """A cell without signs of currency or percent, (5.00) as -5.00; itself if it isn't such."""
    found = _DRESSED.fullmatch(cell)
    if found is None or (found["sign"] and found["inner"]):
        return cell
    sign = found["sign"] or found["inner"] or ""
    negative = sign in tuple(_MINUS) or found["open"] is not None
    return ("-" if negative else "") + found["bare"]


def number(cell: str, decimal: str = ".") -> float:
    """The number that a cell holds, such as 1234.5, $1,234.5, 37.6% or 1e-7; NaN for none.

    Signs of currency and percent are left out: 37.6% is 37.6. (5.00) is -5, as in accounting.
    """
    found = _NUMBER[decimal].fullmatch(cell)
    if found is None:
        cell = _bare(cell)
        found = _NUMBER[decimal].fullmatch(cell)
    if found is None:
        return np.nan
    if found[1] is not None:
        cell = _GROUPED[decimal].sub("", cell)
    return float(cell.strip().replace(decimal, "."))


def numbers(cells: list[str], decimal: str) -> FloatArray:
    """The numbers of a column, NaN where a cell holds none."""
    return np.array([number(cell, decimal) for cell in cells])


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, whatever the decimal mark is."""
    return not all(np.isnan(number(cell, decimal)) for decimal in _NUMBER)


@dataclass(frozen=True, slots=True)
class Marks:
    """How many cells make sense only with a decimal point, only with a decimal comma, or either."""

    points: int = 0
    commas: int = 0
    unclear: int = 0


def marks(cells: Iterable[str]) -> Marks:
    """What the numbers among some cells tell of their decimal mark."""
    points = commas = unclear = 0
    for cell in cells:
        if "." in cell or "," in cell:
            bare = cell if _PLAIN.fullmatch(cell) else _bare(cell)
            point, comma = (pattern.fullmatch(bare) is not None for pattern in _NUMBER.values())
            points += point and not comma
            commas += comma and not point
            unclear += point and comma and _UNCLEAR.fullmatch(bare) is not None
    return Marks(points, commas, unclear)


def unclear(cells: Iterable[str], marks: str = ".,") -> str:
    """The first cell like 32.000, with one of the marks, if all of a column are such; else ""."""
    marked = [cell for cell in cells if ("." in cell or "," in cell) and is_number(cell)]
    if not all(_UNCLEAR.fullmatch(_bare(cell)) for cell in marked):
        return ""
    return next((cell.strip() for cell in marked if any(mark in cell for mark in marks)), "")
