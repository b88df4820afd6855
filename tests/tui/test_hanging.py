"""Folders that give no answer, as on a network that is down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from linreg_tui import failures, files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.preferences import PreferencesFile
from linreg_tui.tour import memory
from linreg_tui.tour.memory import Progress
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.file_picker import FilePicker
from linreg_tui.tui.themes import NAMES
from tests.tui.seeing import until
from tests.tui.test_opening import message, notices


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a folder in which every look waits until the test is over."""
    over = threading.Event()
    folder = tmp_path / "hanging"
    (folder / "inner").mkdir(parents=True)
    stat = Path.stat

    def waiting(path: Path, **options: bool) -> object:
        if path.is_relative_to(folder):
            over.wait(10)
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", waiting)
    monkeypatch.setattr(files.in_time, "__defaults__", (0.1,))
    monkeypatch.setattr(memory, "_lost", False)
    yield folder
    over.set()
    for thread in threading.enumerate():
        if thread.name == "files":
            thread.join()


def opened_with(folder: Path, houses: Dataset, monkeypatch: pytest.MonkeyPatch) -> LinregApp:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return LinregApp(houses, Settings(), file=PreferencesFile(NAMES))


async def test_a_home_that_hangs_is_said_and_in_nobodys_way(
    hanging: Path, houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened_with(hanging, houses, monkeypatch)
    async with app.run_test() as pilot:
        await until(lambda: any("there was no answer within" in words for words in notices(pilot)))
        app.theme = "high-contrast"
        await pilot.press("t", "enter", "t")
        assert app.is_running


async def test_a_folder_that_hangs_is_said_in_the_picker(
    hanging: Path, houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preferences = tmp_path / "config" / "linreg-tui" / "preferences.toml"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(f'folder = "{hanging.as_posix()}"\n')
    app = opened_with(preferences.parents[1], houses, monkeypatch)
    async with app.run_test() as pilot:
        await picked(pilot)
        await pilot.press(*f"{hanging.as_posix()}/x")
        await until(lambda: "there was no answer within" in message(pilot))
        await pilot.press("end", "ctrl+u", *"anscombe-1", "enter")
        await until(lambda: app.state.data is not houses)


async def picked(pilot: Pilot[None]) -> None:
    await pilot.press("o")
    await until(lambda: isinstance(pilot.app.screen, FilePicker))
    await pilot.pause()


def test_the_tours_folder_is_asked_once(hanging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "folder", lambda: hanging)
    monkeypatch.setattr(Path, "read_text", lambda path, **_: path.stat())
    assert memory.recall() == Progress()
    before = threading.active_count()
    for _ in range(5):
        memory.remember(Progress("rate", 2))
    assert threading.active_count() == before


def test_a_traceback_goes_elsewhere(hanging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(hanging))
    monkeypatch.setattr(Path, "mkdir", lambda path, **_: path.stat())
    _, where = failures.write_traceback(ValueError("made up"))
    assert str(hanging) not in where


def test_work_that_fails_or_is_done_is_no_silence() -> None:
    assert files.in_time(lambda: 5) == 5
    with pytest.raises(TimeoutError, match="its own"):
        files.in_time(lambda: exec("raise TimeoutError('its own')"))


def test_a_file_that_hangs_keeps_no_other_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE_SECONDS", 0.05)
    with files._changing, pytest.raises(files.NoAnswerError, match="try again later"):
        files.replace(tmp_path / "a", ["a"])
    files.replace(tmp_path / "a", ["a"])
