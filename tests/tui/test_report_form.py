"""The report of the homework, written from within the application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.report.homework_report import FIRST_QUESTION, SECOND_QUESTION
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.base import Field
from linreg_tui.tui.dialogs.report import LIVE, ReportForm
from tests.tui.seeing import resize, screen, until

FILES = [
    "linreg-homework-batch-sizes-epochs.svg",
    "linreg-homework-batch-sizes-rows.svg",
    "linreg-homework-scales-epochs.svg",
    "linreg-homework.md",
]


@asynccontextmanager
async def opened(data: Dataset, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """Open the form in the application, by x."""
    app = LinregApp(data, Settings(epochs=5))
    async with app.run_test(size=size) as pilot:
        await pilot.press("x", "end", "enter")
        await until(lambda: is_open(pilot))
        await pilot.pause()
        yield pilot


def is_open(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app.screen, ReportForm)


def message(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#message", Static).content)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_name_and_answers_are_in_the_report(houses: Dataset, folder: Path) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*"Ada L", "tab", *"Less", "enter", *"noise", "tab", *"It **leaps**")
        await pilot.press("ctrl+s")
        await until(lambda: len(pilot.app._notifications) > 0)
        assert not is_open(pilot)
        (notice,) = pilot.app._notifications
        assert notice.message.startswith("Wrote linreg-homework.md and 3 pictures to ")
    assert sorted(path.name for path in folder.iterdir()) == FILES
    report = (folder / "linreg-homework.md").read_text(encoding="utf-8")
    assert "**Name:** Ada L\n" in report
    assert f"{FIRST_QUESTION}\n\n**Your answer:**\n\nLess\nnoise\n" in report
    assert f"{SECOND_QUESTION}\n\n**Your answer:**\n\nIt **leaps**\n" in report
    assert "&nbsp;" not in report
    assert "goes 5 times through the data" in report


@pytest.mark.thorough
async def test_closing_the_form_does_not_lose_its_texts(houses: Dataset, folder: Path) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*"Ada", "tab", *"half an answer", "escape")
        await until(lambda: not is_open(pilot))
        await pilot.press("x", "end", "enter")
        await until(lambda: is_open(pilot))
        assert pilot.app.screen.query_one("#field-name", Field).text == "Ada"
        assert pilot.app.screen.query_one("#first", TextArea).text == "half an answer"
    assert list(folder.iterdir()) == []


@pytest.mark.thorough
async def test_the_settings_can_be_those_of_the_live_view(houses: Dataset, folder: Path) -> None:
    async with opened(houses) as pilot:
        await pilot.press("escape", "left_square_bracket", "x", "end", "enter")
        await until(lambda: is_open(pilot))
        form = pilot.app.screen
        assert form.query_one("#field-settings", Field).text != LIVE
        form.query_one("#field-settings", Field).text = LIVE
        await pilot.press("ctrl+s")
        await until(lambda: not is_open(pilot))
    report = (folder / "linreg-homework.md").read_text(encoding="utf-8")
    assert "- learning rate m: 5e-8" in report


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("folder", "nowhere", "nowhere: there is no such folder; make it first"),
        ("repeats", "[red]", "'[red]' is not a whole number"),
        pytest.param(*("repeats", "0", "0 repeats are not possible"), marks=pytest.mark.thorough),
    ],
)
async def test_faults_get_a_message_and_nothing_is_lost(
    houses: Dataset, folder: Path, field: str, text: str, why: str
) -> None:
    async with opened(houses) as pilot:
        form = pilot.app.screen
        form.query_one(f"#field-{field}", Field).text = text
        form.query_one("#first", TextArea).text = "my answer"
        await pilot.press("ctrl+s")
        await until(lambda: why in message(pilot))
        await pilot.pause()
        assert why in screen(pilot)
        assert is_open(pilot)
        assert form.query_one("#first", TextArea).text == "my answer"
    assert list(folder.iterdir()) == []


@pytest.mark.thorough
async def test_everything_fits_on_the_screen(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        for size in ((80, 24), (120, 40)):
            await resize(pilot, *size)
            text = screen(pilot)
            for part in ("your name", "1  How do", "2  What happens", "folder", "ctrl+s write"):
                assert part in text
            for area in pilot.app.screen.query(TextArea):
                assert area.size.height >= 2
