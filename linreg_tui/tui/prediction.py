"""What settings lead to, in words."""

from __future__ import annotations

import math

from textual.content import Content

from linreg_tui.core.history import CONVERGED_WITHIN
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction
from linreg_tui.numbers import rate, ratio


def verdict(prediction: Prediction, settings: Settings, budget: int) -> str:
    """Return whether training for `budget` steps will converge, and when."""
    if prediction.stable is None:
        return f"there is no prediction for {unpredictable(settings)}"
    if not prediction.stable:
        # A schedule can delay or end a divergence.
        return "will diverge" if settings.is_constant else "will diverge at full rates"
    noise = prediction.noise or 0.0
    if noise > CONVERGED_WITHIN:
        return f"will keep trembling, {100 * noise:.2g}% above the optimum on average"
    if prediction.steps is None:
        return "too slow to come within 1% of the optimum"
    if prediction.steps == 0:
        return "is within 1% of the optimum already"
    if prediction.steps > budget:
        return f"needs about {_steps(prediction.steps)}, more than {budget:,}"
    if noise > CONVERGED_WITHIN / 5:
        # It may end on either side of the limit for converged.
        soon = f"within 1% in about {_steps(prediction.steps)}"
        return f"{soon}, then trembling by {100 * noise:.1g}%"
    return f"will converge in about {_steps(prediction.steps)}"


def _steps(number: int) -> str:
    return f"{number:,} step{'s' * (number != 1)}"


def prediction_text(
    prediction: Prediction, settings: Settings, n: int, reached: float | None = None
) -> Content:
    """Return the verdict on n rows, how much larger the rates could be, and the spectral radius.

    Without a prediction, return what to expect instead. `reached`, if known, is how far above the
    least loss thirty full-batch steps ended when tried, in multiples of the least loss.
    """
    words = verdict(prediction, settings, settings.steps(n))
    if prediction.stable is None:
        return _lines(words if reached is None else _tried(reached), expected(settings))
    limit, radius = prediction.max_stable_scale, prediction.spectral_radius
    facts = [] if limit is None else [f"stable up to {ratio(limit)} these rates"]
    if radius is not None:
        facts.append(f"spectral radius {_radius(radius)}")
    return _lines(words, " · ".join(facts), "" if prediction.stable else "$text-error")


def _tried(excess: float) -> str:
    """Return the words for where thirty full-batch steps end."""
    if excess == math.inf:
        return "no prediction, but tried out: on full batches the loss grows"
    above = f"{100 * excess:,.2g}% above the optimum"
    return f"no prediction, but tried out: 30 full-batch steps end {above}"


def unpredictable(settings: Settings) -> str:
    """Return which of the settings has no prediction."""
    if not settings.optimizer.linear:
        return type(settings.optimizer).__name__
    if settings.loss.expectation:
        return f"the {settings.loss.name} loss"
    return "a momentum so close to 1"


def expected(settings: Settings) -> str:
    """Return what to expect of a run that has no prediction."""
    if settings.standardize:
        rates = f"η = {rate(settings.learning_rate_b)}, in z-scores"
    else:
        m, b = settings.learning_rate_m, settings.learning_rate_b
        rates = f"η = {rate(m)} for m and {rate(b)} for b"
    return f"{expectation(settings)}: {rates}" if expectation(settings) else ""


def expectation(settings: Settings) -> str:
    """Return what to expect in a few words, or nothing."""
    return settings.optimizer.expectation or settings.loss.expectation


def _lines(words: str, facts: str, style: str = "") -> Content:
    return Content.assemble((words, style), "\n", (facts, "$foreground 60%"))


def _radius(radius: float) -> str:
    text = rate(radius)
    return "just below 1" if text == "1" else text
