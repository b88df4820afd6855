"""Training: thirty steps, and why the two parameters have a learning rate each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import condition_number
from linreg_tui.core.units import training_units
from linreg_tui.numbers import rate
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import OUTCOMES, Training

TITLE = "Training"

NOTEBOOK = Settings()
ONE_RATE = replace(NOTEBOOK, learning_rate_b=NOTEBOOK.learning_rate_m)
"""The slope's rate for both."""

IN_Z_SCORES = replace(NOTEBOOK, standardize=True)


def steps(facts: Facts) -> tuple[Step, ...]:
    """The run, its loss, one rate for both, the valley, z-scores."""
    line, n = facts.line, NOTEBOOK.epochs
    eta_m, eta_b = rate(NOTEBOOK.learning_rate_m), rate(NOTEBOOK.learning_rate_b)
    first, last = facts.run(NOTEBOOK).history[1], facts.last(NOTEBOOK)
    slow, z = facts.last(ONE_RATE), facts.last(IN_Z_SCORES)
    moments = facts.data.moments
    flat, steep = np.linalg.eigvalsh(moments.hessian())
    round_ = condition_number(training_units(moments, IN_Z_SCORES).moments(moments))
    return (
        Step(
            f"{n} steps with η = {eta_m} and {eta_b}.",
            f"""
Now for real: all {facts.data.n} houses in each step, and a rate for each parameter,
η_m = **{eta_m}** for the slope and η_b = **{eta_b}** for the intercept. {n} steps.
""",
            Training(),
            Question(
                f"{n} steps with {eta_m} and {eta_b}: how near to the least loss do they come?",
                ("within 0.1%", "within 1%", "not that near"),
                _nearness(facts),
                f"""
It ends at y = **{last.slope:.2f}** x + **{last.intercept:.2f}**, with a loss of
{last.loss:.2f}. The closed
form has {line.slope:.2f} and {line.intercept:.2f}, and the least loss is {line.loss:.2f}: we are
{facts.above(NOTEBOOK)} above. (The notebook calls {last.loss:.2f} the closed form's
loss. It is that of its own last step.) `home` and `→` walk through it again.
""",
                f"y = {last.slope:.2f} x + {last.intercept:.2f}, "
                f"{facts.above(NOTEBOOK)} above the least loss.",
            ),
        ),
        Step(
            "The loss falls fast, then slowly.",
            f"""
The **loss** of every step, on a log scale: as far down again is as many times less.
Dashed is the least loss there is. The first step takes it from
{facts.run(NOTEBOOK).history[0].loss:.3g} to
{first.loss:.3g}, and after {facts.arrived(NOTEBOOK)} steps it is within 1% of the least. The
rest of the way is flat:
`y` shows only what is above the least one, and there it still falls, ever so
slowly. Why slowly?
""",
            Training(trained=n, shows="loss"),
        ),
        Step(
            f"One rate for both: η = {eta_m}.",
            f"""
Why two rates at all? Take the slope's rate for both: η = **{eta_m}**.
""",
            Training(ONE_RATE),
            Question(
                f"η = {eta_m} for both: will it converge, creep, or diverge?",
                OUTCOMES,
                facts.outcome(ONE_RATE),
                f"""
The slope is soon as good as it can be with **this** intercept, at {slow.slope:.2f}. The
intercept has gone from {NOTEBOOK.initial_intercept:.0f} to {slow.intercept:.2f}: it **creeps**,
and has {line.intercept:.0f} to go. And a
rate for both that suits b, {eta_b}? It is {0.1 / (1e-7 * facts.limit(ONE_RATE)):,.0f} times
what m can bear.
""",
                "One rate for both: m arrives, b creeps.",
            ),
        ),
        Step(
            f"Condition number {condition_number(moments):.1e}".replace("e+0", "e"),
            f"""
The landscape is no bowl. It is a **valley**, steep across and almost level along. Its
curvatures are {steep:,.0f} and {flat:.3f}. The steep side sets the limit for η; the flat
one needs a large η. Their ratio, {_short(steep / flat)}, is the **condition number**: the
larger, the more steps it takes with one rate.

Here is that run with one rate: down the wall at once, and then hardly along. With
small steps for m and large ones for b, the way led straight to the ✕.
""",
            Training(ONE_RATE, trained=n, shows="landscape"),
        ),
        Step(
            f"In z-scores the condition number is {round_:.0f}.",
            f"""
The valley is made by the **units**: square feet in thousands, dollars in hundred
thousands. **Standardise**: subtract its mean from each column, then divide by its
standard deviation. In these z-scores the condition number is {round_:.0f}: a round bowl, and
a single rate does for both. With η = {eta_b} it goes straight to the bottom, and after
{n} steps is {facts.above(IN_Z_SCORES)} above the least loss, at {z.slope:.2f} and
{z.intercept:.2f}.
That is why everybody standardises first.
""",
            Training(IN_Z_SCORES, shows="landscape", z_scores=True),
            runs=True,
        ),
    )


def _nearness(facts: Facts) -> int:
    last = facts.last(NOTEBOOK)
    above = facts.line.excess(last.slope, last.intercept) / facts.line.loss
    return 0 if above < 0.001 else 1 if above < 0.01 else 2


def _short(value: float) -> str:
    return rate(float(f"{value:.2g}"))
