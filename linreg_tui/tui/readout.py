"""The numbers of a run at one of its steps, each in a place of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from linreg_tui.core.sgd import Run
from linreg_tui.core.stability import Prediction
from linreg_tui.numbers import above_optimum, fixed, rate
from linreg_tui.tui.picture import Picture, Role, Span, lines

ROWS = 4
ROOMY = 72


@dataclass(frozen=True, slots=True)
class View:
    """A run at one of its steps, and what its training is about."""

    run: Run
    number: int
    running: bool
    pace: float
    foreseen: Prediction


def draw_readout(columns: int, rows: int, view: View) -> Picture:
    """Four lines: where the run is, how good its line is, its settings, and how it stands."""
    run = view.run
    step = run.history[view.number]
    roomy = columns >= ROOMY
    gap: Span = ("   " if roomy else " ", Role.NOTHING)
    above = "above optimum" if roomy else "above"

    def cell(label: str, value: str, width: int, role: Role) -> list[Span]:
        return [(f"{label} ", Role.LABEL), (value.rjust(width), role)]

    return lines(
        columns,
        rows,
        [
            [
                *cell("step ", f"{step.number:,}", 8, Role.TEXT),
                gap,
                *cell("slope    ", fixed(step.slope, 12), 12, Role.FIT),
                gap,
                *cell("loss".ljust(len(above)), fixed(step.loss, 15), 15, Role.TEXT),
            ],
            [
                *cell("epoch", f"{run.epoch(step.number):,}", 8, Role.TEXT),
                gap,
                *cell("intercept", fixed(step.intercept, 12), 12, Role.FIT),
                gap,
                *cell(above, above_optimum(run.optimum, step.slope, step.intercept), 15, Role.TEXT),
            ],
            _settings(view, roomy),
            [_state(view)],
        ],
    )


def _settings(view: View, roomy: bool) -> list[Span]:
    settings = view.run.settings
    gap: Span = ("   " if roomy else "  ", Role.NOTHING)
    rates = {"η_m": settings.learning_rate_m, "η_b": settings.learning_rate_b}
    if settings.standardize:
        rates = {"η": settings.learning_rate_b}
    spans: list[Span] = [
        ("batch ", Role.LABEL),
        ("full" if settings.batch_size is None else str(settings.batch_size), Role.TEXT),
        gap,
    ]
    for name, value in rates.items():
        spans += [(f"{name} ", Role.LABEL), (rate(value), Role.TEXT), gap]
    pace = "full speed" if math.isinf(view.pace) else f"{view.pace:g} steps/s"
    rest = [settings.optimizer, settings.schedule, "z-scores" if settings.standardize else ""]
    unusual = [word for word in rest if word not in ("", "sgd", "constant")]
    return [*spans, (pace, Role.TEXT), gap, (", ".join([settings.update, *unusual]), Role.TEXT)]


def _state(view: View) -> Span:
    """How the run stands, in one sentence and with the key that helps."""
    run, last = view.run, view.run.history.last
    if run.diverged_at is not None and view.number >= run.diverged_at:
        return f"✗ diverged at step {run.diverged_at:,}; {_foreseen(view)}; [ halves", Role.BAD
    if view.running:
        goal = f"to step {run.budget:,}" if last < run.budget else "on until space"
        return f"▶ running {goal}", Role.TEXT
    if view.number < last:
        return f"‖ looking back: step {view.number:,} of {last:,}; end is the latest", Role.TEXT
    if last == 0:
        role = Role.BAD if view.foreseen.stable is False else Role.TEXT
        return f"‖ ready; {_foreseen(view)}; space runs", role
    if last < run.budget:
        return f"‖ paused at step {last:,} of {run.budget:,}; space goes on", Role.TEXT
    if run.status == "converged":
        return "✓ converged to within 1% of the optimum; space goes on", Role.GOOD
    return "‖ stopped over 1% above the optimum; space goes on", Role.TEXT


def _foreseen(view: View) -> str:
    """What the settings will lead to, in a few words."""
    foreseen, limit = view.foreseen, view.foreseen.max_stable_scale
    if foreseen.stable is None:
        return "nothing can be foreseen"
    if limit is None:
        return "will converge" if foreseen.stable else "will diverge"
    if not foreseen.stable:
        return f"the rates are {1 / limit:.3g}× the limit"
    needs = "" if foreseen.steps is None else f" in about {foreseen.steps:,} steps"
    return f"will converge{needs}, up to {limit:.3g}× these rates"
