"""Sets of characters that pictures are drawn with, from fine dots to plain ASCII."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Ink:
    """What one thing is drawn with: a marker of plotext, and its sample for a legend.

    A dot with more than one point is drawn with `crowd`, if there is one.
    """

    marker: str
    sample: str
    crowd: str = ""


@dataclass(frozen=True, slots=True)
class Markers:
    """A set of characters to draw with.

    A cell has `across` times `down` dots. `point` marks a point above lines, `batch` a point of a
    batch, `test` a test row, `step` each step of a run on its curve, `here` the step in view, and
    `goal` the optimum. Each of `curves` marks one of several curves. `right` and `up` show where
    axes point, and `axis` has the characters of the axes in the order of `AXIS`. `bars_up` and
    `bars_right` are the end of a bar in its cell, from the smallest to a full cell, and `levels`
    the heights of a sparkline. `needs` is what an encoding must contain for the set.
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
    curves: str
    levels: str
    axis: str
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
"""The characters of plotext's axes."""

EIGHTHS_UP, EIGHTHS_RIGHT = "▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█"

BRAILLE = Markers(
    name="braille",
    across=2,
    down=4,
    points=Ink("braille", "⠶"),
    fit=Ink("braille", "──"),
    loss=Ink("braille", "──"),
    closed_form=Ink("braille", "╌╌"),
    trace=Ink("braille", "╴╴"),
    contour=Ink("braille", "⠒⠒"),
    point="•",
    batch="•",
    test="◦",
    step="•",
    here="●",
    goal="✕",
    curves="●■▲◆▼✚★",
    levels=EIGHTHS_UP,
    axis=AXIS,
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
    points=Ink("hd", "▞"),
    fit=Ink("hd", "▄▄"),
    loss=Ink("hd", "▄▄"),
    closed_form=Ink("hd", "▄ ▄"),
    trace=Ink("hd", "▄▖"),
    contour=Ink("hd", "▖▖"),
    point="o",
    batch="▒",
    test="+",
    step="█",
    goal="+",
    curves="ox+*#%&",
    needs="▖▗▘▝▚▞▌▐▀▄█▙▛▜▟●▒" + AXIS + EIGHTHS_UP + EIGHTHS_RIGHT,
)
ASCII = Markers(
    name="ascii",
    across=1,
    down=1,
    points=Ink(".", ".:", crowd=":"),
    fit=Ink("*", "**"),
    loss=Ink("=", "=="),
    closed_form=Ink("-", "- -"),
    trace=Ink("~", "~~"),
    contour=Ink(",", ",,"),
    point="o",
    batch="x",
    test="+",
    step="o",
    here="@",
    goal="X",
    curves="ox+*#%&",
    levels="_.,-~=*#",
    axis="|+++-",
    right=">",
    up="^",
    bars_up=".:#",
    bars_right=".:#",
    needs="",
)

SETS = {markers.name: markers for markers in (BRAILLE, BLOCK, ASCII)}


def finest(encoding: str) -> Markers:
    """Return the finest set that an encoding has."""
    return next(markers for markers in SETS.values() if markers.carried_by(encoding))
