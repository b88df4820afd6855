from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.closed_form import Residuals
from linreg_tui.core.dataset import Dataset, Whole
from linreg_tui.core.losses import Absolute, Huber, Loss, Squared, matrix_of
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings

LOSSES = (Squared(), Absolute(), Huber(2.0), Huber(1e9))
lines = st.tuples(st.floats(-3, 3), st.floats(-3, 3))


def rows(n: int = 40, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(1, 2, n)
    return x, 2 * x - 1 + rng.standard_t(2, n)


def batch_of(loss: Loss, x: FloatArray, y: FloatArray) -> tuple[Any, ...]:
    if not loss.from_moments:
        return (matrix_of(x, y),)
    moments = Moments.of(x, y)
    return moments.mean_x, moments.mean_y, moments.sxx / len(x), moments.sxy / len(x)


def value(loss: Loss, x: FloatArray, y: FloatArray, m: float, b: float) -> float:
    return float(np.mean(loss.value(y - m * x - b)))


@pytest.mark.parametrize("loss", LOSSES)
@given(lines)
def test_the_gradient_is_that_of_the_value(loss: Loss, line: tuple[float, float]) -> None:
    """Compare with finite differences, unless a kink is within their width."""
    x, y = rows()
    (m, b), h = line, 1e-6
    batch = batch_of(loss, x, y)
    by_m = (value(loss, x, y, m + h, b) - value(loss, x, y, m - h, b)) / (2 * h)
    by_b = (value(loss, x, y, m, b + h) - value(loss, x, y, m, b - h)) / (2 * h)
    kinks = np.abs(y - m * x - b).min() < 2 * h * (1 + np.abs(x).max())
    if not (kinks and loss == Absolute()):
        assert loss.by_slope(batch, m, b) == pytest.approx(by_m, rel=1e-5, abs=1e-5)
        assert loss.by_intercept(batch, m, b) == pytest.approx(by_b, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_many_lines_is_that_of_each(loss: Loss) -> None:
    x, y = rows(300)
    data = Dataset("made", "x", "y", x, y)
    slopes, intercepts = np.random.default_rng(1).normal(size=(2, 2000))
    each = [value(loss, x, y, m, b) for m, b in zip(slopes, intercepts, strict=True)]
    assert loss.over(data, slopes, intercepts) == pytest.approx(each)
    optimum = data.optimum(loss)
    assert optimum.at(slopes, intercepts) == pytest.approx(each)
    assert optimum.at(float(slopes[0]), float(intercepts[0])) == pytest.approx(each[0])
    above = optimum.excess(slopes, intercepts)
    assert (above >= 0).all()
    assert above + optimum.loss == pytest.approx(each)
    own_x, own_y = np.tile(x, (5, 1)), np.tile(y, (5, 1))
    assert loss.over_rows(own_x, own_y, slopes[:5], intercepts[:5]) == pytest.approx(each[:5])


@pytest.mark.parametrize("loss", LOSSES)
def test_no_line_near_the_least_point_is_better(loss: Loss) -> None:
    x, y = rows(31)
    optimum = Dataset("made", "x", "y", x, y).optimum(loss)
    angle = np.linspace(0, 2 * np.pi, 500)
    for radius in (1e-6, 1e-3, 1.0):
        around = loss.over_rows(
            x,
            y,
            optimum.slope + radius * np.cos(angle),
            optimum.intercept + radius * np.sin(angle),
        )
        assert (around >= optimum.loss * (1 - 1e-12)).all()


def test_the_least_absolute_errors_line_goes_through_two_points(houses: Dataset) -> None:
    optimum = houses.optimum(Absolute())
    residuals = np.abs(houses.y - optimum.slope * houses.x - optimum.intercept)
    assert (residuals < 1e-6).sum() >= 2
    assert houses.optimum(Absolute()) is optimum


def test_subgradients_are_0_at_0() -> None:
    batch = [matrix_of(np.array([1.0, 2.0]), np.array([1.0, 2.0]))]
    assert Absolute().by_slope(batch, 1.0, 0.0) == 0
    assert Absolute().by_intercept(batch, 1.0, 0.0) == 0


def test_huber_is_half_a_square_inside_and_a_slope_outside() -> None:
    huber = Huber(2.0)
    assert huber.value(np.array([-1.0, 2.0, 5.0])).tolist() == [0.5, 2.0, 8.0]
    assert huber.derivative(np.array([-1.0, 2.0, -5.0])).tolist() == [-1.0, 2.0, -2.0]
    assert huber.scaled(4.0) == Huber(0.5)
    x, y = rows()
    wide, square = (Dataset("made", "x", "y", x, y).optimum(of) for of in (Huber(1e9), Squared()))
    assert (wide.slope, wide.intercept) == (square.slope, square.intercept)


@pytest.mark.parametrize("loss", ["absolute", "huber"])
@pytest.mark.parametrize("batch_size", [None, 16])
def test_z_scores_train_the_same_loss(loss: str, batch_size: int | None) -> None:
    """One step on z-scores is a step on the standardised columns, with δ in their unit."""
    x, y = rows(64)
    data = Dataset("made", "x", "y", x, y)
    settings = Settings.of(
        loss=loss, huber_delta=1.5, standardize=True, learning_rate_b=0.1, batch_size=batch_size,
        initial_slope=0.0, initial_intercept=0.0,
    )  # fmt: skip
    run = Run(data, settings)
    run.advance(3)
    zx, zy = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    w, c = 0.0, -y.mean() / y.std()
    for number in (1, 2, 3):
        seen = run.batch(number)
        bx, by = (zx, zy) if seen is None else (zx[seen], zy[seen])
        of = Huber(1.5 / float(y.std())) if loss == "huber" else Absolute()
        w += 0.1 * float(np.mean(bx * of.derivative(by - w * bx - c)))
        c += 0.1 * float(np.mean(of.derivative(by - w * bx - c)))
    slope = w * y.std() / x.std()
    assert run.history[3].slope == pytest.approx(slope)
    assert run.history[3].intercept == pytest.approx(c * y.std() + y.mean() - slope * x.mean())


def test_losses_of_steps_are_those_of_all_rows_and_of_the_batch(houses: Dataset) -> None:
    settings = Settings.of(
        loss="absolute", batch_size=64, learning_rate_m=1e-3, learning_rate_b=100, epochs=2
    )
    run = Run(houses, settings)
    run.advance(16)
    for number in (1, 7, 16):
        step, seen = run.history[number], run.batch(number)
        residual = np.abs(houses.y - step.slope * houses.x - step.intercept)
        assert step.loss == pytest.approx(residual.mean())
        assert step.batch_loss == pytest.approx(residual[seen].mean())


def test_converged_means_within_1_percent_of_the_least_loss_for_any_y() -> None:
    """Pressures around 101325: the size of y says nothing about how good a line is."""
    t = np.linspace(0, 1, 200)
    y = 101325 + 3 * t + np.random.default_rng(0).normal(0, 1, 200)
    data = Dataset("made", "t", "p", t, y)
    start = Settings(initial_slope=0.0, initial_intercept=101320.0)
    statuses: dict[str, int] = {}
    for epochs in range(1, 60):
        run = Run(data, Settings.of(**(start.values | RATES | {"epochs": epochs})))
        run.advance(run.budget)
        last = run.history[epochs]
        statuses[run.status] = statuses.get(run.status, 0) + 1
        assert (run.status == "converged") == (last.loss <= 1.01 * run.optimum.loss)
    assert set(statuses) == {"converged", "stopped"}


RATES = {"learning_rate_m": 0.1, "learning_rate_b": 0.1, "huber_delta": 1.0}


@pytest.mark.parametrize("loss", Loss.family)
def test_points_on_a_line_converge_to_rounding(loss: str) -> None:
    """A level line is not enough, however far from 0 the points are."""
    t = np.linspace(-1, 1, 21)
    for height in (0.0, 1e6):
        data = Dataset("made", "t", "y", t, height + 3 * t)
        level = Settings.of(loss=loss, initial_slope=0.0, initial_intercept=height)
        assert Run(data, level).status == "stopped"
        there = level.with_values(initial_slope=3.0)
        assert Run(data, there).status == "converged"


def test_a_run_that_starts_at_the_optimum_has_not_diverged_at_once() -> None:
    t = np.linspace(-1, 1, 21)
    data = Dataset("made", "t", "y", t, 1e6 + 3 * t)
    start = Settings(
        initial_slope=3.0, initial_intercept=1e6, learning_rate_m=0.1, learning_rate_b=0.1
    )
    run = Run(data, start)
    run.advance(30)
    assert (run.status, run.diverged_at) == ("converged", None)


def test_a_loss_without_moments_is_trained_on_the_rows_in_memory(houses: Dataset) -> None:
    part = Dataset("sample", "x", "y", houses.x[::5], houses.y[::5], whole=whole_of(houses))
    assert Absolute().on_a_sample(part) == (
        "the absolute loss goes over rows: it is trained on the 111 of 551 that are kept"
    )
    assert Absolute().on_a_sample(houses) == Squared().on_a_sample(part) == ""
    sample = Dataset("sample", "x", "y", houses.x[::5], houses.y[::5])
    rates = {"learning_rate_m": 1e-3, "learning_rate_b": 100}
    losses = []
    for data in (part, sample):
        run = Run(data, Settings.of(loss="absolute", **rates))
        run.advance(10)
        losses.append(run.history[10].loss)
    assert losses[0] == losses[1]
    squared = Run(part, Settings())
    assert squared.optimum.loss == pytest.approx(houses.line.loss)


def whole_of(data: Dataset) -> Whole:
    """Return the totals of all rows."""
    return Whole(data.sums, Residuals(0.0, 0.0, 0.0, data.moments))
