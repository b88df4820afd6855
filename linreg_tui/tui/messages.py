"""The messages that cross from one widget to another."""

from __future__ import annotations

from textual.message import Message

from linreg_tui.core.edits import Edits
from linreg_tui.core.settings import Settings
from linreg_tui.training import Progress
from linreg_tui.tui.run_view import RunView


class Progressed(Message):
    """A training has come further, been paused or ended; a later one stands for an earlier."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        """A screen that is behind needs only the last of these of a run."""
        return isinstance(message, Progressed) and message.progress.run_id == self.progress.run_id


class PaneChosen(Message):
    """The user wants to see one pane alone, or all of them if `pane` is None."""

    def __init__(self, pane: str | None) -> None:
        super().__init__()
        self.pane = pane


class ViewChosen(Message):
    """The user wants to see another view of a pane."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class StepChosen(Message):
    """The user wants to see a step of the run."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step


class SettingsChosen(Message):
    """The steps to come of the live run have these settings."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings


class LineMoved(Message):
    """The live view shows a line that is chasing the data; a later one stands for an earlier."""

    def __init__(self, view: RunView) -> None:
        super().__init__()
        self.view = view

    def can_replace(self, message: Message) -> bool:
        """Only the last of these is of use."""
        return isinstance(message, LineMoved)


class Edited(Message):
    """The user has edited the data."""

    def __init__(self, edits: Edits) -> None:
        super().__init__()
        self.edits = edits


class SaveAsked(Message):
    """The user wants the edited data in a file."""


class PokingEnded(Message):
    """The user is done with editing the data."""


class RunChosen(Message):
    """The user wants to see the run with these settings, from its start to its end."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
