"""What is under the cursor, and how both lines stand."""

from __future__ import annotations

from linreg_tui.core.losses import Optimum
from linreg_tui.numbers import above_optimum, decimals_of_line, fixed, fixed_loss
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines
from linreg_tui.tui.poke.poking import Poking
from linreg_tui.tui.run_view import RunView

NARROW = 50
"""Columns below which only the most important is said of the cursor."""

NUMBER = 12


def draw_poking(columns: int, rows: int, poking: Poking, view: RunView | None) -> Picture:
    """Two lines about the cursor; below them, where there is room, one for each line."""
    narrow = columns < NARROW
    text = [_cursor(poking, narrow), _near(poking, narrow), _closed_form(poking, view), *_fit(view)]
    return lines(columns, rows, text)


def _cursor(poking: Poking, narrow: bool) -> list[Span]:
    data, (x, y), (of_x, of_y) = poking.edits.data, poking.cursor, poking.decimals
    width, gap = (8, " ") if narrow else (10, "   ")
    _, _, edited = data.source.rpartition(", edited: ")
    told = f"{data.n:,}" if narrow else f"{data.n:,} rows"
    return [
        ("x ", Role.LABEL),
        (fixed(x, width, of_x), Role.HERE),
        (f"{gap}y ", Role.LABEL),
        (fixed(y, width, of_y), Role.HERE),
        (f"{gap} {told}", Role.TEXT),
        ("" if data is poking.edits.original else f", {edited}", Role.TEXT),
    ]


def _near(poking: Poking, narrow: bool) -> list[Span]:
    near = poking.near
    if near is None:
        return [("no point near; a adds one, n goes to the next", Role.LABEL)]
    name = f"row {near:,}"  # from 0 on, as the table counts
    if poking.beneath > 0:
        name += f" (and {poking.beneath} beneath)"
    if poking.lifted is not None:
        back = "" if narrow else ", esc puts it back"
        return [(f"{name} is lifted: ", Role.TEXT), (f"enter puts it down{back}", Role.LABEL)]
    told = "enter lifts, k takes out"
    if not narrow:
        told = "enter lifts it, k takes it out"
        x, y = (
            fixed(place, NUMBER, decimals).strip()
            for place, decimals in zip(poking.edits.place(near), poking.decimals, strict=True)
        )
        name += f" at {x}, {y}"
    return [(f"{name}: ", Role.TEXT), (told, Role.LABEL)]


def _closed_form(poking: Poking, view: RunView | None) -> list[Span]:
    line = poking.closed_form(view)
    return _numbers("closed form", line, line.slope, line.intercept, line.loss, Role.REFERENCE)


def _fit(view: RunView | None) -> list[list[Span]]:
    if view is None:
        return []
    step, optimum = view.run.history[view.number], view.run.optimum
    above = above_optimum(optimum, step.slope, step.intercept)
    name = f"fit {'▶' if view.running else '‖'}"
    numbers = _numbers(name, optimum, step.slope, step.intercept, step.loss, Role.FIT)
    return [[*numbers, (f"  +{above}", Role.TEXT)]]


def _numbers(
    name: str, optimum: Optimum, slope: float, intercept: float, loss: float, role: Role
) -> list[Span]:
    of_slope, of_intercept = decimals_of_line(optimum)
    return [
        (name.ljust(12), role),
        ("m ", Role.LABEL),
        (fixed(slope, NUMBER, of_slope), role),
        ("  b ", Role.LABEL),
        (fixed(intercept, NUMBER, of_intercept), role),
        ("  loss ", Role.LABEL),
        (fixed_loss(loss, optimum), Role.TEXT),
    ]
