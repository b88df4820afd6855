"""Now you: open questions, the report, and what you have said on the way."""

from __future__ import annotations

from linreg_tui.core.settings import Settings
from linreg_tui.tour.chapter import Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import Page, Training

TITLE = "Now you"


def steps(_: Facts) -> tuple[Step, ...]:
    """Questions without answers, the report, the sum of the answers."""
    return (
        Step(
            "Open questions. Try, and say why.",
            """
Nobody answers these for you. Leave with `t`, try, and come back with `t`.

- What is the largest scale that survives 30 epochs? `e` sets any rate.
- `e` has other ways to step: what do momentum and Adam change?
- How many epochs does η_b = 0.01 need? Guess, then run.
- With batches of 1, by how much must the rates shrink?
- Walk back, change something, and press `b`: two ways from one point.
""",
            Training(Settings()),
        ),
        Step(
            "The homework: two sweeps, two explanations.",
            """
**The homework.** (1) Plot the learning curves for batches of 32, 64, 128, 256 and 512.
What does the batch size change, and what not? (2) Scale 64 rows and both rates by
1, 2, 4, 8, and so on until it diverges. Where is the edge, and what is its reason?

`w` runs either. `x` and then Report of the homework writes the tables and curves to
files, with your answers; `linreg-tui report` does so without a screen. Hand in what
it writes. Other data: `linreg-tui FILE.csv`.
""",
            Training(Settings()),
        ),
        Step(
            "What you said, and what happened.",
            """
**What you have seen.** Training guesses, measures and adjusts. The learning rate says
how far: too small creeps, too large diverges, and the limit is set by the curvature.
Batches bring noise, and the smaller the more. Units make valleys, z-scores bowls.
That is the end of the tour: `t` leaves it, `i` lists the chapters.
""",
            Page(),
            sums_up=True,
        ),
    )
