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
from linreg_tui.options import write
from linreg_tui.sweeps.table import batch_size, of_settings

SIZES, UNTIL, SCALES, GRID = "batch sizes", "scales until it diverges", "given scales", "a grid"
KINDS = (SIZES, UNTIL, SCALES, GRID)

AUTO = "auto"
"""In a grid: the present value, and for another loss or optimizer the one that suits it."""


VALUES = "values, separated by commas"


def of_grid() -> tuple[Setting, ...]:
    """The settings that a grid goes over."""
    return tuple(of_settings().values())


@dataclass(frozen=True, slots=True)
class Recipe:
    """The trials of a sweep, and the settings that it started from.

    Of the scales until it diverges these are all that may come; the later ones need not. `texts`
    are what was typed. `cluster` is where they are trained, empty for this machine. The settings
    named in `auto` are to suit the loss and the optimizer of each trial; see `suited`.
    """

    kind: str
    settings: Settings
    plan: Plan
    texts: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    auto: frozenset[str] = frozenset()

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


def asks() -> tuple[Ask, ...]:
    """The fields of the form."""
    return (
        Ask("over", "sweep over", "←→ choose what differs from training to training", words=KINDS),
        Ask("sizes", "batch sizes", "rows a step: numbers or full, separated by commas", (SIZES,)),
        Ask(
            "scales",
            "scales",
            "of batches of 64 rows and both learning rates, separated by commas",
            (SCALES,),
        ),
        *(Ask(one.name, one.about.label, _takes(one), (GRID,)) for one in of_grid()),
        Ask("repeats", "repeats", "trainings of each, with other random draws"),
        Ask("epochs", "epochs", "passes over the data"),
        Ask(
            "cluster",
            "cluster",
            "tcp://HOST:PORT or local:N; empty for this machine",
        ),
    )


def asked(texts: Mapping[str, str]) -> Iterator[Ask]:
    """The fields that are asked for, given what is typed: no parameter of what isn't swept over."""
    owners = {one.name: one.owners for one in of_grid()}
    for ask in asks():
        owner = owners.get(ask.name)
        if texts["over"] in ask.kinds and (
            owner is None or any(word.strip() in owner[1] for word in texts[owner[0]].split(","))
        ):
            yield ask


def _takes(setting: Setting) -> str:
    """What the field of a setting takes."""
    if setting.choices:
        return f"any of {', '.join(setting.choices)}"
    what = setting.about.help.partition(";")[0]
    return f"{what}: {f'numbers, or {AUTO}' if setting.about.proposed else VALUES}"


def texts_of(settings: Settings, data: Dataset) -> dict[str, str]:
    """What the fields hold at first: the notebook's sweeps, and a grid of one."""
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


def texts_again(recipe: Recipe) -> dict[str, str]:
    """What of a sweep's texts the next one begins with; the rest follows the settings."""
    kept = [
        "over",
        "sizes",
        "scales",
        "repeats",
        "cluster",
        *((one.name for one in of_grid()) if recipe.kind == GRID else ()),
    ]
    return {name: recipe.texts[name] for name in kept if name in recipe.texts}


def usual(settings: Settings, data: Dataset) -> Recipe:
    """The notebook's batch sizes, with these settings."""
    return Recipe(SIZES, settings, over_batch_sizes(settings, settings.training_n(data)))


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
    asks = [ask for ask in asked(texts) if ask.kinds != KINDS]
    auto = frozenset(ask.name for ask in asks if _is_auto(ask.name, texts[ask.name]))
    values = {ask.name: value(ask.name, _several) for ask in asks if ask.name not in auto}
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
    """Whether a field leaves it to the program what suits."""
    proposed = name in {one.name for one in of_grid() if one.about.proposed}
    return proposed and text.strip() in (AUTO, "")


def suited(recipe: Recipe, data: Dataset) -> Recipe:
    """The same sweep, each loss and optimizer with the rates and the δ that suit it.

    Those of the settings that it started from have theirs. With losses that go over rows it takes
    seconds on very many of them.
    """
    start, known = recipe.settings, dict[object, dict[str, Any]]()

    def fitting(settings: Settings) -> Settings:
        same = (settings.loss.name, settings.optimizer.name)
        if same == (start.loss.name, start.optimizer.name):
            return settings
        deciding = (settings.loss, settings.optimizer, settings.update)
        if deciding not in known:
            values = settings.values
            has_effect = values.keys() - settings.without_effect - recipe.auto
            found = proposed(data, **{name: values[name] for name in has_effect | {"standardize"}})
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
    """The field with which a plan can't be trained; that of the kind where it has none itself."""
    names = (name for settings, _ in plan.variants for name, _ in faults(data, settings))
    name = next(names, "over")
    if name == "epochs" or (kind == GRID and name in {one.name for one in of_grid()}):
        return name
    return {SIZES: "sizes", SCALES: "scales"}.get(kind, "over")


def _one(_: str, text: str) -> int:
    """What a whole number stands for."""
    number: int = read_text(setting("epochs"), text)
    return number


def _cluster(_: str, text: str) -> str:
    """The address of a cluster, or nothing."""
    if address := text.strip():
        # A sweep here needs nothing of a cluster.
        from linreg_tui.cluster.address import processes_here

        processes_here(address)
    return address


def _several(name: str, text: str) -> list[Any]:
    """What a list of values stands for."""
    one = setting(_READ_AS.get(name, name))
    values: list[Any] = []
    for part in text.split(","):
        value = read_text(one, part)
        if value not in values:
            values.append(value)
    return values


_READ_AS = {"sizes": "batch_size", "scales": "learning_rate_b"}
"""The settings as whose values the fields of these names are read."""
