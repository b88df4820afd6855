"""One step of gradient descent in the notebook's notation, to be followed by hand."""

from __future__ import annotations

from linreg_tui.core.update import Update, update
from linreg_tui.numbers import fixed, rate
from linreg_tui.tui.picture import Picture, Role, Span, lines
from linreg_tui.tui.player import View

ROOMY = 70
"""Columns from which on there is room for the product of gradient and learning rate."""

SPREAD = 90
"""Columns from which on there is room for what an optimizer makes of the gradient."""

NAMED = {"momentum": "v", "nesterov": "∂L + μ v", "adam": "m / √v"}
"""What is multiplied by η instead of the gradient, with each optimizer but sgd."""


def draw_update(columns: int, rows: int, view: View) -> Picture:
    """Three lines: the batch and its residual, the update of m, and that of b."""
    if view.number == 0:
        text: list[list[Span]] = [[("no step yet: this is the line to start from", Role.LABEL)]]
        return lines(columns, rows, text)
    step = update(view.run, view.number)
    settings = view.run.segment(view.number).settings
    made_of_it = NAMED.get(settings.optimizer) if columns >= SPREAD else None
    text = [_batch(step, settings.standardize, columns)]
    for place, name in enumerate("mb"):
        text.append(_parameter(step, place, name, made_of_it, columns))
    return lines(columns, rows, text)


def _batch(step: Update, standardize: bool, columns: int) -> list[Span]:
    rows = "all rows" if step.rows is None else f"{step.n:,} row{'s' * (step.n > 1)}"
    place = "low" if step.residual > 0 else "high"
    told = f": the line lies too {place}" if columns >= ROOMY else f": too {place}"
    return [
        (rows, Role.TEXT if step.rows is None else Role.BATCH),
        (", mean of y − ŷ ", Role.LABEL),
        (fixed(step.residual, 12).strip(), Role.TEXT),
        (f"{told}{' (z-scores)' if standardize else ''}", Role.LABEL),
    ]


def _parameter(
    step: Update, place: int, name: str, made_of_it: str | None, columns: int
) -> list[Span]:
    """∂L/∂m · η = the step, and m before and after it."""
    old, new, rate_now = step.before[place], step.after[place], step.rates[place]
    decimals = 4 if abs(new) < 1000 else 2
    spans: list[Span] = [
        (f"∂L/∂{name} ", Role.LABEL),
        (fixed(step.gradient[place], 13), Role.TEXT),
    ]
    if made_of_it is not None:
        spans += [(f"   {made_of_it} ", Role.LABEL), (fixed(step.steps[place], 13), Role.TEXT)]
    spans += [(" · ", Role.LABEL), (rate(rate_now).ljust(7), Role.TEXT)]
    if columns >= ROOMY:
        product = fixed(rate_now * step.steps[place], 10, decimals)
        spans += [(" = ", Role.LABEL), (product, Role.TEXT), ("  ", Role.NOTHING)]
    return [
        *spans,
        (f" {name} ", Role.LABEL),
        (fixed(old, 10, decimals), Role.TEXT),
        (" → ", Role.LABEL),
        (fixed(new, 10, decimals), Role.FIT),
    ]
