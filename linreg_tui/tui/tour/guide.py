"""The guide: where the learner is in the tour, what was asked and said, and what comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from linreg_tui.tour import memory
from linreg_tui.tour.answers import key, summed_up
from linreg_tui.tour.chapter import Chapter, Question, Step
from linreg_tui.tour.memory import SKIPPED, Progress
from linreg_tui.tour.syllabus import Syllabus
from linreg_tui.tui.tour.stage import Application, Kept, Stage
from linreg_tui.tui.tour.telling import Phase, Told, say

END, FORGET = "/end", "/forget"
"""What else can be chosen than a chapter's name, which has no slash."""


class Guide:
    """Leads through the steps; `tell` is called whenever there is something else to say."""

    def __init__(self, application: Application, tell: Callable[[], None]) -> None:
        self._application = application
        self._tell = tell
        self._syllabus = Syllabus()
        self._kept: Kept | None = None
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

    @cached_property
    def _stage(self) -> Stage:
        return Stage(self._application, self._syllabus.facts.data)

    @property
    def kept(self) -> Kept | None:
        """What is given back at the end, while the stage shows the tour's data, opened or not."""
        return self._kept

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
        if (place := self._syllabus.place(name)) is not None:
            self._go(place, 0)
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
        title = f"{self.chapter.number} {self.chapter.title} · {self._number + 1}/{len(self.steps)}"
        step = self.step
        if step.sums_up:
            sum_of_it = summed_up(self.chapters, self._syllabus.facts, self._answers)
            step = replace(step, text=f"{step.text}\n{sum_of_it}")
        said = say(step, title, self._phase, self._said)
        return replace(said, chapters=titles, chapter=self._chapter)

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
