"""Steps of gradient descent as matrices.

On the parabola that the mean squared error is, a step of gradient descent, with momentum or
without, is linear in the distance from the optimum and in the velocity.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from linreg_tui.core.moments import FloatArray
from linreg_tui.core.settings import Settings


def step_matrices(
    curvature: FloatArray, pull: FloatArray, rates: tuple[float, float], settings: Settings
) -> FloatArray:
    """What a step does to (m, b) − optimum, with momentum to the velocities after them, and to 1.

    `curvature` holds the Hessians of k batches, of shape (k, 2, 2), and `pull` their gradients at
    the optimum, of shape (k, 2): the step's constant part is in the last column. The shape of the
    matrices is (k, 3, 3), and (k, 5, 5) with momentum.
    """
    gradient = np.zeros((len(curvature), 2, 3 if settings.optimizer == "sgd" else 5))
    gradient[:, :, :2], gradient[:, :, -1] = curvature, pull
    by_m, by_b = (_update(gradient[:, which], rates, settings, which) for which in (0, 1))
    if settings.update == "sequential":
        return by_b @ by_m
    return by_m + by_b - np.eye(by_m.shape[-1])


def _update(
    gradient: FloatArray, rates: tuple[float, float], settings: Settings, which: int
) -> FloatArray:
    """The same of the update of one parameter alone, m (0) or b (1), by its gradient's rows."""
    matrix = np.tile(np.eye(gradient.shape[-1]), (len(gradient), 1, 1))
    if settings.optimizer == "sgd":
        matrix[:, which] -= rates[which] * gradient
        return matrix
    momentum = settings.momentum
    ahead, along = (1.0, momentum) if settings.optimizer == "nesterov" else (0.0, 1.0)
    matrix[:, 2 + which] = gradient
    matrix[:, 2 + which, 2 + which] = momentum
    matrix[:, which] -= rates[which] * (ahead + along) * gradient
    matrix[:, which, 2 + which] = -rates[which] * along * momentum
    return matrix


def rms_factors(
    curvature: FloatArray, pull: FloatArray, rates: tuple[float, float], settings: Settings
) -> Callable[[float], float]:
    """The `rms_factor` of single steps for any factor on both learning rates, at little cost each.

    Without its constant part, a step's matrix is M(s) = P₀ + s P₁ + s² P₂ for the factor s: each of
    the two updates has the rates once. So the mean of M ⊗ M follows from those of Pᵢ ⊗ Pⱼ.
    """
    rate_m, rate_b = rates
    still, up, down = (
        step_matrices(curvature, pull, (s * rate_m, s * rate_b), settings)[:, :-1, :-1]
        for s in (0.0, 1.0, -1.0)
    )
    powers = np.stack([still, (up - down) / 2, (up + down) / 2 - still], axis=1)
    k, _, d, _ = powers.shape
    if k == 1:
        p0, p1, p2 = powers[0]
        return lambda s: _spectral_radius(p0 + s * p1 + s**2 * p2)
    columns = powers.reshape(k, 3 * d * d)
    pairs = (columns.T @ columns / k).reshape(3, d, d, 3, d, d)
    squares = pairs.transpose(0, 3, 1, 4, 2, 5).reshape(9, d**4)

    def factor(s: float) -> float:
        weights = np.array([1, s, s**2, s, s**2, s**3, s**2, s**3, s**4])
        return math.sqrt(_spectral_radius((weights @ squares).reshape(d * d, d * d)))

    return factor


def product(matrices: FloatArray) -> FloatArray:
    """What k sequences of steps, of shape (k, steps, d, d), do as a whole; shape (k, d, d)."""
    while (steps := matrices.shape[1]) > 1:
        paired = matrices[:, 1::2] @ matrices[:, : steps // 2 * 2 : 2]
        matrices = np.concatenate([paired, matrices[:, steps // 2 * 2 :]], axis=1)
    return matrices[:, 0]


def products(matrices: FloatArray) -> FloatArray:
    """The same up to each of the steps, of shape (k, steps, d, d)."""
    so_far = matrices.copy()
    for step in range(1, matrices.shape[1]):
        so_far[:, step] = matrices[:, step] @ so_far[:, step - 1]
    return so_far


def rms_factor(matrices: FloatArray) -> float:
    """The root of the spectral radius of the mean of M ⊗ M over matrices of shape (k, d, d)."""
    if len(matrices) == 1:
        return _spectral_radius(matrices[0])
    return math.sqrt(_spectral_radius(mean_square(matrices)))


def mean_square(matrices: FloatArray) -> FloatArray:
    """The mean of M ⊗ M over matrices of shape (k, d, d)."""
    k, d, _ = matrices.shape
    columns = matrices.reshape(k, d * d)
    squares: FloatArray = (columns.T @ columns / k).reshape(d, d, d, d)
    return squares.transpose(0, 2, 1, 3).reshape(d * d, d * d)


def _spectral_radius(matrix: FloatArray) -> float:
    if not np.isfinite(matrix).all():
        return math.inf
    return float(np.abs(np.linalg.eigvals(matrix)).max())
