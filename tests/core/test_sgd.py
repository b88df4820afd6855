from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from linreg_tui.core import run as runs
from linreg_tui.core.batches import LARGEST_DRAW, sampler
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.inference import inference
from linreg_tui.core.run import Run
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Sampling, Settings
from tests.thorough import first_of

SETTINGS = [
    Settings(batch_size=size, update=update, sampling=sampling)
    for size in (1, 64, 512)
    for update in ("sequential", "simultaneous")
    for sampling in ("notebook", "epoch")
]


def notebooks_loop(data: Dataset, settings: Settings, steps: int) -> list[tuple[float, ...]]:
    """The notebook's update on the same draws: slope, intercept, batch loss and loss a step."""
    assert settings.batch_size is not None
    m, b = settings.initial_slope, settings.initial_intercept
    draw = sampler(data.n, settings.batch_size, settings.sampling, settings.seed)
    history: list[tuple[float, ...]] = []
    for row in draw(steps)[:steps]:
        x, y = data.x[row], data.y[row]
        old_m = m
        m -= settings.learning_rate_m * np.mean(-2 * x * (y - (m * x + b)))
        seen = m if settings.update == "sequential" else old_m
        b -= settings.learning_rate_b * np.mean(-2 * (y - (seen * x + b)))
        loss = np.mean((data.y - (m * data.x + b)) ** 2)
        history.append((m, b, np.mean((y - (m * x + b)) ** 2), loss))
    return history


@pytest.mark.parametrize("settings", SETTINGS)
def test_steps_are_the_notebooks_on_the_same_batches(houses: Dataset, settings: Settings) -> None:
    run = Run(houses, settings)
    run.advance(100)
    expected = np.array(notebooks_loop(houses, settings, 100)).T
    actual = np.array(run.history.columns())[:, 1:]
    assert actual == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("settings", [Settings(), *SETTINGS])
def test_steps_do_not_depend_on_how_many_are_trained_at_a_time(
    houses: Dataset, settings: Settings
) -> None:
    whole, parts = Run(houses, settings), Run(houses, settings)
    whole.advance(300)
    for size in (1, 2, 97, 63, 64, 73):
        parts.advance(size)
    assert parts.history.last == 300
    assert np.array_equal(whole.history.columns(), parts.history.columns(), equal_nan=True)
    assert np.array_equal(whole.curve.curve().low, parts.curve.curve().low)


def test_seed_decides_the_draws(houses: Dataset) -> None:
    def end(seed: int) -> float:
        run = Run(houses, Settings(batch_size=64, seed=seed))
        run.advance(10)
        return run.history[10].slope

    assert end(1) == end(1)
    assert end(1) != end(2)


@pytest.mark.parametrize("sampling", ["notebook", "epoch"])
@pytest.mark.parametrize(("n", "size"), [(551, 64), (551, 512), (10, 10), (7, 3), (50_000, 5)])
def test_a_batch_holds_different_rows(n: int, size: int, sampling: Sampling) -> None:
    block = sampler(n, size, sampling, seed=0)(100)
    assert block.shape[1] == size
    assert block.min() >= 0
    assert block.max() < n
    assert all(len(set(batch)) == size for batch in block.tolist())


def test_an_epoch_takes_each_row_at_most_once() -> None:
    block = sampler(10, 3, "epoch", seed=0)(60)
    epochs = block.reshape(-1, 9)
    assert all(len(set(epoch)) == 9 for epoch in epochs.tolist())
    assert len({tuple(epoch) for epoch in epochs.tolist()}) > 1


@pytest.mark.parametrize("size", [2, 5])
def test_every_row_is_drawn_equally_often(size: int) -> None:
    drawn = sampler(7, size, "notebook", seed=0)(10_000)
    counts = np.bincount(drawn.ravel(), minlength=7)
    expected = counts.sum() / 7
    # Five deviations; the variance of a hypergeometric share is below the binomial variance.
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_history_starts_before_the_first_step(houses: Dataset) -> None:
    run = Run(houses, Settings())
    start = run.history[0]
    assert (start.slope, start.intercept, start.batch_loss) == (5.0, 1000.0, None)
    with pytest.raises(IndexError, match="no step 1"):
        run.history[1]


@pytest.mark.parametrize("sampling", ["notebook", "epoch"])
def test_all_orders_are_equally_likely(sampling: Sampling) -> None:
    drawn = sampler(4, 2, sampling, seed=0)(100_000)
    pairs, counts = np.unique(drawn @ [4, 1], return_counts=True)
    expected = len(drawn) / 12
    assert len(pairs) == 12
    # Chi squared with 11 degrees of freedom is larger once in a million.
    assert np.sum((counts - expected) ** 2 / expected) < 49


def test_epochs_are_counted_from_one(houses: Dataset) -> None:
    run = Run(houses, Settings(batch_size=256))
    assert [run.segments.epoch(step) for step in range(6)] == [0, 1, 1, 2, 2, 3]


def test_status(houses: Dataset) -> None:
    def status(steps: int, **changes: float) -> str:
        run = Run(houses, Settings.of(**changes))
        run.advance(steps)
        return run.status

    assert status(30) == "converged"
    assert status(3) == "stopped"
    assert status(30, learning_rate_m=8e-7, learning_rate_b=0.8) == "diverged"


def test_a_run_diverges_at_the_step_where_the_loss_grew_a_thousandfold(houses: Dataset) -> None:
    run = Run(houses, Settings(learning_rate_m=8e-7, learning_rate_b=0.8))
    run.advance(30)
    loss = run.history.columns()[3]
    assert run.diverged_at == int(np.argmax(loss > 1000 * loss[0]))
    assert run.history.last == 30


def test_overflow_ends_a_run_and_keeps_what_is_finite(houses: Dataset) -> None:
    run = Run(houses, Settings(learning_rate_m=1e-5))
    run.advance(100_000)
    assert run.overflowed
    assert run.exhausted
    assert run.diverged_at == 1
    last = run.history.last
    assert 10 < last < 1000
    assert np.isfinite(np.array(run.history.columns())[:, 1:]).all()
    run.advance(5)
    assert run.history.last == last


def test_points_on_a_line_converge() -> None:
    x = np.arange(10.0)
    run = Run(Dataset("made", "x", "y", x, 3 * x + 2), Settings(learning_rate_m=1e-2))
    run.advance(2000)
    assert run.status == "converged"
    assert run.diverged_at is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"batch_size": 0}, "batch of 0"),
        ({"batch_size": 552}, "batch of 552"),
        ({"epochs": 0}, "0 epochs"),
        ({"epochs": MAX_STEPS + 1}, "at most 10,000,000"),
        ({"learning_rate_m": 0.0}, "learning rate of 0 for m"),
        ({"learning_rate_b": -1.0}, "learning rate of -1 for b"),
        ({"learning_rate_m": float("nan")}, "learning rate of nan"),
        ({"learning_rate_b": float("inf")}, "learning rate of inf"),
        ({"initial_slope": float("inf")}, "initial slope"),
        ({"initial_intercept": float("nan")}, "initial intercept"),
        ({"initial_slope": 1e200}, "too large"),
        ({"seed": -1}, "seed of -1"),
    ],
)
def test_settings_out_of_range(houses: Dataset, changes: dict[str, float], why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        Run(houses, Settings.of(**changes))
    assert "\n" not in str(caught.value)


def test_two_points_have_no_uncertainty() -> None:
    x = np.array([0.0, 1.0])
    run = Run(Dataset("made", "x", "y", x, x), Settings())
    assert inference(run.closed_form).slope_se is None


@pytest.mark.parametrize("batch_size", first_of([8, None, 512]))
def test_memory_grows_only_with_the_steps(houses: Dataset, batch_size: int | None) -> None:
    steps = 30_000
    run = Run(houses, Settings(batch_size=batch_size))
    tracemalloc.start()
    run.advance(steps)
    current, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    drawn = 8 * LARGEST_DRAW  # the most that is drawn ahead, for any batch size
    assert current < 33 * steps + drawn + 1_000_000
    assert most < 33 * steps + 7 * drawn


def test_a_run_ends_at_the_most_steps(houses: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAX_STEPS", 1000)
    run = Run(houses, Settings())
    run.advance(5000)
    assert run.history.last == 1000
    assert run.exhausted
    assert not run.overflowed
