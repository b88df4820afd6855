"""One key at a time: what a key does is done before the next key is handled."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Key, Paste
from textual.screen import Screen

LOST_SECONDS = 1.0
"""Seconds to wait for a key that got lost, for example because its widget was removed."""

FRAME_SECONDS = 0.1
"""Seconds between frames while keys come faster than they can be handled."""

Typed = Key | Paste
"""What the user types or pastes."""


class KeysInTurn:
    """Makes keys and pasted text wait until the key before has done its work.

    Textual gives each key at once to the widget in focus, and runs the key's action when it has
    bubbled up from there to the application. When keys come together, as on a slow link, a key
    would go to the widget that had the focus before the keys ahead of it: into a form that they
    close, or past one that they open (related: Textualize/textual#4704).

    Checked with Textual 8.2.4 and 8.2.8.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._at_work: Typed | None = None
        self._held: deque[Typed] = deque()
        self._frames_left_out = ExitStack()
        self._next_frame: float | None = None
        self._screen: Screen[Any] | None = None

    def holds(self, typed: Typed) -> bool:
        """Return whether a key has to wait; if so, it comes again later."""
        if self._at_work is None:
            self._at_work = typed
        elif self._at_work is not typed:
            self._held.append(typed)
            return True
        return False

    def follow(self, typed: Typed) -> None:
        """Release the next key when this one, which was just passed on, is done."""
        asyncio.get_running_loop().call_later(LOST_SECONDS, self._done, typed)
        self._queue_behind(typed, (self._app.focused or self._app.screen).ancestors_with_self)

    def _queue_behind(
        self, typed: Typed, path: Sequence[DOMNode], *, after_messages: bool = False
    ) -> None:
        """Queue up behind the key, in each node on the path that it bubbles up.

        Then queue up once more, behind the messages that it caused there. Nodes that it closes are
        skipped.
        """
        while path and not path[0].call_later(
            self._reached, typed, path, after_messages=after_messages
        ):
            path = path[1:]

    def _reached(self, typed: Typed, path: Sequence[DOMNode], *, after_messages: bool) -> None:
        if not after_messages:
            self._queue_behind(typed, path, after_messages=True)
        elif path[1:]:
            self._queue_behind(typed, path[1:])
        else:
            self._wait_for_screen(typed)

    def _wait_for_screen(self, typed: Typed) -> None:
        """Wait until the present screen, which may be new, can handle keys."""
        screen = self._app.screen
        screen.call_later(self._screen_ready, typed, screen)

    def _screen_ready(self, typed: Typed, screen: Screen[Any]) -> None:
        if screen is self._app.screen:
            self._done(typed)
        else:
            self._wait_for_screen(typed)

    def _done(self, typed: Typed) -> None:
        if typed is not self._at_work:
            return  # it was done before, or given up
        self._at_work = self._held.popleft() if self._held else None
        before, self._screen = self._screen, self._app.screen
        # A new screen gets all its frames: what keys do may depend on them.
        self._leave_out_frames(self._at_work is not None and self._screen is before)
        if self._at_work is not None:
            self._app.post_message(self._at_work)

    def _leave_out_frames(self, wanted: bool) -> None:
        now = asyncio.get_running_loop().time()
        if wanted and self._next_frame is None:
            self._frames_left_out.enter_context(self._app.batch_update())
            self._next_frame = now + FRAME_SECONDS
        elif self._next_frame is not None and not (wanted and now < self._next_frame):
            self._frames_left_out.close()
            self._app.screen.check_idle()  # the end of the batch wakes only the application
            self._next_frame = None
