"""Themes beside Textual's own, for eyes that tell fewer colours or need more contrast."""

from __future__ import annotations

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from linreg_tui.core.errors import InputError
from linreg_tui.preferences import PreferencesFile

COLOUR_BLIND = Theme(
    name="colour-blind",
    # Okabe and Ito's colours. Orange and blue stay apart for all common kinds of colour blindness,
    # and no red stands for bad where green stands for good.
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
    """The name, if there is a theme of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in NAMES:
        raise InputError(f"{name!r} is not a theme: choose one of {', '.join(NAMES)}")
    return name


def keep_theme(app: App[None], file: PreferencesFile) -> None:
    """Keep each theme that is chosen from now on for the next start."""
    kept = app.theme

    def chosen(theme: Theme) -> None:
        nonlocal kept
        # It is told of the one at first, too, which may be from the command line.
        if theme.name != kept:
            kept = theme.name
            file.save("theme", kept)
            if file.problem:
                app.notify(f"Not for the next start: {file.problem}", markup=False)

    app.theme_changed_signal.subscribe(app, chosen)
