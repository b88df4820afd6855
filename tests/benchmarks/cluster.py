"""A cluster of 2 processes on this machine: what submitting work costs, and rows a second.

python tests/benchmarks/cluster.py [--rows 100_000_000] [--quick]

- Trials: 5 batch sizes x 1000 repeats x 30 epochs. The overhead is the share of the workers' time
  that they didn't spend on trials. The exit status is 1 if that is over 10%.
- Rows: generated in partitions of a million. Each partition is reduced to the parts that a fit
  needs (moments, a sample, a histogram in two dimensions), which are added up in a tree. Rows are
  also read from Parquet, in one process.
- Rounds of data-parallel SGD, and tasks that do nothing.

Then a plan on paper: 10^10 rows on 40 nodes, by these figures, and what would break first.

`--quick` does a little of each, only to see that it runs, and judges nothing. Without Dask it does
nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from linreg_tui.cluster.connection import BATCH_SECONDS_PER_THREAD, Cluster
from linreg_tui.commands.on_cluster import cluster_at
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.parallel import share
from linreg_tui.core.reading.streaming import (
    SAMPLE_ROWS,
    Parts,
    RunningFit,
    Sample,
    Totals,
    load_parts,
)
from linreg_tui.core.settings import Settings
from linreg_tui.core.sketch import Density
from linreg_tui.core.sweep import Trial, over_batch_sizes
from linreg_tui.core.trials import Result, run_trial

WORKERS = 2
PARTITION = 1_000_000
CHUNK = 2**17
NODES, CORES, ALL_ROWS = 40, 32, 10**10
LINE = (88.0, 34_000.0)


@dataclass(frozen=True)
class Amount:
    """How much work to do of each kind."""

    repeats: int = 1000
    rows: int = 100_000_000
    parquet_rows: int = 4_000_000
    rounds: int = 200


QUICK = Amount(repeats=10, rows=2 * PARTITION, parquet_rows=100_000, rounds=10)


def timed_batch(data: Dataset, batch: Sequence[Trial]) -> tuple[list[Result], float]:
    """Return the results of some trials, and the seconds that they took on their worker."""
    began = time.perf_counter()
    results = [run_trial(data, trial) for trial in batch]
    return results, time.perf_counter() - began


@dataclass(frozen=True)
class Generated:
    """The parts of generated rows, and the seconds for the rows and for each part."""

    parts: Parts
    seconds: tuple[float, ...]

    def __add__(self, other: Generated) -> Generated:
        seconds = (a + b for a, b in zip(self.seconds, other.seconds, strict=True))
        return Generated(self.parts + other.parts, tuple(seconds))


def generated(number: int, rows: int) -> Generated:
    """Generate rows, and return their parts."""
    rng = np.random.default_rng(number)
    fit, sample = RunningFit(LINE), Sample(SAMPLE_ROWS, (0, number))
    density: Density | None = None
    spent = [0.0] * 4
    for first in range(0, rows, CHUNK):
        marks = [time.perf_counter()]
        size = min(CHUNK, rows - first)
        x = rng.uniform(300, 4500, size)
        y = LINE[0] * x + LINE[1] + rng.normal(0, 50_000, size)
        marks.append(time.perf_counter())
        fit.add(x, y)
        marks.append(time.perf_counter())
        sample.add(x, y)
        marks.append(time.perf_counter())
        found = Density.of(x, y)
        density = found if density is None else density + found
        marks.append(time.perf_counter())
        spent = [s + b - a for s, a, b in zip(spent, marks[:-1], marks[1:], strict=True)]
    sample.thin()
    return Generated(Parts(Totals(fit, density), sample), tuple(spent))


def of_trials(cluster: Cluster, data: Dataset, repeats: int) -> float:
    """Print what submitting trials costs, and return the share of the workers' time."""
    plan = over_batch_sizes(Settings(), data.n, repeats=repeats)
    cluster.submit(timed_batch, data, plan[:1]).result()
    overheads, each, shares = [], [], []
    for _ in range(3):
        began = time.perf_counter()
        futures = [
            cluster.submit(timed_batch, data, batch) for batch in cluster.batches(plan, data.n)
        ]
        found = [future.result() for future in futures]
        wall = time.perf_counter() - began
        busy = sum(seconds for _, seconds in found)
        overheads.append((WORKERS * wall - busy) / len(plan))
        shares.append(1 - busy / (WORKERS * wall))
        each.append(busy / len(plan))
    part = statistics.median(shares)
    milliseconds = 1e3 * statistics.median(each)
    say(f"trials   {len(plan):,} in {len(futures)} batches, {milliseconds:.2f} ms each;")
    say(
        f"         overhead {1e6 * statistics.median(overheads):.0f} us a trial, "
        f"{100 * part:.1f}% of the workers' time (at most 10%)"
    )
    return part


def of_rows(cluster: Cluster, rows: int) -> float:
    """Print how fast rows become parts, and return the bytes of the parts."""
    sizes = [PARTITION] * (rows // PARTITION)
    began = time.perf_counter()
    found = cluster.tree(generated, sizes)
    wall = time.perf_counter() - began
    totals = found.parts.totals
    assert totals.n == rows
    assert abs(totals.fit.line().slope - LINE[0]) < 1
    say(
        f"rows     {rows:,} in {len(sizes)} partitions in {wall:.1f} s: "
        f"{rows / wall / 1e6:.1f} million a second"
    )
    for name, seconds in zip(
        ("generating", "moments", "sample", "histogram"), found.seconds, strict=True
    ):
        say(f"         {name:<11}{rows / seconds / 1e6:7.1f} million a second and worker")
    rest = 1 - sum(found.seconds) / (WORKERS * wall)
    say(f"         {100 * rest:.1f}% of the workers' time for adding up and handing over")
    assert totals.density is not None
    return 3 * SAMPLE_ROWS * 8 + totals.density.counts.nbytes


def of_parquet(rows: int) -> tuple[float, float]:
    """Print how fast one process reads Parquet, and return rows a second and bytes a row."""
    import pandas as pd

    rng = np.random.default_rng(0)
    x = rng.uniform(300, 4500, rows)
    table = pd.DataFrame({"x": x, "y": 88 * x + rng.normal(34_000, 50_000, rows)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.parquet"
        table.to_parquet(path)
        size = path.stat().st_size / rows
        began = time.perf_counter()
        load_parts("part", [str(path)])
        speed = rows / (time.perf_counter() - began)
    say(
        f"Parquet  {speed / 1e6:.1f} million rows a second read into memory in one process, "
        f"{size:.1f} bytes a row"
    )
    return speed, size


def of_rounds(cluster: Cluster, data: Dataset, rounds: int) -> tuple[float, float]:
    """Print how long a round and a task take, and return the seconds of each."""
    rows = [np.arange(64), np.arange(64, 128)]
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        futures = [cluster.submit_to(k, share, data, part) for k, part in enumerate(rows)]
        for future in futures:
            future.result()
        taken.append(time.perf_counter() - began)
    one_round = statistics.median(taken)
    began = time.perf_counter()
    for done in [cluster.submit(max, 1, 2) for _ in range(10 * rounds)]:
        done.result()
    task = (time.perf_counter() - began) / (10 * rounds)
    say(f"rounds   {1e3 * one_round:.1f} ms for 2 workers with 64 rows each")
    say(f"tasks    {1e3 * task:.2f} ms each, of {10 * rounds:,} that do nothing")
    return one_round, task


PLAN = """
On paper: 10^10 rows on {nodes} nodes with {cores} workers each, {workers:,} in all
  data        {data:.0f} GB of Parquet in {parts:,} files of {each:.1f} million rows
  reading     {reading:.1f} s at one process's speed, if {flow:.0f} GB a second come from the files
  scheduling  {tasks:,} tasks, {scheduling:.0f} s at this machine's speed, while the workers read
  adding up   {height} levels of {part:.1f} MB a sum, {sums:.0f} GB in all between the workers
  in all      about {total:.0f} s; a step of full-batch descent on all rows then takes a microsecond
  What would break first:
  1. the scheduler and the client. {parts:,} files take them {scheduling:.0f} s, and files of
     100,000 rows would take them {many:.0f} s: few large files, then.
  2. data-parallel SGD. A round speaks to each of {workers:,} workers, and takes {round:.1f} s:
     it would need sums in a tree among the workers (all-reduce), which this does not do.
  3. sweeps. A batch of trials has to take {batch:.0f} s for the scheduler to keep up, and does;
     fewer than {trials:,.0f} trials of 1 ms don't keep all workers busy.
  4. the file system, where others read too: at 10 GB a second it takes {slow:.0f} s.
"""


def plan_on_paper(
    part_bytes: float, parquet: float, row_bytes: float, one_round: float, task: float
) -> None:
    """Print how long 10^10 rows on 40 nodes should take."""
    workers = NODES * CORES
    parts = 4 * workers
    data = ALL_ROWS * row_bytes / 1e9
    reading = ALL_ROWS / (workers * parquet)
    scheduling = 2 * parts * task
    batch = BATCH_SECONDS_PER_THREAD * workers
    say(
        PLAN.format(
            nodes=NODES,
            cores=CORES,
            workers=workers,
            data=data,
            parts=parts,
            each=ALL_ROWS / parts / 1e6,
            reading=reading,
            slow=data / 10,
            flow=data / reading,
            tasks=2 * parts,
            scheduling=scheduling,
            height=math.ceil(math.log2(parts)),
            part=part_bytes / 1e6,
            sums=parts * part_bytes / 1e9,
            total=reading + scheduling,
            many=2 * ALL_ROWS / 1e5 * task,
            round=one_round / WORKERS * workers,
            batch=batch,
            trials=workers * batch / 1e-3,
        )
    )


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Measure, and print the plan."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=Amount.rows)
    parser.add_argument("--quick", action="store_true", help="a little of each")
    asked = parser.parse_args()
    if importlib.util.find_spec("distributed") is None:
        say("left out: Dask's distributed is not installed")
        return 0
    amount = QUICK if asked.quick else Amount(rows=asked.rows)
    data = bundled()
    began = time.perf_counter()
    with cluster_at(f"local:{WORKERS}", "it measures nothing else") as cluster:
        say(f"start    {time.perf_counter() - began:.1f} s for {WORKERS} workers")
        overhead = of_trials(cluster, data, amount.repeats)
        part_bytes = of_rows(cluster, amount.rows)
        one_round, task = of_rounds(cluster, data, amount.rounds)
    plan_on_paper(part_bytes, *of_parquet(amount.parquet_rows), one_round, task)
    return 0 if asked.quick or overhead < 0.1 else 1


if __name__ == "__main__":
    raise SystemExit(main())
