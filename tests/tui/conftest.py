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

IDLE_SECONDS = 1.2 / constants.MAX_FPS

LOOP_ROUNDS = 50
"""Rounds of the event loop; a message needs one from each queue to the next."""


@pytest.fixture(scope="session", autouse=True)
def _idle_is_noticed_within_a_frame() -> None:
    """Wait for idle in shorter steps than Textual's, which are 20 ms or 1.2 of its own frames.

    At this program's frame rate a quarter of that is as good, and tests wait thousands of times.
    """
    _wait.SLEEP_GRANULARITY = IDLE_SECONDS
    _wait.SLEEP_IDLE = IDLE_SECONDS / 4


@pytest.fixture(scope="session", autouse=True)
def _keys_arrive() -> None:
    """Wait for keys in a process that gets no processor time: Textual takes it for idle.

    On a busy machine a key would still be on its way from the driver to a widget when a test looks.
    So the event loop makes more rounds than that takes.
    """

    async def wait_for_idle(min_sleep: float = IDLE_SECONDS, max_sleep: float = 1) -> None:
        for _ in range(LOOP_ROUNDS):
            await asyncio.sleep(0)
        await _wait.wait_for_idle(min_sleep, max_sleep)

    for module in (textual.app, textual.pilot):
        module.wait_for_idle = wait_for_idle  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _styles_are_read_once() -> None:
    """Parse each text of styles once for all applications, not again for each.

    The result follows from the text, its location, and the theme's variables. Nothing changes it
    later, since one application's widgets share it already. A text with errors is parsed again, and
    so is one with other variables.
    """
    known: dict[object, list[RuleSet]] = {}
    read = Stylesheet._parse_rules

    def read_once(stylesheet: Stylesheet, css: str, *arguments: Any, **named: Any) -> list[RuleSet]:
        variables = frozenset(stylesheet._variables.items())
        key = variables, css, arguments, tuple(sorted(named.items()))
        if key not in known:
            rules = read(stylesheet, css, *arguments, **named)
            if any(rule.errors for rule in rules):
                return rules
            known[key] = rules
        return known[key]

    Stylesheet._parse_rules = read_once  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def _painted_when_looked_at(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paint no frames, but the whole screen whenever a test looks at it.

    Nobody else sees the frames, and they would take a third of the time. A test of what happens
    when a frame is painted is marked `painted`.
    """

    def unpainted(compositor: Compositor, **_: object) -> None:
        compositor._dirty_regions.clear()

    if request.node.get_closest_marker("painted") is None:
        monkeypatch.setattr(Compositor, "render_update", unpainted)


@pytest.fixture(autouse=True)
def _complete_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests begin when all panes exist and the first notices have been shown."""

    @asynccontextmanager
    async def run_test(app: LinregApp, **options: Any) -> AsyncIterator[Pilot[None]]:
        async with App.run_test(app, **options) as pilot:
            async with asyncio.timeout(10):
                while not app.settled:
                    await asyncio.sleep(0.001)
            await pilot.pause()
            yield pilot

    monkeypatch.setattr(LinregApp, "run_test", run_test)
