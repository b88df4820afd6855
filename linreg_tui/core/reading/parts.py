"""Data in many files: each is read by itself, and what is kept of them is added up in a tree.

What comes out does not depend on where the parts are read, since the tree is always the same one.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.held_out import RunningSplit, keys
from linreg_tui.core.reading.loading import Rows
from linreg_tui.core.reading.source import input_errors
from linreg_tui.core.reading.streaming import SAMPLE_ROWS, RunningFit, Sample, Totals, rough_line
from linreg_tui.core.reading.tables import EXCEL, PARQUET, open_table, openable
from linreg_tui.core.text import printable

NAMED = 3
"""Parts that can't be read, of which it is told why; of the others, how many there are."""


class _Addable(Protocol):
    def __add__(self: Sum, other: Sum, /) -> Sum: ...


Sum = TypeVar("Sum", bound=_Addable)
Add = Callable[[Callable[[int, str], "Parts"], Sequence[str]], "Parts"]
"""Calls a function for each part, with its number, and adds up what comes of it in a tree."""


def named(pattern: str) -> list[str] | None:
    """The files that a pattern or a folder stands for, in order; None if it is one file's name.

    Raises
    ------
    InputError
        If there are none.
    """
    folder = Path(pattern).is_dir()
    if not folder and (Path(pattern).exists() or not glob.has_magic(pattern)):
        return None
    with input_errors(pattern):
        found = os.listdir(pattern) if folder else glob.glob(pattern, recursive=True)  # noqa: PTH207, PTH208
    paths = sorted(os.path.join(pattern, name) for name in found) if folder else sorted(found)  # noqa: PTH118
    files = [path for path in paths if openable(path) and not path.lower().endswith(EXCEL)]
    files = [path for path in files if Path(path).is_file()]
    if not files:
        why = "no file matches; name a folder or a pattern with CSV or Parquet files"
        if folder:
            why = "this is a folder; name a CSV file in it, or a folder with CSV or Parquet files"
        raise InputError(f"{printable(pattern)}: {why}")
    return files


@dataclass(frozen=True, slots=True)
class Bad:
    """A part that can't be read: which and why, and how many rows it has, None if unknown."""

    path: str
    why: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What is kept of some parts. Those that can't be read are in `bad`.

    `split` is None unless rows are held out.
    """

    totals: Totals
    sample: Sample
    split: RunningSplit | None = None
    dropped: int = 0
    missing: tuple[int, int] = (0, 0)
    bad: tuple[Bad, ...] = ()

    def __add__(self, other: Parts) -> Parts:
        """What is kept of both, which hold out the same fraction of their rows, or both none."""
        return Parts(
            self.totals + other.totals,
            self.sample + other.sample,
            None if self.split is None or other.split is None else self.split + other.split,
            self.dropped + other.dropped,
            (self.missing[0] + other.missing[0], self.missing[1] + other.missing[1]),
            self.bad + other.bad,
        )


@dataclass(frozen=True, slots=True)
class PartReader:
    """How each part is read: its columns, a line near the rows, and how many of them are kept.

    A fraction of the rows is held out, at random by a seed of their own.
    """

    x: str
    y: str
    line: tuple[float, float]
    seed: int
    rows: int
    test_fraction: float = 0.0
    test_seed: int = 0

    def __call__(self, number: int, path: str) -> Parts:
        """Read one part, a chunk at a time."""
        found = self._nothing(number)
        drawn = keys(self.test_seed, number)
        try:
            with closing(Rows(path, self.x, self.y, part=True)) as rows:
                for x, y in rows:
                    found.sample.add(x, y)
                    if found.split is None:
                        found.totals.add(x, y)
                    else:  # which tells where the rows are
                        found.totals.fit.add(x, y)
                        found.split.add(drawn.random(len(x)), x, y)
        except InputError as error:
            # Nothing of it counts, or it would be unknown which rows do.
            why = str(error).removeprefix(f"{printable(path)}: ")
            name = printable(Path(path).name)
            bad = Bad(path, f"{name}: {why}", _rows_of(path))
            return replace(self._nothing(number), bad=(bad,))
        found.sample.thin()
        if found.split is not None:
            found.split.thin()
        return replace(found, dropped=rows.dropped, missing=rows.missing)

    def _nothing(self, number: int) -> Parts:
        """What is kept of a part before its first row."""
        split = RunningSplit(self.test_fraction, self.rows, self.line)
        return Parts(
            Totals(RunningFit(self.line)),
            Sample(self.rows, (self.seed, number)),
            split if self.test_fraction > 0 else None,
        )


def one_after_another(function: Callable[[int, str], Sum], paths: Sequence[str]) -> Sum:
    """Call a function for each part in turn, and add up what comes of it; see `tree`."""
    return tree(function(number, path) for number, path in enumerate(paths))


def tree(terms: Iterable[Sum]) -> Sum:
    """The sum of terms, at least one: of neighbours, then of the sums of two neighbours, and so on.

    Of n terms that come one after another, hardly more than log₂ n are kept. Errors of rounding
    grow with the height of the tree, where in one long sum they grow with n.
    """
    sums: list[tuple[int, Sum]] = []
    for term in terms:
        height, total = 0, term
        while sums and sums[-1][0] == height:
            total = sums.pop()[1] + total
            height += 1
        sums.append((height, total))
    total = sums.pop()[1]
    while sums:
        total = sums.pop()[1] + total
    return total


def load_parts(
    source: str,
    paths: Sequence[str],
    x: str | None = None,
    y: str | None = None,
    *,
    skip_bad: bool = False,
    add: Add = one_after_another,
    seed: int = 0,
    rows: int = SAMPLE_ROWS,
    test_fraction: float = 0.0,
    test_seed: int = 0,
) -> tuple[Dataset, tuple[Bad, ...]]:
    """Two columns of all files, and those that were left out since they can't be read.

    The closed form is that of all rows. Up to `rows` rows are kept all; of more, so many as a
    uniform random sample. Columns that aren't named are those of the first file that can be read.

    With a test fraction, `read_splits` has the split that holds out that fraction of all rows, at
    random by the test seed. Up to `rows` rows of each side are kept too.

    Raises
    ------
    InputError
        If a file can't be read, unless it may be skipped, or the rows of all are too few for a
        line, or those of one side for a line or a test.
    """
    reading, columns = _first(paths, x, y, seed, rows)
    reading = replace(reading, test_fraction=test_fraction, test_seed=test_seed)
    found = add(reading, paths)
    if found.bad and not skip_bad:
        raise InputError(f"{_listed(found.bad, len(paths))}; --skip-bad goes on without")
    if found.totals.n < 2:
        raise InputError(f"{printable(source)}: a line takes two rows; these files have fewer")
    data = Dataset(
        source,
        reading.x,
        reading.y,
        *found.sample.rows(),
        found.dropped,
        missing=found.missing,
        columns=columns,
    )
    totals = found.totals
    if found.split is not None:
        split = found.split.of(data)
        data = replace(data, read_splits={(test_fraction, test_seed): split})
        totals = replace(totals, density=found.split.density())
    if totals.n > rows:
        totals.fit.line()  # where there is none, that is told now
        data = replace(data, whole=totals.whole())
    return data, found.bad


def _first(
    paths: Sequence[str], x: str | None, y: str | None, seed: int, rows: int
) -> tuple[PartReader, tuple[str, ...]]:
    """How all parts are read, as the first shows that has rows."""
    why: InputError | None = None
    for path in paths:
        try:
            with closing(Rows(path, x, y, part=True)) as chunks:
                for chunk in chunks:
                    return PartReader(*chunks.names, rough_line(*chunk), seed, rows), chunks.columns
        except InputError as error:
            why = why or error
    raise why or InputError("these files have no rows; name others")


def _rows_of(path: str) -> int | None:
    """How many rows a file has, if that much can be known of it."""
    with suppress(InputError):
        if path.lower().endswith(PARQUET):
            from linreg_tui.core.reading.parquet import row_count

            return row_count(path)
        with closing(open_table(path)) as table:
            return sum(len(x) for x, _ in table.chunks(0, len(table.names) - 1))
    return None


def _listed(bad: Sequence[Bad], of: int) -> str:
    told = "; ".join(part.why for part in bad[:NAMED])
    more = f"; and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
    return f"{len(bad)} of {of} files can't be read: {told}{more}"


def cost(bad: Sequence[Bad]) -> str:
    """What leaving out some parts, at least one, has cost: rows, and files where unknown."""
    rows = sum(part.rows for part in bad if part.rows is not None)
    unknown = sum(part.rows is None for part in bad)
    costs = [f"{rows:,} row{'s' * (rows != 1)}"] if unknown < len(bad) else []
    if unknown:
        costs.append(f"{unknown:,} file{'s' * (unknown != 1)} of unknown length")
    return " and ".join(costs)
