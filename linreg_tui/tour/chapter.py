"""A chapter of the tour: its steps, some of them with a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import Page, Scene


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the learner answers before something happens.

    `answer` is the place of the right answer among the `options`. `seen` explains what happened and
    why; `brief` says the same in one sentence, in presenter mode.
    """

    text: str
    options: tuple[str, ...]
    answer: int
    seen: str
    brief: str


@dataclass(frozen=True, slots=True)
class Step:
    """A text of a few lines, in Markdown, and its scene.

    `brief` is the text in one sentence, for presenter mode. A scene that can run starts when the
    question is answered. Without a question, it starts at once if it `runs`, and otherwise when the
    learner starts it. A step that `sums_up` shows a summary of the answers.
    """

    brief: str
    text: str
    scene: Scene = field(default_factory=Page)
    question: Question | None = None
    runs: bool = False
    sums_up: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; its `name` stands on the command line and in the saved progress."""

    number: int
    name: str
    title: str
    steps: Callable[[Facts], tuple[Step, ...]]
