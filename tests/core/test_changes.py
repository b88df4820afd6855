"""Changes of settings, branches, and the arithmetic of single steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from linreg_tui.core.batches import Draws, sampler
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.descent import State, descend
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import Milestones
from linreg_tui.core.losses import Squared
from linreg_tui.core.run import Run, events
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings
from linreg_tui.core.step_detail import step_detail

GENTLE = Settings(batch_size=64, learning_rate_m=1e-8, learning_rate_b=1e-2)


def trained(data: Dataset, settings: Settings, steps: int) -> Run:
    run = Run(data, settings)
    run.advance(steps)
    return run


def columns(run: Run, first: int = 0) -> np.ndarray:
    return run.history.columns()[:, first:]


def rows(run: Run, step: int) -> np.ndarray:
    batch = run.batch(step)
    assert batch is not None
    return batch


def test_new_rates_go_on_from_the_same_point(houses: Dataset) -> None:
    run = trained(houses, Settings(), 10)
    run.change(replace(run.settings, learning_rate_m=2e-8))
    run.advance(20)
    here = run.history[10]
    alone = replace(
        run.settings, initial_slope=here.slope, initial_intercept=here.intercept, epochs=20
    )
    assert columns(run, 11) == pytest.approx(columns(trained(houses, alone, 20), 1), rel=1e-12)


def test_new_rates_leave_the_batches_as_they_are(houses: Dataset) -> None:
    run, other = trained(houses, GENTLE, 5), trained(houses, GENTLE, 30)
    run.change(replace(GENTLE, learning_rate_m=2e-8))
    run.advance(25)
    assert all(np.array_equal(rows(run, step), rows(other, step)) for step in range(1, 31))
    assert run.history[6] != other.history[6]


def test_another_batch_size_has_draws_of_its_own(houses: Dataset) -> None:
    run = trained(houses, GENTLE, 5)
    run.change(replace(GENTLE, batch_size=32))
    run.advance(5)
    run.change(GENTLE)
    run.advance(5)
    assert [len(rows(run, step)) for step in (1, 5, 6, 10, 11)] == [64, 64, 32, 32, 64]
    assert not np.array_equal(rows(run, 1), rows(run, 11))


def test_a_change_that_is_undone_before_a_step_is_no_change(houses: Dataset) -> None:
    run = trained(houses, GENTLE, 5)
    for settings in (GENTLE.with_values(batch_size=8, optimizer="adam"), GENTLE):
        run.change(settings)
    run.advance(5)
    assert len(run.segments) == 1
    assert np.array_equal(columns(run), columns(trained(houses, GENTLE, 10)), equal_nan=True)


def test_a_change_before_the_first_step_is_like_a_new_run(houses: Dataset) -> None:
    settings = GENTLE.with_values(batch_size=16, optimizer="momentum", schedule="cosine")
    run = Run(houses, GENTLE)
    run.change(settings)
    run.advance(50)
    assert len(run.segments) == 1
    assert np.array_equal(columns(run), columns(trained(houses, settings, 50)), equal_nan=True)


def test_epochs_are_counted_across_batch_sizes(houses: Dataset) -> None:
    run = trained(houses, replace(GENTLE, epochs=3), 8 + 4)  # 8 batches of 64 are an epoch
    assert [run.segments.epoch(step) for step in (0, 1, 8, 9, 12)] == [0, 1, 1, 2, 2]
    run.change(replace(run.settings, batch_size=256))  # 2 are; half an epoch is one
    assert run.budget == 12 + 3
    run.advance(3)
    assert [run.segments.epoch(step) for step in (12, 13, 14, 15)] == [2, 2, 3, 3]
    run.change(replace(run.settings, epochs=1))
    assert run.budget == 15


def test_a_new_schedule_counts_from_the_change(houses: Dataset) -> None:
    run = trained(houses, Settings(epochs=30), 10)
    run.change(run.settings.with_values(schedule="warmup", warmup_steps=4))
    run.advance(10)
    run.change(replace(run.settings, learning_rate_b=0.2))
    run.advance(2)
    rate_m, rate_b = run.rates(9, 8)
    assert rate_m / 1e-7 == pytest.approx([1, 1, 0.25, 0.5, 0.75, 1, 1, 1])
    assert rate_b / 0.1 == pytest.approx([1, 1, 0.25, 0.5, 0.75, 1, 1, 1])
    assert run.rates(20, 3)[1] == pytest.approx([0.1, 0.2, 0.2])


def test_smaller_rates_bring_a_diverged_run_back(houses: Dataset) -> None:
    run = trained(houses, Settings(learning_rate_m=8e-7, learning_rate_b=0.8), 100)
    stood = [run.status]
    run.change(Settings(epochs=2000))
    stood.append(run.status)
    run.advance(1900)
    assert [*stood, run.status] == ["diverged", "stopped", "converged"]
    assert [segment.milestones.diverged is None for segment in run.segments] == [False, True]


def test_divergence_is_counted_from_the_change_of_settings(houses: Dataset) -> None:
    run = trained(houses, Settings(), 5)
    run.change(replace(run.settings, learning_rate_m=1e-5))
    run.advance(3)
    loss = columns(run)[3]
    assert run.diverged_at == int(np.argmax(loss > 1000 * loss[0]))


def test_the_start_cannot_be_changed_later(houses: Dataset) -> None:
    run = trained(houses, Settings(), 5)
    assert run.can_change_to(
        GENTLE.with_values(optimizer="adam", schedule="step", sampling="epoch")
    )
    for changes in ({"seed": 1}, {"initial_slope": 0.0}, {"standardize": True}):
        assert not run.can_change_to(Settings.of(**changes))


def test_settings_out_of_range_change_nothing(houses: Dataset) -> None:
    run = trained(houses, Settings(), 5)
    for bad in (replace(GENTLE, batch_size=0), Settings(epochs=MAX_STEPS + 1)):
        with pytest.raises(InputError, match="choose"):
            run.change(bad)
    assert run.settings == Settings()


def test_no_change_makes_a_run_too_long(houses: Dataset) -> None:
    run = trained(houses, replace(GENTLE, batch_size=1), 5)
    run.change(Settings(epochs=MAX_STEPS))
    assert run.budget == MAX_STEPS


CHANGED = [
    GENTLE.with_values(optimizer=name, sampling=sampling)
    for name in ("sgd", "momentum", "adam")
    for sampling in ("notebook", "epoch")
]


@pytest.mark.parametrize("settings", [Settings(), *CHANGED])
def test_without_a_change_a_branch_repeats_the_run(houses: Dataset, settings: Settings) -> None:
    run = trained(houses, settings, 5000)
    run.change(replace(settings, batch_size=32, learning_rate_m=2e-8))
    run.advance(37)
    run.change(run.settings.with_values(schedule="cosine", epochs=2000))
    run.advance(5000)
    for step in (0, 1, 4096, 4097, 5000, 5001, 5037, 5038, 9200, 10037):
        twin = run.branch(step)
        assert twin.history.last == step
        assert np.array_equal(columns(twin), columns(run)[:, : step + 1], equal_nan=True)
        assert twin.curve.curve().low.min() == columns(run)[3, : step + 1].min()
        twin.change(run.segments.at(step + 1).settings)
        twin.advance(10)
        most = min(10, run.history.last - step)
        ours, its = columns(twin, step)[:, : most + 1], columns(run, step)[:, : most + 1]
        if step not in (5000, 5037):
            assert np.array_equal(ours, its, equal_nan=True)


def test_a_branch_goes_its_own_way(houses: Dataset) -> None:
    run = trained(houses, GENTLE, 30)
    before = columns(run)
    twin = run.branch(10)
    twin.change(replace(GENTLE, learning_rate_m=1e-7))
    twin.advance(50)
    run.advance(5)
    assert np.array_equal(columns(run)[:, :31], before, equal_nan=True)
    assert np.array_equal(columns(run), columns(trained(houses, GENTLE, 35)), equal_nan=True)
    assert [segment.start for segment in twin.segments] == [0, 10]


def test_a_branch_has_only_earlier_events(houses: Dataset) -> None:
    run = trained(houses, Settings(learning_rate_m=8e-7, learning_rate_b=0.8), 100)
    diverged = run.diverged_at
    assert diverged is not None
    assert run.branch(diverged - 1).diverged_at is None
    assert run.branch(diverged).diverged_at == diverged


@pytest.mark.parametrize("sampling", ["notebook", "epoch"])
@pytest.mark.parametrize(("n", "size"), [(551, 64), (551, 551), (5000, 3)])
def test_batches_can_be_looked_up(n: int, size: int, sampling: str) -> None:
    draws = Draws(n, size, sampling, 7)  # type: ignore[arg-type]
    drawn = np.concatenate([draws.next(wanted) for wanted in (1, 5, 200, 1, 33)])
    alone = sampler(n, size, sampling, 7)(500)  # type: ignore[arg-type]
    assert np.array_equal(drawn, alone[: len(drawn)])
    for number in (len(drawn) - 1, 0, 3, 4, len(drawn) // 2):
        assert np.array_equal(draws.batch(number), drawn[number])
        again = draws.from_batch(number)
        assert np.array_equal(again.next(1)[0], drawn[number])
        assert np.array_equal(again.batch(0), drawn[0])
    assert np.array_equal(Draws(n, size, sampling, 7).from_batch(0).next(1), drawn[:1])  # type: ignore[arg-type]


@pytest.mark.parametrize("update_order", ["sequential", "simultaneous"])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("batch_size", [None, 64])
def test_a_step_can_be_followed_by_hand(
    houses: Dataset, update_order: str, standardize: bool, batch_size: int | None
) -> None:
    settings = Settings(
        batch_size=batch_size,
        update=update_order,  # type: ignore[arg-type]
        standardize=standardize,
    )
    run = trained(houses, settings, 6)
    x, y = houses.x, houses.y
    if standardize:
        x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    for number in (1, 6):
        step = step_detail(run, number)
        if step.rows is not None:
            assert len(step.rows) == step.n == batch_size
        seen = slice(None) if step.rows is None else step.rows
        m, b = step.before
        residual = y[seen] - (m * x[seen] + b)
        assert step.residual == pytest.approx(residual.mean(), abs=1e-6 * np.abs(residual).max())
        by_m = np.mean(-2 * x[seen] * residual)
        if update_order == "sequential":
            residual = y[seen] - (step.after[0] * x[seen] + b)
        gradient = by_m, np.mean(-2 * residual)
        assert step.gradient == pytest.approx(gradient, rel=1e-6)
        after = [
            old - rate * by
            for old, rate, by in zip(step.before, step.rates, step.directions, strict=True)
        ]
        assert step.after == pytest.approx(after, rel=1e-9)
        assert (step.number, step.directions) == (number, step.gradient)


def test_the_notebooks_first_step(houses: Dataset) -> None:
    settings = Settings(learning_rate_m=1e-9, learning_rate_b=1e-9)
    step = step_detail(trained(houses, settings, 1), 1)
    assert step.before == (5, 1000)
    assert [round(value, 2) for value in step.after] == [5.47, 1000.00]
    assert step.residual > 0 > step.gradient[0]


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adam"])
def test_the_direction_of_an_optimizer(houses: Dataset, name: str) -> None:
    settings = Settings.of(optimizer=name, learning_rate_m=1e-8, learning_rate_b=1e-2)
    run = trained(houses, settings, 5)
    first, later = step_detail(run, 1), step_detail(run, 5)
    moments = houses.moments
    row = (moments.mean_x, moments.mean_y, moments.sxx / moments.n, moments.sxy / moments.n)
    state = State.at(5, 1000, settings.optimizer)
    steps = [(*row, 1e-8, 1e-2)] * 5
    slopes, intercepts, _ = descend(Squared(), settings.optimizer, True, state, steps)
    assert later.after == pytest.approx((slopes[-1], intercepts[-1]))
    assert later.directions[0] != pytest.approx(later.gradient[0])
    for place, rate in enumerate(later.rates):
        way = later.after[place] - later.before[place]
        assert later.directions[place] * rate == pytest.approx(-way, rel=1e-6)
    expected = {"momentum": 1, "nesterov": 1.9, "adam": 1 / abs(first.gradient[0])}[name]
    assert first.directions[0] / first.gradient[0] == pytest.approx(expected, rel=1e-6)


def test_a_rate_of_0_moves_nothing(houses: Dataset) -> None:
    settings = Settings.of(optimizer="momentum", schedule="cosine", epochs=4)
    step = step_detail(trained(houses, settings, 6), 5)
    assert step.rates == step.directions == (0, 0)
    assert step.after == step.before


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": "cosine"},
        {"schedule": "exponential"},
        {"schedule": "step", "decay": 0.25, "decay_steps": 3},
        {"warmup_steps": 5},
    ],
)
def test_any_change_of_a_schedule_starts_it_anew(houses: Dataset, changes: dict[str, Any]) -> None:
    before = Settings.of(schedule="step", decay=0.9, decay_steps=2, epochs=30)
    run = trained(houses, before, 10)
    run.change(before.with_values(**changes))
    run.advance(20)
    alone = trained(houses, replace(run.settings, epochs=20), 20)
    for found, expected in zip(run.rates(11, 20), alone.rates(1, 20), strict=True):
        assert found == pytest.approx(expected)


@pytest.mark.parametrize("changes", [{"decay": 0.25}, {"decay_steps": 7}])
def test_each_part_of_a_schedule_counts(houses: Dataset, changes: dict[str, Any]) -> None:
    before = Settings.of(schedule="step", decay=0.9, decay_steps=2, epochs=30)
    run = trained(houses, before, 11)
    run.change(before.with_values(**changes))
    run.advance(19)
    alone = trained(houses, replace(run.settings, epochs=19), 19)
    assert run.rates(12, 19)[1] == pytest.approx(alone.rates(1, 19)[1])


def test_the_memory_of_an_optimizer_is_lost_with_its_settings(houses: Dataset) -> None:
    settings = GENTLE.with_values(optimizer="momentum", batch_size=None)
    for changes in ({"optimizer": "nesterov"}, {"momentum": 0.5}, {"update": "simultaneous"}):
        run = trained(houses, settings, 10)
        run.change(settings.with_values(**changes))
        run.advance(5)
        here = run.history[10]
        start: dict[str, Any] = {"initial_slope": here.slope, "initial_intercept": here.intercept}
        alone = trained(houses, run.settings.with_values(**start), 5)
        assert columns(run, 11) == pytest.approx(columns(alone, 1), rel=1e-12), changes


def test_another_way_of_sampling_has_draws_of_its_own(houses: Dataset) -> None:
    run = trained(houses, GENTLE, 3)
    run.change(replace(GENTLE, sampling="epoch"))
    run.advance(8)
    epoch = np.concatenate([rows(run, step) for step in range(4, 12)])
    assert len(set(epoch.tolist())) == len(epoch) == 8 * 64


def test_undoing_a_change_leaves_the_past(houses: Dataset) -> None:
    run = trained(houses, GENTLE, 5)
    for size in (32, 16):
        run.change(replace(GENTLE, batch_size=size))
        run.advance(0)
    run.advance(4)
    assert [segment.start for segment in run.segments] == [0, 5]
    assert len(rows(run, 6)) == 16
    twin = run.branch(3)
    assert np.array_equal(columns(twin), columns(run)[:, :4], equal_nan=True)


def test_a_branch_after_many_steps_has_the_earlier_events(houses: Dataset) -> None:
    for settings in (
        Settings(batch_size=8, learning_rate_m=3e-8),
        Settings(learning_rate_m=7.22e-7, learning_rate_b=0.722),
    ):
        run = trained(houses, settings, 9000)
        twin = run.branch(8500)
        known = [event for event in events(run) if event.step <= 8500]
        assert len(known) == 2
        assert events(twin)[:2] == known
        before = run.branch(known[0].step - 1)
        assert [event.kind for event in events(before)] == ["branched"]


@pytest.mark.parametrize("batch_size", [None, 64])
def test_a_scheduled_step_goes_by_its_own_rate(houses: Dataset, batch_size: int | None) -> None:
    settings = GENTLE.with_values(batch_size=batch_size, schedule="exponential", decay_steps=4)
    run = Run(houses, settings)
    for steps in (1, 3, 5):
        run.advance(steps)
    for number in range(1, 10):
        step, decay = step_detail(run, number), 0.5 ** ((number - 1) / 4)
        assert step.rates == pytest.approx((1e-8 * decay, 1e-2 * decay), rel=1e-12)
        for old, by, new, rate in zip(
            step.before, step.gradient, step.after, (1e-8, 1e-2), strict=True
        ):
            assert new - old == pytest.approx(-rate * decay * by, rel=1e-6)


def test_the_bounds_of_events() -> None:
    """Rounding is no rise; arrived includes its bound, and diverged excludes it."""
    nothing = Milestones(near=0.5, largest=9.0)
    assert nothing.after(7, 1.0, np.array([1, 1 + 5e-10, 9])) == replace(nothing, rose=10)
    assert nothing.after(7, 1.0, np.array([0.6, 0.5])) == replace(nothing, arrived=9)
    assert nothing.after(7, 9.5, np.array([9.0, 0.6])) is nothing
    for beyond in (9.1, np.inf, np.nan):
        assert nothing.after(7, 10.0, np.array([9.0, beyond])).diverged == 9
    known = Milestones(0.5, 9.0, rose=3, arrived=5, diverged=8)
    assert known.until(5) == Milestones(0.5, 9.0, rose=3, arrived=5)
    assert known.until(4) == Milestones(0.5, 9.0, rose=3)
    assert known.until(8) == known
