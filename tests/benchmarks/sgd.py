"""The time to train 30 epochs on the bundled data: the notebook's loop, other libraries, ours.

python tests/benchmarks/sgd.py [--rounds 15] [--quick]

Each contestant makes the same number of steps at the same learning rates from the same start, and
records the loss of each batch. They take turns. The tables give the medians of the rounds in
processor time, which other programs on the machine hardly change, and the ratio to ours. PyTorch,
scikit-learn and numba take part if they are installed. scikit-learn's SGDRegressor has only one
learning rate and no batches: it makes a step for every row, on standardised columns, for the same
number of epochs. numba compiles the same loop as ours, row by row: that is the limit. With
`--quick` everything runs once, only to see that it runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.optimizers import Optimizer
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Sampling, Settings

BATCH_SIZES = (32, 64, 128, 256, 512)
BATCH_SIZE = 64
"""The batch size in the tables by loss and by optimizer."""

SETTINGS = Settings()
RATE_M, RATE_B = SETTINGS.learning_rate_m, SETTINGS.learning_rate_b
DELTA = 20_000.0

say = sys.stdout.write

Prepare = Callable[[Dataset, int], Callable[[], object]]
"""Takes data and a batch size, and returns a function that trains once."""


@dataclass(frozen=True)
class Pace:
    """The rounds, the least seconds of a turn, the full batches, and the rows of large data."""

    rounds: int = 15
    turn: float = 0.05
    full_batches: int = 200_000
    many_rows: int = 10_000_000


QUICK = Pace(rounds=1, turn=0.0, full_batches=2_000, many_rows=100_000)


@dataclass(frozen=True)
class Trained:
    """A loss and its settings; value and derivative take a residual or an array of them."""

    settings: Settings
    value: Callable[[Any], Any]
    derivative: Callable[[Any], Any]


def huber(residual: Any) -> Any:
    """Return half the square up to δ, and a straight line beyond."""
    inside = np.minimum(np.maximum(residual, -DELTA), DELTA)
    return inside * (residual - inside / 2)


LOSSES = {
    "squared": Trained(SETTINGS, lambda r: r * r, lambda r: 2 * r),
    "absolute": Trained(
        Settings.of(loss="absolute", learning_rate_m=0.01, learning_rate_b=2e3),
        lambda r: np.abs(r),
        lambda r: np.sign(r),
    ),
    "huber": Trained(
        Settings.of(loss="huber", huber_delta=DELTA),
        huber,
        lambda r: np.minimum(np.maximum(r, -DELTA), DELTA),
    ),
}


def notebook(data: Dataset, size: int) -> Callable[[], object]:
    """Prepare the notebook's loop: in each step it samples a data frame, and uses NumPy on that."""
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


def notebook_with(loss: str) -> Prepare:
    """Prepare the same loop with another loss."""
    trained = LOSSES[loss]
    settings, value, derivative = trained.settings, trained.value, trained.derivative
    rate_m, rate_b = settings.learning_rate_m, settings.learning_rate_b

    def prepare(data: Dataset, size: int) -> Callable[[], object]:
        frame = pd.DataFrame({data.x_name: data.x, data.y_name: data.y})
        steps = settings.epochs * (data.n // size)

        def train() -> object:
            m: np.floating[Any] = np.float64(settings.initial_slope)
            b: np.floating[Any] = np.float64(settings.initial_intercept)
            losses = []
            for _ in range(steps):
                batch = frame.sample(size)
                x, y = batch[data.x_name].to_numpy(), batch[data.y_name].to_numpy()
                m -= rate_m * np.mean(-x * derivative(y - (m * x + b)))
                b -= rate_b * np.mean(-derivative(y - (m * x + b)))
                losses.append(np.mean(value(y - (m * x + b))))
            return losses

        return train

    return prepare


def numpy_loop(data: Dataset, size: int) -> Callable[[], object]:
    """Prepare a plain loop over shuffled rows, without pandas."""
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
    """Prepare SGDRegressor, with a step for every row."""
    from sklearn.linear_model import SGDRegressor

    x = ((data.x - data.x.mean()) / data.x.std())[:, None]
    y = (data.y - data.y.mean()) / data.y.std()

    def train() -> object:
        model = SGDRegressor(max_iter=SETTINGS.epochs, tol=None, penalty=None)
        return model.fit(x, y)

    return train


def pytorch(data: Dataset, size: int) -> Callable[[], object]:
    """Prepare a loop with autograd and SGD over shuffled rows, in one thread."""
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


def plain_loop(
    x: FloatArray,
    y: FloatArray,
    size: int,
    epochs: int,
    line: tuple[float, float],
    rates: tuple[float, float],
    value: Callable[[float], float],
    derivative: Callable[[float], float],
    loss: Callable[[float, float], float],
) -> FloatArray:
    """Train as we do by epochs; return m, b, batch loss and loss on all rows, shape (4, steps)."""
    m, b = line
    rate_m, rate_b = rates
    steps = len(x) // size
    table = np.empty((4, epochs * steps))
    order = np.arange(len(x))
    for step in range(epochs * steps):
        if step % steps == 0:
            np.random.shuffle(order)  # noqa: NPY002 - the only shuffle that numba knows
        first = step % steps * size
        rows = order[first : first + size]
        pull = 0.0
        for row in rows:
            pull += x[row] * derivative(y[row] - m * x[row] - b)
        m += rate_m * pull / size
        pull = 0.0
        for row in rows:
            pull += derivative(y[row] - m * x[row] - b)
        b += rate_b * pull / size
        batch_loss = 0.0
        for row in rows:
            batch_loss += value(y[row] - m * x[row] - b)
        table[0, step], table[1, step] = m, b
        table[2, step], table[3, step] = batch_loss / size, loss(m, b)
    return table


def compiled(loss: str) -> Prepare:
    """Prepare that loop compiled by numba; as in ours, moments give the squared loss."""
    trained = LOSSES[loss]
    settings = trained.settings

    def prepare(data: Dataset, size: int) -> Callable[[], object]:
        import numba

        jit = numba.njit(fastmath=True)
        value, derivative = jit(trained.value), jit(trained.derivative)
        x, y, now = data.x, data.y, data.moments
        n, mean_x, mean_y, sxx, sxy, syy = now.n, now.mean_x, now.mean_y, now.sxx, now.sxy, now.syy

        def from_moments(m: float, b: float) -> float:
            offset = mean_y - m * mean_x - b
            return offset * offset + (syy - 2 * m * sxy + m * m * sxx) / n

        def over_rows(m: float, b: float) -> float:
            total = 0.0
            for row in range(n):
                total += value(y[row] - m * x[row] - b)
            return total / n

        walk = jit(plain_loop)
        whole = jit(from_moments if settings.loss.from_moments else over_rows)
        line = settings.initial_slope, settings.initial_intercept
        rates = settings.learning_rate_m, settings.learning_rate_b

        def train() -> object:
            return walk(x, y, size, settings.epochs, line, rates, value, derivative, whole)

        train()  # compiles it
        return train

    return prepare


def ours(settings: Settings) -> Prepare:
    """Prepare a run, which also computes the loss over all rows in each step."""

    def prepare(data: Dataset, size: int) -> Callable[[], object]:
        def train() -> object:
            run = Run(data, replace(settings, batch_size=size))
            steps = run.budget
            run.advance(steps)
            assert run.history.last == steps
            return run

        return train

    return prepare


def ours_by_sampling(settings: Settings) -> dict[str, Prepare]:
    """Return ours with each way to draw batches."""
    samplings: tuple[Sampling, ...] = ("epoch", "notebook")
    return {f"ours, {one}": ours(replace(settings, sampling=one)) for one in samplings}


def contestants() -> dict[str, Prepare]:
    """Return all contestants that can take part here; the last two are ours."""
    others = {"sklearn": scikit_learn, "torch": pytorch}
    return {
        "notebook": notebook,
        "NumPy loop": numpy_loop,
        **{name: make for name, make in others.items() if importlib.util.find_spec(name)},
        **ours_by_sampling(SETTINGS),
    }


def contestants_with(loss: str) -> dict[str, Prepare]:
    """Return the contestants that can train a loss; the last two are ours."""
    return {
        "notebook": notebook if loss == "squared" else notebook_with(loss),
        **({"numba": compiled(loss)} if importlib.util.find_spec("numba") else {}),
        **ours_by_sampling(LOSSES[loss].settings),
    }


def turns(subjects: dict[str, Callable[[], object]], pace: Pace) -> dict[str, list[float]]:
    """Let the subjects take turns, and return the seconds of each in every round."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(pace.rounds):
        for name, subject in subjects.items():
            subject()
            runs, began = 0, time.process_time()
            while runs == 0 or time.process_time() - began < pace.turn:
                subject()
                runs += 1
            times[name].append((time.process_time() - began) / runs)
    return times


def ratio(one: list[float], other: list[float]) -> float:
    """Return how many times as long the other one takes: the median of the rounds."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def show(times: dict[str, list[float]], steps: int) -> None:
    """Print the table of runs of this many steps; the last two are ours."""
    for name, taken in times.items():
        seconds = statistics.median(taken)
        by_epoch, by_notebook = (
            ratio(taken, times[f"ours, {one}"]) for one in ("epoch", "notebook")
        )
        say(
            f"  {name:<15}{1e3 * seconds:9.3f} ms {1e6 * seconds / steps:9.2f} µs a step "
            f"({by_epoch:6.1f} times ours by epoch, {by_notebook:6.1f} by notebook)\n"
        )


def by_batch_size(data: Dataset, pace: Pace) -> None:
    """Print the tables for the squared loss by batch size."""
    for size in BATCH_SIZES:
        steps = SETTINGS.epochs * (data.n // size)
        say(f"\nbatch {size}, {steps} steps\n")
        subjects = {name: make(data, size) for name, make in contestants().items()}
        show(turns(subjects, pace), steps)


def by_loss(data: Dataset, pace: Pace) -> None:
    """Print the tables for every loss, and how far ours is from the limit."""
    steps = SETTINGS.epochs * (data.n // BATCH_SIZE)
    for loss in LOSSES:
        say(f"\n{loss} loss, batch {BATCH_SIZE}, {steps} steps\n")
        subjects = {name: make(data, BATCH_SIZE) for name, make in contestants_with(loss).items()}
        times = turns(subjects, pace)
        show(times, steps)
        if "numba" in times:
            limit = ratio(times["ours, epoch"], times["numba"])
            say(f"  ours by epoch takes {limit:.1f} times as long as the compiled loop\n")


def by_optimizer(data: Dataset, pace: Pace) -> None:
    """Print the table for every optimizer on the squared loss."""
    say(f"\nsquared loss, µs a step{'full batch':>15}{f'batch {BATCH_SIZE}':>15}\n")
    steps = SETTINGS.epochs * (data.n // BATCH_SIZE)
    for name, optimizer in Optimizer.family.items():
        # Some move in proportion to the gradient, others by about η a step.
        rate_m, rate_b = (1e-8, 1e-2) if optimizer.linear else (1.0, 500.0)
        settings = Settings.of(
            optimizer=name, learning_rate_m=rate_m, learning_rate_b=rate_b, sampling="epoch"
        )
        subjects = {
            "full": full_batch(data, settings, pace.full_batches),
            "batch": ours(settings)(data, BATCH_SIZE),
        }
        full, batch = (statistics.median(taken) for taken in turns(subjects, pace).values())
        say(f"  {name:<21}{1e6 * full / pace.full_batches:15.3f}{1e6 * batch / steps:15.3f}\n")


def full_batch(data: Dataset, settings: Settings, steps: int) -> Callable[[], object]:
    """Prepare some steps on all rows."""
    data.moments  # noqa: B018 - computed once for each data set, then cached

    def train() -> object:
        run = Run(data, settings)
        run.advance(steps)
        assert run.history.last == steps
        return run

    return train


def by_rows(few: Dataset, pace: Pace) -> None:
    """Print full-batch descent on few rows and on many."""
    rng = np.random.default_rng(0)
    x = rng.uniform(300, 4500, pace.many_rows)
    many = Dataset("made", "x", "y", x, 88 * x + rng.normal(34_000, 50_000, len(x)))
    subjects = {
        f"{data.n:,} rows": full_batch(data, SETTINGS, pace.full_batches) for data in (few, many)
    }
    say("\nfull batch\n")
    for name, taken in turns(subjects, pace).items():
        seconds = statistics.median(taken)
        say(f"  {name:<16}{1e6 * seconds / pace.full_batches:6.3f} µs a step\n")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=Pace.rounds)
    parser.add_argument("--quick", action="store_true", help="run everything once")
    asked = parser.parse_args()
    pace = QUICK if asked.quick else Pace(rounds=asked.rounds)
    data = bundled()
    say(f"30 epochs, medians of {pace.rounds} rounds; in brackets, how many times ours it takes\n")
    for table in (by_batch_size, by_loss, by_optimizer, by_rows):
        table(data, pace)


if __name__ == "__main__":
    main()
