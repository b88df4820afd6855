"""Make the pictures of the README from the running application.

python screenshots/make.py
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from linreg_tui.core.dataset import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.panes.live import LivePane

FOLDER = Path(__file__).parent
WIDE, HIGH = 10, 20
FOREGROUND, BACKGROUND = "#e0e0e0", "#121212"
BRAILLE = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of the dot that each bit of a braille character stands for."""


def svg(strips: list[Strip]) -> str:
    """A screen as SVG.

    Each word has its own place and each braille dot is a shape, so that the picture is the same
    whatever monospaced font there is.
    """
    columns, rows = strips[0].cell_length, len(strips)
    body = "\n".join(
        element for row, strip in enumerate(strips) for element in _row(row * HIGH, strip)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * WIDE} {rows * HIGH}" '
        'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="16">\n'
        f'<rect width="100%" height="100%" fill="{BACKGROUND}"/>\n{body}\n</svg>\n'
    )


def _row(top: int, strip: Strip) -> Iterator[str]:
    left = 0
    for segment in strip:
        width = segment.cell_length * WIDE
        style = segment.style or Style()
        front, back = _colour(style, "color", FOREGROUND), _colour(style, "bgcolor", BACKGROUND)
        if style.reverse:
            front, back = back, front
        if back != BACKGROUND:
            yield f'<rect x="{left}" y="{top}" width="{width}" height="{HIGH}" fill="{back}"/>'
        yield from _ink(left, top, segment, front, " font-weight='bold'" if style.bold else "")
        left += width


def _ink(left: int, top: int, segment: Segment, colour: str, weight: str) -> Iterator[str]:
    dots = ""
    for place, character in enumerate(segment.text):
        bits = ord(character) - 0x2800
        for bit, (column, row) in enumerate(BRAILLE):
            if 0 < bits < 256 and bits >> bit & 1:
                dots += f"M{left + place * WIDE + 1 + column * 5} {top + 1 + row * 5}h3v3h-3z"
    if dots:
        yield f'<path d="{dots}" fill="{colour}"/>'
    for word in re.finditer(r"[^\s\u2800-\u28ff]+", segment.text):
        yield (
            f'<text x="{left + word.start() * WIDE}" y="{top + 15}" fill="{colour}"{weight} '
            f'textLength="{len(word[0]) * WIDE}" lengthAdjust="spacingAndGlyphs">'
            f"{escape(word[0])}</text>"
        )


def _colour(style: Style, which: str, default: str) -> str:
    colour = getattr(style, which)
    return default if colour is None or colour.is_default else colour.get_truecolor().hex


async def picture(name: str, size: tuple[int, int], keys: list[str], until: int) -> None:
    """Press keys, wait for the live pane to show step `until`, and save what the screen shows."""
    app = LinregApp(bundled(), Settings())
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        while app.query_one(LivePane).view.number < until:
            await pilot.pause(0.05)
        await pilot.pause(0.5)
        drawn = svg(app.screen._compositor.render_strips())
    (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


async def main() -> None:
    """Make all of them."""
    too_large = ["right_square_bracket"] * 3
    await picture("all-panes", (120, 40), ["w", "plus", "plus", "space"], until=30)
    await picture("diverging", (80, 24), [*too_large, "plus", "plus", "space"], until=30)
    small = ["left_curly_bracket"] * 6
    await picture("landscape", (100, 36), [*small, "3", "l", "plus", "plus", "space"], until=60)


if __name__ == "__main__":
    asyncio.run(main())
