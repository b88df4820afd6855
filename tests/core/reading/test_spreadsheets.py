"""What spreadsheets export: thousands, currencies, titles above the header, no header at all."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.cells import ambiguous_cell, number
from linreg_tui.core.reading.loading import load, preview
from linreg_tui.core.reading.streaming import stream
from linreg_tui.core.reading.table import Header, find_header


def written(folder: Path, text: str) -> str:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "y", "note"),
    [
        (
            "Name;Alter;Gehalt\na;25;32.000\nb;30;38.500\nc;41;999\n",
            [32000, 38500, 999],
            "Gehalt: 32.000 is read as 32000, not as 32",
        ),
        ("a;b\n1;32,000\n2;38,500\n", [32, 38.5], "b: 32,000 is read as 32, not as 32000"),
        ('a,b\n1,"32.000"\n2,38.500\n', [32, 38.5], "b: 32.000 is read as 32, not as 32000"),
        ("a\tb\n1\t32.000\n2\t38.500\n", [32, 38.5], "b: 32.000 is read as 32, not as 32000"),
        ("a\tb\n1\t32,000\n2\t38,500\n", [32e3, 38.5e3], "b: 32,000 is read as 32000, not as 32"),
        ("a;b;c\n1;32.000;1.5\n2;38.500;2\n", [32, 38.5], "b: 32.000 is read as 32, not as 32000"),
        ("a;b;c\n1;32.000;1,5\n2;38.500;2\n", [32e3, 38.5e3], None),
        ("a;b\n1;32.000\n2;1.038.500\n", [32e3, 1038500], None),
        ("a;b\n1;32.000\n2;0.500\n", [32, 0.5], None),
        ("a;b\n1;32.000\n2;38.5\n", [32, 38.5], None),
        ("a;b\n1;32.000\n2;1234.500\n", [32, 1234.5], None),
        ('a,b\n1,"32,000"\n2,"38,500"\n', [32e3, 38.5e3], None),
        ("a,b,c\n1,32.000,1.5\n2,38.500,2\n", [32, 38.5], None),
    ],
    ids=ascii,
)
def test_three_digits_after_a_mark_are_thousands_or_have_a_note(
    tmp_path: Path, text: str, y: list[float], note: str | None
) -> None:
    path = written(tmp_path, text)
    name = note.partition(":")[0] if note else "b"
    data = load(path, None if name == "Gehalt" else "a", name)
    assert data.y.tolist() == y
    assert data.notes == ((note,) if note else ())
    column = next(column for column in preview(path).columns if column.name == name)
    assert f"{name}: {column.note}" == note or (note is None and column.note == "")


def test_a_column_is_read_alike_in_chunks_streamed_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks of sixteen rows, some without points, and some with nothing but points."""
    rows = [(n, 1000 * n if n // 16 % 2 else n) for n in range(2, 200)]
    lines = [f"{x};{y // 1000}.{y % 1000:03}" if y >= 1000 else f"{x};{y}" for x, y in rows]
    path = written(tmp_path, "\n".join(["a;b", *lines, ""]))
    monkeypatch.setattr("linreg_tui.core.reading.text.CHUNK_ROWS", 16)
    whole, streamed = load(path), stream(path, rows=50)
    assert whole.y.tolist() == [y for _, y in rows]
    assert streamed.sums == whole.sums
    assert streamed.notes == whole.notes != ()


def test_the_evidence_for_a_decimal_point_may_be_far_down(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b\n" + "1;32.000\n2;38.500\n" * 200 + "3;1.25\n")
    assert load(path).y[[0, -1]].tolist() == [32, 1.25]


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("$1,234.50", ".", 1234.5),
        ("1.234,50 €", ",", 1234.5),
        ("1.234,50\u00a0€", ",", 1234.5),
        ("€ 12", ".", 12),
        ("£5", ".", 5),
        ("37.6%", ".", 37.6),
        ("37,6 %", ",", 37.6),
        ("-$5", ".", -5),
        ("$-5", ".", -5),
        ("\u22125", ".", -5),
        ("($5.00)", ".", -5),
        ("(1,234)", ".", -1234),
        ("CHF 1'234.50", ".", 1234.5),
        ("1\u2009234\u2009567", ".", 1234567),
        ("US$3", ".", 3),
        ("¥ 1e3", ".", 1000),
        ("-$-5", ".", None),
        ("($5", ".", None),
        ("5)", ".", None),
        ("$", ".", None),
        ("%", ".", None),
        ("5 kg", ".", None),
        ("$1,23", ".", None),
        ("0,500", ".", None),
    ],
    ids=ascii,
)
def test_signs_of_currency_and_percent_are_left_out(
    cell: str, decimal: str, value: float | None
) -> None:
    found = number(cell, decimal)
    assert np.isnan(found) if value is None else found == value


@pytest.mark.parametrize(
    "text",
    [
        'rate,price\n37.6%,"$1,234.50"\n12%,-$5\n,\n-3.5%,($7.25)\n',
        "rate;price\n37,6%;1.234,50 €\n12 %;-5 €\n;\n-3,5%;-7,25 €\n",
    ],
)
def test_a_column_of_prices_is_numbers(tmp_path: Path, text: str) -> None:
    data = load(written(tmp_path, text))
    assert (data.x_name, data.y_name, data.dropped, data.notes) == ("rate", "price", 1, ())
    assert data.x.tolist() == [37.6, 12, -3.5]
    assert data.y.tolist() == [1234.5, -5, -7.25]


TITLED = "Name;Alter;Gehalt\nAnn;25;1,5\nBob;30;2,5\nCy;41;3\n"


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ("Monatsbericht;;\n", 1),
        ("Monatsbericht;;\n\n", 2),
        ("Monatsbericht;;\n;;\n", 2),
        ("Monatsbericht\n\n", 2),
        ("\n\nMonatsbericht, Januar 2020\n\n\n", 5),
        ("Bericht;;\nStand:;1.2.2020;\n;;\n", 3),
        ('"Bericht,\nerste Seite";;\n', 2),
        ("# made by a program\n", 1),
        ("# made; by a; program\n# for; all; of us\n\n", 3),
        (";;\n", 1),
    ],
)
def test_lines_above_the_header_are_left_out(tmp_path: Path, above: str, lines: int) -> None:
    path = written(tmp_path, above + TITLED)
    note = f"{lines} line{'s' * (lines > 1)} above the header left out"
    for data in (load(path), stream(path)):
        assert (data.x_name, data.y_name, data.dropped) == ("Alter", "Gehalt", 0)
        assert (data.x.tolist(), data.y.tolist()) == ([25, 30, 41], [1.5, 2.5, 3])
        assert data.notes == (note,)
    assert preview(path).notes == (note,)
    ragged = written(tmp_path, above + TITLED + "Di;50;4;5\n")
    with pytest.raises(InputError, match=f"line {lines + 5} has 4 cells, and the header 3"):
        load(ragged)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (",price\n0,5\n1,7\n2,9\n", ("Unnamed: 0", "price")),
        (",x,y\n0,5,1\n1,7,2\n", ("Unnamed: 0", "x", "y")),
        ("name,,\nBob,12,5\nAl,13,6\n", ("name", "Unnamed: 1", "Unnamed: 2")),
        ("name,,\nBob,NA,NA\nAl,13,6\n", ("name", "Unnamed: 1", "Unnamed: 2")),
        ("a,,,d\n1,2,3,4\n5,6,7,8\n", ("a", "Unnamed: 1", "Unnamed: 2", "d")),
        ("a,b\n1,\n,2\n3,\n4,5\n", ("a", "b")),
        ("place,1990,1991\nOslo,5,6\nRome,7,8\n", ("place", "1990", "1991")),
        ("1990,1991\n5.5,6\n7,8\n", ("1990", "1991")),
        (",1990,1991\n0,5,6\n1,7,8\n", ("Unnamed: 0", "1990", "1991")),
        ("1,2\n", ("1", "2")),
        ("# x,y\n1,2\n3,4\n", ("x", "y")),
        ("# x,y\n1,2\nNA,4\n", ("x", "y")),
        ("2020,2021\nyes,no\nno,no\n", ("2020", "2021")),
    ],
)
def test_a_header_is_recognized(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    found = preview(written(tmp_path, text))
    assert tuple(column.name for column in found.columns) == names
    assert found.notes == ()


@pytest.mark.parametrize(
    ("text", "rows", "lines"),
    [
        ("5,1.5\n7,2\n1,9\n", [[5, 1.5], [7, 2], [1, 9]], 0),
        ("\n5;1,5\n7;2\n1;9\n", [[5, 1.5], [7, 2], [1, 9]], 0),
        ("5 1.5\n7 2\n1 9\n", [[5, 1.5], [7, 2], [1, 9]], 0),
        ("$5,1.5%\n7,2%\n$1,9%\n", [[5, 1.5], [7, 2], [1, 9]], 0),
        ("1990,1991\n1985,1999\n1987,1990\n", [[1990, 1991], [1985, 1999], [1987, 1990]], 0),
        ("1990,900\n1985,700\n1987,800\n", [[1990, 900], [1985, 700], [1987, 800]], 0),
        ("Report\n5,1.5\n7,2\n1,9\n", [[5, 1.5], [7, 2], [1, 9]], 1),
    ],
)
def test_a_table_without_a_header_has_numbered_columns(
    tmp_path: Path, text: str, rows: list[list[float]], lines: int
) -> None:
    path = written(tmp_path, text)
    for data in (load(path), stream(path)):
        assert (data.x_name, data.y_name, data.dropped) == ("column 1", "column 2", 0)
        assert [list(row) for row in zip(data.x, data.y, strict=True)] == rows
        *above, last = data.notes
        assert last == "there is no header, so the columns are column 1, column 2, ..."
        assert above == ["1 line above the numbers left out"] * lines


TITLES = [["t"] * width for width in (1, 2, 3) for _ in range(10)]
TABLE = [["a", "b", "c", "d"], *([["1", "2", "3", "4"]] * 30)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # Titles may be long.
        (TITLES + TABLE, Header(30)),
        ([["t"], *TITLES, *TABLE], Header(31)),
        (TITLES * 9 + TABLE, Header(270)),
        # Neither names nor numbers.
        ([["t"], ["a", "5"], ["x", "y"], ["z", "w"], ["u", "v"]], Header()),
        ([["t"], ["a", "5"], ["1", "y"], ["2", "w"], ["3", "v"]], Header(1)),
        ([["t"], ["NA", "5"], ["1", "2"], ["2", "3"], ["3", "4"]], Header(1, named=False)),
        ([["t"], ["a", "5"], ["1", "y"], ["x", "w"]], Header()),
        ([["t"], ["a", "5"], ["1", "y"], ["NA", "w"]], Header(1)),
        ([["t"], ["5", "a"], ["1", "2"], ["3"]], Header(1)),
        # Years name columns, other numbers don't.
        ([["1000", "2200"], ["5.5", "6"], ["7", "8"]], Header()),
        ([["999", "2000"], ["5.5", "6"], ["7", "8"]], Header(0, named=False)),
        ([["2000", "2201"], ["5.5", "6"], ["7", "8"]], Header(0, named=False)),
        ([["1990", "1990"], ["5.5", "6"], ["7", "8"]], Header(0, named=False)),
        ([["1991", "1990"], ["5.5", "6"], ["7", "8"]], Header(0, named=False)),
        ([["5", "1990"], ["5.5", "6"], ["7", "8"]], Header(0, named=False)),
        ([["1990"], ["5.5"], ["7"]], Header(0, named=False)),
        ([["t"], ["1990", "1991"], ["no", "6"], ["7", "yes"]], Header(1)),
        ([], Header()),
        ([[""], ["", ""]], Header()),
    ],
)
def test_lines_above_are_left_out_only_if_there_is_a_header(
    rows: list[list[str]], found: Header
) -> None:
    assert find_header(rows) == found


@pytest.mark.parametrize(
    ("cells", "marks", "first"),
    [
        (["5", " 32,000 ", "1,234"], ".,", "32,000"),
        (["32.000", "$1.234"], ".,", "32.000"),
        (["32,000", "1,5"], ".,", ""),
        (["32,000", "1234,500"], ".,", ""),
        (["32,000", "1.234"], ".", "1.234"),
        (["32,000"], ".", ""),
        (["5", "word", "a,b"], ".,", ""),
        ([], ".,", ""),
    ],
)
def test_a_column_is_ambiguous_if_all_its_marks_are(
    cells: list[str], marks: str, first: str
) -> None:
    assert ambiguous_cell(cells, marks) == first


def test_rows_of_a_workbook_may_be_short(tmp_path: Path) -> None:
    path = workbook(tmp_path, [[], ["a", "b"], ["7"], [1, "32.000"], [2, "38.500"], [4]])
    data = load(path)
    assert (data.x.tolist(), data.y.tolist(), data.dropped) == ([1, 2], [32, 38.5], 2)
    assert data.notes == ("b: 32.000 is read as 32, not as 32000",)


def workbook(folder: Path, rows: list[list[object]]) -> str:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "export.xlsx"
    book.save(path)
    return str(path)


def test_the_header_of_a_workbook_is_found(tmp_path: Path) -> None:
    table: list[list[object]] = [["name", "size", "price"], ["a", 1, "1.234,50 €"], ["b", 2, 7]]
    path = workbook(tmp_path, [["Monthly report"], [], *table])
    data = load(path)
    assert (data.x_name, data.y_name) == ("size", "price")
    assert (data.x.tolist(), data.y.tolist()) == ([1, 2], [1234.5, 7])
    assert data.notes == ("2 lines above the header left out",)
    plain = load(workbook(tmp_path, table))
    assert (plain.y.tolist(), plain.notes) == (data.y.tolist(), ())


def test_a_workbook_without_a_header(tmp_path: Path) -> None:
    data = load(workbook(tmp_path, [[5, 1.5], [7, 2], [1, 9]]))
    assert (data.x_name, data.x.tolist(), data.y.tolist()) == ("column 1", [5, 7, 1], [1.5, 2, 9])
    assert "there is no header" in data.notes[0]


def test_a_note_says_how_a_text_in_a_workbook_is_read(tmp_path: Path) -> None:
    data = load(workbook(tmp_path, [["a", "b"], [1, "32.000"], [2, "38.500"]]))
    assert data.y.tolist() == [32, 38.5]
    assert data.notes == ("b: 32.000 is read as 32, not as 32000",)


@pytest.mark.parametrize(("place", "value"), [(6, 176), (8, 1)], ids=["version", "encrypted"])
def test_a_workbook_that_claims_a_huge_size(tmp_path: Path, place: int, value: int) -> None:
    path = Path(workbook(tmp_path, [["a", "b"], [1, 2], [2, 4], [3, 5]]))
    packed = bytearray(path.read_bytes())
    for entry in re.finditer(rb"PK\x01\x02", packed):
        packed[entry.start() + place] = value
    path.write_bytes(packed)
    with pytest.raises(InputError, match="no Excel workbook, or a damaged one"):
        load(str(path))
