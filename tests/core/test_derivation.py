from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from linreg_tui.core.closed_form import Sums, derivation, fit, sums_of
from linreg_tui.core.dataset import Dataset

numbers = st.lists(
    st.tuples(st.integers(-999, 999), st.integers(-999, 999)), min_size=2, max_size=40
)


def test_the_houses_by_pocket_calculator(houses: Dataset) -> None:
    steps = derivation(sums_of(houses.x, houses.y))
    assert steps.denominator.first == 551 * 1243629245
    assert steps.denominator.second == 775791**2
    assert steps.denominator.value == 83388038314
    assert steps.slope_numerator.value == 551 * 136013443019 - 775791 * 87177171
    assert steps.intercept_numerator.value == 87177171 * 1243629245 - 775791 * 136013443019
    assert float(steps.slope or 0) == pytest.approx(houses.line.slope, rel=1e-14)
    assert float(steps.intercept or 0) == pytest.approx(houses.line.intercept, rel=1e-14)


@given(numbers)
def test_whole_numbers_end_at_the_line(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=np.float64).T
    assume(np.ptp(x) > 0)
    steps, line = derivation(sums_of(x, y)), fit(x, y)
    assert (float(steps.slope or 0), float(steps.intercept or 0)) == (line.slope, line.intercept)


def test_sums_that_have_lost_everything_give_no_line() -> None:
    steps = derivation(Sums(2, 2.0, 3.0, 3.0, 2.0))
    assert steps.denominator.value == Fraction(0)
    assert steps.slope is steps.intercept is None
