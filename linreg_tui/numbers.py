"""Numbers as text for people to read, in fields of a fixed width."""

from __future__ import annotations

import math
from collections.abc import Iterable

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.losses import Least, Optimum

LONG = 1e15
"""From here on, the last digits before the point mean nothing."""

SUM_DIGITS = 12
"""The digits shown of a sum that isn't whole; the last ones of a float are rounding errors."""

LEAST_PERCENT, MOST_PERCENT = 0.01, 999_999
"""Shares below and above these are all the same to a reader, and would need another notation."""

PLAIN = 0.01, 1e4
"""Where little room is left, numbers in this range have no exponent."""

MOST_DECIMALS = 9
"""A number that needs more decimals is written with an exponent."""


def decimals_for(value: float) -> int:
    """Return the decimals that show four digits of a number of this size, at least two."""
    if value == 0 or not math.isfinite(value):
        return 2
    return max(2, 3 - math.floor(math.log10(abs(value))))


def decimals_of_line(line: Least) -> tuple[int, int]:
    """Return the decimals of slope and intercept for lines near this one."""
    return decimals_for(line.slope), decimals_for(line.intercept)


def fixed(value: float, width: int, decimals: int = 2) -> str:
    """Return the value right-aligned with these decimals; with fewer or an exponent if it must."""
    # With fewer decimals than this, a small number would show as 0.
    least = max(0, decimals - 2) if 0 < abs(value) < 1 else 0
    digits_at_most = min(decimals, MOST_DECIMALS)
    candidates = [f"{value:.{digits}f}" for digits in range(digits_at_most, least - 1, -1)]
    candidates += [scientific(value, digits) for digits in range(6, -1, -1)]
    return next((text for text in candidates if len(text) <= width), candidates[-1]).rjust(width)


def fixed_loss(value: float, optimum: Least, width: int = 15) -> str:
    """Return a loss right-aligned, with the decimals that suit the least loss."""
    return fixed(value, width, decimals_for(optimum.loss))


def grouped(value: float, width: int, decimals: int = 2) -> str:
    """Return the value as `fixed` does, with a comma between thousands if it fits."""
    plain = fixed(value, width, decimals).strip()
    number = plain.lstrip("-").partition(".")[0]
    commas = (len(number) - 1) // 3 if number.isdecimal() else 0
    if len(plain) + commas > width:
        plain = fixed(value, width - commas, decimals).strip() if commas < width else plain
        number = plain.lstrip("-").partition(".")[0]
    if not number.isdecimal():
        return plain.rjust(width)
    sign = "-" if plain.startswith("-") else ""
    return f"{sign}{int(number):,}{plain.lstrip('-')[len(number) :]}".rjust(width)


def grouped_loss(value: float, optimum: Least, width: int = 20) -> str:
    """Return a loss as `fixed_loss` does, with commas."""
    return grouped(value, width, decimals_for(optimum.loss))


def scientific(value: float, digits: int) -> str:
    """Return a number with an exponent and so many digits after the point: 1.48e9."""
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(power)}" if power else mantissa


def compact(value: float | None, width: int) -> str:
    """Return a number with as many digits as fit into so many cells: 3.24100, 1.478e9.

    Five cells are enough for any number that is not too small; – stands for none.
    """
    if value is None:
        return "–".ljust(width)
    texts = [scientific(value, digits) for digits in range(width, -1, -1)]
    if value == 0 or PLAIN[0] <= abs(value) < PLAIN[1]:
        texts = [f"{value:.{digits}f}" for digits in range(width, -1, -1)] + texts
    return next((text for text in texts if len(text) <= width), texts[-1]).ljust(width)


def rate(value: float) -> str:
    """Return a learning rate to six digits, as short as possible: 1e-7, 0.1, 3.2e-7."""
    plain = f"{value:.6g}"
    mantissa, _, power = scientific(value, 5).partition("e")
    short = f"{mantissa.rstrip('0').rstrip('.')}e{power}"
    return plain if "e" not in plain and len(plain) <= len(short) + 2 else short


def exact(value: float) -> str:
    """Return the shortest text that reads back as the same float: 1e-7, 0.1, 1000."""
    mantissa, scientific, power = repr(float(value)).partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(power)}" if scientific else mantissa


def estimate(value: float | None, width: int, decimals: int = 6) -> str:
    """Return an estimate right-aligned; a small one has an exponent, and – stands for none."""
    if value is None or math.isnan(value):
        return "–".rjust(width)
    if 0 < abs(value) < 1e4 * 10.0**-decimals:
        return scientific(value, 4).rjust(width)
    return fixed(value, width, decimals)


def probability(p: float | None) -> str:
    """Return a p-value: 0.0312, 6.9e-108, < 1e-300; – stands for none."""
    if p is None:
        return "–"
    if p < 1e-300:
        return "< 1e-300"
    return scientific(p, 1) if p < 1e-3 else f"{p:.4f}"


def decimals_of(values: Iterable[float], most: int) -> int:
    """Return how many decimals show all of the values exactly, at most `most`."""
    return max((_decimals(value, most) for value in values), default=0)


def _decimals(value: float, most: int) -> int:
    return len(f"{value:.{most}f}".rstrip("0").partition(".")[2])


def above_optimum(optimum: Optimum, slope: float, intercept: float) -> str:
    """Return how far the loss at (m, b) is above the least one: in percent, unless that is 0."""
    return above_least(optimum, float(optimum.excess(slope, intercept)))


def above_least(optimum: Least, excess: float) -> str:
    """Return the same for a loss that is above the least one by `excess`."""
    if optimum.loss == 0:
        return f"{excess:.3g}"
    percent = 100 * excess / optimum.loss
    if not percent < MOST_PERCENT:
        return f">{MOST_PERCENT:,}%"
    return f"{percent:,.2f}%" if percent >= LEAST_PERCENT or percent == 0 else f"<{LEAST_PERCENT}%"


def ratio(value: float) -> str:
    """Return a factor: 1.11×, 24×, 1.3e4×."""
    digits = 3 if value < 1000 else 2
    return f"{rate(float(f'{value:.{digits}g}'))}×"


def equation(slope: float, intercept: float, decimals: tuple[int, int] = (2, 2)) -> str:
    """Return the line as the notebook prints its closed form: y = 88.89 * x + 32912.24."""
    sign = "-" if intercept < 0 else "+"
    of_slope, of_intercept = decimals
    return f"y = {_readable(slope, of_slope)} * x {sign} {_readable(abs(intercept), of_intercept)}"


def _readable(value: float, decimals: int, digits: int = 6) -> str:
    if abs(value) < LONG and (decimals <= MOST_DECIMALS or value == 0):
        return f"{value:.{min(decimals, MOST_DECIMALS)}f}"
    return scientific(value, digits)


def detailed(value: float, decimals: int = 6) -> str:
    """Return a number with this many decimals, or with enough for four digits: 0.0005000."""
    return _readable(value, max(decimals, decimals_for(value)), decimals)


def detailed_equation(line: Least) -> str:
    """Return the closed form's line with six decimals, or with enough for four digits."""
    places = (max(6, decimals_for(line.slope)), max(6, decimals_for(line.intercept)))
    return equation(line.slope, line.intercept, places)


def plain_sum(value: float) -> str:
    """Return a sum of the formula: a whole number in full, another to its significant digits."""
    whole = abs(value) < LONG and float(value).is_integer()
    return f"{value:.15g}" if whole else f"{value:.{SUM_DIGITS}g}"


def line_equation(line: Least) -> str:
    """Return the closed form's line, with more decimals for small numbers."""
    return equation(line.slope, line.intercept, decimals_of_line(line))


def rows_of(data: Dataset) -> str:
    """Return the number of rows; if the data holds only a sample, the sample's size as well."""
    sample = f"{data.n:,} of " if data.total > data.n else ""
    return f"{sample}{data.total:,} rows"


def left_out(data: Dataset) -> str:
    """Return how many rows were left out, and why; an empty text if none were."""
    if not data.dropped:
        return ""
    return f"{data.dropped:,} row{'s' * (data.dropped != 1)} without a number left out"
