"""A session in which nothing can be saved, and nothing opened but what was named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from linreg_tui import files
from linreg_tui.commands.launch import READ_ONLY
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.preferences import PreferencesFile
from linreg_tui.tour import memory
from linreg_tui.tour.memory import Progress
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.column_picker import ColumnPicker
from linreg_tui.tui.dialogs.file_picker import FilePicker
from linreg_tui.tui.panes.sweep.recipe import SIZES
from linreg_tui.tui.themes import NAMES
from tests.tui.seeing import screen, until, until_seen
from tests.tui.test_opening import notices
from tests.tui.test_sweep import choose

ROWS = "a,b\n1,2\n2,3\n3,5\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with a named file and another one, and forbid writing during the test."""
    for name in ("named.csv", "secret.csv"):
        (tmp_path / name).write_text(ROWS)
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "_forbidden", READ_ONLY)
    return tmp_path


@asynccontextmanager
async def opened(data: Dataset) -> AsyncIterator[Pilot[None]]:
    named = ("--", "named.csv")
    app = LinregApp(data, Settings(), named=named, file=PreferencesFile(NAMES), read_only=True)
    async with app.run_test(size=(100, 32)) as pilot:
        yield pilot


async def test_nothing_is_saved(houses: Dataset, folder: Path, home: Path) -> None:
    before = {path.name for path in folder.iterdir()}
    async with opened(houses) as pilot:
        await pilot.press("x")
        await until(lambda: "This session is read-only: nothing can be saved." in notices(pilot))
        assert len(pilot.app.screen_stack) == 1
        await pilot.press("p", "a", "s")
        await until(lambda: READ_ONLY in notices(pilot))
        pilot.app.theme = "high-contrast"
        await pilot.press("escape", "t", "enter", "t", "q")
        await until(lambda: not pilot.app.is_running)
    assert {path.name for path in folder.iterdir()} == before
    assert not home.exists()


async def test_only_examples_and_what_was_named_can_be_opened(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("o")
        await until(lambda: isinstance(pilot.app.screen, FilePicker))
        await until_seen(pilot, "named.csv")
        await until_seen(pilot, "anscombe-1")
        assert "folder" not in screen(pilot)
        for keys in (["left"], ["backspace"], [*"./"], ["home", "right"], [*"/etc/"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert "secret" not in screen(pilot)
        await pilot.press("end", "ctrl+u", *"secret.csv", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, FilePicker)
        await pilot.press("end", "ctrl+u", *"named", "enter")
        await until(lambda: isinstance(pilot.app.screen, ColumnPicker))


async def test_sweeps_stay_on_this_machine(houses: Dataset) -> None:
    """The scheduler of a cluster can let this program run anything."""
    async with opened(houses) as pilot:
        form = await choose(pilot, SIZES, sizes="64", cluster="tcp://127.0.0.1:8786")
        assert form.recipe is None
        await until_seen(pilot, "its sweeps stay on this machine")


def test_the_place_of_the_tour_is_neither_shown_nor_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(files, "_forbidden", "")
        memory.remember(Progress("rate", 2))
    assert memory.recall() == Progress()
    memory.remember(Progress("data", 1))
    memory.forget()
    monkeypatch.setattr(files, "_forbidden", "")
    assert memory.recall() == Progress("rate", 2)


def test_no_file_is_written_whoever_asks(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="read-only"):
        files.create(tmp_path, "run", ".csv", ["a"])
    with pytest.raises(InputError, match="read-only"):
        files.replace(tmp_path / "run.csv", ["a"])
