"""The syllabus: all chapters on the tour's data, each computed when it is needed."""

from __future__ import annotations

from functools import cached_property

from linreg_tui.tour.chapter import Chapter, Step
from linreg_tui.tour.chapters import chapters
from linreg_tui.tour.facts import Facts, facts_of_tour


class Syllabus:
    """Chapters by their place, counted from 0."""

    def __init__(self) -> None:
        self._steps: dict[int, tuple[Step, ...]] = {}

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """All chapters."""
        return chapters()

    @property
    def facts(self) -> Facts:
        """The numbers in their texts."""
        return facts_of_tour()

    def steps(self, place: int) -> tuple[Step, ...]:
        """Return the steps of a chapter; they are computed once, as some texts need a training."""
        if place not in self._steps:
            self._steps[place] = self.chapters[place].steps(self.facts)
        return self._steps[place]

    def place(self, name: str) -> int | None:
        """Return the place of the chapter with this name, if there is one."""
        names = [chapter.name for chapter in self.chapters]
        return names.index(name) if name in names else None
