"""Keys that arrive all at once, as on a slow link."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot

from linreg_tui.compat import keys_in_turn
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.tui.dialogs.column_picker import ColumnPicker
from linreg_tui.tui.dialogs.help import HelpScreen
from linreg_tui.tui.panes.sweep.pane import SweepPane
from tests.tui.seeing import screen, until, until_seen
from tests.tui.test_app import opened, shown, view


def burst(pilot: Pilot[None], *typed: str | Paste) -> None:
    for one in typed:
        key = Key(one, one if len(one) == 1 else None) if isinstance(one, str) else one
        pilot.app.post_message(key)


async def test_keys_after_a_form_go_to_the_screen_below_it(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        burst(pilot, "e", "ctrl+u", *"2e-7", "enter", "right", "2")
        await until(lambda: shown(pilot) == ["closed-form"])
        assert len(pilot.app.screen_stack) == 1
        await until(lambda: view(pilot).number == 1)
        assert view(pilot).run.settings.learning_rate_m == 2e-7


async def test_a_sweep_is_chosen_in_one_go(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        burst(
            pilot,
            "w",
            *["down"] * 3,
            "ctrl+u",
            *"210",
            "left",
            "backspace",
            "enter",
            "question_mark",
        )
        await until(lambda: isinstance(pilot.app.screen, HelpScreen))
        pane = pilot.app.screen_stack[0].query_one(SweepPane)
        assert pane.sweep_run.recipe.settings.epochs == 20


@pytest.mark.parametrize("as_typed", [True, False])
async def test_a_file_is_typed_before_the_files_are_shown(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_typed: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("u,v\n1,2\n3,5\n4,4\n")
    (tmp_path / "b.csv").write_text("s,t\n1,2\n3,5\n4,4\n")
    async with opened(houses) as pilot:
        burst(pilot, "o", *("b.csv" if as_typed else [Paste("b.csv")]), "enter")
        await until(lambda: isinstance(pilot.app.screen, ColumnPicker))
        await until_seen(pilot, "─ b.csv ─")


async def test_keys_do_not_wait_for_a_key_that_is_lost(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_in_turn, "LOST_SECONDS", 0.05)
    async with opened(houses) as pilot:
        # It loses what queues up behind a key, as a node does that goes before its turn.
        monkeypatch.setattr(pilot.app.screen, "call_later", lambda *_, **__: True)
        burst(pilot, "1", "0", "2")
        await until(lambda: shown(pilot) == ["closed-form"])
        assert "2 Closed form" in screen(pilot)


async def test_every_key_makes_its_step(houses: Dataset) -> None:
    async with opened(houses, Settings(epochs=100)) as pilot:
        burst(pilot, *["right"] * 25, "shift+right", "question_mark")
        await until(lambda: isinstance(pilot.app.screen, HelpScreen))
        await until(lambda: view(pilot).number >= 35)
        assert view(pilot).run.history.last == 35


@pytest.mark.thorough
async def test_frames_are_left_out_while_keys_wait(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(houses, size=(120, 40)) as pilot:
        painted = 0
        refresh = pilot.app.screen._compositor_refresh

        def counted() -> None:
            nonlocal painted
            painted += 1
            refresh()

        monkeypatch.setattr(pilot.app.screen, "_compositor_refresh", counted)
        burst(pilot, *"lz" * 30, "l", "question_mark")
        await until(lambda: isinstance(pilot.app.screen, HelpScreen))
        assert painted < 40


async def test_the_last_of_many_keys_is_shown(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        burst(pilot, *["right_square_bracket"] * 20, "left_curly_bracket")
        await until_seen(pilot, "batch 512 ")
        assert view(pilot).settings.learning_rate_m == 1e-7 * 2**20
