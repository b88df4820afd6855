"""Layers over one another: a picture of all of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.picture import BLANK, Glyphs, Layer, Picture, Role

LINES = (Role.FIT, Role.REFERENCE, Role.TRACE, Role.BAND)

NO_DOT = 0x2800
"""The braille character of no dot; each dot is a bit more."""


def stack(area: Area, below: Picture, layers: Iterable[Layer]) -> Picture:
    """The layers laid over a picture, each over the one before.

    Where lines meet in a cell their dots are added up; all else gives way to what lies above.
    """
    glyphs, roles = below.glyphs.copy(), below.roles.copy()
    if area.has_room:
        inside = _inside(area)
        for layer in layers:
            ink = layer.glyphs != BLANK
            dotted = ink & _is_braille(layer.glyphs) & _is_braille(glyphs[inside])
            dotted &= np.isin(roles[inside], LINES)
            glyphs[inside][dotted] |= layer.glyphs[dotted]
            glyphs[inside][ink & ~dotted] = layer.glyphs[ink & ~dotted]
            roles[inside][ink] = layer.role
    return Picture(glyphs, roles, below.shades)


def shaded(area: Area, below: Picture, shades: NDArray[np.uint8]) -> Picture:
    """A picture with backgrounds in the plot area, of its shape."""
    ground = below.shades.copy()
    if area.has_room:
        ground[_inside(area)] = shades
    return Picture(below.glyphs, below.roles, ground)


def _inside(area: Area) -> tuple[slice, slice]:
    return slice(1, 1 + area.plot_rows), slice(area.left, None)


def _is_braille(glyphs: Glyphs) -> NDArray[np.bool_]:
    is_braille: NDArray[np.bool_] = (glyphs & ~np.uint32(0xFF)) == NO_DOT
    return is_braille
