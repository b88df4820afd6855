"""Theory: the line closest to all points, by formula."""

from __future__ import annotations

from linreg_tui.numbers import equation
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import DataView, FormulaView, Training

TITLE = "The closed form"

GUESSES = (20, 90, 300)
"""Dollars a square foot that the learner chooses from."""


def steps(facts: Facts) -> tuple[Step, ...]:
    """Closest in which sense, the formula, the sums, the line."""
    line, sums, how, error = facts.line, facts.sums, facts.derivation, facts.slope_error
    nearest = min(range(len(GUESSES)), key=lambda k: abs(GUESSES[k] - line.slope))
    return (
        Step(
            "Which line? How many dollars is one square foot more?",
            """
Of all lines y = m x + b we look for the one closest to all the points. Its
**slope** m says how many dollars one more square foot adds to the price.
""",
            DataView("scatter"),
            Question(
                "From the picture alone: about how many dollars a square foot?",
                tuple(f"${guess}" for guess in GUESSES),
                nearest,
                f"""
It is **${line.slope:.2f}**. From the picture: the cloud rises by some $90,000 from 1,000
to 2,000 square feet. Guessing a slope by eye is already fitting. It only isn't
exact yet, and two people would not get the same.
""",
                f"${line.slope:.2f} for each square foot.",
            ),
        ),
        Step(
            "Closest: the sum of the squared misses is least.",
            """
**Closest** needs a meaning. For each house take the miss: the price less what the
line says, straight up or down. Square it, so that too high and too low both count,
and large misses count most. Add up all of them.

The line with the least sum is called the **least-squares line**. It is the dashed
one. The other one is a bad guess, which misses nearly every house far below.
""",
            Training(residuals="bars"),
        ),
        Step(
            "Four sums and a quotient: no steps, no guessing.",
            """
For a line the least sum can be found by formula. Both derivatives of the sum must
be 0; that is two equations for m and b, and they solve to

```m = (n Σxy − Σx Σy) / (n Σx² − (Σx)²); b = (Σy Σx² − Σx Σxy) / (n Σx² − (Σx)²)
     n Σxy − Σx Σy        Σy Σx² − Σx Σxy
m = ───────────────  b = ─────────────────
     n Σx² − (Σx)²         n Σx² − (Σx)²
```

Σ adds up over all rows, n counts them. Only the four sums know the data.
""",
            FormulaView("sums"),
        ),
        Step(
            f"y = {line.slope:.6f} x + {line.intercept:.6f}",
            f"""
With the {sums.n} houses, one sum after the other:

| | |
|---|---|
| Σx, Σy | {sums.x:.0f}, {sums.y:.0f} |
| Σxy | {sums.xy:.0f} |
| Σx² | {sums.xx:.0f} |
| d = n Σx² − (Σx)² | {how.denominator.value} |
| m = {how.slope_numerator.value} / d | {line.slope:.6f} |
| b = {how.intercept_numerator.value} / d | {line.intercept:.6f} |
""",
            FormulaView("derivation"),
        ),
        Step(
            f"m = {line.slope:.2f} ± {error:.2f}",
            f"""
**{equation(line.slope, line.intercept, (6, 6))}**

A square foot more is ${line.slope:.2f} more. The b of ${line.intercept:,.2f} is where the
line meets x = 0; nobody sells a house of no size, and it is only there to let the
line lie well. Other houses from the same town would give another m, mostly within two
standard errors of {error:.2f}. (The other numbers are for those who know statistics.)

If a formula does this, **why train?** Because the next model has no formula.
""",
            FormulaView("inference"),
        ),
    )
