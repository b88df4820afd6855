"""Optimizers: what a step makes of a gradient.

Each parameter has its own learning rate η and its own memory, and goes by

m' = m − η · direction.

Plain gradient descent goes by the gradient ∂L/∂m itself. The others remember something of the
gradients before. What is said here of m holds for b too.

To add an optimizer, declare it here: a class with a name, its parameters as fields, and an `update`
from a gradient and the memory to a direction and the memory afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from linreg_tui.core.moments import FloatArray
from linreg_tui.core.schema import Member, Range, about

Memory = tuple[float, ...]
"""What an optimizer remembers of one parameter from step to step."""


@dataclass(frozen=True)
class Optimizer(Member):
    """An optimizer, as PyTorch has it unless another source is given."""

    start: ClassVar[Memory] = ()
    """What it remembers before the first step."""

    linear: ClassVar[bool] = False
    """Whether direction and memory are linear in gradient and memory, without a constant part."""

    own_steps: ClassVar[bool] = False
    """Whether a step is about as long as the learning rate, whatever the size of the gradient."""

    symbol: ClassVar[str] = "∂L"
    """How its direction is written by hand."""

    expectation: ClassVar[str] = ""
    """What to expect of its steps, where there is no matrix to predict them from."""

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """The direction of a step, and the memory after it."""
        raise NotImplementedError

    def step_matrix(self) -> FloatArray | None:
        """How (direction, memory) follows from (gradient, memory), of shape (1 + k, 1 + k).

        None where that isn't linear. Column j is what becomes of a one in place j.
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
    """Step by the gradient itself."""

    linear = True

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """The gradient."""
        return gradient, memory


def _momentum() -> Any:
    return field(
        default=0.9,
        metadata=about(
            "momentum, μ",
            "of the optimizers momentum and nesterov",
            "Optimizer",
            range=Range(0, 1, open=(False, True)),
            wrong="a momentum of {:g} is not possible: choose a number from 0 up to, but not, 1, "
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
            wrong=f"{symbol} of {{:g}} is not possible: choose a number from 0 up to, but not, 1",
            metavar="NUMBER",
            brief=f"{symbol.rpartition(' ')[2]} {{:g}}",
        ),
    )


@dataclass(frozen=True)
class Momentum(Optimizer, name="momentum"):
    """Gradients gather speed, v' = μ v + ∂L, and a step goes by that.

    Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).
    """

    start = (0.0,)
    linear = True
    symbol = "v"

    momentum: float = _momentum()

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """The speed."""
        (velocity,) = memory
        velocity = self.momentum * velocity + gradient
        return velocity, (velocity,)


@dataclass(frozen=True)
class Nesterov(Optimizer, name="nesterov"):
    """Gradients gather speed, and a step looks ahead of where that leads, by ∂L + μ v'.

    Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013).
    """

    start = (0.0,)
    linear = True
    symbol = "∂L + μ v"

    momentum: float = _momentum()

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """The gradient, and most of the speed."""
        (velocity,) = memory
        velocity = self.momentum * velocity + gradient
        return gradient + self.momentum * velocity, (velocity,)


@dataclass(frozen=True)
class AdaGrad(Optimizer, name="adagrad"):
    """Step by the gradient over the root of the sum of all squares so far: steps shrink.

    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization" (2011).
    """

    start = (0.0,)
    own_steps = True
    symbol = "∂L / √Σ∂L²"
    expectation = "its steps shrink, from η on"

    epsilon: float = _epsilon(1e-10)

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """The gradient in units of all the gradients so far."""
        (total,) = memory
        total += gradient * gradient
        return gradient / (math.sqrt(total) + self.epsilon), (total,)


@dataclass(frozen=True)
class RMSProp(Optimizer, name="rmsprop"):
    """Step by the gradient in units of its size of late: steps of about η whatever that is.

    Tieleman and Hinton, "Lecture 6.5: RMSProp", Coursera (2012).
    """

    start = (0.0,)
    own_steps = True
    symbol = "∂L / √s"
    expectation = "its steps are about η long, the first ones longer"

    alpha: float = _share(0.99, "smoothing, α", "how slowly rmsprop forgets the size of gradients")
    epsilon: float = _epsilon(1e-8)

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """The gradient in units of its size of late."""
        (square,) = memory
        square = self.alpha * square + (1.0 - self.alpha) * gradient * gradient
        return gradient / (math.sqrt(square) + self.epsilon), (square,)


@dataclass(frozen=True)
class Adam(Optimizer, name="adam"):
    """Step by the mean of the gradients of late in units of their size, so by about η.

    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
    """

    start = (0.0, 0.0, 1.0, 1.0)
    own_steps = True
    symbol = "ḡ / √s"
    expectation = "its steps are about η long, whatever the gradient"

    beta1: float = _share(0.9, "mean, β₁", "how slowly adam forgets gradients")
    beta2: float = _share(0.999, "square, β₂", "how slowly adam forgets the size of gradients")
    epsilon: float = _epsilon(1e-8)

    def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
        """The mean of the gradients in units of their size, both without the bias of the start."""
        mean, square, power1, power2 = memory  # the powers are β₁ᵗ and β₂ᵗ of step t
        beta1, beta2 = self.beta1, self.beta2
        mean = beta1 * mean + (1.0 - beta1) * gradient
        square = beta2 * square + (1.0 - beta2) * gradient * gradient
        power1, power2 = beta1 * power1, beta2 * power2
        size = math.sqrt(square / (1.0 - power2)) + self.epsilon
        return mean / (1.0 - power1) / size, (mean, square, power1, power2)
