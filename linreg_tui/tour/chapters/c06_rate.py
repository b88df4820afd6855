"""The learning rate: too small, too large, and many minima."""

from __future__ import annotations

from linreg_tui.core.losses1d import (
    FIGURE_6,
    FIGURE_7,
    FIGURE_8,
    FIGURE_9,
    FIGURE_10,
    PARABOLA,
    Figure,
    descend,
)
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import OUTCOMES, Descent

TITLE = "The learning rate"

BEYOND = 1.02
"""A rate that x² can't bear."""

MINIMA = ("the near minimum", "the low minimum", "neither")
NEAR, LOW = -0.86, 3.43


def scene(figure: Figure, *, shown: int = 0) -> Descent:
    """A figure of the notebook, to be run."""
    reach = 2.0 if figure.loss is PARABOLA else 5.0
    return Descent(figure.loss, figure.start, figure.rates, shown, reach=reach)


def landed(figure: Figure) -> int:
    """Which minimum of x·cos x a path ends at: the place among `MINIMA`."""
    end = float(figure.path()[-1])
    return next((k for k, x in enumerate((NEAR, LOW)) if abs(end - x) < 0.05), 2)


def steps(_: Facts) -> tuple[Step, ...]:
    """Figures 7, 6 and beyond on x²; figures 8, 9 and 10 on x·cos x."""
    small, large, start = FIGURE_7.rates[0], FIGURE_6.rates[0], FIGURE_6.start
    ended = float(FIGURE_7.path()[-1])
    bounced = FIGURE_6.path()
    away = descend(PARABOLA, start, BEYOND, 12)
    figure_8, figure_9, figure_10 = (float(f.path()[-1]) for f in (FIGURE_8, FIGURE_9, FIGURE_10))
    return (
        Step(
            f"A small rate, η = {small:g}: it walks down.",
            f"""
How far to go in each step? That is the **learning rate** η, and there is no formula
for it: it has to be found for every problem. Start with a small one, η = {small:g}.

Each step leaves 1 − 2η = {1 - 2 * small:g} of the distance. After {len(FIGURE_7.rates)} steps
{start:g} has become
{ended:.3f}. The steps get shorter by themselves, since the ground gets flatter. `space`
runs it again after `r`; `[` and `]` turn η down and up.
""",
            scene(FIGURE_7),
            runs=True,
        ),
        Step(
            f"η = {large:g}: converge, creep, or diverge?",
            f"""
Larger steps should arrive sooner. Now η = {large:g}, nearly ten times as much. In
{len(FIGURE_6.rates)} steps it can **converge** (arrive), **creep** (be on its way, but not
there), or **diverge** (go away, ever further).
""",
            scene(FIGURE_6),
            Question(
                f"From x = {start:g} with η = {large:g}: will it converge, creep, or diverge?",
                OUTCOMES,
                1,
                f"""
It jumps across to the other side, nearly as high, and back. The sign turns in each
step, 1 − 2η = {1 - 2 * large:.2f}, and only {100 * (2 - 2 * large):.0f}% of the distance goes.
After {len(FIGURE_6.rates)} steps it is
still at {bounced[-1]:.2f}. It would take some {_steps_to(large, start)} steps to come within
0.01 of the bottom.
""",
                f"η = {large:g}: from side to side, and hardly lower.",
            ),
        ),
        Step(
            f"η = {BEYOND:g}: a little more.",
            f"""
A little more still: η = {BEYOND:g}.
""",
            Descent(PARABOLA, start, (BEYOND,) * 12),
            Question(
                f"From x = {start:g} with η = {BEYOND:g}: will it converge, creep, or diverge?",
                OUTCOMES,
                2,
                f"""
Now 1 − 2η = {1 - 2 * BEYOND:.2f}: each jump lands higher than it began. After 12 steps it is at
{away[-1]:.2f}: the steeper the ground, the longer the next jump. It **diverges**. The
border is η = 1, where it jumps to and fro for ever. In general it is 2 over the
**curvature**: by how much the slope grows per unit of x, for 2x by 2. So every valley
has a limit, and steep valleys have low ones.
""",
                f"η = {BEYOND:g}: each jump lands higher. The limit is 2 / curvature.",
            ),
        ),
        Step(
            "Turn η with [ and ]. Which one is best?",
            f"""
Your turn: `]` and `[` turn the rate, and the path is drawn anew. Find

- the rate with which it lands at the bottom in **one** step,
- a rate so small that in {len(FIGURE_7.rates)} steps it hardly moves: it **creeps**,
- the largest that still gets anywhere.

Too small is safe, but may never arrive. Too large does not arrive at all. Between
them lies one that is just right, and nobody tells you which.
""",
            scene(FIGURE_7, shown=len(FIGURE_7.rates)),
        ),
        Step(
            "A loss with hills, and a small rate.",
            f"""
The loss of a large model is no bowl. Here is one with hills: x·cos x. Its lowest
minimum within the picture is at x = {LOW:g}; there is a higher one at {NEAR:g}.
""",
            scene(FIGURE_8),
            Question(
                f"From x = {FIGURE_8.start:g} with η = {FIGURE_8.rates[0]:g}: where will it end?",
                MINIMA,
                landed(FIGURE_8),
                f"""
At {figure_8:.2f}, in the first hollow on its way: a **local minimum**. All around is higher
ground, and small steps never get out. That a much better place lies just behind the
hill, gradient descent has no way to know. A lucky start would help; one should not
have to be lucky.
""",
                "Caught in the first hollow: a local minimum.",
            ),
        ),
        Step(
            f"The same loss, η = {FIGURE_9.rates[0]:g}.",
            f"""
So larger steps, which get over the hill: η = {FIGURE_9.rates[0]:g}.
""",
            scene(FIGURE_9),
            Question(
                f"From x = {FIGURE_9.start:g} with η = {FIGURE_9.rates[0]:g}: where will it end?",
                MINIMA,
                landed(FIGURE_9),
                f"""
It leaps about and settles nowhere; after {len(FIGURE_9.rates)} steps it is at {figure_9:.2f}.
It comes over the
hill, and past the low minimum again and again, but its steps are too long to stay
there. A large rate **explores**, a small one **settles**.
""",
                "It leaps about. A large rate explores, a small one settles.",
            ),
        ),
        Step(
            "Large first, then ever smaller.",
            f"""
Do both: begin with η = {FIGURE_10.rates[0]:g}, and halve it every five steps.
""",
            scene(FIGURE_10),
            Question(
                "With a rate that shrinks: where will it end?",
                MINIMA,
                landed(FIGURE_10),
                f"""
At {figure_10:.2f}, the low one. The long steps got it over the hill, the shorter ones could
no longer leave the deep valley. Such a plan for η is called a **schedule**.

It is no guarantee. With another start or another plan it can get caught as before.
""",
                "Large first, then small: it lands in the low one.",
            ),
        ),
    )


def _steps_to(rate: float, start: float) -> int:
    """Steps on x² until it is within 0.01 of the bottom."""
    path = descend(PARABOLA, start, rate, 1000)
    return int((abs(path) < 0.01).argmax())
