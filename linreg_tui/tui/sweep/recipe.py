"""What a sweep goes over, as the form has it: texts in, trials out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from linreg_tui.cluster.address import processes_here
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import faults
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import (
    NOTEBOOK_SCALES,
    Plan,
    check,
    grid,
    over_batch_sizes,
    over_doubled_scales,
    over_scales,
)
from linreg_tui.core.text import printable
from linreg_tui.numbers import rate
from linreg_tui.options import OPTIONS, Option
from linreg_tui.sweeps.cells import OF_SETTINGS, batch_size

SIZES, UNTIL, SCALES, GRID = "batch sizes", "scales until it diverges", "given scales", "a grid"
KINDS = (SIZES, UNTIL, SCALES, GRID)

OF_GRID = tuple(name for name, _ in OF_SETTINGS.values())
"""The settings that a grid goes over."""

_OPTIONS = {option.name: option for option in OPTIONS}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The trials of a sweep, and the settings that it started from.

    Of the scales until it diverges these are all that may come; the later ones need not. `texts`
    are what was typed. `cluster` is where they are trained, empty for this machine.
    """

    kind: str
    settings: Settings
    plan: Plan
    texts: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""

    @property
    def tips(self) -> bool:
        """Whether larger scales diverge sooner or later, so that one can ask where."""
        return self.kind in (UNTIL, SCALES)

    @property
    def at_first(self) -> Plan:
        """The trials that are shown from the start."""
        return self.plan.first(len(NOTEBOOK_SCALES)) if self.kind == UNTIL else self.plan


@dataclass(frozen=True, slots=True)
class Ask:
    """A field of the form: what it is called, what it takes, and for which sweeps it is asked."""

    name: str
    label: str
    text: str
    kinds: tuple[str, ...] = KINDS
    words: tuple[str, ...] = ()


ASKS = (
    Ask("over", "sweep over", "←→ choose what differs from training to training", words=KINDS),
    Ask("sizes", "batch sizes", "rows a step: numbers or full, separated by commas", (SIZES,)),
    Ask(
        "scales",
        "scales",
        "of batches of 64 rows and both learning rates, separated by commas",
        (SCALES,),
    ),
    Ask("batch_size", "batch size", "rows a step: numbers or full, separated by commas", (GRID,)),
    Ask("learning_rate_m", "rate m, η_m", "learning rates, separated by commas", (GRID,)),
    Ask("learning_rate_b", "rate b, η_b", "learning rates, separated by commas", (GRID,)),
    Ask("update", "update order", "any of sequential, simultaneous", (GRID,)),
    Ask("optimizer", "optimizer", "any of sgd, momentum, nesterov, adam", (GRID,)),
    Ask("schedule", "schedule", "any of constant, warmup, step, exponential, cosine", (GRID,)),
    Ask("repeats", "repeats", "trainings of each, with other random draws"),
    Ask("epochs", "epochs", "passes over the data"),
    Ask(
        "cluster",
        "cluster",
        "tcp://HOST:PORT or local:N; empty for this machine",
    ),
)


def texts_of(settings: Settings, n: int) -> dict[str, str]:
    """What the fields hold at first: the notebook's sweeps, and a grid of one."""
    sizes = over_batch_sizes(settings, n)
    return {
        "over": SIZES,
        "sizes": ",".join(batch_size(trial.settings) for trial in sizes),
        "scales": ",".join(map(rate, NOTEBOOK_SCALES)),
        **{name: _OPTIONS[name].write(getattr(settings, name)) for name in OF_GRID},
        "repeats": "1",
        "epochs": str(settings.epochs),
        "cluster": "",
    }


def texts_again(recipe: Recipe) -> dict[str, str]:
    """What of a sweep's texts the next one begins with; the rest follows the settings."""
    kept = [
        "over",
        "sizes",
        "scales",
        "repeats",
        "cluster",
        *(OF_GRID if recipe.kind == GRID else ()),
    ]
    return {name: recipe.texts[name] for name in kept if name in recipe.texts}


def usual(settings: Settings, n: int) -> Recipe:
    """The notebook's batch sizes, with these settings."""
    return Recipe(SIZES, settings, over_batch_sizes(settings, n))


def read(
    texts: Mapping[str, str], settings: Settings, data: Dataset
) -> tuple[Recipe | None, dict[str, str]]:
    """The sweep that is typed; None, and what is wrong with which field, if there is none."""
    wrong: dict[str, str] = {}

    def value(name: str, reading: Callable[[str, str], Any]) -> Any:
        try:
            return reading(name, texts[name])
        except InputError as error:
            wrong[name] = str(error)
            return None

    kind = texts["over"]
    repeats = value("repeats", _one)
    settings = replace(settings, epochs=value("epochs", _one) or 0)
    cluster = value("cluster", _cluster)
    asked = [ask.name for ask in ASKS if kind in ask.kinds and ask.kinds != KINDS]
    values = {name: value(name, _several) for name in asked}
    if wrong:
        return None, wrong
    try:
        plan = _plan(kind, values, settings, data.n, repeats)
    except InputError as error:  # too many
        return None, {"repeats": str(error)}
    recipe = Recipe(kind, settings, plan, texts, cluster)
    try:
        check(data, plan.first(1) if kind == UNTIL else plan)
    except InputError as error:
        return None, {_field_at_fault(kind, data, plan): str(error)}
    return recipe, {}


def _plan(
    kind: str, values: Mapping[str, list[Any]], settings: Settings, n: int, repeats: int
) -> Plan:
    if kind == SIZES:
        return over_batch_sizes(settings, n, values["sizes"], repeats)
    if kind == GRID:
        return grid(settings, values, repeats)
    if kind == UNTIL:
        return over_doubled_scales(settings, n, repeats)
    return over_scales(settings, n, values["scales"], repeats)


def _field_at_fault(kind: str, data: Dataset, plan: Plan) -> str:
    """The field with which a plan can't be trained; that of the kind where it has none itself."""
    names = (name for settings, _ in plan.variants for name, _ in faults(data, settings))
    name = next(names, "over")
    if name == "epochs" or (kind == GRID and name in OF_GRID):
        return name
    return {SIZES: "sizes", SCALES: "scales"}.get(kind, "over")


def _one(_: str, text: str) -> int:
    """What a whole number stands for."""
    number: int = _OPTIONS["epochs"].read(text)
    return number


def _cluster(_: str, text: str) -> str:
    """The address of a cluster, or nothing."""
    if address := text.strip():
        processes_here(address)
    return address


def _several(name: str, text: str) -> list[Any]:
    """What a list of values stands for."""
    option = _FIELDS.get(name) or _OPTIONS[name]
    values: list[Any] = []
    for part in text.split(","):
        value = option.read(part)
        if option.words and value not in option.words:
            raise InputError(
                f"{printable(repr(value))} is not possible: choose from {', '.join(option.words)}"
            )
        if value not in values:
            values.append(value)
    return values


_FIELDS = {
    "sizes": _OPTIONS["batch_size"],
    "scales": Option("learning_rate_b", float, "of batch size and rates"),
}
