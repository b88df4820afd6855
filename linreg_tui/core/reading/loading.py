"""Opens and previews a table, and loads two columns of it into memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from linreg_tui.core.dataset import Dataset, Dates, DroppedCells
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.reading.cells import DATES, NUMBERS, Format
from linreg_tui.core.reading.columns import Column, are_coordinates, choose, columns, guess
from linreg_tui.core.reading.table import (
    AUTOMATIC,
    PARQUET_FILE,
    STANDARD_INPUT,
    TEXT_FILE,
    WORKBOOK,
    Choices,
    Chunk,
    Pair,
    Table,
    located,
)
from linreg_tui.core.reading.text import DelimitedTable
from linreg_tui.core.text import printable, quoted

TEXTS = (".csv", ".tsv", ".tab", ".txt", ".dat")
PARQUET, EXCEL = (".parquet",), (".xlsx", ".xlsm")

_SIGNATURES = {b"PAR1": PARQUET_FILE, b"PK\x03\x04": WORKBOOK}
"""What standard input begins with, if it isn't text."""

Progress = Callable[[float], object]
"""Called with the fraction that has been read; an exception from it ends the reading."""


def _ignore(_: float) -> None:
    """Do nothing with how much has been read."""


def openable(path: str) -> bool:
    """Return whether a file's name ends like that of a table."""
    name = path.lower()
    return name.removesuffix(".gz").endswith(TEXTS) or name.endswith(PARQUET + EXCEL)


def open_table(path: str, choices: Choices = AUTOMATIC) -> Table:
    """Open the table in a file, which the caller closes; unknown endings are read as text.

    Raises
    ------
    InputError
        If there is no such file, no table in it, a choice has no meaning for this kind of file, or
        the library to read it is missing.
    """
    kind = kind_of(path)
    if kind == PARQUET_FILE:
        from linreg_tui.core.reading.parquet import ParquetTable

        return ParquetTable(path, choices)
    if kind == WORKBOOK:
        from linreg_tui.core.reading.spreadsheet import ExcelTable

        return ExcelTable(path, choices)
    return DelimitedTable(path, choices)


def kind_of(path: str) -> str:
    """Return the kind of a file, by the ending of its name; standard input has only content."""
    if path == STANDARD_INPUT:
        with Path(located(path)).open("rb") as file:
            return _SIGNATURES.get(file.read(4), TEXT_FILE)
    name = path.lower()
    return (
        PARQUET_FILE if name.endswith(PARQUET) else WORKBOOK if name.endswith(EXCEL) else TEXT_FILE
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """The columns of a file, its first rows as printable text, and a guess of x and y.

    `notes` say how the header was found, where there is more than one way, and which rows are
    totals. `sheets` are the names of a workbook's sheets.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: tuple[str, str] | None
    notes: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


def preview(path: str, rows: int = 8, choices: Choices = AUTOMATIC) -> Preview:
    """Return a preview of a file of any length, from its head.

    Raises
    ------
    InputError
        If it can't be opened.
    """
    with closing(open_table(path, choices)) as table:
        found = columns(table)
        first = tuple(tuple(map(printable, row)) for row in table.head[:rows])
        notes, sheets = table.notes, table.sheets
        pair = guess(found)
        if len(pair) == 2 and not choices.keep_totals:
            x, y = (table.names.index(name) for name in pair)
            notes = (*notes, *Totals.in_head(table, x, y).notes)
    return Preview(found, first, (pair[0], pair[1]) if len(pair) == 2 else None, notes, sheets)


def load(
    path: str,
    x: str | None = None,
    y: str | None = None,
    *,
    progress: Progress | None = None,
    choices: Choices = AUTOMATIC,
) -> Dataset:
    """Load two columns of numbers from a file, in any thread.

    If a column isn't named, the first one that can be data is taken, x before y.

    Raises
    ------
    InputError
        If the file can't be read, a column isn't there or isn't numeric, or no row is left.
    """
    xs, ys = _GrowingArray(), _GrowingArray()
    try:
        with closing(Rows(path, x, y, progress, choices=choices, whole=True)) as rows:
            for x_chunk, y_chunk in rows:
                xs.extend(x_chunk, rows.fraction)
                ys.extend(y_chunk, rows.fraction)
        return rows.dataset(xs.array(), ys.array())
    except MemoryError:
        raise InputError(
            f"{printable(path)}: it doesn't fit into memory; "
            "linreg-tui fit --stream reads it piece by piece"
        ) from None


MARGIN, MOST_GROWTH = 1.1, 64
"""How much more room to take than what has been read suggests, and the most times what it takes."""


class _GrowingArray:
    """An array that grows in place, because joining its parts would need twice the memory."""

    def __init__(self) -> None:
        self._values: FloatArray = np.empty(0)
        self._n = 0
        self._owned = False

    def extend(self, values: FloatArray, fraction: float) -> None:
        """Append these values; `fraction` says how much of all values there will be by then.

        If they are all, they are taken as they are, without a copy.
        """
        end = self._n + len(values)
        if self._n == 0 and fraction == 1:
            self._values, self._n = values, end
            return
        if end > len(self._values):
            likely = int(MARGIN * end / fraction) if fraction > 0 else 0
            size = max(end * 5 // 4, min(likely, MOST_GROWTH * end))
            if self._owned:
                # No other reference to the array exists yet.
                self._values.resize(size, refcheck=False)
            else:
                first, self._values = self._values, np.empty(size)
                self._values[: self._n] = first
                self._owned = True
        self._values[self._n : end] = values
        self._n = end

    def array(self) -> FloatArray:
        """Return all values; nothing can be appended afterwards."""
        if self._n < len(self._values):
            self._values.resize(self._n, refcheck=False)
        return self._values


# Rows that are totals of others.

_TOTALS = (
    "total|totals|subtotal|sub-total|grand total|sum|sums|average|averages|avg|mean|median|"
    "summe|gesamt|gesamtsumme|insgesamt|zwischensumme|endsumme|durchschnitt|mittelwert|mittel|"
    "total général|sous-total|somme|moyenne|suma|promedio|totale|somma|totaal|gemiddelde|soma|"
    "itogo|итого|合计|合計|总计|總計"
)
_TOTAL = re.compile(rf"(?:{_TOTALS})\s*[:*]?", re.IGNORECASE)
_WITH_TOTAL = re.compile(rf"(?:{_TOTALS})[ :].*|.*[ :](?:{_TOTALS})[:*]?", re.IGNORECASE)
MOST_LABEL_CHARACTERS, MOST_LABEL_COLUMNS = 60, 50

MIN_TERMS = 4
"""A row without a label that is the sum or the mean of so many rows above it is a total of them."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The rows of a table's head that are totals or averages of other rows.

    `rows` are their numbers in the head. `label` is the column that says so, if there is one.
    """

    rows: tuple[int, ...] = ()
    label: int | None = None
    names: tuple[str, ...] = ()

    @staticmethod
    def in_head(table: Table, x: int, y: int) -> Totals:
        """Return the totals among the first rows; the last row counts only if it is known."""
        head, formats = table.head, (table.format(x), table.format(y))

        def values() -> list[FloatArray]:
            pairs = zip((x, y), formats, strict=True)
            return [one.numbers([row[place] for row in head]) for place, one in pairs]

        for place in range(min(len(table.names), MOST_LABEL_COLUMNS)):
            if place in (x, y) or table.format(place).kind == NUMBERS:
                continue
            cells = [row[place].strip() for row in head]
            if named := [n for n, cell in enumerate(cells) if _says_total(cell)]:
                both, whole = values(), table.complete
                rows = tuple(n for n in named if _is_total(n, named, cells, both, whole))
                if 2 * len(rows) >= len(named):
                    return Totals(rows, place, tuple(cells[n] for n in rows))
        last = len(head) - 1
        if table.complete and formats[0].kind != DATES and last >= MIN_TERMS:
            both = values()
            above = [column[:last] for column in both]
            if _sum_or_mean([float(column[last]) for column in both], above):
                return Totals((last,))
        return Totals()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is left out and how to keep it, if anything."""
        names = dict(zip(self.rows, self.names, strict=False))
        return totals_notes(len(self.rows), [(n + 1, names.get(n, "")) for n in self.rows[:1]])


def totals_notes(count: int, first: Sequence[tuple[int, str]] = ()) -> tuple[str, ...]:
    """Return the note about rows that are totals; `first` may have the number and name of one."""
    if not count:
        return ()
    which = next((f"row {n}{f' ({quoted(name, 30)})' if name else ''}" for n, name in first), "")
    if count == 1:
        one = which or "1 row"
        return (f"{one} is left out as a total or an average of others: --keep-totals keeps it",)
    such = f", such as {which}," if which else ""
    return (
        f"{count:,} rows{such} are left out as totals or averages of others: --keep-totals keeps "
        "them",
    )


def _says_total(cell: str) -> bool:
    return 2 <= len(cell) <= MOST_LABEL_CHARACTERS and bool(
        _TOTAL.fullmatch(cell) or _WITH_TOTAL.fullmatch(cell)
    )


def _is_total(
    row: int, named: Sequence[int], cells: Sequence[str], values: Sequence[FloatArray], whole: bool
) -> bool:
    """Return whether a row whose label says so is a total, by its numbers.

    Both are the sums or the means of the same rows. In the last row, below rows with names of their
    own, one of them is enough.
    """
    others = np.setdiff1d(np.arange(len(cells)), named)
    before = max((n for n in named if n < row), default=-1)
    groups = (others[others < row], others[(others > before) & (others < row)], others)
    labels = [cells[n] for n in others.tolist()]
    last = whole and row == len(cells) - 1 and len(set(labels)) == len(labels)
    enough = 1 if last and _TOTAL.fullmatch(cells[row]) else 2
    return any(
        sum(is_like(float(c[row]), _finite(c[group])) for c in values) >= enough
        for group in groups
        for is_like in (_is_rounded_sum, _is_rounded_mean)
    )


def _finite(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]


def _is_rounded_sum(value: float, terms: FloatArray) -> bool:
    return len(terms) > 1 and _is_sum(value, terms, rounded=True)


def _is_rounded_mean(value: float, terms: FloatArray) -> bool:
    return len(terms) > 1 and _is_mean(value, terms, rounded=True)


def _is_sum(value: float, terms: FloatArray, *, rounded: bool) -> bool:
    slack = (1e-3 if rounded else 1e-9) * float(np.abs(terms).sum())
    return (rounded or value != 0) and abs(value - float(terms.sum())) <= slack


def _is_mean(value: float, terms: FloatArray, *, rounded: bool) -> bool:
    slack = (5e-3 if rounded else 1e-9) * float(np.abs(terms).mean())
    spread = float(np.ptp(terms))
    return spread > 2 * slack and abs(value - float(terms.mean())) <= slack


def _sum_or_mean(row: Sequence[float], above: Sequence[FloatArray]) -> bool:
    """Return whether both numbers of a row are the sums, or both the means, of those above it."""
    complete = np.isfinite(above[0]) & np.isfinite(above[1])
    terms = [column[complete] for column in above]
    if complete.sum() < MIN_TERMS or not np.isfinite(row).all():
        return False
    pairs = list(zip(row, terms, strict=True))
    sums = all(_is_sum(value, column, rounded=False) for value, column in pairs)
    means = all(_is_mean(value, column, rounded=False) for value, column in pairs)
    return (sums or means) and not _on_a_line(*terms)


def _on_a_line(x: FloatArray, y: FloatArray) -> bool:
    """Return whether all points lie on one line, where a sum may be a point like any other."""
    moments = Moments.of(x, y)
    return abs(moments.sxx * moments.syy - moments.sxy**2) <= 1e-9 * moments.sxx * moments.syy


# All rows.

LITTLE = 0.05
"""A line that explains less than this share of the variation says little."""


class Rows:
    """Yields the rows with a number in both of two columns, a chunk at a time.

    A line needs two rows, but a `part` of the data can have fewer. Dates count from the first one,
    or as `dates` says. If `whole`, all rows may come at once, as far as they fit into memory.

    Raises
    ------
    InputError
        As `load` does.
    """

    def __init__(
        self,
        path: str,
        x: str | None,
        y: str | None,
        progress: Progress | None = None,
        *,
        choices: Choices = AUTOMATIC,
        part: bool = False,
        dates: Format | None = None,
        whole: bool = False,
    ) -> None:
        self._path = path
        self._watch = (progress or _ignore) if whole else None
        self._part = part
        self._progress = progress
        self._keep_totals = choices.keep_totals
        self._table = open_table(path, choices)
        try:
            self._chosen = choose(self._table, path, x, y)
            self._places = self._chosen.x, self._chosen.y
            x_format, y_format = map(self._table.format, self._places)
            if x_format.kind == DATES and dates is not None:
                x_format = dates
            elif x_format.kind == DATES and not (part or self._table.complete):
                x_format = self._from_first_date(x_format, choices)
            self._formats = x_format, y_format
            self._totals = Totals()
            if not choices.keep_totals:
                self._totals = Totals.in_head(self._table, *self._places)
        except BaseException:
            self._table.close()
            raise
        self._names = [self._table.names[place] for place in self._places]
        self._dropped = self._complete = self._count = 0
        self._missing = [0, 0]
        self._cells = [DroppedCells(name) for name in self._names]
        self._left_out: list[tuple[int, str]] = []
        self._totals_count = 0
        self._sums: FloatArray = np.zeros(2)

    def _from_first_date(self, found: Format, choices: Choices) -> Format:
        """Return the format with the first date of all rows as its origin."""
        x = self._places[0]
        with closing(open_table(self._path, choices)) as again:
            earliest = min(
                (
                    float(np.nanmin(chunk.x))
                    for chunk in again.chunks(x, x, None, (found, found))
                    if np.isfinite(chunk.x).any()
                ),
                default=0.0,
            )
        return found.starting(earliest) if earliest < 0 else found

    def close(self) -> None:
        """Close the file."""
        self._table.close()

    def __iter__(self) -> Iterator[Pair]:
        found = [False, False]
        waiting: Pair | None = None
        waiting_sums: FloatArray = np.zeros(2)
        label = None if self._table.complete else self._totals.label
        for whole in self._table.chunks(*self._places, label, self._formats, self._watch):
            before, self._count = self._count, self._count + len(whole.x)
            chunk = self._without_totals(whole, before)
            self._collect_words(chunk, before)
            pair, sums = self._complete_rows(chunk, found)
            if len(pair[0]):
                # The last rows wait, because the very last one may be a total.
                if waiting is not None:
                    self._sums += waiting_sums
                    yield waiting
                waiting, waiting_sums = pair, sums
            if self._progress is not None:
                self._progress(self._table.fraction)
        if waiting is not None:
            waiting = self._without_last_total(waiting)
            if len(waiting[0]):
                yield waiting
        self._check(found)

    def _complete_rows(self, chunk: Chunk, found: list[bool]) -> tuple[Pair, FloatArray]:
        """Return the rows with a number in both columns and their sums, and count the others.

        `found` says which columns had a number so far.
        """
        x, y = chunk.x, chunk.y
        with np.errstate(over="ignore", invalid="ignore"):
            sums: FloatArray = np.array([x.sum(), y.sum()])
        if len(x) and np.isfinite(sums).all():  # so all of them are
            found[:] = True, True
            self._complete += len(x)
            return (x, y), sums
        number = np.isfinite(x), np.isfinite(y)
        complete = number[0] & number[1]
        for place in (0, 1):
            found[place] = found[place] or bool(number[place].any())
            self._missing[place] += len(complete) - int(np.count_nonzero(number[place]))
        x, y = x[complete], y[complete]
        self._complete += len(x)
        self._dropped += len(complete) - len(x)
        with np.errstate(over="ignore"):
            return (x, y), np.array([x.sum(), y.sum()])

    def _without_totals(self, chunk: Chunk, before: int) -> Chunk:
        """Return a chunk without the rows that are totals, by the head or by their label.

        The places of words stay those in the file.
        """
        places = [n - before for n in self._totals.rows if 0 <= n - before < len(chunk.x)]
        if len(chunk.labels):
            places += [
                place
                for place, cell in enumerate(chunk.labels)
                if place + before >= len(self._table.head) and _says_total(cell.strip())
            ]
        if not places:
            return chunk
        names = dict(zip(self._totals.rows, self._totals.names, strict=False))
        self._totals_count += len(places)
        if not self._left_out:
            self._left_out = [(n + before + 1, names.get(n + before, "")) for n in places[:1]]
        kept = np.ones(len(chunk.x), dtype=np.bool_)
        kept[places] = False
        out = set(places)
        x_words, y_words = (
            [(place, text) for place, text in words if place not in out]
            for words in (chunk.x_words, chunk.y_words)
        )
        return Chunk(chunk.x[kept], chunk.y[kept], x_words, y_words)

    def _without_last_total(self, pair: Pair) -> Pair:
        """Return the last rows without the last one, if it is a total of all rows above it.

        Of a table that is all head, this is known already.
        """
        x, y = pair
        cells = self._table.last_row
        if self._keep_totals or self._table.complete or len(cells) != len(self._table.names):
            return pair
        ends = np.array([x[-1], y[-1]])
        own = [
            one.number(cells[place]) for one, place in zip(self._formats, self._places, strict=True)
        ]
        if self._complete <= MIN_TERMS or not np.array_equal(ends, own):
            return pair
        with np.errstate(over="ignore"):
            sums = self._sums + np.array([x[:-1].sum(), y[:-1].sum()])
        means = sums / (self._complete - 1)
        named = next((cell.strip() for cell in cells if _TOTAL.fullmatch(cell.strip())), "")
        slack = 1e-3 if named else 1e-9
        close = [bool((abs(ends - one) <= slack * np.abs(one)).all()) for one in (sums, means)]
        if not (any(close) and self._formats[0].kind != DATES and ends.any()):
            return pair
        self._totals_count += 1
        self._left_out.append((self._count, named))
        self._complete -= 1
        return x[:-1], y[:-1]

    def _collect_words(self, chunk: Chunk, before: int) -> None:
        """Add the words among the numbers to the cells that are left out."""
        for place, words in enumerate((chunk.x_words, chunk.y_words)):
            if words:
                first = tuple((before + row + 1, text) for row, text in words[: DroppedCells.MOST])
                self._cells[place] += DroppedCells(self._names[place], len(words), first)

    def _check(self, found: list[bool]) -> None:
        """Raise an InputError if the rows are too few for a line."""
        enough = self._complete or not self._dropped if self._part else self._complete >= 2
        if enough:
            return
        x, y = map(quoted, self._names)
        if not all(found):
            why = f"column {y if found[0] else x} holds no numbers{self._such_as(found)}"
            why += "; choose others with --x and --y"
        elif self._complete == 0:
            why = f"no row has a number in both {x} and {y}; choose other columns with --x and --y"
        else:
            why = "one row is not enough for a line; it takes two"
        raise InputError(f"{printable(self._path)}: {why}{self._guessed_words()}")

    def _such_as(self, found: list[bool]) -> str:
        cells = self._cells[1 if found[0] else 0].first
        return "".join(f" but words such as {quoted(t, 20)} in row {row}" for row, t in cells[:1])

    def _guessed_words(self) -> str:
        """Return which columns were guessed, for the end of a message."""
        pairs = zip("xy", self._names, self._chosen.guessed, strict=True)
        guessed = [f"{which} as {quoted(name, 30)}" for which, name, one in pairs if one]
        return f" (guessed: {' and '.join(guessed)})" if guessed else ""

    @property
    def fraction(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        return self._table.fraction

    @property
    def dropped(self) -> int:
        """The number of rows without a number in one of the two columns."""
        return self._dropped

    @property
    def cells(self) -> tuple[DroppedCells, DroppedCells]:
        """The cells of x and of y that hold something, but no number."""
        return self._cells[0], self._cells[1]

    @property
    def missing(self) -> tuple[int, int]:
        """The number of cells without a number in x and in y."""
        return self._missing[0], self._missing[1]

    @property
    def names(self) -> tuple[str, str]:
        """The names of the columns x and y."""
        return self._names[0], self._names[1]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns of the file."""
        return tuple(self._table.names)

    @property
    def date_format(self) -> Format | None:
        """How dates are read, if x stands for dates."""
        return self._formats[0] if self._formats[0].kind == DATES else None

    @property
    def totals(self) -> int:
        """The number of rows that were left out as totals of others."""
        return self._totals_count

    @property
    def format_notes(self) -> tuple[str, ...]:
        """What is to be said about how numbers and dates are read."""
        read = zip(self._names, self._formats, strict=True)
        return tuple(f"{printable(name, 30)}: {one.note}" for name, one in read if one.note)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said about how the rows were read, once they have been."""
        return (
            *self._table.notes,
            *self.format_notes,
            *totals_notes(self._totals_count, self._left_out),
            *words_notes(self._cells),
        )

    def dataset(self, x: FloatArray, y: FloatArray) -> Dataset:
        """Return a data set of these rows or a sample, with the columns' names and the counts.

        Raises
        ------
        InputError
            If x was guessed and is the same in every row.
        """
        if any(self._chosen.guessed) and len(x) and (x == x[0]).all():
            raise InputError(
                f"{printable(self._path)}: every x is the same, so there is no line; choose "
                f"another column with --x{self._guessed_words()}"
            )
        return Dataset(
            self._path,
            *self.names,
            x,
            y,
            self.dropped,
            missing=self.missing,
            columns=self.columns,
            notes=(*self.notes, *self._doubts(x, y)),
            dropped_cells=tuple(cells for cells in self._cells if cells.count),
            dates=dates_of(self.date_format),
        )

    def _doubts(self, x: FloatArray, y: FloatArray) -> Iterator[str]:
        """Yield a note if the columns were guessed, and others may fit better."""
        if not (any(self._chosen.guessed) and self._chosen.others):
            return
        names = " and ".join(quoted(name, 30) for name in self._names)
        other = "other columns may fit better: choose with --x and --y"
        if are_coordinates(*self._names):
            yield f"{names} are places, and were guessed; {other}"
            return
        with np.errstate(all="ignore"):
            moments = Moments.of(x, y)
            r2 = moments.sxy**2 / (moments.sxx * moments.syy)
        if r2 < LITTLE:
            yield f"{names} were guessed and have little in common (R² = {r2:.2g}); {other}"


def dates_of(found: Format | None) -> Dates | None:
    """Return what x counts, if it is in a format of dates."""
    return None if found is None else found.dates


def words_notes(dropped: Iterable[DroppedCells]) -> Iterator[str]:
    """Yield the notes about the cells of columns that hold no number."""
    for cells in dropped:
        for row, text in cells.first[:1]:
            count = f"{cells.count:,} cells hold" if cells.count > 1 else "1 cell holds"
            such = "such as " if cells.count > 1 else ""
            name = printable(cells.column, 30)
            yield f"{name}: {count} no number, {such}{quoted(text, 20)} in row {row}"
