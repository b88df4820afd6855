"""The export dialog: the files, their names, and the messages when they can't be written."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any
from xml.etree import ElementTree

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.files import shortened
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs import export
from linreg_tui.tui.dialogs.base import Entry
from linreg_tui.tui.dialogs.export import REPORT, ExportScreen
from linreg_tui.tui.panes.live.pane import LivePane
from tests.thorough import first_of
from tests.tui.seeing import resize, screen, until, until_seen

CHOICES = [
    "History: every step, as CSV",
    "Picture, as SVG",
    "Picture, as text",
    "Python script that repeats the run, and its data",
    "All of the run",
]
ALL_OF_IT = ["down"] * 4
ALL = [
    "linreg-run-data.csv",
    "linreg-run.csv",
    "linreg-run.py",
    "linreg-run.svg",
    "linreg-run.txt",
]


@asynccontextmanager
async def opened(data: Dataset, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """Open the export dialog after a run of three steps."""
    app = LinregApp(data, Settings(batch_size=64, epochs=5))
    async with app.run_test(size=size) as pilot:
        app.action_walk(3)
        await until(lambda: app.query_one(LivePane).view.number == 3)
        await open_export(pilot)
        yield pilot


async def open_export(pilot: Pilot[None]) -> None:
    await pilot.press("x")
    await until(lambda: is_open(pilot) and "writes linreg" in screen(pilot))


def is_open(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app.screen, ExportScreen)


def notices(pilot: Pilot[None]) -> list[str]:
    return [notification.message for notification in pilot.app._notifications]


def message(pilot: Pilot[None]) -> str:
    """Return the message of what will be written, or why it can't be."""
    return str(pilot.app.screen.query_one("#message", Static).content)


async def written(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and enter, and wait until the dialog has closed."""
    await pilot.press(*keys, "enter")
    await until(lambda: not is_open(pilot))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (4, ALL),
        *(
            pytest.param(place, names, marks=pytest.mark.thorough)
            for place, names in enumerate(
                (
                    ["linreg-run.csv"],
                    ["linreg-run.svg"],
                    ["linreg-run.txt"],
                    ["linreg-run-data.csv", "linreg-run.py"],
                )
            )
        ),
    ],
)
async def test_the_chosen_files_are_written(
    houses: Dataset, folder: Path, choice: int, expected: list[str]
) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*["down"] * choice)
        await until(lambda: all(name in screen(pilot) for name in expected))
        assert CHOICES[choice] in screen(pilot)
        await written(pilot)
        assert names(folder) == expected
        await until(lambda: len(notices(pilot)) == 1)
        assert all(name in notices(pilot)[0] for name in expected)
        assert notices(pilot)[0].endswith(f" to {shortened(str(folder))}")


async def test_a_message_is_shown_while_writing(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = Event()

    def write(*_: object) -> tuple[list[Path], str]:
        assert free.wait(10)
        return [], "full"

    monkeypatch.setattr(export, "write", write)
    async with opened(houses) as pilot:
        await pilot.press("enter")
        await until(lambda: message(pilot) == "writing …")
        free.set()
        await until(lambda: message(pilot) == "full")


@pytest.mark.thorough
async def test_the_second_files_have_a_number(houses: Dataset, folder: Path) -> None:
    async with opened(houses) as pilot:
        await written(pilot, *ALL_OF_IT)
        before = {path: path.read_bytes() for path in folder.iterdir()}
        await open_export(pilot)
        await pilot.press(*ALL_OF_IT)
        await until(lambda: "linreg-run-2-data.csv" in screen(pilot))
        await written(pilot)
        assert len(names(folder)) == 10
        assert {"linreg-run-2.csv", "linreg-run-2-data.csv"} < set(names(folder))
        assert all(path.read_bytes() == text for path, text in before.items())
        assert '"linreg-run-2-data.csv"' in (folder / "linreg-run-2.py").read_text()


async def test_the_content_of_the_files(houses: Dataset, folder: Path) -> None:
    """The files show the run when enter is pressed; the picture's width is always the same."""
    async with opened(houses, size=(60, 16)) as pilot:
        await written(pilot, *ALL_OF_IT)
    history = (folder / "linreg-run.csv").read_text().splitlines()
    assert len(history) == 5
    assert history[-1].startswith("3,1,")
    text = (folder / "linreg-run.txt").read_text(encoding="utf-8")
    assert [len(line) for line in text.splitlines() if "closed form" in line] == [80, 80]
    assert "GrLivArea →" in text
    assert "batch 64   η_m 1e-7" in text
    drawn = ElementTree.parse(folder / "linreg-run.svg").getroot()
    assert drawn.attrib["viewBox"] == f"-20 -20 840 {20 * len(text.splitlines()) + 40}"
    shown = [element.text for element in drawn.iter() if element.text]
    assert {"GrLivArea", "SalePrice", "loss", "slope"} <= set(shown)
    assert "range(1, 4)" in (folder / "linreg-run.py").read_text()


@pytest.mark.thorough
async def test_the_landscape_is_in_the_picture_if_it_is_in_view(
    houses: Dataset, folder: Path
) -> None:
    async with opened(houses) as pilot:
        await pilot.press("x", "l")
        await open_export(pilot)
        await written(pilot, "down", "down")
        assert "slope m →" in (folder / "linreg-run.txt").read_text(encoding="utf-8")


@pytest.mark.thorough
async def test_another_folder_is_remembered_for_the_next_export(
    houses: Dataset, folder: Path
) -> None:
    there = folder / "[there]"
    there.mkdir()
    async with opened(houses) as pilot:
        await pilot.press("tab", *"nowhere")
        await until(lambda: "there is no such folder; make it first" in message(pilot))
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert is_open(pilot)
        assert names(folder) == ["[there]"]
        pilot.app.screen.query_one(Entry).value = "[there]"
        await until(lambda: "writes linreg-run.csv" in screen(pilot))
        await written(pilot)
        assert names(there) == ["linreg-run.csv"]
        await open_export(pilot)
        assert pilot.app.screen.query_one(Entry).value == "[there]"


async def test_a_failure_to_write_gets_a_message(
    houses: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = files.create

    def pieces() -> Iterator[str]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield

    def full(to: Path, stem: str, suffix: str, _: object, **options: Any) -> Path:
        return create(to, stem, suffix, pieces(), **options)

    async with opened(houses) as pilot:
        with monkeypatch.context() as patched:
            patched.setattr(files, "create", full)
            await pilot.press("enter")
            await until(lambda: "No space left on device" in message(pilot))
        assert notices(pilot) == []
        await written(pilot)
        assert names(folder) == ["linreg-run.csv"]


async def test_files_written_before_the_disk_was_full_are_named(
    houses: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = files.create

    def soon_full(to: Path, stem: str, suffix: str, *arguments: object, **options: object) -> Path:
        if suffix == ".txt":
            raise InputError("linreg-run.txt: it can't be written (No space left on device)")
        return create(to, stem, suffix, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "create", soon_full)
    async with opened(houses) as pilot:
        await pilot.press(*ALL_OF_IT, "enter")
        await until(lambda: "No space left on device" in message(pilot))
        assert names(folder) == ["linreg-run.csv", "linreg-run.svg"]
        await until(lambda: len(notices(pilot)) > 0)
        assert notices(pilot)[0].startswith("Wrote linreg-run.csv, linreg-run.svg to ")


@pytest.mark.parametrize("way", first_of(["escape", "click", "ctrl+x", "x", "q"], 2))
async def test_cancelling(houses: Dataset, folder: Path, way: str) -> None:
    async with opened(houses) as pilot:
        if way == "click":
            row, line = next(
                (row, line)
                for row, line in enumerate(screen(pilot).splitlines())
                if "enter write" in line
            )
            await pilot.click(offset=(line.index("cancel"), row))
        else:
            await pilot.press(way)
        await until(lambda: not is_open(pilot))
        assert names(folder) == []


@pytest.mark.thorough
async def test_everything_fits_on_the_screen(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*ALL_OF_IT)
        for size in ((60, 16), (80, 24), (120, 40)):
            await resize(pilot, *size)
            await until_seen(pilot, "linreg-run-data.csv")
            text = screen(pilot)
            for part in (*CHOICES, REPORT, "Export", "folder", "linreg-run.py", "enter write"):
                assert part in text
            assert "tab" in text


async def test_arrows_and_tab_reach_everything(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        entry = pilot.app.screen.query_one(Entry)
        await pilot.press("tab")
        assert entry.has_focus
        await pilot.press("up")
        assert not entry.has_focus
        await pilot.press("tab", "x")
        assert entry.value.endswith("x")
        assert is_open(pilot)
