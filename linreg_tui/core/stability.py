"""Predictions: whether settings converge, before the first step.

The mean squared error is a parabola. On it, a step of gradient descent, with or without momentum,
is linear in the distance from the optimum and in the velocity. Full-batch descent converges if and
only if the spectral radius of the step's matrix M is below 1.

Each mini-batch has a matrix of its own. If batches are drawn independently, the mean square of the
distance stays bounded if and only if the spectral radius of the mean of M ⊗ M over all batches is
below 1. There are far too many batches to go through, so the mean is taken over a sample of them,
always the same one. The root of that radius is the factor on the distance per step. For full
batches, it is the spectral radius of M.

The batches of one shuffle are not independent: a row in one batch is missing in the others, and
much of their noise cancels. So the matrix is that of a whole epoch, because whole epochs are
independent. If an epoch has too many batches or rows to sample epochs, its batches are treated as
independent, which overstates their noise.

Predictions are for the learning rates before the schedule multiplies them. There is no prediction
if the steps are not linear: for optimizers such as Adam, and for losses without a Hessian.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from linreg_tui.core.batches import LARGEST_DRAW, Index, sampler
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.optimizers import SGD
from linreg_tui.core.run import Run
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings
from linreg_tui.core.units import training_units

SAMPLED_BATCHES = 512
SAMPLED_EPOCHS = 64
FEWEST_EPOCHS = 16
"""A smaller sample of epochs says too little."""

SEARCH_FACTOR = 1.2
"""The ratio of neighbouring factors in the search for one that is too large."""

BISECTIONS = 24

LARGEST_STABLE_RADIUS = 1 + 1e-12
"""A radius up to this counts as 1 plus a rounding error, as from tiny rates in a long valley."""

LEAST_SCALE = 2.0**-60
"""Rates smaller by this factor move no line, so a radius above 1 is a rounding error."""

TRIED_STEPS = (100, 1_000, 10_000)
"""Numbers of steps to try when counting the steps that are needed."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What these settings will do. None means unpredictable, or too large for a number.

    Training converges for every factor on both learning rates below `max_stable_scale`. `steps` is
    about how many steps it takes to come within 1% of the optimum. `noise` is how far above the
    least loss mini-batches stay on average in the long run, as a multiple of the least loss; it is
    None for full batches and for learning rates that change.
    """

    stable: bool | None = None
    spectral_radius: float | None = None
    max_stable_scale: float | None = None
    steps: int | None = None
    noise: float | None = None


@np.errstate(all="ignore")
def predict(data: Dataset, settings: Settings) -> Prediction:
    """Predict what a run with these settings will do."""
    data, settings = settings.split(data).training, replace(settings, test_fraction=0.0)
    if not _is_linear(data, settings):
        return Prediction()
    batches = _Batches.of(data, settings)
    now, limit = batches.radius(1.0), _first_unstable(data, settings, batches)
    if limit is None:
        return Prediction()
    if now > LARGEST_STABLE_RADIUS:
        return Prediction(False, _number(now), _number(limit))
    steps = _steps_needed(data, settings, now)
    return Prediction(True, _number(now), _number(limit), steps, batches.noise())


@np.errstate(all="ignore")
def largest_stable_scale(data: Dataset, settings: Settings) -> float | None:
    """Return the `max_stable_scale` of a prediction, without the run that a prediction makes."""
    data, settings = settings.split(data).training, replace(settings, test_fraction=0.0)
    if not _is_linear(data, settings):
        return None
    limit = _first_unstable(data, settings, _Batches.of(data, settings))
    return None if limit is None else _number(limit)


def _is_linear(data: Dataset, settings: Settings) -> bool:
    """Return whether a step is linear in the distance from the optimum."""
    return settings.optimizer.linear and settings.loss.hessian(data.moments) is not None


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def condition_number(moments: Moments[float]) -> float:
    """Return the ratio of the Hessian's eigenvalues: how narrow the valley of the loss is."""
    smallest, largest = np.linalg.eigvalsh(moments.hessian())
    return float(largest / smallest)


@dataclass(frozen=True, slots=True, eq=False)
class _Batches:
    """The Hessians of k batches, of shape (k, 2, 2), and their gradients at the optimum, (k, 2).

    `hessian` and `loss` are those of all rows. A round of `round` batches is drawn independently of
    the other rounds. Everything is in the units of the training.
    """

    settings: Settings
    rates: tuple[float, float]
    hessians: FloatArray
    gradients: FloatArray
    hessian: FloatArray
    loss: float
    round: int = 1

    @staticmethod
    def of(data: Dataset, settings: Settings) -> _Batches:
        """Return all rows as one batch, or a sample of mini-batches."""
        units, loss = training_units(data.moments, settings), settings.loss
        rates, hessian = units.rates(settings), loss.hessian(units.moments(data.moments))
        assert hessian is not None
        optimum = data.optimum(loss)
        least = optimum.loss / units.scale_y**2
        if settings.batch_size is None:
            none = np.zeros((1, 2))
            return _Batches(settings, rates, hessian[None], none, hessian, least)
        rows = _sample(data.n, settings)
        hessians = loss.hessian(units.moments(data.batches.moments(rows)))
        assert hessians is not None
        x, y = units.rows(data.x[rows], data.y[rows])
        m, b = units.from_data(optimum.slope, optimum.intercept)
        slopes = loss.derivative(y - m * x - b)  # ρ'(r)
        gradients = -np.stack([np.mean(x * slopes, axis=1), np.mean(slopes, axis=1)], axis=1)
        gradients -= gradients.mean(axis=0)
        together = settings.steps_per_epoch(data.n) if _by_epochs(data.n, settings) else 1
        return _Batches(settings, rates, hessians, gradients, hessian, least, together)

    def matrices(self, scale: float) -> FloatArray:
        """Return the matrices of the steps in each round, with both learning rates scaled.

        Their shape is (rounds, steps, d, d).
        """
        rate_m, rate_b = self.rates
        rates = scale * rate_m, scale * rate_b
        steps = step_matrices(self.hessians, self.gradients, rates, self.settings)
        return steps.reshape(-1, self.round, *steps.shape[1:])

    def radius(self, scale: float) -> float:
        """Return the factor on the distance per step, with both learning rates scaled."""
        rounds = product(self.matrices(scale)[..., :-1, :-1])
        return math.pow(rms_factor(rounds), 1 / self.round)

    def radii(self, unit: float) -> Callable[[float], float]:
        """Return a function that takes a multiple of the scale `unit` to its radius."""
        if self.round > 1:
            return lambda multiple: self.radius(multiple * unit)
        rate_m, rate_b = self.rates
        rates = unit * rate_m, unit * rate_b
        return rms_factors(self.hessians, self.gradients, rates, self.settings)

    def noise(self) -> float | None:
        """Return the mean excess of the loss in the long run, as a multiple of the least loss.

        The second moments S of (distance, 1) at the end of a round no longer change once S is the
        mean of M S Mᵀ over rounds. If δ is the distance after a step, the mean excess of the loss
        is ½ tr(H E[δ δᵀ]).
        """
        if self.settings.batch_size is None or not self.settings.is_constant or self.loss <= 0:
            return None
        so_far = products(self.matrices(1.0))
        square = mean_square(so_far[:, -1])
        equations = square - np.eye(len(square))
        equations[-1] = 0.0
        equations[-1, -1] = 1.0
        one = np.zeros(len(square))
        one[-1] = 1.0
        try:
            moments = np.linalg.solve(equations, one)
        except np.linalg.LinAlgError:
            return None
        d = math.isqrt(len(square))
        after_steps = [mean_square(so_far[:, step]) @ moments for step in range(self.round)]
        distances = np.mean(after_steps, axis=0).reshape(d, d)[:2, :2]
        return _number(float(np.sum(self.hessian * distances) / 2) / self.loss)


def _by_epochs(n: int, settings: Settings) -> bool:
    """Return whether whole epochs are sampled: batches depend on each other, and they are few."""
    few = settings.steps_per_epoch(n) <= SAMPLED_BATCHES and n <= LARGEST_DRAW // FEWEST_EPOCHS
    return settings.sampling == "epoch" and few


def _sample(n: int, settings: Settings) -> Index:
    """Return some batches, of whole epochs or independent ones, of shape (k, size)."""
    assert settings.batch_size is not None
    if _by_epochs(n, settings):
        draw = sampler(n, settings.batch_size, "epoch", seed=0)
        return draw(max(SAMPLED_BATCHES, SAMPLED_EPOCHS * settings.steps_per_epoch(n)))
    return sampler(n, settings.batch_size, "notebook", seed=0)(SAMPLED_BATCHES)


def max_stable_scale(moments: Moments[float], settings: Settings) -> float:
    """Return the factor on both learning rates up to which full-batch gradient descent converges.

    Every smaller factor converges. Far beyond it, a sequential update can have other stable ranges.
    The result comes from the Jury conditions on the trace and determinant of the step matrix,
    |det| < 1 and |trace| < 1 + det, which are polynomials in the factor s; Elaydi, "An Introduction
    to Difference Equations", section 4.2.
    """
    units = training_units(moments, settings)
    curvature = units.moments(moments).hessian()
    rate_m, rate_b = units.rates(settings)
    a, d = rate_m * curvature[0, 0], rate_b * curvature[1, 1]
    # In units where a + d = 1, no square is too large for a number.
    unit = 1 / (a + d)
    a, d, cross = a * unit, d * unit, rate_m * unit * (rate_b * unit) * curvature[0, 1] ** 2
    if not settings.sequential:
        return float(2 * unit / (1 / 2 + np.hypot((a - d) / 2, np.sqrt(cross))))
    limit = 1 / a + 1 / d  # det = (1 − s a)(1 − s d) < 1; det > −1 follows from the rest
    # 1 + trace + det = 4 − 2 s (a + d) + s² (a d + cross) > 0
    discriminant = 1 - 4 * (a * d + cross)
    if discriminant >= 0:
        limit = min(limit, 4 / (1 + np.sqrt(discriminant)))
    return float(limit * unit)


def _first_unstable(data: Dataset, settings: Settings, batches: _Batches) -> float | None:
    """Return that factor for any settings, by a search upwards and then by bisection.

    It is None if rounding errors hide it, as with a momentum within a rounding error of 1.
    """
    near = max_stable_scale(data.moments, settings)
    by_formula = settings.batch_size is None and type(settings.optimizer) is SGD
    if by_formula or not (math.isfinite(near) and near > 0):
        return near
    radius = batches.radii(near)
    low = 1 / 16
    while radius(low) > LARGEST_STABLE_RADIUS:
        low /= 16
        if low < LEAST_SCALE:
            return None
    high = low * SEARCH_FACTOR
    while radius(high) <= LARGEST_STABLE_RADIUS:
        low, high = high, high * SEARCH_FACTOR
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if radius(middle) <= LARGEST_STABLE_RADIUS else (low, middle)
    return low * near


def _steps_needed(data: Dataset, settings: Settings, radius: float) -> int | None:
    """Return about how many full-batch steps it takes to come within 1% of the optimum.

    Up to ten thousand steps are tried. After that, the distance is assumed to go on shrinking by
    the radius. The result is None if it takes more steps than a run can have.
    """
    total = settings.steps(data.n)
    run = Run(data, replace(settings, batch_size=None, epochs=total))
    near = run.near
    for tried in TRIED_STEPS:
        run.advance(tried - run.history.last)
        slope, intercept = run.history.columns()[:2]
        excess = run.optimum.excess(slope, intercept)
        if (excess <= near).any():
            return int((excess <= near).argmax())
    if not (settings.is_constant and radius < 1 and near > 0):
        return None
    steps = run.history.last + math.log(near / excess[-1]) / (2 * math.log(radius))
    return round(steps) if steps < MAX_STEPS else None


def step_matrices(
    hessians: FloatArray, gradients: FloatArray, rates: tuple[float, float], settings: Settings
) -> FloatArray:
    """Return the matrix of a step for each of k batches.

    It acts on the vector of (m, b) − optimum, the memory of m, the memory of b, and 1. `hessians`
    of the batches have shape (k, 2, 2). Their `gradients` at the optimum, of shape (k, 2), make the
    step's constant part, in the last column. The result has shape (k, 3, 3) for SGD, and (k, 5, 5)
    with momentum.
    """
    gradient = np.zeros((len(hessians), 2, 3 + 2 * len(settings.optimizer.start)))
    gradient[:, :, :2], gradient[:, :, -1] = hessians, gradients
    by_m, by_b = (_update(gradient[:, which], rates, settings, which) for which in (0, 1))
    if settings.sequential:
        return by_b @ by_m
    return by_m + by_b - np.eye(by_m.shape[-1])


def _update(
    gradient: FloatArray, rates: tuple[float, float], settings: Settings, which: int
) -> FloatArray:
    """Return the matrix of the update of one parameter alone, m (0) or b (1).

    `gradient` takes the vector to the parameter's gradient; its shape is (k, d).
    """
    step = settings.optimizer.step_matrix()
    assert step is not None
    k, d = len(step) - 1, gradient.shape[-1]
    memory = slice(2 + which * k, 2 + (which + 1) * k)
    matrix = np.tile(np.eye(d), (len(gradient), 1, 1))
    updated = step @ np.concatenate([gradient[:, None], matrix[:, memory]], axis=1)
    matrix[:, which] -= rates[which] * updated[:, 0]
    matrix[:, memory] = updated[:, 1:]
    return matrix


def rms_factors(
    hessians: FloatArray, gradients: FloatArray, rates: tuple[float, float], settings: Settings
) -> Callable[[float], float]:
    """Return a fast function from a factor on both learning rates to the steps' `rms_factor`.

    Without its constant part, a step's matrix is M(s) = P₀ + s P₁ + s² P₂ for the factor s, because
    each of the two updates has the rates once. So the mean of M ⊗ M follows from the means of
    Pᵢ ⊗ Pⱼ.
    """
    rate_m, rate_b = rates
    zero, plus, minus = (
        step_matrices(hessians, gradients, (s * rate_m, s * rate_b), settings)[:, :-1, :-1]
        for s in (0.0, 1.0, -1.0)
    )
    powers = np.stack([zero, (plus - minus) / 2, (plus + minus) / 2 - zero], axis=1)
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
    """Multiply k sequences of step matrices, of shape (k, steps, d, d), to shape (k, d, d)."""
    while (steps := matrices.shape[1]) > 1:
        paired = matrices[:, 1::2] @ matrices[:, : steps // 2 * 2 : 2]
        matrices = np.concatenate([paired, matrices[:, steps // 2 * 2 :]], axis=1)
    return matrices[:, 0]


def products(matrices: FloatArray) -> FloatArray:
    """Multiply k sequences of step matrices up to each step, of shape (k, steps, d, d)."""
    so_far = matrices.copy()
    for step in range(1, matrices.shape[1]):
        so_far[:, step] = matrices[:, step] @ so_far[:, step - 1]
    return so_far


def rms_factor(matrices: FloatArray) -> float:
    """Return the root of the spectral radius of the mean of M ⊗ M, for M of shape (k, d, d)."""
    if len(matrices) == 1:
        return _spectral_radius(matrices[0])
    return math.sqrt(_spectral_radius(mean_square(matrices)))


def mean_square(matrices: FloatArray) -> FloatArray:
    """Return the mean of M ⊗ M over matrices M of shape (k, d, d)."""
    k, d, _ = matrices.shape
    columns = matrices.reshape(k, d * d)
    squares: FloatArray = (columns.T @ columns / k).reshape(d, d, d, d)
    return squares.transpose(0, 2, 1, 3).reshape(d * d, d * d)


def _spectral_radius(matrix: FloatArray) -> float:
    if not np.isfinite(matrix).all():
        return math.inf
    return float(np.abs(np.linalg.eigvals(matrix)).max())


class Predictions:
    """Predictions for one data set, each computed when it is first needed."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._cache: dict[Settings, Prediction] = {}

    def known(self, settings: Settings) -> Prediction | None:
        """Return the prediction if it has been computed, else None."""
        return self._cache.get(_seedless(settings))

    def of(self, settings: Settings) -> Prediction:
        """Return the prediction; a new one takes a few hundredths of a second."""
        settings = _seedless(settings)
        if settings not in self._cache:
            self._cache[settings] = predict(self._data, settings)
        return self._cache[settings]


def _seedless(settings: Settings) -> Settings:
    """Return the settings with the same test rows, and the default seed for the batches."""
    return replace(
        settings, seed=0, test_seed=settings.split_seed if settings.test_fraction else None
    )
