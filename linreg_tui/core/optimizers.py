"""Optimizers: how a step follows from the gradient.

m' = m − η_m · direction        the updated_m of the notebook; η_m is its learning_rate_m
b' = b − η_b · direction        likewise for b

The direction is what an optimizer returns. It depends on the gradient g, which is ∂L/∂m for m and
∂L/∂b for b, and on what the optimizer remembers of earlier gradients:

sgd         g                                           as in the notebook
momentum    v                   v = μ v + g
nesterov    g + μ v             v = μ v + g
adagrad     g / (√s + ε)        s = s + g²
rmsprop     g / (√s + ε)        s = α s + (1 − α) g²
adam        ḡ / (√s + ε)        ḡ and s: the means of g and g² over recent steps

Each parameter has its own learning rate and its own memory.

To add an optimizer, declare it here: a class with a name, its parameters as fields, and an `update`
that takes a gradient and the memory, and returns a direction and the new memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from linreg_tui.core.moments import FloatArray
from linreg_tui.core.schema import Member, Range, about

Memory = tuple[float, ...]
"""What an optimizer remembers about one parameter from step to step."""


@dataclass(frozen=True)
class Optimizer(Member):
    """An optimizer; it works as in PyTorch unless another source is given."""

    start: ClassVar[Memory] = ()
    """The memory before the first step."""

    linear: ClassVar[bool] = False
    """Whether `update` is linear in gradient and memory, without a constant part."""

    own_steps: ClassVar[bool] = False
    """Whether a step is about as long as the learning rate, whatever the size of the gradient."""

    symbol: ClassVar[str] = "∂L"
    """The formula of its direction, for people to read."""

    made: ClassVar[str] = ""
    """How the symbols in that formula are made of the gradient, for people to read."""

    expectation: ClassVar[str] = ""
    """What to expect of its steps, where no matrix exists to predict them from."""

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """Return the direction of a step, and the memory after it."""
        raise NotImplementedError

    def step_matrix(self) -> FloatArray | None:
        """Return the matrix that takes (gradient, memory) to (direction, memory).

        Its shape is (1 + k, 1 + k) for a memory of k numbers. It is None if `update` isn't linear.
        """
        if not self.linear:
            return None
        columns = []
        for one in np.eye(1 + len(self.start)).tolist():
            direction, memory = self.update(one[0], tuple(one[1:]))
            columns.append((direction, *memory))
        return np.array(columns).T


@dataclass(frozen=True)
class SGD(Optimizer, name="sgd"):
    """Step along the gradient itself, as in the notebook."""

    linear = True

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """Return the gradient."""
        return gradient, memory


def _momentum() -> Any:
    return field(
        default=0.9,
        metadata=about(
            "momentum, μ",
            "for the optimizers momentum and nesterov",
            "Optimizer",
            range=Range(0, 1, open=(False, True)),
            wrong="a momentum of {:g} is not possible: choose a number from 0 to below 1, "
            "such as 0.9",
            metavar="NUMBER",
            column="μ",
            brief="μ {:g}",
        ),
    )


def _epsilon(default: float) -> Any:
    return field(
        default=default,
        metadata=about(
            "epsilon, ε",
            "keeps adagrad, rmsprop and adam from dividing by zero",
            "Optimizer",
            range=Range(0, open=(True, True)),
            wrong="an epsilon of {:g} is not possible: choose a positive number, such as 1e-8",
            none=("auto", ""),
            none_help="1e-10 for adagrad, else 1e-8",
            metavar="NUMBER",
            brief="ε {:g}",
        ),
    )


def _share(default: float, symbol: str, what: str) -> Any:
    return field(
        default=default,
        metadata=about(
            symbol,
            what,
            "Optimizer",
            range=Range(0, 1, open=(False, True)),
            wrong=f"{symbol} of {{:g}} is not possible: choose a number from 0 to below 1",
            metavar="NUMBER",
            brief=f"{symbol.rpartition(' ')[2]} {{:g}}",
        ),
    )


@dataclass(frozen=True)
class Momentum(Optimizer, name="momentum"):
    """Gradients build up a velocity, v' = μ v + ∂L, and a step follows it.

    Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).
    """

    start = (0.0,)
    linear = True
    symbol = "v"
    made = "v = μ v + ∂L"

    momentum: float = _momentum()

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """Return the velocity."""
        (velocity,) = memory
        velocity = self.momentum * velocity + gradient
        return velocity, (velocity,)


@dataclass(frozen=True)
class Nesterov(Optimizer, name="nesterov"):
    """Gradients build up a velocity, and a step looks ahead of where it leads, by ∂L + μ v'.

    Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013).
    """

    start = (0.0,)
    linear = True
    symbol = "∂L + μ v"
    made = "v = μ v + ∂L"

    momentum: float = _momentum()

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """Return the gradient plus μ times the velocity."""
        (velocity,) = memory
        velocity = self.momentum * velocity + gradient
        return gradient + self.momentum * velocity, (velocity,)


@dataclass(frozen=True)
class AdaGrad(Optimizer, name="adagrad"):
    """Divide the gradient by the root of the sum of all squared gradients, so that steps shrink.

    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization" (2011).
    """

    start = (0.0,)
    own_steps = True
    symbol = "∂L / √Σ∂L²"
    expectation = "its steps begin at η and shrink"

    epsilon: float = _epsilon(1e-10)

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """Return the gradient divided by the root of the sum of all its squares so far."""
        (total,) = memory
        total += gradient * gradient
        return gradient / (math.sqrt(total) + self.epsilon), (total,)


@dataclass(frozen=True)
class RMSProp(Optimizer, name="rmsprop"):
    """Divide the gradient by its recent size, so that a step is about η long at any size.

    Tieleman and Hinton, "Lecture 6.5: RMSProp", Coursera (2012).
    """

    start = (0.0,)
    own_steps = True
    symbol = "∂L / √s"
    made = "s: mean ∂L²"
    expectation = "its steps are about η long, the first ones longer"

    alpha: float = _share(0.99, "smoothing, α", "how slowly rmsprop forgets the size of gradients")
    epsilon: float = _epsilon(1e-8)

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """Return the gradient divided by its recent size."""
        (square,) = memory
        square = self.alpha * square + (1.0 - self.alpha) * gradient * gradient
        return gradient / (math.sqrt(square) + self.epsilon), (square,)


@dataclass(frozen=True)
class Adam(Optimizer, name="adam"):
    """Divide the mean of recent gradients by their size, so that a step is about η long.

    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
    """

    start = (0.0, 0.0, 1.0, 1.0)
    own_steps = True
    symbol = "ḡ / √s"
    made = "ḡ, s: means of ∂L, ∂L²"
    expectation = "its steps are about η long, whatever the gradient"

    beta1: float = _share(0.9, "mean, β₁", "how slowly adam forgets gradients")
    beta2: float = _share(0.999, "square, β₂", "how slowly adam forgets the size of gradients")
    epsilon: float = _epsilon(1e-8)

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """Return the mean gradient divided by its recent size, both corrected for the start."""
        mean, square, power1, power2 = memory  # the powers are β₁ᵗ and β₂ᵗ of step t
        beta1, beta2 = self.beta1, self.beta2
        mean = beta1 * mean + (1.0 - beta1) * gradient
        square = beta2 * square + (1.0 - beta2) * gradient * gradient
        power1, power2 = beta1 * power1, beta2 * power2
        size = math.sqrt(square / (1.0 - power2)) + self.epsilon
        return mean / (1.0 - power1) / size, (mean, square, power1, power2)
