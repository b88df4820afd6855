"""What a sweep goes over, as the form has it: texts in, trials out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import faults
from linreg_tui.core.proposal import proposed
from linreg_tui.core.schema import Setting
from linreg_tui.core.settings import Settings, setting
from linreg_tui.core.sweep import (
    NOTEBOOK_SCALES,
    Plan,
    check,
    grid,
    over_batch_sizes,
    over_doubled_scales,
    over_scales,
)
from linreg_tui.numbers import rate
from linreg_tui.options import read as read_text
from linreg_tui.options import words, write
from linreg_tui.sweeps.table import batch_size, of_settings

SIZES, UNTIL, SCALES, GRID = "batch sizes", "scales until it diverges", "given scales", "a grid"
KINDS = (SIZES, UNTIL, SCALES, GRID)

AUTO = "auto"
"""In a grid: the present value, or for another loss or optimizer the one that suits it."""


VALUES = "values, separated by commas"


def of_grid() -> tuple[Setting, ...]:
    """Return the settings that a grid can go over."""
    return tuple(of_settings().values())


@dataclass(frozen=True, slots=True)
class Recipe:
    """The trials of a sweep, and the settings that it starts from.

    For scales until it diverges, `plan` holds all that may be trained; the later ones may not be
    needed. `texts` is what was typed. `cluster` is where the trials are trained, empty for this
    machine. The settings named in `auto` are fitted to the loss and optimizer of each trial; see
    `suited`.
    """

    kind: str
    settings: Settings
    plan: Plan
    texts: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    auto: frozenset[str] = frozenset()

    @property
    def tips(self) -> bool:
        """Whether large enough scales diverge, so that there is a tipping point to find."""
        return self.kind in (UNTIL, SCALES)

    @property
    def first_plan(self) -> Plan:
        """The trials that are shown from the start."""
        return self.plan.first(len(NOTEBOOK_SCALES)) if self.kind == UNTIL else self.plan


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form: its name, its label, what it takes, and the sweeps that have it."""

    name: str
    label: str
    text: str
    kinds: tuple[str, ...] = KINDS
    words: tuple[str, ...] = ()


def form_fields() -> tuple[FormField, ...]:
    """Return the fields of the form."""
    return (
        FormField(
            "over", "sweep over", "←→ choose what differs from training to training", words=KINDS
        ),
        FormField(
            "sizes", "batch sizes", "rows a step: numbers or full, separated by commas", (SIZES,)
        ),
        FormField(
            "scales",
            "scales",
            "of batches of 64 rows and both learning rates, separated by commas",
            (SCALES,),
        ),
        *(FormField(one.name, one.about.label, _takes(one), (GRID,)) for one in of_grid()),
        FormField("repeats", "repeats", "trainings of each, with other random draws"),
        FormField("epochs", "epochs", "passes over the data"),
        FormField(
            "cluster",
            "cluster",
            "tcp://HOST:PORT or local:N; empty for this machine",
        ),
    )


def shown_fields(texts: Mapping[str, str]) -> Iterator[FormField]:
    """Yield the fields for what is typed: no parameter of what isn't swept over."""
    owners = {one.name: one.owners for one in of_grid()}
    for ask in form_fields():
        owner = owners.get(ask.name)
        if texts["over"] in ask.kinds and (
            owner is None or any(word.strip() in owner[1] for word in texts[owner[0]].split(","))
        ):
            yield ask


def _takes(setting: Setting) -> str:
    """Return what the field of a setting takes."""
    if choices := words(setting):
        return f"any of {', '.join([*choices, *([AUTO] if setting.about.proposed else [])])}"
    what = setting.about.help.partition(";")[0]
    return f"{what}: {f'numbers, or {AUTO}' if setting.about.proposed else VALUES}"


def initial_texts(settings: Settings, data: Dataset) -> dict[str, str]:
    """Return the fields' first texts: the notebook's sweeps, and a grid of one."""
    sizes = over_batch_sizes(settings, settings.training_n(data))
    values = settings.values
    return {
        "over": SIZES,
        "sizes": ",".join(batch_size(trial.settings) for trial in sizes),
        "scales": ",".join(map(rate, NOTEBOOK_SCALES)),
        **{
            one.name: AUTO if one.about.proposed else write(one, values[one.name])
            for one in of_grid()
        },
        "repeats": "1",
        "epochs": str(settings.epochs),
        "cluster": "",
    }


def reused_texts(recipe: Recipe) -> dict[str, str]:
    """Return the texts of a sweep that the next one starts with; the rest follow the settings."""
    reused = [
        "over",
        "sizes",
        "scales",
        "repeats",
        "cluster",
        *((one.name for one in of_grid()) if recipe.kind == GRID else ()),
    ]
    return {name: recipe.texts[name] for name in reused if name in recipe.texts}


def default_recipe(settings: Settings, data: Dataset) -> Recipe:
    """Return a sweep over the notebook's batch sizes, with these settings."""
    return Recipe(SIZES, settings, over_batch_sizes(settings, settings.training_n(data)))


def read(
    texts: Mapping[str, str], settings: Settings, data: Dataset
) -> tuple[Recipe | None, dict[str, str]]:
    """Return the sweep that is typed, or None and what is wrong with which field."""
    wrong: dict[str, str] = {}

    def value(name: str, reading: Callable[[str, str], Any]) -> Any:
        try:
            return reading(name, texts[name])
        except InputError as error:
            wrong[name] = str(error)
            return None

    kind = texts["over"]
    repeats = value("repeats", _whole_number)
    settings = replace(settings, epochs=value("epochs", _whole_number) or 0)
    cluster = value("cluster", _cluster)
    asks = [ask for ask in shown_fields(texts) if ask.kinds != KINDS]
    auto = frozenset(ask.name for ask in asks if _is_auto(ask.name, texts[ask.name]))
    values = {ask.name: value(ask.name, _list_of_values) for ask in asks if ask.name not in auto}
    if wrong:
        return None, wrong
    try:
        plan = _plan(kind, values, settings, settings.training_n(data), repeats)
    except InputError as error:  # too many
        return None, {"repeats": str(error)}
    recipe = Recipe(kind, settings, plan, texts, cluster, auto)
    try:
        check(data, plan.first(1) if kind == UNTIL else plan)
    except InputError as error:
        return None, {_field_at_fault(kind, data, plan): str(error)}
    return recipe, {}


def _is_auto(name: str, text: str) -> bool:
    """Return whether a field leaves its value to the program."""
    proposed = name in {one.name for one in of_grid() if one.about.proposed}
    return proposed and text.strip() in (AUTO, "")


def suited(recipe: Recipe, data: Dataset) -> Recipe:
    """Return the same sweep with rates, δ and z-scores or not, as suits each loss and optimizer.

    The loss and optimizer that the sweep starts from keep theirs. Losses that go over rows take
    seconds if there are very many rows.
    """
    start, known = recipe.settings, dict[object, dict[str, Any]]()

    def fitting(settings: Settings) -> Settings:
        same = (settings.loss.name, settings.optimizer.name)
        if same == (start.loss.name, start.optimizer.name):
            return settings
        deciding = (settings.loss, settings.optimizer, settings.update, settings.standardize)
        if deciding not in known:
            values = settings.values
            has_effect = values.keys() - settings.without_effect - recipe.auto
            found = proposed(data, **{name: values[name] for name in has_effect})
            known[deciding] = {name: found.values[name] for name in recipe.auto}
        return settings.with_values(**known[deciding])

    if not recipe.auto:
        return recipe
    variants = tuple((fitting(settings), scale) for settings, scale in recipe.plan.variants)
    return replace(recipe, plan=replace(recipe.plan, variants=variants))


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
    """Return the field to blame for a fault of the plan; else the field of its kind."""
    names = (name for settings, _ in plan.variants for name, _ in faults(data, settings))
    name = next(names, "over")
    if name == "epochs" or (kind == GRID and name in {one.name for one in of_grid()}):
        return name
    return {SIZES: "sizes", SCALES: "scales"}.get(kind, "over")


def _whole_number(_: str, text: str) -> int:
    """Return the whole number that a text stands for."""
    number: int = read_text(setting("epochs"), text)
    return number


def _cluster(_: str, text: str) -> str:
    """Return the address of a cluster, or an empty text."""
    if address := text.strip():
        # A sweep on this machine needs no code for clusters.
        from linreg_tui.cluster.address import processes_here

        processes_here(address)
    return address


def _list_of_values(name: str, text: str) -> list[Any]:
    """Return the values that a text lists."""
    one = setting(_READ_AS.get(name, name))
    values: list[Any] = []
    for part in text.split(","):
        value = read_text(one, part)
        if value not in values:
            values.append(value)
    return values


_READ_AS = {"sizes": "batch_size", "scales": "learning_rate_b"}
"""The settings whose values these fields hold."""
