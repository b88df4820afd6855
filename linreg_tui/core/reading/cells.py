"""What a cell holds: a number as people write them, a time, a date, or a word.

A cell is stripped first, and one of more than `MOST_CHARACTERS` holds no number. No pattern
backtracks, so the time for a cell grows with its length and no faster.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg_tui.core.dataset import DAY, SECOND, Dates
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.text import printable

if TYPE_CHECKING:
    import pandas as pd

MOST_CHARACTERS = 64
"""A longer cell holds neither a number nor a date."""

MISSING = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "null", "none", "<na>", "-", "?", "--", "–", "—", ".", "n.a.")
)
"""The words for a missing number, in lower case."""

MOST_MISSING_CHARACTERS = max(map(len, MISSING))

_SPACES = "'’ \u00a0\u2007\u2009\u202f"
_MINUS = "\u2212-"
_SIGN = tuple("+" + _MINUS)
_EXPONENT = r"(?:[eE][+-]?\d++)?"


def _pattern(decimal: str, groups: str, lakh: str = "") -> re.Pattern[str]:
    point = re.escape(decimal)
    grouped = rf"[1-9]\d{{0,2}}+([{groups}])\d{{3}}(?:\1\d{{3}})*+(?!\d)"
    indian = rf"[1-9]\d?(?:{lakh}\d\d)++{lakh}\d{{3}}(?!\d)|" if lakh else ""
    indian = indian.replace("++", "+")  # the last group has three digits
    return re.compile(
        rf"[+-]?(?:{grouped}(?:{point}\d*+)?|{indian}\d++(?:{point}\d*+)?|{point}\d++){_EXPONENT}"
    )


_NUMBER = {".": _pattern(".", "," + _SPACES, ","), ",": _pattern(",", "." + _SPACES)}
_GROUPED = {decimal: re.compile(f"[{other}{_SPACES}]") for decimal, other in (".,", ",.")}

_MONEY = (
    r"(?:(?:[A-Z]{1,2})?[$¢£¤¥฿\u20a0-\u20cf]"
    r"|EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|BRL|Rs\.?|kr\.?)"
)
_MONEY_BEFORE, _MONEY_BEHIND = re.compile(_MONEY), re.compile(rf"(?:{_MONEY}|%)\Z")

_DIGITS = re.compile(r"[+-]?\d++")
_PLAIN = re.compile(r"[\d.,+-]+")
_UNCLEAR = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def is_missing(cell: str) -> bool:
    """Return whether a cell is empty or holds a word for a missing number."""
    return (len(cell) <= MOST_CHARACTERS and cell.strip().lower() in MISSING) or not cell.strip()


def _signed(cell: str) -> tuple[str, str]:
    return (cell[0], cell[1:].lstrip()) if cell.startswith(_SIGN) else ("", cell)


def _unsigned_money(cell: str) -> tuple[str, str] | None:
    """Return the sign of an amount and what follows its sign and currency, or None for two."""
    sign, rest = _signed(cell)
    inner = ""
    if found := _MONEY_BEFORE.match(rest):
        inner, rest = _signed(rest[found.end() :].lstrip())
    if sign and inner:
        return None
    return ("-" if (sign or inner) in tuple(_MINUS) else ""), rest


def _bare(cell: str) -> str:
    """Return a cell without currency and percent signs, and (5.00) as -5.00.

    A cell of another form is returned as it is.
    """
    opened = cell.startswith("(")
    if opened and not cell.endswith(")"):
        return cell
    found = _unsigned_money(cell[1:-1].strip() if opened else cell)
    if found is None:
        return cell
    sign, rest = found
    if behind := _MONEY_BEHIND.search(rest):
        rest = rest[: behind.start()].rstrip()
    return ("-" if opened else sign) + rest


def number(cell: str, decimal: str = ".") -> float:
    """Return the number in a cell, such as 1234.5, $1,234.5, 37.6% or 1e-7; NaN if there is none.

    Currency and percent signs are ignored: 37.6% is 37.6. (5.00) is -5, as in accounting. Digits
    may be in groups of three, or as in India: 1,12,000.
    """
    cell = cell.strip()
    if not cell or len(cell) > MOST_CHARACTERS:
        return np.nan
    if _DIGITS.fullmatch(cell):
        return float(cell)
    pattern = _NUMBER[decimal]
    if pattern.fullmatch(cell) is None:
        cell = _bare(cell)
        if pattern.fullmatch(cell) is None:
            return np.nan
    return float(_GROUPED[decimal].sub("", cell).replace(decimal, "."))


def is_number(cell: str) -> bool:
    """Return whether a cell holds a number, with any decimal mark."""
    cell = cell.strip()
    if not cell or len(cell) > MOST_CHARACTERS:
        return False
    if any(pattern.fullmatch(cell) for pattern in _NUMBER.values()):
        return True
    bare = _bare(cell)
    return bare != cell and any(pattern.fullmatch(bare) for pattern in _NUMBER.values())


def begins_with_a_digit(cell: str) -> bool:
    """Return whether a cell begins as numbers, times, dates and measurements do."""
    return cell.strip().lstrip("+-($€£").lstrip()[:1].isdecimal()


@dataclass(frozen=True, slots=True)
class Marks:
    """How many numbers have a decimal point for certain, a decimal comma, or possibly either."""

    points: int = 0
    commas: int = 0
    unclear: int = 0

    def __add__(self, other: Marks) -> Marks:
        """Return the counts of both."""
        return Marks(
            self.points + other.points, self.commas + other.commas, self.unclear + other.unclear
        )


def count_marks(cells: Iterable[str]) -> Marks:
    """Count the decimal marks of the numbers among some cells."""
    points = commas = unclear = 0
    for cell in cells:
        if len(cell) <= MOST_CHARACTERS and ("." in cell or "," in cell):
            bare = cell.strip()
            bare = bare if _PLAIN.fullmatch(bare) else _bare(bare)
            point, comma = (pattern.fullmatch(bare) is not None for pattern in _NUMBER.values())
            points += point and not comma
            commas += comma and not point
            unclear += point and comma and _UNCLEAR.fullmatch(bare) is not None
    return Marks(points, commas, unclear)


def ambiguous_cell(cells: Iterable[str], marks: str = ".,") -> str:
    """Return the first cell like 32.000, with one of the marks, if a column has no clearer cell.

    Otherwise, the result is an empty string.
    """
    marked = [cell.strip() for cell in cells if ("." in cell or "," in cell) and is_number(cell)]
    if not all(_UNCLEAR.fullmatch(_bare(cell)) for cell in marked):
        return ""
    return next((cell for cell in marked if any(mark in cell for mark in marks)), "")


# Times of day and durations.

_CLOCK = re.compile(
    r"(?P<sign>[-\u2212+]?)(?P<first>\d{1,6}+):(?P<second>[0-5]\d)(?::(?P<third>[0-5]\d))?"
    r"(?P<fraction>[.,]\d{1,9}+)?(?: ?(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)


def seconds(cell: str) -> float:
    """Return the seconds of 1:30 (minutes and seconds), 1:02:03 or 1:30 pm; NaN for others."""
    cell = cell.strip()
    found = _CLOCK.fullmatch(cell) if len(cell) <= MOST_CHARACTERS else None
    if found is None:
        return np.nan
    first, second = int(found["first"]), int(found["second"])
    if found["half"]:
        if not 1 <= first <= 12:
            return np.nan
        first = first % 12 + 12 * (found["half"] in "pP")
    hours = found["third"] is not None or found["half"]
    value = float(3600 * first + 60 * second if hours else 60 * first + second)
    value += int(found["third"] or 0) + float((found["fraction"] or "0").replace(",", "."))
    return -value if found["sign"] in tuple(_MINUS) else value


def _clock_parts(cell: str) -> str:
    found = _CLOCK.fullmatch(cell.strip())
    assert found is not None
    if found["third"]:
        return "hours, minutes and seconds"
    return "hours and minutes" if found["half"] else "minutes and seconds"


# Dates. They are put into one form here, and read by pandas.

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}+\.?"
_TIME = (
    r"(?:(?:[T ]|, ?)(?P<time>\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9}+)?)?)"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?))?)?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}+[,.]? ?)?"
_DATES = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})(?P<by>[-/.])(?P<month>\d{1,2})(?:(?P=by)(?P<day>\d{1,2}))?",
        r"(?P<one>\d{1,2})(?P<by>[-/.])(?P<two>\d{1,2})(?P=by)(?P<year>\d{4}|\d{2})",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[. -]{{0,2}}+{_MONTH}[,. -]{{0,2}}+"
        r"(?P<year>\d{4}|\d{2})",
        rf"{_WEEKDAY}{_MONTH}[ -](?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
        r"(?P<year>(?:18|19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])",
        r"(?P<year>\d{4})[ -]?Q(?P<quarter>[1-4])",
        r"Q(?P<quarter>[1-4])[ /-]?(?P<year>\d{4})",
        rf"{_MONTH}[ ,'-]{{1,2}}+(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}})[ -]{_MONTH}(?:[ -](?P<day>\d{{1,2}}))?",
    )
)
_TURN_OF_CENTURY = 69
"""From this two-digit year on, the century is the twentieth, as in POSIX."""

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
DATE_ORDERS = (DAY_FIRST, MONTH_FIRST)

_EPOCH = datetime(1970, 1, 1)


def _date_match(cell: str) -> re.Match[str] | None:
    cell = cell.strip()
    if len(cell) > MOST_CHARACTERS:
        return None
    return next((found for one in _DATES if (found := one.fullmatch(cell)) is not None), None)


def look_like_dates(cells: Sequence[str]) -> bool:
    """Return whether most of the cells that hold anything look like dates."""
    present = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(_date_match(cell) is not None for cell in present) >= max(1, len(present))


def _iso_date(cell: str, order: str) -> str:
    """Return a date in the form that pandas reads, or "" for another cell."""
    found = _date_match(cell)
    if found is None:
        return ""
    parts = found.groupdict()
    if "one" in parts:
        day, month = (parts["one"], parts["two"])[:: 1 if order == DAY_FIRST else -1]
    elif "quarter" in parts:
        day, month = "1", str(3 * int(parts["quarter"]) - 2)
    else:
        day, month = parts.get("day") or "1", parts["month"]
    if month[:3].lower() in _MONTHS:
        month = str(_MONTHS.index(month[:3].lower()) + 1)
    year = parts["year"]
    if len(year) == 2:
        year = ("19" if int(year) >= _TURN_OF_CENTURY else "20") + year
    iso = f"{year}-{int(month):02}-{int(day):02}"
    if not parts["time"]:
        return iso
    hour, rest = parts["time"].replace(",", ".").split(":", 1)
    if parts["half"]:
        if not 1 <= int(hour) <= 12:
            return ""
        hour = str(int(hour) % 12 + 12 * (parts["half"] in "pP"))
    zone = (parts["zone"] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    zone = zone if ":" in zone or zone in ("", "Z") else f"{zone[:3]}:{zone[3:] or '00'}"
    return f"{iso}T{int(hour):02}:{rest}{zone}"


def microseconds(cells: Sequence[str], order: str) -> FloatArray:
    """Return the microseconds from 1970 to the dates in some cells; NaN where there is none.

    A time without a zone counts as UTC.
    """
    import pandas as pd

    codes, unique = pd.factorize(np.array(cells, dtype=object))
    texts = [_iso_date(cell, order) for cell in unique.tolist()]
    dates = pd.to_datetime(
        pd.Series(texts, dtype=object), format="ISO8601", utc=True, errors="coerce"
    )
    known = dates.dt.tz_localize(None).to_numpy("datetime64[us]")
    values = known.astype(np.int64).astype(np.float64)
    values[np.isnat(known)] = np.nan
    return values[codes] if len(values) else np.empty(0)


def _date_order(cells: Sequence[str], *, commas: bool) -> tuple[str, str]:
    """Return whether the day or the month comes first, and a cell that leaves a doubt about it.

    With decimal commas, an order that no cell shows is likely to be day first.
    """
    matches = (_date_match(cell) for cell in cells)
    found = [one for one in matches if one is not None and "one" in one.groupdict()]
    if not found:
        return DAY_FIRST, ""
    days = sum(int(one["one"]) > 12 for one in found)
    months = sum(int(one["two"]) > 12 for one in found)
    if days or months:
        return (DAY_FIRST if days >= months else MONTH_FIRST), ""
    by = found[0]["by"]
    if by == ".":
        return DAY_FIRST, ""
    in_order = [
        order for order in DATE_ORDERS if _is_sorted(microseconds([one[0] for one in found], order))
    ]
    doubt = found[0][0]
    if len(in_order) == 1 and len(set(cells)) > 3:
        return in_order[0], ""
    alike = all(one["one"] == one["two"] for one in found)
    return (DAY_FIRST if commas or by == "-" else MONTH_FIRST), "" if alike else doubt


MIN_COMPACT_DATES = 3
"""So many different numbers such as 20240131, and no others, are dates."""


def _are_compact_dates(cells: Sequence[str]) -> bool:
    if not all(len(cell.strip()) == 8 and cell.strip().isdecimal() for cell in cells[:3]):
        return False
    different = set(map(str.strip, cells))
    return len(different) >= MIN_COMPACT_DATES and all(map(_date_match, different))


def _is_sorted(values: FloatArray) -> bool:
    steps = np.diff(values)
    return bool((steps >= 0).all() or (steps <= 0).all())


# Units behind a number.

_UNIT = re.compile(
    r"(?:[^\W\d_]|[°µ′″'\"%‰Ω/])(?:[^\W\d_]|[°µ²³⁻¹/·*^.%() -]|(?<=[^\W\d_])[1-3](?!\d))*+"
)
MOST_UNIT_CHARACTERS = 20


def _with_unit(cell: str, decimal: str) -> tuple[str, str]:
    """Return the number and the unit of a cell such as 75 hp; two empty texts for another cell."""
    cell = cell.strip()
    found = _unsigned_money(cell) if len(cell) <= MOST_CHARACTERS else None
    if found is None:
        return "", ""
    sign, rest = found
    begin = _NUMBER[decimal].match(rest)
    if begin is None:
        return "", ""
    unit = rest[begin.end() :].strip().rstrip(".")
    known = len(unit) <= MOST_UNIT_CHARACTERS and _UNIT.fullmatch(unit)
    if not known or unit[:3].lower() in _MONTHS:
        return "", ""
    return sign + begin[0], unit


# How the cells of a whole column become numbers.

NUMBERS, CLOCK, DATES, TEXT = "numbers", "times", "dates", "text"


@dataclass(frozen=True, slots=True)
class Format:
    """How the cells of a column become numbers.

    `kind` says what they are. Numbers have a decimal mark, and maybe one unit behind each. Dates
    count the time from `origin`, in microseconds from 1970, in days or seconds, `unit`. `note` says
    how they are read, where there is more than one way.
    """

    kind: str = NUMBERS
    decimal: str = "."
    unit: str = ""
    order: str = DAY_FIRST
    origin: float = 0.0
    note: str = ""

    @property
    def plain(self) -> bool:
        """Whether a number in the form of a programming language is read as that number."""
        return self.kind in (NUMBERS, TEXT) and not self.unit

    def number(self, cell: str) -> float:
        """Return the number that a cell stands for; NaN if there is none."""
        if self.kind == CLOCK:
            return seconds(cell)
        if self.kind == DATES:
            return float(self.numbers([cell])[0])
        if self.unit:
            cell, unit = _with_unit(cell, self.decimal)
            return number(cell, self.decimal) if unit == self.unit else np.nan
        return number(cell, self.decimal)

    def numbers(self, cells: Sequence[str]) -> FloatArray:
        """Return the numbers that the cells of a column stand for; NaN where there is none."""
        if self.kind == DATES:
            return self.since_origin(microseconds(cells, self.order))
        return np.array([self.number(cell) for cell in cells], dtype=np.float64)

    def starting(self, later: float) -> Format:
        """Return the format of dates with an origin that is later by so many days or seconds."""
        moved = replace(self, origin=self.origin + later * self._unit_microseconds)
        _, *doubt = self.note.partition(";")
        since = f"{moved.dates.since}, so the slope is per {self.unit}"
        return replace(moved, note="".join([since, *doubt]))

    @property
    def _unit_microseconds(self) -> float:
        return 1e6 * (86400 if self.unit == DAY else 1)

    def since_origin(self, moments: FloatArray) -> FloatArray:
        """Return days or seconds since the origin; `moments` are microseconds from 1970."""
        return (moments - self.origin) / self._unit_microseconds

    @property
    def dates(self) -> Dates:
        """What the numbers count, if the cells are dates."""
        return Dates(_EPOCH + timedelta(microseconds=self.origin), self.unit)


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a column before its cells are looked at.

    `decimal` is the mark of the whole table, and `guessed` says that no cell of the table shows it.
    `marks` are those that may be doubtful in this kind of file. `fixed` and `order` are what the
    user chose, if anything.
    """

    decimal: str = "."
    guessed: bool = False
    marks: str = ".,"
    fixed: str | None = None
    order: str | None = None


def find_format(cells: Sequence[str], hints: Hints) -> Format:
    """Return how the cells of a column's head are read, judged together."""
    present = [cell for cell in cells if not is_missing(cell)]
    marks = count_marks(present)
    decimal = hints.fixed or hints.decimal
    if hints.fixed is None and marks.points != marks.commas:
        decimal = "," if marks.commas > marks.points else "."
    if _are_compact_dates(present):
        return _dates(present, hints, commas=False)
    readable = sum(not np.isnan(number(cell, decimal)) for cell in present)
    if not present or 2 * readable >= len(present):
        return Format(NUMBERS, decimal, note=_mark_note(present, decimal, hints))
    if 2 * sum(not np.isnan(seconds(cell)) for cell in present) >= len(present):
        return _clock(present)
    if look_like_dates(present):
        return _dates(present, hints, commas=decimal == ",")
    return _with_units(present, [hints.fixed] if hints.fixed else [decimal, *".,"])


def _with_units(present: Sequence[str], decimals: Sequence[str]) -> Format:
    """Return the format of numbers with one unit, with the first mark that reads most of them."""
    units, decimal = max(
        ((Counter(filter(None, (_with_unit(c, d)[1] for c in present))), d) for d in decimals),
        key=lambda found: found[0].total(),
    )
    if 2 * units.total() < len(present):
        return Format(TEXT, decimal)
    if len(units) > 1:
        listed = ", ".join(printable(unit) for unit, _ in units.most_common(2))
        return Format(TEXT, decimal, note=f"several units: {listed}")
    cell = next(cell.strip() for cell in present if _with_unit(cell, decimal)[1])
    found = Format(NUMBERS, decimal, next(iter(units)))
    return replace(found, note=f"{printable(cell)} is read as {found.number(cell):.15g}")


def _mark_note(present: Sequence[str], decimal: str, hints: Hints) -> str:
    if hints.fixed is not None or not hints.guessed:
        return ""
    cell = ambiguous_cell(present, hints.marks)
    if not cell:
        return ""
    read = number(cell, decimal)
    other = number(cell, "," if decimal == "." else ".")
    return f"{printable(cell)} is read as {read:.15g}, not as {other:.15g}"


def _clock(present: Sequence[str]) -> Format:
    readable = (cell.strip() for cell in present if not np.isnan(seconds(cell)))
    cell = max(readable, key=lambda cell: cell.count(":"))
    note = f"{printable(cell)} is read as {seconds(cell):.15g} seconds ({_clock_parts(cell)})"
    return Format(CLOCK, note=note)


def _dates(present: Sequence[str], hints: Hints, *, commas: bool) -> Format:
    order, doubt = _date_order(present, commas=commas)
    if hints.order is not None:
        order, doubt = hints.order, ""
    moments = microseconds(present, order)
    return date_format(moments[np.isfinite(moments)], order, doubt)


def date_format(moments: FloatArray, order: str = DAY_FIRST, doubt: str = "") -> Format:
    """Return the format of dates, in microseconds from 1970; without any, they are text."""
    if not len(moments):
        return Format(TEXT)
    unit = DAY if (moments % (86400 * 1e6) == 0).all() else SECOND
    found = Format(DATES, unit=unit, order=order, origin=float(moments.min()))
    words = tuple(one.replace("-", " ") for one in sorted(DATE_ORDERS, key=lambda o: o != order))
    why = "{} is read {}, not {}: choose with --dates".format(printable(doubt), *words)
    return replace(found, note=f"; {why}" if doubt else "").starting(0.0)


Words = list[tuple[int, str]]
"""Cells of a column that hold something, but no number: their places and texts."""


def words_among(cells: Sequence[Any], values: FloatArray) -> Words:
    """Return the cells that hold something, but not the number that stands in `values`."""
    places = np.flatnonzero(~np.isfinite(values)).tolist()
    texts = ((place, cells[place]) for place in places)
    return [
        (p, cell.strip()) for p, cell in texts if isinstance(cell, str) and not is_missing(cell)
    ]


# Whole columns, by pandas.


def csv_whole(
    file: Any, delimiter: str, places: Sequence[int], formats: Sequence[Format]
) -> list[pd.Series]:
    """Return two columns of a text in one piece, which takes less time than many pieces.

    The header names the columns by their numbers. A column that is numbers in one part and words in
    another has no dtype of its own: it is of objects.
    """
    import pandas as pd

    warnings.filterwarnings("ignore", category=pd.errors.DtypeWarning)
    frame = pd.read_csv(
        file, sep=delimiter, **_csv_options(places, formats), usecols=list(map(str, places))
    )
    return [frame[str(place)] for place in places]


def _csv_options(places: Sequence[int], formats: Sequence[Format]) -> dict[str, Any]:
    """Return the options for pandas, by which it reads numbers and leaves all else as text."""
    decimal = formats[0].decimal if formats[0].plain else formats[-1].decimal
    numeric = [one.plain and one.decimal == decimal for one in formats]
    numbers = {place for place, one in zip(places, numeric, strict=False) if one}
    return {
        "decimal": decimal,
        "dtype": {str(place): str for place in places if place not in numbers},
        "index_col": False,
        "encoding_errors": "replace",
    }


def csv_columns(
    file: Any,
    delimiter: str,
    places: Sequence[int],
    formats: Sequence[Format],
    *,
    width: int,
    rows: int,
) -> Iterator[tuple[list[pd.Series], bool]]:
    """Yield columns of a text, so many rows at a time, and whether a row has too many cells.

    The first columns have these formats; the others are text. The header names the columns by their
    numbers, and one column more than the `width` of the table.
    """
    import pandas as pd

    used = [str(place) for place in {*places, width}]
    with pd.read_csv(
        file,
        sep=delimiter,
        **_csv_options(places, formats),
        usecols=used,
        low_memory=False,
        chunksize=rows,
    ) as frames:
        for frame in frames:
            extra = frame[str(width)]
            filled = extra[extra.notna()]
            more = any(str(cell).strip() for cell in filled)
            yield [frame[str(place)] for place in places], more


def column_numbers(column: pd.Series, found: Format) -> tuple[FloatArray, Words]:
    """Return the numbers of a column that pandas has read, and the words among them."""
    import pandas as pd

    if column.dtype.kind in "iuf" and found.plain:
        values = column.to_numpy(np.float64)
        if np.isfinite(values).all():
            return values, []
        infinite = np.flatnonzero(np.isinf(values)).tolist()
        return values, [(place, str(values[place])) for place in infinite]
    # From pandas 3 on, `astype(str)` leaves empty cells missing.
    texts = column.astype(str).fillna("")
    if not (found.plain and found.decimal == "."):
        words = texts.tolist()
        values = found.numbers(words)
        return values, words_among(words, values)
    values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
    cells: list[str] = texts.to_numpy(object).tolist()
    for place in np.flatnonzero(np.isnan(values)).tolist():
        values[place] = found.number(cells[place])
    return values, words_among(cells, values)
