"""Themes besides Textual's own, and colours that can be read in every theme."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable
from linreg_tui.options import quoted
from linreg_tui.preferences import PreferencesFile

COLOUR_BLIND = Theme(
    name="colour-blind",
    # Okabe and Ito's colours. People with any common kind of colour blindness can tell orange from
    # blue, and no pair of red and green means bad and good.
    primary="#56b4e9",
    secondary="#0072b2",
    accent="#e69f00",
    success="#56b4e9",
    warning="#f0e442",
    error="#e0701a",
    foreground="#e8e8e8",
    background="#121212",
    surface="#1e1e1e",
    panel="#26303a",
)
HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#00e5ff",
    secondary="#00e5ff",
    accent="#ffe600",
    success="#5cff5c",
    warning="#ffe600",
    error="#ff9d9d",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    variables={"text-muted": "#ffffff"},
)
THEMES = (COLOUR_BLIND, HIGH_CONTRAST)
READABLE, VISIBLE = 4.5, 3.0
"""The least contrast of text, and of what is no text, by WCAG 2.2 (1.4.3 and 1.4.11)."""


class Shade(NamedTuple):
    """A colour of a theme, and its contrast with a background of the theme.

    A `dimmed` one has just this contrast, any other at least this.
    """

    of: str
    contrast: float = READABLE
    dimmed: bool = False
    on: str = "background"


SHADES = {
    "points-1": Shade("foreground", READABLE, dimmed=True),
    "points-2": Shade("foreground", 6.5, dimmed=True),
    "points-3": Shade("foreground", 9.5, dimmed=True),
    "points-4": Shade("foreground", 14.0, dimmed=True),
    "axis": Shade("foreground", VISIBLE, dimmed=True),
    "faint": Shade("foreground", VISIBLE, dimmed=True),
    "label": Shade("foreground", 5.0, dimmed=True),
    "ink": Shade("foreground", 7.0),
    "fit": Shade("text-accent"),
    "quiet-fit": Shade("text-accent", VISIBLE, dimmed=True),
    "reference": Shade("text-primary"),
    "aside": Shade("text-primary", VISIBLE, dimmed=True),
    "residual": Shade("text-error", READABLE, dimmed=True),
    "good": Shade("text-success"),
    "bad": Shade("text-error"),
    "tab": Shade("foreground", READABLE, dimmed=True, on="panel"),
    "key": Shade("accent", on="panel"),
    "key-text": Shade("foreground", on="panel"),
}
"""Colours for the style sheet, as variables: the theme's, moved until their contrast is right."""

CURVES = {
    True: ("#56b4e9", "#e69f00", "#2fc48d", "#e58bbf", "#f0e442", "#ff7f5c"),
    False: ("#0b62a4", "#8a5a00", "#007a5a", "#8f3f97", "#6b6400", "#c23b00"),
}
"""The colours of several curves in one picture, in dark themes and in light ones."""


def readable(variables: dict[str, str], *, dark: bool) -> dict[str, str]:
    """Return the variables of `SHADES`, and `curve-1` and `quiet-1` to 6, for a theme's variables.

    A theme that leaves its colours to the terminal keeps them: nobody knows their contrast.
    """
    shades = {
        name: _shade(variables[of], variables[on], contrast, dimmed=dimmed)
        for name, (of, contrast, dimmed, on) in SHADES.items()
    }
    ground = variables["background"]
    curves, quiet = {}, {}
    for number, colour in enumerate(CURVES[dark], 1):
        curves[f"curve-{number}"] = _shade(colour, ground, READABLE, dimmed=False)
        quiet[f"quiet-{number}"] = _shade(colour, ground, VISIBLE, dimmed=True)
    return shades | curves | quiet


@lru_cache(256)
def _shade(of: str, on: str, least: float, *, dimmed: bool) -> str:
    colour, ground = Color.parse(of), Color.parse(on)
    if colour.ansi is not None or ground.ansi is not None or ground.is_transparent:
        return of
    extreme = max((Color(0, 0, 0), Color(255, 255, 255)), key=lambda far: contrast(far, ground))
    if contrast(colour, ground) < least:
        start, end = colour, extreme
    elif dimmed:
        start, end = ground, colour
    else:
        return of
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        if contrast(start.blend(end, middle), ground) < least:
            low = middle
        else:
            high = middle
    return start.blend(end, high).hex


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    """Return the relative luminance of a colour in sRGB, from 0 to 1, as WCAG 2.2 defines it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


NAMES = sorted([*BUILTIN_THEMES, *(theme.name for theme in THEMES)])


def theme_named(name: str) -> str:
    """Return the name, if there is a theme of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in NAMES:
        shown = printable(quoted(name))
        raise InputError(f"{shown} is not a theme: choose one of {', '.join(NAMES)}")
    return name


def remember_theme(app: App[None], file: PreferencesFile) -> None:
    """Store each theme that the user chooses from now on for the next start."""
    remembered = app.theme

    def chosen(theme: Theme) -> None:
        nonlocal remembered
        # The signal also comes for the first theme, which may be from the command line.
        if theme.name != remembered:
            remembered = theme.name
            file.save("theme", remembered)
            if file.problem:
                app.notify(f"The theme isn't saved: {file.problem}", markup=False)

    app.theme_changed_signal.subscribe(app, chosen)
