"""The data pane: the rows as points, with their distributions, as a table, or for editing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size

from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import EDIT_KEYS, bindings
from linreg_tui.tui.messages import Edited, EditingEnded, SaveAsked
from linreg_tui.tui.panes.data.plane import Plane, PlanePicture, draw_under_cursor
from linreg_tui.tui.panes.data.point_editor import PointEditor
from linreg_tui.tui.panes.data.scatter import ScatterPicture
from linreg_tui.tui.panes.views import PaneView, ViewsPane, once
from linreg_tui.tui.run_view import RunView
from linreg_tui.tui.work import begin

if TYPE_CHECKING:
    from linreg_tui.tui.panes.data.joint import JointPicture
    from linreg_tui.tui.panes.data.table import TablePicture


class DataPane(ViewsPane):
    """A scatter plot, a joint plot, a table with a summary, or a plane on which to edit points.

    While points are edited, the plane has the keyboard and the pane has its keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(EDIT_KEYS)

    def __init__(self, edits: Edits, view: str = "scatter", markers: Markers = BRAILLE) -> None:
        self._markers = markers
        self.editor = PointEditor(edits)
        self._plane = PlanePicture(markers)
        self._run: RunView | None = None
        self._split: Split | None = None
        super().__init__("data", "1 Data", "v", self._views_of(edits.data), view)

    def compose(self) -> ComposeResult:
        """Compose the views, the plane, and the lines about its cursor."""
        yield from super().compose()
        yield Plane(lambda c, r: self._plane.draw(c, r, self.editor, self._run), id="plane")
        yield Plot(lambda c, r: draw_under_cursor(c, r, self.editor, self._run), id="under-cursor")

    def set_edits(self, edits: Edits) -> None:
        """Show other data with its edits; nothing changes if the edits are its own."""
        if edits is not self.editor.edits:
            self.editor, self._run, self._split = PointEditor(edits), None, None
            self._redraw_views()

    def restore_edits(self, edits: Edits) -> None:
        """Go back to these edits, because the newer ones can't be trained on."""
        self.editor.put_down()
        self.editor.edits = edits
        self._redraw()

    def show_split(self, split: Split) -> None:
        """Draw the test rows with marks of their own."""
        before, self._split = self._split, split
        if split.test.n or (before is not None and before.test.n):
            self._redraw_views()

    def set_editing(self, *, editing: bool) -> None:
        """Begin editing with the keyboard, or end it."""
        if editing == self.has_class("editing"):
            return
        self.set_class(editing, "editing")
        plane = self.query_one(Plane)
        plane.can_focus = editing
        if editing:
            self.screen.set_focus(plane)  # at once, before the next key
            plane.focus()  # and again, if it was hidden until now
            begin(self, "plane", self._prepare_plane)
        else:
            if plane.has_focus:
                self.screen.set_focus(None)
            self.editor.put_down()
            self.set_views(self._views_of(self.editor.edits.data))
        self._show_title()

    def show_run(self, run: RunView) -> None:
        """Draw the trained line among the points that are edited."""
        self._run = run
        self._redraw()

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers, self._plane = markers, PlanePicture(markers)
        self._redraw_views()
        if self.has_class("editing"):
            begin(self, "plane", self._prepare_plane)

    def action_go(self, right: int, up: int) -> None:
        """Move the cursor by so many cells."""
        self._edit(partial(self.editor.go, right, up))

    def on_plane_clicked(self, message: Plane.Clicked) -> None:
        """Move the cursor to the cell that was clicked."""
        self._edit(partial(self.editor.point_to, message.column, message.row))

    def action_next_point(self, direction: int) -> None:
        """Move to the next point to the right (1) or left (-1)."""
        self._edit(partial(self.editor.next, direction))

    def action_add(self) -> None:
        """Add a point."""
        self._edit(self.editor.add)

    def action_lift(self) -> None:
        """Lift a point, or put it down."""
        self._edit(self.editor.lift)

    def action_remove(self) -> None:
        """Remove a point."""
        self._edit(self.editor.remove)

    def action_undo(self) -> None:
        """Undo the last edit."""
        self._edit(self.editor.undo)

    def action_redo(self) -> None:
        """Redo the edit undone last."""
        self._edit(self.editor.redo)

    def action_save(self) -> None:
        """Ask the application to save the edited rows."""
        self.post_message(SaveAsked())

    def action_put_back(self) -> None:
        """Put back the lifted point; without one, end editing."""
        if self.editor.lifted is None:
            self.post_message(EditingEnded())
        else:
            self._edit(self.editor.put_back)

    def _edit(self, edit: Callable[[], None]) -> None:
        """Move the cursor or edit the points, and post a message if the points changed."""
        before = self.editor.edits
        try:
            edit()
        except InputError as error:
            self.notify(str(error), severity="warning", markup=False)
        if self.editor.edits.data is not before.data:
            self.post_message(Edited(self.editor.edits))
        self._redraw()

    async def _prepare_plane(self) -> None:
        await asyncio.to_thread(self._plane.prepare, self.editor.edits.data)
        self._redraw()

    def _show_title(self, size: Size | None = None) -> None:
        super()._show_title(size)
        if self.has_class("editing"):
            self.border_title = "1 Data · editing points · p ends"

    def _redraw(self) -> None:
        for plot in self.query("#plane, #under-cursor").results(Plot):
            plot.redraw()

    def _redraw_views(self) -> None:
        self.set_views(self._views_of(self.editor.edits.data))
        self._redraw()

    def _views_of(self, data: Dataset) -> tuple[PaneView, ...]:
        markers, split = self._markers, self._split

        scatter = ScatterPicture(data, markers, split)

        # What only the later views need is loaded with them: loading takes most of the start.
        @once
        def joint() -> JointPicture:
            from linreg_tui.tui.panes.data.joint import JointPicture

            return JointPicture(data if split is None else split.training, markers)

        @once
        def table() -> TablePicture:
            from linreg_tui.tui.panes.data.table import TablePicture

            return TablePicture(data)

        return (
            PaneView("scatter", scatter.draw, scatter.prepare),
            PaneView("joint plot", lambda c, r: joint().draw(c, r), lambda: joint().prepare()),
            PaneView("table", lambda c, r: table().draw(c, r), lambda: table().prepare()),
        )
