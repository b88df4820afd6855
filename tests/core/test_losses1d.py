import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import Chebyshev

from linreg_tui.core.losses1d import (
    FIGURE_6,
    FIGURE_7,
    FIGURE_8,
    FIGURE_9,
    FIGURE_10,
    PARABOLA,
    X_COS_X,
    Figure,
    Loss1D,
    descend,
)
from linreg_tui.core.moments import FloatArray

WINDOW = (-5.0, 5.0)
NEAR_MINIMUM, LOW_MINIMUM = -0.86, 3.43

FIGURES = (FIGURE_6, FIGURE_7, FIGURE_8, FIGURE_9, FIGURE_10)


def polynomial(loss: Loss1D) -> Chebyshev:
    """The loss within the window, from its values alone."""
    return Chebyshev.interpolate(loss.value, 40, domain=WINDOW).trim(1e-12)


def minima(loss: Loss1D) -> FloatArray:
    curve = polynomial(loss)
    roots = curve.deriv().roots()
    real = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
    inside = real[(real > WINDOW[0]) & (real < WINDOW[1])]
    return np.asarray(inside[curve.deriv(2)(inside) > 0])


losses = pytest.mark.parametrize("loss", [PARABOLA, X_COS_X], ids=lambda loss: loss.name)


@losses
@given(x=st.floats(-20, 20))
def test_derivative_is_the_slope_of_the_value(loss: Loss1D, x: float) -> None:
    h = 1e-4
    slope = (loss.value(x + h) - loss.value(x - h)) / (2 * h)
    assert loss.derivative(x) == pytest.approx(slope, abs=1e-6)


@losses
def test_loss_takes_arrays_element_by_element(loss: Loss1D) -> None:
    x = np.linspace(*WINDOW, 11)
    np.testing.assert_array_equal(loss.value(x), [loss.value(float(each)) for each in x])
    np.testing.assert_array_equal(loss.derivative(x), [loss.derivative(float(each)) for each in x])


def test_losses_are_the_notebooks() -> None:
    x = 1.23
    assert PARABOLA.value(x) == x**2
    assert X_COS_X.value(x) == pytest.approx(x * math.cos(x), rel=1e-15)


def test_minima_are_where_the_notebook_marks_them() -> None:
    np.testing.assert_allclose(minima(PARABOLA), [0], atol=1e-12)
    np.testing.assert_allclose(minima(X_COS_X), [NEAR_MINIMUM, LOW_MINIMUM], atol=0.005)
    np.testing.assert_allclose(X_COS_X.derivative(minima(X_COS_X)), 0, atol=1e-9)


@given(start=st.floats(-100, 100), rate=st.floats(0, 1.5), steps=st.integers(0, 30))
def test_path_on_the_parabola_is_a_power(start: float, rate: float, steps: int) -> None:
    path = descend(PARABOLA, start, rate, steps)
    expected = start * (1 - 2 * rate) ** np.arange(steps + 1)
    np.testing.assert_allclose(path, expected, rtol=1e-9, atol=1e-9)


def test_schedule_gives_each_step_its_rate() -> None:
    path = descend(PARABOLA, 1.0, [0.25, 0.5, 7.0])
    np.testing.assert_array_equal(path, [1, 0.5, 0, 0])


def test_endless_schedule_ends_with_the_steps() -> None:
    halving = (0.5**k for k in itertools.count())
    assert len(descend(X_COS_X, -2.8, halving, 10)) == 11


def test_single_rate_needs_a_number_of_steps() -> None:
    with pytest.raises(ValueError, match="steps"):
        descend(PARABOLA, 1.0, 0.1)


@losses
def test_path_that_overflows_ends_at_the_last_finite_position(loss: Loss1D) -> None:
    path = descend(loss, 1.23, 1e6, 1000)
    assert 2 < len(path) < 1000
    assert np.isfinite(path).all()
    assert abs(path[-1]) > 1e290
    np.testing.assert_array_equal(path, descend(loss, np.float64(1.23), np.full(1000, 1e6)))


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"figure {figure.number}")
def test_figure_stays_in_its_window(figure: Figure) -> None:
    path = figure.path()
    assert len(path) == len(figure.rates) + 1
    assert path[0] == figure.start
    assert (WINDOW[0] < path).all()
    assert (path < WINDOW[1]).all()


def test_figures_are_numbered_as_in_the_notebook() -> None:
    assert [figure.number for figure in FIGURES] == [6, 7, 8, 9, 10]
    assert {figure.start for figure in FIGURES if figure.loss is PARABOLA} == {1.23}
    assert {figure.start for figure in FIGURES if figure.loss is X_COS_X} == {-2.8}


def bounces(path: FloatArray) -> bool:
    return bool((path[1:] * path[:-1] < 0).all())


def test_figure_6_bounces_and_hardly_comes_nearer() -> None:
    path = FIGURE_6.path()
    distance = np.abs(path)
    assert bounces(path)
    assert (np.diff(distance) < 0).all()
    assert distance[-1] > distance[0] / 2


def test_parabola_beyond_the_limit_bounces_ever_farther() -> None:
    path = descend(PARABOLA, FIGURE_6.start, 1.02, 12)
    assert bounces(path)
    assert (np.diff(np.abs(path)) > 0).all()


def test_figure_7_creeps_to_the_minimum_from_one_side() -> None:
    path = FIGURE_7.path()
    assert (np.diff(path) < 0).all()
    assert 0 < path[-1] < 0.05


def test_figure_8_is_caught_in_the_near_minimum() -> None:
    path = FIGURE_8.path()
    assert (np.diff(path) > 0).all()
    assert path[-1] == pytest.approx(NEAR_MINIMUM, abs=0.005)


def test_figure_9_leaps_about_and_settles_in_neither_minimum() -> None:
    path = FIGURE_9.path()
    crossings = np.diff(np.sign(path - 0.86)) != 0
    assert crossings.sum() >= 4
    assert np.ptp(path[-10:]) > 2
    # A minimum with curvature f'' holds a descent only if η f'' < 2.
    curvature = polynomial(X_COS_X).deriv(2)(minima(X_COS_X))
    assert (min(FIGURE_9.rates) * curvature > 2).all()


def test_figure_10_leaps_as_figure_9_and_lands_in_the_low_minimum() -> None:
    path = FIGURE_10.path()
    assert (np.diff(FIGURE_10.rates) <= 0).all()
    np.testing.assert_array_equal(path[:6], FIGURE_9.path()[:6])
    assert path[-1] == pytest.approx(minima(X_COS_X)[1], abs=1e-4)
