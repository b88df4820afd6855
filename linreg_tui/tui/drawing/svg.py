"""A screen, or a part of it, as SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

CELL_WIDTH, CELL_HEIGHT = 10, 20
FOREGROUND, BACKGROUND = "#e0e0e0", "#121212"
BRAILLE = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of the dot that each bit of a braille character stands for."""


def svg(strips: Sequence[Strip], ground: Style | None = None, margin: int = 0) -> str:
    """Return rows of cells as SVG on a ground of this style, with a margin of so many columns.

    Each word has its own place and each braille dot is a shape, so the picture is the same with any
    monospaced font.
    """
    ground = ground or Style()
    front, back = _colour(ground, "color", FOREGROUND), _colour(ground, "bgcolor", BACKGROUND)
    around = margin * CELL_WIDTH
    wide = max(strip.cell_length for strip in strips) * CELL_WIDTH + 2 * around
    high = len(strips) * CELL_HEIGHT + 2 * around
    body = "\n".join(
        element
        for row, strip in enumerate(strips)
        for element in _row(row * CELL_HEIGHT, strip, front, back)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-around} {-around} {wide} {high}" '
        'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="16">\n'
        f'<rect x="{-around}" y="{-around}" width="{wide}" height="{high}" fill="{back}"/>\n'
        f"{body}\n</svg>\n"
    )


def _row(top: int, strip: Strip, ink: str, ground: str) -> Iterator[str]:
    left = 0
    for segment in strip:
        width = segment.cell_length * CELL_WIDTH
        style = segment.style or Style()
        front, back = _colour(style, "color", ink), _colour(style, "bgcolor", ground)
        if style.reverse:
            front, back = back, front
        if back != ground:
            size = f'width="{width}" height="{CELL_HEIGHT}"'
            yield f'<rect x="{left}" y="{top}" {size} fill="{back}"/>'
        yield from _ink(left, top, segment, front, " font-weight='bold'" if style.bold else "")
        left += width


def _ink(left: int, top: int, segment: Segment, colour: str, weight: str) -> Iterator[str]:
    dots = ""
    for place, character in enumerate(segment.text):
        bits = ord(character) - 0x2800
        if 0 < bits < 256:
            x = left + cell_len(segment.text[:place]) * CELL_WIDTH + 1
            for bit, (column, row) in enumerate(BRAILLE):
                if bits >> bit & 1:
                    dots += f"M{x + column * 5} {top + 1 + row * 5}h3v3h-3z"
    if dots:
        yield f'<path d="{dots}" fill="{colour}"/>'
    for word in re.finditer(r"[^\s\u2800-\u28ff]+", segment.text):
        x = left + cell_len(segment.text[: word.start()]) * CELL_WIDTH
        yield (
            f'<text x="{x}" y="{top + 15}" fill="{colour}"{weight} '
            f'textLength="{cell_len(word[0]) * CELL_WIDTH}" lengthAdjust="spacingAndGlyphs">'
            f"{escape(word[0])}</text>"
        )


def _colour(style: Style, which: str, default: str) -> str:
    colour = getattr(style, which)
    return default if colour is None or colour.is_default else colour.get_truecolor().hex
