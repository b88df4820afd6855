"""Sets of characters that pictures are drawn with, from fine dots to plain ASCII."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

Dots = NDArray[np.uint8]
"""Which dots of each cell have ink: a bit for each, row by row from the upper left."""

Glyphs = NDArray[np.uint32]
"""Code points of a grid of cells, shape (rows, columns); a blank is no ink."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What one thing is drawn with: a character for each pattern of dots, and a sample for legends.

    Where a dot has more than one point, the cell is drawn with `crowd`, if there is one.
    """

    patterns: str = field(repr=False)
    sample: str
    crowd: str = ""

    def glyphs(self, dots: Dots) -> Glyphs:
        """Return the characters of cells with these dots."""
        return _code_points(self.patterns)[dots]


@cache
def _code_points(text: str) -> Glyphs:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


@dataclass(frozen=True, slots=True)
class Markers:
    """A set of characters to draw with.

    A cell has `across` times `down` dots. `point` marks a point above lines, `batch` a point of a
    batch, `test` a test row, `step` each step of a run on its curve, `here` the step in view, and
    `goal` the optimum. `both` shows that a line runs over points; a set whose dots stay apart needs
    none. Each of `curves` marks one of several curves. `arrows` point in eight directions, from the
    right over the top. `right` and `up` show where axes point, and `axis` has the characters of the
    axes: a side, a tick on it, the corner, a tick below, a side below. `bars_up` and `bars_right`
    are the end of a bar in its cell, from the smallest to a full cell, and `levels` the heights of
    a sparkline. `needs` is what an encoding must contain for the set.
    """

    name: str
    across: int
    down: int
    points: Ink
    fit: Ink
    loss: Ink
    closed_form: Ink
    trace: Ink
    contour: Ink
    point: str
    batch: str
    test: str
    step: str
    here: str
    goal: str
    both: str
    curves: str
    levels: str
    axis: str
    arrows: str
    right: str
    up: str
    bars_up: str
    bars_right: str
    needs: str

    def carried_by(self, encoding: str) -> bool:
        """Return whether an encoding has all characters of this set."""
        try:
            self.needs.encode(encoding)
        except UnicodeEncodeError:
            return False
        return True


AXIS = "│┤└┬─"
EIGHTHS_UP, EIGHTHS_RIGHT = "▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█"

_BRAILLE_BITS = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)
"""What each dot of a cell, row by row, adds to the braille character without dots."""

_OTHER_OCTANTS = {
    0b00000000: " ", 0b00000001: "\U0001cea8", 0b00000010: "\U0001ceab", 0b00000011: "\U0001fb82",
    0b00000101: "▘", 0b00001010: "▝", 0b00001111: "▀", 0b00010100: "\U0001fbe6",
    0b00101000: "\U0001fbe7", 0b00111111: "\U0001fb85", 0b01000000: "\U0001cea3",
    0b01010000: "▖", 0b01010101: "▌", 0b01011010: "▞", 0b01011111: "▛", 0b10000000: "\U0001cea0",
    0b10100000: "▗", 0b10100101: "▚", 0b10101010: "▐", 0b10101111: "▜", 0b11000000: "▂",
    0b11110000: "▄", 0b11110101: "▙", 0b11111010: "▟", 0b11111100: "▆", 0b11111111: "█",
}  # fmt: skip
"""The patterns that Unicode had before it got octants, which it added in order of their bits."""


def _braille(pattern: int) -> str:
    return chr(0x2800 + sum(bit for k, bit in enumerate(_BRAILLE_BITS) if pattern >> k & 1))


def _octants() -> str:
    added = iter(range(0x1CD00, 0x1CDE6))
    return "".join(_OTHER_OCTANTS.get(pattern) or chr(next(added)) for pattern in range(256))


_BRAILLE = " " + "".join(map(_braille, range(1, 256)))
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"

BRAILLE = Markers(
    name="braille",
    across=2,
    down=4,
    points=Ink(_BRAILLE, "⠶"),
    fit=Ink(_BRAILLE, "──"),
    loss=Ink(_BRAILLE, "──"),
    closed_form=Ink(_BRAILLE, "╌╌"),
    trace=Ink(_BRAILLE, "╴╴"),
    contour=Ink(_BRAILLE, "⠒⠒"),
    point="•",
    batch="•",
    test="◦",
    step="•",
    here="●",
    goal="✕",
    both="",
    curves="●■▲◆▼✚★",
    levels=EIGHTHS_UP,
    axis=AXIS,
    arrows="→↗↑↖←↙↓↘",
    right="→",
    up="↑",
    bars_up=EIGHTHS_UP,
    bars_right=EIGHTHS_RIGHT,
    needs="⠁⣿●•◦✕■▲◆▼✚★" + AXIS + EIGHTHS_UP + EIGHTHS_RIGHT,
)
BLOCK = replace(
    BRAILLE,
    name="block",
    down=2,
    points=Ink(_QUADRANTS, "▞"),
    fit=Ink(_QUADRANTS, "▄▄"),
    loss=Ink(_QUADRANTS, "▄▄"),
    closed_form=Ink(_QUADRANTS, "▄ ▄"),
    trace=Ink(_QUADRANTS, "▄▖"),
    contour=Ink(_QUADRANTS, "▖▖"),
    point="o",
    batch="▒",
    test="+",
    step="█",
    goal="+",
    both="▓",
    arrows="→↑↑↑←↓↓↓",
    curves="ox+*#%&",
    needs="▖▗▘▝▚▞▌▐▀▄█▙▛▜▟●▒▓" + AXIS + EIGHTHS_UP + EIGHTHS_RIGHT,
)
ASCII = Markers(
    name="ascii",
    across=1,
    down=1,
    points=Ink(" .", ".:", crowd=":"),
    fit=Ink(" *", "**"),
    loss=Ink(" =", "=="),
    closed_form=Ink(" -", "- -"),
    trace=Ink(" ~", "~~"),
    contour=Ink(" ,", ",,"),
    point="o",
    batch="x",
    test="+",
    step="o",
    here="@",
    goal="X",
    both="%",
    curves="ox+*#%&",
    levels="_.,-~=*#",
    axis="|+++-",
    arrows=">/^\\</v\\",
    right=">",
    up="^",
    bars_up=".:#",
    bars_right=".:#",
    needs="",
)

OCTANT = replace(
    BRAILLE,
    name="octant",
    points=Ink(_octants(), "⠶"),
    fit=Ink(_octants(), "──"),
    loss=Ink(_octants(), "──"),
    closed_form=Ink(_octants(), "╌╌"),
    trace=Ink(_octants(), "╴╴"),
    contour=Ink(_octants(), "╶╶"),
    needs=BRAILLE.needs + "\U0001cd00",
)

SETS = {markers.name: markers for markers in (BRAILLE, BLOCK, ASCII, OCTANT)}
"""The first that a terminal's encoding has is its usual one; octants are never that."""


def finest(encoding: str) -> Markers:
    """Return the finest usual set that an encoding has."""
    return next(markers for markers in SETS.values() if markers.carried_by(encoding))
