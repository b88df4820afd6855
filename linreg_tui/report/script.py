"""A Python script that repeats a run to the same numbers, for a student to read.

It has the code that the run needs and no other. What changed in mid-run is assigned where its loop
comes to that step; the rest is assigned once, before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill, indent

from linreg_tui import __version__
from linreg_tui.core.batches import deals_cards, shuffle_keys
from linreg_tui.core.losses import Loss
from linreg_tui.core.optimizers import Optimizer
from linreg_tui.core.run import Run, Segment
from linreg_tui.core.schedules import Schedule
from linreg_tui.core.schema import Member
from linreg_tui.core.units import training_units
from linreg_tui.report.script_parts import (
    ALL_ROWS,
    BATCHES_SAID,
    DRAWN,
    HEAD,
    MEAN_LOSS,
    METHODS,
    READ,
    READ_PARTED,
    SHUFFLED,
    TAIL,
    WITH_TEST,
    WITHOUT_TEST,
    class_source,
    dealt,
    factor_function,
    instance,
    label,
    literal,
)

Values = dict[str, str]
"""The names that a stretch of the run needs, and the expressions of their values."""


def script(run: Run, data_file: str, last: int | None = None) -> str:
    """The script, which reads the rows from a file of that name in its own folder.

    It repeats the run up to its last step, or the one that is given; one that hasn't begun, to the
    end of its epochs.
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
        """All of it."""
        functions = [
            READ_PARTED if self._tested else READ,
            class_source(self._loss, METHODS[Loss]),
            f"LOSS = {instance(self._loss, METHODS[Loss])}",
            MEAN_LOSS,
        ]
        if self._scheduled:
            functions += _classes(self._schedules, METHODS[Schedule])
            functions += [f"def {name}(step):\n{body}" for body, name in self._factors.items()]
        if self._remembers:
            functions += _classes(self._optimizers, METHODS[Optimizer])
        functions += [self._train()]
        imports = "import math\n" if any("math." in part for part in functions) else ""
        head = HEAD.format(
            what=self._what(),
            batches=BATCHES_SAID if self._batched else "",
            imports=imports,
            data_file=literal(self._data_file),
            x_name=literal(label(self._data.x_name)),
            y_name=literal(label(self._data.y_name)),
        )
        tail = TAIL.format(**(WITH_TEST if self._tested else WITHOUT_TEST))
        parts = [head, *self._batch_functions(), *functions, tail]
        return "\n\n".join(part.strip("\n") + "\n" for part in parts)

    @property
    def _remembers(self) -> bool:
        """Whether there is an optimizer that remembers anything."""
        return any(one.start for one in self._optimizers)

    def _what(self) -> str:
        many = f"{self._steps:,} step{'s' * (self._steps != 1)}"
        words = f"It repeats {many} of a run of linreg-tui {__version__}"
        changes = sum(1 for _, values in self._changes()[1:] if values)
        if changes:
            words += f", with {changes} change{'s' * (changes != 1)} of settings on the way"
        return fill(f"{words}, to the same numbers.", 88)

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
        """The function that does the steps."""
        told = "m, b, loss(x, y, m, b)" + (", loss(test_x, test_y, m, b)" if self._tested else "")
        lines = [f"steps = [({told})]"]
        (_, first), *changes = self._changes()
        lines += [f"{name} = {value}" for name, value in first.items()]
        body: list[str] = []
        for start, values in changes:
            if values:
                body.append(f"if step == {start + 1}:  # other settings from here on")
                body += [f"    {name} = {value}" for name, value in values.items()]
        body += [*self._step(), f"steps.append(({told}))"]
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
                "# Trained are the slope w and the intercept c of the z-scores.",
                "mean_x, mean_y = x.mean(), y.mean()",
                f"sd_x, sd_y = x.std(), {sd_y}",
                "zx, zy = (x - mean_x) / sd_x, (y - mean_y) / sd_y",
                "w, c = m * sd_x / sd_y, (b + m * mean_x - mean_y) / sd_y",
            ]
        if self._trained != self._loss:
            lines.append(f"trained = {instance(self._trained, METHODS[Loss])}  # in z-scores")
        return lines

    def _step(self) -> Iterator[str]:
        """The lines of one step: m first, then b."""
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
        """The step of one parameter."""
        direction = f"gradient_{name}"
        if self._remembers:
            memory = f"memory_{name}"
            yield f"direction, {memory} = optimizer.update({direction}, {memory})"
            direction = "direction"
        yield f"{name} -= {factor}eta_{name} * {direction}"

    def _changes(self) -> list[tuple[int, Values]]:
        """After which steps which values change; the first are all that there are."""
        changes: list[tuple[int, Values]] = []
        now: Values = {}
        last = self._segments[0]
        for segment in self._segments:
            values = self._values(segment)
            changed = {name for name, value in values.items() if now.get(name) != value}
            if _forgets(last, segment):
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
        if self._remembers:
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


def _forgets(last: Segment, segment: Segment) -> bool:
    """Whether an optimizer begins anew with a segment."""
    other = segment.settings
    return other.differs(last.settings, "optimizer", "update") and bool(other.optimizer.start)


def _classes(members: Iterable[Member], methods: Sequence[str]) -> list[str]:
    """The classes of these members, each once."""
    kinds = {type(member): member for member in members}
    return [class_source(kinds[kind], methods) for kind in sorted(kinds, key=lambda k: k.__name__)]
