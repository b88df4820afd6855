"""What-ifs: each is one change, and asked twice it is taken back."""

from __future__ import annotations

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import example
from linreg_tui.core.proposal import proposed
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.what_if import WHAT_IFS, WhatIf


@pytest.mark.parametrize("what_if", WHAT_IFS, ids=lambda what_if: what_if.name)
def test_a_change_can_be_trained_and_taken_back(houses: Dataset, what_if: WhatIf) -> None:
    for data in (houses, example("outlier")):
        before = proposed(data)
        after = what_if.change(before, data)
        assert after != before
        run = Run(data, after)
        run.advance(3)
        assert run.history.last == 3
        if what_if is not WHAT_IFS[0]:
            assert what_if.change(after, data) == before


def test_ten_times_the_rates_are_ten_times_the_rates(houses: Dataset) -> None:
    after = WHAT_IFS[0].change(Settings(), houses)
    assert (after.learning_rate_m, after.learning_rate_b) == pytest.approx((1e-6, 1.0))


def test_what_was_chosen_stays(houses: Dataset) -> None:
    before = Settings(batch_size=64, epochs=7, seed=3)
    for what_if in WHAT_IFS:
        after = what_if.change(before, houses)
        assert (after.batch_size, after.epochs, after.seed) == (64, 7, 3)
