"""Training time of 30 epochs on the bundled data: the notebook's loop, other libraries, ours.

python tests/benchmarks/sgd.py [--rounds 15]

Each contestant makes the same number of steps at the same learning rates from the same start, and
keeps the loss of each batch. They take turns; the table gives medians of the turns, and how many
times what ours takes. PyTorch and scikit-learn take part where they are installed.
scikit-learn's SGDRegressor knows one learning rate and no batches: it makes a step for every row,
on standardised columns, and its time is that of as many epochs.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings

BATCH_SIZES = (32, 64, 128, 256, 512)
TURN = 0.05
SETTINGS = Settings()
RATE_M, RATE_B = SETTINGS.learning_rate_m, SETTINGS.learning_rate_b


def notebook(data: Dataset, size: int) -> Callable[[], object]:
    """The notebook's loop: a data frame sampled anew in each step, NumPy on the sample."""
    frame = pd.DataFrame({data.x_name: data.x, data.y_name: data.y})
    steps = SETTINGS.epochs * (data.n // size)

    def train() -> object:
        m: np.floating[Any] = np.float64(SETTINGS.initial_slope)
        b: np.floating[Any] = np.float64(SETTINGS.initial_intercept)
        losses = []
        for _ in range(steps):
            batch = frame.sample(size)
            x, y = batch[data.x_name].to_numpy(), batch[data.y_name].to_numpy()
            m -= RATE_M * np.mean(-2 * x * (y - (m * x + b)))
            b -= RATE_B * np.mean(-2 * (y - (m * x + b)))
            losses.append(np.mean(np.power(y - (m * x + b), 2)))
        return losses

    return train


def numpy_loop(data: Dataset, size: int) -> Callable[[], object]:
    """A plain loop over shuffled rows, without pandas."""
    steps = data.n // size
    rng = np.random.default_rng(0)

    def train() -> object:
        m: np.floating[Any] = np.float64(SETTINGS.initial_slope)
        b: np.floating[Any] = np.float64(SETTINGS.initial_intercept)
        losses = []
        for _ in range(SETTINGS.epochs):
            order = rng.permutation(data.n)
            for step in range(steps):
                rows = order[step * size : (step + 1) * size]
                x, y = data.x[rows], data.y[rows]
                m += 2 * RATE_M * np.mean(x * (y - m * x - b))
                b += 2 * RATE_B * np.mean(y - m * x - b)
                losses.append(np.mean((y - m * x - b) ** 2))
        return losses

    return train


def scikit_learn(data: Dataset, _: int) -> Callable[[], object]:
    """SGDRegressor, a step for every row."""
    from sklearn.linear_model import SGDRegressor

    x = ((data.x - data.x.mean()) / data.x.std())[:, None]
    y = (data.y - data.y.mean()) / data.y.std()

    def train() -> object:
        model = SGDRegressor(max_iter=SETTINGS.epochs, tol=None, penalty=None)
        return model.fit(x, y)

    return train


def pytorch(data: Dataset, size: int) -> Callable[[], object]:
    """A loop with autograd and SGD over shuffled rows, one thread."""
    import torch

    torch.set_num_threads(1)
    xs, ys = torch.from_numpy(data.x.copy()), torch.from_numpy(data.y.copy())
    steps = data.n // size

    def train() -> object:
        m = torch.tensor(SETTINGS.initial_slope, dtype=torch.float64, requires_grad=True)
        b = torch.tensor(SETTINGS.initial_intercept, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD(
            [{"params": [m], "lr": RATE_M}, {"params": [b], "lr": RATE_B}], lr=RATE_B
        )
        losses = []
        for _ in range(SETTINGS.epochs):
            order = torch.randperm(data.n)
            for step in range(steps):
                rows = order[step * size : (step + 1) * size]
                optimizer.zero_grad()
                loss = ((ys[rows] - (m * xs[rows] + b)) ** 2).mean()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses

    return train


def ours(settings: Settings) -> Callable[[Dataset, int], Callable[[], object]]:
    """A run, with the loss over all rows in each step besides."""

    def prepare(data: Dataset, size: int) -> Callable[[], object]:
        def train() -> object:
            run = Run(data, replace(settings, batch_size=size))
            run.advance(run.budget)
            return run

        return train

    return prepare


def contestants() -> dict[str, Callable[[Dataset, int], Callable[[], object]]]:
    """All that can take part here; the last two are ours."""
    others = {"sklearn": scikit_learn, "torch": pytorch}
    return {
        "notebook": notebook,
        "NumPy loop": numpy_loop,
        **{name: make for name, make in others.items() if importlib.util.find_spec(name)},
        "ours, epoch": ours(replace(SETTINGS, sampling="epoch")),
        "ours, notebook": ours(SETTINGS),
    }


def medians(subjects: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each; they take turns, of a twentieth of a second at least."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            subject()
            runs, began = 0, time.perf_counter()
            while (taken := time.perf_counter() - began) < TURN:
                subject()
                runs += 1
            times[name].append(taken / runs)
    return {name: statistics.median(taken) for name, taken in times.items()}


def full_batch(rounds: int) -> dict[str, float]:
    """Microseconds a step of full-batch descent, on few rows and on many."""
    few = bundled()
    rng = np.random.default_rng(0)
    x = rng.uniform(300, 4500, 10_000_000)
    many = Dataset("made", "x", "y", x, 88 * x + rng.normal(34_000, 50_000, len(x)))
    steps = 200_000

    def train(data: Dataset) -> Callable[[], object]:
        data.moments  # noqa: B018 - computed once a data set, and kept

        def run() -> object:
            subject = Run(data, SETTINGS)
            subject.advance(steps)
            return subject

        return run

    subjects = {f"{data.n:,} rows": train(data) for data in (few, many)}
    return {name: 1e6 * taken / steps for name, taken in medians(subjects, rounds).items()}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    data = bundled()
    say = sys.stdout.write
    say(f"30 epochs, medians of {rounds} rounds; in brackets, how many times ours it takes\n")
    for size in BATCH_SIZES:
        steps = SETTINGS.epochs * (data.n // size)
        taken = medians({name: make(data, size) for name, make in contestants().items()}, rounds)
        say(f"\nbatch {size}, {steps} steps\n")
        for name, seconds in taken.items():
            ratio, ratio_notebook = (
                seconds / taken[f"ours, {sampling}"] for sampling in ("epoch", "notebook")
            )
            say(
                f"  {name:<15}{1e3 * seconds:9.3f} ms {1e6 * seconds / steps:9.2f} µs a step "
                f"({ratio:6.1f} times ours by epoch, {ratio_notebook:6.1f} by notebook)\n"
            )
    say(f"\nfull batch, medians of {rounds} rounds\n")
    for name, microseconds in full_batch(rounds).items():
        say(f"  {name:<16}{microseconds:6.3f} µs a step\n")


if __name__ == "__main__":
    main()
