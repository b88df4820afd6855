"""The guide: where the learner is in the tour, the answers so far, and what comes next."""

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
from linreg_tui.tui.tour.stage import state_of_scene

Phase = Literal["reading", "asked", "watching", "seen"]
"""A step without a question is only read; one with a question has the other phases."""

NBSP = "\u00a0"
"""A space at which no line breaks."""

WATCH = "You said **{}**. Watch what happens; `enter` goes on."
SKIP = "Watch what happens; `enter` goes on."


@dataclass(frozen=True, slots=True)
class TourText:
    """The panel's title, its text as Markdown, a short text for the back row, and a last line.

    `chapters` holds the titles of all chapters, and `chapter` is the number of this one. A question
    is open while `asked` is true, and its outcome can be seen while `watching` is.
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


def text_of_step(step: Step, title: str, phase: Phase, answer: int) -> TourText:
    """Return the text of a step in one of its phases; `answer` is the last answer."""
    question, page = step.question, isinstance(step.scene, Page)
    if question is None or phase == "reading":
        return TourText(title, step.text, step.brief, page=page)
    if phase == "asked":
        both = f"{step.text}\n{question.text}\n"
        return TourText(title, both, question.text, options(question), page)
    if phase == "watching":
        last = SKIP if answer == SKIPPED else WATCH.format(question.options[answer])
        return TourText(title, step.text, step.brief, last, page)
    return TourText(title, question.seen, question.brief, verdict(question, answer), page)


def options(question: Question) -> str:
    """Return the keys that answer the question or skip it; none is broken across lines."""
    keys = [f"`{number}` {option}" for number, option in enumerate(question.options, 1)]
    return f" {NBSP * 2}".join(text.replace(" ", NBSP) for text in (*keys, "`enter` skips"))


END, FORGET = "/end", "/forget"
"""Other choices than a chapter's name, which has no slash."""


class Application(Protocol):
    """What the guide needs of the application."""

    @property
    def state(self) -> AppState:
        """What is on the screen."""

    def show(self, state: AppState) -> None:
        """Show another state."""

    def play(self, scene: Scene) -> None:
        """Start what a scene shows."""

    def is_playing(self, scene: Scene) -> bool:
        """Return whether a scene is still going on."""


class Guide:
    """Leads through the steps; its text is part of the state that it shows."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._syllabus = Syllabus()
        self._before: AppState | None = None
        self._at_latest = True
        self._chapter = 0
        self._number = 0
        self._phase: Phase = "reading"
        self._answers: dict[str, int] = {}
        self._last_answer = SKIPPED
        self.opened = False

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """All chapters."""
        return self._syllabus.chapters

    @property
    def before(self) -> AppState | None:
        """The state to return to at the end, while the tour's data is on the screen."""
        return self._before

    @property
    def chapter(self) -> Chapter:
        """The present chapter."""
        return self.chapters[self._chapter]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the present chapter."""
        return self._syllabus.steps(self._chapter)

    @property
    def number(self) -> int:
        """The number of the present step, counted from 0."""
        return self._number

    @property
    def step(self) -> Step:
        """The present step."""
        return self.steps[self._number]

    @property
    def question(self) -> Question | None:
        """The question that is open."""
        return self.step.question if self.opened and self._phase == "asked" else None

    def has_answer(self, option: int) -> bool:
        """Return whether the step has a question with this option, open or not."""
        question = self.step.question
        return question is not None and option < len(question.options)

    @property
    def ended(self) -> bool:
        """Whether this is the end of the tour."""
        last = self._chapter + 1 == len(self.chapters) and self._number + 1 == len(self.steps)
        return last and self._phase in ("reading", "seen")

    def toggle(self) -> None:
        """Open the tour where it was left, or leave it, with its scene left to play with."""
        if not self.opened:
            self.open()
            return
        self.opened = False
        state = self._application.state
        alone = None if state.alone == "page" else state.alone
        self._show(replace(state, predicting=True, alone=alone))

    def open(self, name: str = "") -> None:
        """Open a chapter at its first step, or without a name the last place."""
        if self._before is None:
            self._before = self._application.state
            self._at_latest = self._before.view.latest
            self._load_progress()
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
        """Forget the place and all answers, and start again."""
        memory.forget()
        self._answers.clear()
        self._chapter = self._number = 0
        if self.opened:
            self._set()

    def choose(self, chosen: str | None) -> None:
        """Do what was chosen from the list of chapters."""
        if chosen == FORGET:
            self.forget()
        elif chosen == END:
            self.end()
        elif chosen is not None:
            self.open(chosen)

    def go_on(self) -> None:
        """Skip the question, show the outcome, or go to the next step."""
        if self._phase == "asked":
            self.answer(SKIPPED)
        elif self._phase == "watching":
            self._show_outcome()
        elif self._number + 1 < len(self.steps):
            self._go(self._chapter, self._number + 1)
        elif self._chapter + 1 < len(self.chapters):
            self._go(self._chapter + 1, 0)

    def go_back(self) -> None:
        """Go back to the question, or to the step before."""
        if self._phase in ("watching", "seen"):
            self._go(self._chapter, self._number)
        elif self._number > 0:
            self._go(self._chapter, self._number - 1)
        elif self._chapter > 0:
            self._go(self._chapter - 1, len(self._syllabus.steps(self._chapter - 1)) - 1)

    def answer(self, option: int) -> None:
        """Answer the open question and start the scene; only the first answer counts."""
        if self.question is None:
            return
        if self._answers.get(self._key, SKIPPED) == SKIPPED:
            self._answers[self._key] = option
        self._last_answer = option
        self._phase = "watching"
        # Set the scene again: the learner may have changed settings meanwhile.
        self._set_scene(secret=False)
        self._application.play(self.step.scene)
        self._save_progress()

    def check_scene(self) -> None:
        """Show the outcome once the scene being watched is over."""
        if self._phase == "watching" and not self._application.is_playing(self.step.scene):
            self._show_outcome()

    def tour_text(self) -> TourText:
        """Return the text of the present step."""
        titles = tuple(f"{chapter.number:>2} {chapter.title}" for chapter in self.chapters)
        title = f"{self.chapter.number} {self.chapter.title} · {self._number + 1}/{len(self.steps)}"
        step = self.step
        if step.sums_up:
            summary = answer_summary(self.chapters, self._syllabus.facts, self._answers)
            step = replace(step, text=f"{step.text}\n{summary}")
        text = text_of_step(step, title, self._phase, self._last_answer)
        return replace(
            text,
            chapters=titles,
            chapter=self._chapter,
            asked=self.question is not None,
            watching=self._phase == "watching",
        )

    def _go(self, chapter: int, number: int) -> None:
        self._chapter, self._number = chapter, number
        self._set()
        self._save_progress()

    def _set(self) -> None:
        step = self.step
        self._phase = "reading" if step.question is None else "asked"
        self._set_scene(secret=step.question is not None)
        if step.runs:
            self._application.play(step.scene)

    def _set_scene(self, *, secret: bool) -> None:
        data, state = self._syllabus.facts.data, self._application.state
        self._show(state_of_scene(self.step.scene, data, state, secret=secret))

    def _show(self, state: AppState) -> None:
        text = self.tour_text() if self.opened else None
        self._application.show(replace(state, tour=text, touring=self._before is not None))

    def _show_outcome(self) -> None:
        self._phase = "seen"
        self._show(self._application.state)

    @property
    def _key(self) -> str:
        return key(self.chapter, self._number)

    def _load_progress(self) -> None:
        known = memory.recall()
        self._answers = dict(known.answers)
        if (place := self._syllabus.place(known.chapter)) is not None:
            self._chapter = place
            self._number = min(max(known.step, 0), len(self.steps) - 1)

    def _save_progress(self) -> None:
        memory.remember(Progress(self.chapter.name, self._number, self._answers))
