"""Will these settings converge? For full batches the answer is there before the first step.

On the parabola that the mean squared error is, a step of gradient descent is linear in the
distance from the optimum. It converges if and only if the spectral radius of its matrix is below 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.settings import Settings


def hessian(moments: Moments[float]) -> FloatArray:
    """Second derivatives of the loss by (m, b), shape (2, 2)."""
    mean_xx = moments.sxx / moments.n + moments.mean_x**2
    return 2 * np.array([[mean_xx, moments.mean_x], [moments.mean_x, 1.0]])


def condition_number(moments: Moments[float]) -> float:
    """Largest over smallest eigenvalue of the Hessian: how narrow the valley of the loss is."""
    smallest, largest = np.linalg.eigvalsh(hessian(moments))
    return float(largest / smallest)


def step_matrix(moments: Moments[float], settings: Settings) -> FloatArray:
    """The matrix that takes (m, b) − optimum from one full-batch step to the next, shape (2, 2)."""
    curvature = hessian(moments)
    step_m = np.eye(2) - np.outer([settings.learning_rate_m, 0], curvature[0])
    step_b = np.eye(2) - np.outer([0, settings.learning_rate_b], curvature[1])
    if settings.update == "sequential":
        return np.asarray(step_b @ step_m)
    return step_m + step_b - np.eye(2)


def max_stable_scale(moments: Moments[float], settings: Settings) -> float:
    """The factor on both learning rates up to which full-batch descent converges.

    Every smaller factor converges; far beyond, a sequential update can have further stable islands.
    From the Jury conditions on trace and determinant of the step matrix, |det| < 1 and
    |trace| < 1 + det, which are polynomials in the factor s; Elaydi, "An Introduction to
    Difference Equations", section 4.2.
    """
    curvature = hessian(moments)
    a = settings.learning_rate_m * curvature[0, 0]
    d = settings.learning_rate_b * curvature[1, 1]
    cross = settings.learning_rate_m * settings.learning_rate_b * curvature[0, 1] ** 2
    if settings.update == "simultaneous":
        return 2 / float((a + d) / 2 + math.hypot((a - d) / 2, math.sqrt(cross)))
    limit = (a + d) / (a * d)  # det = (1 − s a)(1 − s d) < 1; det > −1 follows from the rest
    # 1 + trace + det = 4 − 2 s (a + d) + s² (a d + cross) > 0
    discriminant = (a + d) ** 2 - 4 * (a * d + cross)
    if discriminant >= 0:
        limit = min(limit, 4 / (a + d + math.sqrt(discriminant)))
    return float(limit)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What full-batch descent with these settings will do."""

    stable: bool
    spectral_radius: float
    max_stable_scale: float


def predict(moments: Moments[float], settings: Settings) -> Prediction:
    """Foresee full-batch descent; mini-batches add noise, and tip over at or below this limit."""
    radius = float(np.abs(np.linalg.eigvals(step_matrix(moments, settings))).max())
    return Prediction(radius < 1, radius, max_stable_scale(moments, settings))
