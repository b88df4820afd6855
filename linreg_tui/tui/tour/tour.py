"""The tour as the application has it: the guide, its panel, and the keys that lead through it."""

from __future__ import annotations

from textual.geometry import Size

from linreg_tui.tui.tour.contents import ContentsScreen
from linreg_tui.tui.tour.guide import Guide
from linreg_tui.tui.tour.panel import TourPanel
from linreg_tui.tui.tour.stage import PAGE, Application

PLACES = ("below", "beside", "page")
"""Classes of the screen: where the panel is."""


class Tour:
    """Arranges the panel, and does what the tour's keys ask for."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.guide = Guide(application, self._told)

    @property
    def panel(self) -> TourPanel:
        """The text on the screen."""
        return self._application.main.query_one(TourPanel)

    def do(self, what: str, *arguments: int) -> None:
        """Open the list of chapters, or call the guide's method of that name."""
        if what == "contents":
            guide = self.guide
            here = ContentsScreen(guide.chapters, guide.chapters.index(guide.chapter))
            self._application.main.app.push_screen(here, guide.choose)
        else:
            getattr(self.guide, what)(*arguments)

    def awake(self, what: str, *arguments: int) -> bool:
        """Whether a key that asks for this does so now."""
        if what == "toggle":
            return True
        main = self._application.main
        if not (self.guide.opened and main.app.screen is main):
            return False
        if what == "on":
            return not self.guide.ended
        if what != "answer":
            return True
        # Pressed once more when it is too late, they should not show another pane.
        question = self.guide.step.question
        return question is not None and arguments[0] < len(question.options)

    def arrange(self, size: Size) -> Size:
        """Give the panel its place on a screen of some size; what it leaves to the panes."""
        main, place = self._application.main, ""
        if self.guide.opened:
            size, place = self.panel.share(size)
        main.set_class(self.guide.opened, "touring")
        main.set_class(self.guide.begun, "tour-begun")
        for name in PLACES:
            main.set_class(name == place, name)
        return size

    def _told(self) -> None:
        if self.guide.opened:
            self.panel.tell()
        alone = self._application.alone
        left = not self.guide.opened and alone == PAGE
        self._application.show_pane(None if left else alone)
