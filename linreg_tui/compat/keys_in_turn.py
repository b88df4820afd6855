"""One key after another: what a key does is done before the next one is looked at."""

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
"""Seconds to wait for a key that is not heard of again, as when its widget goes meanwhile."""

FRAME_SECONDS = 0.1
"""Seconds from one frame to the next while keys come faster than they act."""

Typed = Key | Paste
"""What hands send."""


class KeysInTurn:
    """The keys that come while one is at work, and what is pasted among them: they wait.

    Textual hands each key to the widget that has the focus as soon as it comes, and does what the
    key asks for when it has bubbled up from there to the application. Of keys that come at once, as
    on a slow link, one would go to where the focus was before those ahead of it: into a form that
    they close, or past one that they open (related: Textualize/textual#4704).

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
        """Whether it has to wait; it then comes again."""
        if self._at_work is None:
            self._at_work = typed
        elif self._at_work is not typed:
            self._held.append(typed)
            return True
        return False

    def follow(self, typed: Typed) -> None:
        """Let the next one come when this one, which has just been handed on, is done with."""
        asyncio.get_running_loop().call_later(LOST_SECONDS, self._done, typed)
        self._pass(typed, (self._app.focused or self._app.screen).ancestors_with_self)

    def _pass(self, typed: Typed, path: Sequence[DOMNode], *, news: bool = False) -> None:
        """Queue up behind it, in each of the nodes on the path that it bubbles up.

        And once more, behind the news of what it has done there. Nodes that it closes are passed
        over.
        """
        while path and not path[0].call_later(self._passed, typed, path, news=news):
            path = path[1:]

    def _passed(self, typed: Typed, path: Sequence[DOMNode], *, news: bool) -> None:
        if not news:
            self._pass(typed, path, news=True)
        elif path[1:]:
            self._pass(typed, path[1:])
        else:
            self._look(typed)

    def _look(self, typed: Typed) -> None:
        """Wait until the screen that there is now can take keys; it may be one that was opened."""
        screen = self._app.screen
        screen.call_later(self._looked, typed, screen)

    def _looked(self, typed: Typed, screen: Screen[Any]) -> None:
        if screen is self._app.screen:
            self._done(typed)
        else:
            self._look(typed)

    def _done(self, typed: Typed) -> None:
        if typed is not self._at_work:
            return  # it was done with before, or given up
        self._at_work = self._held.popleft() if self._held else None
        before, self._screen = self._screen, self._app.screen
        # Of a screen that has just been opened none is left out: what keys do may depend on it.
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
            self._app.screen.check_idle()  # the batch itself tells only the application
            self._next_frame = None
