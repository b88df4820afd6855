"""One step of gradient descent in the notebook's notation, to follow by hand."""

from __future__ import annotations

from collections.abc import Sequence

from linreg_tui.core.optimizers import Optimizer
from linreg_tui.core.run import StepDetail, step_detail
from linreg_tui.core.settings import Settings
from linreg_tui.numbers import MOST_DECIMALS, decimals_for, fixed, rate
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines
from linreg_tui.tui.run_view import RunView

ROOMY_COLUMNS = 72
"""Columns from which all of a gradient step fits."""

FACTOR_CELLS, RATE_CELLS, TERM_CELLS = 13, 7, 10
"""Columns of a gradient, of a learning rate, and of a parameter or its change."""

SMALLEST = 1e-4
"""Smaller numbers would have too few digits in the place of a parameter."""


def draw_update(columns: int, rows: int, view: RunView) -> Picture:
    """Draw three lines: the batch and its residual, the update of m, and that of b."""
    if view.number == 0:
        text: list[list[Span]] = [[("no step yet: this is the line to start from", Role.LABEL)]]
        return lines(columns, rows, text)
    step = step_detail(view.run, view.number)
    settings = view.run.segments.at(view.number).settings
    variants = [
        _variants(step, place, name, settings.optimizer.symbol) for place, name in enumerate("mb")
    ]
    fitting = (pair for pair in zip(*variants, strict=True) if max(map(_width, pair)) <= columns)
    parameters = next(fitting, tuple(least[-1] for least in variants))
    return lines(columns, rows, [_batch(step, settings, columns), *parameters])


def _width(spans: Sequence[Span]) -> int:
    return sum(len(text) for text, _ in spans)


def _batch(step: StepDetail, settings: Settings, columns: int) -> list[Span]:
    rows = "all rows" if step.rows is None else f"{step.n:,} row{'s' * (step.n > 1)}"
    notes = ["line too low" if step.residual > 0 else "line too high"]
    if settings.standardize:
        notes.append("z-scores")
    if settings.update == "sequential" and columns >= ROOMY_COLUMNS:
        notes.append("∂L/∂b at the new m")
    spans = [
        (rows, Role.TEXT if step.rows is None else Role.BATCH),
        (", mean residual ", Role.LABEL),
        (_factor(step.residual).strip(), Role.TEXT),
    ]
    left = columns - sum(len(text) for text, _ in spans)
    while len(notes) > 1 and len(_in_brackets(notes)) > left:
        notes.pop()
    return [*spans, (_in_brackets(notes), Role.LABEL)]


def _in_brackets(notes: Sequence[str]) -> str:
    return f" ({'; '.join(notes)})"


def _variants(step: StepDetail, place: int, name: str, symbol: str) -> list[list[Span]]:
    """Return gradient, direction, η and m − η · direction = m', then shorter forms of it."""
    old, new, rate_now = step.before[place], step.after[place], step.rates[place]
    before, change, after = _sum(old, rate_now * step.directions[place], new)
    gradient: list[Span] = [
        (f"∂L/∂{name} ", Role.LABEL),
        (_factor(step.gradient[place]), Role.TEXT),
    ]
    gap: Span = ("   ", Role.NOTHING)
    made: list[Span] = []
    if symbol != Optimizer.symbol:
        made = [(f"{symbol} ", Role.LABEL), (_factor(step.directions[place]), Role.TEXT)]
    rates = [rate(each) for each in step.rates]
    times: list[Span] = [
        (" · ", Role.LABEL),
        (rates[place].ljust(max(RATE_CELLS, *map(len, rates))), Role.TEXT),
        (f"  {name} ", Role.LABEL),
        (before, Role.TEXT),
    ]
    minus: list[Span] = [(" − ", Role.LABEL), (change, Role.TEXT), (" = ", Role.LABEL)]
    becomes: list[Span] = [(" → ", Role.LABEL)]
    return [
        [*factors, *times, *between, (after, Role.FIT)]
        for factors in ([*gradient, gap, *made] if made else gradient, made or gradient)
        for between in (minus, becomes)
    ]


def _factor(value: float) -> str:
    """Return a number with at least four digits."""
    small = 0 < abs(value) < SMALLEST
    return (
        _small(value).rjust(FACTOR_CELLS)
        if small
        else fixed(value, FACTOR_CELLS, decimals_for(value))
    )


def _small(value: float) -> str:
    """Return a number with an exponent, and as many digits as fit."""
    return fixed(value, TERM_CELLS, MOST_DECIMALS + 3) if value else "0".rjust(TERM_CELLS)


def _sum(old: float, change: float, new: float) -> tuple[str, str, str]:
    """Return m, η · ∂L/∂m and the new m, with enough decimals to follow a small change.

    Where so many don't fit, the change has an exponent; all three have one if m itself is that
    small.
    """
    largest = max(abs(old), abs(new))
    if 0 < largest < SMALLEST:
        return _small(old), _small(change), _small(new)
    usual = 4 if abs(new) < 1000 else 2
    room = TERM_CELLS - len(f"{-largest:.0f}.")
    decimals = max(usual, min(decimals_for(change) - 1, room))
    seen = change == 0 or abs(change) >= 10.0 ** (1 - decimals)
    return (
        fixed(old, TERM_CELLS, decimals),
        fixed(change, TERM_CELLS, decimals) if seen else _small(change),
        fixed(new, TERM_CELLS, decimals),
    )
