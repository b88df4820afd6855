"""The live loss: smoothed and zoomed, with the step in view as its cursor."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import MouseScrollDown, MouseScrollUp

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.smoothing import SMOOTHINGS, reach_of, running_mean
from linreg_tui.numbers import compact
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.picture import Picture, Role
from linreg_tui.tui.panes.live.loss import LossPicture, LossPlot, most_zoom_of
from linreg_tui.tui.panes.live.timeline import Timeline
from linreg_tui.tui.run_view import Plots
from tests.tui.seeing import screen, until
from tests.tui.test_app import opened, step_on, view
from tests.tui.test_curves import wheel
from tests.tui.test_figures import trained
from tests.tui.test_figures import view as at
from tests.tui.test_table_view import text


def drawn(run: Run, number: int | None = None, columns: int = 90, **plots: object) -> Picture:
    picture = LossPicture()
    picture.plots = Plots(**plots)  # type: ignore[arg-type]
    return picture.draw(columns, 16, at(run, number))


def ticks(picture: Picture) -> list[int]:
    return [int(word) for word in text(picture)[-1].replace("step →", "").split()]


def bars(picture: Picture) -> list[int]:
    """Return the columns of the plot area that a bar goes through."""
    rows = picture.glyphs[1:-2, 8:] == ord("│")
    return (8 + np.flatnonzero(rows.sum(axis=0) > 5)).tolist()


@pytest.fixture(scope="module")
def noisy(request: pytest.FixtureRequest) -> Run:
    """A finished run of 240 steps with batches of 64."""
    return trained(request.getfixturevalue("houses"), 240, batch_size=64)


def test_the_mean_is_a_line_over_the_steps_as_faint_dots(noisy: Run) -> None:
    plain, smooth = (
        drawn(noisy, above_optimum=True, smoothing=smoothing) for smoothing in ("off", "strong")
    )
    assert "── loss" in text(plain)[0]
    assert "⠶ loss   ── mean of 25 steps" in text(smooth)[0]
    assert (smooth.roles == Role.QUIET_FIT).sum() > 40
    assert not (plain.roles == Role.QUIET_FIT).any()
    line, steps = ((one.roles[1:-2] == Role.FIT).sum() for one in (smooth, plain))
    assert line < 0.7 * steps


def test_while_one_looks_back_a_bar_and_values_are_at_the_step(noisy: Run) -> None:
    latest = drawn(noisy)
    assert not bars(latest)
    assert "e9" not in text(latest)[0]
    columns = []
    for number in (60, 180):
        picture = drawn(noisy, number, smoothing="light")
        (column,) = bars(picture)
        columns.append(column)
        mean = running_mean(noisy.curve.curve(), reach_of("light", 240))
        legend = text(picture)[0]
        assert f"loss {compact(noisy.history[number].loss, 7)}" in legend
        assert f"mean of 9 steps {compact(mean[number], 7)}" in legend
    assert columns[1] - columns[0] == pytest.approx((90 - 5) / 2, abs=1)
    # Where the values have no room, the names stay.
    assert "loss" in text(drawn(noisy, 60, columns=44))[0]


def test_the_run_before_and_the_test_rows_are_read_off_too(houses: Dataset) -> None:
    old, new = (
        trained(houses, 30, test_fraction=0.2, learning_rate_m=rate) for rate in (1e-7, 2e-8)
    )
    picture = LossPicture()
    legend = text(picture.draw(120, 16, at(new, 7, trace=old)))[0]
    step = new.history[7]
    assert f"before {compact(old.history[7].loss, 7)}" in legend
    assert f"test loss {compact(step.test_loss, 7)}" in legend
    old = old.branch(3)
    assert "before –" in text(picture.draw(120, 16, at(new, 7, trace=old)))[0]


def test_a_zoom_shows_the_steps_around_the_one_in_view(noisy: Run) -> None:
    assert ticks(drawn(noisy))[0] == 0
    for number, first, last in ((240, 210, 240), (120, 105, 135), (0, 0, 30)):
        shown = ticks(drawn(noisy, number, zoom=3))
        assert first <= min(shown) < max(shown) <= last
    # The frame stands still for some steps, and then moves far.
    frames = [ticks(drawn(noisy, number, zoom=3)) for number in range(112, 128)]
    assert sum(one != other for one, other in pairwise(frames)) == 1
    # The axis of the loss fits what is in view.
    highest = [
        any("1e10┤" in row for row in text(drawn(noisy, 240, above_optimum=True, zoom=zoom)))
        for zoom in (0, 3)
    ]
    assert highest == [True, False]
    assert (drawn(noisy, 230, zoom=5).roles[1:] == Role.FIT).any()


def test_one_can_zoom_in_until_few_steps_are_left(houses: Dataset, noisy: Run) -> None:
    assert most_zoom_of(at(noisy)) == 5
    assert most_zoom_of(at(Run(houses, Settings()))) == 2
    long = trained(houses, 100_000)  # a span of its curve has 64 steps
    assert 100_000 / 2 ** most_zoom_of(at(long)) >= 6 * long.curve.curve().stride


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 240),
    st.integers(1, 120),
    st.integers(1, 30),
    st.sampled_from(SMOOTHINGS),
    st.integers(0, 5),
    st.booleans(),
)
def test_every_step_can_be_drawn_at_any_size(
    noisy: Run, number: int, columns: int, rows: int, smoothing: str, zoom: int, above: bool
) -> None:
    picture = LossPicture()
    picture.plots = Plots(smoothing=smoothing, zoom=zoom, above_optimum=above)  # type: ignore[arg-type]
    shown = at(noisy, number)
    assert picture.draw(columns, rows, shown).glyphs.shape == (rows, columns)
    for column in range(0, columns, 7):
        step = picture.step_at(columns, rows, shown, column)
        assert step is None or 0 <= step <= 240


async def test_a_click_and_a_drag_in_the_loss_go_to_a_step(houses: Dataset) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        await step_on(pilot, "shift+right", 10)
        await step_on(pilot, "shift+right", 20)
        plot = pilot.app.query_one(LossPlot)
        await pilot.pause()
        top = plot.region.y
        line = screen(pilot).splitlines()[top + plot.size.height - 1]
        at_ten, row = line.index("10") - plot.region.x, plot.size.height // 2
        await pilot.click(plot, offset=(at_ten, row))
        await until(lambda: view(pilot).number == 10)
        timeline = screen(pilot).splitlines()[pilot.app.query_one(Timeline).region.y]
        assert timeline.index("●") < 30
        await pilot.mouse_down(plot, offset=(at_ten, row))
        await pilot.hover(plot, offset=(at_ten // 2, row))
        await until(lambda: 4 <= view(pilot).number <= 6)
        await pilot.mouse_up(plot, offset=(at_ten // 2, row))
        number = view(pilot).number
        await pilot.hover(plot, offset=(at_ten, row))
        await pilot.pause()
        assert view(pilot).number == number
        await pilot.click(plot, offset=(plot.size.width - 1, row))  # beyond the latest step
        await until(lambda: view(pilot).number == 20)


async def test_the_wheel_and_keys_zoom_into_the_loss(houses: Dataset) -> None:
    async with opened(houses, Settings(batch_size=64), size=(120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, LinregApp)
        plot = app.query_one(LossPlot)
        wheel(plot, MouseScrollUp)
        await until(lambda: app.state.plots.zoom == 1)
        await pilot.press("greater_than_sign")
        assert app.state.plots.zoom == 2
        await pilot.pause()
        assert " 50 " in screen(pilot).splitlines()[plot.region.bottom - 1]
        assert " 100 " not in screen(pilot).splitlines()[plot.region.bottom - 1]
        wheel(plot, MouseScrollDown)
        await until(lambda: app.state.plots.zoom == 1)
        await pilot.press("greater_than_sign", "A")
        assert app.state.plots.zoom == 0
        await pilot.press("less_than_sign")
        assert app.state.plots.zoom == 0
        for key in ("g", "l"):  # neither the slices of a step nor the landscape have steps
            await pilot.press(key)
            wheel(plot, MouseScrollUp)
            await pilot.click(plot)
            await pilot.pause()
            assert app.state.plots.zoom == 0
        await pilot.press("greater_than_sign")
        await pilot.pause()
        assert "step →" in screen(pilot)


async def test_smoothing_the_loss_brings_it_into_view(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, LinregApp)
        await pilot.press("d", "S")
        await pilot.pause()
        assert "mean of 3 steps" in screen(pilot).splitlines()[0]
        for smoothing in ("strong", "off"):
            await pilot.press("S")
            assert app.state.plots.smoothing == smoothing
