from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.history import History, Thinner


@given(st.lists(st.integers(0, 20_000), max_size=8))
def test_history_keeps_every_step(sizes: list[int]) -> None:
    history = History(1.0, 2.0, 3.0)
    numbers = np.arange(1.0, sum(sizes) + 1)
    for piece in np.split(numbers, np.cumsum(sizes)[:-1]) if sizes else []:
        history.append(np.stack([piece, piece + 0.1, piece + 0.2, piece + 0.3]))
    slope, intercept, batch_loss, loss = history.columns()
    assert history.last == len(numbers)
    assert slope.tolist() == [1.0, *numbers]
    assert intercept[1:].tolist() == (numbers + 0.1).tolist()
    assert batch_loss[1:].tolist() == (numbers + 0.2).tolist()
    assert loss[1:].tolist() == (numbers + 0.3).tolist()


def test_steps_are_found_by_their_number() -> None:
    history = History(1.0, 2.0, 3.0)
    history.append(np.arange(4.0 * 50_000).reshape(4, -1))
    for number in (1, 4095, 4096, 4097, 50_000):
        step = history[number]
        assert (step.number, step.slope, step.loss) == (number, number - 1, 149_999 + number)


def long_history(last: int) -> History:
    history = History(1.0, 2.0, 3.0)
    history.append(np.random.default_rng(last).normal(size=(4, last)))
    return history


@pytest.mark.parametrize("last", [0, 1, 4095, 4096, 9000])
def test_steps_by_number_are_those_of_all_columns(last: int) -> None:
    history = long_history(last)
    numbers = np.random.default_rng(1).integers(0, last + 1, 200)
    found = history.at(numbers)
    assert np.array_equal(found, history.columns()[:, numbers], equal_nan=True)
    assert history.at(np.array([], dtype=np.intp)).shape == (4, 0)


@pytest.mark.parametrize("number", [0, 1, 4094, 4095, 4096, 8191, 9000])
def test_a_history_up_to_a_step_goes_its_own_way(number: int) -> None:
    history = long_history(9000)
    before = history.columns()
    twin = history.until(number)
    assert np.array_equal(twin.columns(), before[:, : number + 1], equal_nan=True)
    twin.append(np.full((4, 5000), 7.0))
    history.append(np.full((4, 5000), 8.0))
    assert np.array_equal(history.columns()[:, :9001], before, equal_nan=True)
    assert np.array_equal(twin.columns()[:, : number + 1], before[:, : number + 1], equal_nan=True)
    assert (twin.columns()[:, number + 1 :] == 7).all()
    assert (history.columns()[:, 9001:] == 8).all()
    assert np.array_equal(np.concatenate(list(twin.losses())), twin.columns()[3])


@given(st.lists(st.lists(st.floats(0, 1e9), max_size=50), max_size=20))
def test_a_thinned_curve_holds_the_extremes_of_its_spans(pieces: list[list[float]]) -> None:
    thinner = Thinner(resolution=16)
    for piece in pieces:
        thinner.extend(np.array(piece))
    values = np.concatenate([np.array(piece) for piece in pieces]) if pieces else np.empty(0)
    curve = thinner.curve()
    assert len(curve.low) <= 16
    spans = [values[i : i + curve.stride] for i in range(0, len(values), curve.stride)]
    assert curve.low.tolist() == [span.min() for span in spans]
    assert curve.high.tolist() == [span.max() for span in spans]
    assert curve.mean == pytest.approx([span.mean() for span in spans], rel=1e-9, abs=1e-9)
    assert curve.steps == len(values)


def test_the_curve_is_complete_while_it_grows() -> None:
    thinner = Thinner()
    thinner.extend(np.ones(1))

    def grow() -> None:
        for _ in range(5_000):
            thinner.extend(np.ones(997))

    growing = threading.Thread(target=grow)
    growing.start()
    while growing.is_alive():
        curve = thinner.curve()
        assert np.all(curve.low == 1)
        assert np.all(curve.high == 1)
    growing.join()
