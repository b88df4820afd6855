"""What settings will lead to, in two lines."""

from __future__ import annotations

from textual.content import Content

from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction


def foresight(prediction: Prediction, settings: Settings, n: int) -> Content:
    """Whether training on n rows converges and when, and how much larger its rates could be."""
    if prediction.stable is None:
        return _lines(
            "nothing can be foreseen of Adam",
            "its steps are not linear in the distance to the optimum",
        )
    if not prediction.stable:
        # A schedule can hold a divergence up, or end it.
        verdict = "diverges" if settings.is_constant else "diverges at full rates"
    elif prediction.steps is None:
        verdict = "converges; in how many steps can't be foreseen"
    else:
        budget = settings.steps(n)
        verdict = f"converges in about {prediction.steps:,} steps; this run has {budget:,}"
    limit, radius = prediction.max_stable_scale, prediction.spectral_radius
    facts = [] if limit is None else [f"stable up to {limit:.3g}× these rates"]
    if radius is not None:
        facts.append(f"spectral radius {_radius(radius)}")
    return _lines(verdict, " · ".join(facts), "" if prediction.stable else "$text-error")


def _lines(verdict: str, facts: str, style: str = "") -> Content:
    return Content.assemble((verdict, style), "\n", (facts, "$foreground 60%"))


def _radius(radius: float) -> str:
    text = f"{radius:.6g}"
    return "just below 1" if text == "1" else text
