"""The learner's progress, saved from one start of the program to the next."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from linreg_tui import files
from linreg_tui.core.errors import InputError

Value = TypeVar("Value")

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
        return _in_time(_read)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Progress()


def remember(progress: Progress) -> None:
    """Save the progress; where that is not possible, nothing happens."""
    if files.writing_is_forbidden():
        return
    saved = {"chapter": progress.chapter, "step": progress.step, "answers": dict(progress.answers)}
    with contextlib.suppress(OSError, InputError):
        _in_time(lambda: _write(json.dumps(saved)))


def forget() -> None:
    """Delete the saved progress."""
    if files.writing_is_forbidden():
        return
    with contextlib.suppress(OSError, InputError):
        _in_time(lambda: (folder() / _FILE).unlink(missing_ok=True))


def _read() -> Progress:
    saved = json.loads((folder() / _FILE).read_text(encoding="utf-8"))
    answers = {str(key): int(answer) for key, answer in saved["answers"].items()}
    return Progress(str(saved["chapter"]), int(saved["step"]), answers)


def _write(text: str) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    files.replace(folder() / _FILE, [text])


def _in_time(work: Callable[[], Value]) -> Value:
    """Return the result of work with the file, unless its folder once gave no answer."""
    global _lost
    if _lost:
        raise files.NoAnswerError("the folder gives no answer")
    try:
        return files.in_time(work)
    except files.NoAnswerError:
        _lost = True
        raise


_FILE = "tour.json"
_lost = False
"""Whether the folder has given no answer; it is not asked again."""
