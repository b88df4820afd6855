from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.descent import State, descend
from linreg_tui.core.losses import Squared
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings, Update
from linreg_tui.core.stability import (
    Predictions,
    condition_number,
    largest_stable_scale,
    max_stable_scale,
    predict,
    product,
    products,
    rms_factor,
    rms_factors,
    step_matrices,
)
from linreg_tui.core.units import training_units
from tests.thorough import first_of

UPDATES: tuple[Update, ...] = ("sequential", "simultaneous")
KINDS: list[dict[str, Any]] = [
    {},
    {"optimizer": "momentum"},
    {"optimizer": "nesterov", "momentum": 0.5},
    {"standardize": True},
]


def random_data(seed: int) -> Dataset:
    rng = np.random.default_rng(seed)
    scale, shift = 10 ** rng.uniform(-2, 3, 2)
    x: FloatArray = rng.normal(shift, scale, 40)
    return Dataset("made", "x", "y", x, 2 * x + rng.normal(0, scale, 40))


def balanced(data: Dataset, **changes: Any) -> Settings:
    """Rates that suit the data about equally well in both directions."""
    rates = Settings(learning_rate_m=0.1 / float(np.mean(data.x**2)), learning_rate_b=0.1)
    return rates.with_values(**changes)


def scaled(settings: Settings, factor: float) -> Settings:
    return replace(
        settings,
        learning_rate_m=settings.learning_rate_m * factor,
        learning_rate_b=settings.learning_rate_b * factor,
    )


def limit_of(data: Dataset, settings: Settings) -> float:
    limit = predict(data, settings).max_stable_scale
    assert limit is not None
    return limit


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("kind", KINDS[:3])
def test_the_matrix_of_a_step_makes_the_step(update: Update, kind: dict[str, Any]) -> None:
    data = random_data(3)
    settings = balanced(data, update=update, **kind)
    rates = settings.learning_rate_m, settings.learning_rate_b
    gradients = np.array([[3.0, -2.0]])
    matrix = step_matrices(data.moments.hessian()[None], gradients, rates, settings)[0]
    mean_x, mean_xx = data.moments.mean_x, data.moments.sxx / data.n
    # With these means, the gradient at m = b = 0 is `gradients`.
    mean_y, mean_xy = 1.0, -1.5 - mean_x
    for unit in (np.eye(len(matrix)) + np.eye(len(matrix))[-1])[:-1].tolist():
        velocities = ((), ()) if len(unit) == 3 else ((unit[2],), (unit[3],))
        step = mean_x, mean_y, mean_xx, mean_xy, *rates
        state = State(unit[0], unit[1], *velocities)
        _, _, end = descend(Squared(), settings.optimizer, settings.sequential, state, [step])
        ended = [end.m, end.b, *end.of_m, *end.of_b, 1]
        assert matrix @ unit == pytest.approx(ended, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "changes",
    first_of(
        [
            {"batch_size": 64, "update": "simultaneous"},
            {"batch_size": 64, "standardize": True, "learning_rate_b": 0.05, "sampling": "epoch"},
            {"batch_size": 16, "optimizer": "momentum", "learning_rate_m": 1e-8},
            {"batch_size": 8},
            {"batch_size": 16, "standardize": True},
            {"batch_size": 16, "sampling": "epoch"},
            {
                "batch_size": 200,
                "optimizer": "nesterov",
                "learning_rate_m": 1e-8,
                "sampling": "epoch",
            },
        ],
        3,
    ),
)
def test_the_noise_of_batches(houses: Dataset, changes: dict[str, Any]) -> None:
    settings = Settings.of(**changes)
    noise = predict(houses, settings).noise
    run = Run(houses, settings)
    run.advance(60_000)
    above = run.history.columns()[3, 5000:] / run.optimum.loss - 1
    assert noise == pytest.approx(above.mean(), rel=0.25)


def test_much_of_the_noise_cancels_within_a_shuffle(houses: Dataset) -> None:
    settings = Settings(batch_size=64, standardize=True, learning_rate_b=0.05)
    drawn, shuffled = (
        predict(houses, replace(settings, sampling=sampling)).noise
        for sampling in ("notebook", "epoch")
    )
    assert drawn is not None
    assert shuffled is not None
    assert shuffled < drawn / 2


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov"])
@pytest.mark.parametrize("batch_size", [64, 200])
def test_shuffled_batches_are_predicted_by_the_step(
    houses: Dataset, batch_size: int, optimizer: Any
) -> None:
    settings = Settings.of(batch_size=batch_size, optimizer=optimizer, sampling="epoch")
    prediction = predict(houses, settings)
    drawn = predict(houses, replace(settings, sampling="notebook"))
    # This far below the limit, the distance shrinks by the same factor in each step.
    assert prediction.spectral_radius == pytest.approx(drawn.spectral_radius, abs=1e-3)
    limit = prediction.max_stable_scale
    assert limit is not None
    for factor in (0.999, 1.001):
        assert predict(houses, scaled(settings, limit * factor)).stable == (factor < 1)


@given(st.integers(1, 9), st.integers(1, 4))
def test_a_sequence_of_steps_is_their_product(steps: int, k: int) -> None:
    matrices = np.random.default_rng(steps).normal(size=(k, steps, 3, 3))
    expected = [reduce(lambda done, step: step @ done, sequence) for sequence in matrices]
    assert product(matrices) == pytest.approx(np.array(expected), rel=1e-9, abs=1e-9)
    assert products(matrices)[:, -1] == pytest.approx(np.array(expected), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("kind", KINDS[:3])
@pytest.mark.parametrize("k", [1, 5])
def test_the_factor_of_a_step_for_any_factor_on_the_rates(
    update: Update, kind: dict[str, Any], k: int
) -> None:
    rng = np.random.default_rng(k)
    half = rng.normal(size=(k, 2, 2))
    hessians, gradients = half @ half.transpose(0, 2, 1), rng.normal(size=(k, 2))
    settings = Settings.of(update=update, **kind)
    factor = rms_factors(hessians, gradients, (0.3, 0.2), settings)
    for scale in (0.1, 1.0, 3.0, 10.0):
        matrices = step_matrices(hessians, gradients, (scale * 0.3, scale * 0.2), settings)
        expected = rms_factor(matrices[:, :-1, :-1])
        assert factor(scale) == pytest.approx(expected, rel=1e-9)


def test_full_batches_leave_no_noise(houses: Dataset) -> None:
    assert predict(houses, Settings()).noise is None


@hypothesis_settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(UPDATES))
def test_the_limit_by_formula_is_where_the_radius_passes_one(seed: int, update: Update) -> None:
    data = random_data(seed)
    settings = balanced(data, update=update)
    limit = max_stable_scale(data.moments, settings)

    def radius(factor: float) -> float:
        prediction = predict(data, scaled(settings, limit * factor)).spectral_radius
        assert prediction is not None
        return prediction

    assert all(radius(factor) < 1 for factor in (0.1, 0.5, 0.98))
    assert radius(1.02) > 1


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("factor", [1e-150, 1e150, 1e290])
def test_rates_of_any_size_have_a_limit(houses: Dataset, update: Update, factor: float) -> None:
    for rates in (Settings(), Settings(learning_rate_m=1e-9), Settings(learning_rate_b=1e-9)):
        settings = replace(rates, update=update)
        limit = max_stable_scale(houses.moments, settings)
        far = max_stable_scale(houses.moments, scaled(settings, factor))
        assert far * factor == pytest.approx(limit, rel=1e-12)


def radius_by_hand(data: Dataset, settings: Settings) -> float:
    """Return the spectral radius of a step's matrix, computed independently from the rows."""
    (mm, mb), (_, bb) = (
        2 * np.array([[np.mean(data.x**2), np.mean(data.x)], [np.mean(data.x), 1]])
    ).tolist()
    rate_m, rate_b = settings.learning_rate_m, settings.learning_rate_b
    new_m, new_b = np.array([1 - rate_m * mm, -rate_m * mb]), np.array([0.0, 1.0])
    seen = new_m if settings.update == "sequential" else np.array([1.0, 0.0])
    new_b = new_b - rate_b * (mb * seen + bb * new_b)
    return float(np.abs(np.linalg.eigvals([new_m, new_b])).max())


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("ratio", [1e-3, 0.1, 0.3, 1.0, 3.0, 10.0, 1e3])
@pytest.mark.parametrize("offset", [0.0, 0.5, 20.0])
def test_the_limit_is_where_the_radius_by_hand_passes_one(
    update: Update, ratio: float, offset: float
) -> None:
    x = offset + np.random.default_rng(2).normal(size=30)
    data = Dataset("made", "x", "y", x, 2 * x + np.cos(9 * x))
    even = balanced(data, update=update)
    settings = replace(even, learning_rate_m=ratio * even.learning_rate_m)
    limit = max_stable_scale(data.moments, settings)
    assert radius_by_hand(data, scaled(settings, limit * (1 + 1e-5))) > 1
    for factor in (0.3, 0.9, 1 - 1e-5):
        assert radius_by_hand(data, scaled(settings, limit * factor)) < 1
    for factor in (0.5, 2.0):
        at_factor = scaled(settings, limit * factor)
        prediction = predict(data, at_factor)
        assert prediction.spectral_radius == pytest.approx(
            radius_by_hand(data, at_factor), rel=1e-9
        )
        assert prediction.stable == (factor < 1)


def test_more_steps_than_a_run_can_have_are_not_predicted(houses: Dataset) -> None:
    prediction = predict(houses, Settings(learning_rate_m=1e-13, learning_rate_b=1e-7))
    assert prediction.spectral_radius is not None
    assert 0.9999999 < prediction.spectral_radius < 1
    assert (prediction.stable, prediction.steps) == (True, None)


def excess(data: Dataset, settings: Settings, steps: int) -> float:
    """Return how far a run ends from the optimum, relative to its start."""
    run = Run(data, settings)
    run.advance(steps)
    slope, intercept, _, _ = run.history.columns()
    distance = run.optimum.excess(slope, intercept)
    return float(distance[-1] / distance[0])


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", first_of([None, 1, 2, 3], 2))
def test_full_batches_do_what_is_predicted(
    houses: Dataset, seed: int | None, kind: dict[str, Any], update: Update
) -> None:
    data = houses if seed is None else random_data(seed)
    settings = balanced(data, update=update, **kind)
    limit = limit_of(data, settings)
    below, above = (scaled(settings, limit * factor) for factor in (0.98, 1.02))
    assert predict(data, below).stable
    assert predict(data, above).stable is False
    assert excess(data, below, 20_000) < 1e-6
    assert excess(data, above, 20_000) > 1e6


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("batch_size", first_of([64, 256]))
@pytest.mark.parametrize("made", first_of([False, True]))
def test_mini_batches_do_what_is_predicted(
    houses: Dataset, made: bool, batch_size: int, update: Update
) -> None:
    """There is no noise in y, so a run that converges goes on to the end."""
    x = np.random.default_rng(5).normal(3, 1, 1000) if made else houses.x
    data = Dataset("made", "x", "y", x, 2 * x + 1)
    settings = balanced(data, update=update, batch_size=batch_size, initial_intercept=0.0)
    limit = limit_of(data, settings)

    def mean_square(factor: float) -> float:
        """Over few steps and many runs: later, the mean depends on runs too rare to be seen."""
        ends = [
            excess(data, replace(scaled(settings, limit * factor), seed=seed), 150)
            for seed in range(100)
        ]
        return float(np.mean(ends))

    assert mean_square(0.98) < 1 < mean_square(1.02)


def test_smaller_batches_need_smaller_rates(houses: Dataset) -> None:
    limits = [limit_of(houses, Settings(batch_size=size)) for size in (1, 8, 64, 512, 551, None)]
    assert limits == sorted(limits)
    assert limits[0] < 3
    assert limits[-1] == pytest.approx(7.215290458)


@pytest.mark.parametrize("update", UPDATES)
def test_one_far_row_needs_far_smaller_rates(update: Update) -> None:
    """In batches of one row, its curvature is a thousand times the mean curvature."""
    x = np.append(np.linspace(-1, 1, 999), [1e5])
    data = Dataset("made", "x", "y", x, 2 * x + np.sin(5 * x))
    settings = balanced(data, update=update, batch_size=2)
    limit = limit_of(data, settings)
    assert 0 < limit < max_stable_scale(data.moments, settings) / 16
    assert predict(data, scaled(settings, 0.99 * limit)).stable
    assert predict(data, scaled(settings, 1.01 * limit)).stable is False


def test_standardizing_makes_the_valley_round(houses: Dataset) -> None:
    settings = Settings(standardize=True)
    units = training_units(houses.moments, settings)
    assert condition_number(houses.moments) > 1e7
    assert condition_number(units.moments(houses.moments)) == pytest.approx(1)


def test_the_classical_limits_of_momentum() -> None:
    """2 (1 + μ) / λ for heavy ball, 2 (1 + μ) / ((1 + 2 μ) λ) for Nesterov's."""
    data = random_data(4)
    h = np.linalg.eigvalsh(data.moments.hessian()).max()
    settings = Settings.of(
        learning_rate_m=1 / h, learning_rate_b=1 / h, update="simultaneous", momentum=0.9
    )
    heavy = limit_of(data, settings.with_values(optimizer="momentum"))
    nesterov = limit_of(data, settings.with_values(optimizer="nesterov"))
    assert heavy == pytest.approx(2 * 1.9, rel=1e-6)
    assert nesterov == pytest.approx(2 * 1.9 / 2.8, rel=1e-6)


@pytest.mark.parametrize(
    "changes",
    [{}, {"update": "simultaneous"}, {"learning_rate_m": 1e-10, "learning_rate_b": 1e-4}],
)
def test_the_steps_needed(houses: Dataset, changes: dict[str, Any]) -> None:
    settings = Settings.of(**changes)
    steps = predict(houses, settings).steps
    assert steps is not None
    run = Run(houses, settings)
    statuses = []
    for more in (round(0.98 * steps) - 1, round(0.04 * steps) + 1):
        run.advance(more)
        statuses.append(run.status)
    assert statuses == ["stopped", "converged"]


def test_adam_cannot_be_predicted(houses: Dataset) -> None:
    prediction = predict(houses, Settings.of(optimizer="adam"))
    assert prediction.stable is None
    assert prediction.max_stable_scale is None


any_rate = st.floats(0, 1e308, exclude_min=True)


@given(
    any_rate,
    any_rate,
    st.sampled_from(UPDATES),
    st.sampled_from(["sgd", "momentum", "nesterov", "adam"]),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from([None, 1, 7]),
    st.booleans(),
)
@example(3e-320, 6e-43, "simultaneous", "momentum", 0.9, 7, False)
@example(1e-7, 0.1, "sequential", "nesterov", 1 - 1e-12, 7, False)
@hypothesis_settings(max_examples=60)
def test_any_rates_can_be_predicted_and_run(
    rate_m: float,
    rate_b: float,
    update: Update,
    name: Any,
    momentum: float,
    batch_size: int | None,
    flat: bool,
) -> None:
    data = random_data(1)
    if flat:
        data = Dataset("made", "x", "y", data.x, np.zeros(data.n))
    settings = Settings.of(
        learning_rate_m=rate_m,
        learning_rate_b=rate_b,
        update=update,
        optimizer=name,
        momentum=momentum,
        batch_size=batch_size,
    )
    prediction = predict(data, settings)
    assert all(
        value is None or np.isfinite(value)
        for value in (prediction.spectral_radius, prediction.max_stable_scale)
    )
    run = Run(data, settings)
    run.advance(50)
    assert np.isfinite(run.history.columns()[:, 1:]).all()


def test_a_prediction_is_remembered_whatever_the_seed(houses: Dataset) -> None:
    predictions = Predictions(houses)
    settings = Settings(batch_size=64)
    assert predictions.known(settings) is None
    found = predictions.of(settings)
    assert found == predict(houses, settings)
    assert predictions.known(replace(settings, seed=9)) is found
    assert predictions.of(replace(settings, seed=9)) is found
    assert predictions.known(replace(settings, batch_size=32)) is None
    assert predictions.of(replace(settings, batch_size=32)) != found


@pytest.mark.parametrize(
    "changes",
    [
        *({**kind, "batch_size": size} for kind in KINDS for size in (None, 8)),
        {"learning_rate_b": 1e9},
        {"optimizer": "adam"},
        {"loss": "absolute"},
    ],
)
def test_the_largest_stable_scale_needs_no_prediction(changes: dict[str, Any]) -> None:
    data = random_data(1)
    settings = balanced(data, **changes)
    found = largest_stable_scale(data, settings)
    assert found == predict(data, settings).max_stable_scale
    assert (found is None) == (not settings.optimizer.linear or settings.loss.name == "absolute")
