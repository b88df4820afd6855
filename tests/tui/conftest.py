from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import textual.app
import textual.pilot
from textual import _wait, constants
from textual._compositor import Compositor
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing import canvas

QUIET = 1.2 / constants.MAX_FPS

HOPS = 50
"""Rounds of the event loop; a message needs one from each queue to the next."""


@pytest.fixture(scope="session", autouse=True)
def _waiting_for_no_longer_than_a_frame() -> None:
    """Textual looks whether all is quiet every 20 ms, which is 1.2 of its own frames.

    With as many frames as the program has it is as good a look after a quarter of that, and tests
    wait for it thousands of times.
    """
    _wait.SLEEP_GRANULARITY = QUIET
    _wait.SLEEP_IDLE = QUIET / 4


@pytest.fixture(scope="session", autouse=True)
def _pictures_are_drawn_at_once() -> None:
    """As in an application that has been painted once."""
    canvas.load()


@pytest.fixture(scope="session", autouse=True)
def _keys_arrive() -> None:
    """Textual takes a process that gets no processor time for a quiet one.

    On a busy machine a key would still be on its way from the driver over the application to a
    widget when a test looks. So the event loop makes as many rounds as that takes, and more.
    """

    async def wait_for_idle(min_sleep: float = QUIET, max_sleep: float = 1) -> None:
        for _ in range(HOPS):
            await asyncio.sleep(0)
        await _wait.wait_for_idle(min_sleep, max_sleep)

    for module in (textual.app, textual.pilot):
        module.wait_for_idle = wait_for_idle  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _styles_are_read_once() -> None:
    """What a text of styles says is worked out once for all applications, not anew for each.

    It follows from the text, from where it stands, and from the variables, which are the theme's;
    nothing changes it later, since one application's widgets share it already. A text with errors
    is read anew, as is any with other variables.
    """
    known: dict[object, list[RuleSet]] = {}
    read = Stylesheet._parse_rules

    def read_once(table_view: Stylesheet, css: str, *arguments: Any, **named: Any) -> list[RuleSet]:
        variables = frozenset(table_view._variables.items())
        of = variables, css, arguments, tuple(sorted(named.items()))
        if of not in known:
            rules = read(table_view, css, *arguments, **named)
            if any(rule.errors for rule in rules):
                return rules
            known[of] = rules
        return known[of]

    Stylesheet._parse_rules = read_once  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def _painted_when_looked_at(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames are not painted, but all of the screen whenever a test looks at it.

    Nobody else sees them, and they would take a third of the time. A test of what is done when a
    frame is painted is marked as `painted`.
    """

    def unpainted(compositor: Compositor, **_: object) -> None:
        compositor._dirty_regions.clear()

    if request.node.get_closest_marker("painted") is None:
        monkeypatch.setattr(Compositor, "render_update", unpainted)


@pytest.fixture(autouse=True)
def _whole_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests begin when all panes are there, and what is told at the start has been told."""

    @asynccontextmanager
    async def run_test(app: LinregApp, **options: Any) -> AsyncIterator[Pilot[None]]:
        async with App.run_test(app, **options) as pilot:
            async with asyncio.timeout(10):
                while not app.settled:
                    await asyncio.sleep(0.001)
            await pilot.pause()
            yield pilot

    monkeypatch.setattr(LinregApp, "run_test", run_test)
