"""The axes of a picture: their limits and the ticks along them.

Limits and ticks are round, in steps of 1, 2, 5. So an axis that follows its data moves rarely and
far instead of often and a little.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from linreg_tui.core.dataset import Dates
from linreg_tui.core.moments import FloatArray

STEPS = (1.0, 2.0, 5.0, 10.0)
MAX_PARTS = 12
"""Limits are multiples of a round number that divides the range into at most this many parts."""

LEAST_PARTS = 6
"""Parts of an axis, such as steps, that are in view at the least."""

MOST_DECIMALS = 2
"""The decimals before an exponent; an axis that needs more takes the exponent of its steps."""

LARGEST = 1e300
"""A larger value counts as this one, so that sums and differences of limits stay finite."""

SMALLEST = 1e-290
"""A value nearer to 0 counts as 0, so that parts of a narrow range keep their digits."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place along an axis, from 0 to 1, and its text."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of values, `low` < `high`, and its ticks; a log axis has their base-10 logarithms."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    label: str
    log: bool = False

    def place(self, values: FloatArray) -> FloatArray:
        """Return where values lie: 0 is the low end, 1 the high end, NaN means no place."""
        with np.errstate(all="ignore"):
            shown = np.log10(values) if self.log else np.asarray(values, dtype=np.float64)
            # Halved, as the width of an axis from -1e308 to 1e308 would overflow.
            return (shown / 2 - self.low / 2) / (self.high / 2 - self.low / 2)


def linear_axis(low: float, high: float, label: str, ticks: int) -> Axis:
    """Return an axis for the values from `low` to `high`, with at most about this many ticks."""
    low, high = _spread(low, high)
    grain = round_up((high - low) / MAX_PARTS)
    first, last = math.floor(low / grain), math.ceil(high / grain)
    step = max(grain, round_up((last - first) * grain / max(1, ticks)))
    numbers = _multiples(first, last, round(step / grain))
    while len(numbers) < 2 and step > grain:
        step = max(grain, round_up(0.4 * step))
        numbers = _multiples(first, last, round(step / grain))
    texts = [short(number * grain, step, max(abs(first), abs(last)) * grain) for number in numbers]
    return Axis(
        first * grain,
        last * grain,
        tuple(
            Tick((number - first) / (last - first), text)
            for number, text in zip(numbers, texts, strict=True)
        ),
        label,
    )


SECOND_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200),
    *(86400 * days for days in (1, 2, 4, 7, 14)),
)
MONTH_STEPS = (1, 2, 3, 6, *(12 * years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)))
"""The steps of an axis of dates: seconds, and from a month on months."""

MONTH_SECONDS = 365.2425 / 12 * 86400
MONDAY = datetime(1, 1, 1)


def date_axis(low: float, high: float, dates: Dates, label: str, ticks: int) -> Axis:
    """Return an axis for days or seconds since a date, with dates or times of day as its ticks."""
    plain = linear_axis(low, high, label, ticks)
    seconds = dates.unit_seconds
    try:
        first, last = (
            dates.first + timedelta(seconds=end * seconds) for end in (plain.low, plain.high)
        )
    except OverflowError:  # beyond the calendar
        return plain
    span = (last - first).total_seconds()
    if span < 1:
        return plain
    step = next((one for one in SECOND_STEPS if span / one <= max(1, ticks)), None)
    if step is None:
        months = next(
            (one for one in MONTH_STEPS if span / one / MONTH_SECONDS <= max(1, ticks)),
            MONTH_STEPS[-1],
        )
        places, shown = _months(first, last, months), "%Y" if months % 12 == 0 else "%Y-%m"
    else:
        places = _moments(first, last, timedelta(seconds=step))
        time = "%H:%M" if step >= 60 else "%H:%M:%S"
        shown = "%Y-%m-%d" if step >= 86400 else time if span <= 86400 else f"%m-%d {time}"
    found = tuple(Tick((one - first).total_seconds() / span, f"{one:{shown}}") for one in places)
    return replace(plain, ticks=found) if found else plain


def _moments(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    """Yield the multiples of a step between two times; those of a week are Mondays."""
    place = MONDAY + -(-(first - MONDAY) // step) * step
    while place <= last:
        yield place
        place += step


def _months(first: datetime, last: datetime, step: int) -> Iterator[datetime]:
    """Yield the first days of every so many months between two times."""
    number = -(-(12 * first.year + first.month - 1) // step) * step
    while number < 12 * 10_000:
        year, month = divmod(number, 12)
        place = datetime(max(year, 1), month + 1, 1)
        if place > last:
            return
        if place >= first:
            yield place
        number += step


def count_axis(last: int, label: str, ticks: int, first: int = 0) -> Axis:
    """Return an axis for whole numbers from `first` to `last`, with ticks at whole numbers."""
    high = max(first + 1, last)
    step = max(1.0, round_up((high - first) / max(1, ticks)))
    values = [number * step for number in range(math.ceil(first / step), int(high / step) + 1)]
    return Axis(
        first,
        high,
        tuple(Tick((v - first) / (high - first), short(v, step, high)) for v in values),
        label,
    )


def log_axis(low: float, high: float, label: str, ticks: int) -> Axis:
    """Return a logarithmic axis for the positive values from `low` to `high`."""
    low, high = (min(max(value, 1 / LARGEST), LARGEST) for value in (low, high))
    first, last = _step_below(low), _step_above(high)
    if last - first < 3:  # less than a decade would make noise look large
        first, last = min(first, last - 3), last
    powers = [k for k in range(first, last + 1) if k % 3 == 0]
    if last - first < ticks and len(powers) < 3:
        chosen = list(range(first, last + 1))
    else:
        every = round(round_up(max(1, len(powers) / max(1, ticks))))
        while len(chosen := [k for k in powers if k % (3 * every) == 0]) < 2 and every > 1:
            every = round(round_up(0.4 * every))
    bottom, top = _log_of_step(first), _log_of_step(last)
    return Axis(
        bottom,
        top,
        tuple(Tick((_log_of_step(k) - bottom) / (top - bottom), _step_text(k)) for k in chosen),
        label,
        log=True,
    )


def growing(value: int, first: int) -> int:
    """Return `first`, or for a larger value the least round number that is at least the value."""
    return first if value <= first else int(round_up(value))


def zoomed(last: float, zoom: int, place: float) -> tuple[float, float]:
    """Return the part of an axis from 0 to `last` that is in view: a 2^zoom-th of it.

    The place is in it. The part stands still while the place moves within its middle half; then it
    moves on by half its width, so that a picture rarely moves under the eyes.
    """
    if last <= 0:
        return 0.0, 0.0
    width = last / 2**zoom
    half = width / 2
    start = half * math.floor((place - half / 2) / half)
    start = min(max(0.0, start), last - width)
    return start, start + width


def most_zoom(last: float, finest: float) -> int:
    """Return the largest zoom of an axis that leaves a few of its finest parts in view."""
    return max(0, math.floor(math.log2(last / (LEAST_PARTS * finest)))) if last > 0 else 0


def short(value: float, step: float, largest: float) -> str:
    """Return a tick's text, exact to its axis's step and in its axis's unit: 0.25, 200k, 3e12."""
    if abs(value) < step / 2:
        return "0"
    if 1e-4 <= largest < 1e12:
        unit, letter = _unit(step, largest)
        return _plain(value / unit, step / unit) + letter
    power, of_step = (math.floor(math.log10(number) + 1e-9) for number in (largest, step))
    if power - of_step > MOST_DECIMALS:
        power = of_step
    return f"{_plain(value / 10.0**power, 10.0 ** (of_step - power))}e{power}"


def _unit(step: float, largest: float) -> tuple[float, str]:
    """Return the unit of an axis and its letter; no letter if that saves nothing, as with years."""
    whole = len(_plain(largest, step))
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        # For example, 1.96k is no shorter than 1960.
        shorter = len(_plain(largest / unit, step / unit)) + 1 < whole
        if largest >= unit and step >= unit / 100 and shorter:
            return unit, letter
    return 1.0, ""


def _multiples(first: int, last: int, every: int) -> range:
    return range(-(-first // every) * every, last + 1, every)


def _plain(value: float, step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{min(decimals, 6)}f}"


def _spread(low: float, high: float) -> tuple[float, float]:
    """Return limits that are finite, in order, and apart."""
    low, high = (min(max(value, -LARGEST), LARGEST) for value in (low, high))
    if math.isnan(low) or math.isnan(high):
        return 0.0, 1.0
    low, high = (value if abs(value) >= SMALLEST else 0.0 for value in (low, high))
    low, high = min(low, high), max(low, high)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = max(abs(low), abs(high)) / 2 or 1.0
        return low - margin, high + margin
    return low, high


def round_up(value: float) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is at least the value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value * (1 - 1e-9))


# The steps of a log axis are numbered, three a decade: step 0 is 1, 1 is 2, 2 is 5, 3 is 10.


def _log_of_step(k: int) -> float:
    return k // 3 + math.log10(STEPS[k % 3])


def _step_below(value: float) -> int:
    k = 3 * math.floor(math.log10(value))
    return max(j for j in range(k - 1, k + 4) if _log_of_step(j) <= math.log10(value))


def _step_above(value: float) -> int:
    k = 3 * math.floor(math.log10(value))
    return min(j for j in range(k, k + 5) if _log_of_step(j) >= math.log10(value))


def _step_text(k: int) -> str:
    return f"{STEPS[k % 3]:.0f}e{k // 3}"
