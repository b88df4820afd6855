"""The data: all rows as points, with their distributions, and as a table; and to be edited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.geometry import Size

from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.tui.drawing.fit import draw_data
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.messages import Edited, PokingEnded, SaveAsked
from linreg_tui.tui.panes.views import PaneView, ViewsPane, once
from linreg_tui.tui.poke.picture import PlanePicture
from linreg_tui.tui.poke.plane import Plane
from linreg_tui.tui.poke.poking import Poking
from linreg_tui.tui.poke.readout import draw_poking
from linreg_tui.tui.run_view import RunView
from linreg_tui.tui.work import begin

if TYPE_CHECKING:
    from linreg_tui.tui.drawing.joint import JointPicture
    from linreg_tui.tui.panes.table import TablePicture


class DataPane(ViewsPane):
    """A scatter plot, a joint plot, and the first rows with a summary; or a plane to poke in."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._markers = markers
        self._poking = Poking(Edits.of(data))
        self._plane = PlanePicture(markers)
        self._view: RunView | None = None
        self._split: Split | None = None
        super().__init__("data", "1 Data", "v", self._views_of(data))

    def compose(self) -> ComposeResult:
        """The views; the plane, and what is under its cursor."""
        yield from super().compose()
        yield Plane(lambda c, r: self._plane.draw(c, r, self._poking, self._view))
        yield Plot(lambda c, r: draw_poking(c, r, self._poking, self._view), id="poke-readout")

    def take(self, edits: Edits) -> None:
        """Show other data, with what has been done to it."""
        self._poking, self._view, self._split = Poking(edits), None, None
        self._draw_anew()

    def show_split(self, split: Split) -> None:
        """Draw the rows that are held out apart."""
        before, self._split = self._split, split
        if split.test.n or (before is not None and before.test.n):
            self._draw_anew()

    def keep(self, edits: Edits) -> None:
        """Go back to these edits."""
        self._poking.put_down()
        self._poking.edits = edits
        self._redraw()

    def poke(self, *, on: bool) -> None:
        """Take the keyboard to edit the points, or give it back."""
        if on == self.has_class("poking"):
            return
        self.set_class(on, "poking")
        plane = self.query_one(Plane)
        plane.can_focus = on
        if on:
            self.screen.set_focus(plane)  # at once, before the next key
            plane.focus()  # and again, if it was hidden until now
            begin(self, "plane", self._prepare_plane)
        else:
            if plane.has_focus:
                self.screen.set_focus(None)
            self._poking.put_down()
            self.look_at(self._views_of(self._poking.edits.data))
        self._tell()

    def follow(self, view: RunView) -> None:
        """The trained line is another one."""
        self._view = view
        self._redraw()

    def on_plane_asked(self, message: Plane.Asked) -> None:
        """A key, or a click, of the plane."""
        poking, what = self._poking, message.what
        if what == "save":
            self.post_message(SaveAsked())
            return
        if what == "leave" and poking.lifted is None:
            self.post_message(PokingEnded())
            return
        before = poking.edits
        actions: dict[str, Callable[..., None]] = {
            "go": poking.go,
            "point_to": poking.point_to,
            "next": poking.next,
            "add": poking.add,
            "lift": poking.lift,
            "take_out": poking.take_out,
            "undo": poking.undo,
            "redo": poking.redo,
            "leave": poking.put_back,
        }
        try:
            actions[what](*message.amounts)
        except InputError as error:
            self.notify(str(error), severity="warning", markup=False)
        if poking.edits.data is not before.data:
            self.post_message(Edited(poking.edits))
        self._redraw()

    async def _prepare_plane(self) -> None:
        await asyncio.to_thread(self._plane.prepare, self._poking.edits.data)
        self._redraw()

    def _tell(self, size: Size | None = None) -> None:
        super()._tell(size)
        if self.has_class("poking"):
            self.border_title = "1 Data · poke · p ends"

    def _redraw(self) -> None:
        for plot in self.query("#plane, #poke-readout").results(Plot):
            plot.redraw()

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers, self._plane = markers, PlanePicture(markers)
        self._draw_anew()
        if self.has_class("poking"):
            begin(self, "plane", self._prepare_plane)

    def _draw_anew(self) -> None:
        self.look_at(self._views_of(self._poking.edits.data))
        self._redraw()

    def _views_of(self, data: Dataset) -> tuple[PaneView, ...]:
        markers, split = self._markers, self._split

        # What only the later views need is loaded for them: most of a start is loading.
        @once
        def joint() -> JointPicture:
            from linreg_tui.tui.drawing.joint import JointPicture

            return JointPicture(data if split is None else split.training, markers)

        @once
        def table() -> TablePicture:
            from linreg_tui.tui.panes.table import TablePicture

            return TablePicture(data)

        return (
            PaneView("scatter", lambda c, r: draw_data(data, c, r, markers, split)),
            PaneView("joint plot", lambda c, r: joint().draw(c, r), lambda: joint().prepare()),
            PaneView("table", lambda c, r: table().draw(c, r), lambda: table().prepare()),
        )
