"""Make pytorch.json: where PyTorch's optimizers and schedulers go on the bundled data.

python tests/core/oracles/make_pytorch.py, in an environment with torch and this package.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch.optim import lr_scheduler

from linreg_tui.core.examples import bundled

STEPS, EVERY = 40, 4
DECAY, DECAY_STEPS, WARMUP = 0.6, 7, 8
RATES = {
    "sgd": (1e-7, 1e-1),
    "momentum": (2e-8, 2e-2),
    "nesterov": (2e-8, 2e-2),
    "adam": (2.0, 1500.0),
}


def make_optimizer(name: str, m: torch.Tensor, b: torch.Tensor) -> torch.optim.Optimizer:
    """PyTorch's optimizer of that name, with a learning rate for each parameter."""
    groups = [
        {"params": [parameter], "lr": rate}
        for parameter, rate in zip((m, b), RATES[name], strict=True)
    ]
    if name == "adam":
        return torch.optim.Adam(groups)
    momentum = 0.0 if name == "sgd" else 0.9
    return torch.optim.SGD(groups, lr=1.0, momentum=momentum, nesterov=name == "nesterov")


def make_schedule(
    name: str, warmup: int, optimizer: torch.optim.Optimizer
) -> lr_scheduler.LRScheduler:
    """PyTorch's scheduler of that name, after a linear warm-up if there is one."""
    after: lr_scheduler.LRScheduler
    if name == "step":
        after = lr_scheduler.StepLR(optimizer, DECAY_STEPS, DECAY)
    elif name == "exponential":
        after = lr_scheduler.ExponentialLR(optimizer, DECAY ** (1 / DECAY_STEPS))
    elif name == "cosine":
        after = lr_scheduler.CosineAnnealingLR(optimizer, STEPS - warmup)
    else:
        after = lr_scheduler.ConstantLR(optimizer, 1.0, 1)
    if not warmup:
        return after
    before = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1.0, warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [before, after], [warmup])


def path(optimizer_name: str, schedule_name: str, warmup: int) -> list[list[float]]:
    """Every few steps of m and b, full batch, both updated from the old ones."""
    data = bundled()
    x, y = torch.from_numpy(data.x.copy()), torch.from_numpy(data.y.copy())
    m = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(1000.0, dtype=torch.float64, requires_grad=True)
    optimizer = make_optimizer(optimizer_name, m, b)
    schedule = make_schedule(schedule_name, warmup, optimizer)
    points = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        ((y - (m * x + b)) ** 2).mean().backward()
        optimizer.step()
        schedule.step()
        if step % EVERY == 0:
            points.append([m.item(), b.item()])
    return points


def main() -> None:
    """Write the file."""
    cases = [
        {
            "optimizer": optimizer,
            "learning_rate_m": RATES[optimizer][0],
            "learning_rate_b": RATES[optimizer][1],
            "schedule": schedule,
            "warmup_steps": warmup,
            "points": path(optimizer, schedule, warmup),
        }
        for optimizer in RATES
        for schedule in ("constant", "step", "exponential", "cosine")
        for warmup in (0, WARMUP)
    ]
    stored = {
        "torch": torch.__version__,
        "steps": STEPS,
        "every": EVERY,
        "decay": DECAY,
        "decay_steps": DECAY_STEPS,
        "cases": cases,
    }
    target = Path(__file__).with_name("pytorch.json")
    target.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
