from __future__ import annotations

from pathlib import Path

import pytest

from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.columns import CONSTANT, Column, no_pair_message
from linreg_tui.core.reading.loading import load

WORDS = Column("a name that is too long to be shown", x=False, y=False, why="text")
DATES = Column("when", x=False, y=False, why="dates")
MORE = Column("why", x=False, y=False, why="text")
GOOD, FLAT = Column("area"), Column("flat", x=False, why=CONSTANT)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([GOOD, FLAT], ""),
        ([GOOD, WORDS, Column("price")], ""),
        (
            [FLAT, FLAT],
            f'it has none ("flat": {CONSTANT}, "flat": {CONSTANT}); choose another file',
        ),
        (
            [WORDS, DATES, GOOD, MORE],
            "two columns of numbers are needed, and it has one "
            '("a name tha… be shown": text, "when": dates); choose another file',
        ),
        ([GOOD], "two columns of numbers are needed, and it has one; choose another file"),
    ],
)
def test_what_a_file_lacks(found: list[Column], message: str) -> None:
    assert no_pair_message(found, rows=3).endswith(message)
    assert bool(no_pair_message(found, rows=3)) == bool(message)
    assert no_pair_message(found, rows=0) == "there are no rows below its header; add some"
    assert no_pair_message(found, rows=1) == "one row is not enough for a line; it takes two"


def test_columns_that_cannot_be_guessed_are_listed_with_the_reasons(
    tmp_path: Path,
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,area,words\n7,1,a\n3,5,b\n9,4,c\n")
    with pytest.raises(InputError) as raised:
        load(str(file))
    assert str(raised.value).endswith(
        "two columns of numbers are needed, for x and y; name them with --x and --y, "
        'from "id" (names the rows), "area"'
    )
    header = ",".join(f"{n}_id" for n in range(10))
    rows = "".join(",".join(str(k * n + k % 3) for n in range(10)) + "\n" for k in range(2, 9))
    file.write_text(f"{header}\n{rows}")
    with pytest.raises(InputError, match=r'"7_id" \(names the rows\) and 2 more$'):
        load(str(file))
