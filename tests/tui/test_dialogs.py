"""All dialogs on the smallest screen that they support, 40 columns and 12 rows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import OptionList, Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.base import Choice, DialogScreen, Field, KeysLine
from linreg_tui.tui.dialogs.column_picker import ColumnPicker
from linreg_tui.tui.dialogs.contents import ContentsScreen
from linreg_tui.tui.dialogs.export import ExportScreen
from linreg_tui.tui.dialogs.file_picker import FilePicker
from linreg_tui.tui.dialogs.help import HelpScreen
from linreg_tui.tui.dialogs.opening import MadeForm
from linreg_tui.tui.dialogs.question import Question
from linreg_tui.tui.dialogs.report import ReportForm
from linreg_tui.tui.dialogs.settings import SettingsForm
from linreg_tui.tui.dialogs.sweep import SweepForm
from linreg_tui.tui.panes.sweep.recipe import KINDS
from tests.thorough import first_of
from tests.tui.seeing import resize, screen, until

SMALL, USUAL = (40, 12), (80, 24)

WAYS: dict[type[DialogScreen[Any]], tuple[tuple[str, ...], ...]] = {
    SettingsForm: (("e",),),
    SweepForm: (("w",),),
    ExportScreen: (("x",),),
    ReportForm: (("x",), ("end", "enter")),
    FilePicker: (("o",),),
    ColumnPicker: (("o",), (*"many", "enter")),
    MadeForm: (("o",), (*"made", "enter")),
    ContentsScreen: (("t",), ("i",)),
    Question: (("p", "a", "escape", "q"),),
    HelpScreen: (("question_mark",),),
}
"""Keys that lead to each of them, with a wait after each group."""

WITH_A_LINE = [kind for kind in WAYS if kind is not HelpScreen]
WITH_FIELDS = [SettingsForm, SweepForm, ExportScreen, ReportForm, MadeForm]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = [f"column {place} with a long name" for place in range(9)]
    rows = [",".join(str(row * place + row % 3) for place in range(9)) for row in range(1, 9)]
    (tmp_path / "many.csv").write_text("\n".join([",".join(names), *rows, ""]))
    (tmp_path / "text.csv").write_text("a,b\nx,y\nz,w\n")
    for place in range(9):
        (tmp_path / f"z{place}.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def opened(
    data: Dataset, kind: type[DialogScreen[Any]], size: tuple[int, int] = SMALL
) -> AsyncIterator[Pilot[None]]:
    """Open a dialog in the application, on a screen that has shrunk to that size."""
    app = LinregApp(data, Settings())
    async with app.run_test(size=USUAL) as pilot:
        app.animation_level = "none"
        for keys in WAYS[kind]:
            await pilot.press(*keys)
            await until(lambda: len(app.screen_stack) > 1 or "chapters" in screen(pilot))
            await pilot.pause()
        await until(lambda: isinstance(app.screen, kind))
        await resize(pilot, *size)
        await pilot.pause()
        yield pilot


def words(pilot: Pilot[None]) -> str:
    """Return what is in the box on the screen, as one line without scrollbars."""
    text = re.sub("[▁-█]", " ", screen(pilot))
    rows = [row.partition("│")[2].rpartition("│")[0] for row in text.splitlines()]
    return " ".join(" ".join(rows).split())


def says(pilot: Pilot[None], text: str) -> bool:
    return text in words(pilot)


def in_sight(widget: Widget) -> bool:
    """Return whether all of a widget is on the screen, with nothing over it."""
    region, top = widget.region, widget.screen
    corners = (region.offset, region.bottom_right_inclusive)
    return region.area > 0 and all(
        top.region.contains(*corner) and top.get_widget_at(*corner)[0] is widget
        for corner in corners
    )


def shown_keys(pilot: Pilot[None]) -> str:
    line = pilot.app.screen.query_one(KeysLine)
    assert in_sight(line)
    rows = screen(pilot).splitlines()[line.region.y : line.region.bottom]
    return " ".join(" ".join(row[line.region.x : line.region.right] for row in rows).split())


async def pages(pilot: Pilot[None]) -> list[str]:
    """Return what the line of keys shows at each ctrl+n, until it repeats."""
    found = [shown_keys(pilot)]
    while True:
        await pilot.press("ctrl+n")
        await pilot.pause()
        if shown_keys(pilot) == found[0]:
            return found
        found.append(shown_keys(pilot))


def expected(dialog: DialogScreen[Any]) -> Iterator[str]:
    for key in dialog.keys:
        if key.footer:
            yield key.shown
            yield key.footer


@pytest.mark.parametrize("kind", WITH_A_LINE)
async def test_every_key_can_be_read(houses: Dataset, kind: type[DialogScreen[Any]]) -> None:
    async with opened(houses, kind) as pilot:
        dialog = pilot.app.screen
        assert isinstance(dialog, DialogScreen)
        found = await pages(pilot)
        assert all(part in " ".join(found) for part in expected(dialog))
        assert all(page.endswith("ctrl+n …") for page in found) or len(found) == 1
        await resize(pilot, *USUAL)
        (all_of_them,) = await pages(pilot)
        assert all(part in all_of_them for part in expected(dialog))
        assert "…" not in all_of_them


@pytest.mark.parametrize("kind", WITH_A_LINE)
async def test_every_key_on_the_line_is_bound(
    houses: Dataset, kind: type[DialogScreen[Any]]
) -> None:
    async with opened(houses, kind) as pilot:
        dialog = pilot.app.screen
        assert isinstance(dialog, DialogScreen)
        for key in dialog.KEYS:
            for name in filter(None, key.keys.split(",")):
                owner = dialog if not key.action.startswith("app.") else pilot.app
                action = key.action.removeprefix("app.").partition("(")[0]
                assert hasattr(owner, f"action_{action}"), key
                # A text in focus gets typed characters first.
                assert name == "space" or dialog.active_bindings[name].enabled


async def test_keys_can_be_clicked_on_every_page(houses: Dataset) -> None:
    async with opened(houses, SettingsForm) as pilot:
        line = pilot.app.screen.query_one(KeysLine)
        for text in ("…", "ctrl+n", "↓", "↑", "ctrl+n", "ctrl+n", "ctrl+n", "cancel"):
            row = screen(pilot).splitlines()[line.region.y]
            await pilot.click(offset=(row.index(text), line.region.y))
            await pilot.pause()
            if text == "↓":
                assert pilot.app.screen.query_one("#field-learning_rate_b", Field).focused
        assert len(pilot.app.screen_stack) == 1


def focused(pilot: Pilot[None]) -> Widget:
    widget = pilot.app.screen.focused
    assert widget is not None
    return widget


async def check_fields(pilot: Pilot[None]) -> set[Widget]:
    """Focus each widget that can have the focus, and check that it and its hint are in sight."""
    dialog, seen = pilot.app.screen, set[Widget]()
    while focused(pilot) not in seen:
        here = focused(pilot)
        seen.add(here)
        shown = [here]
        if isinstance(here.parent, Field):
            shown.append(here.parent.query_one(".label"))
        await until(lambda: all(map(in_sight, shown)))  # noqa: B023 - it is over before the next
        for hint in dialog.query("#hint").results(Static):
            await until(partial(says, pilot, str(hint.content)))
        await pilot.press("tab")
        await pilot.pause()
    return seen


@pytest.mark.parametrize("kind", WITH_FIELDS)
async def test_a_field_in_focus_is_in_sight(houses: Dataset, kind: type[DialogScreen[Any]]) -> None:
    async with opened(houses, kind) as pilot:
        seen = await check_fields(pilot)
        fields = pilot.app.screen.query(Field)
        assert {field for field in fields if field.display} <= {widget.parent for widget in seen}
        assert len(seen) >= 2


@pytest.mark.parametrize("over", first_of(reversed(KINDS), 2))
@pytest.mark.parametrize("size", first_of([SMALL, USUAL]))
async def test_a_field_in_focus_is_in_sight_for_any_sweep(
    houses: Dataset, over: str, size: tuple[int, int]
) -> None:
    async with opened(houses, SweepForm, size) as pilot:
        pilot.app.screen.query_one("#field-over", Field).text = over
        await pilot.pause()
        if over == KINDS[-1]:
            for name, text in (("optimizer", "sgd, adam, momentum, rmsprop"), ("loss", "huber")):
                pilot.app.screen.query_one(f"#field-{name}", Field).text = text
            await pilot.pause()
        await check_fields(pilot)


def whole(pilot: Pilot[None], choice: Choice) -> bool:
    """Return whether the word of a choice is on the screen, between its arrows."""
    line = screen(pilot).splitlines()[max(0, min(choice.region.y, SMALL[1] - 1))]
    return re.search(f"‹ {choice.word} +›", line) is not None


async def test_choices_are_shown_whole(houses: Dataset) -> None:
    for kind in (SettingsForm, SweepForm, ReportForm):
        async with opened(houses, kind) as pilot:
            for choice in pilot.app.screen.query(Choice):
                choice.focus()
                await pilot.pause()
                before = choice.word
                while True:
                    await until(partial(whole, pilot, choice))
                    choice.turn(1)
                    await pilot.pause()
                    if choice.word == before:
                        break


async def test_messages_about_faults_can_be_read(houses: Dataset) -> None:
    for kind, field, text, why in (
        (SettingsForm, "batch_size", "600", "choose a batch size from 1 to 551, or full"),
        (SettingsForm, "epochs", "9" * 24, "choose fewer"),
        (SweepForm, "sizes", "64,1000", "choose a batch size from 1 to 551, or full"),
        (ReportForm, "repeats", "0", "0 repeats are not possible: choose from 1 to 1000"),
        (ReportForm, "folder", "nowhere", "nowhere: there is no such folder; make it first"),
        (MadeForm, "seed", "x", "x is not a whole number: choose one, such as 0"),
    ):
        async with opened(houses, kind) as pilot:
            shown = pilot.app.screen.query_one(f"#field-{field}", Field)
            shown.enter()
            shown.text = text
            await pilot.pause()
            await pilot.press("ctrl+s")
            await until(partial(says, pilot, why))
            await pilot.pause()
            assert focused(pilot).parent is shown
            await until(partial(in_sight, focused(pilot)))


async def test_a_file_that_cannot_be_opened_gets_a_message(houses: Dataset) -> None:
    async with opened(houses, FilePicker) as pilot:
        await pilot.press(*"text", "enter")
        await until(lambda: "two columns of numbers are needed" in words(pilot))
        assert '("a": text, "b": text); choose another file' in words(pilot)
        assert "▸ text.csv" in words(pilot)


async def test_the_entry_under_the_cursor_is_in_sight(houses: Dataset) -> None:
    for kind in (ExportScreen, FilePicker, ColumnPicker, ContentsScreen):
        async with opened(houses, kind) as pilot:
            entries = pilot.app.screen.query_one(OptionList)
            for place in range(entries.option_count):
                entries.highlighted = place
                await pilot.pause()
                prompt = " ".join(str(entries.get_option_at_index(place).prompt).split())
                assert f"▸ {prompt[:12]}" in words(pilot)


async def test_trainings_are_a_page_away(houses: Dataset) -> None:
    async with opened(houses, SweepForm) as pilot:
        await pilot.press("pagedown")
        await until(lambda: "predicted" in words(pilot))
        found = []
        for _ in range(5):
            await until(lambda: "…" not in words(pilot).partition("ctrl+n")[0])
            found.append(words(pilot))
            await pilot.press("pagedown")
            await pilot.pause()
        assert all(f" {size} " in " ".join(found) for size in (32, 64, 128, 256, 512))
        for _ in range(9):
            await pilot.press("pageup")
        await pilot.pause()
        assert in_sight(pilot.app.screen.query_one("#field-over").query_one(Choice))


async def test_help_is_read_by_scrolling(houses: Dataset) -> None:
    async with opened(houses, HelpScreen) as pilot:
        found = [words(pilot)]
        for _ in range(8):
            await pilot.press("pagedown")
            await pilot.pause()
            found.append(words(pilot))
        text = " ".join(found)
        for part in ("Run or pause", "Ten steps on, or train them", "Quit", "timeline:"):
            assert part in text
        assert "? closes" in screen(pilot)
        await pilot.press("question_mark")
        assert len(pilot.app.screen_stack) == 1


@pytest.mark.parametrize("kind", first_of(list(WAYS), always=2))
async def test_ctrl_c_twice_quits(houses: Dataset, kind: type[DialogScreen[Any]]) -> None:
    async with opened(houses, kind, USUAL) as pilot:
        await pilot.press("ctrl+c", "ctrl+c")
        await until(lambda: pilot.app.return_code == 130)
