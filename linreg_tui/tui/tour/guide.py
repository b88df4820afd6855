"""The guide: where the learner is in the tour, what was asked and said, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from linreg_tui.tour import memory
from linreg_tui.tour.answers import answer_summary, key, verdict
from linreg_tui.tour.chapter import Chapter, Question, Step
from linreg_tui.tour.memory import SKIPPED, Progress
from linreg_tui.tour.scenes import Page, Scene
from linreg_tui.tour.syllabus import Syllabus
from linreg_tui.tui.state import AppState
from linreg_tui.tui.tour.stage import on_stage

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


END, FORGET = "/end", "/forget"
"""What else can be chosen than a chapter's name, which has no slash."""


class Application(Protocol):
    """What the guide asks of the application."""

    @property
    def state(self) -> AppState:
        """What is on the screen."""

    def show(self, state: AppState) -> None:
        """Show this instead."""

    def play(self, scene: Scene) -> None:
        """Let happen what a scene is about."""

    def plays(self, scene: Scene) -> bool:
        """Whether it still happens."""


class Guide:
    """Leads through the steps; what there is to say is part of the state that it shows."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._syllabus = Syllabus()
        self._before: AppState | None = None
        self._at_latest = True
        self._chapter = 0
        self._number = 0
        self._phase: Phase = "reading"
        self._answers: dict[str, int] = {}
        self._said = SKIPPED
        self.opened = False

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """All chapters."""
        return self._syllabus.chapters

    @property
    def before(self) -> AppState | None:
        """The state to come back to at the end, while the tour's data is on the screen."""
        return self._before

    @property
    def chapter(self) -> Chapter:
        """The chapter that one is in."""
        return self.chapters[self._chapter]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps."""
        return self._syllabus.steps(self._chapter)

    @property
    def number(self) -> int:
        """The step that one is at, counted from 0."""
        return self._number

    @property
    def step(self) -> Step:
        """The same."""
        return self.steps[self._number]

    @property
    def question(self) -> Question | None:
        """The question that is open."""
        return self.step.question if self.opened and self._phase == "asked" else None

    def has_answer(self, option: int) -> bool:
        """Whether the step has a question with such an option, open or not."""
        question = self.step.question
        return question is not None and option < len(question.options)

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more."""
        last = self._chapter + 1 == len(self.chapters) and self._number + 1 == len(self.steps)
        return last and self._phase in ("reading", "told")

    def toggle(self) -> None:
        """Open the tour where it was left, or leave it; its scene stays as it is, to be played."""
        if not self.opened:
            self.open()
            return
        self.opened = False
        state = self._application.state
        alone = None if state.alone == "page" else state.alone
        self._show(replace(state, predicting=True, alone=alone))

    def open(self, name: str = "") -> None:
        """Come to a chapter's first step, or without a name back to where one was."""
        if self._before is None:
            self._before = self._application.state
            self._at_latest = self._before.view.latest
            self._recall()
        self.opened = True
        if (place := self._syllabus.place(name)) is not None:
            self._go(place, 0)
        else:
            self._go(self._chapter, self._number)

    def end(self) -> None:
        """Leave the tour, and go back to the state before it."""
        self.opened = False
        before, self._before = self._before, None
        if before is None:
            self._show(self._application.state)
            return
        view = replace(before.view, running=False)
        if self._at_latest:  # a step may have been under way
            view = replace(view, number=view.run.history.last)
        self._show(replace(before, view=view))

    def forget(self) -> None:
        """Forget the place and all answers, and begin anew."""
        memory.forget()
        self._answers.clear()
        self._chapter = self._number = 0
        if self.opened:
            self._set()

    def choose(self, chosen: str | None) -> None:
        """What was chosen from the list of chapters."""
        if chosen == FORGET:
            self.forget()
        elif chosen == END:
            self.end()
        elif chosen is not None:
            self.open(chosen)

    def on(self) -> None:
        """Skip the question, see what happened, or go to the next step."""
        if self._phase == "asked":
            self.answer(SKIPPED)
        elif self._phase == "watching":
            self._see()
        elif self._number + 1 < len(self.steps):
            self._go(self._chapter, self._number + 1)
        elif self._chapter + 1 < len(self.chapters):
            self._go(self._chapter + 1, 0)

    def back(self) -> None:
        """To the question again, or to the step before."""
        if self._phase in ("watching", "told"):
            self._go(self._chapter, self._number)
        elif self._number > 0:
            self._go(self._chapter, self._number - 1)
        elif self._chapter > 0:
            self._go(self._chapter - 1, len(self._syllabus.steps(self._chapter - 1)) - 1)

    def answer(self, option: int) -> None:
        """Answer the open question and let it happen; only the first answer to each counts."""
        if self.question is None:
            return
        if self._answers.get(self._key, SKIPPED) == SKIPPED:
            self._answers[self._key] = option
        self._said = option
        self._phase = "watching"
        # As if nothing had been played with meanwhile.
        self._set_scene(secret=False)
        self._application.play(self.step.scene)
        self._remember()

    def look(self) -> None:
        """See whether what one watches is over."""
        if self._phase == "watching" and not self._application.plays(self.step.scene):
            self._see()

    def told(self) -> Told:
        """What there is to say."""
        titles = tuple(f"{chapter.number:>2} {chapter.title}" for chapter in self.chapters)
        title = f"{self.chapter.number} {self.chapter.title} · {self._number + 1}/{len(self.steps)}"
        step = self.step
        if step.sums_up:
            sum_of_it = answer_summary(self.chapters, self._syllabus.facts, self._answers)
            step = replace(step, text=f"{step.text}\n{sum_of_it}")
        said = say(step, title, self._phase, self._said)
        return replace(
            said,
            chapters=titles,
            chapter=self._chapter,
            asked=self.question is not None,
            watching=self._phase == "watching",
        )

    def _go(self, chapter: int, number: int) -> None:
        self._chapter, self._number = chapter, number
        self._set()
        self._remember()

    def _set(self) -> None:
        step = self.step
        self._phase = "reading" if step.question is None else "asked"
        self._set_scene(secret=step.question is not None)
        if step.runs:
            self._application.play(step.scene)

    def _set_scene(self, *, secret: bool) -> None:
        data, state = self._syllabus.facts.data, self._application.state
        self._show(on_stage(self.step.scene, data, state, secret=secret))

    def _show(self, state: AppState) -> None:
        told = self.told() if self.opened else None
        self._application.show(replace(state, tour=told, touring=self._before is not None))

    def _see(self) -> None:
        self._phase = "told"
        self._show(self._application.state)

    @property
    def _key(self) -> str:
        return key(self.chapter, self._number)

    def _recall(self) -> None:
        known = memory.recall()
        self._answers = dict(known.answers)
        if (place := self._syllabus.place(known.chapter)) is not None:
            self._chapter = place
            self._number = min(max(known.step, 0), len(self.steps) - 1)

    def _remember(self) -> None:
        memory.remember(Progress(self.chapter.name, self._number, self._answers))
