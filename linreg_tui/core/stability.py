"""Will these settings converge? The answer is there before the first step.

On the parabola that the mean squared error is, a step of gradient descent, with momentum or
without, is linear in the distance from the optimum and in the velocity. Full-batch descent
converges if and only if the spectral radius of the step's matrix M is below 1.

Each mini-batch has a matrix of its own. If they are drawn independently, the mean square of the
distance stays bounded if and only if the spectral radius of the mean of M ⊗ M over all batches is
below 1. There are far too many batches to go through, so the mean is taken over a sample of them,
always the same. Its root is the factor by which the distance changes a step; for full batches it is
the spectral radius of M.

The batches of one shuffle are not independent: what one lacks another has, and much of their noise
cancels. There the matrix is that of a whole epoch, and whole epochs are independent. Where an epoch
has too many batches or rows to sample some, its batches are taken for independent, which overstates
their noise.

The learning rates meant are those that a schedule multiplies. There is no prediction where the
steps are not linear: for optimizers such as Adam, and for losses without a Hessian.
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
"""A sample of fewer says too little."""

STRIDE = 1.2
"""From one factor to the next in the search for one that is too large."""

BISECTIONS = 24

AT_MOST = 1 + 1e-12
"""A radius up to this is taken for 1 with a rounding error, as tiny rates on a long valley give."""

LEAST_SCALE = 2.0**-60
"""Rates that are smaller by that move no line; a radius above 1 is a rounding error there."""

LOOKS = (100, 1_000, 10_000)
"""Steps after which it is looked whether they were enough; no more are tried."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What these settings will do; None is what can't be predicted, or is too large for a number.

    `max_stable_scale` is the factor on both learning rates up to which they converge: all smaller
    ones do. `steps` is about how many steps it takes to come within 1% of the optimum. `noise` is
    how far above the least loss mini-batches keep the loss on average in the long run, in multiples
    of the least loss; None for full batches and for learning rates that don't stay.
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
    if now > AT_MOST:
        return Prediction(False, _number(now), _number(limit))
    steps = _steps_needed(data, settings, now)
    return Prediction(True, _number(now), _number(limit), steps, batches.noise())


@np.errstate(all="ignore")
def largest_stable_scale(data: Dataset, settings: Settings) -> float | None:
    """The `max_stable_scale` of the same prediction; it takes no run."""
    data, settings = settings.split(data).training, replace(settings, test_fraction=0.0)
    if not _is_linear(data, settings):
        return None
    limit = _first_unstable(data, settings, _Batches.of(data, settings))
    return None if limit is None else _number(limit)


def _is_linear(data: Dataset, settings: Settings) -> bool:
    """Whether a step is linear in the distance from the optimum."""
    return settings.optimizer.linear and settings.loss.hessian(data.moments) is not None


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def condition_number(moments: Moments[float]) -> float:
    """Largest over smallest eigenvalue of the Hessian: how narrow the valley of the loss is."""
    smallest, largest = np.linalg.eigvalsh(moments.hessian())
    return float(largest / smallest)


@dataclass(frozen=True, slots=True, eq=False)
class _Batches:
    """The Hessians of k batches, of shape (k, 2, 2), and their gradients at the optimum, (k, 2).

    `hessian` and `loss` are those of all rows. What is drawn independently are rounds of so many
    batches each. Everything is in the units of the training.
    """

    settings: Settings
    rates: tuple[float, float]
    curvature: FloatArray
    pull: FloatArray
    hessian: FloatArray
    loss: float
    round: int = 1

    @staticmethod
    def of(data: Dataset, settings: Settings) -> _Batches:
        """All rows as one batch, or a sample of mini-batches."""
        units, loss = training_units(data.moments, settings), settings.loss
        rates, hessian = units.rates(settings), loss.hessian(units.moments(data.moments))
        assert hessian is not None
        optimum = data.optimum(loss)
        least = optimum.loss / units.scale_y**2
        if settings.batch_size is None:
            none = np.zeros((1, 2))
            return _Batches(settings, rates, hessian[None], none, hessian, least)
        rows = _sample(data.n, settings)
        curvature = loss.hessian(units.moments(data.batches.moments(rows)))
        assert curvature is not None
        x, y = units.rows(data.x[rows], data.y[rows])
        m, b = units.from_data(optimum.slope, optimum.intercept)
        pulls = loss.derivative(y - m * x - b)
        pull = -np.stack([np.mean(x * pulls, axis=1), np.mean(pulls, axis=1)], axis=1)
        pull -= pull.mean(axis=0)
        together = settings.steps_per_epoch(data.n) if _by_epochs(data.n, settings) else 1
        return _Batches(settings, rates, curvature, pull, hessian, least, together)

    def matrices(self, scale: float) -> FloatArray:
        """The matrices of their steps with both learning rates multiplied, of each round in turn.

        Their shape is (rounds, steps, d, d).
        """
        rate_m, rate_b = self.rates
        rates = scale * rate_m, scale * rate_b
        steps = step_matrices(self.curvature, self.pull, rates, self.settings)
        return steps.reshape(-1, self.round, *steps.shape[1:])

    def radius(self, scale: float) -> float:
        """The factor on the distance a step, with both learning rates multiplied."""
        rounds = product(self.matrices(scale)[..., :-1, :-1])
        return math.pow(rms_factor(rounds), 1 / self.round)

    def radii(self, unit: float) -> Callable[[float], float]:
        """The same for any multiple of a factor."""
        if self.round > 1:
            return lambda multiple: self.radius(multiple * unit)
        rate_m, rate_b = self.rates
        rates = unit * rate_m, unit * rate_b
        return rms_factors(self.curvature, self.pull, rates, self.settings)

    def noise(self) -> float | None:
        """The mean of the loss above the least one in the long run, in multiples of the least one.

        The second moments S of (distance, 1) at the end of a round stay what they are when S is the
        mean of M S Mᵀ over rounds. Of the distances δ after each of its steps, the mean loss above
        the least one is ½ tr(H E[δ δᵀ]).
        """
        if self.settings.batch_size is None or not self.settings.is_constant or self.loss <= 0:
            return None
        so_far = products(self.matrices(1.0))
        square = mean_square(so_far[:, -1])
        still = square - np.eye(len(square))
        still[-1] = 0.0
        still[-1, -1] = 1.0
        one = np.zeros(len(square))
        one[-1] = 1.0
        try:
            moments = np.linalg.solve(still, one)
        except np.linalg.LinAlgError:
            return None
        d = math.isqrt(len(square))
        along = [mean_square(so_far[:, step]) @ moments for step in range(self.round)]
        distances = np.mean(along, axis=0).reshape(d, d)[:2, :2]
        return _number(float(np.sum(self.hessian * distances) / 2) / self.loss)


def _by_epochs(n: int, settings: Settings) -> bool:
    """Whether whole epochs are sampled: where batches depend on one another, and there is room."""
    few = settings.steps_per_epoch(n) <= SAMPLED_BATCHES and n <= LARGEST_DRAW // FEWEST_EPOCHS
    return settings.sampling == "epoch" and few


def _sample(n: int, settings: Settings) -> Index:
    """Some batches, of whole epochs or each for itself; shape (k, size)."""
    assert settings.batch_size is not None
    if _by_epochs(n, settings):
        draw = sampler(n, settings.batch_size, "epoch", seed=0)
        return draw(max(SAMPLED_BATCHES, SAMPLED_EPOCHS * settings.steps_per_epoch(n)))
    return sampler(n, settings.batch_size, "notebook", seed=0)(SAMPLED_BATCHES)


def max_stable_scale(moments: Moments[float], settings: Settings) -> float:
    """The factor on both learning rates up to which full-batch gradient descent converges.

    Every smaller factor converges; far beyond, a sequential update can have further stable islands.
    From the Jury conditions on trace and determinant of the step matrix, |det| < 1 and
    |trace| < 1 + det, which are polynomials in the factor s; Elaydi, "An Introduction to
    Difference Equations", section 4.2.
    """
    units = training_units(moments, settings)
    curvature = units.moments(moments).hessian()
    rate_m, rate_b = units.rates(settings)
    a, d = rate_m * curvature[0, 0], rate_b * curvature[1, 1]
    # In units in which a + d = 1, no square is too large for a number.
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
    """The same for any settings: searched upwards, then by bisection.

    None if rounding errors hide it, as with a momentum that such an error tells from 1.
    """
    near = max_stable_scale(data.moments, settings)
    by_formula = settings.batch_size is None and type(settings.optimizer) is SGD
    if by_formula or not (math.isfinite(near) and near > 0):
        return near
    radius = batches.radii(near)
    low = 1 / 16
    while radius(low) > AT_MOST:
        low /= 16
        if low < LEAST_SCALE:
            return None
    high = low * STRIDE
    while radius(high) <= AT_MOST:
        low, high = high, high * STRIDE
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if radius(middle) <= AT_MOST else (low, middle)
    return low * near


def _steps_needed(data: Dataset, settings: Settings, radius: float) -> int | None:
    """About how many steps it takes to come within 1% of the optimum, on full batches.

    Tried out; beyond that, the distance is taken to go on shrinking by the radius. None where that
    takes more steps than a run can have.
    """
    total = settings.steps(data.n)
    run = Run(data, replace(settings, batch_size=None, epochs=total))
    near = run.near
    for look in LOOKS:
        run.advance(look - run.history.last)
        slope, intercept = run.history.columns()[:2]
        excess = run.optimum.excess(slope, intercept)
        if (excess <= near).any():
            return int((excess <= near).argmax())
    if not (settings.is_constant and radius < 1 and near > 0):
        return None
    steps = run.history.last + math.log(near / excess[-1]) / (2 * math.log(radius))
    return round(steps) if steps < MAX_STEPS else None


def step_matrices(
    curvature: FloatArray, pull: FloatArray, rates: tuple[float, float], settings: Settings
) -> FloatArray:
    """What a step does to (m, b) − optimum, to what is remembered of m and of b, and to 1.

    `curvature` holds the Hessians of k batches, of shape (k, 2, 2), and `pull` their gradients at
    the optimum, of shape (k, 2): the step's constant part is in the last column. The shape of the
    matrices is (k, 3, 3) for SGD, and (k, 5, 5) with momentum.
    """
    gradient = np.zeros((len(curvature), 2, 3 + 2 * len(settings.optimizer.start)))
    gradient[:, :, :2], gradient[:, :, -1] = curvature, pull
    by_m, by_b = (_update(gradient[:, which], rates, settings, which) for which in (0, 1))
    if settings.sequential:
        return by_b @ by_m
    return by_m + by_b - np.eye(by_m.shape[-1])


def _update(
    gradient: FloatArray, rates: tuple[float, float], settings: Settings, which: int
) -> FloatArray:
    """The same of the update of one parameter alone, m (0) or b (1), by its gradient's rows."""
    step = settings.optimizer.step_matrix()
    assert step is not None
    k, d = len(step) - 1, gradient.shape[-1]
    memory = slice(2 + which * k, 2 + (which + 1) * k)
    matrix = np.tile(np.eye(d), (len(gradient), 1, 1))
    made = step @ np.concatenate([gradient[:, None], matrix[:, memory]], axis=1)
    matrix[:, which] -= rates[which] * made[:, 0]
    matrix[:, memory] = made[:, 1:]
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


class Predictions:
    """Predictions for one data set, each worked out when it is first asked for."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._known: dict[Settings, Prediction] = {}

    def known(self, settings: Settings) -> Prediction | None:
        """What has been worked out already."""
        return self._known.get(_seedless(settings))

    def of(self, settings: Settings) -> Prediction:
        """The same, by some hundredths of a second of work if it isn't known yet."""
        settings = _seedless(settings)
        if settings not in self._known:
            self._known[settings] = predict(self._data, settings)
        return self._known[settings]


def _seedless(settings: Settings) -> Settings:
    """The settings with the same test rows, and the usual seed for the batches."""
    return replace(
        settings, seed=0, test_seed=settings.split_seed if settings.test_fraction else None
    )
