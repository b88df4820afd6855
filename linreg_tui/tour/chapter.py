"""What a chapter of the tour consists of: steps, some of them with a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import Page, Scene


@dataclass(frozen=True, slots=True)
class Question:
    """What the learner is asked before something happens.

    `answer` is the place of the right one among the `options`; `seen` tells what happened, and why;
    `brief` is the same for the back row: a sentence.
    """

    text: str
    options: tuple[str, ...]
    answer: int
    seen: str
    brief: str


@dataclass(frozen=True, slots=True)
class Step:
    """A text of a few lines, in Markdown, and the scene that belongs to it.

    `brief` is the text for the back row: a sentence. A scene that can run does so with the answer
    to the question; without a question, at once if it `runs`, and else when the learner lets it.
    """

    brief: str
    text: str
    scene: Scene = field(default_factory=Page)
    question: Question | None = None
    runs: bool = False
    sums_up: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its name in the command line and in the memory, its title, and its steps."""

    number: int
    name: str
    title: str
    steps: Callable[[Facts], tuple[Step, ...]]
