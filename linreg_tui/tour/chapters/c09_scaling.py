"""Scaling until it breaks: why the batch of 512 diverged."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.schedules import Cosine, Warmup
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import scaled
from linreg_tui.numbers import above_least, rate
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.facts import Facts, plan_of
from linreg_tui.tour.scenes import OUTCOMES, Page, Sweep, Training

TITLE = "Scaling until it breaks"

SCALES = Sweep("scales")


def times(scale: float, settings: Settings) -> Settings:
    """The settings with both rates times a scale."""
    return replace(
        settings,
        learning_rate_m=settings.learning_rate_m * scale,
        learning_rate_b=settings.learning_rate_b * scale,
    )


AT_ONCE = Settings(update="simultaneous")
AT_8, AT_4_AT_ONCE = times(8, Settings()), times(4, AT_ONCE)
LONG = 60
GROWING = 10
WARMED = times(8, Settings(schedule=Warmup(GROWING), epochs=LONG))
DECAYED = times(8, Settings(schedule=Cosine(), epochs=LONG))


def steps(facts: Facts) -> tuple[Step, ...]:
    """The scales, the limit, the order of the update, warm-up, decay."""
    results, n = facts.results(SCALES), facts.data.n
    broken = [result for result in results if result.status == "diverged"]
    worst, last = results[-1], facts.last(AT_8)
    lost = rate(float(f"{worst.loss:.2g}"))
    limit, at_once = facts.limit(Settings()), facts.limit(AT_ONCE)
    of_512 = facts.limit(replace(Settings(), batch_size=512))
    grows = facts.prediction(AT_8).spectral_radius
    moments = facts.data.moments
    alone = 2 / moments.hessian()[0, 0] / Settings().learning_rate_m
    held = max(result.excess for result in results if result.status != "diverged")
    near = above_least(facts.line, held)
    rows = "\n".join(
        f"| {trial.scale:g} | {trial.settings.batch_size} | {rate(trial.settings.learning_rate_m)} "
        f"| {rate(trial.settings.learning_rate_b)} |"
        for trial in plan_of(SCALES, n)
    )
    diverged, later = facts.run(AT_8).diverged_at, facts.run(WARMED).diverged_at
    return (
        Step(
            "A larger batch is less noisy. So take larger steps?",
            f"""
On many processors a large batch takes no longer than a small one. It has less
noise, so one dares larger steps. The usual rule: **scale the rates with the batch**.

| scale | batch | η_m | η_b |
|---|---|---|---|
{rows}
""",
            Page(),
        ),
        Step(
            "Scales 1, 2, 4, 8: which diverge?",
            f"""
Each of the four scales, for {Settings().epochs} epochs.
""",
            SCALES,
            Question(
                "Which of the scales will diverge?",
                ("none of them", "only 8", "4 and 8"),
                len(broken),
                f"""
Scale 8 does: m = {worst.slope:.0f}, b = {worst.intercept:.0f}, a loss of {lost}. The
others came near
the least loss, at most {near} above. So there is an **edge** between, and the line below
the table says where: a little beyond it, diverging takes longer than {Settings().epochs} epochs.
Is the batch of 512 to blame?
""",
                "Scale 8 diverges; the others came near the least loss.",
            ),
        ),
        Step(
            f"Scale 8, but all {n} rows in each step.",
            f"""
Is it the batch, or is it the rate? Take scale 8 without any batches: 8 times the
rates, and all {n} rows in each step, so that there is no noise at all.
""",
            Training(AT_8, shows="loss"),
            Question(
                f"Scale 8 with **all** {n} rows: will it converge, creep, or diverge?",
                OUTCOMES,
                facts.outcome(AT_8),
                f"""
It diverges by step {diverged}, {grows:.2f} times further a step on average, to m =
{last.slope:.2f}. So the batch of 512 diverged **because of its rate**. The limit is
{limit:.2f} times the notebook's rates, {of_512:.2f} in batches of 512. Why that? m alone bears
2 / curvature, {alone:.2f} times.
But b follows each step of m, and takes back a part of what was too far.
""",
                "No batches, no noise, and it diverges: it is the rate.",
            ),
        ),
        Step(
            f"Both at once: the limit is {at_once:.2f}.",
            f"""
The notebook moves m, then b with the **new** m. Textbooks take both gradients at the
old point: `simultaneous`. A detail? Take 4 times the rates, well below {limit:.2f}.
""",
            Training(AT_4_AT_ONCE, shows="loss"),
            Question(
                "Scale 4, both parameters updated at once?",
                OUTCOMES,
                facts.outcome(AT_4_AT_ONCE),
                f"""
At once, the limit is **{at_once:.2f}**, less than half of {limit:.2f}, and less than
the {alone:.2f} of m alone. Each parameter corrects the whole miss as if the other stood still, so
that together they go too far. One after the other, the second sees what the first
has done. One line of code moved up or down, and a training breaks.
""",
                f"Both at once, the limit is {at_once:.2f} instead of {limit:.2f}.",
            ),
        ),
        Step(
            "Warm-up: small at first, then scale 8.",
            f"""
A remedy that the notebook mentions: **warm-up**. Begin with small rates, and let them
grow to the full scale over some steps, here {GROWING}; {LONG} epochs. Below the plot,
η_m and η_b are those of the step in view; on the timeline, ▲ is where the loss first
rises, ✗ where it has diverged.
""",
            Training(WARMED, pace=10.0, shows="loss"),
            Question(
                "Scale 8 after a warm-up?",
                OUTCOMES,
                facts.outcome(WARMED),
                f"""
It comes down well while the rates are small, and then goes up all the same: at step
{later} instead of {diverged}. On a parabola the curvature is the same everywhere, so that a rate
which is too large **stays** too large. Warm-up only puts it off. It helps where the
ground is steep at the start and flatter later, as with large networks.
""",
                "Warm-up only puts it off.",
            ),
        ),
        Step(
            "Decay: scale 8, then ever smaller.",
            f"""
And the other way round, **decay**: begin with scale 8, and let the rates shrink to 0
along a cosine over {LONG} epochs.
""",
            Training(DECAYED, pace=10.0, shows="loss"),
            Question(
                "From scale 8 down to nothing?",
                OUTCOMES,
                facts.outcome(DECAYED),
                f"""
At first it rises, since the rate is too large. Then the rate falls below the limit,
and the loss comes down: {facts.above(DECAYED)} above the least one. Decay **can** bring a run
back, because in the end its rates are small enough. It must not have gone too far
up by then. So: find the limit, stay below it, and go down towards the end.
""",
                "Decay brings it back: its rates end below the limit.",
            ),
        ),
        Step(
            "The batch of 512 diverged because of its rate, not of its size.",
            """
Here is the batch of 512 with scale 8 once more. **Can you explain it now?** Say it
aloud first.
""",
            Training(scaled(Settings(), n, 8), shows="landscape"),
            Question(
                "Why did the batch of 512 diverge?",
                ("its noise", "its rate", "its size"),
                1,
                f"""
The batch was scaled to 512 and the rate with it, by 8. The curvature of the loss
bears {limit:.2f} times. Beyond that, a step goes too far across the valley, and the next
one too: the line swings around the best one ever wider, as x does beyond η = 1 on
x². A larger batch averages noise away. The curvature is no noise: it stays, and so
does the limit.
""",
                f"Its rate: 8 times as large, where the curvature bears {limit:.2f} times.",
            ),
        ),
    )
