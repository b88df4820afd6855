"""The texts of the tour: a little Markdown, laid out in rows of any width.

Paragraphs, lists with `- `, tables with `|`, and blocks fenced by three backticks, which hold
equations set by hand. In a line, `**` makes words strong, and backticks make them a key. What
follows the opening fence is the same equation on one line, for those who have it read aloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from rich.cells import cell_len

INDENT = "  "
"""Before an equation or a row of a table."""

_FENCE = "```"
_MARKED = re.compile(r"(\*\*.+?\*\*|`.+?`)")


class Tone(Enum):
    """How a piece of text is to be read."""

    PLAIN = auto()
    STRONG = auto()
    KEY = auto()
    EQUATION = auto()
    LABEL = auto()


Span = tuple[str, Tone]
Rows = list[list[Span]]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, or with a `bullet` an item of a list."""

    text: str
    bullet: str = ""

    def rows(self, width: int) -> Rows:
        """The words, as many in a row as fit."""
        hanging = " " * cell_len(self.bullet)
        return [
            [(hanging if number else self.bullet, Tone.PLAIN), *row]
            for number, row in enumerate(_wrapped(self.text, width - len(hanging)))
        ]

    def said(self, width: int) -> Iterator[str]:
        """The same without marks."""
        yield from (flat(row) for row in self.rows(width))


@dataclass(frozen=True, slots=True)
class Equation:
    """Lines that are to stay as they are, and how they are written on one."""

    lines: tuple[str, ...]
    in_a_row: str

    def rows(self, _: int) -> Rows:
        """The lines, indented."""
        return [[(INDENT + line, Tone.EQUATION)] for line in self.lines]

    def said(self, _: int) -> Iterator[str]:
        """The equation in a row, or its lines if they are so already."""
        for line in [self.in_a_row] if self.in_a_row else self.lines:
            yield INDENT + line


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in columns, those of numbers but for the first aligned right."""

    cells: tuple[tuple[str, ...], ...]

    def rows(self, _: int) -> Rows:
        """The names of the columns, and the rows below them."""
        return [
            [(line, Tone.PLAIN if number else Tone.LABEL)]
            for number, line in enumerate(columns(self.cells))
        ]

    def said(self, _: int) -> Iterator[str]:
        """The same."""
        yield from columns(self.cells)


Block = Words | Equation | Table


def columns(cells: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells below one another; numbers but for those of the first column to the right."""
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
    """The blocks of a text."""
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
    """The rows of a text; with empty ones between its blocks unless they are more than `most`."""
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
    """The lines of a text without marks, without drawing characters, and with equations in rows."""
    blocks = read(markdown)
    lines: list[str] = []
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before is not None and not _in_one_list(before, block):
            lines.append("")
        lines += block.said(width)
    return lines


def flat(row: Sequence[Span]) -> str:
    """The characters of a row."""
    return "".join(text for text, _ in row)


def _in_one_list(before: Block, block: Block) -> bool:
    return all(isinstance(one, Words) and one.bullet for one in (before, block))


def _wrapped(text: str, width: int) -> Rows:
    """Spans of words, as many in a row as fit."""
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
    """The words of a text, each of one span or more: a mark can end within a word."""
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
