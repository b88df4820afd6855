"""Fitting by hand: the line moves under the keys and the mouse, and SGD goes on from there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.panes.live.by_hand import Hand, Rival
from linreg_tui.tui.run_view import Plots, RunView
from tests.tui.seeing import screen, until, until_seen
from tests.tui.test_app import opened, step_on, view

HOUSES = bundled()


def hand_on(data: Dataset) -> Hand:
    run = Run(data, Settings())
    return Hand.of(RunView(run, 0, run.settings, running=False, pace=5), Plots())


@given(st.lists(st.sampled_from(["tilt", "lift", "drag"]), max_size=12), st.integers(-9, 9))
def test_every_move_counts_and_the_best_line_stays(moves: list[str], times: int) -> None:
    hand = hand_on(HOUSES)
    losses = []
    for kind in moves:
        before = hand
        if kind == "tilt":
            hand = hand.tilted(times)
            pivot = HOUSES.moments.mean_x
            heights = [slope * pivot + intercept for slope, intercept in (before.line, hand.line)]
            assert heights[0] == pytest.approx(heights[1], abs=1e-6)
        elif kind == "lift":
            hand = hand.lifted(times)
            assert hand.line[0] == before.line[0]
        else:
            x, y = 1000.0 + 300 * times, 2e5
            hand = hand.through(x, y)
            assert hand.line[0] * x + hand.line[1] == pytest.approx(y)
        if hand.line != before.line:
            losses.append(HOUSES.line.at(*hand.line))
        assert hand.moves == len(losses)
    if not losses:
        assert hand.rival is None  # the line that was there is nobody's attempt
    else:
        assert hand.rival is not None
        assert hand.rival.excess == pytest.approx(min(losses) - HOUSES.line.loss, rel=1e-9)


def test_moves_are_in_round_units() -> None:
    hand = hand_on(HOUSES).tilted(1)
    assert hand.line[0] in (5.0 + step for step in (0.5, 1, 2, 5))
    lifted = hand.lifted(3)
    rise = (lifted.line[1] - hand.line[1]) / 3
    assert f"{rise:g}"[0] in "125"
    assert set(f"{rise:g}"[1:]) <= {"0"}


def test_a_line_that_is_no_number_is_refused() -> None:
    flat = Dataset("flat", "x", "y", np.array([1.0, 2.0]), np.array([3.0, 3.0]))
    hand = hand_on(flat)
    assert hand.through(1.5, math.inf) is hand
    assert hand.tilted(1).lifted(1).moves == 2


def test_the_first_better_step_beats_the_hand(houses: Dataset) -> None:
    run = Run(houses, Settings())
    run.advance(30)
    excess = [step.loss - houses.line.loss for step in map(run.history.__getitem__, range(31))]
    assert Rival(run, 3, excess[4] * 1.01).beaten_at == 4
    assert Rival(run, 3, 0.0).beaten_at is None


async def by_hand(pilot: Pilot[None], keys: str = "") -> None:
    await pilot.press("f", *keys.split())
    await until_seen(pilot, "fitting by hand")
    await pilot.pause()


async def test_the_arrows_move_the_line_and_f_brings_the_run_back(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        await step_on(pilot, "right", 1)
        before = view(pilot).run
        await by_hand(pilot)
        slope = view(pilot).run.history[0].slope
        assert slope == before.history[1].slope
        assert "residuals" in screen(pilot).splitlines()[1]
        assert "closed form" not in screen(pilot).splitlines()[1].partition("↑ loss")[0]
        await pilot.press("right", "right", "up")
        await until(lambda: view(pilot).run.history[0].slope > slope)
        await pilot.press("h")
        await until_seen(pilot, "closed form", 1)
        await pilot.press("f")
        await until(lambda: view(pilot).run is before)
        assert view(pilot).number == 1
        assert "residuals" not in screen(pilot).splitlines()[1]
        await step_on(pilot, "right", 2)


async def test_the_best_attempt_stays_as_a_ghost(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await by_hand(pilot, "shift+right shift+right shift+right shift+right")
        best = screen(pilot)
        await pilot.press("shift+right", "shift+right")
        await until_seen(pilot, "best so far")
        (words,) = [line for line in best.splitlines() if "fitting by hand; best" in line]
        assert words.split(";")[1] in screen(pilot)


async def test_sgd_goes_on_from_the_line_and_is_held_against_it(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=5), size=(80, 24)) as pilot:
        await pilot.press(*["plus"] * 5)
        await by_hand(pilot, "up up up right")
        line = view(pilot).run.history[0]
        await pilot.press("enter")
        await until(lambda: view(pilot).run.history.last == 5 and not view(pilot).running)
        assert view(pilot).run.history[0] == line
        await until_seen(pilot, "in 4 moves: beaten at step 1")


async def test_the_mouse_drags_the_line(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await by_hand(pilot)
        fit = pilot.app.screen.query_one("#fit", Plot)
        before = view(pilot).run.history[0]
        await pilot.mouse_down(fit, offset=(100, 6))
        await pilot.pause()
        tilted = view(pilot).run.history[0]
        assert tilted.slope > before.slope
        await pilot.mouse_up(fit, offset=(100, 6))
        await pilot.mouse_down(fit, offset=(42, 4))
        await until(lambda: view(pilot).run.history[0] != tilted)
        assert view(pilot).run.history[0].slope == tilted.slope
        await pilot.mouse_up(fit, offset=(42, 4))


async def test_it_works_in_presenter_mode(houses: Dataset) -> None:
    async with LinregApp(houses, Settings()).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "f", "right")
        await until(lambda: view(pilot).run.history[0].slope > 5)
        await pilot.pause()
        assert "slope m" in screen(pilot)
        await pilot.press("escape")
        await until(lambda: view(pilot).run.history[0].slope == 5)
