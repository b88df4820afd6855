"""The tour as the application has it: the guide, its panel, and the keys that lead through it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.geometry import Size

if TYPE_CHECKING:
    from linreg_tui.tui.tour.guide import Guide
    from linreg_tui.tui.tour.panel import TourPanel
    from linreg_tui.tui.tour.stage import Application, Kept

PAGE, DESCENT = "page", "descent"
"""What is alone on the screen with scenes that none of the application's panes shows."""

PLACES = ("below", "beside", "page")
"""Classes of the screen: where the panel is."""


class Tour:
    """Arranges the panel, and does what the tour's keys ask for."""

    def __init__(self, application: Application) -> None:
        self._application = application

    @cached_property
    def guide(self) -> Guide:
        """Leads through it; loaded when it is first asked for, since most of a start is loading."""
        from linreg_tui.tui.tour.guide import Guide

        return Guide(self._application, self._told)

    @property
    def opened(self) -> bool:
        """Whether one is in it."""
        return "guide" in vars(self) and self.guide.opened

    @property
    def kept(self) -> Kept | None:
        """What is given back at the end, while its data is on the stage, be it opened or not."""
        return self.guide.kept if "guide" in vars(self) else None

    @property
    def panel(self) -> TourPanel:
        """The text on the screen."""
        from linreg_tui.tui.tour.panel import TourPanel

        return self._application.main.query_one(TourPanel)

    def do(self, what: str, *arguments: int) -> None:
        """Open the list of chapters, or call the guide's method of that name."""
        if what == "contents":
            self.contents()
        else:
            getattr(self.guide, what)(*arguments)

    def contents(self) -> None:
        """Let a chapter be chosen from the list of all."""
        from linreg_tui.tui.tour.contents import ContentsScreen

        guide = self.guide
        here = ContentsScreen(guide.chapters, guide.chapters.index(guide.chapter))
        self._application.main.app.push_screen(here, guide.choose)

    def awake(self, what: str, *arguments: int) -> bool:
        """Whether a key that asks for this does so now."""
        if what == "toggle":
            return True
        main = self._application.main
        if not (self.opened and main.app.screen is main):
            return False
        if what == "on":
            return not self.guide.ended
        if what != "answer":
            return True
        # Pressed once more when it is too late, they should not show another pane.
        question = self.guide.step.question
        return question is not None and arguments[0] < len(question.options)

    def arrange(self, size: Size) -> tuple[Size, dict[str, bool]]:
        """Give the panel its place on a screen of some size.

        Returns what it leaves to the panes, and which of its classes the screen is to have.
        """
        place = ""
        if self.opened:
            size, place = self.panel.share(size)
        asked = self.opened and self.guide.question is not None
        classes = {"touring": self.opened, "tour-begun": self.kept is not None, "asked": asked}
        return size, classes | {name: name == place for name in PLACES}

    def _told(self) -> None:
        if self.opened:
            self.panel.tell()
        alone = self._application.alone
        left = not self.opened and alone == PAGE
        self._application.show_pane(None if left else alone)
