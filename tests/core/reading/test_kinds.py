"""Tables of the kinds that people have: which columns are read, and which numbers."""

from __future__ import annotations

import datetime
import gzip
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.cli import main
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.cells import microseconds, number, seconds
from linreg_tui.core.reading.loading import load, preview
from linreg_tui.core.reading.streaming import load_parts, stream
from linreg_tui.core.reading.table import CHOICES, Choices
from tests.benchmarks.fuzz import failures
from tests.thorough import first_of


def written(folder: Path, text: str | bytes, name: str = "rows.csv") -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def read(folder: Path, text: str | bytes, *names: str, **choices: Any) -> Dataset:
    """Read a table, and see that its preview guesses the same columns."""
    path = written(folder, text)
    data = load(path, *names, choices=Choices(**choices))
    if not names:
        assert preview(path, choices=Choices(**choices)).guess == (data.x_name, data.y_name)
    streamed = stream(path, *names, choices=Choices(**choices))
    assert (streamed.x.tolist(), streamed.notes) == (data.x.tolist(), data.notes)
    return data


def refusal(folder: Path, text: str | bytes, **choices: Any) -> str:
    with pytest.raises(InputError) as caught:
        load(written(folder, text), choices=Choices(**choices))
    assert str(caught.value).isprintable()
    return str(caught.value)


NUMBERS = [(1.5, 4.0), (2.5, 1.0), (3.5, 9.0), (4.5, 2.0)]


def rows(delimiter: str = ",", before: str = "", behind: str = "") -> str:
    return "".join(f"{before}{x}{delimiter}{y}{behind}\n" for x, y in NUMBERS)


# Names over the right columns, and no row lost.


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("# t v\n" + rows(" "), "t", "v"),
        ("% t v\n" + rows("  "), "t", "v"),
        ("// t,v\n" + rows(), "t", "v"),
        ("# made on Monday\n# t v\n" + rows(" "), "t", "v"),
        ("# t, v\n" + rows(" "), "t", "v"),
        ("Data: t v\n" + rows(" "), "t", "v"),
        ("# Data: t v\n" + rows(" "), "t", "v"),
        ("# t, v\n" + rows(" ", behind=" 7"), "t", "v"),
        ("'t','v'\n" + rows(), "t", "v"),
        ("“t”;“v”\n" + rows(";"), "t", "v"),
        ("# of days,v\n" + rows(), "# of days", "v"),
        ('"t" "v"\n' + "".join(f'"r{n}" {x} {y}\n' for n, (x, y) in enumerate(NUMBERS)), "t", "v"),
        ('"t" "v"\n' + "".join(f"{n} {x} {y}\n" for n, (x, y) in enumerate(NUMBERS, 1)), "t", "v"),
        ("#,t,v\n" + "".join(f"{n},{x},{y}\n" for n, (x, y) in enumerate(NUMBERS, 1)), "t", "v"),
        (
            "row_names,t,v\n" + "".join(f"{9 - n},{x},{y}\n" for n, (x, y) in enumerate(NUMBERS)),
            "t",
            "v",
        ),
        ("t (s)   v\n" + rows("   "), "t (s)", "v"),
        ("t (s) v\n" + rows(" "), "column 1", "column 2"),
        (rows(behind=",A"), "column 1", "column 2"),
        (rows(before="A kind;").replace(",", ";"), "column 2", "column 3"),
        ("place\tt  v\n" + "".join(f"b{x}  {x}\t{y}\n" for x, y in NUMBERS), "t", "v"),
    ],
    ids=ascii,
)
def test_names_stand_over_their_columns(tmp_path: Path, text: str, x: str, y: str) -> None:
    data = read(tmp_path, text)
    assert (data.x_name, data.y_name, data.dropped) == (x, y, 0)
    assert list(zip(data.x.tolist(), data.y.tolist(), strict=True)) == NUMBERS


@pytest.mark.parametrize(
    ("above", "note"),
    [
        ("Model,DS1\nRate,1e6\nPoints,4\nt,v\n", "3 lines above the header left out"),
        ("Model,DS1\nRate,1e6\nt,v\ns,V\n", "2 lines above the header left out"),
        ("t,v\nSecond,Volt\n", "the line of units below the header left out"),
        ("t,v\n(s),(V)\n", "the line of units below the header left out"),
        ("".join(f"# {n}\n" for n in range(90)) + "t,v\n", "90 lines above the header left out"),
        ("".join(f"Key {n},a\n" for n in range(40)) + "t,v\n", "40 lines above the header left"),
    ],
)
def test_a_preamble_may_be_as_wide_as_the_table_and_long(
    tmp_path: Path, above: str, note: str
) -> None:
    data = read(tmp_path, above + rows())
    assert (data.x_name, data.y_name, data.n) == ("t", "v", 4)
    assert note in "; ".join(data.notes)


def test_a_preamble_may_have_no_header_below_it(tmp_path: Path) -> None:
    data = read(tmp_path, "Model,DS1\nRate,1e6\nPoints,4\nOffset,0\n" + rows())
    assert (data.x_name, data.n) == ("column 1", 4)
    assert data.notes[0] == "4 lines above the numbers left out"


@pytest.mark.parametrize("first", ["student,1,2,3", "place,2020,2021,2022", "place,1990,2000,2010"])
def test_numbers_that_count_on_can_be_names(tmp_path: Path, first: str) -> None:
    data = read(tmp_path, f"{first}\nAnn,5,7,8\nBob,6,7,9\nCy,4,5,6\n")
    assert (data.x_name, data.n) == (first.split(",")[1], 3)


def test_decimal_commas_between_single_blanks(tmp_path: Path) -> None:
    text = "".join(f"{x:.1f} {100 * y + 0.5:.1f}\n" for x, y in NUMBERS).replace(".", ",")
    for header, name in (("u v\n", "u"), ("", "column 1")):
        data = read(tmp_path, header + text)
        assert (data.x_name, data.x.tolist()) == (name, [1.5, 2.5, 3.5, 4.5])
        assert data.y.tolist() == [400.5, 100.5, 900.5, 200.5]


@pytest.mark.parametrize("far", [False, True], ids=["in the head", "far down"])
def test_a_quote_that_swallows_rows_has_a_note(tmp_path: Path, far: bool) -> None:
    above = rows(before="x,") * (500 if far else 1)
    lines = ['"Old,1,2', "y,3,4", 'z" street,5,6', "w,7,9"]
    data = load(written(tmp_path, "stop,a,b\n" + above + "\n".join(lines) + "\n"))
    line = above.count("\n") + 2
    assert data.notes == (f"line {line}: a cell goes over 3 lines; is there a quote too many?",)
    # Lines of prose are no rows.
    prose = above + '"a long\nnote, of two\nlines",1,2\n'
    assert load(written(tmp_path, "stop,a,b,c\n" + prose.replace("\nx", "\nx"))).notes == ()


# Which columns are guessed.


@pytest.mark.parametrize("name", ["price_index", "No", "zip", "id"])
def test_fractions_are_no_ids(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"{name},v\n" + rows()).x_name == name
    assert read(tmp_path, f"{name},v,w\n7,1,2\n5,3,5\n9,4,3\n").x_name == "v"


def test_guessed_columns_share_rows(tmp_path: Path) -> None:
    text = "a,b,c\n" + "".join(f"{n},,{n * n}\n,{n},{n + 3}\n" for n in range(5, 12))
    data = read(tmp_path, text)
    assert (data.x_name, data.y_name, data.n) == ("a", "c", 7)
    message = refusal(tmp_path, "a,b\n1,\n,2\n3,\n,5\n")
    assert message.endswith(
        'choose other columns with --x and --y (guessed: x as "a" and y as "b")'
    )
    assert "every x is the same" in refusal(tmp_path, "a,b\n3,1\n3,2\n")


def test_a_guess_that_says_little_has_a_note(tmp_path: Path) -> None:
    places = "lat,lon,v\n" + "".join(f"{50 + n % 3},{9 + n % 5},{n}\n" for n in range(1, 9, 2))
    assert "are places, and were guessed; other columns may fit" in read(tmp_path, places).notes[0]
    rng = np.random.default_rng(1)
    text = "a,b,c\n" + "".join(f"{p:.3f},{q:.3f},{r:.3f}\n" for p, q, r in rng.random((500, 3)))
    assert "little in common (R² = " in read(tmp_path, text).notes[0]
    assert read(tmp_path, text, "a", "b").notes == ()


def test_dates_and_row_numbers_are_used_if_nothing_else_is_left(tmp_path: Path) -> None:
    data = read(tmp_path, "day,v\n2024-01-05,1\n2024-01-09,2\n2024-01-10,3\n")
    assert (data.x_name, data.y_name, data.x.tolist()) == ("day", "v", [0, 4, 5])
    more = read(tmp_path, "day,v,w\n2024-01-05,1.5,7\n2024-01-09,2,8\n2024-01-10,3,1\n")
    assert (more.x_name, more.y_name) == ("v", "w")


# Numbers as people write them.


@pytest.mark.parametrize(
    ("cells", "numbers", "note"),
    [
        (["75 hp", "90 hp", "110 hp"], [75, 90, 110], "v: 75 hp is read as 75"),
        (["1.5kg", "2kg", "1,200kg"], [1.5, 2, 1200], "v: 1.5kg is read as 1.5"),
        (["€3/kg", "€4/kg", "€4.50/kg"], [3, 4, 4.5], "v: €3/kg is read as 3"),
        (["-3 °C", "4 °C", "\u22126 °C"], [-3, 4, -6], "v: -3 °C is read as -3"),
        (["5 m²", "7 m²", "9 m²"], [5, 7, 9], "v: 5 m² is read as 5"),
        (["00:30", "01:30", "12:05"], [30, 90, 725], "00:30 is read as 30 seconds (minutes and"),
        (["59:59", "1:02:03", "2:00:00"], [3599, 3723, 7200], "1:02:03 is read as 3723 seconds"),
        (["1:02.5", "1:03.25", "0:59.0"], [62.5, 63.25, 59], "1:02.5 is read as 62.5 seconds"),
        (["9:30 am", "12:15 pm", "1:00 PM"], [34200, 44100, 46800], "(hours and minutes)"),
        (["1,12,000", "97,000", "1,30,500"], [112000, 97000, 130500], ""),
    ],
)
def test_one_way_of_writing_throughout_a_column(
    tmp_path: Path, cells: list[str], numbers: list[float], note: str
) -> None:
    text = "".join(f'{n * n}\t"{cell}"\n' for n, cell in enumerate(cells, 2))
    data = read(tmp_path, "n\tv\n" + text)
    assert data.y.tolist() == numbers
    assert note in "; ".join(data.notes)
    assert bool(data.notes) == bool(note)


def test_two_units_are_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, "a,b\n1.5,5 kg\n2,6 kg\n3,700 g\n")
    assert '"b": several units: kg, g' in message


def test_every_column_has_a_decimal_mark_of_its_own(tmp_path: Path) -> None:
    lines = [f"{n * 1.25};{n},5;{n}.000,5\n" for n in [*range(1, 900)] * 2]
    text = "a;b;c\n" + "".join(lines)
    for x, y in (("a", "b"), ("b", "a"), ("c", "a"), ("b", "c")):
        data = read(tmp_path, text, x, y)
        expected = {"a": 1.25, "b": 1.5, "c": 1000.5}
        assert (data.x[0], data.y[0], data.dropped) == (expected[x], expected[y], 0)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_cells_without_a_number_are_counted_and_shown(tmp_path: Path, ending: str) -> None:
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"a": [1.5, 2, 4, 8, 9], "b": ["3", "about 5", "", "NA", "7"]})
    path = str(tmp_path / f"t{ending}")
    if ending == ".csv":
        table.to_csv(path, index=False)
    elif ending == ".xlsx":
        pytest.importorskip("openpyxl")
        table.to_excel(path, index=False)
    else:
        pytest.importorskip("pyarrow")
        table.to_parquet(path)
    data = load(path)
    (cells,) = data.dropped_cells
    assert (cells.column, cells.count, cells.first) == ("b", 1, ((2, "about 5"),))
    assert (data.dropped, data.missing) == (3, (0, 3))
    assert data.notes[-1] == 'b: 1 cell holds no number, "about 5" in row 2'


def test_cells_are_counted_over_all_rows_and_parts(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{n},{'x' if n % 100 == 7 else n % 13}\n" for n in range(3000))
    path = written(tmp_path, text)
    (cells,) = load(path, "a", "b").dropped_cells
    assert (cells.count, cells.first[1]) == (30, (108, "x"))
    data, _ = load_parts("all", [path, path], "a", "b")
    assert data.dropped_cells[0].count == 60
    assert data.notes == ('b: 60 cells hold no number, such as "x" in row 8',)


@given(st.text(max_size=90), st.sampled_from(".,"))
def test_no_text_breaks_the_reading_of_a_cell(cell: str, decimal: str) -> None:
    assert isinstance(number(cell, decimal), float)
    assert isinstance(seconds(cell), float)


# Dates.


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2024-02-27", "2024-03-01", "2024-02-28"], [0, 3, 1]),
        (["31.12.2024", "1.1.2025", "05.01.2025"], [0, 1, 5]),
        (["12/31/2024", "1/1/2025", "1/5/2025"], [0, 1, 5]),
        (["31/12/24", "01/01/25", "05/01/25"], [0, 1, 5]),
        (["3 May 2020", "4 May 2020", "1 June 2020"], [0, 1, 29]),
        (["May 3, 2020", "May 4, 2020", "Jun 1, 2020"], [0, 1, 29]),
        (["03-May-20", "04-May-20", "01-Jun-20"], [0, 1, 29]),
        (["Jan 2020", "Feb 2020", "March 2020"], [0, 31, 60]),
        (["2020-01", "2020-02", "2020-03"], [0, 31, 60]),
        (["2020Q1", "2020Q2", "2020Q4"], [0, 91, 274]),
        (["2024/1/5", "2024/1/6", "2024/2/1"], [0, 1, 27]),
        (["20240105", "20240106", "20240201"], [0, 1, 27]),
        (["2024-01-05", "soon", "2024-02-30"], [0]),
    ],
)
def test_dates_count_days(tmp_path: Path, cells: list[str], days: list[float]) -> None:
    text = "".join(f'"{cell}";{n * n}\n' for n, cell in enumerate(cells, 3))
    text += '"2024-01-09";99\n' if "soon" in cells else ""
    data = read(tmp_path, "when;v\n" + text)
    assert data.x.tolist() == (days if "soon" not in cells else [0, 4])
    assert data.dates is not None
    assert (data.per_x, data.dates.since) == ("per day", data.x_label[6:-1])
    assert data.notes[0] == f"when: {data.dates.since}, so the slope is per day"


@given(st.lists(st.dates(datetime.date(1970, 1, 1), datetime.date(2068, 12, 31)), min_size=1))
def test_every_way_to_write_a_date_is_the_same_date(dates: list[datetime.date]) -> None:
    expected = [(date - datetime.date(1970, 1, 1)).days * 86400e6 for date in dates]
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y", "%d %B %Y", "%b %d, %Y", "%Y%m%d"):
        cells = [f"{date:{form}}" for date in dates]
        assert microseconds(cells, "day-first").tolist() == expected
    cells = [f"{date:%m/%d/%Y}" for date in dates]
    assert microseconds(cells, "month-first").tolist() == expected


def test_times_count_seconds(tmp_path: Path) -> None:
    stamps = ["2024-01-05T10:00:00Z", "2024-01-05 11:00:30+01:00", "2024-01-05 10:01"]
    data = read(tmp_path, "when,v\n" + "".join(f"{s},{n * n}\n" for n, s in enumerate(stamps, 2)))
    assert (data.x.tolist(), data.per_x) == ([0, 30, 60], "per second")
    data = read(
        tmp_path, "when,v\n1/13/2020 1:30 PM,4\n1/14/2020 12:30 AM,9\n1/14/2020 9:00 AM,7\n"
    )
    assert data.x.tolist() == [0, 39600, 70200]


def test_what_stays_doubtful_about_dates_is_said_and_can_be_chosen(tmp_path: Path) -> None:
    text = "when,v\n01/02/2024,4\n03/02/2024,9\n02/05/2024,5\n05/03/2024,7\n"
    data = read(tmp_path, text)
    assert data.x.tolist() == [0, 60, 34, 122]
    assert "01/02/2024 is read month first, not day first: choose with --dates" in data.notes[0]
    chosen = read(tmp_path, text, dates="day-first")
    assert chosen.x.tolist() == [0, 2, 91, 33]
    assert "choose" not in chosen.notes[0]
    # In order by only one of them, or with dots: no doubt.
    ordered = (
        "".join(f"{day:02}/01/2024,{day * day % 7}\n" for day in range(3, 13)) + "01/02/2024,3\n"
    )
    assert read(tmp_path, "when,v\n" + ordered).x.tolist()[-2:] == [9, 29]
    assert "choose" not in read(tmp_path, text.replace("/", ".")).notes[0]


def test_dates_count_from_the_first_of_all_rows(tmp_path: Path) -> None:
    first = datetime.date(2000, 1, 1)
    days = [first + datetime.timedelta(days=n) for n in range(1500)]
    text = "when,v\n" + "".join(f"{day},{n % 9}\n" for n, day in enumerate(reversed(days)))
    assert read(tmp_path, text).x.tolist() == list(range(1499, -1, -1))
    halves = [
        written(tmp_path, f"when,v\n{days[n]},1\n{days[n + 1]},{n}\n", f"{n}.csv") for n in (9, 2)
    ]
    data, _ = load_parts("all", halves)
    assert sorted(data.x.tolist()) == [-7, -6, 0, 1]
    assert data.dates is not None
    assert data.notes == ("when: days since 2000-01-10, so the slope is per day",)


# Totals.


def with_total(*last: str, label: bool = True) -> str:
    lines = ["a,10,23", "b,13,25", "c,17,31", "d,22,40", "e,30,51", *last]
    text = "\n".join(["where,p,q", *lines, ""])
    return text if label else "\n".join(line.partition(",")[2] for line in text.split("\n"))


SUBTOTALS = with_total("Total,69,122", "Total,92,170").replace("c,", "Total,23,48\nc,")


@pytest.mark.parametrize(
    ("text", "n", "left_out"),
    [
        (with_total("Total,92,170"), 5, 'row 6 ("Total")'),
        (with_total("SUMME:,92,170"), 5, 'row 6 ("SUMME:")'),
        (with_total("Average,18.4,34"), 5, 'row 6 ("Average")'),
        (with_total(",92,170"), 5, "row 6"),
        (with_total(",92,170", label=False), 5, "row 6"),
        (with_total(",18.4,34", label=False), 5, "row 6"),
        (with_total(",18.4,34.5", label=False), 6, ""),
        (SUBTOTALS, 5, '3 rows, such as row 3 ("Total")'),
        (with_total("Total,93,99"), 6, ""),
        (with_total("f,92,169"), 6, ""),
        ("kind,p,q\naverage,2,3\ngood,1,2\npoor,4,4\naverage,5,9\ngood,4,1\n", 5, ""),
        ("p,q\n1,2\n2,4\n3,6\n", 3, ""),
        ("p,q\n1,2\n2,4\n3,6\n4,8\n10,20\n", 5, ""),
    ],
)
def test_rows_that_are_sums_of_others_are_left_out(
    tmp_path: Path, text: str, n: int, left_out: str
) -> None:
    data = read(tmp_path, text, "p", "q")
    assert data.n == n
    assert bool(data.notes) == bool(left_out)
    if left_out:
        assert data.notes[0].startswith(left_out)
        assert "--keep-totals keeps" in data.notes[0]
        assert data.notes == preview(str(tmp_path / "rows.csv")).notes
        kept = read(tmp_path, text, "p", "q", keep_totals=True)
        assert (kept.n, kept.notes) == (text.count("\n") - 1, ())


@pytest.mark.parametrize("label", ["Total", ""])
def test_a_total_may_stand_far_below_the_head(tmp_path: Path, label: str) -> None:
    pairs = [(n, n % 13 + 1) for n in range(1, 3000)]
    lines = [f"r{x},{x},{y}" for x, y in pairs]
    total = f"{label},{sum(x for x, _ in pairs)},{sum(y for _, y in pairs)}"
    data = read(tmp_path, "\n".join(["where,p,q", *lines, total]), "p", "q")
    assert data.n == 2999
    name = ' ("Total")' if label else ""
    assert data.notes[0].startswith(f"row 3000{name} is left out")


def test_sums_within_a_long_table_are_left_out_throughout(tmp_path: Path) -> None:
    lines = []
    for group in range(400):
        lines += [f"x{group},{group},1", f"y{group},{2 * group},5", f"Total,{3 * group},6"]
    data = read(tmp_path, "\n".join(["where,p,q", *lines]), "p", "q")
    assert data.n == 800
    parts, _ = load_parts("all", [str(tmp_path / "rows.csv")], "p", "q")
    assert parts.n == 800
    assert "400 rows are left out as totals" in parts.notes[0]


# By hand.


def test_what_was_found_by_looking_can_be_chosen(tmp_path: Path) -> None:
    text = "t;v\n1,500;4\n2,500;9\n3,250;7\n"
    assert read(tmp_path, text).x.tolist() == [1.5, 2.5, 3.25]
    assert read(tmp_path, text, decimal=".").x.tolist() == [1500, 2500, 3250]
    assert read(tmp_path, text, decimal=".").notes == ()
    assert read(tmp_path, "a:b\n1:2\n2:5\n4:3\n", delimiter=":").x_name == "a"
    assert read(tmp_path, text, header_row=2).x_name == "1,500"
    assert read(tmp_path, text, "column 1", "column 2", header_row=0).dropped == 1
    data = read(tmp_path, "größe,v\n1,2\n5,3\n7,1\n".encode("cp437"), encoding="cp437")
    assert data.x_name == "größe"
    assert read(tmp_path, "a,b\n1,2\n5,3\n7,1\n".encode("utf-16-le"), encoding="utf-16-le").n == 3
    assert refusal(tmp_path, text, header_row=9).endswith("choose a line from 1 to 4")
    assert "--sheet has no meaning for a text file" in refusal(tmp_path, text, sheet="a")


@pytest.mark.parametrize(
    ("option", "what"),
    [
        ("--decimal=;", "choose . or ,"),
        ("--delimiter=ab", "choose comma, semicolon, tab, pipe, space, or one other character"),
        ("--header-row=0", "choose a number, such as 1, or none"),
        ("--encoding=base64", "choose one, such as utf-8 or cp1252"),
        ("--dates=dmy", "choose day-first or month-first"),
    ],
)
def test_a_choice_that_is_not_possible_has_one_line(
    capsys: pytest.CaptureFixture[str], option: str, what: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fit", "rows.csv", option])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert what in err
    assert err.count("\n") == 1


def test_choices_make_the_options_that_make_them() -> None:
    chosen = Choices(
        *("Data 2", "\t", ",", 0, "cp1252", "day-first"),
        keep_totals=True,
    )
    assert chosen.options == [
        *("--sheet=Data 2", "--delimiter=tab", "--decimal=,", "--header-row=none"),
        *("--encoding=cp1252", "--dates=day-first", "--keep-totals"),
    ]
    assert all(one.help and one.label for one in CHOICES)


@pytest.mark.parametrize("command", ["fit", "train", "sweep"])
def test_every_command_reads_as_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path = written(tmp_path, with_total("Total,92,170"))
    for options, n in (((), 5), (("--keep-totals",), 6)):
        assert main([command, path, *options, "--json"]) == 0
        out, err = capsys.readouterr()
        assert json.loads(out)["n"] == n
        assert json.loads(out)["dropped_cells"] == []
        assert ("--keep-totals keeps it" in err) == (n == 5)
    assert main([command, "--decimal=,", "--json"]) == 2
    assert "--decimal=, says how to read a file: name one" in capsys.readouterr().err


# False refusals, and refusals that tell the line.


def test_a_blank_cell_too_many_is_an_empty_one(tmp_path: Path) -> None:
    text = "a,b\n" + rows(behind=", ") * 500 + rows(behind=",,")
    assert read(tmp_path, text).n == 2004
    assert "line 2006 has 3 cells" in refusal(tmp_path, text + "1,2,x\n")


@pytest.mark.parametrize("blanks", [1, 3])
def test_a_quote_behind_a_delimiter_and_blanks_is_a_quote_everywhere(
    tmp_path: Path, blanks: int
) -> None:
    text = "a,b,c\n" + rows(behind=",x") * 600 + f'5,{" " * blanks}"7",{" " * blanks}"x, y"\n'
    data = read(tmp_path, text)
    assert (data.n, data.y[-1], data.notes) == (2401, 7, ())


# Workbooks, Parquet, and standard input.


def workbook(folder: Path, **sheets: list[list[object]]) -> str:
    book = pytest.importorskip("openpyxl").Workbook()
    book.remove(book.active)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    path = folder / "book.xlsx"
    book.save(path)
    return str(path)


def test_the_first_sheet_with_two_columns_of_numbers_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table: list[list[object]] = [["p", "q"], [1.5, 4], [2.5, 1], [3.5, 9]]
    path = workbook(
        tmp_path, About=[["Measured in May"]], Empty=[], Data=table, More=[["r", "s"], *table[1:]]
    )
    data = load(path)
    assert (data.x_name, data.n) == ("p", 3)
    assert data.notes[0].startswith('the first sheet with two columns of numbers is "Data"')
    assert preview(path).sheets == ("About", "Empty", "Data", "More")
    chosen = load(path, choices=Choices(sheet="More"))
    assert (chosen.x_name, chosen.notes) == ("r", ())
    assert main(["fit", path, "--sheet", "Other"]) == 2
    err = capsys.readouterr().err
    assert 'there is no sheet "Other"; choose from "About", "Empty", "Data", "More"' in err
    assert main(["fit", path, "--sheet", "About"]) == 2
    assert "there are no rows below its header" in capsys.readouterr().err


def test_cells_of_a_workbook_are_dates_times_and_totals(tmp_path: Path) -> None:
    day = datetime.datetime(2024, 1, 5)
    rows_of: list[list[object]] = [
        [day + datetime.timedelta(days=n * n), datetime.time(0, n, 30), f"{n} kg"]
        for n in range(1, 5)
    ]
    data = load(workbook(tmp_path, a=[["when", "time", "mass"], *rows_of]), "when", "time")
    assert (data.x.tolist(), data.y.tolist()) == ([0, 3, 8, 15], [90, 150, 210, 270])
    data = load(str(tmp_path / "book.xlsx"), "when", "mass")
    assert (data.y.tolist(), data.per_x) == ([1, 2, 3, 4], "per day")
    cells: list[list[object]] = [["where", "p", "q"], *([f"s{n}", n, n * n] for n in range(5))]
    data = load(workbook(tmp_path, a=[*cells, ["Total", 10, 30]]))
    assert data.n == 5
    assert 'row 6 ("Total") is left out' in data.notes[0]


def test_parquet_of_every_type_is_read_or_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = str(tmp_path / "t.parquet")
    hour = datetime.timedelta(hours=1)
    columns = {
        "number": pa.array([1.5, 2.5, 4.5]),
        "half": pa.array(np.array([1, 2, 4], np.float16)),
        "duration": pa.array([hour, 2 * hour, 4 * hour]),
        "long": pa.array([2**62, 1, 2], pa.duration("s")),
        "time": pa.array([datetime.time(0, 1), datetime.time(0, 2), datetime.time(0, 5)]),
        "day": pa.array([datetime.date(2024, 1, n) for n in (1, 2, 4)]),
        "far": pa.array([2**40, 1, 2], pa.timestamp("s")),
        "zone": pa.array([0, 60, 120], pa.timestamp("s", "Europe/Oslo")),
        "kind": pa.array(["1", "2", "4"]).dictionary_encode(),
        "list": pa.array([[1], [2, 3], []]),
        "struct": pa.array([{"a": 1}, {"a": 2}, None]),
        "map": pa.array([[("a", 1)], [], None], pa.map_(pa.string(), pa.int8())),
        "bytes": pa.array([b"\xff", b"\0", None]),
        "nothing": pa.nulls(3),
        "yes": pa.array([True, False, None]),
        "decimal": pa.array([1, 2, 4]).cast(pa.decimal128(38, 10)),
    }
    parquet.write_table(pa.table(columns), path)
    usable = {"half", "duration", "long", "time", "day", "zone", "far", "kind", "decimal"}
    for name in set(columns) - {"number"}:
        if name in usable:
            assert load(path, name, "number").n == 3
        else:
            with pytest.raises(InputError, match=f'column "{name}" holds no numbers'):
                load(path, name, "number")
    assert load(path, "duration", "number").x.tolist() == [3600, 7200, 14400]
    assert load(path, "day", "number").x.tolist() == [0, 1, 3]
    twice = pa.table([[1, 2, 4], [5, 7, 6], [9, 8, 3]], names=["a", "a", "b"])
    parquet.write_table(twice, path)
    data = load(path, "a", "a.1")
    assert (data.x.tolist(), data.y.tolist()) == ([1, 2, 4], [5, 7, 6])
    assert load(path, "b", "a.1").x.tolist() == [9, 8, 3]


@pytest.mark.parametrize("kind", first_of(["workbook", "text", "gz"]))
def test_standard_input_is_read(tmp_path: Path, kind: str) -> None:
    if kind == "workbook":
        content = Path(workbook(tmp_path, a=[["p", "q"], [1, 4], [2, 1], [4, 9]])).read_bytes()
    else:
        content = ("p,q\n" + "1,4\n2,1\n4,9\n" * 40_000).encode()
        content = gzip.compress(content, 1) if kind == "gz" else content
    ended = subprocess.run(
        [sys.executable, "-m", "linreg_tui", "fit", "-", "--json"],
        input=content,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert (found["source"], found["x"], found["n"] % 3) == ("-", "p", 0)


# Time.


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n" + " " * 100 + "(" + " " * 100 + "x,3\n",
        "name,a,b\n" + "".join(f"{'x' * n:>100},{n},{n * n}\n" for n in range(1, 60)),
        "a,b\n" + f"{'1' * 5000},2\n" * 50,
        "a,b\n" + f"{'1,' * 2500}x;2\n" * 50,
        "a,b\n" + f"{'(' * 3000},2\n" * 50,
        "a,b\n" + f"{' total' * 500},2\n" * 50,
        '"' * 50_000,
        "," * 6_000 + "\n" + "1," * 6_000 + "\n",
        ",".join(f"column {n}" for n in range(3000)) + "\n" + "w," * 3000 + "\n",
        ",".join(["2020-01-01"] * 1500) + "\n" + ",".join(["2020-02-01"] * 1500) + "\n",
    ],
    ids=range(10),
)
def test_no_file_takes_long(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    began = time.process_time()
    try:
        preview(path)
        load(path)
    except InputError:
        pass
    assert time.process_time() - began < 2


def test_the_time_for_empty_names_grows_with_their_number(tmp_path: Path) -> None:
    def taken(names: int) -> float:
        path = written(tmp_path, "," * names + "\n" + "1," * names + "\n")
        began = time.process_time()
        preview(path)
        return time.process_time() - began

    taken(100)
    assert taken(8_000) < 12 * taken(2_000)


# Long files: read in one piece where all lines are alike, and in chunks where they are not.


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("odd", "more"),
    [
        ("", []),
        ("\n", []),
        ("7\n", []),
        ("7,8,\n", [(7, 8)]),
        ('"7","8"\n', [(7, 8)]),
        ("7,about 8\n", []),
        ("seven,8\n7,8\n", [(7, 8)]),
        ("7,8", [(7, 8)]),
        ("1e999,8\n", []),
    ],
    ids=ascii,
)
def test_a_long_file_is_read_alike_in_one_piece_and_in_chunks(
    tmp_path: Path, odd: str, more: list[tuple[float, float]], end: str
) -> None:
    pairs = [(n / 4, float(n * n % 1013)) for n in range(30_000)]
    text = "a,b\n" + "".join(f"{x},{y}\n" for x, y in pairs)
    for content, rows_read in (
        (text + odd, pairs + more),
        (text + odd + "5,6\n" * odd.endswith("\n"), pairs + more + [(5, 6)] * odd.endswith("\n")),
    ):
        data = read(tmp_path, content.replace("\n", end), "a", "b")
        assert data.x.tolist() == [x for x, _ in rows_read]
        assert data.y.tolist() == [y for _, y in rows_read]
    assert "line 30002 has 3 cells" in refusal(tmp_path, text + "7,8,9\n")


# Anything.


def test_made_up_files_are_read_right_or_refused(tmp_path: Path) -> None:
    assert list(failures(150, 1, tmp_path)) == []


def test_a_line_too_long_is_found_beside_one_too_short(tmp_path: Path) -> None:
    rows = [f"n{k},{k},{2 * k}" for k in range(60_000)]
    rows[50_000], rows[50_040] = "Smith, John,50000,100000", "n50040,50040"
    path = written(tmp_path, "\n".join(["name,x,y", *rows, ""]))
    with pytest.raises(InputError, match="line 50002 has 4 cells, and the header 3"):
        load(path, "x", "y")
