"""The syllabus: all chapters over the tour's data, worked out as they are asked for."""

from __future__ import annotations

from functools import cached_property

from linreg_tui.tour.chapter import Chapter, Step
from linreg_tui.tour.chapters import chapters
from linreg_tui.tour.facts import Facts, facts_of_tour


class Syllabus:
    """Chapters by their place, counted from 0."""

    def __init__(self) -> None:
        self._worked_out: dict[int, tuple[Step, ...]] = {}

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """All of them."""
        return chapters()

    @property
    def facts(self) -> Facts:
        """The numbers that they tell."""
        return facts_of_tour()

    def steps(self, place: int) -> tuple[Step, ...]:
        """The steps of a chapter, worked out once: some train to know their text."""
        if place not in self._worked_out:
            self._worked_out[place] = self.chapters[place].steps(self.facts)
        return self._worked_out[place]

    def place(self, name: str) -> int | None:
        """Where the chapter of a name is, if there is one."""
        names = [chapter.name for chapter in self.chapters]
        return names.index(name) if name in names else None
