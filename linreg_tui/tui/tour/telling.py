"""What the tour says at a step: before its question, while one watches, and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from linreg_tui.tour.answers import verdict
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.memory import SKIPPED
from linreg_tui.tour.scenes import Page

Phase = Literal["reading", "asked", "watching", "told"]
"""A step without a question is read; one with a question goes through the others."""

NBSP = "\u00a0"
"""A blank at which no row ends."""

WATCH = "You said **{}**. Watch what happens; `enter` goes on."
SKIP = "Watch what happens; `enter` goes on."


@dataclass(frozen=True, slots=True)
class Told:
    """What the panel says: a title, the text as Markdown, the same for the back row, and a line.

    `chapters` are the titles of all, `chapter` is the place of this one among them. While a
    question is open it is `asked`, and while its answer is to be seen one is `watching`.
    """

    title: str
    text: str
    brief: str
    last: str = ""
    page: bool = False
    chapters: tuple[str, ...] = ()
    chapter: int = 0
    asked: bool = False
    watching: bool = False


def say(step: Step, title: str, phase: Phase, answer: int) -> Told:
    """What there is to say of a step in one of its phases; `answer` is what was said last."""
    question, page = step.question, isinstance(step.scene, Page)
    if question is None or phase == "reading":
        return Told(title, step.text, step.brief, page=page)
    if phase == "asked":
        both = f"{step.text}\n{question.text}\n"
        return Told(title, both, question.text, options(question), page)
    if phase == "watching":
        said = SKIP if answer == SKIPPED else WATCH.format(question.options[answer])
        return Told(title, step.text, step.brief, said, page)
    return Told(title, question.seen, question.brief, verdict(question, answer), page)


def options(question: Question) -> str:
    """The keys that answer it, and the one that doesn't; none is broken across rows."""
    keys = [f"`{number}` {option}" for number, option in enumerate(question.options, 1)]
    return f" {NBSP * 2}".join(text.replace(" ", NBSP) for text in (*keys, "`enter` skips"))
