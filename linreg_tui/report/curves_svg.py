"""Learning curves as SVG, on white, which differ in colour, dashes and markers."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from linreg_tui.axes import Axis
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.text import printable
from linreg_tui.report.learning_curves import CurvesPicture, LearningCurve

WIDTH, HEIGHT, LINE_HEIGHT = 860, 440, 20
LEFT, RIGHT, TOP, BOTTOM = 84, 190, 44, 56
ACROSS, DOWN = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

INK, QUIET, GRID = "#222222", "#666666", "#e4e4e4"
COLOURS = ("#0b62a4", "#c23b00", "#007a5a", "#8f3f97", "#8a6500", "#b3123f", "#3d3d3d")
"""Each has a contrast of at least 4.5 with white."""

DASHES = ("", "9 4", "3 3", "12 4 3 4", "16 5")
MARKERS = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "M-4 -4h8v8h-8z",
    "M0 -5l5 9h-10z",
    "M0 -5l5 5l-5 5l-5 -5z",
    "M0 5l5 -9h-10z",
    "M-5 -1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5z",
)
MARKERS_PER_CURVE = 8

FAR = 1e4
"""Where a line that leaves the picture is cut off, in the picture's units."""


def svg(picture: CurvesPicture) -> str:
    """Return the picture with its axes and a legend."""
    height = max(HEIGHT, TOP + (len(picture.curves) + 4) * LINE_HEIGHT)
    title = escape(printable(picture.title, 200))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" '
        f'font-size="13" fill="{INK}" role="img">',
        f"<title>{title}</title>",
        f'<clipPath id="inside"><rect x="{LEFT}" y="{TOP}" width="{ACROSS}" height="{DOWN}"/>'
        "</clipPath>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" font-size="15" font-weight="bold">{title}</text>',
        *_x_axis(picture.x),
        *_y_axis(picture.y),
    ]
    if picture.least is not None:
        parts += _least(picture, picture.least)
    for number, curve in enumerate(picture.curves):
        parts += _curve(picture, number, curve)
    if any((curve.low != curve.high).any() for curve in picture.curves):
        parts += _shade(len(picture.curves) + 1)
    return "\n".join([*parts, "</svg>\n"])


def _x_axis(axis: Axis) -> Iterator[str]:
    bottom = TOP + DOWN
    for tick in axis.ticks:
        x = LEFT + tick.place * ACROSS
        yield f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="{GRID}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle">{tick.text}</text>'
    yield f'<path d="M{LEFT} {bottom}h{ACROSS}" stroke="{INK}"/>'
    middle = LEFT + ACROSS / 2
    yield f'<text x="{middle}" y="{bottom + 42}" text-anchor="middle">{escape(axis.label)}</text>'


def _y_axis(axis: Axis) -> Iterator[str]:
    for tick in axis.ticks:
        y = TOP + (1 - tick.place) * DOWN
        yield f'<path d="M{LEFT} {y:.1f}h{ACROSS}" stroke="{GRID}"/>'
        yield f'<text x="{LEFT - 9}" y="{y + 4:.1f}" text-anchor="end">{tick.text}</text>'
    yield f'<path d="M{LEFT} {TOP}v{DOWN}" stroke="{INK}"/>'
    yield (
        f'<text transform="translate(20 {TOP + DOWN / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(axis.label)}</text>"
    )


def _least(picture: CurvesPicture, least: float) -> Iterator[str]:
    """Draw the closed form's loss, and its entry in the legend."""
    y = TOP + (1 - float(picture.y.place(np.array(least)))) * DOWN
    stroke = f'stroke="{QUIET}" stroke-width="1.5" stroke-dasharray="1 3"'
    yield f'<path d="M{LEFT} {y:.1f}h{ACROSS}" {stroke}/>'
    yield from _legend(len(picture.curves), "closed form", stroke, "")


def _shade(number: int) -> Iterator[str]:
    """Explain the bands in the legend, one line below its last entry."""
    x, y = WIDTH - RIGHT + 18, TOP + 8 + number * LINE_HEIGHT
    yield f'<rect x="{x}" y="{y - 6}" width="34" height="12" fill="{QUIET}" fill-opacity="0.15"/>'
    for line, text in enumerate(("from the least loss", "to the largest")):
        yield f'<text x="{x + 42}" y="{y + 5 + line * LINE_HEIGHT}">{text}</text>'


def _curve(picture: CurvesPicture, number: int, curve: LearningCurve) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    stroke = f'fill="none" stroke="{colour}" stroke-width="2"'
    if dashes := DASHES[number % len(DASHES)]:
        stroke += f' stroke-dasharray="{dashes}"'
    shape = f'<path d="{MARKERS[number % len(MARKERS)]}" fill="{colour}" transform="{{}}"/>'
    x = LEFT + picture.x.place(curve.places) * ACROSS
    low, middle, high = (_down(picture.y, loss) for loss in (curve.low, curve.line, curve.high))
    yield '<g clip-path="url(#inside)">'
    if (low != high).any():
        outline = _path(np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]]))
        yield f'<path d="{outline}z" fill="{colour}" fill-opacity="0.15"/>'
    yield f'<path d="{_path(x, middle)}" {stroke} stroke-linejoin="round"/>'
    # Each curve has its markers in other places, so that overlapping curves don't hide them.
    count = MARKERS_PER_CURVE
    share = (number % count) / count
    for place in {round((len(x) - 1) * (k + share) / count) for k in range(count)}:
        yield shape.format(f"translate({x[place]:.1f} {middle[place]:.1f})")
    yield "</g>"
    yield from _legend(number, curve.label, stroke, shape)


def _down(axis: Axis, losses: FloatArray) -> FloatArray:
    return np.clip(TOP + (1 - axis.place(losses)) * DOWN, -FAR, FAR)


def _path(x: FloatArray, y: FloatArray) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def _legend(number: int, label: str, stroke: str, shape: str) -> Iterator[str]:
    x, y = WIDTH - RIGHT + 18, TOP + 8 + number * LINE_HEIGHT
    yield f'<path d="M{x} {y}h34" {stroke}/>'
    if shape:
        yield shape.format(f"translate({x + 17} {y})")
    yield f'<text x="{x + 42}" y="{y + 5}">{escape(printable(label))}</text>'
