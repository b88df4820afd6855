"""What settings will lead to, in words."""

from __future__ import annotations

from textual.content import Content

from linreg_tui.core.outcome import CONVERGED_WITHIN
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction
from linreg_tui.numbers import rate, ratio


def verdict(foreseen: Prediction, settings: Settings, budget: int) -> str:
    """Whether training for `budget` steps will come to an end, and when."""
    if foreseen.stable is None:
        of = "Adam" if settings.optimizer == "adam" else "a momentum so close to 1"
        return f"nothing can be foreseen of {of}"
    if not foreseen.stable:
        # A schedule can hold a divergence up, or end it.
        return "will diverge" if settings.is_constant else "will diverge at full rates"
    noise = foreseen.noise or 0.0
    if noise > CONVERGED_WITHIN:
        return f"will keep trembling, {100 * noise:.2g}% above the optimum on average"
    if foreseen.steps is None:
        return "too slow to come within 1% of the optimum"
    if foreseen.steps == 0:
        return "is within 1% of the optimum already"
    if foreseen.steps > budget:
        return f"needs about {_steps(foreseen.steps)}, these are {budget:,}"
    if noise > CONVERGED_WITHIN / 5:
        # It may end on either side of what is called converged.
        soon = f"within 1% in about {_steps(foreseen.steps)}"
        return f"{soon}, then trembling by {100 * noise:.1g}%"
    return f"will converge in about {_steps(foreseen.steps)}"


def _steps(number: int) -> str:
    return f"{number:,} step{'s' * (number != 1)}"


def foresight(foreseen: Prediction, settings: Settings, n: int) -> Content:
    """The verdict on n rows, how much larger the rates could be, and the spectral radius."""
    words = verdict(foreseen, settings, settings.steps(n))
    if foreseen.stable is None:
        return _lines(words, _steps_of_adam(settings) if settings.optimizer == "adam" else "")
    limit, radius = foreseen.max_stable_scale, foreseen.spectral_radius
    facts = [] if limit is None else [f"stable up to {ratio(limit)} these rates"]
    if radius is not None:
        facts.append(f"spectral radius {_radius(radius)}")
    return _lines(words, " · ".join(facts), "" if foreseen.stable else "$text-error")


def _steps_of_adam(settings: Settings) -> str:
    """How far they go, whatever the slope of the loss; Kingma and Ba, "Adam", section 2.1."""
    if settings.standardize:
        return f"its steps are about {rate(settings.learning_rate_b)} long, in z-scores"
    m, b = rate(settings.learning_rate_m), rate(settings.learning_rate_b)
    return f"a step of it moves m by about {m} and b by about {b}"


def _lines(words: str, facts: str, style: str = "") -> Content:
    return Content.assemble((words, style), "\n", (facts, "$foreground 60%"))


def _radius(radius: float) -> str:
    text = rate(radius)
    return "just below 1" if text == "1" else text
