"""Pictures: layers of characters, each with a role that the theme gives a style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.markers import Dots, Glyphs, Ink

BLANK = ord(" ")
CONTINUED = 0
"""The second cell of a wide character."""


class Role(IntEnum):
    """What a cell of a picture shows, and so which style it takes."""

    NOTHING = 0
    AXIS = 1
    LABEL = 2
    POINTS = 3
    REFERENCE = 4
    FIT = 5
    HERE = 6
    TEXT = 7
    GOOD = 8
    BAD = 9
    BATCH = 10
    TRACE = 11
    CONTOUR = 12
    BAR = 13
    BAND = 14
    CURVE_1 = 15
    CURVE_2 = 16
    CURVE_3 = 17
    CURVE_4 = 18
    CURVE_5 = 19
    CURVE_6 = 20
    TEST = 21
    ASIDE = 22
    POINTS_2 = 23
    POINTS_3 = 24
    POINTS_4 = 25
    STRONG = 26
    REST_STATE = 27
    RUN_STATE = 28
    BACK_STATE = 29
    GOOD_STATE = 30
    BAD_STATE = 31
    RESIDUAL = 32
    MEAN = 33
    GRADIENT = 34
    QUIET_FIT = 35
    QUIET_1 = 36
    QUIET_2 = 37
    QUIET_3 = 38
    QUIET_4 = 39
    QUIET_5 = 40
    QUIET_6 = 41


CURVES = tuple(role for role in Role if role.name.startswith("CURVE_"))
"""Roles of curves that are drawn over one another."""

QUIET = {
    Role.FIT: Role.QUIET_FIT,
    **{role: Role[role.name.replace("CURVE", "QUIET")] for role in CURVES},
}
"""The roles of curves behind others: the same hues, but faint."""

STATES = tuple(role for role in Role if role.name.endswith("_STATE"))
"""Roles of a run's state, whose cells are filled."""

DENSITIES = (Role.POINTS, Role.POINTS_2, Role.POINTS_3, Role.POINTS_4)
"""Roles of points, from few in a dot to the most."""

DATA = (*DENSITIES, Role.BATCH, Role.TEST)
"""Roles of points that no line may hide."""

MARKED = 256
"""In `Picture.data`, a cell whose points are shown by a character of their own."""


Span = tuple[str, Role]
"""A piece of text and its role."""


SHADES = 8
"""Backgrounds that a cell can have; the first is none."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Characters, their roles and their backgrounds, all of shape (rows, columns).

    `data`, of the same shape, has the dots of the points in each cell, whatever is drawn over them,
    or `MARKED`.
    """

    glyphs: Glyphs
    roles: NDArray[np.uint8]
    shades: NDArray[np.uint8]
    data: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Layer:
    """Ink over the plot area, of one role or of one for each cell.

    A layer of dots has their patterns and their ink, so that they can be joined with those below. A
    layer of characters has neither.
    """

    glyphs: Glyphs
    role: Role | NDArray[np.uint8]
    dots: Dots | None = None
    ink: Ink | None = None

    @classmethod
    def of_dots(cls, dots: Dots, ink: Ink, role: Role | NDArray[np.uint8]) -> Layer:
        """Return a layer of dots in one ink."""
        return cls(ink.glyphs(dots), role, dots, ink)


def blank(columns: int, rows: int) -> Picture:
    """Return an empty picture."""
    shape = max(0, rows), max(0, columns)
    glyphs = np.full(shape, BLANK, np.uint32)
    roles, shades = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    return Picture(glyphs, roles, shades, np.zeros(shape, np.uint16))


def lines(columns: int, rows: int, text: Sequence[Sequence[Span]]) -> Picture:
    """Return a picture of lines of text, each a row of spans; too long a line ends with …."""
    picture = blank(columns, rows)
    for row, spans in enumerate(text[:rows]):
        column = 0
        for span, role in spans:
            write(picture, row, column, span, role)
            column += cell_len(span)
        if column > columns > 0 and "".join(span for span, _ in spans).rstrip()[columns:]:
            write(picture, row, columns - 1, "…", Role.LABEL)
    return picture


def paste(picture: Picture, part: Picture, row: int, column: int) -> None:
    """Copy a picture into a larger one, its upper left corner to this row and column."""
    rows, columns = part.glyphs.shape
    for one in fields(Picture):
        whole = getattr(picture, one.name)
        whole[row : row + rows, column : column + columns] = getattr(part, one.name)


def rows_of(picture: Picture, first: int, end: int) -> Picture:
    """Return the rows of a picture from the first to the one before `end`."""
    return Picture(*(getattr(picture, one.name)[first:end] for one in fields(Picture)))


def beside(columns: int, pictures: Sequence[Picture], gap: int) -> Picture:
    """Return pictures of the same height side by side, `gap` columns apart."""
    rows = len(pictures[0].glyphs) if pictures else 0
    whole = blank(columns, rows)
    left = 0
    for picture in pictures:
        right = left + picture.glyphs.shape[1]
        whole.glyphs[:, left:right] = picture.glyphs
        whole.roles[:, left:right] = picture.roles
        whole.shades[:, left:right] = picture.shades
        whole.data[:, left:right] = picture.data
        left = right + gap
    return whole


def write_legend(picture: Picture, left: int, legend: Sequence[Span]) -> None:
    """Write a legend at the right of the first row, from column `left` on.

    Where it doesn't fit, its entries move together, and then the first ones are left out.
    """
    columns = picture.glyphs.shape[1]
    for entries in (legend[start:] for start in range(len(legend))):
        for gap in (3, 2):
            width = sum(cell_len(text) + gap for text, _ in entries) - gap
            if width <= columns - left:
                column = columns - width
                for text, role in entries:
                    write(picture, 0, column, text, role)
                    column += cell_len(text) + gap
                return


def cut(text: str, width: int) -> str:
    """Return the text in so many cells, ending with … if it is longer; empty for no cells."""
    if cell_len(text) <= width:
        return text
    shown, room = "", width - 1
    for character in text:
        room -= cell_len(character)
        if room < 0:
            break
        shown += character
    return f"{shown}…" if width > 0 else ""


def write(picture: Picture, row: int, column: int, text: str, role: Role) -> None:
    """Write text into a picture, as far as it fits; a wide character takes two cells."""
    glyphs = picture.glyphs[row]
    for character in text:
        width = cell_len(character)
        if width == 0:
            continue
        if column >= 0 and column + width <= len(glyphs):
            glyphs[column] = ord(character)
            glyphs[column + 1 : column + width] = CONTINUED
            picture.roles[row, column : column + width] = role
        column += width


def stack(area: Area, below: Picture, layers: Iterable[Layer]) -> Picture:
    """Return a picture with layers over it, each over the one before.

    The upper layer wins, but no line hides a point. In a cell with both, the line's dots and the
    points' are joined in the line's colour; solid blocks and plain letters can't be joined, so a
    character says that both are there.
    """
    glyphs, roles, data = below.glyphs.copy(), below.roles.copy(), below.data.copy()
    if area.has_room:
        inside = _inside(area)
        on_glyphs, on_roles, on_data = glyphs[inside], roles[inside], data[inside]
        for layer in layers:
            ink = layer.glyphs != BLANK
            role = np.broadcast_to(np.asarray(layer.role, np.uint8), ink.shape)[ink]
            on_roles[ink] = role
            if role.size and role[0] in DATA:
                on_glyphs[ink] = layer.glyphs[ink]
                on_data[ink] = MARKED if layer.dots is None else on_data[ink] | layer.dots[ink]
            elif layer.dots is None or layer.ink is None:
                on_glyphs[ink] = layer.glyphs[ink]
            else:
                _draw_line(area, layer.dots, layer.ink, on_glyphs, on_data)
    return Picture(glyphs, roles, below.shades, data)


def _draw_line(area: Area, dots: Dots, ink: Ink, glyphs: Glyphs, data: NDArray[np.uint16]) -> None:
    """Write a line's characters into the plot area, joined with the points in its cells."""
    line = dots > 0
    marked, crossed = line & (data >= MARKED), line & (data > 0)
    alone = line & ~crossed
    glyphs[alone] = ink.glyphs(dots[alone])
    if both := area.markers.both:
        glyphs[crossed] = ord(both)
        return
    joined = crossed & ~marked
    glyphs[joined] = ink.glyphs(dots[joined] | data[joined].astype(np.uint8))


def shaded(area: Area, below: Picture, shades: NDArray[np.uint8]) -> Picture:
    """Return a picture with these backgrounds in the plot area, which has their shape."""
    ground = below.shades.copy()
    if area.has_room:
        ground[_inside(area)] = shades
    return Picture(below.glyphs, below.roles, ground, below.data)


def _inside(area: Area) -> tuple[slice, slice]:
    return slice(1, 1 + area.plot_rows), slice(area.left, None)
