"""What is under the cursor, and how both lines stand."""

from __future__ import annotations

from linreg_tui.numbers import above_optimum, fixed
from linreg_tui.tui.picture import Picture, Role, Span, lines
from linreg_tui.tui.player import View
from linreg_tui.tui.poke.poking import Poking

PLACE, NUMBER, LOSS = 10, 12, 15


def draw_poking(columns: int, rows: int, poking: Poking, view: View | None) -> Picture:
    """Two lines about the cursor; below them, where there is room, one for each line."""
    text = [_cursor(poking), _near(poking), _closed_form(poking), *_fit(view)]
    return lines(columns, rows, text)


def _cursor(poking: Poking) -> list[Span]:
    (x, y), (of_x, of_y) = poking.cursor, poking.decimals
    _, _, edited = poking.edits.data.source.rpartition(", edited: ")
    if poking.edits.data is poking.edits.original:
        edited = ""
    return [
        ("x ", Role.LABEL),
        (fixed(x, PLACE, of_x), Role.HERE),
        ("   y ", Role.LABEL),
        (fixed(y, PLACE, of_y), Role.HERE),
        (f"   {poking.edits.data.n:,} rows", Role.TEXT),
        (f", {edited}" if edited else "", Role.TEXT),
    ]


def _near(poking: Poking) -> list[Span]:
    near = poking.near
    if near is None:
        return [("no point in reach: a adds one, n goes to the next", Role.LABEL)]
    if poking.lifted is not None:
        return [
            (f"row {near + 1:,} is lifted: ", Role.TEXT),
            ("enter puts it down, esc puts it back", Role.LABEL),
        ]
    x, y = (
        fixed(place, PLACE, decimals).strip()
        for place, decimals in zip(poking.edits.place(near), poking.decimals, strict=True)
    )
    told = "enter lifts it, k takes it out"
    return [(f"row {near + 1:,} at {x}, {y}: ", Role.TEXT), (told, Role.LABEL)]


def _closed_form(poking: Poking) -> list[Span]:
    line = poking.edits.data.line
    return _numbers("closed form", line.slope, line.intercept, line.loss, Role.REFERENCE)


def _fit(view: View | None) -> list[list[Span]]:
    if view is None:
        return []
    step, optimum = view.run.history[view.number], view.run.optimum
    above = above_optimum(optimum, step.slope, step.intercept)
    told = f"  +{above}" if above else ""
    name = f"fit {'▶' if view.running else '‖'}"
    numbers = _numbers(name, step.slope, step.intercept, step.loss, Role.FIT)
    return [[*numbers, (told, Role.TEXT)]]


def _numbers(name: str, slope: float, intercept: float, loss: float, role: Role) -> list[Span]:
    return [
        (name.ljust(12), role),
        ("m ", Role.LABEL),
        (fixed(slope, NUMBER), role),
        ("  b ", Role.LABEL),
        (fixed(intercept, NUMBER), role),
        ("  loss ", Role.LABEL),
        (fixed(loss, LOSS), Role.TEXT),
    ]
