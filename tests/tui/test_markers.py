from __future__ import annotations

import codecs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from linreg_tui.axes import linear_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.preferences import MARKERS
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.markers import ASCII, BLOCK, BRAILLE, OCTANT, SETS, Markers, finest
from linreg_tui.tui.drawing.picture import BLANK, Picture
from linreg_tui.tui.panes.data.scatter import ScatterPicture
from linreg_tui.tui.panes.live.fit import FitPicture
from linreg_tui.tui.panes.live.landscape import LandscapePicture
from linreg_tui.tui.panes.live.loss import LossPicture
from linreg_tui.tui.run_view import RunView
from tests.thorough import first_of

POINTS = Dataset(
    "points",
    "x",
    "y",
    np.array([1, 2, 2, 4, 4.1, 6, 7, 9]),
    np.array([2, 1, 4, 6, 6.1, 3, 9, 8.0]),
)

FITS = {
    "braille": """
 ↑ y        • data   ╌╌ closed form   ── fit
 │                                •
 │                     ⣀⣀⣀⣀⣀⣀⠤⠤⠤⠤⠤⠤⠒⠒⠒⠒⠒⠒⠉⠉•
 │⣀⣀⣀⠤⠤⠤⠤⠤⠤⠒⠒⠒⠒⠒⠒⠉⠉⠉⠉•⠉         ⠒⠊
5┤                  •     ⠒⠊
 │                  ⠒⠊
 │         •  ⠔⠊
 │      ⠔⠒                    •
 │⠔⠒  •
0┤         •
 └┬──────────────────────┬──────────────────
  0                      5               x →
""",
    "block": """
 ↑ y       o data   ▄ ▄ closed form   ▄▄ fit
 │                                o
 │                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▀▀▀▀▀▀▓
 │▄▄▄▄▄▄▄▀▀▀▀▀▀▀▀▀▀▀▀▓▀         ▀▀
5┤                  o     ▀▀
 │                  ▀▀
 │         o  ▞▀
 │      ▞▀                    o
 │▞▀  o
0┤         o
 └┬──────────────────────┬──────────────────
  0                      5               x →
""",
    "ascii": """
 ^ y       o data   - - closed form   ** fit
 |                                o
 |                     ********************%
 |*******************%*         --
5+                  o     --
 |                  --
 |         o  --
 |      --                    o
 |--  o
0+         o
 ++----------------------+------------------
  0                      5               x >
""",
    "octant": """
 ↑ y        • data   ╌╌ closed form   ── fit
 │                                •
 │                     ▂▂▂▂▂▂𜴧𜴧𜴧𜴧𜴧𜴧𜴆𜴆𜴆𜴆𜴆𜴆🮂🮂•
 │▂▂▂𜴧𜴧𜴧𜴧𜴧𜴧𜴆𜴆𜴆𜴆𜴆𜴆🮂🮂🮂🮂•🮂         𜴆𜴁
5┤                  •     𜴆𜴁
 │                  𜴆𜴁
 │         •  𜴐𜴁
 │      𜴐𜴆                    •
 │𜴐𜴆  •
0┤         •
 └┬──────────────────────┬──────────────────
  0                      5               x →
""",
}
LOSSES = {
    "braille": """
   ↑ loss   ── loss 3.24123   ╌╌ closed form
   │                              │
   │•⢄                            │
1e2┤  ⠑⠢⡀                         │
   │    ⠈•⢄                       │
1e1┤       ⠑⠢⣀                    │
   │          •⠒⠤⢄⡀               │
   │⠤⠤    ⠤⠤    ⠤⠤⠈•⠉⠑⠒⠒•⠒⠒⠒⠒•⠒⠒⠒⠒●⠒⠒⠒⠒•⠒⠒⠒•
   └┬────────────────────────┬──────────────
    0                        5        step →
""",
    "block": """
   ↑ loss   ▄▄ loss 3.24123  ▄ ▄ closed form
   │                              │
   │█▄                            │
1e2┤  ▀▚▖                         │
   │    ▝█▄                       │
1e1┤       ▀▚▖                    │
   │         ▝█▚▄▄                │
   │▄▄    ▄▄    ▄▄▀█▀▀▀▀█▀▀▀▀█▀▀▀▀●▀▀▀▀█▀▀▀█
   └┬────────────────────────┬──────────────
    0                        5        step →
""",
    "ascii": """
   ^ loss   == loss 3.24123  - - closed form
   |                              |
   |o=                            |
1e2+  ==                          |
   |    =o=                       |
1e1+       ==                     |
   |         =o==                 |
   |--    --    -==o====o====o====@====o===o
   ++------------------------+--------------
    0                        5        step >
""",
    "octant": """
   ↑ loss   ── loss 3.24123   ╌╌ closed form
   │                              │
   │•𜶀                            │
1e2┤  𜴄𜴜𜺣                         │
   │    𜺫•𜶀                       │
1e1┤       𜴄𜴜▂                    │
   │          •𜴆𜴧𜶀𜺣               │
   │𜴧𜴧    𜴧𜴧    𜴧𜴧𜺫•🮂𜴄𜴆𜴆•𜴆𜴆𜴆𜴆•𜴆𜴆𜴆𜴆●𜴆𜴆𜴆𜴆•𜴆𜴆𜴆•
   └┬────────────────────────┬──────────────
    0                        5        step →
""",
}


def text(picture: Picture) -> str:
    lines = ("".join(map(chr, row)).rstrip() for row in picture.glyphs.tolist())
    return "\n" + "\n".join(lines) + "\n"


def at(run: Run, number: int) -> RunView:
    return RunView(run, number, run.settings, running=False, pace=5)


@pytest.mark.parametrize("markers", SETS.values(), ids=SETS)
def test_the_fit_in_each_set(markers: Markers) -> None:
    run = Run(POINTS, Settings(initial_slope=0.2, initial_intercept=6))
    shown = FitPicture(POINTS, markers).draw(44, 12, at(run, 0))
    assert text(shown) == FITS[markers.name]


@pytest.mark.parametrize("markers", SETS.values(), ids=SETS)
def test_the_loss_in_each_set(markers: Markers) -> None:
    settings = Settings(
        epochs=8, learning_rate_m=0.01, learning_rate_b=0.1, initial_slope=3, initial_intercept=5
    )
    run = Run(POINTS, settings)
    run.advance(8)
    assert text(LossPicture(markers).draw(44, 10, at(run, 6))) == LOSSES[markers.name]


def test_the_command_line_offers_them_all() -> None:
    assert set(MARKERS) == set(SETS)


def test_in_ascii_each_thing_has_a_character_of_its_own() -> None:
    inks = ASCII.points, ASCII.fit, ASCII.loss, ASCII.closed_form, ASCII.trace, ASCII.contour
    characters = [ink.patterns[1] for ink in inks] + [ASCII.points.crowd, ASCII.both, *"xo@X"]
    assert len(set(characters)) == len(characters)
    assert all(ink.patterns[1] in ink.sample for ink in inks)


def test_in_ascii_a_crowd_is_told_from_a_point() -> None:
    x = np.array([1.0, 5.0, 5.1])
    where = Area(23, 7, linear_axis(0, 10, "x", 2), linear_axis(0, 10, "y", 2), ASCII)
    glyphs = figures.scatter(where, x, x).glyphs
    assert "".join(map(chr, glyphs[glyphs != BLANK])) == ":."


QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By their bits, from the upper left to the lower right."""


def dots(glyph: int, markers: Markers) -> int:
    """Return the dots of a character as the bits of a number, row by row."""
    if markers is BLOCK:
        return QUADRANTS.index(chr(glyph))
    if markers is ASCII:
        return int(glyph != BLANK)
    if markers is OCTANT:
        return OCTANT.points.patterns.index(chr(glyph))  # checked by name in test_figures
    bits = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)
    pattern = 0 if glyph == BLANK else glyph - 0x2800
    return sum(1 << place for place, bit in enumerate(bits) if pattern & bit)


@pytest.mark.parametrize("markers", SETS.values(), ids=SETS)
@given(
    values=arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 10)),
    width=st.integers(5, 60),
    height=st.integers(4, 20),
)
def test_points_are_where_they_belong(
    markers: Markers, values: np.ndarray, width: int, height: int
) -> None:
    where = Area(width, height, linear_axis(0, 10, "x", 5), linear_axis(0, 10, "y", 5), markers)
    layer = figures.scatter(where, values, values)
    across, down = where.plot_columns * markers.across, where.plot_rows * markers.down
    column = np.minimum(values / 10 * across, across - 1).astype(int)
    row = down - 1 - np.minimum(values / 10 * down, down - 1).astype(int)
    expected = np.zeros((where.plot_rows, where.plot_columns), dtype=int)
    for r, c in zip(row.tolist(), column.tolist(), strict=True):
        bit = r % markers.down * markers.across + c % markers.across
        expected[r // markers.down, c // markers.across] |= 1 << bit
    shown = [[dots(glyph, markers) for glyph in line] for line in layer.glyphs.tolist()]
    assert np.array_equal(shown, expected)


@pytest.mark.parametrize("markers", first_of(SETS.values()), ids=SETS)
def test_pictures_of_any_size(markers: Markers, houses: Dataset) -> None:
    run = Run(houses, Settings())
    run.advance(30)
    pictures = FitPicture(houses, markers), LossPicture(markers), LandscapePicture(houses, markers)
    for width, height in [(1, 1), (2, 3), (7, 4), (8, 5), (40, 4), (9, 40), (200, 60)]:
        for picture in (
            ScatterPicture(houses, markers).draw(width, height),
            *(picture.draw(width, height, at(run, 30)) for picture in pictures),
        ):
            assert picture.glyphs.shape == (height, width)
            assert markers is not ASCII or picture.glyphs.max() < 128


@pytest.mark.parametrize(
    ("encoding", "markers"),
    [
        ("utf-8", BRAILLE),
        ("UTF-8", BRAILLE),
        ("gb18030", BRAILLE),
        ("cp437", ASCII),
        ("latin-1", ASCII),
        ("ascii", ASCII),
    ],
)
def test_the_finest_set_that_an_encoding_has(encoding: str, markers: Markers) -> None:
    assert finest(encoding) is markers


def test_blocks_where_there_is_no_braille() -> None:
    without_braille = codecs.CodecInfo(encode_without_braille, codecs.utf_8_decode)

    def find(name: str) -> codecs.CodecInfo | None:
        return without_braille if name == "without_braille" else None

    codecs.register(find)
    try:
        assert finest("without_braille") is BLOCK
    finally:
        codecs.unregister(find)


def encode_without_braille(text: str, errors: str = "strict") -> tuple[bytes, int]:
    if any(0x2800 <= ord(character) < 0x2900 for character in text):
        raise UnicodeEncodeError("without_braille", text, 0, 1, "braille")
    return codecs.utf_8_encode(text, errors)
