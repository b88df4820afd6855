"""The messages that widgets send one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from linreg_tui.core.edits import Edits
from linreg_tui.core.settings import Settings
from linreg_tui.training import Progress

if TYPE_CHECKING:
    from linreg_tui.tui.panes.live.by_hand import Hand
    from linreg_tui.tui.panes.sweep.curves_view import CurvesView
    from linreg_tui.tui.state import Pane


class Progressed(Message):
    """A training has advanced, been paused or ended; a later message replaces an earlier one."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        """Return whether this replaces an earlier message: only a run's last one counts."""
        return isinstance(message, Progressed) and message.progress.run_id == self.progress.run_id


class PaneChosen(Message):
    """The user wants to see one pane alone, or all of them if `pane` is None."""

    def __init__(self, pane: Pane | None) -> None:
        super().__init__()
        self.pane: Pane | None = pane


class ViewChosen(Message):
    """The user wants to see another view of a pane."""

    def __init__(self, pane: str, view: str) -> None:
        super().__init__()
        self.pane, self.view = pane, view


class StepChosen(Message):
    """The user wants to see a step of the run; while the mouse is dragged, the last one counts."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step

    def can_replace(self, message: Message) -> bool:
        """Return whether this replaces an earlier message."""
        return isinstance(message, StepChosen)


class LossZoomed(Message):
    """The user zooms into the loss (1), or out (-1)."""

    def __init__(self, direction: int) -> None:
        super().__init__()
        self.direction = direction


class CurvesChosen(Message):
    """The user wants to see the learning curves of the sweep in another way."""

    def __init__(self, curves: CurvesView) -> None:
        super().__init__()
        self.curves = curves


class HandMoved(Message):
    """The user has moved the line that is fitted by hand: `change` makes the new one."""

    def __init__(self, change: Callable[[Hand], Hand]) -> None:
        super().__init__()
        self.change = change


class HandEnded(Message):
    """The user has finished fitting by hand; SGD is to go on from there if `let_go`."""

    def __init__(self, *, let_go: bool) -> None:
        super().__init__()
        self.let_go = let_go


class Edited(Message):
    """The user has edited the data."""

    def __init__(self, edits: Edits) -> None:
        super().__init__()
        self.edits = edits


class SaveAsked(Message):
    """The user wants to save the edited data to a file."""


class EditingEnded(Message):
    """The user has finished editing the data."""


class RunChosen(Message):
    """The user wants to see the run with these settings, from its start to its end."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
