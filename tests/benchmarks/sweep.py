"""The time of a sweep on one core: the notebook's loop, and ours.

python tests/benchmarks/sweep.py [--rounds 3] [--quick]

5 batch sizes x 100 repeats x 30 epochs, 96,000 steps in all, on the bundled data. Both make the
same number of steps at the same learning rates from the same start. Ours also records a thinned
curve of the loss over all rows for each trial, and predicts each batch size. They take turns in one
process. It prints the medians of the turns, and the ratio. The exit status is 1 if the notebook's
loop takes less than 20 times as long. `--quick` makes one repeat, only to see that it runs, and
judges nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Predictions
from linreg_tui.core.sweep import NOTEBOOK_BATCH_SIZES, Plan, over_batch_sizes
from linreg_tui.core.trials import Result
from linreg_tui.report.records import sweep_object
from linreg_tui.sweeps.executors import local_executor
from linreg_tui.sweeps.run_trials import run_trials
from tests.benchmarks.sgd import notebook

REPEATS = 100
STEPS_A_REPEAT = 960
AT_LEAST = 20


def notebooks_sweep(data: Dataset, repeats: int) -> int:
    """Run the notebook's loop for every trial, and return the number of steps."""
    steps = 0
    for size in NOTEBOOK_BATCH_SIZES:
        train = notebook(data, size)
        for _ in range(repeats):
            losses = train()
            assert isinstance(losses, list)
            steps += len(losses)
    return steps


def our_sweep(data: Dataset, repeats: int) -> int:
    """Run a sweep up to the printed JSON, and return the number of steps."""
    plan = over_batch_sizes(Settings(), data.n, repeats=repeats)
    results = asyncio.run(trained(data, plan))
    sweep_object(data, results, Predictions(data))
    return sum(result.steps for result in results)


async def trained(data: Dataset, plan: Plan) -> list[Result]:
    """Return the results of all trials, trained in one thread."""
    async with local_executor() as executor:
        return [result async for some in run_trials(data, plan, executor) for result in some]


def timed(work: Callable[[Dataset, int], int], data: Dataset, repeats: int) -> tuple[float, int]:
    """Return the seconds and steps of some work."""
    began = time.perf_counter()
    steps = work(data, repeats)
    return time.perf_counter() - began, steps


def main() -> int:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one repeat, one round")
    asked = parser.parse_args()
    rounds, repeats = (1, 1) if asked.quick else (asked.rounds, REPEATS)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    data = bundled()
    our_sweep(data, repeats)
    turns = [
        (timed(notebooks_sweep, data, repeats), timed(our_sweep, data, repeats))
        for _ in range(rounds)
    ]
    made = repeats * STEPS_A_REPEAT
    assert {steps for turn in turns for _, steps in turn} == {made}
    theirs, ours = (statistics.median(turn[who][0] for turn in turns) for who in (0, 1))
    sys.stdout.write(
        f"5 batch sizes x {repeats} repeats x 30 epochs, {made:,} steps, one core, "
        f"medians of {rounds} rounds\n"
        f"  notebook {theirs:8.3f} s\n"
        f"  ours     {ours:8.3f} s\n"
        f"  ratio    {theirs / ours:8.1f} (at least {AT_LEAST})\n"
    )
    return 0 if asked.quick or theirs >= AT_LEAST * ours else 1


if __name__ == "__main__":
    raise SystemExit(main())
