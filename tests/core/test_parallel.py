from __future__ import annotations

import os
import platform
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import Moments
from linreg_tui.core.parallel import Round, Share, Submit, Team, for_workers, share
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings


def trained(data: Dataset, settings: Settings, team: Team | None = None) -> Run:
    run = Run(data, settings, team)
    run.advance(run.budget)
    return run


def test_the_settings_are_for_all_workers_together() -> None:
    together = for_workers(Settings(batch_size=64), 4, 551)
    assert together == Settings(batch_size=256, learning_rate_m=4e-7, learning_rate_b=0.4)
    assert for_workers(Settings(), 4, 551) == together
    assert for_workers(Settings(batch_size=1), 1024, 2000).batch_size == 1024
    assert for_workers(Settings(batch_size=551), 1, 551) == Settings(batch_size=551)


@pytest.mark.parametrize(
    ("workers", "message"),
    [(9, "take 576 rows a step.*551"), (0, "from 1 to"), (2000, "from 1 to")],
)
def test_too_many_workers_are_not_possible(workers: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        for_workers(Settings(batch_size=64), workers, 551)


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("change", [{}, {"sampling": "epoch", "optimizer": "adam"}])
def test_workers_make_the_steps_of_one_process_with_their_batches_as_one(
    houses: Dataset, workers: int, change: dict[str, Any]
) -> None:
    settings = for_workers(Settings.of(batch_size=64, epochs=5, **change), workers, houses.n)
    rounds: list[Round] = []
    team = Team(houses, workers, watch=rounds.append)
    together, alone = trained(houses, settings, team), trained(houses, settings)
    assert (together.workers, alone.workers) == (workers, 1)
    assert together.history.last == alone.history.last == len(rounds)
    for number, latest in enumerate(rounds, start=1):
        assert [len(one.rows) for one in latest.shares] == [64] * workers
        batch = alone.batch(number)
        assert batch is not None
        assert np.array_equal(np.concatenate([one.rows for one in latest.shares]), batch)
        a, b = together.history[number], alone.history[number]
        for name in ("slope", "intercept", "loss", "batch_loss"):
            assert getattr(a, name) == pytest.approx(getattr(b, name), rel=1e-11)


def test_a_share_has_the_moments_of_its_rows(houses: Dataset) -> None:
    rows = np.array([5, 1, 550, 17])
    found, exact = share(houses, rows).moments, Moments.of(houses.x[rows], houses.y[rows])
    for name in ("n", "mean_x", "mean_y", "sxx", "sxy", "syy"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), rel=1e-12)


def test_shares_of_other_processes_look_like_those_made_here(houses: Dataset) -> None:
    """Only sums come back; the sender already has the numbers of the rows."""
    settings = for_workers(Settings(batch_size=32, epochs=2), 3, houses.n)
    asked: list[int] = []
    came_back: list[int] = []

    def submit(number: int, function: Any, data: Dataset, rows: Any) -> Future[Share]:
        asked.append(number)
        future: Future[Share] = Future()
        future.set_result(function(data, rows))
        came_back.append(len(future.result().rows))
        return future

    rounds: list[Round] = []
    team = Team(houses, 3, submit, rounds.append)
    run = trained(houses, settings, team)
    assert asked == [0, 1, 2] * len(rounds)
    assert set(came_back) == {0}
    assert (team.simulated, Team(houses, 3).simulated) == (False, True)
    for number, latest in enumerate(rounds, start=1):
        batch = run.batch(number)
        assert batch is not None
        assert np.array_equal(np.concatenate([one.rows for one in latest.shares]), batch)
        assert {one.place for one in latest.shares} == {f"{platform.node()}:{os.getpid()}"}


def test_simulated_workers_compute_one_after_another(houses: Dataset) -> None:
    rounds: list[Round] = []
    settings = for_workers(Settings(batch_size=64, epochs=1), 2, houses.n)
    trained(houses, settings, Team(houses, 2, watch=rounds.append))
    for latest in rounds:
        assert latest.computing == sum(one.seconds for one in latest.shares)
        assert 0 < latest.computing <= latest.seconds < 60


def test_a_single_step_counts(houses: Dataset) -> None:
    team = Team(houses, 2)
    assert team.seconds_per_step == (0, 0)
    rounds: list[Round] = []
    team = Team(houses, 2, watch=rounds.append)
    team.moments(np.arange(8)[None])
    assert team.seconds_per_step == (rounds[0].computing, rounds[0].communicating)


def test_processes_change_nothing(houses: Dataset) -> None:
    settings = for_workers(Settings(batch_size=32, epochs=3), 4, houses.n)
    here = trained(houses, settings, Team(houses, 4))
    with ThreadPoolExecutor(2) as executor:
        there = trained(houses, settings, Team(houses, 4, by_number(executor)))
    assert [here.history[k] for k in range(13)] == [there.history[k] for k in range(13)]


def by_number(executor: Executor) -> Submit:
    return lambda _, function, data, rows: executor.submit(function, data, rows)


class Slow(Executor):
    """An executor that is slow to hand over work."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        time.sleep(0.01)
        executor = ThreadPoolExecutor(1)
        try:
            return executor.submit(fn, *args, **kwargs)
        finally:
            executor.shutdown()


def test_the_time_without_computing_is_communicating(houses: Dataset) -> None:
    settings = for_workers(Settings(batch_size=64, epochs=1), 2, houses.n)
    rounds: list[Round] = []
    team = Team(houses, 2, by_number(Slow()), rounds.append)
    trained(houses, settings, team)
    for latest in rounds:
        assert latest.seconds >= latest.communicating >= 0.02
        assert latest.computing == max(one.seconds for one in latest.shares)
        assert latest.computing + latest.communicating == pytest.approx(latest.seconds)
    later = [(latest.computing, latest.communicating) for latest in rounds[1:]]
    means = tuple(sum(column) / len(later) for column in zip(*later, strict=True))
    assert team.seconds_per_step == pytest.approx(means)
