"""Gradients: which way is down, and one step that way."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.losses1d import FIGURE_7
from linreg_tui.core.settings import Settings
from linreg_tui.numbers import rate
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import Descent, Training

TITLE = "Gradients"

CAREFUL = replace(Settings(), learning_rate_m=1e-9, learning_rate_b=1e-9, epochs=1)
"""One step so small that one can follow it."""


def steps(facts: Facts) -> tuple[Step, ...]:
    """The derivative, both partial derivatives, the update rule, one step by hand."""
    loss, x, eta = FIGURE_7.loss, FIGURE_7.start, FIGURE_7.rates[0]
    slope = float(loss.derivative(x))
    step = facts.step(CAREFUL, 1)
    (m, b), (by_m, by_b), (new_m, new_b) = step.before, step.gradient, step.after
    tiny = CAREFUL.learning_rate_m
    return (
        Step(
            "The derivative points uphill. Step the other way.",
            f"""
Somebody stands on a curve in thick fog, here on x² with x the number to turn.
Which way is down? The **derivative** knows: the slope of the ground right here. For
x² it is 2x, here **{slope:g}**: the ground rises to the right, so down is to the left.

Go against it, by some small part η (eta) of it: x' = x − η·2x. Press `→`:

```
{x:g} − {eta:g} · {slope:g} = {x - eta * slope:g}
```
""",
            Descent(loss, x, FIGURE_7.rates),
        ),
        Step(
            "Two parameters, two derivatives: the gradient.",
            f"""
Our loss has two numbers to turn, so it has two derivatives, each with the other
number held still. Together they are the **gradient**. With ŷᵢ = m xᵢ + b:

```dL/dm = mean of −2 x (y − ŷ); dL/db = mean of −2 (y − ŷ)
∂L/∂m = mean of −2·xᵢ·(yᵢ − ŷᵢ)
∂L/∂b = mean of −2·(yᵢ − ŷᵢ)
```

Both 0 is the bottom; that gave the formula. At ({m:g}, {b:g}) they are {by_m:.4g} and
{facts.data.moments.gradient(m, b)[1]:.4g}: both want their number larger, m by far the more.
""",
            Training(shows="landscape"),
        ),
        Step(
            f"One step with η = {rate(tiny)}: what moves?",
            """
The **update rule** takes a step against the gradient, η being the learning rate:

```m' = m − η dL/dm; b' = b − η dL/db
m' = m − η·∂L/∂m     b' = b − η·∂L/∂b
```
""",
            Training(CAREFUL, gradient=True),
            Question(
                f"One step with η = {rate(tiny)}. Of m = {m:.2f} and b = {b:.2f}, what moves?",
                ("both", "only m", "only b"),
                1 if f"{new_b:.2f}" == f"{b:.2f}" else 0,
                f"""
The line is now y = **{new_m:.2f}** x + **{new_b:.2f}**. Only m has moved. Its derivative
has a factor x in it, and areas are in the thousands; that of b has none. One rate
for both is too small for b as soon as it is right for m. Remember that.
""",
                "Only m moved: its derivative has a factor x in it.",
            ),
        ),
        Step(
            f"By hand: ({m:g}, {b:g}) becomes ({new_m:.2f}, {new_b:.2f}).",
            f"""
The same step by hand:

```
m' = {m:g} + {rate(tiny)} · {-by_m:.0f} = {new_m:.4f}
b' = {b:g} + {rate(tiny)} · {-by_b:.0f} = {new_b:.4f}
```

The notebook that this follows moves m first, and takes ∂L/∂b at the **new** m. That
is `sequential`; textbooks do both at once. It will matter. `g` shows such a line
for every step of every run.
""",
            Training(CAREFUL, trained=1, gradient=True),
        ),
    )
