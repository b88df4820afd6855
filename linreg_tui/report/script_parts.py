"""The parts of the script that repeats a run."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from textwrap import dedent, indent

from linreg_tui.core.losses import Loss
from linreg_tui.core.optimizers import Optimizer
from linreg_tui.core.run import Segment
from linreg_tui.core.schedules import Schedule
from linreg_tui.core.schema import Member
from linreg_tui.core.text import printable

HEAD = '''\
"""Fit a line to data by gradient descent.

{what}
{batches}
It needs NumPy, and Matplotlib for the plots. The data is in a file beside this one.
"""

{imports}from pathlib import Path

import numpy as np

DATA = {data_file}
X_NAME, Y_NAME = {x_name}, {y_name}


'''

MEAN_LOSS = '''\
def loss(x, y, m, b):
    """Return the mean loss of the line y = m x + b."""
    return np.mean(LOSS.of(y - m * x - b))
'''

READ = '''\
def read():
    """Return x and y of all rows."""
    path = Path(__file__).with_name(DATA)
    return np.loadtxt(path, delimiter=",", skiprows=1, unpack=True, encoding="utf-8")
'''

READ_PARTED = '''\
def read():
    """Return x and y of the rows to train on, then of those to test on."""
    path = Path(__file__).with_name(DATA)
    x, y, test = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True, encoding="utf-8")
    return x[test == 0], y[test == 0], x[test == 1], y[test == 1]
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

TAIL = '''\
def plot(x, y, steps{tested}):
    """Show the points and the line, and the loss of every step; keep both as a picture."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    ends = np.array([x.min(), x.max()])
    m, b = steps[-1, :2]
    left.scatter(x, y, s=6, color="grey", label="data")
{test_points}    left.plot(ends, m * ends + b, color="C1", label="fit")
    left.plot(ends, np.polyval(np.polyfit(x, y, 1), ends), "--", color="C0", label="closed form")
    left.set(xlabel=X_NAME, ylabel=Y_NAME)
    left.legend()
    right.semilogy(steps[:, 2], color="C1"{named})
{test_curve}    right.set(xlabel="step", ylabel="loss")
    figure.savefig(Path(__file__).with_suffix(".png"))
    plt.show()


def main():
    """Train, say where that led, and show it."""
    x, y{tested} = read()
    steps = train(x, y{tested})
    m, b, last_loss{test_loss} = steps[-1]
    print(f"after {{len(steps) - 1}} steps: slope {{m}}, intercept {{b}}, loss {{last_loss}}")
{test_said}    try:
        plot(x, y, steps{tested})
    except ImportError:
        print("for the plots, install Matplotlib: pip install matplotlib")


if __name__ == "__main__":
    main()
'''

WITHOUT_TEST = dict.fromkeys(
    ("tested", "test_points", "named", "test_curve", "test_loss", "test_said"), ""
)
WITH_TEST = {
    "tested": ", test_x, test_y",
    "test_points": '    left.scatter(test_x, test_y, s=6, color="C2", label="test rows")\n',
    "named": ', label="training rows"',
    "test_curve": """\
    right.semilogy(steps[:, 3], color="C2", label="test rows")
    right.legend()
""",
    "test_loss": ", test_loss",
    "test_said": '    print(f"loss on the test rows: {test_loss}")\n',
}


def factor_function(segment: Segment) -> str:
    """The body of a function that says what the schedule multiplies the learning rates by."""
    settings, total = segment.settings, segment.schedule_steps
    schedule = settings.schedule.resolved(total)
    warmup, begins = schedule.warmup_steps or 0, segment.schedule_start + 1
    if settings.is_constant:
        return _indented('"""Leave the learning rates as they are."""', "return 1.0")
    lines = [
        f'"""Return what the learning rates are multiplied by in a step: {schedule.name}."""',
        f"k = step - {begins}  # steps since the schedule began",
    ]
    if warmup:
        lines += [
            f"if k < {warmup}:  # warm-up",
            f"    return (k + 1) / {warmup}",
        ]
    after = f"k - {warmup}" if warmup else "k"
    return _indented(
        *lines, f"return {instance(schedule, METHODS[Schedule])}.factor({after}, {total})"
    )


METHODS: dict[type[Member], tuple[str, ...]] = {
    Loss: ("of", "derivative"),
    Optimizer: ("update",),
    Schedule: ("factor",),
}
"""What the script needs of a member of each family."""


def class_source(member: Member, methods: Sequence[str]) -> str:
    """The class of a loss, an optimizer or a schedule, with these methods as they stand here."""
    kind = type(member)
    summary = (kind.__doc__ or "").partition("\n")[0]
    parts = [f'class {kind.__name__}:\n    """{summary}"""\n']
    if names := _used(kind, methods):
        keeps = "".join(f"        self.{name} = {name}\n" for name in names)
        parts.append(f"    def __init__(self, {', '.join(names)}):\n{keeps}")
    for function in _functions(kind, methods):
        parts.append(indent(ast.unparse(_bare(function)), "    ") + "\n")
    return "\n".join(parts)


def instance(member: Member, methods: Sequence[str]) -> str:
    """The expression that makes a member of its class as the script has it."""
    values = (f"{name}={getattr(member, name)!r}" for name in _used(type(member), methods))
    return f"{type(member).__name__}({', '.join(values)})"


def _functions(kind: type[Member], methods: Sequence[str]) -> Iterator[ast.FunctionDef]:
    for method in methods:
        (function,) = ast.parse(dedent(inspect.getsource(getattr(kind, method)))).body
        assert isinstance(function, ast.FunctionDef)
        yield function


def _used(kind: type[Member], methods: Sequence[str]) -> list[str]:
    """The fields that these methods need, in the order in which they are declared."""
    needed = {
        node.attr
        for function in _functions(kind, methods)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return [field.name for field in kind.parameters().values() if field.name in needed]


def _bare(function: ast.FunctionDef) -> ast.FunctionDef:
    """A function without its annotations."""
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None
    return function


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
