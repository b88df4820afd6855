"""Workers that share each batch, in the application."""

from __future__ import annotations

import asyncio
from argparse import Namespace

import pytest

from linreg_tui import cli
from linreg_tui.commands import launch
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.parallel import for_workers
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from tests.tui.seeing import screen
from tests.tui.test_app import step_on, view
from tests.tui.test_form import enter


async def test_they_take_turns_from_the_start_on(houses: Dataset) -> None:
    settings = for_workers(Settings(batch_size=64), 4, houses.n)
    alone = Run(houses, settings)
    alone.advance(1)
    async with LinregApp(houses, settings, workers=4).run_test(size=(80, 24)) as pilot:
        await step_on(pilot, "right", 1)
        run = view(pilot).run
        assert run.workers == 4
        assert run.history[1].slope == pytest.approx(alone.history[1].slope, rel=1e-12)
        assert "batch 4×64" in screen(pilot)
        assert "1–4 workers" in screen(pilot)
        await pilot.press("r")
        assert view(pilot).run.workers == 4
        # They share even a batch that can't be divided evenly.
        await pilot.press("e")
        await enter(pilot, "batch_size", "66")
        await pilot.press("ctrl+s")
        await step_on(pilot, "right", 1)
        assert "batch 66" in screen(pilot)


async def test_they_share_the_batches_of_edited_data_too(houses: Dataset) -> None:
    settings = for_workers(Settings(batch_size=64), 4, houses.n)
    async with LinregApp(houses, settings, workers=4).run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "a", "p")
        await pilot.pause()
        run = view(pilot).run
        assert (run.data.n, run.workers) == (houses.n + 1, 4)


def test_the_application_gets_the_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[Settings, int]] = []

    def run(_: Dataset, settings: Settings, __: Namespace, ___: object, *, workers: int) -> int:
        started.append((settings, workers))
        return 0

    monkeypatch.setattr(launch, "run", run)
    monkeypatch.setattr(launch, "need_a_terminal", lambda _: None)
    assert cli.main([]) == 0
    assert cli.main(["--workers", "4"]) == 0
    assert started == [(Settings(), 1), (for_workers(Settings(), 4, 551), 4)]


def test_the_tour_has_them_in_its_scenes(houses: Dataset) -> None:
    async def runs() -> tuple[int, int]:
        async with LinregApp(houses, Settings(), tour="workers").run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            shown = view(pilot).run
            return shown.workers, shown.history.last

    assert asyncio.run(runs()) == (4, 1)
