"""A notice that never makes a screen that opens hang."""

from __future__ import annotations

from textual.notifications import Notification

LEAST_SECONDS = 0.1
"""Seconds; longer than a busy machine takes to start a timer."""


class Notice(Notification):
    """A notification that has some time left even when it has expired.

    A screen that opens asks a notification whether it has expired, and then how long to show it. If
    its time runs out between the two, Textual starts a timer of zero or less, which never yields:
    the application hangs.

    No issue found. Checked with Textual 8.2.4 and 8.2.8.
    """

    @property
    def time_left(self) -> float:
        """Seconds left to show it."""
        return max(LEAST_SECONDS, super().time_left)

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return super().time_left <= 0
