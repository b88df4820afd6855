"""Work on a cluster of two processes on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_tui.cluster.connection import Cluster, connected, place_of
from linreg_tui.commands.on_cluster import cluster_at
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.parallel import Share, share
from linreg_tui.core.reading.streaming import load_parts
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import grid, over_batch_sizes
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.sweeps.executors import GoneError
from linreg_tui.sweeps.run_trials import run_trials
from linreg_tui.tui.panes.sweep.recipe import SIZES
from tests.commands.test_cli import printed, run
from tests.commands.test_cli_sweep import without_seconds
from tests.sweeps.test_run_trials import ordered, same, trained
from tests.tui.test_sweep import choose, done, opened, pane

pytestmark = pytest.mark.thorough

PLAN = grid(Settings(), {"batch_size": [32, 64, None], "learning_rate_m": [1e-7, 1e-6]}, repeats=9)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with cluster_at("local:2", otherwise="there is nothing else to do") as opened:
        yield opened


async def test_results_equal_those_of_this_process(cluster: Cluster, houses: Dataset) -> None:
    inline = [run_trial(houses, trial) for trial in PLAN]
    assert same(ordered(await trained(houses, PLAN, cluster)), inline)


def test_batches_give_all_workers_something_to_do(cluster: Cluster, houses: Dataset) -> None:
    few = over_batch_sizes(Settings(), houses.n)
    many = over_batch_sizes(Settings(epochs=100), houses.n, repeats=400)
    for plan, least, most in ((few, 1, 1), (many, 8, 40)):
        batches = list(cluster.batches(plan, houses.n))
        assert least <= len(batches) <= most
        assert [trial for batch in batches for trial in batch] == list(plan)


def test_the_place_is_described(cluster: Cluster) -> None:
    assert cluster.place == "2 workers at local:2"
    assert place_of([1], "tcp://there:8786") == "1 worker at tcp://there:8786"
    assert place_of([4, 4], "tcp://there:8786") == "2 workers with 8 threads at tcp://there:8786"


def test_the_command_prints_the_same(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["sweep", "--scales", "1,8", "--repeats", "2"]
    here, there = (
        printed(capsys, *options),
        printed(capsys, *options, "--cluster", cluster.scheduler),
    )
    assert without_seconds(here) == without_seconds(there)


async def test_the_application_trains_on_the_cluster(cluster: Cluster, houses: Dataset) -> None:
    async with opened(houses) as pilot:
        form = await choose(pilot, SIZES, sizes="64,full", cluster=cluster.scheduler)
        assert form.recipe is not None
        await pilot.press("enter")
        await done(pilot)
        rows = pane(pilot).sweep_run.table_view.table.rows
        assert [row.results for row in rows] == [
            [run_trial(houses, trial)] for trial in form.recipe.plan
        ]


async def test_cancelling_frees_the_workers(cluster: Cluster, houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(epochs=10_000_000), houses.n, [None], repeats=4)

    async def work() -> None:
        await trained(houses, plan, cluster)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    began = time.monotonic()
    both = [cluster.submit(time.sleep, 0.1) for _ in range(2)]
    await asyncio.gather(*map(asyncio.wrap_future, both))
    assert time.monotonic() - began < 3


async def test_impossible_settings_are_reported(cluster: Cluster, houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, [552])
    with pytest.raises(InputError, match="a batch of 552"):
        await trained(houses, plan, cluster)


def test_its_workers_share_a_batch(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["train", "--workers", "2", "--epochs", "2"]
    here, there = (
        printed(capsys, *options),
        printed(capsys, *options, "--cluster", cluster.scheduler),
    )
    assert here.pop("seconds_per_step")["communicating"] < 0.01
    assert there.pop("seconds_per_step")["communicating"] > 0
    assert here == there


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Write five files of 2,000 rows, of which the third can't be read."""
    rng = np.random.default_rng(0)
    for number in range(5):
        x = rng.uniform(300, 4500, 2000)
        rows = zip(x.tolist(), (88 * x + rng.normal(34_000, 50_000, 2000)).tolist(), strict=True)
        text = "x,y\n" + "".join(f"{a},{b}\n" for a, b in rows)
        (tmp_path / f"part-{number}.csv").write_text("x\n1\n" if number == 2 else text)
    return sorted(map(str, tmp_path.iterdir()))


def test_parts_read_there_give_the_same_numbers(cluster: Cluster, files: list[str]) -> None:
    read = partial(load_parts, "all", files, skip_bad=True, rows=500)
    (here, bad), (there, bad_there) = read(), read(add=cluster.tree)
    assert bad == bad_there
    assert [(part.path, part.rows) for part in bad] == [(files[2], 1)]
    assert (there.n, there.total) == (500, 8000)
    assert (here.line, here.sums, here.dropped) == (there.line, there.sums, there.dropped)
    assert np.array_equal(here.x, there.x)
    assert all(map(np.array_equal, here.sketch, there.sketch))
    with pytest.raises(
        InputError, match=r"1 of 5 files can't be read: part-2.csv: .* column \"y\""
    ):
        load_parts("all", files, add=cluster.tree)


@pytest.mark.parametrize("rows", [500, 100_000])
def test_the_cluster_holds_out_the_same_rows(cluster: Cluster, files: list[str], rows: int) -> None:
    read = partial(load_parts, "all", files, skip_bad=True, rows=rows, test_fraction=0.3)
    (here, _), (there, _) = read(), read(add=cluster.tree)
    one, other = (data.read_splits[0.3, 0] for data in (here, there))
    assert (one.test.total, one.training.total) == (2400, 5600)
    for a, b in ((one.test, other.test), (one.training, other.training)):
        assert (a.total, a.moments, a.line, a.sums) == (b.total, b.moments, b.line, b.sums)
        assert np.array_equal(a.x, b.x)
        assert np.array_equal(a.y, b.y)
        assert all(map(np.array_equal, a.sketch, b.sketch))


def test_the_command_reads_parts_on_the_cluster(
    cluster: Cluster, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["fit", str(Path(files[0]).parent), "--json", "--skip-bad"]
    outputs = [run(capsys, *options), run(capsys, *options, "--cluster", cluster.scheduler)]
    assert outputs[0] == outputs[1]
    status, out, err = outputs[0]
    assert (status, json.loads(out)["n"]) == (0, 8000)
    assert 'left out part-2.csv: there is no column "y"' in err
    assert err.splitlines()[1].endswith("which costs 1 row")


def test_a_share_goes_to_the_same_worker_until_it_dies(cluster: Cluster, houses: Dataset) -> None:
    rows = [np.arange(64), np.arange(64, 128)]

    def shares() -> list[Share]:
        futures = [cluster.submit_to(k, share, houses, part) for k, part in enumerate(rows)]
        return [future.result(20) for future in futures]

    first, again = shares(), shares()
    assert [one.place for one in first] == [one.place for one in again]
    assert len({one.place for one in first}) == 2
    os.kill(int(first[0].place.rpartition(":")[2]), signal.SIGKILL)
    after = shares()
    assert [one.moments for one in after] == [one.moments for one in first]
    assert after[0].place != first[0].place


async def test_a_worker_that_dies_loses_nothing(cluster: Cluster, houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(epochs=1_000), houses.n, [64], repeats=16)
    victim = cluster.submit(os.getpid).result(10)
    found: list[Result] = []
    async for results in run_trials(houses, plan, cluster):
        if not found:
            os.kill(victim, signal.SIGKILL)
        found += results
    assert ordered(found) == [run_trial(houses, trial) for trial in plan]


def test_the_advice_without_a_cluster_is_reported(cluster: Cluster) -> None:
    with (
        pytest.raises(InputError, match="it went away; read them here"),
        cluster_at(cluster.scheduler, otherwise="read them here"),
    ):
        raise GoneError("it went away")


@pytest.mark.parametrize("seconds", [0.2, 0.5, 0.8])
async def test_it_can_be_cancelled_while_it_starts(seconds: float) -> None:
    """No thread reports an error then."""

    async def start() -> None:
        async with connected("local:1"):
            await asyncio.sleep(60)

    task = asyncio.create_task(start())
    await asyncio.sleep(seconds)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_lost_scheduler_is_reported(houses: Dataset, how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.scheduler"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        plan = over_batch_sizes(Settings(epochs=1_000), houses.n, [64], repeats=60)
        found: list[Result] = []

        async def train_and_lose(cluster: Cluster) -> None:
            async for results in run_trials(houses, plan, cluster):
                found.extend(results)
                process.send_signal(how)

        try:
            address = process.stdout.readline().strip()
            async with connected(address) as cluster:
                began = time.monotonic()
                with pytest.raises(GoneError, match=f"scheduler at {address} went away"):
                    await train_and_lose(cluster)
                assert time.monotonic() - began < (10 if how == signal.SIGSTOP else 5)
                # New work fails too after that.
                later: list[Future[Any]] = [cluster.submit(len, ())]
                later.append(cluster.submit_to(0, share, houses, np.arange(9)))
                for future in later:
                    with pytest.raises(GoneError):
                        future.result(5)
                with pytest.raises(GoneError):
                    cluster.tree(max, [1, 2, 3])
        finally:
            process.kill()
    assert 0 < len(found) < len(plan)
    assert found == [run_trial(houses, result.trial) for result in found]


async def test_a_scheduler_that_is_slow_for_a_moment_is_not_lost() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.scheduler"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            async with connected(process.stdout.readline().strip()) as cluster:
                process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(3)
                process.send_signal(signal.SIGCONT)
                assert await asyncio.wrap_future(cluster.submit(len, (1, 2))) == 2
        finally:
            process.kill()
