"""Lays out the tour's texts, in a small part of Markdown, in rows of any width.

The texts have paragraphs, lists with `- `, tables with `|`, and blocks fenced by three backticks,
which hold equations set by hand. In a line, `**` makes words strong, and backticks mark a key. The
text after the opening fence is the same equation on one line, for a screen reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from rich.cells import cell_len

INDENT = "  "
"""The space before an equation or a row of a table."""

_FENCE = "```"
_MARKED = re.compile(r"(\*\*.+?\*\*|`.+?`)")


class Tone(Enum):
    """The kind of a piece of text, which decides its style."""

    PLAIN = auto()
    STRONG = auto()
    KEY = auto()
    EQUATION = auto()
    LABEL = auto()


Span = tuple[str, Tone]
Rows = list[list[Span]]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, or with a `bullet` a list item."""

    text: str
    bullet: str = ""

    def rows(self, width: int) -> Rows:
        """Return the words in rows, as many in a row as fit."""
        hanging = " " * cell_len(self.bullet)
        return [
            [(hanging if number else self.bullet, Tone.PLAIN), *row]
            for number, row in enumerate(_wrapped(self.text, width - len(hanging)))
        ]

    def plain(self, width: int) -> Iterator[str]:
        """Yield the same rows without marks."""
        yield from (flat(row) for row in self.rows(width))


@dataclass(frozen=True, slots=True)
class Equation:
    """The lines of an equation, which are not wrapped, and the same equation in one line."""

    lines: tuple[str, ...]
    in_a_row: str

    def rows(self, _: int) -> Rows:
        """Return the lines, indented."""
        return [[(INDENT + line, Tone.EQUATION)] for line in self.lines]

    def plain(self, _: int) -> Iterator[str]:
        """Yield the equation in one line, or its own lines if there is no such line."""
        for line in [self.in_a_row] if self.in_a_row else self.lines:
            yield INDENT + line


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in columns; columns of numbers, except the first, are aligned right."""

    cells: tuple[tuple[str, ...], ...]

    def rows(self, _: int) -> Rows:
        """Return the names of the columns, and the rows below them."""
        return [
            [(line, Tone.PLAIN if number else Tone.LABEL)]
            for number, line in enumerate(columns(self.cells))
        ]

    def plain(self, _: int) -> Iterator[str]:
        """Yield the same rows as text."""
        yield from columns(self.cells)


Block = Words | Equation | Table


def columns(cells: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as aligned text; number columns, except the first, end at the right."""
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    rights = [_are_numbers(column[1:]) for column in zip(*cells, strict=True)]
    rights[0] = False
    return [
        INDENT
        + "  ".join(
            _gap(text, width) + text if right else text + _gap(text, width)
            for text, width, right in zip(row, widths, rights, strict=True)
        ).rstrip()
        for row in cells
    ]


def _are_numbers(cells: Sequence[str]) -> bool:
    return all(" " not in cell.strip() for cell in cells)


def read(markdown: str) -> list[Block]:
    """Return the blocks of a text."""
    lines = iter(markdown.strip("\n").splitlines())
    blocks: list[Block] = []
    paragraph: list[str] = []

    def end() -> None:
        if paragraph:
            blocks.append(Words(" ".join(paragraph)))
            paragraph.clear()

    table: list[tuple[str, ...]] = []
    for line in lines:
        stripped = line.strip()
        if table and not stripped.startswith("|"):
            blocks.append(Table(tuple(table)))
            table = []
        if stripped.startswith(_FENCE):
            end()
            fenced = tuple(iter(lambda: next(lines, _FENCE).rstrip(), _FENCE))
            blocks.append(Equation(fenced, stripped.removeprefix(_FENCE).strip()))
        elif stripped.startswith("|"):
            end()
            if set(stripped) - set("|-: "):
                table.append(tuple(cell.strip() for cell in stripped.strip("|").split("|")))
        elif stripped.startswith("- "):
            end()
            blocks.append(Words(stripped.removeprefix("- "), "- "))
        elif stripped:
            paragraph.append(stripped)
        else:
            end()
    end()
    return [*blocks, *([Table(tuple(table))] if table else [])]


def lay_out(markdown: str, width: int, most: int | None = None) -> Rows:
    """Return the rows of a text, with empty rows between blocks if they fit in `most` rows."""
    blocks = read(markdown)
    spaced: Rows = []
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before is not None and not _in_one_list(before, block):
            spaced.append([])
        spaced += block.rows(width)
    if most is None or len(spaced) <= most:
        return spaced
    return [row for block in blocks for row in block.rows(width)]


def plain(markdown: str, width: int) -> list[str]:
    """Return a text as lines without marks or drawing characters, each equation in one line."""
    blocks = read(markdown)
    lines: list[str] = []
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before is not None and not _in_one_list(before, block):
            lines.append("")
        lines += block.plain(width)
    return lines


def flat(row: Sequence[Span]) -> str:
    """Return the characters of a row."""
    return "".join(text for text, _ in row)


def _in_one_list(before: Block, block: Block) -> bool:
    return all(isinstance(one, Words) and one.bullet for one in (before, block))


def _wrapped(text: str, width: int) -> Rows:
    """Return spans of words in rows, as many in a row as fit."""
    rows: Rows = [[]]
    room = width
    for word in _words(text):
        length = sum(cell_len(part) for part, _ in word)
        if rows[-1] and length + 1 > room:
            rows.append([])
            room = width
        if rows[-1]:
            before, after = rows[-1][-1][1], word[0][1]
            rows[-1].append((" ", before if before is after else Tone.PLAIN))
            room -= 1
        rows[-1] += word
        room -= length
    return rows


def _words(text: str) -> Iterator[list[Span]]:
    """Yield the words of a text, each with one or more spans, as a mark can end inside a word."""
    word: list[Span] = []
    for piece in filter(None, _MARKED.split(text)):
        tone = Tone.PLAIN
        if piece.startswith("**"):
            piece, tone = piece[2:-2], Tone.STRONG
        elif piece.startswith("`"):
            piece, tone = piece[1:-1], Tone.KEY
        for part in re.split(r"( +)", piece):
            if part.strip(" "):
                word.append((part, tone))
            elif part and word:
                yield word
                word = []
    if word:
        yield word


def _gap(text: str, width: int) -> str:
    return " " * (width - cell_len(text))
