"""Choices in the application are remembered, and it opens with the preferred ones."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Input

from linreg_tui import preferences
from linreg_tui.commands.launch import add_screen, look_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.preferences import PreferencesFile
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.column_picker import ColumnPicker
from linreg_tui.tui.dialogs.file_picker import FilePicker
from linreg_tui.tui.themes import NAMES
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_application import command
from tests.tui.seeing import until


def stored() -> preferences.Preferences:
    return PreferencesFile(NAMES).preferences


def written(text: str) -> Path:
    path = preferences.path()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def picking(app: LinregApp) -> bool:
    return isinstance(app.screen, FilePicker)


async def test_a_theme_from_the_palette_is_remembered(houses: Dataset) -> None:
    app = LinregApp(houses, Settings(), file=PreferencesFile(NAMES))
    app.theme = "nord"  # as the command line does
    async with app.run_test() as pilot:
        await pilot.pause()
        assert not preferences.path().exists()
        app.search_themes()
        await pilot.pause()
        app.screen.query_one(Input).value = "high-contrast"
        await pilot.pause(0.2)
        await pilot.press("enter")
        await until(lambda: app.theme == "high-contrast")
        await until(lambda: stored().theme == "high-contrast")
        app.theme = "nord"
        await until(lambda: stored().theme == "nord")


async def test_the_folder_of_the_last_file_is_remembered(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my data"
    folder.mkdir()
    (folder / "few.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    monkeypatch.chdir(folder)
    app = LinregApp(houses, Settings(), file=PreferencesFile(NAMES))
    async with app.run_test() as pilot:
        await pilot.press("o")
        await until(partial(picking, app))
        await pilot.press("f", "enter")
        await until(lambda: isinstance(app.screen, ColumnPicker))
        await pilot.press("enter")
        await until(lambda: app.state.data.n == 3)
    assert stored().folder == str(folder)
    monkeypatch.chdir(tmp_path)
    for there in (True, False):
        app = LinregApp(houses, Settings(), file=PreferencesFile(NAMES))
        async with app.run_test() as pilot:
            await pilot.press("o")
            await until(partial(picking, app))
            picker = app.screen
            assert isinstance(picker, FilePicker)
            assert picker.folder == (folder if there else tmp_path)
        if there:
            folder.rename(tmp_path / "elsewhere")


async def test_an_example_leaves_the_folder_as_it_was(houses: Dataset) -> None:
    app = LinregApp(houses, Settings(), file=PreferencesFile(NAMES))
    async with app.run_test() as pilot:
        await pilot.press("o")
        await until(partial(picking, app))
        await pilot.press(*"norris", "enter")
        await until(lambda: app.state.data is not houses)
    assert not preferences.path().exists()


async def test_a_broken_file_gets_a_message_and_stays_as_it_is(houses: Dataset) -> None:
    path = written("theme = '[bold]'")
    app = LinregApp(houses, Settings(), file=PreferencesFile(NAMES))
    async with app.run_test() as pilot:
        await pilot.pause()
        (notice,) = app._notifications
        assert "theme = '[bold]' is not a theme" in notice.message.replace('"', "'")
        assert not notice.markup
        app.theme = "nord"
        await pilot.pause()
        await asyncio.sleep(0.05)
    assert path.read_text() == "theme = '[bold]'"


def test_the_command_line_wins() -> None:
    preferred = preferences.Preferences("nord", "block", 5, "/data")
    everything = ["--marker", "ascii", "--fps", "30", "--theme", "beige"]
    parser = ArgumentParser()
    add_screen(parser)
    assert look_of(parser.parse_args([]), preferred) == preferred
    asked = preferences.Preferences("beige", "ascii", 30, "/data")
    assert look_of(parser.parse_args(everything), preferred) == asked


@pytest.mark.thorough
def test_it_opens_as_preferred_and_the_command_line_wins() -> None:
    path = written('marker = "ascii"\ntheme = "high-contrast"\nfps = 5\n')
    before = path.read_bytes()
    other = ["--marker", "braille", "--theme", "nord"]
    for options, is_ascii, paper in (([], True, "000000"), (other, False, "2e3440")):
        with Terminal.start([command(), *options]) as terminal:
            terminal.wait_for("ready")
            terminal.read(0.2)
            assert all(line.isascii() for line in terminal.screen) == is_ascii
            assert paper in {cell[0] for row in terminal.cells for cell in row}
            terminal.type("q")
            assert terminal.wait_exit() == 0
    assert path.read_bytes() == before
