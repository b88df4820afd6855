from __future__ import annotations

import csv
import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import bundled
from linreg_tui.core.reading.loading import load

BUNDLED = Path(__file__).parents[2] / "data" / "slimmed_realestate_data.csv"

HOSTILE = {
    "markup": "[red]price[/red]",
    "escape": "\x1b[31mprice\x1b]0;title\x07",
    "lines": "price\nof\r\nhouses\t\u2028",
    "right to left": "price\u202eecirp",
    "10,000 characters": "price" * 2000,
}
hostile = pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())


def written(folder: Path, content: str | bytes) -> str:
    path = folder / "rows.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def complaint(path: str, x: str | None = None, y: str | None = None) -> str:
    """Return the message about bad data: one line that a terminal can show as it is."""
    with pytest.raises(InputError) as caught:
        _ = load(path, x, y).line
    message = str(caught.value)
    assert message.isprintable()
    assert 20 < len(message) < 600
    return message


def test_bundled_data_is_the_notebooks(houses: Dataset) -> None:
    assert hashlib.sha256(BUNDLED.read_bytes()).hexdigest() == (
        "5e7578a8e9bc0f1e2eac9711621f4d0d129e9fe36e3f4e655947a0652b3b05cc"
    )
    assert BUNDLED.read_text().partition("\n")[0] == ",SalePrice,GrLivArea"
    assert (houses.n, houses.dropped) == (551, 0)
    assert (houses.x_name, houses.y_name) == ("GrLivArea", "SalePrice")
    assert (houses.x[0], houses.y[0]) == (1262, 181500)
    assert houses.source == BUNDLED.name


@pytest.mark.parametrize("columns", [(None, None), ("GrLivArea", "SalePrice")])
def test_the_fast_way_to_the_bundled_data_reads_what_the_slow_one_does(
    houses: Dataset, columns: tuple[str | None, str | None]
) -> None:
    for slow in (load(str(BUNDLED), *columns), bundled(x="GrLivArea")):
        assert np.array_equal(slow.x, houses.x)
        assert np.array_equal(slow.y, houses.y)
        assert (slow.x_name, slow.y_name) == (houses.x_name, houses.y_name)
        assert slow.x.dtype == slow.y.dtype == houses.x.dtype == houses.y.dtype == np.float64


def test_bundled_columns_can_be_chosen(houses: Dataset) -> None:
    swapped = bundled(x="SalePrice", y="GrLivArea")
    assert np.array_equal(swapped.x, houses.y)
    assert np.array_equal(swapped.y, houses.x)
    assert swapped.source == houses.source


@pytest.mark.parametrize(
    ("header", "guess"),
    [
        (",length,weight", ("length", "weight")),
        ("Unnamed: 0,length,weight", ("length", "weight")),
        ("id,length,weight", ("length", "weight")),
        ("Index,length,weight", ("length", "weight")),
        ("depth,length,weight", ("length", "weight")),
        ("SalePrice,weight,GrLivArea", ("GrLivArea", "SalePrice")),
        ("first,same,same", ("same", "same.1")),
    ],
)
def test_row_numbers_are_not_guessed_as_columns(
    tmp_path: Path, header: str, guess: tuple[str, str]
) -> None:
    data = load(written(tmp_path, f"{header}\n1,2,3\n2,5,4\n3,7,6\n"))
    assert (data.x_name, data.y_name) == guess


@pytest.mark.parametrize("useless", ["one", "", "7"], ids=["text", "missing", "constant"])
def test_a_guess_skips_columns_without_different_numbers(tmp_path: Path, useless: str) -> None:
    text = f"first,length,weight\n{useless},1,2\n{useless},3,5\n"
    data = load(written(tmp_path, text))
    assert (data.x_name, data.y_name) == ("length", "weight")


@pytest.mark.parametrize(
    ("x", "y", "chosen"),
    [("b", "a", ("b", "a")), ("b", None, ("b", "a")), (None, "a", ("b", "a"))],
)
def test_a_given_column_is_used_and_the_other_is_guessed(
    tmp_path: Path, x: str | None, y: str | None, chosen: tuple[str, str]
) -> None:
    data = load(written(tmp_path, "a,b,c\n1,20,7\n2,30,9\n"), x, y)
    assert (data.x_name, data.y_name) == chosen
    assert (data.x.tolist(), data.y.tolist()) == ([20, 30], [1, 2])


@pytest.mark.parametrize("gap", ["", "NA", "unknown", "inf", "-inf", "nan", "1e999"])
@pytest.mark.parametrize("column", [0, 1])
def test_rows_without_a_number_are_left_out_and_counted(
    tmp_path: Path, gap: str, column: int
) -> None:
    bad = ["7", "8"]
    bad[column] = gap
    text = f"a,b\n1,10\n{','.join(bad)}\n2,20\n{','.join(bad)}\n3,31\n"
    data = load(written(tmp_path, text), "a", "b")
    assert data.dropped == 2
    assert (data.x.tolist(), data.y.tolist()) == ([1, 2, 3], [10, 20, 31])


def test_short_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    data = load(written(tmp_path, "a,b\n1,10\n2\n3,30\n"))
    assert (data.x.tolist(), data.dropped) == ([1, 3], 1)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,10,\n2,20,\n3,31,\n",
        "\ufeffa,b\r\n1,10\r\n2,20\r\n3,31\r\n",
        'a,b\n"1","10"\n\n"2","20"\n"3","31"',
        "a,b\n 1, 10\n 2, 20\n 3, 31\n",
    ],
    ids=["commas at the ends", "from Windows", "quoted", "spaced"],
)
def test_ways_of_writing_the_same_table(tmp_path: Path, text: str) -> None:
    data = load(written(tmp_path, text), "a", "b")
    assert (data.x.tolist(), data.y.tolist(), data.dropped) == ([1, 2, 3], [10, 20, 31], 0)


def test_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    numbers = [0.1, 1 / 3, 123456789.12345679, 5e-324, 1.7976931348623157e308]
    text = "a,b\n" + "".join(f"{number!r},{-number!r}\n" for number in numbers)
    data = load(written(tmp_path, text))
    assert data.x.tolist() == numbers
    assert data.y.tolist() == [-number for number in numbers]


@pytest.mark.parametrize("how", ["bundled", "loaded"])
def test_arrays_are_read_only(houses: Dataset, how: str) -> None:
    data = houses if how == "bundled" else load(str(BUNDLED))
    for array in (data.x, data.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("content", "columns", "what", "remedy"),
    [
        ("", (), "the file is empty", "a CSV file with a header is needed"),
        ("\n\n", (), "the file is empty", "a CSV file with a header is needed"),
        ("a,b\n", (), "there are no rows below its header", "add some"),
        ("a,b\n", ("a", "b"), 'column "a" holds no numbers', "choose others with --x and --y"),
        ("a\n1\n2\n", (), "two columns of numbers are needed", "it has one; choose another"),
        ("a,b\nno,1\nyes,2\n", (), "two columns of numbers are needed", 'it has one ("a": text)'),
        ("a,b\nno,1\nyes,2\n", ("a", "b"), 'column "a" holds no numbers', "choose others"),
        ("a,b\n1,\n2,\n", ("a", "b"), 'column "b" holds no numbers', "choose others"),
        ("a,b\n1,inf\n2,-inf\n", ("a", "b"), 'column "b" holds no numbers', "choose others"),
        ("a,b\n1,\n,2\n", ("a", "b"), 'no row has a number in both "a" and "b"', "choose other"),
        ("a,b\n1,2\n,3\n", ("a", "b"), "one row is not enough", "it takes two"),
        ("a,b\n1,2\n2,4\n", ("a", "c"), 'there is no column "c"', 'choose from "a", "b"'),
        ("a,b\n1,2\n2,4\n", ("", "b"), "there is no column without a name", 'choose from "a", "b"'),
        ("a,b\n1,2\n2,4\n", ("a", "a"), 'x and y are both "a"', "choose two different columns"),
        ("a,b\n3,1\n3,2\n", (), "every x is the same", "choose another column with --x"),
        ("t,a,b\nu,3,1\nv,3,2\n", (), "every x is the same", "choose another column with --x"),
        (
            "id,a\n7,1\n5,2\n",
            (),
            "two columns of numbers are needed",
            'from "id" (names',
        ),
        (
            "a,b,c\n3,3,1\n3,3,2\n",
            (),
            "two columns of numbers are needed",
            'from "a" (the same',
        ),
        ("a,b\n3,1\n3,2\n", ("a", "b"), "every x is the same", "choose another column with --x"),
        ("a,b\n.1,1\n.1,2\n.1,4\n", ("a", "b"), "every x is the same", "another column with --x"),
        ("a,b\n" + ".1,1\n.1,2\n" * 2500, ("a", "b"), "every x is the same", "choose another"),
        ("a,b\n1e200,1\n2e200,2\n", (), "too large to be squared", "use larger units"),
        ("a,b\n1,1e200\n2,3e200\n", (), "too large to be squared", "use larger units"),
        ("a,b\n1e160,1\n1.000000000000001e160,2\n", (), "too large to be squared", "use larger"),
        ("a,b\n0,1\n1e-170,2\n2e-170,4\n", (), "x differ by too little", "use smaller units"),
        ("a,b\n0,1e150\n1e-160,2e150\n", (), "the slope is too large", "larger units for y"),
        ("a,b\n1,2\n\n3,4,5\n", (), "line 4 has 3 cells, and the header 2", "give every"),
        ("a,b\n1,2,3\n4,5,6\n", (), "line 2 has 3 cells, and the header 2", "a name"),
        ('a,b\n"1,2\n2,4\n', (), 'a quote (") is opened and never closed', "close it in line 2"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            (),
            "a binary file (it has NUL bytes)",
            "as CSV in UTF-8",
        ),
        (b"PK\x03\x04\0\0\0\0", (), "a binary file (it has NUL bytes)", "as CSV in UTF-8"),
        ("a,b\n1,2\n3,4\n".encode("utf-16-le"), (), "it has NUL bytes", "as CSV in UTF-8"),
        (b"a,b\n\0,\0\n\0,\0\n", (), "it has NUL bytes", "as CSV in UTF-8"),
    ],
)
def test_a_bad_file_has_a_message_of_one_line(
    tmp_path: Path, content: str | bytes, columns: tuple[str, ...], what: str, remedy: str
) -> None:
    message = complaint(written(tmp_path, content), *columns)
    assert what in message
    assert remedy in message.partition(what)[2]


@pytest.mark.parametrize(
    ("path", "what", "remedy"),
    [
        ("nowhere.csv", "nowhere.csv: there is no such file", "check the path"),
        ("", "an empty path: this is a folder", "name a CSV file in it"),
        (".", ".: this is a folder", "name a CSV file in it"),
        ("a" * 300, "File name too long", "check the path"),
        ("a\0b.csv", "a\\x00b.csv: this isn't a readable", "check it"),
        ("http://localhost:9/a.csv", "http://localhost:9/a.csv: there is no such file", "check"),
        ("\x1b[31mred\n.csv", "\\x1b[31mred\\n.csv: there is no such file", "check the path"),
        ("\udcff.csv", "\\udcff.csv: there is no such file", "check the path"),
    ],
)
def test_a_file_that_cannot_be_read_has_a_message_of_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, what: str, remedy: str
) -> None:
    monkeypatch.chdir(tmp_path)
    message = complaint(path)
    assert what in message
    assert remedy in message.partition(what)[2]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_permission_has_a_message_of_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n2,4\n")
    Path(path).chmod(0)
    assert complaint(path).endswith("no permission to read it; check its owner and mode")


@hostile
def test_a_hostile_column_is_loaded_by_its_own_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[name, "b"], [1, 2], [2, 5]])
    for data in (load(str(path)), load(str(path), name, "b")):
        assert (data.x_name, data.y_name) == (name, "b")
        assert data.x.tolist() == [1, 2]


@hostile
@pytest.mark.parametrize("asked", [("{}", "b"), ("b", "{}"), ("{}", "{}"), ("{} too", "b")])
def test_a_hostile_column_has_a_message_of_one_line(
    tmp_path: Path, name: str, asked: tuple[str, str]
) -> None:
    path = tmp_path / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[name, "b"], ["one", 2], ["two", 5]])
    message = complaint(str(path), *(column.replace("{}", name) for column in asked))
    assert "price" in message


def test_the_message_names_the_first_of_many_columns(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(500))
    message = complaint(written(tmp_path, f"{header}\n"), "c", "d")
    listed = ", ".join(f'"c{number}"' for number in range(8))
    assert message.endswith(f"choose from {listed} and 492 more")


cells = st.text(alphabet='0123456789.-e,"\n\r x\0é', max_size=40)


@given(cells)
@example("a,b\n1,2\n3,4")
@example("a,b\n1,2,3\n3,4,5")
def test_any_text_gives_finite_rows_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = written(tmp_path_factory.getbasetemp(), text)
    try:
        data = load(path)
    except InputError:
        complaint(path)
    else:
        assert data.n >= 2
        assert np.isfinite(data.x).all()
        assert np.isfinite(data.y).all()


def test_a_column_with_some_words_can_be_data(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("name,area,price\na,1,2\nb,,3\nc,3,x\nd,4,9\ne,5,11\n")
    data = load(str(path))
    assert (data.x_name, data.y_name, data.n, data.dropped) == ("area", "price", 3, 2)


def some_data(**changed: Any) -> Dataset:
    x, y = np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0, 8.0])
    return replace(Dataset("some.csv", "x", "y", x, y), **changed)


def test_data_sets_with_the_same_rows_and_names_are_equal() -> None:
    assert some_data() == some_data()
    assert hash(some_data()) == hash(some_data())
    assert len({some_data(), some_data(), some_data(source="other.csv")}) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "other.csv"},
        {"x_name": "z"},
        {"y_name": "z"},
        {"x": np.array([1.0, 2.0, 5.0])},
        {"y": np.array([3.0, 5.0, 9.0])},
        {"x": np.array([1.0, 2.0]), "y": np.array([3.0, 5.0])},
        {"dropped": 1},
        {"missing": (1, 0)},
        {"columns": ("x", "y")},
        {"notes": ("a note",)},
    ],
    ids=lambda changed: " and ".join(changed),
)
def test_every_field_of_a_data_set_makes_a_difference(changed: dict[str, Any]) -> None:
    assert some_data(**changed) != some_data()
    assert some_data(**changed) == some_data(**changed)


def test_cached_results_are_not_part_of_a_data_set() -> None:
    one, other = some_data(), some_data()
    _ = one.line, one.tally, one.extent, one.sketch, one.batches, one.split(0.4, 0)
    assert one == other
    assert replace(one, x=np.array([1.0, 2.0, 5.0])).line != one.line


class Untouchable(np.ndarray[tuple[int], np.dtype[np.float64]]):
    """Values that must not be read."""

    def __array_ufunc__(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError


def test_comparing_a_data_set_with_itself_and_hashing_do_not_read_its_rows() -> None:
    values = np.arange(3.0).view(Untouchable)
    data = Dataset("some.csv", "x", "y", values, values)
    with pytest.raises(AssertionError):
        _ = data.x == some_data().x
    assert data == data
    assert data == replace(data)
    assert hash(data) == hash(some_data())
