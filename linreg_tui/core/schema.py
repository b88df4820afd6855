"""How a setting is declared: once, where it belongs, with all that is said and asked of it.

A setting is a field of a dataclass, and what is known of it is in the field's metadata. Losses,
optimizers and schedules are families: a setting chooses one member of a family by its name, and the
fields of that member are settings too.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self, get_args, get_type_hints

_KEY = "about"


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, without those of the two that are `open`."""

    low: float = -math.inf
    high: float = math.inf
    open: tuple[bool, bool] = (False, False)

    def __contains__(self, value: float) -> bool:
        """Whether a finite number is one of them."""
        above = self.low < value if self.open[0] else self.low <= value
        below = value < self.high if self.open[1] else value <= self.high
        return -math.inf < value < math.inf and above and below


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a setting beside its name, its type and its default.

    - `label` names it in forms, under the heading `group`; `help` says what it is, `unit` in what
      it is measured
    - `range` holds the numbers that are possible, and `wrong` says of another one what to do
    - `none` are the words that stand for None, the first of which is shown; `none_help` says what
      None comes to
    - `proposed`: it depends on the scale of the data, and is proposed where it isn't given
    - `restarts`: a change starts the run over
    - `column` heads its column in the tables of a sweep, of that `width`; without one, a sweep
      can't go over it
    - `brief` tells in the line of settings that it is not as usual
    - `used` says whether it has an effect, given the values of all settings; `unused` in words when
      it has none
    - `example` is a value to name where another one can't be read, if the default is none
    - `name` is what commands and JSON call it, where that isn't the field's name
    """

    label: str
    help: str
    group: str
    unit: str = ""
    range: Range | None = None
    wrong: str = ""
    none: tuple[str, ...] = ()
    none_help: str = ""
    metavar: str | None = None
    proposed: bool = False
    restarts: bool = False
    column: str = ""
    width: int = 8
    brief: str = ""
    used: Callable[[Mapping[str, Any]], bool] | None = None
    unused: str = ""
    example: Any = None
    name: str = ""


def about(label: str, what: str, group: str, **more: Any) -> Mapping[str, About]:
    """The metadata of a field that is a setting; see About."""
    return {_KEY: About(label, what, group, **more)}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, as all that deals with settings sees it.

    Its values are of the type `kind`: bool, int, float, or str for one of the `choices`. A
    parameter of a family's members belongs to `owners`: the name of the setting that chooses the
    member, and the members that have it.
    """

    name: str
    kind: type
    choices: tuple[str, ...]
    default: Any
    about: About
    owners: tuple[str, tuple[str, ...]] | None = None

    def fault(self, value: Any) -> str | None:
        """What is wrong with a value and what to do; None if it is possible."""
        if value is None or self.about.range is None or value in self.about.range:
            return None
        return self.about.wrong.format(value)

    def has_effect(self, values: Mapping[str, Any]) -> bool:
        """Whether it changes anything, given the values of all settings by their names."""
        if self.owners is not None and values[self.owners[0]] not in self.owners[1]:
            return False
        return self.about.used is None or self.about.used(values)


@dataclass(frozen=True)
class Member:
    """One of a family, such as a loss: it joins by being declared, under its name.

    A family is a direct subclass. Its members are frozen dataclasses; `class Huber(Loss,
    name="huber")` is the loss `huber`, and every field of it is a setting.
    """

    name: ClassVar[str]
    family: ClassVar[dict[str, type[Any]]]

    def __init_subclass__(cls, name: str | None = None) -> None:
        """Begin a family, or join it."""
        super().__init_subclass__()
        if Member in cls.__bases__:
            cls.family = {}
        if name is not None:
            if name in cls.family:
                raise TypeError(f"there is a {name} already")
            cls.name = name
            cls.family[name] = cls

    @classmethod
    @cache
    def parameters(cls) -> dict[str, dataclasses.Field[Any]]:
        """The fields of a member by the names that commands and JSON have for them."""
        fields = dataclasses.fields(cls)
        return {field.metadata[_KEY].name or field.name: field for field in fields}

    @classmethod
    def named(cls, name: str, values: Mapping[str, Any]) -> Self:
        """The member of a name, with those of the values that are its parameters.

        None stands for its own default where members that share a parameter have different ones.
        """
        kind = cls.family[name]
        chosen = {
            field.name: values[parameter]
            for parameter, field in kind.parameters().items()
            if parameter in values and (values[parameter] is not None or field.default is None)
        }
        member: Self = kind(**chosen)
        return member

    @property
    def values(self) -> dict[str, Any]:
        """The values of its parameters, by the names that commands and JSON have for them."""
        return {name: getattr(self, field.name) for name, field in self.parameters().items()}

    @property
    def unusual(self) -> dict[str, Any]:
        """The same of those that are not as usual."""
        usual = {name: field.default for name, field in self.parameters().items()}
        return {name: value for name, value in self.values.items() if value != usual[name]}


def declared(settings: type[Any]) -> tuple[Setting, ...]:
    """All settings that a dataclass declares, in order; after a family's, those of its members.

    Members that have a parameter of one name share that setting, and it is declared as the first of
    them has it. If they don't have the same default, that is None.
    """
    defaults = (field.default for field in dataclasses.fields(settings))
    members = [tuple(one.family.values()) for one in defaults if isinstance(one, Member)]
    key = settings, tuple(members)
    if key not in _KNOWN:
        _KNOWN[key] = tuple(_declared(settings))
    return _KNOWN[key]


_KNOWN: dict[tuple[type[Any], tuple[tuple[type[Member], ...], ...]], tuple[Setting, ...]] = {}
"""What was declared, with the members that the families had."""


def _declared(settings: type[Any]) -> Iterator[Setting]:
    hints = get_type_hints(settings)
    for field in dataclasses.fields(settings):
        if not isinstance(field.default, Member):
            yield _setting(field.name, hints[field.name], field)
            continue
        family = field.default.family
        yield Setting(field.name, str, tuple(family), field.default.name, field.metadata[_KEY])
        shared: dict[str, Setting] = {}
        for member in family.values():
            of_member = get_type_hints(member)
            for name, parameter in member.parameters().items():
                one = _setting(name, of_member[parameter.name], parameter)
                first = shared.get(name, one)
                before = first.owners[1] if first.owners else ()
                owners = (field.name, (*before, member.name))
                default = first.default if first.default == one.default else None
                shared[name] = dataclasses.replace(first, owners=owners, default=default)
        yield from shared.values()


def _setting(name: str, hint: Any, field: dataclasses.Field[Any]) -> Setting:
    """A setting of its own, of the type that a field has: X, X | None, or some words."""
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
    if all(isinstance(kind, str) for kind in kinds):
        return Setting(name, str, tuple(kinds), field.default, field.metadata[_KEY])
    return Setting(name, kinds[0], (), field.default, field.metadata[_KEY])
