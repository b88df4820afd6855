from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.summary import FEWEST_BINS, MOST_BINS, Histogram, histogram, summary

values = st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=60).map(np.array)


@given(values)
def test_a_summary_is_pandas(numbers: np.ndarray) -> None:
    described, expected = summary(numbers), pd.Series(numbers).describe()
    found = [
        described.count,
        described.mean,
        described.std,
        described.minimum,
        *described.quartiles,
        described.maximum,
    ]
    scale = 1 + float(np.abs(numbers).max())
    assert found == pytest.approx(expected.tolist(), rel=1e-9, abs=1e-9 * scale)


def test_whole_numbers(houses: Dataset) -> None:
    assert summary(houses.x).whole
    assert not summary(houses.x / 2).whole
    assert np.isnan(summary(np.array([1.0])).std)


def test_the_houses_histogram_is_freedman_and_diaconis_s(houses: Dataset) -> None:
    found = histogram(houses.x, summary(houses.x))
    counts, edges = np.histogram(houses.x, np.histogram_bin_edges(houses.x, "fd"))
    assert found.counts.tolist() == counts.tolist()
    assert found.edges == pytest.approx(edges)


@given(values)
def test_a_histogram_holds_all_values(numbers: np.ndarray) -> None:
    found = histogram(numbers, summary(numbers))
    assert found.counts.sum() == len(numbers)
    assert len(found.counts) == 1 or FEWEST_BINS <= len(found.counts) <= MOST_BINS
    wide = np.linspace(found.edges[0] - 1, found.edges[-1] + 1, 23)
    assert found.share(wide).sum() == pytest.approx(1)
    assert found.share(found.edges) == pytest.approx(found.counts / len(numbers), abs=1e-12)


def test_values_that_hardly_differ_are_in_one_bin() -> None:
    for numbers in (np.full(9, 7.0), 1e15 + np.array([0, 0.125, 0.25]), np.array([0, 5e-324])):
        assert histogram(numbers, summary(numbers)).counts.tolist() == [len(numbers)]


def test_shares_of_half_a_bin() -> None:
    found = Histogram(np.array([0.0, 2, 4]), np.array([3, 1]))
    assert found.share(np.array([-1.0, 1, 2, 3])) == pytest.approx([3 / 8, 3 / 8, 1 / 8])


def test_there_are_many_bins_if_most_values_are_close_together() -> None:
    for shift in (0.0, -1e3):
        close = np.append(np.linspace(0, 1, 200), [1000.0]) + shift
        assert len(histogram(close, summary(close)).counts) == MOST_BINS
        even = np.linspace(0, 1000, 200) + shift
        width = 2 * 500 / np.cbrt(200)
        assert len(histogram(even, summary(even)).counts) == np.ceil(1000 / width)
