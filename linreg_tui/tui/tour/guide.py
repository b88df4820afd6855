"""The guide: where the learner is in the tour, what was asked and said, and what comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from linreg_tui.core.examples import bundled
from linreg_tui.tour import memory
from linreg_tui.tour.answers import key, summed_up, verdict
from linreg_tui.tour.chapter import Chapter, Question, Step
from linreg_tui.tour.chapters import chapters
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.memory import SKIPPED, Progress
from linreg_tui.tour.scenes import Page
from linreg_tui.tui.tour.stage import Application, Kept, Stage

Phase = Literal["reading", "asked", "watching", "told"]
"""A step without a question is read; one with a question goes through the others."""

END, FORGET = "/end", "/forget"
"""What else can be chosen than a chapter's name, which has no slash."""

NBSP = "\u00a0"
"""A blank at which no row ends."""

WATCH = "You said **{}**. Watch what happens; `enter` goes on."
SKIP = "Watch what happens; `enter` goes on."


@dataclass(frozen=True, slots=True)
class Told:
    """What the panel says: a title, the text as Markdown, the same for the back row, and a line.

    `chapters` are the titles of all, `chapter` is the place of this one among them.
    """

    title: str
    text: str
    brief: str
    last: str = ""
    page: bool = False
    chapters: tuple[str, ...] = ()
    chapter: int = 0


class Guide:
    """Leads through the steps; `tell` is called whenever there is something else to say."""

    def __init__(self, application: Application, tell: Callable[[], None]) -> None:
        self._application = application
        self._tell = tell
        self._kept: Kept | None = None
        self._chapter = 0
        self._number = 0
        self._phase: Phase = "reading"
        self._worked_out: dict[int, tuple[Step, ...]] = {}
        self._answers: dict[str, int] = {}
        self.opened = False

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """All chapters."""
        return chapters()

    @cached_property
    def _facts(self) -> Facts:
        return Facts(bundled())

    @cached_property
    def _stage(self) -> Stage:
        return Stage(self._application, self._facts.data)

    @property
    def begun(self) -> bool:
        """Whether the stage shows the tour's data, be it open or left for a while."""
        return self._kept is not None

    @property
    def chapter(self) -> Chapter:
        """The chapter that one is in."""
        return self.chapters[self._chapter]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps."""
        return self._steps_of(self._chapter)

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

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more."""
        last = self._chapter + 1 == len(self.chapters) and self._number + 1 == len(self.steps)
        return last and self._phase in ("reading", "told")

    @property
    def watching(self) -> bool:
        """Whether the answer is about to be seen."""
        return self._phase == "watching"

    def toggle(self) -> None:
        """Open the tour where it was left, or leave it; the stage stays as it is, to be played."""
        if self.opened:
            self.opened = False
            self._stage.reveal()
            self._tell()
        else:
            self.open()

    def open(self, name: str = "") -> None:
        """Come to a chapter's first step, or without a name back to where one was."""
        if self._kept is None:
            self._kept = self._stage.keep()
            self._recall()
        self.opened = True
        known = [chapter.name for chapter in self.chapters]
        if name in known:
            self._go(known.index(name), 0)
        else:
            self._go(self._chapter, self._number)

    def end(self) -> None:
        """Leave the tour, and give the application back as it was before."""
        self.opened = False
        if self._kept is not None:
            self._stage.give_back(self._kept)
            self._kept = None
        self._tell()

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
            self._go(self._chapter - 1, len(self._steps_of(self._chapter - 1)) - 1)

    def answer(self, option: int) -> None:
        """Answer the open question and let it happen; only the first answer to each counts."""
        if self.question is None:
            return
        if self._answers.get(self._key, SKIPPED) == SKIPPED:
            self._answers[self._key] = option
        self._said = option
        self._phase = "watching"
        # As if nothing had been played with meanwhile.
        self._stage.set(self.step.scene, secret=False)
        self._stage.play()
        self._remember()
        self._tell()

    def look(self) -> None:
        """See whether what one watches is over."""
        if self._phase == "watching" and not self._stage.playing:
            self._see()

    def told(self) -> Told:
        """What there is to say."""
        titles = tuple(f"{chapter.number:>2} {chapter.title}" for chapter in self.chapters)
        return replace(self._said_now(), chapters=titles, chapter=self._chapter)

    def _said_now(self) -> Told:
        step, question = self.step, self.step.question
        title = f"{self.chapter.number} {self.chapter.title} · {self._number + 1}/{len(self.steps)}"
        page = isinstance(step.scene, Page)
        if question is None or self._phase == "reading":
            text = step.text
            if step.sums_up:
                text += "\n" + summed_up(self.chapters, self._facts, self._answers)
            return Told(title, text, step.brief, page=page)
        if self._phase == "asked":
            both = f"{step.text}\n{question.text}\n"
            return Told(title, both, question.text, options(question), page)
        if self._phase == "watching":
            said = SKIP if self._said == SKIPPED else WATCH.format(question.options[self._said])
            return Told(title, step.text, step.brief, said, page)
        return Told(title, question.seen, question.brief, verdict(question, self._said), page)

    def _go(self, chapter: int, number: int) -> None:
        self._chapter, self._number = chapter, number
        self._set()
        self._remember()

    def _set(self) -> None:
        step = self.step
        self._phase = "reading" if step.question is None else "asked"
        self._stage.set(step.scene, secret=step.question is not None)
        if step.runs:
            self._stage.play()
        self._tell()

    def _see(self) -> None:
        self._phase = "told"
        self._tell()

    def _steps_of(self, chapter: int) -> tuple[Step, ...]:
        """Worked out once: they are asked for with every key, and some train to know their text."""
        if chapter not in self._worked_out:
            self._worked_out[chapter] = self.chapters[chapter].steps(self._facts)
        return self._worked_out[chapter]

    @property
    def _key(self) -> str:
        return key(self.chapter, self._number)

    def _recall(self) -> None:
        known = memory.recall()
        self._answers = dict(known.answers)
        names = [chapter.name for chapter in self.chapters]
        if known.chapter in names:
            self._chapter = names.index(known.chapter)
            self._number = min(max(known.step, 0), len(self.steps) - 1)

    def _remember(self) -> None:
        memory.remember(Progress(self.chapter.name, self._number, self._answers))


def options(question: Question) -> str:
    """The keys that answer it, and the one that doesn't; none is broken across rows."""
    keys = [f"`{number}` {option}" for number, option in enumerate(question.options, 1)]
    return f" {NBSP * 2}".join(text.replace(" ", NBSP) for text in (*keys, "`enter` skips"))
