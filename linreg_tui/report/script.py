"""A Python script that repeats a run with the same numbers, for a student to read.

It has only the code that the run needs. Settings that changed during the run are assigned in its
loop at that step; all others are assigned once, before the loop.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Sequence
from textwrap import dedent, fill, indent

from linreg_tui import __version__
from linreg_tui.core.batches import deals_cards, shuffle_keys
from linreg_tui.core.losses import Loss
from linreg_tui.core.optimizers import Optimizer
from linreg_tui.core.run import Run, Segment
from linreg_tui.core.schedules import Schedule
from linreg_tui.core.schema import Member
from linreg_tui.core.text import printable
from linreg_tui.core.units import training_units

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
    return np.mean(LOSS.value(y - m * x - b))
'''

READ = '''\
def read():
    """Return x and y of all rows."""
    path = Path(__file__).with_name(DATA)
    return np.loadtxt(path, delimiter=",", skiprows=1, unpack=True, encoding="utf-8")
'''

READ_SPLIT = '''\
def read():
    """Return x and y of the rows to train on, then of those to test on."""
    path = Path(__file__).with_name(DATA)
    x, y, test = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True, encoding="utf-8")
    return x[test == 0], y[test == 0], x[test == 1], y[test == 1]
'''

BATCHES_NOTE = """
The batches are those of the run: they are drawn in the same way, by the same generator, from
the same seed.
"""

ALL_ROWS = '''\
def all_rows():
    """Yield all rows for each step."""
    while True:
        yield slice(None)
'''

_DEALT = '''\
def independent(n, size, seed):
    """Draw each batch without replacement, independently of the batch before.

    The rows are a deck of cards, shuffled only as far as it takes to deal a hand.{note}
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
    """Draw each batch without replacement, independently of the batch before."""
    rng = np.random.default_rng(seed)
    while True:
        yield rng.choice(n, size, replace=False, shuffle=False)
'''

SHUFFLED = '''\
def shuffled(n, size, seed):
    """Shuffle the rows once an epoch and take them in turn; leave out the last few."""
    rng = np.random.default_rng(seed)
    while True:
        raw = rng.bit_generator.random_raw({words}).view(np.{kind})
        # The upper bits of a row's random number decide its place; the last number breaks ties.
        ties = np.arange(n, dtype=raw.dtype) ^ (raw[n] % {range})
        order = np.lexsort((ties, raw[:n] >> {bits}))
        for first in range(0, n - size + 1, size):
            yield order[first : first + size]
'''

TAIL = '''\
def plot(x, y, steps{tested}):
    """Plot the points with the line, and the loss of every step; save and show the plots."""
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
    """Train, print the result, and plot it."""
    x, y{tested} = read()
    steps = train(x, y{tested})
    m, b, last_loss{test_loss} = steps[-1]
    print(f"after {{len(steps) - 1}} steps: slope {{m}}, intercept {{b}}, loss {{last_loss}}")
{test_print}    try:
        plot(x, y, steps{tested})
    except ImportError:
        print("for the plots, install Matplotlib: pip install matplotlib")


if __name__ == "__main__":
    main()
'''

WITHOUT_TEST = dict.fromkeys(
    ("tested", "test_points", "named", "test_curve", "test_loss", "test_print"), ""
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
    "test_print": '    print(f"loss on the test rows: {test_loss}")\n',
}


def factor_function(segment: Segment) -> str:
    """Return the body of the function for the schedule's factor of the learning rates."""
    settings, total = segment.settings, segment.schedule_steps
    schedule = settings.schedule.resolved(total)
    warmup, begins = schedule.warmup_steps or 0, segment.schedule_start + 1
    if settings.is_constant:
        return _indented('"""Leave the learning rates as they are."""', "return 1.0")
    lines = [
        f'"""Return the factor of the learning rates in a step: {schedule.name}."""',
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
    Loss: ("value", "derivative"),
    Optimizer: ("update",),
    Schedule: ("factor",),
}
"""The methods that the script needs from the members of each family."""


def class_source(member: Member, methods: Sequence[str]) -> str:
    """Return the source of a loss, an optimizer or a schedule, with only these methods."""
    kind = type(member)
    summary = (kind.__doc__ or "").partition("\n")[0]
    parts = [f'class {kind.__name__}:\n    """{summary}"""\n']
    if names := _used(kind, methods):
        assignments = "".join(f"        self.{name} = {name}\n" for name in names)
        parts.append(f"    def __init__(self, {', '.join(names)}):\n{assignments}")
    for function in _functions(kind, methods):
        parts.append(indent(ast.unparse(_bare(function)), "    ") + "\n")
    return "\n".join(parts)


def instance(member: Member, methods: Sequence[str]) -> str:
    """Return the expression that makes a member in the script."""
    values = (f"{name}={getattr(member, name)!r}" for name in _used(type(member), methods))
    return f"{type(member).__name__}({', '.join(values)})"


def _functions(kind: type[Member], methods: Sequence[str]) -> Iterator[ast.FunctionDef]:
    for method in methods:
        (function,) = ast.parse(dedent(inspect.getsource(getattr(kind, method)))).body
        assert isinstance(function, ast.FunctionDef)
        yield function


def _used(kind: type[Member], methods: Sequence[str]) -> list[str]:
    """Return the fields that these methods use, in the order of their declaration."""
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
    """Return a function without its annotations."""
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None
    return function


def dealt(n: int, sizes: set[int]) -> str:
    """Return the function that draws independent batches of these sizes from a deck of n rows."""
    note = " To deal\n    more than half of the cards, it draws the cards that stay in the deck."
    if all(2 * size <= n for size in sizes):
        return _DEALT.format(drawn="size", dealt="deck[:size]", note="")
    if all(2 * size > n for size in sizes):
        return _DEALT.format(drawn="n - size", dealt="deck[n - size :]", note=note)
    either = "deck[:size] if 2 * size <= n else deck[n - size :]"
    return _DEALT.format(drawn="min(size, n - size)", dealt=either, note=note)


def _indented(*lines: str) -> str:
    """Return the body of a function."""
    return "".join(f"    {line}\n" for line in lines)


def literal(text: str) -> str:
    """Return a text as Python source, in double quotes if it contains none."""
    written = repr(text)
    return written if '"' in text else f'"{written[1:-1]}"'


def label(name: str) -> str:
    """Return a name as a label for Matplotlib, where dollar signs would enclose a formula."""
    return printable(name).replace("$", r"\$")


Values = dict[str, str]
"""The names that a segment of the run needs, and the expressions for their values."""


def script(run: Run, data_file: str, last: int | None = None) -> str:
    """Return the script, which reads the rows from `data_file` in its own folder.

    It repeats the run up to its latest step or the step `last`. A run that hasn't begun is repeated
    to its last epoch.
    """
    steps = run.history.last if last is None else last
    if steps == 0 and not run.exhausted:
        run = Run(run.all_data, run.settings)
        steps = run.budget
    return _Script(run, steps, data_file).text()


class _Script:
    """The script of the first `steps` steps of a run."""

    def __init__(self, run: Run, steps: int, data_file: str) -> None:
        self._data = run.data
        self._steps = steps
        self._data_file = data_file
        first, *later = run.segments
        self._segments = [first, *(segment for segment in later if segment.start < steps)]
        settings = [segment.settings for segment in self._segments]
        self._start = first.settings
        self._units = training_units(run.data.moments, self._start)
        self._line = ("w", "c") if self._start.standardize else ("m", "b")
        self._batched = any(segment.draws is not None for segment in self._segments)
        self._loss = run.loss
        self._trained = run.loss.scaled(self._units.scale_y)
        self._tested = run.test is not None
        self._optimizers = {one.optimizer for one in settings}
        self._schedules = {
            one.settings.schedule for one in self._segments if not one.settings.is_constant
        }
        self._updates = {one.update for one in settings}
        self._factors: dict[str, str] = {}
        for segment in self._segments:
            name = f"factor_from_{segment.start + 1}"
            self._factors.setdefault(factor_function(segment), name)
        if len(self._factors) == 1:
            self._factors = dict.fromkeys(self._factors, "factor")
        self._scheduled = any("step" in body for body in self._factors)

    def text(self) -> str:
        """Return the whole script."""
        functions = [
            READ_SPLIT if self._tested else READ,
            class_source(self._loss, METHODS[Loss]),
            f"LOSS = {instance(self._loss, METHODS[Loss])}",
            MEAN_LOSS,
        ]
        if self._scheduled:
            functions += _classes(self._schedules, METHODS[Schedule])
            functions += [f"def {name}(step):\n{body}" for body, name in self._factors.items()]
        if self._has_memory:
            functions += _classes(self._optimizers, METHODS[Optimizer])
        functions += [self._train()]
        imports = "import math\n" if any("math." in part for part in functions) else ""
        head = HEAD.format(
            what=self._what(),
            batches=BATCHES_NOTE if self._batched else "",
            imports=imports,
            data_file=literal(self._data_file),
            x_name=literal(label(self._data.x_label)),
            y_name=literal(label(self._data.y_name)),
        )
        tail = TAIL.format(**(WITH_TEST if self._tested else WITHOUT_TEST))
        parts = [head, *self._batch_functions(), *functions, tail]
        return "\n\n".join(part.strip("\n") + "\n" for part in parts)

    @property
    def _has_memory(self) -> bool:
        """Whether an optimizer has a memory of earlier gradients."""
        return any(one.start for one in self._optimizers)

    def _what(self) -> str:
        many = f"{self._steps:,} step{'s' * (self._steps != 1)}"
        words = f"It repeats {many} of a run of linreg-tui {__version__}"
        changes = sum(1 for _, values in self._changes()[1:] if values)
        if changes:
            words += f" with {changes} change{'s' * (changes != 1)} of settings on the way"
        return fill(f"{words}, and gets the same numbers.", 88)

    def _batch_functions(self) -> Iterator[str]:
        n = self._data.n
        if self._batched and any(segment.draws is None for segment in self._segments):
            yield ALL_ROWS
        sizes: dict[str, set[int]] = {"notebook": set(), "epoch": set()}
        for segment in self._segments:
            if (size := segment.settings.batch_size) is not None:
                sizes[segment.settings.sampling].add(size)
        if sizes["notebook"]:
            if not deals_cards(n):
                yield DRAWN
            else:
                yield dealt(n, sizes["notebook"])
        if sizes["epoch"]:
            kind, words = shuffle_keys(n)
            bits = n.bit_length()
            yield SHUFFLED.format(kind=kind, words=words, bits=bits, range=1 << bits)

    def _train(self) -> str:
        """Return the function that makes the steps."""
        row = "m, b, loss(x, y, m, b)" + (", loss(test_x, test_y, m, b)" if self._tested else "")
        lines = [f"steps = [({row})]"]
        (_, first), *changes = self._changes()
        lines += [f"{name} = {value}" for name, value in first.items()]
        body: list[str] = []
        for start, values in changes:
            if values:
                body.append(f"if step == {start + 1}:  # other settings from here on")
                body += [f"    {name} = {value}" for name, value in values.items()]
        body += [*self._step(), f"steps.append(({row}))"]
        lines.append(f"for step in range(1, {self._steps + 1}):")
        lines += [f"    {line}" for line in body]
        lines.append("return np.array(steps)")
        numbers = (
            "slope, intercept, loss and test loss" if self._tested else "slope, intercept and loss"
        )
        what = f'"""Return {numbers} at the start and after each step, as rows."""'
        arguments = "x, y, test_x, test_y" if self._tested else "x, y"
        text = "\n".join([what, *self._beginning(), *lines])
        return f"def train({arguments}):\n{indent(text, '    ')}\n"

    def _beginning(self) -> list[str]:
        m, b = self._start.initial_slope, self._start.initial_intercept
        lines = [f"m, b = {float(m)!r}, {float(b)!r}"]
        if self._start.standardize:
            sd_y = "y.std()" if self._units.scale_y != 1 else "1.0"
            lines += [
                "# Train the slope w and the intercept c of the z-scores.",
                "mean_x, mean_y = x.mean(), y.mean()",
                f"sd_x, sd_y = x.std(), {sd_y}",
                "zx, zy = (x - mean_x) / sd_x, (y - mean_y) / sd_y",
                "w, c = m * sd_x / sd_y, (b + m * mean_x - mean_y) / sd_y",
            ]
        if self._trained != self._loss:
            lines.append(f"trained = {instance(self._trained, METHODS[Loss])}  # in z-scores")
        return lines

    def _step(self) -> Iterator[str]:
        """Yield the lines of one step: m first, then b."""
        m, b = self._line
        x, y = ("zx", "zy") if self._start.standardize else ("x", "y")
        if self._batched:
            yield "rows = next(batches)"
            yield f"xs, ys = {x}[rows], {y}[rows]"
            x, y = "xs", "ys"
        factor = "factor(step) * " if self._scheduled else ""
        residual = f"residual = {y} - {m} * {x} - {b}"
        yield residual
        derivative = f"{'LOSS' if self._trained == self._loss else 'trained'}.derivative(residual)"
        yield f"gradient_{m} = np.mean(-{x} * {derivative})"
        if self._updates == {"simultaneous"}:
            yield f"gradient_{b} = np.mean(-{derivative})"
        yield from self._move(m, factor)
        if self._updates == {"sequential"}:
            yield f"{residual}  # with the new {m}"
        elif len(self._updates) > 1:
            yield f"if sequential:  # {b} is updated with the new {m}"
            yield f"    {residual}"
        if self._updates != {"simultaneous"}:
            yield f"gradient_{b} = np.mean(-{derivative})"
        yield from self._move(b, factor)
        if self._start.standardize:
            yield "m = w * sd_y / sd_x"
            yield "b = c * sd_y + mean_y - m * mean_x"

    def _move(self, name: str, factor: str) -> Iterator[str]:
        """Yield the update of one parameter."""
        direction = f"gradient_{name}"
        if self._has_memory:
            memory = f"memory_{name}"
            yield f"direction, {memory} = optimizer.update({direction}, {memory})"
            direction = "direction"
        yield f"{name} -= {factor}eta_{name} * {direction}"

    def _changes(self) -> list[tuple[int, Values]]:
        """Return the values that change, and after which step; the first entry has all values."""
        changes: list[tuple[int, Values]] = []
        now: Values = {}
        last = self._segments[0]
        for segment in self._segments:
            values = self._values(segment)
            changed = {name for name, value in values.items() if now.get(name) != value}
            if _resets_memory(last, segment):
                changed |= {name for name in values if name.startswith("memory")}
            changes.append(
                (segment.start, {name: values[name] for name in values if name in changed})
            )
            now, last = values, segment
        return changes

    def _values(self, segment: Segment) -> Values:
        settings = segment.settings
        m, b = self._line
        rates = self._units.rates(settings)
        values = {f"eta_{m}, eta_{b}": f"{float(rates[0])!r}, {float(rates[1])!r}"}
        if len(self._factors) > 1:
            values["factor"] = self._factors[factor_function(segment)]
        if len(self._updates) > 1:
            values["sequential"] = str(settings.update == "sequential")
        if self._has_memory:
            values["optimizer"] = instance(settings.optimizer, METHODS[Optimizer])
            values[f"memory_{m} = memory_{b}"] = repr(settings.optimizer.start)
        if self._batched:
            values["batches"] = self._batches(segment)
        return values

    def _batches(self, segment: Segment) -> str:
        settings = segment.settings
        if settings.batch_size is None:
            return "all_rows()"
        kind = "shuffled" if settings.sampling == "epoch" else "independent"
        seed = [settings.seed, segment.draws_start] if segment.draws_start else settings.seed
        return f"{kind}(len(x), {settings.batch_size}, seed={seed})"


def _resets_memory(last: Segment, segment: Segment) -> bool:
    """Return whether an optimizer starts over with a segment."""
    other = segment.settings
    return other.differs(last.settings, "optimizer", "update") and bool(other.optimizer.start)


def _classes(members: Iterable[Member], methods: Sequence[str]) -> list[str]:
    """Return the source of these members' classes, each once."""
    kinds = {type(member): member for member in members}
    return [class_source(kinds[kind], methods) for kind in sorted(kinds, key=lambda k: k.__name__)]
