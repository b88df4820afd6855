"""Reads made-up files: clean ones against the numbers they were written from, and broken ones.

python tests/benchmarks/fuzz.py [--files 20000] [--seed 0] [--quick]

Half of the files are clean: tables with columns of many kinds, in many ways of writing them. The
columns are read by their names, and must have the very numbers that the file was written from, or
the line below it, if a number is replaced by a word. The other half are clean ones that are broken:
bytes, cells and lines are changed, moved, repeated or cut off, and marks put in. They give rows of
finite numbers, or one line that says what is wrong. No file takes more than 2 seconds of processor
time a megabyte, beyond a fixed share. It prints what failed, with the seed that makes it again, and
the exit status is 1 if anything did. `--quick` reads few files.
"""

from __future__ import annotations

import argparse
import csv
import io
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.loading import load, preview

SECONDS_A_FILE, SECONDS_A_MEGABYTE = 0.75, 2.0

Cells = tuple[list[str], list[float]]
"""The texts of a column and the numbers that they stand for; NaN for none."""

WORDS = ("oak", "ash tree", "lime", "silver birch", "yew", "elm", "Norway spruce", "fir")
NAMES = ("height", "girth in cm", "Größe", "age", "p_1", "Wert (EUR)", "y", "speed.max", "b")
MARKS = (
    '"',
    "(",
    ")",
    "'",
    ",",
    ";",
    "\t",
    " " * 90,
    "\0",
    "#",
    "-",
    "9" * 400,
    "€",
    "\r",
    "1e999",
)


@dataclass(frozen=True)
class Table:
    """A file, and two of its columns with the numbers in them, row by row."""

    content: bytes
    names: tuple[str, str]
    numbers: tuple[list[float], list[float]]


def _decimals(rng: np.random.Generator, rows: int, decimal: str) -> Cells:
    places = int(rng.integers(1, 6))
    values = rng.normal(0, 10.0 ** rng.integers(0, 5), rows)
    texts = [f"{value:.{places}f}" for value in values]
    return [text.replace(".", decimal) for text in texts], [float(text) for text in texts]


def _whole(rng: np.random.Generator, rows: int, decimal: str) -> Cells:  # noqa: ARG001
    values = rng.integers(-500, 900, rows).tolist()
    return [str(value) for value in values], [float(value) for value in values]


def _scientific(rng: np.random.Generator, rows: int, decimal: str) -> Cells:
    texts = [f"{value:.5e}" for value in rng.normal(0, 1, rows)]
    return [text.replace(".", decimal) for text in texts], [float(text) for text in texts]


def _grouped(rng: np.random.Generator, rows: int, decimal: str) -> Cells:
    values = rng.uniform(1, 5e6, rows).round(2).tolist()
    other = "." if decimal == "," else ","
    swap = str.maketrans({",": other, ".": decimal})
    return [f"{value:,.2f}".translate(swap) for value in values], values


def _money(rng: np.random.Generator, rows: int, decimal: str) -> Cells:
    values = rng.uniform(-900, 900, rows).round(2).tolist()
    return [f"{value:.2f} €".replace(".", decimal) for value in values], values


def _unit(rng: np.random.Generator, rows: int, decimal: str) -> Cells:
    unit = str(rng.choice(["kg", "km/h", " hp", " m²"]))
    values = rng.uniform(1, 900, rows).round(1).tolist()
    return [f"{value:.1f}{unit}".replace(".", decimal) for value in values], values


def _clock(rng: np.random.Generator, rows: int, decimal: str) -> Cells:  # noqa: ARG001
    values = rng.integers(0, 3600, rows).tolist()
    return [f"{v // 60:02}:{v % 60:02}" for v in values], [float(v) for v in values]


NUMBERS: tuple[Callable[[np.random.Generator, int, str], Cells], ...] = (
    *(_decimals, _decimals, _whole, _scientific, _grouped, _money, _unit, _clock),
)


def _dates(rng: np.random.Generator, rows: int) -> Cells:
    days = rng.integers(0, 4000, rows).tolist()
    form = str(rng.choice(["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%Y/%m/%d"]))
    first = date(2001, 3, 4)
    texts = [f"{first + timedelta(days=day):{form}}" for day in days]
    return texts, [float(day) for day in days]


def table(rng: np.random.Generator) -> Table:
    """Return a clean table."""
    rows = int(rng.integers(12, 60)) if rng.random() < 0.97 else int(rng.integers(1000, 3000))
    delimiter = str(rng.choice([",", ";", "\t", "|"]))
    decimal = "," if delimiter == ";" and rng.random() < 0.7 else "."
    names = [str(name) for name in rng.permutation(NAMES)[: int(rng.integers(3, 7))]]
    columns = [NUMBERS[int(rng.integers(len(NUMBERS)))](rng, rows, decimal) for _ in names]
    shown = [f"{value:.2f}" for value in rng.normal(0, 90, rows)]  # shows the decimal mark
    columns[0] = [text.replace(".", decimal) for text in shown], [float(text) for text in shown]
    x, y = (int(place) for place in rng.permutation(np.arange(len(names)))[:2])
    if rng.random() < 0.2:
        columns[x] = _dates(rng, rows)
    for place in range(len(names)):
        if place not in (x, y, 0) and rng.random() < 0.5:
            columns[place] = [str(word) for word in rng.choice(WORDS, rows)], []
    gap = str(rng.choice(["", "NA", "n/a", "-"]))
    for texts, numbers in (columns[x], columns[y]):
        for row in np.flatnonzero(rng.random(rows) < rng.choice([0, 0, 0.1])).tolist():
            texts[row], numbers[row] = gap, math.nan
    if rng.random() < 0.3:  # one number is a word
        row = int(rng.integers(rows))
        columns[y][0][row], columns[y][1][row] = "unknown", math.nan
    content = _written(rng, delimiter, names, [texts for texts, _ in columns])
    return Table(content, (names[x], names[y]), (columns[x][1], columns[y][1]))


def _written(
    rng: np.random.Generator, delimiter: str, names: list[str], columns: list[list[str]]
) -> bytes:
    ending = str(rng.choice(["\n", "\n", "\r\n"]))
    quoted = rng.random() < 0.2
    file = io.StringIO()
    if rng.random() < 0.2:
        file.write(f"A list of trees{ending}" * int(rng.integers(1, 4)))
    elif rng.random() < 0.1:
        file.write(f"# made by a program{ending}" * int(rng.integers(1, 40)))
    writer = csv.writer(
        file,
        delimiter=delimiter,
        lineterminator=ending,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(names)
    for row in zip(*columns, strict=True):
        writer.writerow(row)
        if rng.random() < 0.01:
            file.write(ending)
    encoding = str(rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return file.getvalue().encode(encoding)


def broken(rng: np.random.Generator) -> bytes:
    """Return a table with a few things wrong."""
    content = bytearray(table(rng).content)
    for _ in range(int(rng.integers(1, 6))):
        place = int(rng.integers(len(content) + 1))
        lines = bytes(content).split(b"\n")
        line = int(rng.integers(len(lines)))
        kind = int(rng.integers(8))
        if kind == 0:
            content[place:place] = str(rng.choice(MARKS)).encode() * int(rng.integers(1, 4))
        elif kind == 1 and content:
            content[min(place, len(content) - 1)] = int(rng.integers(256))
        elif kind == 2:
            del content[place : place + int(rng.integers(1, 40))]
        elif kind == 3:
            del content[place:]
        elif kind == 4:
            lines[line : line + 1] *= int(rng.integers(0, 5))
            content = bytearray(b"\n".join(lines))
        elif kind == 5:
            lines[line] += str(rng.choice([",", ";", "\t", " ", ",1", "\t2"])).encode()
            content = bytearray(b"\n".join(lines))
        elif kind == 6:
            lines.insert(line, str(rng.choice(["", " ", "# note", "Total,1,2,3", "a;b"])).encode())
            content = bytearray(b"\n".join(lines))
        else:
            content = content.replace(*rng.choice([b",", b";", b"\t", b" ", b'"', b"."], 2))
        if len(content) > 2**20:
            break
    return bytes(content)


def wrong_with(path: Path, made: Table) -> str:
    """Return what is wrong with the reading of a clean table, or an empty text."""
    try:
        data = load(str(path), *made.names)
    except InputError as error:
        return f"refused: {error}"
    x, y = (np.array(numbers) for numbers in made.numbers)
    complete = np.isfinite(x) & np.isfinite(y)
    if data.dates is not None:
        x -= np.nanmin(x)
    if not np.array_equal(data.x, x[complete]):
        return f"x is {data.x[:5]}, not {x[complete][:5]} ({data.n}, not {complete.sum()} rows)"
    if not np.array_equal(data.y, y[complete]):
        return f"y is {data.y[:5]}, not {y[complete][:5]}"
    if data.dropped != len(complete) - data.n:
        return f"{data.dropped} rows are said to be left out, not {len(complete) - data.n}"
    return ""


def failures(files: int, seed: int, folder: Path) -> Iterator[str]:
    """Yield what failed among so many files, half of them clean."""
    for number in range(files):
        rng = np.random.default_rng((seed, number))
        made = table(rng) if number % 2 else None
        content = broken(rng) if made is None else made.content
        path = folder / "made.csv"
        path.write_bytes(content)
        which = f"--seed {seed}, file {number}"
        began = time.process_time()
        try:
            if made is not None:
                if wrong := wrong_with(path, made):
                    yield f"{which}: {wrong}"
                continue
            preview(str(path))
            data = load(str(path))
            if not (np.isfinite(data.x).all() and np.isfinite(data.y).all()):
                yield f"{which}: a number isn't finite"
        except InputError as error:
            if not str(error).isprintable():
                yield f"{which}: {error!r}"
        except Exception as error:
            yield f"{which}: {error!r}"
        finally:
            taken = time.process_time() - began
        if taken > SECONDS_A_FILE + SECONDS_A_MEGABYTE * len(content) / 1e6:
            yield f"{which}: {taken:.2f} s for {len(content)} bytes"


def main() -> int:
    """Print what failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="few files")
    options = parser.parse_args()
    files = 200 if options.quick else options.files
    failed = 0
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for message in failures(files, options.seed, Path(folder)):
            sys.stdout.write(f"{message}\n")
            failed += 1
    sys.stdout.write(f"{files:,} files, {time.process_time() - began:.0f} s, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
