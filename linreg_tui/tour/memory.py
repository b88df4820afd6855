"""How far the learner has come, from one start of the program to the next."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from linreg_tui import files
from linreg_tui.core.errors import InputError

SKIPPED = -1
"""An answer that was not given."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The step that was reached, counted from 0, and the answers given so far.

    The key of an answer is the chapter's name and the number of the step, as `rate/2`.
    """

    chapter: str = ""
    step: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)


def folder() -> Path:
    """Where programs keep what they remember of their users."""
    from platformdirs import user_state_path

    return user_state_path("linreg-tui", appauthor=False)


def recall() -> Progress:
    """What is remembered; the beginning, if that is nothing or can't be read."""
    try:
        told = json.loads((folder() / _FILE).read_text(encoding="utf-8"))
        answers = {str(key): int(answer) for key, answer in told["answers"].items()}
        return Progress(str(told["chapter"]), int(told["step"]), answers)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Progress()


def remember(progress: Progress) -> None:
    """Write it down; where that is not possible, the tour is just not remembered."""
    told = {"chapter": progress.chapter, "step": progress.step, "answers": dict(progress.answers)}
    with contextlib.suppress(OSError, InputError):
        folder().mkdir(parents=True, exist_ok=True)
        files.replace(folder() / _FILE, [json.dumps(told)])


def forget() -> None:
    """Remember nothing."""
    with contextlib.suppress(OSError):
        (folder() / _FILE).unlink(missing_ok=True)


_FILE = "tour.json"
