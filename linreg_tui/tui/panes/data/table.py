"""The data as a table: its first rows, and a summary of each column as pandas gives it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from rich.cells import cell_len

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.summary import ColumnSummary, summary
from linreg_tui.core.text import printable
from linreg_tui.numbers import decimals_of, fixed, rows_of
from linreg_tui.tui.drawing.picture import Picture, Role, Span, cut, lines

LABEL_CELLS, NUMBER_CELLS = 8, 14
GAP_CELLS = 4
SIDE_BY_SIDE_COLUMNS = 2 * (LABEL_CELLS + 2 * NUMBER_CELLS) + GAP_CELLS
"""Columns from which rows and summary stand side by side."""

LINES_BELOW = 7
"""Lines reserved below a summary: a blank one, the names and the first rows."""

LEAST_NAME_LINES = 3
"""Lines that the names of all columns have at least."""

MOST_DECIMALS = 6
STATISTICS: dict[str, Callable[[ColumnSummary], float]] = {
    "mean": lambda column: column.mean,
    "std": lambda column: column.std,
    "min": lambda column: column.minimum,
    "25%": lambda column: column.quartiles[0],
    "50%": lambda column: column.quartiles[1],
    "75%": lambda column: column.quartiles[2],
    "max": lambda column: column.maximum,
}


class TablePicture:
    """The table; only the first rows until it is prepared."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._columns: tuple[ColumnSummary, ColumnSummary] | None = None

    def prepare(self) -> None:
        """Work out the summaries."""
        self._columns = summary(self._data.x), summary(self._data.y)

    def draw(self, columns: int, rows: int) -> Picture:
        """Draw rows and summary side by side where they fit, or else the rows below."""
        beside = columns >= SIDE_BY_SIDE_COLUMNS
        width = self._column_width((columns - GAP_CELLS) // 2 if beside else columns)
        described = self._described(width)
        left_over = rows - len(described)
        described += self._columns_of_file(left_over if beside else left_over - LINES_BELOW, width)
        if beside:
            both = zip(
                _filled(self._first(rows, width), rows, width),
                _filled(described, rows, width),
                strict=True,
            )
            gap: Span = (" " * GAP_CELLS, Role.NOTHING)
            return lines(columns, rows, [[*left, gap, *right] for left, right in both])
        room = rows - len(described) - 1
        below = self._first(room, width) if room > 1 else []
        return lines(columns, rows, [*described, [], *below])

    def _column_width(self, columns: int) -> int:
        """Return the width of a column, with room for its name where there is enough."""
        names = self._data.x_name, self._data.y_name
        longest = max(cell_len(printable(name)) for name in names)
        return max(NUMBER_CELLS, min(longest + 2, (columns - LABEL_CELLS) // 2))

    def _first(self, rows: int, width: int) -> list[list[Span]]:
        """Return as many of the data's rows as fit, below the names."""
        shown = max(0, min(rows - 1, self._data.n))
        x, y = self._data.x[:shown].tolist(), self._data.y[:shown].tolist()
        places = [decimals_of(column, MOST_DECIMALS) for column in (x, y)]
        return [
            self._names("  row", width),
            *(
                _row(
                    f"{number:>5}", [fixed(row[k], NUMBER_CELLS, places[k]) for k in (0, 1)], width
                )
                for number, row in enumerate(zip(x, y, strict=True))
            ),
        ]

    def _described(self, width: int) -> list[list[Span]]:
        names = self._names("", width)
        if self._columns is None:
            return [names, *([(name, Role.LABEL)] for name in ("type", "count", *STATISTICS)), []]
        places = [_decimals(column) for column in self._columns]

        def each(number: Callable[[ColumnSummary], float], label: str) -> list[Span]:
            pairs = zip(self._columns or (), places, strict=True)
            return _row(
                label, [fixed(number(column), NUMBER_CELLS, p) for column, p in pairs], width
            )

        counts = [f"{column.count:,}" for column in self._columns]
        dropped = self._data.dropped
        return [
            names,
            _row("type", ["whole" if column.whole else "real" for column in self._columns], width),
            _row(
                "count",
                [_above_the_point(c, p) for c, p in zip(counts, places, strict=True)],
                width,
            ),
            *(each(number, label) for label, number in STATISTICS.items()),
            *(
                [[(f"a sample, {rows_of(self._data)}", Role.LABEL)]]
                * (self._data.whole is not None)
            ),
            _row(
                "missing",
                [
                    _above_the_point(f"{count:,}", p)
                    for count, p in zip(self._data.missing, places, strict=True)
                ],
                width,
            ),
            [
                ("dropped ", Role.LABEL),
                (f"{dropped:,} row{'s' * (dropped != 1)} without a number", Role.TEXT),
            ],
            *(
                [(row, Role.HERE)]
                for note in self._data.notes
                for row in textwrap.wrap(note, LABEL_CELLS + 2 * width)
            ),
        ]

    def _columns_of_file(self, rows: int, width: int) -> list[list[Span]]:
        """Return the names of all columns, or as many as fit."""
        names = [cut(printable(name), 2 * width) for name in self._data.columns]
        if len(names) > max(LEAST_NAME_LINES, rows):
            shown = max(LEAST_NAME_LINES, rows) - 1
            names = [*names[:shown], f"and {len(names) - shown} more"]
        labels = ["columns", *[""] * len(names)]
        return [
            [(label.ljust(LABEL_CELLS), Role.LABEL), (name, Role.TEXT)]
            for label, name in zip(labels, names, strict=False)
        ]

    def _names(self, label: str, width: int) -> list[Span]:
        names = (cut(printable(n), width - 2) for n in (self._data.x_name, self._data.y_name))
        return [
            (label.ljust(LABEL_CELLS), Role.LABEL),
            *((_right(name, width), Role.LABEL) for name in names),
        ]


def _row(label: str, numbers: Sequence[str], width: int) -> list[Span]:
    return [
        (label.ljust(LABEL_CELLS), Role.LABEL),
        *((_right(number, width), Role.TEXT) for number in numbers),
    ]


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def _above_the_point(whole: str, decimals: int) -> str:
    """Return a whole number aligned over numbers with so many decimals."""
    return whole + " " * (decimals + 1 if decimals else 0)


def _decimals(column: ColumnSummary) -> int:
    """Return the decimals that show about seven digits of the largest value, at least two."""
    digits = len(f"{max(abs(column.minimum), abs(column.maximum)):.0f}")
    return min(MOST_DECIMALS, max(2, 7 - digits))


def _filled(text: list[list[Span]], rows: int, width: int) -> list[list[Span]]:
    """Return so many rows of the same width."""
    blank: list[Span] = [(" " * (LABEL_CELLS + 2 * width), Role.NOTHING)]
    return [*text[:rows], *([blank] * (rows - len(text)))]
