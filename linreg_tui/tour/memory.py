"""The learner's progress, saved from one start of the program to the next."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from linreg_tui import files
from linreg_tui.core.errors import InputError

SKIPPED = -1
"""Stands for an answer that was not given."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The latest step, counted from 0, and the answers so far.

    The key of an answer is the chapter's name and the number of the step, such as `rate/2`.
    """

    chapter: str = ""
    step: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)


def folder() -> Path:
    """Return the program's folder for the user's state."""
    from platformdirs import user_state_path

    return user_state_path("linreg-tui", appauthor=False)


def recall() -> Progress:
    """Return the saved progress; the beginning if there is none or it can't be read.

    Where nothing can be saved, every visitor starts at the beginning.
    """
    if files.writing_is_forbidden():
        return Progress()
    try:
        saved = json.loads((folder() / _FILE).read_text(encoding="utf-8"))
        answers = {str(key): int(answer) for key, answer in saved["answers"].items()}
        return Progress(str(saved["chapter"]), int(saved["step"]), answers)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Progress()


def remember(progress: Progress) -> None:
    """Save the progress; where that is not possible, nothing happens."""
    if files.writing_is_forbidden():
        return
    saved = {"chapter": progress.chapter, "step": progress.step, "answers": dict(progress.answers)}
    with contextlib.suppress(OSError, InputError):
        folder().mkdir(parents=True, exist_ok=True)
        files.replace(folder() / _FILE, [json.dumps(saved)])


def forget() -> None:
    """Delete the saved progress."""
    if files.writing_is_forbidden():
        return
    with contextlib.suppress(OSError):
        (folder() / _FILE).unlink(missing_ok=True)


_FILE = "tour.json"
