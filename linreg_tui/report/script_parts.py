"""The parts of the script that repeats a run."""

from __future__ import annotations

from linreg_tui.core.segment import Segment
from linreg_tui.core.text import printable

HEAD = '''\
"""Fit a line to data by gradient descent.

{what}
{batches}
It needs NumPy, and Matplotlib for the plots. The data is in a file beside this one.
"""

from pathlib import Path

import numpy as np

DATA = {data_file}
X_NAME, Y_NAME = {x_name}, {y_name}


def read():
    """Return x and y of all rows."""
    path = Path(__file__).with_name(DATA)
    return np.loadtxt(path, delimiter=",", skiprows=1, unpack=True, encoding="utf-8")


def loss(x, y, m, b):
    """Return the mean squared error of the line y = m x + b."""
    return np.mean((y - (m * x + b)) ** 2)
'''

BATCHES_SAID = """
The batches are those of the run: they are drawn in the same way, by the same generator, from
the same seed.
"""

ALL_ROWS = '''\
def all_rows():
    """Take all rows in each step."""
    while True:
        yield slice(None)
'''

_DEALT = '''\
def independent(n, size, seed):
    """Draw each batch without replacement, whatever the one before was.

    The rows are a deck of cards, and shuffled as far as it takes to draw a hand.{note}
    """
    rng = np.random.default_rng(seed)
    while True:
        deck = list(range(n))
        for place, random in enumerate(rng.random({drawn})):
            card = place + int(random * (n - place))
            deck[place], deck[card] = deck[card], deck[place]
        yield {dealt}
'''

DRAWN = '''\
def independent(n, size, seed):
    """Draw each batch without replacement, whatever the one before was."""
    rng = np.random.default_rng(seed)
    while True:
        yield rng.choice(n, size, replace=False, shuffle=False)
'''

SHUFFLED = '''\
def shuffled(n, size, seed):
    """Shuffle the rows once an epoch and take them in turn; those left over sit it out."""
    rng = np.random.default_rng(seed)
    while True:
        raw = rng.bit_generator.random_raw({words}).view(np.{kind})
        # Each row goes where the upper bits of its random number say; the last one breaks ties.
        ties = np.arange(n, dtype=raw.dtype) ^ (raw[n] % {range})
        order = np.lexsort((ties, raw[:n] >> {bits}))
        for first in range(0, n - size + 1, size):
            yield order[first : first + size]
'''

PLAIN = '''\
def plain(gradient):
    """Step by the gradient itself."""
    return gradient
'''

MEMORY = {
    "momentum": '''\
class Momentum:
    """Gradients gather speed, and a step goes by that."""

    def __init__(self, mu):
        self.mu = mu
        self.velocity = 0.0

    def __call__(self, gradient):
        self.velocity = self.mu * self.velocity + gradient
        return self.velocity
''',
    "nesterov": '''\
class Nesterov:
    """Gradients gather speed, and a step looks ahead of where that leads."""

    def __init__(self, mu):
        self.mu = mu
        self.velocity = 0.0

    def __call__(self, gradient):
        self.velocity = self.mu * self.velocity + gradient
        return gradient + self.mu * self.velocity
''',
    "adam": '''\
class Adam:
    """Step by the mean of the last gradients in units of their size, so by about 1."""

    def __init__(self):
        self.steps = 0
        self.mean = 0.0
        self.square = 0.0

    def __call__(self, gradient):
        self.steps += 1
        self.mean = 0.9 * self.mean + (1 - 0.9) * gradient
        self.square = 0.999 * self.square + (1 - 0.999) * gradient * gradient
        mean = self.mean / (1 - 0.9**self.steps)
        square = self.square / (1 - 0.999**self.steps)
        return mean / (np.sqrt(square) + 1e-8)
''',
}
"""The optimizers that remember something, one object for each parameter."""

TAIL = '''\
def plot(x, y, steps):
    """Show the points and the line, and the loss of every step; keep both as a picture."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    ends = np.array([x.min(), x.max()])
    m, b, _ = steps[-1]
    left.scatter(x, y, s=6, color="grey", label="data")
    left.plot(ends, m * ends + b, color="C1", label="fit")
    left.plot(ends, np.polyval(np.polyfit(x, y, 1), ends), "--", color="C0", label="closed form")
    left.set(xlabel=X_NAME, ylabel=Y_NAME)
    left.legend()
    right.semilogy(steps[:, 2], color="C1")
    right.set(xlabel="step", ylabel="loss")
    figure.savefig(Path(__file__).with_suffix(".png"))
    plt.show()


def main():
    """Train, say where that led, and show it."""
    x, y = read()
    steps = train(x, y)
    m, b, last_loss = steps[-1]
    print(f"after {len(steps) - 1} steps: slope {m}, intercept {b}, loss {last_loss}")
    try:
        plot(x, y, steps)
    except ImportError:
        print("for the plots, install Matplotlib: pip install matplotlib")


if __name__ == "__main__":
    main()
'''


def factor_function(segment: Segment) -> str:
    """The body of a function that says what the schedule multiplies the learning rates by."""
    settings = segment.settings
    total = max(1, segment.end - segment.schedule_start)
    warmup, every = settings.warmup(total), settings.decay_interval(total)
    kind = settings.schedule if settings.schedule != "constant" else "warmup"
    if kind == "warmup" and not warmup:
        return _indented('"""Leave the learning rates as they are."""', "return 1.0")
    begins = segment.schedule_start + 1
    lines = [
        f'"""Return what the learning rates are multiplied by in a step: {kind}."""',
        f"k = step - {begins}  # steps since the schedule began",
    ]
    if kind == "warmup":
        return _indented(*lines, f"return min(1.0, (k + 1) / {warmup})")
    if warmup:
        lines += [
            f"if k < {warmup}:  # warm-up",
            f"    return (k + 1) / {warmup}",
            f"k -= {warmup}",
        ]
    if kind == "step":
        lines.append(f"return {settings.decay!r} ** (k // {every})")
    elif kind == "exponential":
        lines.append(f"return {settings.decay!r} ** (k / {every})")
    else:
        lines.append(f"return (1 + np.cos(np.pi * min(1, k / {max(1, total - warmup)}))) / 2")
    return _indented(*lines)


def dealt(n: int, sizes: set[int]) -> str:
    """The function that draws independent batches of these sizes from a deck of n rows."""
    note = " Of more\n    than half of the cards, those are drawn that stay out."
    if all(2 * size <= n for size in sizes):
        return _DEALT.format(drawn="size", dealt="deck[:size]", note="")
    if all(2 * size > n for size in sizes):
        return _DEALT.format(drawn="n - size", dealt="deck[n - size :]", note=note)
    either = "deck[:size] if 2 * size <= n else deck[n - size :]"
    return _DEALT.format(drawn="min(size, n - size)", dealt=either, note=note)


def _indented(*lines: str) -> str:
    """The body of a function."""
    return "".join(f"    {line}\n" for line in lines)


def literal(text: str) -> str:
    """A text as Python source, in double quotes if it has none."""
    written = repr(text)
    return written if '"' in text else f'"{written[1:-1]}"'


def label(name: str) -> str:
    """A name as a label of Matplotlib, which takes what is between dollar signs for a formula."""
    return printable(name).replace("$", r"\$")
