from __future__ import annotations

import gzip
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.loading import load
from linreg_tui.core.reading.streaming import (
    BadPart,
    PartReader,
    cost,
    files_of,
    load_parts,
    tree_sum,
)
from linreg_tui.core.sketch import Density

ROWS = 3000
SIZES = (700, 1, 0, 1299, 1000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3000 rows as one CSV file, in five CSV files, and in five Parquet files."""
    rng = np.random.default_rng(2)
    x = rng.uniform(300, 4500, ROWS).round(2)
    table = pd.DataFrame({"x": x, "y": (88 * x + rng.normal(34_000, 50_000, ROWS)).round(2)})
    table.loc[5, "y"] = None
    folder = tmp_path_factory.mktemp("parts")
    table.to_csv(folder / "whole.csv", index=False)
    ends = np.cumsum(SIZES)
    for kind in ("csv", "parquet"):
        (folder / kind).mkdir()
    for number, (size, end) in enumerate(zip(SIZES, ends, strict=True)):
        part = table.iloc[end - size : end]
        part.to_csv(folder / "csv" / f"part-{number}.csv", index=False)
        part.to_parquet(folder / "parquet" / f"part-{number}.parquet")
    return folder


def loaded(pattern: Path, rows: int = 100_000, *, skip_bad: bool = False) -> Dataset:
    files = files_of(str(pattern))
    assert files is not None
    return load_parts(str(pattern), files, rows=rows, skip_bad=skip_bad)[0]


def test_what_a_pattern_and_a_folder_stand_for(folder: Path) -> None:
    names = [str(folder / "csv" / f"part-{number}.csv") for number in range(5)]
    assert files_of(str(folder / "csv" / "part-*.csv")) == files_of(str(folder / "csv")) == names
    assert files_of(str(folder / "*" / "part-[12].*")) == [
        str(folder / kind / f"part-{number}.{kind}")
        for kind in ("csv", "parquet")
        for number in (1, 2)
    ]
    assert files_of(str(folder / "whole.csv")) is None
    assert files_of(str(folder / "missing.csv")) is None
    (folder / "empty").mkdir()
    for pattern, why in (
        ("*.txt", "no file matches"),
        ("empty", "this is a folder; name a CSV file in it"),
    ):
        with pytest.raises(InputError, match=why):
            files_of(str(folder / pattern))


def test_a_file_whose_name_is_a_pattern_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a[1].csv"
    path.write_text("x,y\n1,2\n2,3\n")
    assert files_of(str(path)) is None


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_few_rows_are_those_of_the_whole_file(folder: Path, kind: str) -> None:
    parts, whole = loaded(folder / kind), load(str(folder / "whole.csv"))
    assert (parts.x.tolist(), parts.y.tolist()) == (whole.x.tolist(), whole.y.tolist())
    assert (parts.dropped, parts.missing, parts.columns) == (1, (0, 1), ("x", "y"))
    assert parts.line == whole.line


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_closed_form_of_many_rows_uses_all_of_them(folder: Path, kind: str) -> None:
    parts, whole = loaded(folder / kind, rows=500), load(str(folder / "whole.csv"))
    assert (parts.n, parts.total) == (500, ROWS - 1)
    for name in ("slope", "intercept", "loss"):
        assert getattr(parts.line, name) == pytest.approx(getattr(whole.line, name), rel=1e-12)
    for name in ("n", "x", "y", "xy", "xx"):
        assert getattr(parts.sums, name) == pytest.approx(getattr(whole.sums, name), rel=1e-13)
    assert parts.extent == whole.extent
    assert parts.whole is not None
    assert parts.whole.density is not None
    assert parts.whole.density.counts.sum() == ROWS - 1
    rows = set(zip(whole.x.tolist(), whole.y.tolist(), strict=True))
    assert set(zip(parts.x.tolist(), parts.y.tolist(), strict=True)) < rows


def test_gaps_in_all_parts_are_counted(tmp_path: Path) -> None:
    gaps = ["1,2\n,4\n5,\n6,7", ",1\n,2\n3,\n8,9", "1,1\n,\n4,5"]
    for number, rows in enumerate(gaps):
        (tmp_path / f"{number}.csv").write_text(f"x,y\n{rows}\n")
    data = loaded(tmp_path)
    assert (data.x.tolist(), data.y.tolist()) == ([1, 6, 8, 1, 4], [2, 7, 9, 1, 5])
    assert (data.dropped, data.missing) == (6, (4, 3))
    assert (data.source, data.x_name, data.y_name) == (str(tmp_path), "x", "y")
    assert data.whole is None
    assert loaded(tmp_path, rows=5).whole is None
    assert loaded(tmp_path, rows=4).total == 5


def test_two_rows_in_two_parts_are_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.csv").write_text("x,y\n3,8\n")
    assert loaded(tmp_path).line.slope == 3


def test_a_pattern_goes_into_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/b/deep.csv", "a/flat.CSV", "top.csv", "book.xlsx", "notes.md"):
        (tmp_path / name).write_text("x,y\n1,2\n")
    (tmp_path / "folder.csv").mkdir()
    found = files_of(str(tmp_path / "**" / "*"))
    assert found == [str(tmp_path / name) for name in ("a/b/deep.csv", "a/flat.CSV", "top.csv")]
    assert files_of(str(tmp_path)) == [str(tmp_path / "top.csv")]
    monkeypatch.chdir(tmp_path)
    assert files_of("t*.csv") == ["top.csv"]
    assert files_of("a") == [str(Path("a", "flat.CSV"))]


def test_the_density_of_a_part_is_that_of_all_its_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg_tui.core.reading.text.CHUNK_ROWS", 16)
    x = np.random.default_rng(0).normal(size=100).round(3)
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f"{v},{v * v:.6f}\n" for v in x.tolist()))
    part = PartReader("x", "y", (0, 0), 3, 20)(0, str(path))
    whole = load(str(path))
    assert part.totals.density is not None
    assert np.array_equal(part.totals.density.counts, Density.of(whole.x, whole.y).counts)
    again, other = (PartReader("x", "y", (0, 0), 3, 20)(place, str(path)) for place in (0, 1))
    assert [
        part.sample.rows()[0].tolist() == one.sample.rows()[0].tolist() for one in (again, other)
    ] == [True, False]


def test_a_few_bad_parts_are_all_named(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.csv").write_text("x,z\n1,2\n")
    (tmp_path / "9.csv").write_text("x,y\n1,2\n2,4\n")
    with pytest.raises(InputError) as error:
        load_parts("all", sorted(map(str, tmp_path.iterdir())), "x", "y")
    why = 'there is no column "y"; choose from "x", "z"'
    listed = "; ".join(f"{number}.csv: {why}" for number in range(3))
    assert str(error.value) == (f"3 of 4 files can't be read: {listed}; --skip-bad goes on without")


def test_the_sample_of_parts_is_uniform(folder: Path) -> None:
    """The first 700 of 3000 rows are in samples of 100 as often as they should be."""
    whole = load(str(folder / "whole.csv"))
    first = set(whole.x[:699].tolist())
    files = files_of(str(folder / "parquet"))
    assert files is not None
    found = 0
    for seed in range(20):
        data, _ = load_parts("p", files, seed=seed, rows=100)
        found += sum(value in first for value in data.x.tolist())
    share = 699 / (ROWS - 1)
    assert abs(found - 2000 * share) < 5 * np.sqrt(2000 * share * (1 - share))


def test_bad_parts_are_named_or_left_out(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "csv").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    good = loaded(tmp_path)
    (tmp_path / "part-5.csv").write_text("x,z\n1,2\n3,4\n5,6\n")
    whole = (folder / "parquet" / "part-0.parquet").read_bytes()
    cells = bytearray(whole)
    cells[4:200] = b"\xff" * 196
    (tmp_path / "part-6.parquet").write_bytes(bytes(cells))
    (tmp_path / "part-7.parquet").write_bytes(whole[:-9])
    (tmp_path / "part-8.csv.gz").write_bytes(gzip.compress(b"x,y\n" + b"1,2\n" * 99_999)[:-20])
    files = files_of(str(tmp_path))
    assert files is not None
    with pytest.raises(InputError) as error:
        load_parts("all", files)
    assert str(error.value).startswith("4 of 9 files can't be read: ")
    assert str(error.value).endswith("; and 1 more; --skip-bad goes on without")
    assert all(f"part-{number}." in str(error.value) for number in (5, 6, 7))
    data, bad = load_parts("all", files, skip_bad=True)
    assert [(Path(part.path).name, part.rows) for part in bad] == [
        *(("part-5.csv", 3), ("part-6.parquet", 700)),
        *(("part-7.parquet", None), ("part-8.csv.gz", None)),
    ]
    assert cost(bad) == "703 rows and 2 files of unknown length"
    assert (data.x.tolist(), data.line) == (good.x.tolist(), good.line)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([BadPart("a", "", 1)], "1 row"),
        ([BadPart("a", "", 1000), BadPart("b", "", 234)], "1,234 rows"),
        ([BadPart("a", "", None)], "1 file of unknown length"),
    ],
)
def test_what_is_left_out_has_a_cost(bad: list[BadPart], message: str) -> None:
    assert cost(bad) == message


def test_the_message_says_if_no_rows_are_left(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n")
    with pytest.raises(InputError, match="no rows below its header"):
        loaded(tmp_path, skip_bad=True)
    (tmp_path / "b.csv").write_text("x,y\n1,2\n")
    files = files_of(str(tmp_path))
    assert files is not None
    with pytest.raises(InputError, match="a line takes two rows"):
        load_parts("all", files, "x", "y")
    with pytest.raises(InputError, match="these files have no rows"):
        load_parts("all", files[:1], "x", "y")


@given(st.lists(st.text("ab", max_size=2), min_size=1, max_size=40))
def test_a_tree_keeps_the_order_and_adds_neighbours(terms: list[str]) -> None:
    assert tree_sum(terms) == reduce(add, terms)
    level = [f"{number}" for number in range(len(terms))]
    shown = tree_sum(_Shown(name) for name in level).text
    while len(level) > 1:
        pairs = [f"({a}+{b})" for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(level) // 2 * 2 :]
    assert shown == level[0]


class _Shown:
    def __init__(self, text: str) -> None:
        self.text = text

    def __add__(self, other: _Shown) -> _Shown:
        return _Shown(f"({self.text}+{other.text})")
