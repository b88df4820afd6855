"""Many workers: the same step on several processors at once, and what keeps it from helping."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.parallel import for_workers
from linreg_tui.core.settings import Settings
from linreg_tui.numbers import rate
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import OUTCOMES, Page, Training

TITLE = "Many workers"

EACH = 64
OF_ONE = replace(Settings(), batch_size=EACH)
SHORT = replace(OF_ONE, learning_rate_m=1e-8, learning_rate_b=1e-2)
FEW, MANY = 4, 8

ADDING = 0.1
"""What adding up takes for each worker, in the time of a share: an example."""


def steps(facts: Facts) -> tuple[Step, ...]:
    """Shares, their sum, the rate, its limit, and the time of a step."""
    n = facts.data.n
    four, eight = (for_workers(OF_ONE, workers, n) for workers in (FEW, MANY))
    run, rounds = facts.together(four, FEW)
    start, last, alone = run.history[0], run.history[run.history.last], facts.last(four)
    moved = run.history[1].slope
    gradients = [
        (
            share.moments.gradient(start.slope, start.intercept)[0],
            share.moments.gradient(moved, start.intercept)[1],
        )
        for share in rounds[0].shares
    ]
    mean = [sum(values) / FEW for values in zip(*gradients, strict=True)]
    shares = "\n".join(
        f"| {worker} | {EACH} | {by_m:.4g} | {by_b:.4g} |"
        for worker, (by_m, by_b) in enumerate(gradients, 1)
    )
    ideal = "\n".join(
        f"| {workers} | 1 | {ADDING * workers:.1f} | {workers / (1 + ADDING * workers):.1f} |"
        for workers in (1, 4, 16, 64, 256)
    )
    first = (facts.run(OF_ONE).history[1].slope - start.slope) / (facts.line.slope - start.slope)
    slow = for_workers(SHORT, FEW, n)
    reached = "\n".join(
        f"| {workers} | {_arrived(facts, SHORT, workers)} | {_arrived(facts, OF_ONE, workers)} |"
        for workers in (1, 2, FEW, MANY)
    )
    each, limit = four.steps_per_epoch(n), facts.limit(Settings())
    return (
        Step(
            f"{FEW} workers, {EACH} rows each, one step.",
            f"""
Large models are trained on many processors at once: **data-parallel**. Each worker
takes {EACH} rows of its own, numbered in the plot, and works out their gradient.

| worker | rows | dL/dm | dL/db |
|---|---|---|---|
{shares}
""",
            Training(four, trained=1, gradient=True, workers=FEW),
        ),
        Step(
            "Add up, step together.",
            f"""
Then they add up what they found, all take the mean, dL/dm = {mean[0]:.4g}, dL/db =
{mean[1]:.4g} (at the new m), and make the same step. So none is ahead of the others.
""",
            Training(four, shows="fit", workers=FEW),
            Question(
                f"{FEW} workers with {EACH} rows, or one with {FEW * EACH}: which line is better?",
                (f"that of {FEW}", "that of one", "neither, they are the same"),
                2,
                f"""
The mean of {FEW} gradients of {EACH} rows **is** the gradient of {FEW * EACH}. After
{last.number} steps the {FEW} workers are at {last.slope:.4f} and {last.intercept:.2f}, and one
process with the same draws at {alone.slope:.4f} and {alone.intercept:.2f}. Nothing new is learnt
from {FEW} workers: they make a batch of {FEW * EACH} as quickly as one of {EACH}.
""",
                f"{FEW} times {EACH} rows are one batch of {FEW * EACH}: the same line.",
            ),
        ),
        Step(
            f"{FEW} times the batch, {FEW} times the rates.",
            f"""
An epoch now has {each} steps instead of {OF_ONE.steps_per_epoch(n)}. To come as far in it each
step has to be longer: rates times {FEW}. First with a tenth of the notebook's rates for one
worker, so {rate(slow.learning_rate_m)} and {rate(slow.learning_rate_b)} for {FEW}.
""",
            Training(slow, pace=10.0, shows="loss", above_optimum=True, workers=FEW),
            Question(
                f"{FEW} workers, {FEW} times these rates: will it converge, creep, or diverge?",
                OUTCOMES,
                facts.outcome(slow),
                f"""
Steps until the loss is first within 1% of the least one:

| workers | tenth of the rates | the notebook's |
|---|---|---|
{reached}
""",
                f"It converges; with short steps {FEW} workers take a fraction of the steps.",
            ),
        ),
        Step(
            "The rule holds while steps are short.",
            f"""
With short steps, twice the workers need half the steps, or fewer, and that is half the
time. With the notebook's rates they don't. There the first step of one worker goes
{100 * first:.0f}% of the way to the best slope already. {FEW} times as long, it goes past it, to
come back from the other side.
""",
            Training(four, trained=8, shows="landscape", workers=FEW),
        ),
        Step(
            f"{MANY} workers: {MANY} times the rates.",
            f"""
Twice as many workers: {MANY}, with {MANY * EACH} of {n} rows in a step, and {MANY} times the
notebook's rates.
""",
            Training(eight, pace=10.0, shows="loss", workers=MANY),
            Question(
                f"With {MANY} workers, will it converge, creep, or diverge?",
                OUTCOMES,
                facts.outcome(eight),
                f"""
It diverges. The curvature bears {limit:.2f} times the rates, however many rows there are in
a batch. Beyond that one may add workers, but not lengthen the step: they make the
gradient surer, which was sure enough. It is the **first limit**: a batch can be too
large to be of use.
""",
                f"{MANY} workers, {MANY} times the rates: more than the {limit:.2f} that hold.",
            ),
        ),
        Step(
            "A step waits for the slowest, and for the sum.",
            f"""
The **second limit** is time. A step takes as long as a share does, **computing**, and
then all have to hear from all, **communicating**, which takes longer the more they are.

Say that adding up takes a tenth of a share's time for each worker:

| workers | share | adding up | times as fast |
|---|---|---|---|
{ideal}

However many there are, it never gets {1 / ADDING:.0f} times as fast. It helps to add up in a tree,
to send less, and above all to have more to do between two sums: larger shares.

`linreg-tui train --workers {FEW}` shows who has which rows, and where the time of a step
goes; with `--cluster local:2` in processes of their own. There the numbers of the rows
travel to the workers and sums come back, so that larger shares take longer to hand over.
On these {n} rows that takes far longer than the work: one process is quicker.
""",
            Page(),
        ),
        Step(
            "When do more workers stop helping?",
            f"""
**Can you say when?** When the batch is so large that the rate can't follow, or when
communicating takes as long as computing. The homework's second sweep was the
first of these: scale {MANY} is {MANY} workers, and {MANY} is more than {limit:.2f}.
""",
            Training(eight, trained=3, shows="loss", workers=MANY),
        ),
    )


def _arrived(facts: Facts, of_one: Settings, workers: int) -> str:
    """Steps until the loss was first within 1% of the least one."""
    step = facts.arrived(for_workers(of_one, workers, facts.data.n))
    return "–" if step is None else str(step)
