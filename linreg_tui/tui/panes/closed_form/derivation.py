"""The closed form with the data's numbers put in, one paragraph a step."""

from __future__ import annotations

from decimal import Context
from fractions import Fraction

from linreg_tui.core.closed_form import ClosedForm, Derivation, Difference, Sums, derivation
from linreg_tui.numbers import SUM_DIGITS, estimate, line_equation
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines

COLUMNS, ROWS = 78, 20
"""The room that all steps take; with less, only their results are shown."""

STEP_CELLS = 14
LABEL_CELLS, NUMBER_CELLS = 18, 20
DIGITS, SHORT_DIGITS = (21, 15, 12, 9, 6, 4), 18
"""Digits of a number: all if they fit, or else fewer; and the digits of a result alone."""

TOLERANCE = 1e-6
"""How far the slope and intercept by these sums may be off, relative to the line's."""

FORMULA = """\
     n Σxy − Σx Σy             Σy Σx² − Σx Σxy
m = ───────────────       b = ─────────────────
     n Σx² − (Σx)²              n Σx² − (Σx)²"""

Text = list[list[Span]]


def draw_derivation(columns: int, rows: int, sums: Sums, line: ClosedForm) -> Picture:
    """Draw all steps, or only their results."""
    steps = derivation(sums)
    if columns < COLUMNS or rows < ROWS:
        return lines(columns, rows, _results(steps))
    texts = [_all(sums, steps, line, digits) for digits in DIGITS]
    return lines(columns, rows, next((text for text in texts if _fits(text)), texts[-1]))


def _all(sums: Sums, steps: Derivation, line: ClosedForm, digits: int) -> Text:
    n, x, y, xy, xx = (
        _number(Fraction(value), digits) for value in (sums.n, sums.x, sums.y, sums.xy, sums.xx)
    )
    below = steps.denominator.value

    def quotient(name: str, above: Fraction, value: Fraction | None) -> list[Span]:
        divided = f"{name} = {_number(above, digits)} / {_number(below, digits)} = "
        return [*_step("", divided), (_estimate(value).strip(), Role.REFERENCE)]

    return [
        *([(row, Role.LABEL)] for row in FORMULA.splitlines()),
        [],
        _step("1 sums", f"n = {n}   Σx = {x}   Σy = {y}"),
        _step("", f"Σxy = {xy}   Σx² = {xx}"),
        [],
        _step("2 denominator", f"n Σx² − (Σx)² = {n} · {xx} − {x} · {x}"),
        *_difference(steps.denominator, len("n Σx² − (Σx)²"), digits),
        [],
        _step("3 slope", f"n Σxy − Σx Σy = {n} · {xy} − {x} · {y}"),
        *_difference(steps.slope_numerator, len("n Σxy − Σx Σy"), digits),
        quotient("m", steps.slope_numerator.value, steps.slope),
        [],
        _step("4 intercept", f"Σy Σx² − Σx Σxy = {y} · {xx} − {x} · {xy}"),
        *_difference(steps.intercept_numerator, len("Σy Σx² − Σx Σxy"), digits),
        quotient("b", steps.intercept_numerator.value, steps.intercept),
        *_warning(steps, line),
    ]


def _warning(steps: Derivation, line: ClosedForm) -> Text:
    """Return the true line where the sums have lost too many digits."""
    if steps.slope is not None and steps.intercept is not None:
        tilt, offset = float(steps.slope) - line.slope, float(steps.intercept) - line.intercept
        at_mean = line.slope * line.moments.mean_x
        if abs(tilt) <= TOLERANCE * abs(line.slope) and abs(offset) <= TOLERANCE * (
            abs(line.intercept) + abs(at_mean)
        ):
            return []
    equation = line_equation(line)
    return [[(f"These sums have lost too many digits: {equation}", Role.BAD)]]


def _estimate(value: Fraction | None) -> str:
    return "?" if value is None else estimate(float(value), NUMBER_CELLS)


def _results(steps: Derivation) -> Text:
    """Return the differences and quotients, one below the other."""

    def row(label: str, value: str, role: Role = Role.TEXT) -> list[Span]:
        return [(label.ljust(LABEL_CELLS), Role.LABEL), (value.rjust(NUMBER_CELLS), role)]

    def difference(labels: tuple[str, str, str], step: Difference) -> Text:
        numbers = (step.first, step.second, step.value)
        return [
            row(label, _number(value, SHORT_DIGITS))
            for label, value in zip(labels, numbers, strict=True)
        ]

    def quotient(name: str, value: Fraction | None) -> list[Span]:
        return row(f"{name} = above / d", _estimate(value), Role.REFERENCE)

    first, second = steps.slope_numerator.value, steps.intercept_numerator.value
    return [
        *difference(("n Σx²", "− (Σx)²", "= denominator d"), steps.denominator),
        row("n Σxy − Σx Σy", _number(first, SHORT_DIGITS)),
        quotient("m", steps.slope),
        row("Σy Σx² − Σx Σxy", _number(second, SHORT_DIGITS)),
        quotient("b", steps.intercept),
        [],
        [(f"with {COLUMNS}x{ROWS} characters: every step", Role.LABEL)],
    ]


def _step(label: str, text: str) -> list[Span]:
    return [(label.ljust(STEP_CELLS), Role.LABEL), (text, Role.TEXT)]


def _difference(step: Difference, indent: int, digits: int) -> Text:
    """Return the products and their difference, below the = of the line before."""
    products = f"{_number(step.first, digits)} − {_number(step.second, digits)}"
    return [
        _step("", f"{' ' * indent} = {text}") for text in (products, _number(step.value, digits))
    ]


def _number(value: Fraction, digits: int) -> str:
    """Return a whole number with at most so many digits in full, or else a rounded one."""
    if value.denominator == 1 and len(str(abs(value.numerator))) <= digits:
        return str(value.numerator)
    rounding = Context(prec=min(digits, SUM_DIGITS))
    rounded = rounding.divide(value.numerator, value.denominator)
    mantissa, _, power = f"{rounded:.{rounding.prec}g}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(power)}" if power else mantissa


def _fits(text: Text) -> bool:
    return all(sum(len(span) for span, _ in row) <= COLUMNS for row in text)
