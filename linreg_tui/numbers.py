"""Numbers as people read them, each in a place that doesn't grow."""

from __future__ import annotations

import math
from collections.abc import Iterable

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.losses import Least, Optimum

LONG = 1e15
"""From here on digits before the point say nothing more."""


SUM_DIGITS = 12
"""So many of a sum that isn't whole: the last ones of a float tell of rounding errors."""

MOST_DECIMALS = 9
"""Numbers that would take more are written with an exponent."""


def decimals_for(value: float) -> int:
    """The decimals that show four digits of a number of this size, and two at least."""
    if value == 0 or not math.isfinite(value):
        return 2
    return max(2, 3 - math.floor(math.log10(abs(value))))


def decimals_of_line(line: Least) -> tuple[int, int]:
    """The decimals for lines that come near this one: those of the slope and the intercept."""
    return decimals_for(line.slope), decimals_for(line.intercept)


def fixed(value: float, width: int, decimals: int = 2) -> str:
    """The value with so many decimals, right-aligned; with fewer or an exponent where it must."""
    # Fewer decimals would leave nothing of a small number.
    least = max(0, decimals - 2) if 0 < abs(value) < 1 else 0
    digits_at_most = min(decimals, MOST_DECIMALS)
    candidates = [f"{value:.{digits}f}" for digits in range(digits_at_most, least - 1, -1)]
    candidates += [_exponent(value, digits) for digits in range(6, -1, -1)]
    return next((text for text in candidates if len(text) <= width), candidates[-1]).rjust(width)


def fixed_loss(value: float, optimum: Least, width: int = 15) -> str:
    """A loss with the decimals that the least one takes, right-aligned."""
    return fixed(value, width, decimals_for(optimum.loss))


def _exponent(value: float, digits: int) -> str:
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(power)}" if power else mantissa


def rate(value: float) -> str:
    """A learning rate, as short as it can be said without losing digits: 1e-7, 0.1, 3.2e-7."""
    plain, scientific = f"{value:.6g}", _exponent(value, 5)
    mantissa, _, power = scientific.partition("e")
    scientific = f"{mantissa.rstrip('0').rstrip('.')}e{power}"
    return plain if "e" not in plain and len(plain) <= len(scientific) + 2 else scientific


def exact(value: float) -> str:
    """The shortest text that reads as this very number: 1e-7, 0.1, 1000, 0.30000000000000004."""
    mantissa, scientific, power = repr(float(value)).partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(power)}" if scientific else mantissa


def estimate(value: float | None, width: int, decimals: int = 6) -> str:
    """An estimate with so many decimals, right-aligned; a small one with an exponent, none as –."""
    if value is None or math.isnan(value):
        return "–".rjust(width)
    if 0 < abs(value) < 1e4 * 10.0**-decimals:
        return _exponent(value, 4).rjust(width)
    return fixed(value, width, decimals)


def probability(p: float | None) -> str:
    """A p-value: 0.0312, 6.9e-108, < 1e-300; none as –."""
    if p is None:
        return "–"
    if p < 1e-300:
        return "< 1e-300"
    return _exponent(p, 1) if p < 1e-3 else f"{p:.4f}"


def decimals_of(values: Iterable[float], most: int) -> int:
    """How many decimals it takes to write all of the values exactly, but not more than so many."""
    return max((_decimals(value, most) for value in values), default=0)


def _decimals(value: float, most: int) -> int:
    return len(f"{value:.{most}f}".rstrip("0").partition(".")[2])


def above_optimum(optimum: Optimum, slope: float, intercept: float) -> str:
    """How far the loss at (m, b) is above the least one: in percent, or in itself if that is 0."""
    return above_least(optimum, float(optimum.excess(slope, intercept)))


def above_least(optimum: Least, excess: float) -> str:
    """The same of a loss that is above the least one by `excess`."""
    if optimum.loss == 0:
        return f"{excess:.3g}"
    percent = 100 * excess / optimum.loss
    if not math.isfinite(percent) or percent >= 1e6:
        return f"{_exponent(percent, 2)}%" if math.isfinite(percent) else "∞ %"
    return f"{percent:,.2f}%" if percent >= 0.01 or percent == 0 else f"{_exponent(percent, 1)}%"


def ratio(value: float) -> str:
    """How many times: 1.11×, 24×, 1.3e4×."""
    digits = 3 if value < 1000 else 2
    return f"{rate(float(f'{value:.{digits}g}'))}×"


def equation(slope: float, intercept: float, decimals: tuple[int, int] = (2, 2)) -> str:
    """The line as the notebook prints its closed form: y = 88.89 * x + 32912.24."""
    sign = "-" if intercept < 0 else "+"
    of_slope, of_intercept = decimals
    return f"y = {_readable(slope, of_slope)} * x {sign} {_readable(abs(intercept), of_intercept)}"


def _readable(value: float, decimals: int, digits: int = 6) -> str:
    if abs(value) < LONG and (decimals <= MOST_DECIMALS or value == 0):
        return f"{value:.{min(decimals, MOST_DECIMALS)}f}"
    return _exponent(value, digits)


def detailed(value: float, decimals: int = 6) -> str:
    """A number with so many decimals, or as many as show four of its digits: 0.0005000."""
    return _readable(value, max(decimals, decimals_for(value)), decimals)


def detailed_equation(line: Least) -> str:
    """The closed form's line with six decimals, or as many as show four digits."""
    places = (max(6, decimals_for(line.slope)), max(6, decimals_for(line.intercept)))
    return equation(line.slope, line.intercept, places)


def plain_sum(value: float) -> str:
    """A sum of the formula: all digits of a whole number, of others those that mean something."""
    whole = abs(value) < LONG and float(value).is_integer()
    return f"{value:.15g}" if whole else f"{value:.{SUM_DIGITS}g}"


def line_equation(line: Least) -> str:
    """The closed form's line, its small numbers with more decimals."""
    return equation(line.slope, line.intercept, decimals_of_line(line))


def rows_of(data: Dataset) -> str:
    """How many rows there are, and if only a sample of them is kept, how many that are."""
    kept = f"{data.n:,} of " if data.total > data.n else ""
    return f"{kept}{data.total:,} rows"


def left_out(data: Dataset) -> str:
    """What was left out of the data, and why; nothing if nothing was."""
    if not data.dropped:
        return ""
    return f"{data.dropped:,} row{'s' * (data.dropped != 1)} without a number left out"
