from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.text import Text

from linreg_tui.core.closed_form import ClosedForm, closed_form
from linreg_tui.core.moments import Moments
from linreg_tui.core.text import printable
from linreg_tui.numbers import (
    LONG,
    above_optimum,
    compact,
    decimals_for,
    decimals_of,
    detailed,
    equation,
    estimate,
    fixed,
    line_equation,
    plain_sum,
    probability,
    rate,
    ratio,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "width", "decimals", "text"),
    [
        (88.89007926, 8, 2, "   88.89"),
        (32912.2414016, 8, 2, "32912.24"),
        (-6907927.60621315, 8, 2, "-6907928"),
        (1478200827.6412914, 12, 2, "1478200827.6"),
        (1478200827.6412914, 10, 2, "1478200828"),
        (1478200827.6412914, 9, 2, "1.47820e9"),
        (1.6942255525789e16, 9, 2, "1.6942e16"),
        (-1.5e300, 9, 2, "-1.50e300"),
        (0.0, 6, 2, "  0.00"),
        (1.0, 6, 0, "     1"),
        (math.inf, 6, 2, "   inf"),
        (math.nan, 6, 2, "   nan"),
    ],
)
def test_a_field_shows_as_many_decimals_as_it_holds(
    value: float, width: int, decimals: int, text: str
) -> None:
    assert fixed(value, width, decimals) == text


@given(st.floats(), st.integers(7, 24), st.integers(0, 6))
@example(math.inf, 7, 6)
@example(math.nan, 7, 6)
def test_a_field_keeps_its_width(value: float, width: int, decimals: int) -> None:
    assert len(fixed(value, width, decimals)) == width


@given(finite, st.integers(9, 24))
@example(9.995, 9)
@example(-0.0, 9)
@example(1.7976931348623157e308, 9)
def test_a_field_is_right_to_its_last_digit(value: float, width: int) -> None:
    text = fixed(value, width).strip()
    mantissa, _, power = text.partition("e")
    unit = Fraction(10) ** (int(power or 0) - len(mantissa.partition(".")[2]))
    assert abs(Fraction(text) - Fraction(value)) <= unit / 2


@given(finite, st.integers(1, 24))
@example(1.5e308, 1)
@example(-1.7976931348623157e308, 5)
def test_a_narrow_field_is_never_cut(value: float, width: int) -> None:
    # The largest numbers, rounded up, are too large for a float.
    shown, true = Fraction(fixed(value, width).strip()), Fraction(value)
    assert abs(shown - true) <= max(Fraction(1, 2), abs(true) / 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-7, "1e-7"),
        (1e-1, "0.1"),
        (8e-7, "8e-7"),
        (3.2e-7, "3.2e-7"),
        (0.8, "0.8"),
        (1.0, "1"),
        (12.8, "12.8"),
        (1.23456e-7, "1.23456e-7"),
        (0.001, "0.001"),
        (0.0001, "0.0001"),
        (0.00001, "1e-5"),
        (math.inf, "inf"),
        (5e-324, "4.94066e-324"),
        (1e300, "1e300"),
        (100000.0, "1e5"),
    ],
)
def test_a_rate_is_short(value: float, text: str) -> None:
    assert rate(value) == text


@given(st.floats(5e-320, 1e308))
def test_a_rate_keeps_six_digits(value: float) -> None:
    text = rate(value)
    assert float(text) == pytest.approx(value, rel=5.1e-6)
    assert len(text) <= len("1.23456e-300")


@given(st.integers(1, 999_999), st.integers(-300, 290))
@example(1, 22)
def test_a_rate_of_six_digits_is_exact(digits: int, power: int) -> None:
    value = float(f"{digits}e{power}")
    assert float(rate(value)) == value


@given(finite, finite, st.integers(0, 8))
def test_an_equation_holds_both_numbers(slope: float, intercept: float, decimals: int) -> None:
    line = equation(slope, intercept, (decimals, decimals))
    match = re.fullmatch(r"y = (\S+) \* x ([+-]) (\S+)", line)
    assert match is not None
    for text, value in ((match[1], slope), (match[2] + match[3], intercept)):
        assert float(text) == pytest.approx(float(f"{value:.{decimals}f}"), rel=1e-6)
        assert abs(value) >= LONG or float(text) == float(f"{value:.{decimals}f}")
        assert len(text) <= len("-123456789012345.") + decimals


@pytest.mark.parametrize(
    ("value", "text"), [(1.1087, "1.11×"), (24, "24×"), (463000, "460000×"), (1.3e7, "1.3e7×")]
)
def test_ratios(value: float, text: str) -> None:
    assert ratio(value) == text


def test_an_equation_is_the_notebooks() -> None:
    assert equation(88.89007926, 32912.2414016) == "y = 88.89 * x + 32912.24"
    assert equation(-1.0, -2.0, (0, 0)) == "y = -1 * x - 2"


@pytest.mark.parametrize(
    ("value", "eight", "twelve"),
    [
        (88.89007926, "88.89", "88.89"),
        (0.204123, "0.2041", "0.2041"),
        (-0.0123456, "-0.01235", "-0.01235"),
        (0.000123456, "0.000123", "0.0001235"),
        (1.23456e-6, "1.235e-6", "0.000001235"),
        (-1.23456e-12, "-1.2e-12", "-1.235e-12"),
        (0.0, "0.00", "0.00"),
    ],
)
def test_small_numbers_keep_four_digits_where_there_is_room(
    value: float, eight: str, twelve: str
) -> None:
    for width, text in ((8, eight), (12, twelve)):
        shown = fixed(value, width, decimals_for(value)).strip()
        assert len(shown) <= width
        if "e" in text:
            assert float(shown) == pytest.approx(value, rel=0.05)
        else:
            assert shown == text


def test_a_nearly_flat_line_keeps_its_digits() -> None:
    line = closed_form(Moments(4, 0.0, 0.0, 4.0, 4e-3, 400.0))
    assert line_equation(line) == "y = 0.001000 * x + 0.00"


SPREAD = closed_form(Moments(4, 0.0, 0.0, 4.0, 0.0, 400.0))
ON_A_LINE = closed_form(Moments(4, 0.0, 0.0, 4.0, 8.0, 16.0))


@pytest.mark.parametrize(
    ("optimum", "intercept", "text"),
    [
        (SPREAD, 0.0, "0.00%"),
        (SPREAD, 10.0, "100.00%"),
        (SPREAD, 1.0, "1.00%"),
        (SPREAD, 0.1, "0.01%"),
        (SPREAD, 0.05, "<0.01%"),
        (SPREAD, 1e-160, "<0.01%"),
        (SPREAD, 500.0, "250,000.00%"),
        (SPREAD, 1e6, ">999,999%"),
        (SPREAD, 1e154, ">999,999%"),
        (SPREAD, math.inf, ">999,999%"),
        (ON_A_LINE, 0.0, "0"),
        (ON_A_LINE, 1.5, "2.25"),
    ],
)
def test_the_distance_to_the_optimum(optimum: ClosedForm, intercept: float, text: str) -> None:
    assert above_optimum(optimum, optimum.slope, intercept) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GrLivArea", "GrLivArea"),
        ("größe in m²", "größe in m²"),
        ("価格", "価格"),
        ("[red]", "[red]"),
        ("\x1b[31m", "\\x1b[31m"),
        ("two\nlines\r\n", "two\\nlines\\r\\n"),
        ("\t\0\x7f\x9b", "\\t\\x00\\x7f\\x9b"),
        ("\u2028\u202e\u200b\ufeff", "\\u2028\\u202e\\u200b\\ufeff"),
        ("\udcff", "\\udcff"),
        ("\U000e0001", "\\U000e0001"),
        ("", ""),
        ("x" * 60, "x" * 60),
        ("x" * 61 + "end", "x" * 30 + "…" + "x" * 26 + "end"),
        ("'" + "x" * 61 + "'", "'" + "x" * 29 + "…" + "x" * 28 + "'"),
    ],
)
def test_text_from_outside_is_shown_on_one_line(text: str, shown: str) -> None:
    assert printable(text) == shown


anything = st.text(st.characters(), max_size=80)


@given(anything, st.integers(1, 80))
def test_whatever_the_text_it_is_printable_and_no_longer_than_allowed(
    text: str, longest: int
) -> None:
    shown = printable(text, longest)
    assert shown.isprintable()
    assert len(shown) <= longest
    assert printable(shown, longest) == shown


@given(anything)
def test_text_that_a_terminal_can_show_is_shown_as_it_is(text: str) -> None:
    if text.isprintable():
        assert printable(text, 80) == text
    else:
        assert "\\" in printable(text, 10_000)


@given(st.text(alphabet="[]/\\redbold #1:_", max_size=40))
def test_markup_is_text_like_any_other(text: str) -> None:
    assert printable(text) == text
    assert Text(printable(text)).plain == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (87.688145, "   87.688145"),
        (0.0, "    0.000000"),
        (-0.01, "   -0.010000"),
        (0.000429796848, "   4.2980e-4"),
        (-25515.716711, "-25515.71671"),
        (None, "           –"),
        (math.nan, "           –"),
    ],
)
def test_an_estimate_keeps_its_digits(value: float | None, text: str) -> None:
    assert estimate(value, 12) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (None, "–"),
        (0.0, "< 1e-300"),
        (6.9084e-108, "6.9e-108"),
        (0.00099, "9.9e-4"),
        (0.0312, "0.0312"),
        (1.0, "1.0000"),
    ],
)
def test_a_p_value(p: float | None, text: str) -> None:
    assert probability(p) == text


def test_as_many_decimals_as_the_values_take() -> None:
    assert decimals_of([], 6) == 0
    assert decimals_of([1.0, 200.0], 6) == 0
    assert decimals_of([1.0, 2.5, 0.125], 6) == 3
    assert decimals_of([1 / 3], 6) == 6


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (87.68814483, 6, "87.688145"),
        (1477781671.355812, 4, "1477781671.3558"),
        (0.5, 6, "0.500000"),
        (0.000123456, 6, "0.0001235"),
        (3.35e-12, 6, "3.350000e-12"),
        (-3.35e-12, 4, "-3.3500e-12"),
        (0.0, 6, "0.000000"),
    ],
)
def test_small_numbers_keep_four_digits(value: float, decimals: int, text: str) -> None:
    assert detailed(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (136013443019, "136013443019"),
        (123456789012345.0, "123456789012345"),
        (628483.775999999, "628483.776"),
        (1.75121123684084e26, "1.75121123684e+26"),
    ],
)
def test_sums_without_the_noise_of_floats(value: float, text: str) -> None:
    assert plain_sum(value) == text


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (1478200827.64, ["1.478e9", "1.48e9", "1.5e9"]),
        (25908706609.6, ["2.59e10", "2.6e10", "3e10 "]),
        (3.24057, ["3.24057", "3.2406", "3.241"]),
        (9999.0, ["9999.00", "9999.0", "9999 "]),
        (10000.0, ["1.000e4", "1.00e4", "1.0e4"]),
        (0.0, ["0.00000", "0.0000", "0.000"]),
        (1e300, ["1.0e300", "1e300 ", "1e300"]),
        (1e-9, ["1.00e-9", "1.0e-9", "1e-9 "]),
        (None, ["–      ", "–     ", "–    "]),
    ],
)
def test_a_value_has_the_digits_that_fit(value: float | None, texts: list[str]) -> None:
    assert [compact(value, width) for width in (7, 6, 5)] == texts


@given(st.floats(1e-9, 1e300), st.integers(5, 12))
def test_a_value_is_as_wide_wherever_it_is(value: float, width: int) -> None:
    text = compact(value, width)
    assert len(text) == width
    assert float(text) == pytest.approx(value, rel=0.5)
