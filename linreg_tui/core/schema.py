"""How a setting is declared: once, with its label, help, range and everything else about it.

A setting is a field of a dataclass, and the field's metadata describes it. Losses, optimizers and
schedules are families: a setting chooses one member of a family by its name, and the fields of that
member are settings too.
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
    """The numbers from `low` to `high`; an end that is `open` is left out."""

    low: float = -math.inf
    high: float = math.inf
    open: tuple[bool, bool] = (False, False)

    def __contains__(self, value: float) -> bool:
        """Return whether a number is finite and in the range."""
        above = self.low < value if self.open[0] else self.low <= value
        below = value < self.high if self.open[1] else value <= self.high
        return -math.inf < value < math.inf and above and below


@dataclass(frozen=True, slots=True)
class About:
    """The description of a setting, apart from its name, its type and its default.

    - `label` names it in forms, under the heading `group`
    - `help` says what it is, and `unit` is its unit
    - `range` holds the possible numbers; `wrong` is the message for any other number
    - `none` are the words for None, of which the first is shown; `none_help` says what None means
    - `proposed`: it depends on the scale of the data, and is proposed if it isn't given
    - `restarts`: a change starts the run over
    - `column` heads its column in the tables of a sweep, which is `width` wide; without it, a sweep
      can't go over the setting
    - `brief` shows the value in the line of settings if it is not the default
    - `used` returns whether it has an effect, given the values of all settings; `unused` says when
      it has none
    - `example` is a value for error messages if the default is None
    - `name` is its name in commands and JSON, if that isn't the field's name
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
    """Return the metadata for a field that is a setting; see About."""
    return {_KEY: About(label, what, group, **more)}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that was declared.

    Its values have the type `kind`: bool, int, float, or str for one of the `choices`. A parameter
    of a family's members has `owners`: the name of the setting that chooses the member, and the
    members that have the parameter.
    """

    name: str
    kind: type
    choices: tuple[str, ...]
    default: Any
    about: About
    owners: tuple[str, tuple[str, ...]] | None = None

    def fault(self, value: Any) -> str | None:
        """Return the error message for a value, or None if the value is possible."""
        if value is None or self.about.range is None or value in self.about.range:
            return None
        return self.about.wrong.format(value)

    def has_effect(self, values: Mapping[str, Any]) -> bool:
        """Return whether it has an effect, given the values of all settings by their names."""
        if self.owners is not None and values[self.owners[0]] not in self.owners[1]:
            return False
        return self.about.used is None or self.about.used(values)


@dataclass(frozen=True)
class Member:
    """A member of a family, such as a loss. A class joins its family when it is declared.

    A family is a direct subclass of this class. Its members are frozen dataclasses: `class
    Huber(Loss, name="huber")` is the loss `huber`, and each of its fields is a setting.
    """

    name: ClassVar[str]
    family: ClassVar[dict[str, type[Any]]]

    def __init_subclass__(cls, name: str | None = None) -> None:
        """Start a family, or join one."""
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
        """Return the fields by their names in commands and JSON."""
        fields = dataclasses.fields(cls)
        return {field.metadata[_KEY].name or field.name: field for field in fields}

    @classmethod
    def named(cls, name: str, values: Mapping[str, Any]) -> Self:
        """Return the member with a name, and set the values that are its parameters.

        None stands for the member's default, if members share a parameter with different defaults.
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
        """The values of its parameters, by their names in commands and JSON."""
        return {name: getattr(self, field.name) for name, field in self.parameters().items()}

    @property
    def non_defaults(self) -> dict[str, Any]:
        """The values of its parameters that are not the defaults."""
        defaults = {name: field.default for name, field in self.parameters().items()}
        return {name: value for name, value in self.values.items() if value != defaults[name]}


def declared(settings: type[Any]) -> tuple[Setting, ...]:
    """Return all settings that a dataclass declares, in order, with those of family members.

    The parameters of a family's members follow the setting that chooses the member. Members with a
    parameter of the same name share one setting, described as in the first of them. If their
    defaults differ, the setting's default is None.
    """
    defaults = (field.default for field in dataclasses.fields(settings))
    members = [tuple(one.family.values()) for one in defaults if isinstance(one, Member)]
    key = settings, tuple(members)
    if key not in _CACHE:
        _CACHE[key] = tuple(_declared(settings))
    return _CACHE[key]


_CACHE: dict[tuple[type[Any], tuple[tuple[type[Member], ...], ...]], tuple[Setting, ...]] = {}
"""The settings of a dataclass, for the members that the families had at the time."""


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
    """Return the setting of a field whose type is X, X | None, or a choice of words."""
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
    if all(isinstance(kind, str) for kind in kinds):
        return Setting(name, str, tuple(kinds), field.default, field.metadata[_KEY])
    return Setting(name, kinds[0], (), field.default, field.metadata[_KEY])
