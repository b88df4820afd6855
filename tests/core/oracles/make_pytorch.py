"""Make pytorch.json: results of PyTorch's optimizers, schedulers and losses on the bundled data.

python tests/core/oracles/make_pytorch.py, in an environment with torch and this package.

Every case starts at m = 5, b = 1000. It names its settings; those that it leaves out are as in
UNSAID and `own_parameters`. Its points are m and b after every EVERY steps. The file has four lists
of cases:

- cases: every optimizer, under schedules
- parameters: optimizers with other parameters than their defaults
- losses: every optimizer on every loss
- batches: steps on mini-batches, whose rows are those of `batch_rows`
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch.optim import lr_scheduler

from linreg_tui.core.examples import bundled

Case = dict[str, Any]

STEPS, EVERY = 40, 4
DECAY, DECAY_STEPS, WARMUP = 0.6, 7, 8
BATCH_SIZE, BATCH_STRIDE = 64, 7
HUBER_DELTA = 20_000.0
RATES = {
    "squared": {
        "sgd": (1e-7, 1e-1),
        "momentum": (2e-8, 2e-2),
        "nesterov": (2e-8, 2e-2),
        "adam": (2.0, 1500.0),
        "adagrad": (18.0, 8000.0),
        "rmsprop": (1.5, 600.0),
    },
    "absolute": {
        "sgd": (2e-3, 2000.0),
        "momentum": (4e-4, 400.0),
        "nesterov": (4e-4, 400.0),
        "adam": (2.0, 1500.0),
        "adagrad": (15.0, 10_000.0),
        "rmsprop": (1.0, 600.0),
    },
    "huber": {
        "sgd": (2e-7, 2e-1),
        "momentum": (4e-8, 4e-2),
        "nesterov": (4e-8, 4e-2),
        "adam": (2.0, 1500.0),
        "adagrad": (15.0, 10_000.0),
        "rmsprop": (1.0, 600.0),
    },
}
UNSAID: Case = {
    "loss": "squared",
    "update": "simultaneous",
    "schedule": "constant",
    "warmup_steps": 0,
}
# On the squared loss, b's gradients begin at 3e5 and m's at 5e8: an epsilon of 1e6 slows both.
PARAMETERS: list[tuple[str, tuple[float, float], dict[str, float]]] = [
    ("momentum", (8e-8, 8e-2), {"momentum": 0.5}),
    ("nesterov", (8e-8, 8e-2), {"momentum": 0.5}),
    ("adam", (2.0, 1500.0), {"beta1": 0.8}),
    ("adam", (2.0, 1500.0), {"beta2": 0.95}),
    ("adam", (2.0, 6000.0), {"epsilon": 1e6}),
    ("adam", (2.0, 2000.0), {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e5}),
    ("adagrad", (18.0, 30_000.0), {"epsilon": 1e6}),
    ("rmsprop", (2.5, 1000.0), {"alpha": 0.9}),
    ("rmsprop", (1.5, 30_000.0), {"epsilon": 1e6}),
    ("rmsprop", (2.5, 2000.0), {"alpha": 0.9, "epsilon": 1e5}),
]


def own_parameters(optimizer: str) -> dict[str, float]:
    """Return PyTorch's default parameters of an optimizer; the momentum is 0.9."""
    some = [torch.zeros(1)]
    match optimizer:
        case "sgd":
            return {}
        case "momentum" | "nesterov":
            return {"momentum": 0.9}
        case "adam":
            defaults = torch.optim.Adam(some).defaults
            beta1, beta2 = defaults["betas"]
            return {"beta1": beta1, "beta2": beta2, "epsilon": defaults["eps"]}
        case "adagrad":
            return {"epsilon": torch.optim.Adagrad(some).defaults["eps"]}
        case "rmsprop":
            defaults = torch.optim.RMSprop(some).defaults
            return {"alpha": defaults["alpha"], "epsilon": defaults["eps"]}
        case unknown:
            raise ValueError(unknown)


def make_optimizer(case: Case, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    """Return PyTorch's optimizer for a case; each parameter has its own learning rate."""
    match case["optimizer"]:
        case "sgd":
            return torch.optim.SGD(groups, lr=1.0)
        case "momentum" | "nesterov" as name:
            return torch.optim.SGD(
                groups, lr=1.0, momentum=case["momentum"], nesterov=name == "nesterov"
            )
        case "adam":
            betas = case["beta1"], case["beta2"]
            return torch.optim.Adam(groups, betas=betas, eps=case["epsilon"])
        case "adagrad":
            return torch.optim.Adagrad(groups, eps=case["epsilon"])
        case "rmsprop":
            return torch.optim.RMSprop(groups, alpha=case["alpha"], eps=case["epsilon"])
        case unknown:
            raise ValueError(unknown)


def make_schedule(case: Case, optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler:
    """Return PyTorch's scheduler for a case, after a linear warm-up if it has one."""
    warmup = case["warmup_steps"]
    after: lr_scheduler.LRScheduler
    match case["schedule"]:
        case "constant":
            after = lr_scheduler.ConstantLR(optimizer, 1.0, 1)
        case "step":
            after = lr_scheduler.StepLR(optimizer, DECAY_STEPS, DECAY)
        case "exponential":
            after = lr_scheduler.ExponentialLR(optimizer, DECAY ** (1 / DECAY_STEPS))
        case "cosine":
            after = lr_scheduler.CosineAnnealingLR(optimizer, STEPS - warmup)
        case unknown:
            raise ValueError(unknown)
    if not warmup:
        return after
    before = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1.0, warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [before, after], [warmup])


def make_loss(case: Case) -> torch.nn.Module:
    """Return PyTorch's loss for a case, the mean over rows."""
    match case["loss"]:
        case "squared":
            return torch.nn.MSELoss()
        case "absolute":
            return torch.nn.L1Loss()
        case "huber":
            return torch.nn.HuberLoss(delta=case["huber_delta"])
        case unknown:
            raise ValueError(unknown)


def batch_rows(step: int, n: int) -> torch.Tensor:
    """Return the rows of a step's batch, with steps counted from 0.

    The rows are laid out as 0, 7, 14, ... modulo n. The batches go through them in turn, over and
    over; all rows take part, since 7 doesn't divide n.
    """
    first = step * BATCH_SIZE
    return torch.arange(first, first + BATCH_SIZE) * BATCH_STRIDE % n


def path(case: Case, *, batches: bool = False) -> list[list[float]]:
    """Return m and b every few steps, on all rows or on mini-batches.

    A simultaneous update is one optimizer over both parameters. A sequential one is an optimizer
    for each, and the gradient of b is taken once m has moved.
    """
    case = UNSAID | own_parameters(case["optimizer"]) | case
    data = bundled()
    x, y = torch.from_numpy(data.x.copy()), torch.from_numpy(data.y.copy())
    m = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(1000.0, dtype=torch.float64, requires_grad=True)
    groups = [
        {"params": [m], "lr": case["learning_rate_m"]},
        {"params": [b], "lr": case["learning_rate_b"]},
    ]
    turns = [groups] if case["update"] == "simultaneous" else [[group] for group in groups]
    optimizers = [make_optimizer(case, turn) for turn in turns]
    schedules = [make_schedule(case, optimizer) for optimizer in optimizers]
    loss = make_loss(case)
    points = []
    for step in range(STEPS):
        rows = batch_rows(step, len(x)) if batches else slice(None)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            # The other parameter's update has left a gradient for this one, too.
            optimizer.zero_grad()
            loss(m * x[rows] + b, y[rows]).backward()
            optimizer.step()
            schedule.step()
        if (step + 1) % EVERY == 0:
            points.append([m.item(), b.item()])
    return points


def scheduled(optimizer: str, schedule: str, warmup: int) -> Case:
    """Return a case with a schedule."""
    rate_m, rate_b = RATES["squared"][optimizer]
    case: Case = {
        "optimizer": optimizer,
        "learning_rate_m": rate_m,
        "learning_rate_b": rate_b,
        "schedule": schedule,
        "warmup_steps": warmup,
    }
    return case | {"points": path(case)}


def with_parameters(
    optimizer: str, rates: tuple[float, float], parameters: dict[str, float]
) -> Case:
    """Return a case with other parameters of the optimizer."""
    case: Case = {
        "optimizer": optimizer,
        "learning_rate_m": rates[0],
        "learning_rate_b": rates[1],
        **own_parameters(optimizer),
        **parameters,
    }
    return case | {"points": path(case)}


def with_loss(optimizer: str, loss: str, update: str, *, batches: bool = False) -> Case:
    """Return a case with a loss and an update order."""
    rate_m, rate_b = RATES[loss][optimizer]
    case: Case = {
        "optimizer": optimizer,
        "loss": loss,
        "update": update,
        "learning_rate_m": rate_m,
        "learning_rate_b": rate_b,
        **own_parameters(optimizer),
    }
    if loss == "huber":
        case["huber_delta"] = HUBER_DELTA
    return case | {"points": path(case, batches=batches)}


def main() -> None:
    """Write the file."""
    updates = "simultaneous", "sequential"
    cases = [
        scheduled(optimizer, schedule, warmup)
        for optimizer in ("sgd", "momentum", "nesterov", "adam")
        for schedule in ("constant", "step", "exponential", "cosine")
        for warmup in (0, WARMUP)
    ]
    cases += [
        scheduled(optimizer, schedule, warmup)
        for optimizer in ("adagrad", "rmsprop")
        for schedule, warmup in (("constant", 0), ("cosine", WARMUP))
    ]
    stored = {
        "torch": torch.__version__,
        "steps": STEPS,
        "every": EVERY,
        "decay": DECAY,
        "decay_steps": DECAY_STEPS,
        "batch_size": BATCH_SIZE,
        "batch_stride": BATCH_STRIDE,
        "cases": cases,
        "parameters": [with_parameters(*case) for case in PARAMETERS],
        "losses": [
            with_loss(optimizer, loss, update)
            for loss, rates in RATES.items()
            for optimizer in rates
            for update in updates
        ],
        "batches": [
            with_loss(optimizer, loss, update, batches=True)
            for optimizer, loss in (("sgd", "squared"), ("adagrad", "absolute"), ("adam", "huber"))
            for update in updates
        ],
    }
    target = Path(__file__).with_name("pytorch.json")
    target.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
