"""One step of gradient descent in the notebook's notation, to follow by hand."""

from __future__ import annotations

from rich.cells import cell_len

from linreg_tui.core.losses import Loss
from linreg_tui.core.optimizers import Optimizer
from linreg_tui.core.settings import Settings
from linreg_tui.core.step_detail import StepDetail, step_detail
from linreg_tui.numbers import MOST_DECIMALS, decimals_for, fixed, rate
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines
from linreg_tui.tui.run_view import RunView

FACTOR_CELLS, RATE_CELLS, TERM_CELLS = 13, 7, 10
"""Columns of a gradient, of a learning rate, and of a parameter."""

SMALLEST = 1e-4
"""Smaller numbers would have too few digits in the place of a parameter."""


def draw_update(columns: int, rows: int, view: RunView) -> Picture:
    """Draw four lines to follow with a calculator: gradient and update of m, then those of b."""
    if view.number == 0:
        text: list[list[Span]] = [[("no step yet: this is the line to start from", Role.LABEL)]]
        return lines(columns, rows, text)
    step, settings = step_detail(view.run, view.number), view.run.segments.at(view.number).settings
    formulas = [_formula(place, name, settings.loss) for place, name in enumerate("mb")]
    width = max(map(cell_len, formulas))
    text = []
    for place, (name, formula) in enumerate(zip("mb", formulas, strict=True)):
        gradient = _gradient(step, place, formula.ljust(width), settings.loss)
        text.append(_with_notes(gradient, columns, _notes(step, place, settings)))
        made = [(settings.optimizer.made, Role.LABEL)] if settings.optimizer.made else []
        text.append(_with_notes(_update(step, place, name, settings), columns, made))
    return lines(columns, rows, text)


def _sign(loss: Loss) -> str:
    factor, _ = loss.pull
    return f"−{factor} · " if factor != 1 else "−"


def _formula(place: int, name: str, loss: Loss) -> str:
    """Return ∂L/∂m = −2 · mean x r, or that of b or of another loss."""
    _, pull = loss.pull
    return f"∂L/∂{name} = {_sign(loss)}mean {('x ', '')[place]}{pull}"


def _gradient(step: StepDetail, place: int, formula: str, loss: Loss) -> list[Span]:
    """Return the formula = −2 · the mean = the gradient."""
    factor, _ = loss.pull
    gradient = step.gradient[place]
    return [
        (f"{formula} = {_sign(loss)}", Role.LABEL),
        (_factor(0.0 - gradient / factor), Role.TEXT),
        (" = ", Role.LABEL),
        (_factor(gradient), Role.TEXT),
    ]


def _update(step: StepDetail, place: int, name: str, settings: Settings) -> list[Span]:
    """Return m' = m − η · ∂L/∂m in numbers, or with the direction of another optimizer."""
    old, new, rate_now = step.before[place], step.after[place], step.rates[place]
    before, after = _line(old, rate_now * step.directions[place], new)
    rates = [rate(each) for each in step.rates]
    symbol = settings.optimizer.symbol
    direction = f" · {symbol} " if symbol != Optimizer.symbol else " · "
    return [
        (f"    {name} = ", Role.LABEL),
        (before, Role.TEXT),
        (" − ", Role.LABEL),
        (rates[place].ljust(max(RATE_CELLS, *map(len, rates))), Role.TEXT),
        (direction, Role.LABEL),
        (_factor(step.directions[place]), Role.TEXT),
        (" = ", Role.LABEL),
        (after, Role.FIT),
    ]


def _notes(step: StepDetail, place: int, settings: Settings) -> list[Span]:
    """Return what the gradient is taken of, the most important first."""
    if place == 1:
        return [("at the new m", Role.LABEL)] if settings.sequential else []
    rows = "all rows" if step.rows is None else f"{step.n:,} row{'s' * (step.n > 1)}"
    notes: list[Span] = [(rows, Role.LABEL if step.rows is None else Role.BATCH)]
    if settings.standardize:
        notes.append(("z-scores", Role.LABEL))
    return [*notes, ("line too low" if step.residual > 0 else "line too high", Role.LABEL)]


def _with_notes(spans: list[Span], columns: int, notes: list[Span]) -> list[Span]:
    """Return a line with as many notes behind it as fit."""
    left = columns - sum(cell_len(text) for text, _ in spans)
    for text, role in notes:
        left -= cell_len(text) + 3
        if left < 0:
            break
        spans = [*spans, (f"   {text}", role)]
    return spans


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


def _line(old: float, change: float, new: float) -> tuple[str, str]:
    """Return m and the new m with enough decimals to follow a small change, if they fit.

    Both have an exponent if m itself is small.
    """
    largest = max(abs(old), abs(new))
    if 0 < largest < SMALLEST:
        return _small(old), _small(new)
    usual = 4 if abs(new) < 1000 else 2
    room = TERM_CELLS - len(f"{-largest:.0f}.")
    decimals = max(usual, min(decimals_for(change) - 1, room))
    return fixed(old, TERM_CELLS, decimals), fixed(new, TERM_CELLS, decimals)
