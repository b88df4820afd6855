"""The rows of a data set as CSV."""

from __future__ import annotations

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.report.records import data_lines

YEARS = [1950.0, 1951.0, 1953.0]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (YEARS, ["1950", "1951", "1953"]),
        ([-3.0, 0.0, 2.0**53], ["-3", "0", "9007199254740992"]),
        ([1.0, 2.5, 3.0], ["1.0", "2.5", "3.0"]),
        ([1.0, -0.0, 3.0], ["1.0", "-0.0", "3.0"]),
        ([1.0, 2.0, 1e300], ["1.0", "2.0", "1e+300"]),
    ],
)
def test_whole_columns_are_written_as_whole_numbers(
    values: list[float], written: list[str]
) -> None:
    header, *rows = data_lines(Dataset("d", "t", "v", np.array(YEARS), np.array(values)))
    assert header == "t,v\n"
    assert [row.strip().split(",") for row in rows] == [
        [year, text] for year, text in zip(["1950", "1951", "1953"], written, strict=True)
    ]
    for text, value in zip(written, values, strict=True):
        assert float(text).hex() == value.hex()
