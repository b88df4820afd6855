from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.descent import State, composed, descend
from linreg_tui.core.errors import InputError
from linreg_tui.core.losses import Absolute, Huber, Loss, Squared, matrix_of
from linreg_tui.core.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
)
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings, Update

OWNERS = {"optimizer": "momentum", "schedule": "step"}
"""The optimizer with these parameters."""

ORACLE = json.loads((Path(__file__).parent / "oracles" / "pytorch.json").read_text("utf-8"))
OPTIMIZERS = tuple(Optimizer.family)


def named(case: dict[str, Any]) -> str:
    return f"{case['optimizer']}-{case['schedule']}-{case['warmup_steps']}"


@pytest.mark.parametrize("case", ORACLE["cases"], ids=named)
def test_steps_are_pytorchs(houses: Dataset, case: dict[str, Any]) -> None:
    run = Run(
        houses,
        Settings.of(
            update="simultaneous",
            epochs=ORACLE["steps"],
            decay=ORACLE["decay"],
            decay_steps=ORACLE["decay_steps"],
            **{name: value for name, value in case.items() if name != "points"},
        ),
    )
    run.advance(run.budget)
    every = ORACLE["every"]
    points = run.history.columns()[:2, every::every].T
    assert points == pytest.approx(np.array(case["points"]), rel=1e-9)


def of_oracle(case: dict[str, Any], **more: Any) -> Settings:
    """The settings of a case that PyTorch was run with."""
    values = {name: value for name, value in case.items() if name != "points"}
    return Settings.of(**({"update": "simultaneous", "epochs": ORACLE["steps"]} | more | values))


def case_name(case: dict[str, Any]) -> str:
    return "-".join(str(value) for name, value in case.items() if name != "points")


@pytest.mark.parametrize("case", [*ORACLE["parameters"], *ORACLE["losses"]], ids=case_name)
def test_parameters_and_losses_are_pytorchs(houses: Dataset, case: dict[str, Any]) -> None:
    run = Run(houses, of_oracle(case))
    run.advance(run.budget)
    every = ORACLE["every"]
    points = run.history.columns()[:2, every::every].T
    assert points == pytest.approx(np.array(case["points"]), rel=1e-9)


@pytest.mark.parametrize("case", ORACLE["batches"], ids=case_name)
def test_batches_are_pytorchs(houses: Dataset, case: dict[str, Any]) -> None:
    settings, steps, size = of_oracle(case), ORACLE["steps"], ORACLE["batch_size"]
    rows = ORACLE["batch_stride"] * np.arange(steps * size).reshape(steps, size) % houses.n
    loss, optimizer = settings.loss, settings.optimizer
    columns: list[Any] = [matrix_of(houses.x[rows], houses.y[rows])]
    if loss.from_moments:
        batch = houses.batches.moments(rows)
        columns = [batch.mean_x, batch.mean_y, batch.sxx / size, batch.sxy / size]
    rates = [settings.learning_rate_m] * steps, [settings.learning_rate_b] * steps
    state = State.at(5.0, 1000.0, optimizer)
    walked = zip(*columns, *rates, strict=True)
    ms, bs, _ = descend(loss, optimizer, settings.sequential, state, walked)
    every = ORACLE["every"]
    points = np.array([ms, bs])[:, every - 1 :: every].T
    assert points == pytest.approx(np.array(case["points"]), rel=1e-9)


FUSED = [
    (loss, optimizer, update)
    for loss in (Squared(), Absolute(), Huber(0.5))
    for optimizer in (SGD(), Momentum(0.8), Nesterov(0.7), AdaGrad(), RMSProp(), Adam())
    for update in ("sequential", "simultaneous")
]


@pytest.mark.parametrize(("loss", "optimizer", "update"), FUSED)
def test_a_fused_loop_is_the_plain_composition(
    loss: Loss, optimizer: Optimizer, update: str
) -> None:
    rng = np.random.default_rng(0)
    steps: list[tuple[Any, ...]]
    steps = [tuple(row) for row in np.abs(rng.normal(1, 1, (200, 6))) * (1, 1, 2, 1, 0.05, 0.1)]
    if not loss.from_moments:
        batches = matrix_of(*rng.normal(1, 1, (2, 200, 7)))
        steps = [(batch, *step[-2:]) for batch, step in zip(batches, steps, strict=True)]
    before = State(3.0, -2.0, *2 * (tuple(0.5 for _ in optimizer.start),))
    walked = [
        walk(loss, optimizer, update == "sequential", before, steps) for walk in (descend, composed)
    ]
    assert walked[0] == walked[1]
    assert np.isfinite(walked[0][0]).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_matrix_of_a_linear_optimizer_makes_its_update(name: str) -> None:
    optimizer = Optimizer.family[name]()
    rng = np.random.default_rng(1)
    gradient, memory = 2.5, tuple(rng.uniform(0.1, 0.9, len(optimizer.start)).tolist())
    direction, after = optimizer.update(gradient, memory)
    matrix = optimizer.step_matrix()
    assert (matrix is not None) == optimizer.linear
    if matrix is not None:
        assert matrix @ (gradient, *memory) == pytest.approx([direction, *after])


def test_a_tiny_gradient_shows_the_epsilon() -> None:
    """The epsilon is PyTorch's default: 1e-10 for AdaGrad, else 1e-8."""
    g = 1e-9
    for optimizer, size, epsilon in (
        (AdaGrad(), 1.0, 1e-10),
        (RMSProp(), 0.1, 1e-8),
        (Adam(), 1.0, 1e-8),
    ):
        direction, _ = optimizer.update(g, optimizer.start)
        assert direction == pytest.approx(g / (size * g + epsilon), rel=1e-9)
        zero, _ = optimizer.update(0.0, optimizer.start)
        assert zero == 0


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("update", ["sequential", "simultaneous"])
def test_every_optimizer_finds_the_line(houses: Dataset, name: str, update: Update) -> None:
    rates = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "adam": 0.05} | {
        "adagrad": 0.5,
        "rmsprop": 0.02,
    }
    settings = Settings.of(
        optimizer=name, update=update, standardize=True, learning_rate_b=rates[name], epochs=400
    )
    if name == "rmsprop":  # its steps don't shrink by themselves
        settings = settings.with_values(schedule="cosine")
    run = Run(houses, settings)
    run.advance(run.budget)
    last = run.history[run.history.last]
    assert last.slope == pytest.approx(run.optimum.slope, rel=1e-3)
    assert last.intercept == pytest.approx(run.optimum.intercept, rel=1e-3)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 64])
def test_the_memory_of_an_optimizer_outlasts_a_pause(
    houses: Dataset, name: str, batch_size: int | None
) -> None:
    settings = Settings.of(
        optimizer=name,
        batch_size=batch_size,
        schedule="cosine",
        warmup_steps=7,
        standardize=True,
        learning_rate_b=0.02,
        epochs=40,
    )
    whole, parts = Run(houses, settings), Run(houses, settings)
    whole.advance(40)
    for size in (1, 2, 30, 7):
        parts.advance(size)
    assert np.array_equal(whole.history.columns(), parts.history.columns(), equal_nan=True)


def test_a_sequential_update_shows_b_the_new_m(houses: Dataset) -> None:
    for name in OPTIMIZERS:
        settings = Settings.of(optimizer=name)
        if name in ("adagrad", "rmsprop", "adam"):
            settings = replace(settings, learning_rate_m=50.0, learning_rate_b=20_000.0)
        ends = []
        for update in ("sequential", "simultaneous"):
            run = Run(houses, replace(settings, update=update))
            run.advance(2)
            ends.append((run.history[1].slope, run.history[2].intercept))
        assert ends[0][0] == ends[1][0]
        assert ends[0][1] != ends[1][1]


def adams_steps(data: Dataset, settings: Settings, steps: int) -> list[tuple[float, float]]:
    """Algorithm 1 of Kingma and Ba, on the rows themselves, m before b."""
    place = [settings.initial_slope, settings.initial_intercept]
    rates = settings.learning_rate_m, settings.learning_rate_b
    mean, square = [0.0, 0.0], [0.0, 0.0]
    found = []
    for t in range(1, steps + 1):
        old = list(place)
        for which in (0, 1):
            m, b = place if settings.update == "sequential" else old
            residual = data.y - (m * data.x + b)
            gradient = float(np.mean(-2 * residual * (data.x if which == 0 else 1)))
            mean[which] = 0.9 * mean[which] + 0.1 * gradient
            square[which] = 0.999 * square[which] + 0.001 * gradient**2
            m_hat, v_hat = mean[which] / (1 - 0.9**t), square[which] / (1 - 0.999**t)
            place[which] -= rates[which] * m_hat / (v_hat**0.5 + 1e-8)
        found.append((place[0], place[1]))
    return found


@pytest.mark.parametrize("update", ["sequential", "simultaneous"])
@pytest.mark.parametrize("size", [1.0, 1e-8])
def test_adam_is_the_algorithm_of_its_paper(update: Update, size: float) -> None:
    """Small gradients show the epsilon of 1e-8."""
    rng = np.random.default_rng(0)
    x = rng.normal(1, 1, 30)
    data = Dataset("made", "x", "y", x, size * (2 * x - 1 + rng.normal(0, 1, 30)))
    settings = Settings.of(
        optimizer="adam",
        update=update,
        initial_slope=0,
        initial_intercept=0,
        learning_rate_m=0.03 * size,
        learning_rate_b=0.05 * size,
        epochs=40,
    )
    run = Run(data, settings)
    run.advance(40)
    expected = np.array(adams_steps(data, settings, 40)).T
    assert run.history.columns()[:2, 1:] == pytest.approx(expected, rel=1e-9, abs=1e-12 * size)


def test_schedules() -> None:
    def shape(total: int = 10, **changes: Any) -> list[float]:
        return list(Settings.of(**changes).schedule.factors(total, 0, total + 2).round(6))

    assert shape() == [1] * 12
    assert shape(schedule="warmup", warmup_steps=4) == [0.25, 0.5, 0.75] + [1] * 9
    assert shape(20, schedule="warmup")[:3] == [0.5, 1, 1]
    assert shape(schedule="step", decay_steps=4) == [1] * 4 + [0.5] * 4 + [0.25] * 4
    assert shape(schedule="exponential", decay_steps=2, decay=0.25)[:3] == [1, 0.5, 0.25]
    assert shape(2, schedule="warmup") == shape(5, warmup_steps=1)[:4] == [1] * 4
    assert shape(1, schedule="cosine") == [1, 0, 0]
    assert shape(2, schedule="step") == [1, 0.5, 0.25, 0.125]
    assert shape(4, schedule="cosine") == pytest.approx([1, 0.853553, 0.5, 0.146447, 0, 0])
    assert shape(6, schedule="cosine", warmup_steps=2)[:4] == pytest.approx([0.5, 1, 1, 0.853553])


def test_the_rates_of_a_run_follow_its_schedule(houses: Dataset) -> None:
    run = Run(houses, Settings.of(schedule="step", decay_steps=2, epochs=6))
    rate_m, rate_b = run.rates(1, 6)
    assert rate_m.tolist() == pytest.approx([1e-7, 1e-7, 5e-8, 5e-8, 2.5e-8, 2.5e-8])
    assert rate_b.tolist() == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.025])


def test_standardizing_is_training_on_z_scores(houses: Dataset) -> None:
    zx = (houses.x - houses.x.mean()) / houses.x.std()
    zy = (houses.y - houses.y.mean()) / houses.y.std()
    start = Settings(learning_rate_b=0.1, batch_size=64, standardize=True)
    w0 = start.initial_slope * houses.x.std() / houses.y.std()
    c0 = (5 * houses.x.mean() + 1000 - houses.y.mean()) / houses.y.std()
    plain = replace(
        start,
        standardize=False,
        learning_rate_m=0.1,
        initial_slope=float(w0),
        initial_intercept=float(c0),
    )
    run, other = Run(houses, start), Run(Dataset("z", "x", "y", zx, zy), plain)
    run.advance(50)
    other.advance(50)
    here, there = run.history[50], other.history[50]
    slope = there.slope * houses.y.std() / houses.x.std()
    assert here.slope == pytest.approx(slope, rel=1e-10)
    assert here.intercept == pytest.approx(
        there.intercept * houses.y.std() + houses.y.mean() - slope * houses.x.mean(), rel=1e-10
    )
    assert here.loss == pytest.approx(there.loss * houses.y.var(), rel=1e-10)
    assert here.batch_loss is not None
    assert there.batch_loss is not None
    assert here.batch_loss == pytest.approx(there.batch_loss * houses.y.var(), rel=1e-10)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"momentum": 1.0}, "momentum of 1"),
        ({"momentum": -0.1}, "momentum of -0.1"),
        ({"momentum": float("nan")}, "momentum of nan"),
        ({"decay": 0.0}, "decay of 0"),
        ({"decay": 1.5}, "decay of 1.5"),
        ({"decay_steps": 0}, "0 decay steps"),
        ({"warmup_steps": -1}, "-1 warm-up steps"),
    ],
)
def test_settings_out_of_range(houses: Dataset, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        Run(houses, Settings.of(**(OWNERS | changes)))
