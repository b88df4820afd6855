from __future__ import annotations

import codecs
import gzip
import sys
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.cells import number
from linreg_tui.core.reading.columns import CONSTANT
from linreg_tui.core.reading.loading import load, openable, preview
from linreg_tui.core.reading.text import DelimitedTable, Dialect, detect_dialect, ends_in_quotes
from tests.thorough import first_of

TABLE = "name,size,price\na,1.5,1000\nb,2.5,2500.5\nc,4,3000\n"
SIZES, PRICES = [1.5, 2.5, 4.0], [1000.0, 2500.5, 3000.0]


def written(folder: Path, content: str | bytes, name: str = "rows.csv") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def complaint(path: str, x: str | None = None, y: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        load(path, x, y)
    message = str(caught.value)
    assert message.isprintable()
    assert 20 < len(message) < 600
    return message


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace(",", "|"),
        TABLE.replace(",", "   "),
        TABLE.replace(",", " \t"),
        TABLE.replace(",", ";").replace(".", ","),
        TABLE.replace(",", "\t").replace(".", ","),
        TABLE.replace(",", " ").replace(".", ","),
        "name;size;price\na;1,5;1.000\nb;2,5;2.500,5\nc;4;3.000\n",
        TABLE.replace("1000", '"1,000"').replace("2500.5", '"2,500.50"').replace("3000", '"3,000"'),
        TABLE.replace("1.5", '"1,5"').replace("2.5,", '"2,5",').replace("2500.5", '"2500,5"'),
        TABLE.replace("2500.5", "2 500.5"),
        TABLE.replace("2500.5", "2\u00a0500.5"),
        TABLE.replace("2500.5", "2'500.5"),
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\r"),
        TABLE.replace("\n", "\n\n"),
        "\n \n" + TABLE,
        TABLE.replace("name", '"name, or\nnickname; short"'),
        TABLE.replace("a,", '"a, A; or ""Al"" | \n",'),
        TABLE.replace(",", ", ").replace("a, ", 'a, "').replace("1.5", '1.5"'),
    ],
    ids=ascii,
)
def test_a_table_is_read_in_any_format(tmp_path: Path, text: str) -> None:
    data = load(written(tmp_path, text))
    assert (data.x_name, data.y_name) == ("size", "price")
    assert (data.x.tolist(), data.y.tolist(), data.dropped) == (SIZES, PRICES, 0)


ENCODED = TABLE.replace("name", "größe").replace("a,", "ä,")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize(
    "content",
    [
        ENCODED.encode("utf-8"),
        ENCODED.encode("utf-8-sig"),
        ENCODED.encode("utf-16"),
        codecs.BOM_UTF16_LE + ENCODED.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + ENCODED.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + ENCODED.encode("utf-32-le"),
        ENCODED.encode("latin-1"),
    ],
    ids=["UTF-8", "with BOM", "UTF-16", "16 LE", "16 BE", "UTF-32", "Latin-1"],
)
def test_encodings_are_recognised(tmp_path: Path, content: bytes, packed: bool) -> None:
    path = written(
        tmp_path, gzip.compress(content) if packed else content, "t.csv" + ".gz" * packed
    )
    assert [column.name for column in preview(path).columns] == ["größe", "size", "price"]
    data = load(path)
    assert (data.x.tolist(), data.y.tolist()) == (SIZES, PRICES)


def test_a_stray_byte_far_down_is_no_error(tmp_path: Path) -> None:
    rows = "a,b,c\n" + "x,1,2\ny,3,5\n" * 60_000
    data = load(written(tmp_path, rows.encode() + b"\xe9,5,7\n"))
    assert (data.n, data.dropped, data.x[-1]) == (120_001, 0, 5)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("a;b\n1,5;2,5\n2,5;3,5\n", Dialect(";", ",")),
        ("a;b\n1.5;2.5\n", Dialect(";", ".")),
        ("a;b\n1;2\n", Dialect(";", ",")),
        ("a,b\n1,2\n", Dialect(",", ".")),
        ("a\tb\n1,234\t2,345\n", Dialect("\t", ".", guessed=True)),
        ("a\n1\n", Dialect(",", ".")),
        ("a b\n1\n2\n", Dialect(",", ".")),
        ("a b,c\n1,2\n", Dialect(",", ".")),
        ("place,x\nRome; Italy,1\nOslo; Norway,2\n", Dialect(",", ".")),
    ],
)
def test_the_dialect_is_detected(text: str, dialect: Dialect) -> None:
    assert detect_dialect(text, complete=True) == dialect


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("-1,234,567", ".", -1234567),
        (" +1e-7 ", ".", 1e-7),
        (".5", ".", 0.5),
        ("5.", ".", 5),
        ("1.234", ",", 1234),
        ("1,23", ".", None),
        ("12,34,567", ".", 1234567),
        ("1,12,000", ".", 112000),
        ("1,12,000", ",", None),
        ("1,2,000", ".", None),
        ("123,45,678", ".", None),
        ("1_000", ".", None),
        ("0x10", ".", None),
        ("", ".", None),
        ("1 2", ".", None),
        ("nan", ".", None),
        ("١٢", ".", 12),
    ],
)
def test_a_cell_is_a_number_or_not(cell: str, decimal: str, value: float | None) -> None:
    found = number(cell, decimal)
    assert np.isnan(found) if value is None else found == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_they_are_written(value: float) -> None:
    assert number(repr(value)) == value
    assert number(repr(value).replace(".", ","), ",") == value


@pytest.mark.parametrize(
    ("text", "delimiter", "line"),
    [
        ('a,b\n"1,2\n', ",", 2),
        ('a,b\n"1",2\n', ",", 0),
        ('a,b\n"1","2\n3,4\n', ",", 2),
        ('a,b\n5",2\n3,4\n', ",", 0),
        ('a,b\n1,"2"""\n3,"4', ",", 3),
        ('a,b\n1,"2""\n3,4\n', ",", 2),
        ('a b\n"1 2\n', " ", 2),
        ('a b\n5" 2\n', " ", 0),
        ('a,b\n5",2\n0,0\n0\n', ",", 0),
        ("a,b\n1,2\n", ",", 0),
    ],
)
def test_a_text_ends_in_quotes_only_inside_a_quote(text: str, delimiter: str, line: int) -> None:
    assert ends_in_quotes(text, delimiter) == line


def test_a_rare_word_and_a_rare_thousand_far_down(tmp_path: Path) -> None:
    text = "a,b\n" + "1.5,2\n2.5,3\n" * 70_000 + '"1,234.5",7\nNA,8\nunknown,9\ntrue,9\n'
    data = load(written(tmp_path, text))
    assert (data.n, data.dropped, data.x[-1]) == (140_001, 3, 1234.5)


@pytest.mark.parametrize(
    ("header", "first", "why"),
    [
        ("day", ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"], "dates"),
        ("day", ["1.2.2020", "2.2.2020", "", "NA"], "dates"),
        ("day", ["1/2/20", "2/2/20", "3/2/20", "4/2/20"], "dates"),
        ("day", ["3 May 2020", "4 May 2020", "5 May 2020", "6 May 2020"], "dates"),
        ("time", ["12:30", "12:31", "12:32", "12:33"], ""),
        ("stamp", ["2020-01-01T10:00:00Z"] * 4, "dates"),
        ("who", ["Ann", "Bob", "Cy", "Di"], "text"),
        ("who", ["yes", "no", "yes", "no"], "text"),
        ("none", ["", "NA", "nan", ""], "no numbers"),
        ("same", ["7", "7", "7", "7"], CONSTANT),
        ("x", [f"1234567890123456789{k}" for k in range(4)], CONSTANT),
        ("n", ["0", "1", "2", "3"], "row numbers"),
        ("n", ["1", "2", "3", "4"], "row numbers"),
        ("", ["5", "7", "2", "1"], "names the rows"),
        ("id", ["5", "7", "2", "1"], "names the rows"),
        ("house_id", ["5", "7", "2", "1"], "names the rows"),
        ("PassengerId", ["5", "7", "2", "1"], "names the rows"),
        ("Kunden-Nr", ["5", "7", "2", "1"], "names the rows"),
        ("Kundennummer", ["5", "7", "2", "1"], "names the rows"),
        ("ZIP code", ["5", "7", "2", "1"], "names the rows"),
        ("no_of_rooms", ["5", "7", "2", "1"], ""),
        ("Volcano", ["5", "7", "2", "1"], ""),
        ("customer", ["10001", "10002", "10003", "10004"], "row numbers"),
        ("year", ["1990", "1991", "1992", "1993"], ""),
        ("Grid", ["5", "7", "2", "1"], ""),
        ("n", ["1", "2", "3", "5"], ""),
        ("n", ["1", "", "unknown", "5"], ""),
    ],
)
def test_columns_say_why_they_are_not_guessed(
    tmp_path: Path, header: str, first: list[str], why: str
) -> None:
    rows = [f"{cell},{size},{2 * size + 1}" for cell, size in zip(first, (3, 5, 4, 9), strict=True)]
    found = preview(written(tmp_path, "\n".join([f"{header},size,price", *rows, ""])))
    column, *others = found.columns
    assert column.why == why
    usable = why in ("", "row numbers", "names the rows")
    assert column.x == (usable or why == "dates")
    assert column.y == (usable or column.why.startswith("the same"))
    assert all(other.guessed for other in others)
    assert found.guess == (("size", "price") if why else (header, "size"))


def test_row_numbers_are_used_if_nothing_else_is_left(tmp_path: Path) -> None:
    assert preview(written(tmp_path, "week,kilos\n1,80\n2,79\n3,79\n")).guess == ("week", "kilos")
    assert preview(written(tmp_path, "id,kilos\n1,80\n2,79\n3,79\n")).guess is None


def test_a_preview_shows_the_first_rows_safely(tmp_path: Path) -> None:
    lines = ["[red]a,b\x1b[31m", *(f"\x1b]0;{row}\x07,{row}" for row in range(20)), "short", ""]
    found = preview(written(tmp_path, "\n".join(lines)))
    assert found.rows[0] == ("\\x1b]0;0\\x07", "0")
    assert len(found.rows) == 8
    assert len(preview(written(tmp_path, "\n".join(lines)), rows=50).rows) == 21
    assert [column.name for column in found.columns] == ["[red]a", "b\x1b[31m"]


def test_a_preview_reads_only_the_head(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n" + b"1,5\n4,3\n" * 50_000)
        file.truncate(2**40)
    assert preview(str(path)).guess == ("a", "b")
    assert "NUL bytes" in complaint(str(path))


def test_dates_cannot_be_y(tmp_path: Path) -> None:
    path = written(tmp_path, "day,a,b\n2020-01-01,1,2\n2020-01-02,2,5\n2020-01-03,4,4\n")
    message = complaint(path, y="day")
    assert 'column "day" holds dates, which can only be x; choose a column of numbers' in message
    assert message.endswith('for y, such as "a", "b"')


@pytest.mark.parametrize(
    ("name", "can"),
    [
        ("a.csv", True),
        ("A.CSV", True),
        ("a.tsv.gz", True),
        ("a.txt", True),
        ("a.parquet", True),
        ("a.xlsx", True),
        ("a.gz", False),
        ("a.py", False),
        ("csv", False),
        ("a.parquet.gz", False),
    ],
)
def test_the_name_says_whether_a_file_can_be_opened(name: str, can: bool) -> None:
    assert openable(name) == can


def test_parquet_is_read(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = str(tmp_path / "t.parquet")
    columns = {
        "day": [date(2020, 1, day) for day in (1, 2, 3, 4)],
        "name": ["a", "b", "c", "d"],
        "size": pa.array([1, 2, None, 4]),
        "price": [1.5, 2.5, 3.5, float("nan")],
    }
    parquet.write_table(pa.table(columns), path)
    found = preview(path)
    assert [column.why for column in found.columns] == ["dates", "text", "", ""]
    assert found.rows[0] == ("2020-01-01", "a", "1", "1.5")
    data = load(path)
    assert (data.x_name, data.y_name, data.dropped) == ("size", "price", 2)
    assert (data.x.tolist(), data.y.tolist()) == ([1, 2], [1.5, 2.5])
    fractions: list[float] = []
    load(path, "price", "size", progress=fractions.append)
    assert fractions == [1.0]
    assert load(path, "day").x.tolist() == [0, 1, 3]
    assert 'column "name" holds no numbers' in complaint(path, "name")


def test_excel_is_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = str(tmp_path / "t.xlsx")
    book = openpyxl.Workbook()
    for row in (
        [],
        ["day", "name", "size", "price"],
        [date(2020, 1, 1), "a", 1, 1.5],
        [date(2020, 1, 2), "b", "2", 2.5],
        [],
        [date(2020, 1, 3), "c", None, 3.5],
        [date(2020, 1, 4), True, 4, "none"],
    ):
        book.active.append(row)
    book.save(path)
    found = preview(path)
    assert [column.why for column in found.columns] == ["dates", "text", "", ""]
    data = load(path)
    assert (data.x_name, data.y_name, data.dropped) == ("size", "price", 2)
    assert (data.x.tolist(), data.y.tolist()) == ([1, 2], [1.5, 2.5])


def test_a_long_workbook_is_read_to_its_end(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = str(tmp_path / "t.xlsx")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (["size", "price", "sold"], *([n, 3 * n + 1, True] for n in range(1, 1101))):
        sheet.append(row)
        sheet.append([])
    book.create_sheet().append(["another", "sheet"])
    book.save(path)
    fractions: list[float] = []
    data = load(path, "size", "price", progress=fractions.append)
    assert data.x.tolist() == list(range(1, 1101))
    assert data.y.tolist() == [3 * n + 1 for n in range(1, 1101)]
    assert fractions == [0]  # a workbook doesn't say how long it is
    assert data.notes == ()
    # The first rows don't show whether there are numbers further down.
    assert [column.why for column in preview(path).columns] == ["row numbers", "", "text"]
    assert "holds no numbers" in complaint(path, "size", "sold")


def test_formulas_count_by_their_last_results(tmp_path: Path) -> None:
    """A workbook that no spreadsheet has calculated yet has no results."""
    openpyxl = pytest.importorskip("openpyxl")
    path = str(tmp_path / "t.xlsx")
    book = openpyxl.Workbook()
    for row in (["a", "b", "c"], [1, 2, "=A2+B2"], [2, 5, "=A3+B3"], [3, 4, "=A4+B4"]):
        book.active.append(row)
    book.save(path)
    assert [column.why for column in preview(path).columns] == ["row numbers", "", "no numbers"]
    assert preview(path).rows[0] == ("1", "2", "")
    assert 'column "c" holds no numbers' in complaint(path, "a", "c")


def test_a_workbook_without_cells_is_an_error(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = str(tmp_path / "t.xlsx")
    openpyxl.Workbook().save(path)
    assert "its first sheet is empty; put the table there, with a header" in complaint(path)
    book = openpyxl.Workbook()
    book.create_chartsheet().add_chart(pytest.importorskip("openpyxl.chart").BarChart())
    book.remove(book.worksheets[0])
    book.save(path)
    assert "it has no sheet with cells" in complaint(path)


@pytest.mark.parametrize("rows", [999, 1000, 1001])
@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_a_column_may_have_numbers_only_below_its_head(
    tmp_path: Path, ending: str, rows: int
) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl")
    pytest.importorskip("pyarrow")
    path = str(tmp_path / f"t{ending}")
    table = pd.DataFrame({"a": np.arange(rows) % 7.0, "b": np.arange(rows) % 5.0, "c": None})
    table["c"] = table["c"].astype(float)
    if ending == ".csv":
        table.to_csv(path, index=False)
    elif ending == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_parquet(path)
    found = preview(path).columns[2]
    # Texts and workbooks don't check whether the thousandth row is the last one.
    complete = rows < 1000 or (rows == 1000 and ending == ".parquet")
    assert (found.why, found.x, found.y) == ("no numbers", not complete, not complete)


def test_parquet_holds_numbers_of_many_kinds(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = str(tmp_path / "t.parquet")
    columns = {
        "decimal": pa.array([Decimal("1.50"), None, Decimal("3.25"), Decimal("-7.75")]),
        "float": pa.array([1.5, 2.5, 3.25, 1e-3], pa.float32()),
        "large": pa.array([2**53 + 1, 2, 3, 4], pa.int64()),
        "text": ["1,234.5", "$7", None, "8%"],
    }
    parquet.write_table(pa.table(columns), path, row_group_size=2)
    data = load(path, "decimal", "large")
    assert (data.x.tolist(), data.y.tolist()) == ([1.5, 3.25, -7.75], [2.0**53, 3, 4])
    assert data.missing == (1, 0)
    data = load(path, "text", "float")
    assert data.x.tolist() == [1234.5, 7, 8]
    assert data.y.tolist() == [1.5, 2.5, np.float32(1e-3)]
    assert preview(path).rows[1] == ("", "2.5", "2", "$7")
    assert [column.note for column in preview(path).columns] == [""] * 4


def test_progress_through_parquet_is_counted_in_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = str(tmp_path / "t.parquet")
    values = np.arange(1000.0)
    parquet.write_table(pa.table({"a": values, "b": values**2}), path)
    monkeypatch.setattr("linreg_tui.core.reading.parquet.CHUNK_ROWS", 250)
    fractions: list[float] = []
    assert load(path, progress=fractions.append).y.tolist() == (values**2).tolist()
    assert fractions == [0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize(
    ("ending", "library", "extra"),
    [(".parquet", "pyarrow", "parquet"), (".xlsx", "openpyxl", "excel")],
)
def test_the_message_about_a_missing_library_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    path = written(tmp_path, "anything", f"t{ending}")
    assert complaint(path).endswith(f"install the extra: pip install 'linreg-tui[{extra}]'")
    assert "no such file" in complaint(str(tmp_path / f"nowhere{ending}"))


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1" * 9, b"PK\x05\x06" + b"\0" * 18])
def test_a_false_workbook_has_a_message_of_one_line(
    tmp_path: Path, ending: str, content: bytes
) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("openpyxl")
    assert "check it" in complaint(written(tmp_path, content, f"t{ending}"))


@pytest.mark.thorough
def test_a_false_gz_and_a_truncated_one(tmp_path: Path) -> None:
    packed = gzip.compress(np.random.default_rng(0).bytes(10).hex().encode() * 9 + TABLE.encode())
    cut = gzip.compress(("a,b\n" + "".join(f"{n},{n * n}\n" for n in range(200_000))).encode())
    broken = bytearray(cut)
    broken[len(cut) // 2] ^= 255
    assert "isn't compressed" in complaint(written(tmp_path, TABLE, "t.csv.gz"))
    assert "ends too soon" in complaint(written(tmp_path, packed[:30], "t.csv.gz"))
    assert "ends too soon" in complaint(written(tmp_path, cut[:-20], "t.csv.gz"))
    damaged = complaint(written(tmp_path, bytes(broken), "t.csv.gz"))
    assert "damaged" in damaged or "cells" in damaged or "NUL" in damaged


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, TABLE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "no permission to read it" in complaint(path)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError("odd\nvery odd"), "(odd)"),
        (OSError(5, "Input/output error"), "(Input/output error)"),
    ],
)
def test_another_error_is_reported_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, message: str
) -> None:
    path = written(tmp_path, TABLE)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", fail)
    assert complaint(path).endswith(f"it can't be read {message}; check the path")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = Path(written(tmp_path, "a,b\n" + "1,2\n3,5\n" * 200_000))

    def grow(_: float) -> None:
        with path.open("a") as file:
            file.write("1,2\n")

    with pytest.raises(InputError, match="it changed while it was read; open it again"):
        load(str(path), progress=grow)

    def shrink(_: float) -> None:
        path.write_text("a,b\n1,2\n")

    with pytest.raises(InputError, match="it changed while it was read; open it again"):
        load(str(path), progress=shrink)


def test_a_file_that_vanishes_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = Path(written(tmp_path, "a,b\n" + "1,2\n3,5\n" * 200_000))
    data = load(str(path), progress=lambda _: path.unlink(missing_ok=True))
    assert data.n == 400_000


def test_progress_is_counted_in_bytes_and_can_cancel(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "1,2\n3,5\n" * 300_000)
    fractions: list[float] = []
    load(path, progress=fractions.append)
    assert len(fractions) > 3
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert 0 < fractions[0] < 0.5

    class StopError(ValueError):
        pass

    def stop(_: float) -> None:
        raise StopError

    with pytest.raises(StopError):
        load(path, progress=stop)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            "1,2\n" * 200_000 + '"1,2\n' + "1,2\n" * 100_000,
            "is opened and never closed: close it in line 200003",
        ),
        ("1,2\n\n" * 200_000 + "1,2,3\n" * 2, "line 400003 has 3 cells, and the header 2"),
        ("1,2\n" * 200_000 + "1,\0\n", "it has NUL bytes"),
    ],
    ids=["quote", "ragged", "NUL"],
)
def test_errors_far_down_are_found(tmp_path: Path, rows: str, why: str) -> None:
    assert why in complaint(written(tmp_path, "a,b\n5,6\n" + rows))


def test_a_header_of_a_megabyte_is_no_header(tmp_path: Path) -> None:
    assert "too long" in complaint(written(tmp_path, f"{'a' * 2**20},b\n1,2\n"))


@pytest.mark.thorough
def test_wide_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(10, 5000))
    lines = [",".join(f"c{place}" for place in range(5000))]
    lines += [",".join(map(repr, row)) for row in table.tolist()]
    data = load(written(tmp_path, "\n".join(lines)), "c4999", "c17")
    assert data.x.tolist() == table[:, 4999].tolist()
    assert data.y.tolist() == table[:, 17].tolist()


def test_a_short_row_is_no_error_and_the_header_may_end_the_file(tmp_path: Path) -> None:
    data = load(written(tmp_path, "a,b\n1.5,2\n3\n4,7\n2,8"))
    assert (data.n, data.dropped) == (3, 1)
    assert "there are no rows below its header" in complaint(written(tmp_path, "a,b"))


@pytest.mark.parametrize("ending", first_of([".csv.gz", ".parquet", ".xlsx", ".csv"]))
def test_a_damaged_file_gives_rows_or_one_line(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t{ending}"
    if ending == ".parquet":
        pa = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pa.table({"a": [1.5, 2, 4] * 50, "b": [1, 2, 3] * 50}), path)
    elif ending == ".xlsx":
        book = pytest.importorskip("openpyxl").Workbook()
        for row in [["a", "b"], *([n / 3, n * n % 7] for n in range(50))]:
            book.active.append(row)
        book.save(path)
    else:
        text = ("a,b\n" + "1.5,2\n2.5,3\n" * 50).encode()
        path.write_bytes(gzip.compress(text) if ending.endswith("gz") else text)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(100):
        broken = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 4)):
            broken[place] = rng.integers(256)
        path.write_bytes(broken[: len(broken) if rng.random() < 0.7 else rng.integers(len(broken))])
        try:
            data = load(str(path))
        except InputError:
            complaint(str(path))
        else:
            assert np.isfinite(data.x).all()


def test_missing_cells_are_counted_by_column(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("note,a,b\nx,1,2\n,NA,3\n,,\n,4,\n,5,6\n")
    data = load(str(path), "a", "b")
    assert (data.n, data.dropped, data.missing) == (2, 3, (2, 2))
    assert data.columns == ("note", "a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1,5;1.234,50\n2,5;\n3,5;4.345,60\n4,5;5.000,10\n",
        'a,b\n1.5,"1,234.50"\n2.5,\n3.5,"4,345.60"\n4.5,"5,000.10"\n',
    ],
)
def test_an_empty_cell_among_quoted_thousands_is_missing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(text)
    data = load(str(path))
    assert data.y.tolist() == [1234.5, 4345.6, 5000.1]
    assert data.missing == (0, 1)


def test_running_out_of_memory_has_a_message(tmp_path: Path) -> None:
    def fill(_: float) -> None:
        raise MemoryError

    with pytest.raises(InputError, match=r"fit into memory; linreg-tui fit --stream reads it"):
        load(written(tmp_path, TABLE), progress=fill)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_line_number_of_a_long_row_is_counted_across_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """A chunk may end anywhere, even between a carriage return and its line feed."""
    monkeypatch.setattr("linreg_tui.core.reading.text.HEAD_BYTES", 16)
    monkeypatch.setattr("linreg_tui.core.reading.text.HEAD_LINES", 3)
    lines = ["a,b", *(f"{number},{number + 1}" for number in range(40)), "1,2,3", "5,6"]
    for size in range(20, 32):
        monkeypatch.setattr("linreg_tui.core.reading.text.CHUNK_BYTES", size)
        path = written(tmp_path, end.join(lines))
        assert "line 42 has 3 cells, and the header 2; give every column a name" in complaint(path)


def test_the_last_row_of_the_head_may_be_cut_off(tmp_path: Path) -> None:
    """If rows are so long that few fit into the head, the last one looks too short."""
    rows = [f"{n},{n * n},{'long ' * 8000}{n}" for n in range(120)]
    path = written(tmp_path, "\n".join(["a,b,c", *rows, ""]))
    table = DelimitedTable(path)
    table.close()
    assert not table.complete
    last = [row[2].split()[-1] for row in table.head]
    assert last == [str(number) for number in range(len(last))]
    assert 90 < len(table.head) < 120
    assert load(path, "a", "b").y.tolist() == [n * n for n in range(120)]


def test_a_name_with_a_comma_is_in_quotes(tmp_path: Path) -> None:
    message = complaint(written(tmp_path, 'a,"b, in m",c\n1,2,3\n2,3,5\n'), "x", "a")
    assert message.endswith('choose from "a", "b, in m", "c"')


@pytest.mark.parametrize("count", [7, 8, 9, 10])
def test_eight_columns_are_named_and_the_others_counted(tmp_path: Path, count: int) -> None:
    names = [f"c{number}" for number in range(count - 1)] + ["n" * 40]
    message = complaint(written(tmp_path, ",".join(names) + "\n"), "x", "y")
    shown = [*names[:-1], "n" * 15 + "…" + "n" * 14][:8]
    more = f" and {count - 8} more" if count > 8 else ""
    listed = ", ".join(f'"{name}"' for name in shown)
    assert message.endswith(f"choose from {listed}{more}")


def test_a_row_that_is_too_long_may_end_the_file_or_be_gone(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n3,4\n5,6,7")
    assert "line 4 has 3 cells, and the header 2" in complaint(path)
    table = DelimitedTable(path)
    Path(written(tmp_path, "a,b\n1,2\n", "new.csv")).replace(path)
    with closing(table), pytest.raises(InputError, match="a row has more cells than the header, 2"):
        list(table.chunks(0, 1))


def test_an_open_quote_is_found_before_the_end_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg_tui.core.reading.text.HEAD_BYTES", 2**10)
    monkeypatch.setattr("linreg_tui.core.reading.text.CHUNK_CHARACTERS", 2**10)
    table = DelimitedTable(
        written(tmp_path, "a,b\n" + "1,2\n" * 500 + '"1,2\n' + "1,2\n" * 500_000)
    )
    with closing(table):
        with pytest.raises(InputError, match=r"is opened and never closed: close it in line 502"):
            list(table.chunks(0, 1))
        assert table.fraction < 0.5
