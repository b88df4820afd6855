"""Opens the application: the options for its screen, and the terminal that it needs."""

from __future__ import annotations

import io
import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linreg_tui import files, lookalikes
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.options import one_of, quoted
from linreg_tui.preferences import MARKERS, MAX_FPS, Preferences, PreferencesFile

if TYPE_CHECKING:
    from linreg_tui.tui.drawing.markers import Markers


READ_ONLY = "this session is read-only: nothing can be saved"


def add_screen(parser: ArgumentParser) -> None:
    """Add the options for the screen."""
    parser.add_argument(
        "--marker",
        type=one_of(*MARKERS),
        metavar="{" + ",".join(MARKERS) + "}",
        help="the characters that pictures are drawn with; ascii makes the whole screen plain "
        "ASCII (default: the finest that the terminal's encoding has)",
    )
    parser.add_argument(
        "--fps",
        type=_frames,
        metavar="N",
        help=f"the most frames a second, from 1 to {MAX_FPS}; a slow link gets fewer "
        f"automatically (default: {MAX_FPS})",
    )
    parser.add_argument(
        "--theme", metavar="NAME", help="colours, such as colour-blind or high-contrast"
    )
    parser.add_argument(
        "--hide-predictions",
        action="store_true",
        help="say what settings lead to only after the run",
    )
    parser.add_argument("--reduced-motion", action="store_true", help="no animations")


def screen_options(options: Namespace) -> list[str]:
    """Return the options for the screen that were given."""
    screen = ArgumentParser()
    add_screen(screen)
    usual = vars(screen.parse_args([]))
    return [
        f"--{name.replace('_', '-')}" for name in usual if getattr(options, name) != usual[name]
    ]


def served() -> bool:
    """Return whether Textual's screen is something other than a terminal, such as a browser."""
    return bool(os.environ.get("TEXTUAL_DRIVER"))


def need_a_terminal(otherwise: str) -> None:
    """Raise an InputError if there is no usable terminal; `otherwise` says what to do instead."""
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
        # Textual paints through this stream.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]


def run(
    data: Dataset,
    settings: Settings,
    options: Namespace,
    named: Sequence[str] = (),
    tour: str | None = None,
    workers: int = 1,
    read_only: bool = False,
) -> int:
    """Run the application, and return the exit status.

    `named` are the command-line words that name the data. `tour` is the chapter to open, or "" to
    go on where the learner left the tour. `workers` share each batch. The user's preferences apply
    where the command line says nothing. With `read_only`, nothing is saved, and nothing opened but
    examples and this data.
    """
    # A key then shows after 4 ms at most; frames are painted only when something changes.
    os.environ.setdefault("TEXTUAL_FPS", "240")
    if options.reduced_motion:
        os.environ["TEXTUAL_ANIMATIONS"] = "none"

    from linreg_tui.tui.app import LinregApp
    from linreg_tui.tui.themes import NAMES

    if read_only:
        files.forbid_writing(READ_ONLY)
    file = PreferencesFile(NAMES)
    look = look_of(options, file.preferences)
    theme = theme_of(look.theme)
    markers = _markers(look.marker)
    application = LinregApp(
        data,
        settings,
        markers,
        named,
        tour,
        fps=look.fps,
        file=file,
        workers=workers,
        hiding=options.hide_predictions,
        read_only=read_only,
    )
    if theme is not None:
        application.theme = theme
    return application.run_guarded()


def theme_of(name: str | None) -> str | None:
    """Return the name of the theme that was asked for, if one was.

    Raises
    ------
    InputError
        If there is no theme of this name.
    """
    if name is None:
        return None
    from linreg_tui.tui.themes import theme_named

    return theme_named(name)


def look_of(options: Namespace, preferred: Preferences) -> Preferences:
    """Return the preferences, with the command line's options in their place where given."""
    asked = {name: getattr(options, name) for name in ("theme", "marker", "fps")}
    return replace(preferred, **{name: one for name, one in asked.items() if one is not None})


def _frames(text: str) -> int:
    if re.fullmatch("[0-9]{1,4}", text) and 1 <= int(text) <= MAX_FPS:
        return int(text)
    raise ArgumentTypeError(f"{quoted(text)} is not a number of frames from 1 to {MAX_FPS}")


FEW_CHARACTERS = ("linux", "vt52", "vt100", "vt102", "vt220")
"""The kinds of terminals whose fonts have no braille and few blocks, whatever the encoding."""


def _markers(name: str | None) -> Markers:
    """Return the markers of this name, or the finest that the terminal and its encoding have."""
    from linreg_tui.tui.drawing.markers import ASCII, SETS, finest

    if name is None and os.environ.get("TERM") in FEW_CHARACTERS:
        name = ASCII.name

    # Textual paints through one of the original streams, even if they are replaced later.
    painted = sys.__stdout__ if sys.platform == "win32" else sys.__stderr__
    assert isinstance(painted, io.TextIOWrapper)
    markers = finest(painted.encoding) if name is None else SETS[name]
    painted.reconfigure(encoding="ascii" if name == ASCII.name else None, errors=lookalikes.ERRORS)
    return markers
