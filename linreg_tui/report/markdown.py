"""Markdown of text that comes from outside, so that none of it acts as markup."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Sequence

from linreg_tui.core.text import printable


def code(text: str) -> str:
    """Text as it stands, on one line, cut when it is too long; not for a cell of a table."""
    shown = printable(text) or " "
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    # The spaces are not shown; without them a tick at an end would lengthen the fence.
    return f"{ticks} {shown} {ticks}" if len(ticks) > 1 else f"{ticks}{shown}{ticks}"


def command(words: Iterable[str]) -> str:
    """A command for a shell, on one line whatever its words hold."""
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    quoted = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in "'\\" else f"\\x{byte:02x}"
        for byte in os.fsencode(word)
    )
    return f"$'{quoted}'"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: Iterable[str] = ()) -> str:
    """A table whose columns are aligned right, but for those of the names `left`."""
    cells = [list(header), *map(list, rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    to_left = [name in set(left) for name in header]
    rule = [
        "-" * width if is_left else "-" * (width - 1) + ":"
        for width, is_left in zip(widths, to_left, strict=True)
    ]
    return "".join(
        "| "
        + " | ".join(
            cell.ljust(width) if is_left else cell.rjust(width)
            for cell, width, is_left in zip(row, widths, to_left, strict=True)
        )
        + " |\n"
        for row in (cells[0], rule, *cells[1:])
    )
