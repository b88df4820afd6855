"""Make the page's font of braille patterns.

pip install fonttools && python linreg_tui/web/make_braille.py

Pictures are drawn with braille patterns. A browser's other fonts have cells of another size, which
breaks the lines. These patterns fit the cell of Roboto Mono, with all dots equally far apart.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

EM, WIDTH, ASCENT, DESCENT = 2048, 1229, 2146, -555
"""The measures of Roboto Mono, in its units."""

RADIUS = 200
CORNERS = 8
FIRST = 0x2800
NOTHING, DOT = ".notdef", "dot"

# The bits of a pattern, row by row from the top; the last row was added to braille later.
ROWS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def pattern_of(bits: int) -> Any:
    """Return the glyph of a pattern, with a dot for each of its bits."""
    pen = TTGlyphPen({DOT: None})
    height = (ASCENT - DESCENT) / len(ROWS)
    for row, pair in enumerate(ROWS):
        for column, bit in enumerate(pair):
            if bits & bit:
                x, y = WIDTH * (2 * column + 1) / 4, ASCENT - height * (row + 0.5)
                pen.addComponent(DOT, (1, 0, 0, 1, round(x), round(y)))
    return pen.glyph()


def dot() -> Any:
    """Return the glyph of a dot: a circle of quadratic curves."""
    pen = TTGlyphPen(None)
    outer = RADIUS / math.cos(math.pi / CORNERS)
    turns = [-math.tau * (corner + 0.5) / CORNERS for corner in range(CORNERS)]
    pen.qCurveTo(*((round(outer * math.cos(t)), round(outer * math.sin(t))) for t in turns), None)
    pen.closePath()
    return pen.glyph()


def main() -> None:
    """Write the font beside the page."""
    names = {FIRST + pattern: f"uni{FIRST + pattern:04X}" for pattern in range(256)}
    builder = FontBuilder(EM, isTTF=True)
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder([NOTHING, DOT, *names.values()])
    builder.setupCharacterMap(names)
    patterns = {name: pattern_of(code - FIRST) for code, name in names.items()}
    builder.setupGlyf({NOTHING: pattern_of(0), DOT: dot(), **patterns})
    builder.setupHorizontalMetrics(
        {name: (WIDTH, builder.font["glyf"][name].xMin) for name in builder.font.getGlyphOrder()}
    )
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "linreg-tui braille", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=ASCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost()
    builder.save(Path(__file__).with_name("page") / "braille.ttf")


if __name__ == "__main__":
    main()
