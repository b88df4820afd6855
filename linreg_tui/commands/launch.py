"""Opens the application: what its screen can be told on the command line, and what it needs."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linreg_tui import lookalikes
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.preferences import MARKERS, MAX_FPS, Preferences, PreferencesFile

if TYPE_CHECKING:
    from linreg_tui.tui.drawing.markers import Markers


def add_screen(parser: ArgumentParser) -> None:
    """Let it be told how the screen is to be drawn."""
    parser.add_argument(
        "--marker",
        choices=MARKERS,
        help="what pictures are drawn with; ascii makes all of the screen plain ASCII "
        "(default: the finest that the terminal's encoding has)",
    )
    parser.add_argument(
        "--fps",
        type=_frames,
        metavar="N",
        help=f"frames a second at most, from 1 to {MAX_FPS}; over a slow link there are fewer "
        f"by themselves (default: {MAX_FPS})",
    )
    parser.add_argument(
        "--theme", metavar="NAME", help="colours, such as colour-blind or high-contrast"
    )
    parser.add_argument("--reduced-motion", action="store_true", help="no animations")


def served() -> bool:
    """Whether Textual has been told to talk to something else than a terminal, as to a browser."""
    return bool(os.environ.get("TEXTUAL_DRIVER"))


def need_a_terminal(otherwise: str) -> None:
    """Raise an InputError where there is none; `otherwise` says what to do then."""
    if served():
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            f"the application needs a terminal for its screen and keyboard; {otherwise}"
        )
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise InputError(
            f"the application can't move the cursor on a terminal of TERM={os.environ['TERM']}; "
            f"{otherwise}"
        )
    if not sys.stderr.isatty():
        # That is what Textual paints through.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]


def run(
    data: Dataset,
    settings: Settings,
    options: Namespace,
    named: Sequence[str] = (),
    tour: str | None = None,
    workers: int = 1,
) -> int:
    """Run the application, in the tour if a chapter or "" is given; returns the exit status.

    `named` are the words that name the data to a command, and `workers` share each batch. What is
    not asked for on the command line is as the user's file of preferences says.
    """
    # A key then waits 4 ms at most to show; frames are painted only where something changes.
    os.environ.setdefault("TEXTUAL_FPS", "240")
    if options.reduced_motion:
        os.environ["TEXTUAL_ANIMATIONS"] = "none"

    from linreg_tui.tui.app import LinregApp
    from linreg_tui.tui.themes import NAMES

    file = PreferencesFile(NAMES)
    look = look_of(options, file.preferences)
    theme = theme_of(look.theme)
    markers = _markers(look.marker)
    application = LinregApp(
        data, settings, markers, named, tour, fps=look.fps, file=file, workers=workers
    )
    if theme is not None:
        application.theme = theme
    return application.run_guarded()


def theme_of(name: str | None) -> str | None:
    """The theme that was asked for, if one was.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name is None:
        return None
    from linreg_tui.tui.themes import theme_named

    return theme_named(name)


def look_of(options: Namespace, preferred: Preferences) -> Preferences:
    """What was asked for on the command line, and where nothing was, what is preferred."""
    asked = {name: getattr(options, name) for name in ("theme", "marker", "fps")}
    return replace(preferred, **{name: one for name, one in asked.items() if one is not None})


def _frames(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= MAX_FPS:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no number of frames from 1 to {MAX_FPS}")


FEW_CHARACTERS = ("linux", "vt52", "vt100", "vt102", "vt220")
"""Kinds of terminals whose own fonts have no braille and few blocks, whatever the encoding."""


def _markers(name: str | None) -> Markers:
    """The markers of this name, or the finest that the terminal and its encoding have."""
    from linreg_tui.tui.drawing.markers import ASCII, SETS, finest

    if name is None and os.environ.get("TERM") in FEW_CHARACTERS:
        name = ASCII.name

    # Textual paints through one of the original streams, whatever takes their place later.
    painted = sys.__stdout__ if sys.platform == "win32" else sys.__stderr__
    assert isinstance(painted, io.TextIOWrapper)
    markers = finest(painted.encoding) if name is None else SETS[name]
    painted.reconfigure(encoding="ascii" if name == ASCII.name else None, errors=lookalikes.ERRORS)
    return markers
