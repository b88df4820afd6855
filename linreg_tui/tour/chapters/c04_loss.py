"""Model and loss: what a line says, and how wrong it is."""

from __future__ import annotations

from linreg_tui.core.losses1d import FIGURE_7
from linreg_tui.core.settings import Settings
from linreg_tui.tour.chapter import Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import DataView, Descent, Training

TITLE = "Model and loss"


def steps(facts: Facts) -> tuple[Step, ...]:
    """A prediction, its square, ten of them, the mean of all."""
    data, line, start = facts.data, facts.line, Settings()
    m, b = start.initial_slope, start.initial_intercept
    area, price = float(data.x[0]), float(data.y[0])
    said = m * area + b
    losses = (data.y - (m * data.x + b)) ** 2
    ten = "\n".join(
        f"| {row} | {losses[row]:.8e} | {row + 5} | {losses[row + 5]:.8e} |" for row in range(5)
    )
    first = facts.run(start).history[0].loss
    return (
        Step(
            "The model: ŷ = m x + b.",
            f"""
The **model** turns an area into a price. Its two numbers m and b are all it can
learn; as long as they are wrong, so is the model. Before training they are just
made up: m = {m:g} and b = {b:g}.

```
ŷ = m·x + b      (ŷ: what the model says)
ŷ = {m:g} · {area:.0f} + {b:g} = {said:.0f}
```

The first house was sold for ${price:,.0f}. The model is ${price - said:,.0f} too low.
""",
            Training(residuals="bars"),
        ),
        Step(
            "The loss: how wrong, as one number. Down is better.",
            """
The **loss** says in one number how wrong the model is. We square the miss:

```
L = (y − ŷ)²
```

Over the miss y − ŷ this is a parabola. At the bottom the model is right. To the
left it is too high, to the right too low, and twice the miss is four times the
loss. To learn is to go **down** on this curve.
""",
            Descent(FIGURE_7.loss, FIGURE_7.start, (), turned=False, label="miss y − ŷ"),
        ),
        Step(
            "Ten houses, ten losses at (5, 1000).",
            f"""
The first ten houses at m = {m:g}, b = {b:g}; the losses are in squared dollars:

| row | loss | row | loss |
|---|---|---|---|
{ten}

All are huge: a miss of $100,000 is a loss of 1e10.
""",
            DataView("table"),
        ),
        Step(
            f"Mean squared error: {first:.4g} at the start, {line.loss:.4g} at best.",
            f"""
The **mean squared error** is the mean of all {data.n} losses: {first:.2f} at the start.
It depends on m and b alone, so it is a **landscape** over the two: here from above,
with more colour where it is deeper; from ring to ring, a quarter is left of the
height above the bottom. ● is where we stand, ✕ the bottom: the closed form.

No line gets below {line.loss:.2f}, the mean square of what area does not tell.
Its root, ${line.loss**0.5:,.0f}, is how far a prediction typically is off.
""",
            Training(shows="landscape"),
        ),
    )
