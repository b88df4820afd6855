"""The settings of a run as text: command-line options and the fields of a form."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import check_settings, faults
from linreg_tui.core.proposal import proposed
from linreg_tui.core.schema import Setting
from linreg_tui.core.settings import Settings, setting
from linreg_tui.core.text import printable
from linreg_tui.numbers import exact

NO_YES = ("no", "yes")

_QUOTED_CHARACTERS = 40

SCALED_DEFAULT = " for the houses, else fitted to the scale of the data"
"""The help's addition to a default that depends on the data."""

CHOSEN_DEFAULT = " (default: chosen to suit the data)"


def words(setting: Setting) -> tuple[str, ...]:
    """Return the words that a setting chooses from; none if it doesn't choose among words."""
    return NO_YES if setting.kind is bool else setting.choices


def write(setting: Setting, value: Any) -> str:
    """Return a setting's value as text; an empty text for a value that isn't known yet."""
    if value is None:
        return setting.about.none[0] if setting.about.none else ""
    if isinstance(value, bool):
        return NO_YES[value]
    return exact(value) if isinstance(value, float) else str(value)


def read(setting: Setting, text: str) -> Any:
    """Return a setting's value from its text.

    Raises
    ------
    InputError
        If the text is not a value of this setting.
    """
    text = text.strip()
    if text in setting.about.none:
        return None
    if choices := words(setting):
        check_word(text, choices)
        return text == NO_YES[True] if setting.kind is bool else text
    try:
        return setting.kind(text)
    except ValueError:
        raise InputError(_unreadable(setting, text)) from None


def check_word(text: str, choices: Sequence[str]) -> None:
    """Raise an InputError if a text is none of the words to choose from."""
    if text not in choices:
        raise InputError(
            f"{printable(quoted(text))} is not possible: choose from {', '.join(choices)}"
        )


def one_of(*choices: str) -> Callable[[str], str]:
    """Return the function that reads one of these words, as a type for argparse."""

    def read_word(text: str) -> str:
        try:
            check_word(text, choices)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return read_word


def _unreadable(setting: Setting, text: str) -> str:
    kind = "number" if setting.kind is float else "whole number"
    about = setting.about
    usual = setting.default if about.example is None else about.example
    usual = 10 if usual is None else usual
    such = " or ".join([write(setting, usual), *about.none[:1]])
    wrong = f"{quoted(text)} is not a {kind}" if text else f"a {kind} is missing"
    one = "one with a decimal point" if setting.kind is float and "," in text else "one"
    return f"{wrong}: choose {one}, such as {such}"


def quoted(text: str) -> str:
    """Return the typed text in quotes, cut if it is long, to leave room for advice behind it."""
    return repr(text if len(text) <= _QUOTED_CHARACTERS else f"{text[:_QUOTED_CHARACTERS]}…")


def batch_sizes(text: str) -> list[int | None]:
    """Return the batch sizes in a list such as 32,64,full; None means all rows."""
    sizes = []
    for part in text.split(","):
        try:
            sizes.append(read(setting("batch_size"), part))
        except InputError:
            raise argparse.ArgumentTypeError(
                f"{quoted(part.strip())} is neither a number of rows nor full, as in 32,64,full"
            ) from None
    return sizes


def scales(text: str) -> list[float]:
    """Return the scales in a list such as 1,2,4,8."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is not a list of numbers, such as 1,2,4,8"
        ) from None


def _argument_type(setting: Setting) -> Callable[[str], Any]:
    """Return the function that reads a setting, as a type for argparse."""

    def read_word(text: str) -> Any:
        try:
            value = read(setting, text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return value

    return read_word


def add_settings(parser: argparse.ArgumentParser, *fixed: str) -> None:
    """Add the options that `settings_of` reads to a parser, except those of the fixed settings.

    An option that isn't given leaves no attribute in the parsed options.
    """
    group = parser.add_argument_group("training")
    for one in Settings.schema():
        if one.name in fixed:
            continue
        flag = f"--{one.name.replace('_', '-')}"
        if one.kind is bool:
            group.add_argument(
                flag,
                action=argparse.BooleanOptionalAction,
                default=argparse.SUPPRESS,
                help=one.about.help + CHOSEN_DEFAULT,
            )
            continue
        group.add_argument(
            flag,
            type=_argument_type(one),
            metavar="NAME" if one.choices else one.about.metavar,
            default=argparse.SUPPRESS,
            help=f"{_help(one)} (default: {_default(one)})",
        )


def _help(setting: Setting) -> str:
    """Return the help of a setting, with the words to choose from."""
    return ": ".join(
        [setting.about.help, *([", ".join(setting.choices)] if setting.choices else [])]
    )


def _default(setting: Setting) -> str:
    """Return the default as the help shows it."""
    about = setting.about
    if setting.default is None:
        return about.none_help
    shown = f"{setting.default:g}" if setting.kind is float else str(setting.default)
    if setting.owners is not None and about.proposed:
        return "fitted to the data"
    return shown + (SCALED_DEFAULT if about.proposed else "")


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the settings that were given, by their names."""
    values = vars(options)
    return {one.name: values[one.name] for one in Settings.schema() if one.name in values}


def settings_of(options: argparse.Namespace, data: Dataset) -> Settings:
    """Return the settings that were given; those that depend on the data's scale are proposed.

    Raises
    ------
    InputError
        If the data can't be trained with them, or a value is impossible, even without an effect.
    """
    values = given(options)
    for name, value in values.items():
        if (why := setting(name).fault(value)) is not None:
            raise InputError(why)
    for name, why in faults(data, Settings.of(**values)):
        if name == "test_fraction":  # before anything is proposed for the training rows
            raise InputError(why)
    settings = proposed(data, **values)
    check_settings(data, settings)
    return settings
