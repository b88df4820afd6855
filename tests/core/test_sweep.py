from __future__ import annotations

import math
import statistics
import sys
from dataclasses import replace
from types import FrameType
from typing import Any

import numpy as np
import pytest

from linreg_tui.core import sweep
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import Step
from linreg_tui.core.run import Run
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import (
    MAX_TRIALS,
    Plan,
    Trial,
    check,
    estimated_seconds,
    grid,
    groups_in_range,
    over_batch_sizes,
    over_doubled_scales,
    over_scales,
    scaled,
)
from linreg_tui.core.tipping import tipping_scale
from linreg_tui.core.trials import CURVE_SPANS, Result, Spread, run_trial, summarize

FULL = Trial(0, Settings(), None, 0, 0)


def sizes(plan: Plan) -> list[int | None]:
    return [trial.settings.batch_size for trial in plan]


def run(data: Dataset, plan: Plan) -> list[Result]:
    return [run_trial(data, trial) for trial in plan]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (512, [32, 64, 128, 256, 512]),
        (128, [32, 64, 128]),
        (127, [15, 31, 63, 127]),
        (551, [32, 64, 128, 256, 512]),
        (200, [32, 64, 128]),
        (100, [12, 25, 50, 100]),
        (9, [1, 2, 4, 9]),
        (2, [1, 2]),
    ],
)
def test_the_default_batch_sizes(n: int, expected: list[int]) -> None:
    assert sizes(over_batch_sizes(Settings(), n)) == expected


def test_default_batch_sizes_make_no_run_too_long() -> None:
    plan = over_batch_sizes(Settings(epochs=MAX_STEPS // 4), 551)
    assert sizes(plan) == [128, 256, 512]


def test_the_homeworks_scales() -> None:
    plan = over_scales(Settings(), 551, [1, 2, 4, 8, 16, 0.001])
    assert sizes(plan) == [64, 128, 256, 512, 551, 1]
    for trial in plan:
        assert trial.scale is not None
        assert trial.settings.learning_rate_m == 1e-7 * trial.scale
        assert trial.settings.learning_rate_b == 1e-1 * trial.scale
    assert sizes(over_scales(Settings(), 40, [1])) == [40]


def test_a_grid_has_every_combination() -> None:
    plan = grid(
        Settings(epochs=3),
        {"batch_size": [None, 64], "optimizer": ["sgd", "adam"], "update": ["simultaneous"]},
        repeats=2,
    )
    assert len(plan) == 8
    assert len(grid(Settings(), {"epochs": [1, 2]})) == 2
    found = [(trial.settings.batch_size, trial.settings.optimizer.name) for trial in plan[::2]]
    assert found == [(None, "sgd"), (None, "adam"), (64, "sgd"), (64, "adam")]
    assert {(t.settings.update, t.settings.epochs) for t in plan} == {("simultaneous", 3)}


def test_trials_know_their_place() -> None:
    plan = over_batch_sizes(Settings(), 551, [64, None], repeats=3)
    places = [(trial.number, trial.group, trial.repeat) for trial in plan]
    assert places == [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 1, 0), (4, 1, 1), (5, 1, 2)]


def test_parts_of_a_plan_are_the_same_trials() -> None:
    plan = over_scales(Settings(seed=3), 551, [1, 2, 4], repeats=3)
    trials = list(plan)
    assert [trial for group in plan.groups for trial in group] == trials
    assert [len(group) for group in plan.groups] == [3] * 3
    assert list(plan.first(2)) == trials[:6]
    assert list(plan.first(2).groups[1]) == trials[3:6]
    assert list(plan.groups[2].groups[0]) == trials[6:]
    assert plan.seconds(551) == pytest.approx(sum(part.seconds(551) for part in plan.groups))
    assert plan.groups[0].seconds(551) == pytest.approx(
        3 * estimated_seconds(trials[0].settings, 551)
    )
    assert plan[1::3] == tuple(trials[1::3])
    assert plan[-1] == trials[-1]
    with pytest.raises(IndexError):
        plan[9]


def test_a_plan_of_many_trials_is_made_at_once(
    monkeypatch: pytest.MonkeyPatch, houses: Dataset
) -> None:
    made: list[Trial] = []

    def counted(*fields: Any) -> Trial:
        made.append(Trial(*fields))
        return made[-1]

    monkeypatch.setattr("linreg_tui.core.sweep.Trial", counted)
    plan = over_batch_sizes(Settings(), houses.n, repeats=20_000)
    check(houses, plan)
    assert plan.seconds(houses.n) > 0
    assert (len(plan), len(made)) == (100_000, 5)


def test_seeds_follow_from_the_seed_and_the_place() -> None:
    plan = over_batch_sizes(Settings(seed=7), 551, repeats=20)
    seeds = [trial.settings.seed for trial in plan]
    assert seeds == [
        trial.settings.seed for trial in over_batch_sizes(Settings(seed=7), 551, repeats=20)
    ]
    assert seeds[::20] == [7] * 5
    others = [trial.settings.seed for trial in plan if trial.repeat > 0]
    assert len(set(others)) == len(others)
    for trial in plan:
        if trial.repeat > 0:
            place = np.random.SeedSequence(7, spawn_key=(trial.group, trial.repeat))
            assert trial.settings.seed == place.generate_state(1)[0]
    fewer = over_batch_sizes(Settings(seed=7), 551, repeats=3)
    assert [t.settings.seed for t in fewer if t.group == 2] == seeds[40:43]


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (over_batch_sizes(Settings(), 551, [64, 552]), "a batch of 552"),
        (over_batch_sizes(Settings(), 551, []), "nothing to sweep over"),
        (over_scales(Settings(), 551, [1, math.nan]), "a scale of nan"),
        (over_scales(Settings(), 551, [math.inf]), "a scale of inf"),
        (over_scales(Settings(), 551, [-2]), "a scale of -2"),
        (over_scales(Settings(), 551, [0]), "a scale of 0"),
        (over_scales(Settings(learning_rate_m=1e300), 551, [1e300]), "learning rate of inf"),
        (over_batch_sizes(Settings(seed=-1), 551, repeats=2), "a seed of -1"),
    ],
)
def test_plans_that_cannot_be_trained(houses: Dataset, plan: Plan, why: str) -> None:
    with pytest.raises(InputError, match=why):
        check(houses, plan)


def test_a_plan_is_checked_without_a_run(houses: Dataset) -> None:
    """Each trial makes its own run when it is trained."""
    runs: list[str] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is Run.__init__.__code__:
            runs.append(event)

    plan = over_batch_sizes(Settings(), houses.n)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        check(houses, plan)
        assert runs == []
        for trial in plan:
            run_trial(houses, trial)
    finally:
        sys.setprofile(before)
    assert len(runs) == len(plan) == 5


def test_plans_that_can_be_trained_pass(houses: Dataset) -> None:
    check(houses, over_scales(Settings(), houses.n, [1, 0.001], repeats=3))


def test_longer_runs_and_larger_batches_take_longer() -> None:
    def seconds(**changes: int | None) -> float:
        return estimated_seconds(Settings.of(**changes), 551)

    assert seconds(epochs=60) > seconds(epochs=30) > 0
    # The same number of rows in all, but more steps.
    assert seconds(batch_size=1) > seconds(batch_size=64) > seconds(batch_size=551) > seconds()
    more = [seconds(epochs=epochs, batch_size=64) for epochs in (1, 2, 3)]
    assert more[2] - more[1] == pytest.approx(more[1] - more[0])


def test_the_most_trials_are_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_TRIALS", 6)
    assert len(over_batch_sizes(Settings(), 551, [64, None], repeats=3)) == 6
    with pytest.raises(InputError, match="choose fewer repeats"):
        over_batch_sizes(Settings(), 551, [64], repeats=7)


def test_there_are_limits() -> None:
    with pytest.raises(InputError, match="at least 1 repeat"):
        over_batch_sizes(Settings(), 551, repeats=0)
    with pytest.raises(InputError, match="100,000 trials"):
        over_batch_sizes(Settings(), 551, repeats=MAX_TRIALS)
    with pytest.raises(InputError, match="100,000 trials"):
        grid(Settings(), {name: range(1, 10**6) for name in ("batch_size", "epochs")})


@pytest.mark.parametrize("settings", [Settings(), Settings(batch_size=64, seed=3)])
def test_a_trial_is_the_run_with_its_settings(houses: Dataset, settings: Settings) -> None:
    result = run_trial(houses, replace(FULL, settings=settings))
    subject = Run(houses, settings)
    subject.advance(subject.budget)
    last = subject.history[subject.history.last]
    assert (result.steps, result.slope, result.intercept) == (
        subject.budget,
        last.slope,
        last.intercept,
    )
    assert (result.loss, result.status) == (last.loss, subject.status)
    assert result.excess == pytest.approx(result.loss - houses.line.loss, rel=1e-6)
    assert result.seconds > 0


def test_thirty_full_batch_steps(houses: Dataset) -> None:
    result = run_trial(houses, FULL)
    printed = f"{result.slope:.2f} {result.intercept:.2f} {result.loss:.2f}"
    assert printed == "88.89 32912.24 1478200827.64"
    assert len(result.curve.low) == 31
    assert result.curve.low[0] == pytest.approx(25908706609.58621, rel=1e-14)
    assert result.curve.low[-1] == result.curve.high[-1] == result.loss


def test_the_curve_is_thinned(houses: Dataset) -> None:
    settings = Settings(batch_size=32, epochs=600)
    result = run_trial(houses, replace(FULL, settings=settings))
    subject = Run(houses, settings)
    subject.advance(subject.budget)
    losses = subject.history.columns()[3]
    curve = result.curve
    assert CURVE_SPANS / 2 <= len(curve.low) <= CURVE_SPANS
    for place, (low, high) in enumerate(zip(curve.low, curve.high, strict=True)):
        span = losses[place * curve.stride : (place + 1) * curve.stride]
        assert (low, high) == (span.min(), span.max())


def test_scale_8_diverges_and_the_scales_before_do_not(houses: Dataset) -> None:
    plan = over_scales(Settings(), houses.n, [1, 2, 4, 8, 1e9], repeats=3)
    results = run(houses, plan)
    assert [r.status == "diverged" for r in results] == [False] * 9 + [True] * 6
    at_8 = results[9]
    assert (at_8.steps, at_8.trial.settings.batch_size) == (30, 512)
    assert at_8.diverged_at is not None
    assert 10 < at_8.diverged_at < 20
    overflowed = results[-1]
    assert overflowed.steps < 30
    assert math.isfinite(overflowed.loss)


def test_eightfold_rates_at_a_batch_of_64_diverge(houses: Dataset) -> None:
    settings = Settings(batch_size=64, learning_rate_m=8e-7, learning_rate_b=8e-1)
    assert run_trial(houses, replace(FULL, settings=settings)).status == "diverged"


def test_an_observer_can_end_a_trial(houses: Dataset) -> None:
    seen: list[int] = []

    def on_step(step: Step) -> None:
        seen.append(step.number)
        if step.number > 10_000:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        run_trial(houses, replace(FULL, settings=Settings(epochs=10**6)), on_step)
    assert seen[0] < 10_000 < seen[-1] < 20_000


def test_a_summary_is_computed_from_its_repeats(houses: Dataset) -> None:
    results = run(houses, over_batch_sizes(Settings(), houses.n, [64], repeats=20))
    summary = summarize(results[::-1])
    for name in ("slope", "intercept", "loss", "excess"):
        values = [getattr(result, name) for result in results]
        spread = getattr(summary, name)
        assert spread.mean == pytest.approx(statistics.fmean(values), rel=1e-12)
        assert spread.deviation == pytest.approx(statistics.stdev(values), rel=1e-9)
    assert summary.seconds == sum(result.seconds for result in results)
    assert 0 < summary.seconds < 60
    assert (summary.group, summary.scale) == (0, None)
    assert summary.settings == Settings(batch_size=64)
    assert (summary.repeats, summary.diverged) == (20, 0)
    assert summary.converged + summary.stopped == 20
    assert summary.converged == [result.status for result in results].count("converged")


def test_a_summary_counts_how_its_repeats_ended(houses: Dataset) -> None:
    plan = over_scales(Settings(epochs=2), houses.n, [0.5, 8], repeats=3)
    results = run(houses, plan)[3:]
    ends = "converged", "stopped", "stopped"
    summary = summarize(
        [replace(result, status=end) for result, end in zip(results, ends, strict=True)]  # type: ignore[arg-type]
    )
    assert (summary.group, summary.scale, summary.repeats) == (1, 8, 3)
    assert (summary.converged, summary.stopped, summary.diverged) == (1, 2, 0)
    assert summarize([replace(results[0], status="diverged")]).diverged == 1


def test_repeats_differ_unless_all_rows_are_in_each_step(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, [64, None], repeats=4)
    results = run(houses, plan)
    assert len({result.slope for result in results[:4]}) == 4
    assert len({result.slope for result in results[4:]}) == 1


@pytest.mark.parametrize(
    ("values", "mean", "deviation"),
    [
        ([0.0, 0.0], 0.0, 0.0),
        ([1.0, 2.0, 6.0], 3.0, math.sqrt(7)),
        ([1e308, 1e308, 1.5e308], 3.5 / 3 * 1e308, math.sqrt(1 / 12) * 1e308),
        ([1e-300, 3e-300], 2e-300, math.sqrt(2) * 1e-300),
    ],
)
def test_a_spread(values: list[float], mean: float, deviation: float) -> None:
    spread = Spread.of(values)
    assert spread.mean == pytest.approx(mean, rel=1e-12, abs=0)
    assert spread.deviation == pytest.approx(deviation, rel=1e-12, abs=0)


def test_one_value_has_no_deviation() -> None:
    assert Spread.of([3.0]) == Spread(3.0, None)


def rates_alone(settings: Settings, _: int, scale: float) -> Settings:
    return replace(
        settings,
        learning_rate_m=settings.learning_rate_m * scale,
        learning_rate_b=settings.learning_rate_b * scale,
    )


@pytest.mark.parametrize("update", ["sequential", "simultaneous"])
def test_the_tipping_scale_of_full_batches(houses: Dataset, update: str) -> None:
    limit = {"sequential": 7.215290458, "simultaneous": 3.154169231}[update]
    settings = Settings(update=update, epochs=20_000)  # type: ignore[arg-type]
    tipping = tipping_scale(houses, settings, rates_alone)
    assert tipping.predicted == pytest.approx(limit, rel=1e-9)
    assert tipping.stable is not None
    assert tipping.diverged is not None
    # A run this long diverges as soon as its rates are slightly too large.
    assert limit / 1.01 < tipping.stable <= limit * 1.01
    assert limit <= tipping.diverged <= tipping.stable * 1.01


@pytest.mark.parametrize("update", ["sequential", "simultaneous"])
def test_rates_that_are_too_large_tip_below_scale_1(houses: Dataset, update: str) -> None:
    limit = {"sequential": 0.7215290458, "simultaneous": 0.3154169231}[update]
    settings = Settings(update=update, learning_rate_m=1e-6, learning_rate_b=1)  # type: ignore[arg-type]
    assert tipping_scale(houses, settings, rates_alone).predicted == pytest.approx(limit, rel=1e-9)
    blind = Settings.of(optimizer="adam", update=update, learning_rate_m=1e6)
    tipping = tipping_scale(houses, blind, rates_alone)
    assert tipping.predicted is None
    assert tipping.stable is not None
    assert tipping.diverged is not None
    assert 0 < tipping.stable < tipping.diverged < 1
    assert tipping.diverged <= 1.01 * tipping.stable


def test_a_trial_that_goes_over_many_rows_shows_its_steps_more_often() -> None:
    """An interruption has to wait for the next step that is shown."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, 2**14)
    data = Dataset("made", "x", "y", x, x + rng.normal(0, 1, len(x)))

    def shown_steps(**values: object) -> list[int]:
        seen: list[int] = []
        settings = Settings.of(**values)
        run_trial(data, replace(FULL, settings=settings), lambda step: seen.append(step.number))
        return seen

    assert shown_steps(epochs=5000) == [4096, 5000]
    assert shown_steps(epochs=600, loss="absolute") == [256, 512, 600]
    assert shown_steps(epochs=300, batch_size=2**14) == [256, 300]


def test_the_tipping_scale_of_the_homework(houses: Dataset) -> None:
    tipping = tipping_scale(houses, Settings())
    assert tipping.stable is not None
    assert tipping.diverged is not None
    assert tipping.predicted is not None
    assert tipping.predicted < tipping.stable < tipping.diverged < 8
    assert tipping.diverged <= 1.01 * tipping.stable
    for scale, diverges in ((tipping.stable, False), (tipping.diverged, True)):
        settings = scaled(Settings(), houses.n, scale)
        result = run_trial(houses, replace(FULL, settings=settings))
        assert (result.status == "diverged") == diverges
    for scale, stable in ((0.99 * tipping.predicted, True), (1.01 * tipping.predicted, False)):
        assert predict(houses, scaled(Settings(), houses.n, scale)).stable == stable


@pytest.mark.parametrize(
    "settings",
    [
        Settings.of(optimizer="adam"),
        Settings.of(optimizer="momentum", schedule="cosine"),
        Settings(learning_rate_m=1e-300, learning_rate_b=1e-300),
        Settings(learning_rate_m=1e300),
        Settings.of(optimizer="adam", learning_rate_m=1e300),
        Settings.of(optimizer="adam", learning_rate_m=1e-300, learning_rate_b=1e-300),
    ],
)
def test_the_tipping_scale_is_found_at_any_size(houses: Dataset, settings: Settings) -> None:
    tipping = tipping_scale(houses, settings)
    assert (tipping.stable, tipping.diverged) != (None, None)
    if tipping.stable is not None and tipping.diverged is not None:
        assert 1 < tipping.diverged / tipping.stable <= 1.01
    for scale, diverges in ((tipping.stable, False), (tipping.diverged, True)):
        if scale is not None:
            at_scale = replace(FULL, settings=scaled(settings, houses.n, scale))
            assert (run_trial(houses, at_scale).status == "diverged") == diverges


def test_a_run_that_starts_at_the_optimum_never_tips() -> None:
    """The scale grows until the rates are too large for a number."""
    x = np.arange(8.0)
    data = Dataset("made", "x", "y", x, 2 * x + 1)
    best = Settings.of(optimizer="adam", initial_slope=2, initial_intercept=1)
    settings = replace(best, learning_rate_m=1e300, learning_rate_b=1e290)
    seen: list[Step] = []
    tipping = tipping_scale(data, settings, rates_alone, seen.append)
    assert (tipping.diverged, tipping.predicted) == (None, None)
    assert tipping.stable is not None
    assert math.isfinite(tipping.stable * 1e300)
    assert math.isinf(tipping.stable * 2 * 1e300)
    assert {(step.slope, step.intercept, step.loss) for step in seen} == {(2, 1, 0)}
    slow = tipping_scale(data, best, rates_alone)
    assert (slow.stable, slow.diverged) == (2.0**63, None)


def test_doubled_scales_end_when_rates_are_too_large_for_a_number(houses: Dataset) -> None:
    plan = over_doubled_scales(Settings(), houses.n, repeats=2)
    assert [trial.scale for trial in plan[::2]] == [2.0**k for k in range(17)]
    assert [len(group) for group in groups_in_range(houses, plan.groups)] == [2] * 17
    huge = over_doubled_scales(Settings(learning_rate_m=1e305), houses.n)
    scales = [group[0].scale for group in groups_in_range(houses, huge.groups)]
    assert scales == [2.0**k for k in range(len(scales))]
    assert len(scales) < 17
