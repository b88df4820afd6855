"""Mini-batches: a few rows in each step, and the noise that this brings."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.settings import Settings
from linreg_tui.core.trials import Result
from linreg_tui.numbers import above_least
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import OUTCOMES, Sweep, Training

TITLE = "Mini-batches"

OF_64 = replace(Settings(), batch_size=64)
SIZES = Sweep("batch sizes")


def steps(facts: Facts) -> tuple[Step, ...]:
    """What a batch is, a run in batches, the noise, all sizes, rows seen."""
    n, results = facts.data.n, facts.results(SIZES)
    each, last = OF_64.steps_per_epoch(n), facts.last(OF_64)
    sizes = [result.trial.settings.batch_size for result in results]
    nearest = min(range(len(results)), key=lambda k: results[k].excess)
    noise = "\n".join(
        f"| {size} | {100 * (facts.prediction(replace(OF_64, batch_size=size)).noise or 0):.2f}% |"
        for size in sizes
    )
    seen = "\n".join(
        f"| {result.trial.settings.batch_size} | {_arrived(facts, result)} | {above} |"
        for result in results
        for above in [above_least(facts.line, result.excess)]
    )
    return (
        Step(
            "A batch: a few rows, drawn at random.",
            f"""
Real data is too large to look at all of it for one step. So each step takes only
some rows, drawn at random: a **mini-batch**. Here 64 of {n}, marked in the plot.
Drawing is one line, `data.sample(64)`, in the notebook. {n} rows make {each} batches,
and these are one **epoch**: about as much work as one step with all rows.

The gradient of a batch is an estimate of the true one. Press `→` a few times: each
step pulls the line a little elsewhere.
""",
            Training(OF_64, trained=1),
        ),
        Step(
            f"Batches of 64: {OF_64.epochs} epochs are {OF_64.steps(n)} steps.",
            f"""
The same rates, the same {OF_64.epochs} epochs, in batches of 64: {OF_64.steps(n)} steps instead
of {OF_64.epochs}.
""",
            Training(OF_64, pace=30.0, shows="loss", above_optimum=True),
            Question(
                "In batches of 64: will it converge, creep, or diverge?",
                OUTCOMES,
                facts.outcome(OF_64),
                f"""
It arrives, after some {facts.arrived(OF_64)} steps of 64 rows, and then **trembles**: the loss
above
the least one goes up and down, and it never quite stops. After {OF_64.steps(n)} steps it
happens to be
{facts.above(OF_64)} above, at {last.slope:.2f} and {last.intercept:.2f}. Had we stopped a step
sooner, it would be another number, and with other draws too. (In this tour the
draws are always the same.)
""",
                "It arrives, and then it trembles.",
            ),
        ),
        Step(
            "Smaller batch, more noise.",
            f"""
How much it trembles can be predicted (the picture: batches of 16). In the long run,
on average, the loss is above the least one by

| batch | above |
|---|---|
{noise}
""",
            Training(replace(OF_64, batch_size=16), pace=30.0, shows="landscape"),
            runs=True,
        ),
        Step(
            "32 to 512: which ends closest?",
            """
Now all batch sizes of the homework, each for 30 epochs, with the same rates.
""",
            SIZES,
            Question(
                "With which batch does the loss end closest to the least one?",
                tuple(map(str, (sizes[0], sizes[2], sizes[-1]))),
                {0: 0, len(sizes) - 1: 2}.get(nearest, 1),
                f"""
With {sizes[nearest]}: nearly all rows, hardly any noise. Over **epochs** the small batches fall
sooner, since an epoch of 32 has {n // 32} steps and one of 512 has {n // 512}; then they stay on
their noise. The large ones fall late and go on falling. `a` turns the axis:
against **steps** they fall alike.
""",
                f"{sizes[nearest]} ends closest: nearly all rows, hardly any noise.",
            ),
        ),
        Step(
            "What it costs: rows seen.",
            f"""
A fair comparison counts the work: **rows seen**.

| batch | rows until within 1% | ends above |
|---|---|---|
{seen}
""",
            replace(SIZES, against="rows seen"),
            runs=True,
        ),
        Step(
            "Early: small batches. Late: large ones, or a smaller rate.",
            f"""
So a small batch gets near with little work, and a large one gets close. Most people
take small batches, and a rate that falls at the end, which quiets the noise.

In the notebook, too, all sizes end at about the same line. Its numbers differ from
these in detail, since its draws do; batches of {sizes[-1]} leave hardly any chance, and give
{results[-1].slope:.2f} and {results[-1].intercept:.0f} here. A larger batch has one more use:
on many processors
at once it is done just as fast. That is the next chapter.
""",
            replace(SIZES, against="rows seen"),
            runs=True,
        ),
    )


def _arrived(facts: Facts, result: Result) -> str:
    """Rows seen until the loss was first within 1% of the least one."""
    settings = result.trial.settings
    step = facts.arrived(settings)
    return "–" if step is None else f"{step * (settings.batch_size or facts.data.n):,}"
