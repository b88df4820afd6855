"""Themes besides Textual's own, for colour-blind eyes or for more contrast."""

from __future__ import annotations

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from linreg_tui.core.errors import InputError
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
NAMES = sorted([*BUILTIN_THEMES, *(theme.name for theme in THEMES)])


def theme_named(name: str) -> str:
    """Return the name, if there is a theme of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in NAMES:
        raise InputError(f"{name!r} is not a theme: choose one of {', '.join(NAMES)}")
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
