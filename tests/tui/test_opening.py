"""Opening other data: the file picker, the column picker, examples, and what can go wrong."""

from __future__ import annotations

import asyncio
import gzip
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from linreg_tui import failures
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.proposal import proposed
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs import column_picker
from linreg_tui.tui.dialogs.column_picker import ColumnPicker
from linreg_tui.tui.dialogs.file_picker import FilePicker, entries, matching, size_text
from linreg_tui.tui.dialogs.opening import MadeForm
from linreg_tui.tui.dialogs.question import Question
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.panes.live.pane import LivePane
from tests.thorough import first_of
from tests.tui.seeing import resize, screen, until

EXPORT = """id;date;area m²;price;note;[red]x
1;2024-01-02;52,5;"210.000,00";nice;1
2;2024-02-02;75,0;"310.000,00";;2
3;2024-03-02;;"250.000,00";;3
4;2024-04-02;120,1;"480.000,00";;3
5;2024-05-02;81,0;"330.500,50";old;1
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "inner.tsv").write_text("u\tv\n1\t2\n3\t5\n4\t4\n")
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    (tmp_path / "[bold]names.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    (tmp_path / "text.csv").write_text("a,b\nx,y\nz,w\n")
    (tmp_path / "notes.md").write_text("nothing to open")
    (tmp_path / ".hidden.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def opened(data: Dataset, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """Open the file picker in the application."""
    app = LinregApp(data, Settings())
    async with app.run_test(size=size) as pilot:
        await pilot.press("o")
        await until(lambda: isinstance(app.screen, FilePicker))
        await pilot.pause()
        yield pilot


def message(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#message", Static).content)


def notices(pilot: Pilot[None]) -> list[str]:
    return [notification.message for notification in pilot.app._notifications]


def live(pilot: Pilot[None]) -> LivePane:
    return pilot.app.screen_stack[0].query_one(LivePane)


async def to_columns(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys, "enter")
    await until(lambda: isinstance(pilot.app.screen, ColumnPicker))
    await pilot.pause()


async def data(pilot: Pilot[None], houses: Dataset) -> Dataset:
    """Return what the live pane trains on, once that is other data."""
    await until(lambda: live(pilot).view.run.data is not houses)
    await until(lambda: len(pilot.app.screen_stack) == 1)
    await pilot.pause()
    return live(pilot).view.run.data


async def test_the_title_is_the_name(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await to_columns(pilot, *"names")
        assert "─ [bold]names.csv ─" in screen(pilot)


@pytest.mark.parametrize("pause", first_of([0, 0.1, 0.001, 0.005, 0.02], 2))
async def test_a_name_and_enter_open_however_fast_they_are_typed(
    houses: Dataset, pause: float
) -> None:
    async with opened(houses) as pilot:
        assert pilot.app._driver is not None
        for key in "export":
            pilot.app._driver.send_message(events.Key(key, key))
        await asyncio.sleep(pause)
        pilot.app._driver.send_message(events.Key("enter", "\r"))
        await until(lambda: isinstance(pilot.app.screen, ColumnPicker))


@pytest.mark.skipif(os.name == "nt", reason="the current folder can't be removed there")
async def test_the_current_folder_may_be_removed_meanwhile(
    houses: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    async with opened(houses) as pilot:
        await pilot.press("left")
        await to_columns(pilot, *f"{folder.as_posix()}/export")


async def test_the_cursor_can_be_seen_without_colours(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        for name in ("sub/", "[bold]names.csv", "export.csv"):
            marked = [line for line in screen(pilot).splitlines() if "▸" in line]
            assert len(marked) == 1
            assert f"▸ {name}" in marked[0]
            await pilot.press("down")
            await pilot.pause()


def test_only_folders_and_files_that_can_be_opened_are_listed(folder: Path) -> None:
    names = [entry.name for entry in entries(folder)]
    assert names == ["..", "examples", "sub", "[bold]names.csv", "export.csv", "text.csv"]
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    assert [entry.name for entry in entries(folder)] == names
    with pytest.raises(InputError, match="choose another"):
        entries(folder / "export.csv")


def test_files_are_listed_in_their_natural_order(tmp_path: Path) -> None:
    endings = ["gdp.csv", "gdp.csv.gz", "Gdp10.csv"]
    names = [*endings, "gdp-edited.csv", "gdp-edited-2.csv", "gdp-edited-10.csv"]
    for name in [*names, "2.csv", "x.tsv"]:
        (tmp_path / "sub" / name).write_text("a,b\n1,2\n")
    found = entries(tmp_path / "sub")
    listed = [entry.name for entry in found]
    assert listed == ["..", "examples", "2.csv", *names, "inner.tsv", "x.tsv"]
    assert [entry.name for entry in matching(found, "gdp")] == names


@pytest.mark.parametrize("typed", first_of(["Examples/ma", "examples/made"]))
async def test_the_examples_can_be_typed_as_a_path(
    houses: Dataset, folder: Path, typed: str
) -> None:
    (folder / "made").mkdir()
    async with opened(houses) as pilot:
        await pilot.press(*typed)
        await pilot.pause()
        assert "a line whose slope, 3" in message(pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, MadeForm))


@pytest.mark.thorough
async def test_a_real_folder_of_examples_wins(houses: Dataset, folder: Path) -> None:
    (folder / "examples").mkdir()
    (folder / "examples" / "mine.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    async with opened(houses) as pilot:
        await pilot.press(*"examples/")
        await pilot.pause()
        assert "mine.csv" in screen(pilot)


def test_sizes() -> None:
    sizes = [0, 999, 1000, 8_771, 123_456_789, 10**15]
    assert [size_text(s) for s in sizes] == [
        "0 B",
        "999 B",
        "1 kB",
        "8.77 kB",
        "123 MB",
        "1e+03 TB",
    ]


async def test_from_a_spreadsheet_export_to_a_trained_line(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*"exp")
        await until(lambda: "x is area m², y is price" in message(pilot))
        await pilot.pause()
        assert "210.000,00" in screen(pilot)
        await to_columns(pilot)
        text = screen(pilot)
        for part in ("names the rows", "dates", "text", "x area m²", "y price", "[red]x"):
            assert part in text
        await pilot.press("enter")
        found = await data(pilot, houses)
        assert (found.x_name, found.y_name, found.n, found.dropped) == ("area m²", "price", 4, 1)
        assert found.y.tolist() == [210_000.0, 310_000.0, 480_000.0, 330_500.5]
        assert live(pilot).view.settings == proposed(found)
        await until(lambda: len(notices(pilot)) > 0)
        assert "1 row without a number left out" in notices(pilot)[-1]
        assert "1 row left out · export.csv" in screen(pilot).splitlines()[0]
        await pilot.press(*["plus"] * 5, "space")
        await until(lambda: live(pilot).view.number == 30)
        assert live(pilot).view.run.status == "converged"


async def test_a_file_is_read_twice_first_its_head_then_everything(
    houses: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []
    open_path = Path.open

    def counted(path: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if path.suffix == ".csv" and mode == "rb":
            reads.append(path)
        return open_path(path, mode, *arguments, **named)

    monkeypatch.setattr(Path, "open", counted)
    async with opened(houses) as pilot:
        await pilot.press(*"exp")
        await until(lambda: "x is area m²" in message(pilot))
        await pilot.press("up", "down", *"ort", "backspace")
        await to_columns(pilot)
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, FilePicker))
        await to_columns(pilot, *"export")
        assert reads.count(folder / "export.csv") == 1
        await pilot.press("enter")
        await data(pilot, houses)
        assert reads.count(folder / "export.csv") == 2


async def test_a_file_that_has_changed_is_previewed_again(houses: Dataset, folder: Path) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*"text")
        await until(lambda: "two columns of numbers are needed" in message(pilot))
        (folder / "text.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
        await to_columns(pilot)


async def test_columns_are_chosen_and_swapped(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await to_columns(pilot, *"export")
        await pilot.press("end", "x", "s", "enter")
        found = await data(pilot, houses)
        assert (found.x_name, found.y_name) == ("price", "[red]x")


@pytest.mark.thorough
async def test_a_message_says_why_a_column_cannot_be_chosen(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await to_columns(pilot, *"export")
        await pilot.press("home", "down", "y")
        assert message(pilot) == "date can't be y: dates"
        await pilot.press("down", "down", "x")
        await pilot.pause()
        assert "y area m²" in screen(pilot)


async def test_walking_through_folders(houses: Dataset, folder: Path) -> None:
    async with opened(houses) as pilot:
        picker = pilot.app.screen
        assert isinstance(picker, FilePicker)
        await pilot.press(*"su", "enter")
        assert picker.folder == folder / "sub"
        await pilot.pause()
        assert "inner.tsv" in screen(pilot)
        await pilot.press("left")
        assert picker.folder == folder
        await pilot.press("right")
        assert picker.folder == folder / "sub"
        await to_columns(pilot, *"inn")
        await pilot.press("enter")
        assert (await data(pilot, houses)).n == 3
        await pilot.press("o")
        await until(lambda: isinstance(pilot.app.screen, FilePicker))
        again = pilot.app.screen
        assert isinstance(again, FilePicker)
        assert again.folder == folder / "sub"


async def test_a_path_is_typed(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*"nowhere", "enter")
        assert message(pilot) == "nowhere: there is no such file; check the path"
        await pilot.press("ctrl+u", *"sub/inner.tsv", "enter")
        await until(lambda: isinstance(pilot.app.screen, ColumnPicker))


async def test_a_slash_goes_into_the_folder_and_a_tilde_home(
    houses: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder / "sub"))
    monkeypatch.setenv("USERPROFILE", str(folder / "sub"))
    async with opened(houses) as pilot:
        picker = pilot.app.screen
        assert isinstance(picker, FilePicker)
        await pilot.press(*"sub/")
        assert picker.folder == folder / "sub"
        await pilot.press(*"../")
        assert picker.folder == folder
        await pilot.press(*"~/", *"inn", "tab")
        assert picker.folder == folder / "sub"
        await pilot.pause()
        assert "inner.tsv" in screen(pilot).splitlines()[2]


async def test_a_pasted_path_into_a_folder_that_is_not_there(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        pilot.app.screen.query_one("#path", Input).value = "nowhere/inner.tsv"
        await pilot.press("enter")
        assert message(pilot) == "nowhere/inner.tsv: there is no such file; check the path"


async def test_the_typed_path_is_opened_and_not_the_entry_under_the_cursor(
    houses: Dataset, folder: Path
) -> None:
    (folder / "b.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    (folder / "b.csv.txt").write_text("c,d\n1,2\n2,3\n3,5\n")
    async with opened(houses) as pilot:
        await to_columns(pilot, *"b.csv", "down")
        assert "y b  from  x a" in screen(pilot)


async def test_an_unexpected_failure_leaves_the_dialog_and_the_data(
    houses: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: str, **__: Any) -> Dataset:
        raise ZeroDivisionError("[red]never")

    monkeypatch.setattr(failures, "user_state_dir", lambda _: str(folder / "state"))
    monkeypatch.setattr(column_picker, "load", broken)
    async with opened(houses) as pilot:
        await to_columns(pilot, *"export")
        await pilot.press("enter")
        await until(lambda: "ZeroDivisionError: [red]never" in message(pilot))
        (trace,) = (folder / "state").rglob("traceback-*.txt")
        assert "ZeroDivisionError" in trace.read_text()
        assert isinstance(pilot.app.screen, ColumnPicker)
        assert live(pilot).view.run.data is houses


@pytest.mark.thorough
async def test_the_column_picker_says_that_all_x_are_the_same(
    houses: Dataset, folder: Path
) -> None:
    (folder / "level.csv").write_text("a,b\n" + "".join(f"7,{k % 5}\n" for k in range(5000)))
    async with opened(houses) as pilot:
        await to_columns(pilot, *"level")
        await pilot.press("home", "x", "down", "y", "enter")
        await until(lambda: "the same" in message(pilot))
        assert isinstance(pilot.app.screen, ColumnPicker)
        assert live(pilot).view.run.data is houses


async def test_edits_are_asked_about_before_other_data_is_opened(
    houses: Dataset, folder: Path
) -> None:
    app = LinregApp(houses, Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "a", "escape", "o")
        await until(lambda: isinstance(app.screen, Question))
        await pilot.press("escape")
        await until(lambda: len(app.screen_stack) == 1)
        await pilot.press("o")
        await until(lambda: isinstance(app.screen, Question))
        await pilot.press("s")
        await until(lambda: isinstance(app.screen, FilePicker))
        assert (folder / "slimmed_realestate_data-edited.csv").read_text().count("\n") == 553


@pytest.mark.thorough
@pytest.mark.parametrize("size", first_of([(60, 16), (80, 24)]))
async def test_the_column_under_the_cursor_is_in_sight(
    houses: Dataset, folder: Path, size: tuple[int, int]
) -> None:
    names = [f"{'a_long_name_of_a_column_' * (n % 3)}{n:02}" for n in range(40)]
    rows = "".join(",".join(str(k * n + k % 3) for n in range(40)) + "\n" for k in range(1, 9))
    (folder / "wide.csv").write_text(",".join(names) + "\n" + rows)
    async with opened(houses, size) as pilot:
        await to_columns(pilot, *"wide")
        first_rows = pilot.app.screen.query_one("#preview", Plot)
        pair = pilot.app.screen.query_one("#pair", Static)
        for keys, here in ((["home"], 0), (["down"] * 9, 9), (["end"], 39), (["up"] * 3, 36)):
            await pilot.press(*keys)
            await pilot.pause()
            shown = "".join(segment.text for segment in first_rows.render_line(0))
            assert f"{names[here][:17]}" in shown
        assert str(pair.content).endswith("   all rows" + " in memory" * (size[0] == 80))
        await pilot.press("end", "x", "home", *["down"] * 8, "y", "end", "up", "x", "a")
        assert str(pair.content).endswith("   a sample of 100,000 rows")
        assert len(str(pair.content)) in (size[0] - 5, size[0] - 4)


async def test_a_message_says_how_a_file_is_read(houses: Dataset, folder: Path) -> None:
    rows = "".join(f"n{k};{20 + k * k};{30 + k}.500\n" for k in range(9))
    (folder / "sheet.csv").write_text(f"Bericht\n\nName;Alter;Gehalt\n{rows}")
    told_of = "30.500 is read as 30500, not as 30.5"
    above = "2 lines above the header left out"
    async with opened(houses) as pilot:
        await pilot.press(*"she")
        await until(lambda: f"Gehalt: {told_of}; {above}" in message(pilot))
        await to_columns(pilot)
        assert message(pilot) == f"Gehalt: {told_of}; {above}"
        await pilot.press("enter")
        await data(pilot, houses)
        assert f"{above}; Gehalt: {told_of}" in notices(pilot)[-1]
        assert "2 lines above" in screen(pilot).splitlines()[0]
        await pilot.press("1", "v", "v")
        await until(lambda: "Gehalt: 30.500 is read as 30500" in screen(pilot))


async def test_a_notice_at_the_start_says_how_the_file_was_read(houses: Dataset) -> None:
    async with LinregApp(replace(houses, notes=("[b]how",)), Settings()).run_test() as pilot:
        await pilot.pause()
        assert notices(pilot) == ["[b]how"]


async def test_an_example(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("up", "enter", "end", "up")
        await until(lambda: "eleven digits" in message(pilot))
        await pilot.press("enter")
        found = await data(pilot, houses)
        assert (found.source, found.n) == ("norris.csv", 36)


async def test_a_line_is_made_up(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*"made", "enter")
        await until(lambda: isinstance(pilot.app.screen, MadeForm))
        await pilot.press("ctrl+u", *"1", "enter")
        assert "1 rows are not enough" in message(pilot)
        await pilot.press("ctrl+u", *"1e2", "enter")
        assert message(pilot) == "1e2 is not a whole number: choose one, such as 100"
        await pilot.press("ctrl+u", *"100", "down", "ctrl+u", *"-7,25", "enter")
        found = await data(pilot, houses)
        assert found.n == 100
        assert found.line.slope == pytest.approx(-7.25, abs=0.6)


async def test_a_file_that_cannot_be_opened_leaves_the_old_data(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press(*"text", "enter")
        await until(lambda: "text.csv: two columns of numbers are needed" in message(pilot))
        await pilot.press("ctrl+u", *"notes.md", "enter")
        await until(lambda: "notes.md: " in message(pilot))
        await pilot.press("escape")
        await until(lambda: len(pilot.app.screen_stack) == 1)
        assert live(pilot).view.run.data is houses


async def test_a_file_that_vanishes_gets_a_message(houses: Dataset, folder: Path) -> None:
    async with opened(houses) as pilot:
        await to_columns(pilot, *"export")
        (folder / "export.csv").unlink()
        await pilot.press("enter")
        await until(lambda: "there is no such file" in message(pilot))
        assert live(pilot).view.run.data is houses


async def test_a_false_gzip_gets_a_message(houses: Dataset, folder: Path) -> None:
    (folder / "bad.csv.gz").write_text("a,b\n1,2\n")
    with gzip.open(folder / "good.csv.gz", "wt") as file:
        file.write("a,b\n1,2\n2,3\n4,4\n")
    async with opened(houses) as pilot:
        await pilot.press(*"bad")
        await until(lambda: "isn't compressed by gzip" in message(pilot))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, FilePicker)
        await to_columns(pilot, "ctrl+u", *"good")


async def test_reading_shows_its_progress_and_can_be_cancelled(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def slow(*_: str, progress: Callable[[float], Any], **__: object) -> Dataset:
        progress(0.5)
        reading.set()
        go_on.wait(10)
        progress(0.75)
        return houses

    monkeypatch.setattr(column_picker, "load", slow)
    async with opened(houses) as pilot:
        await to_columns(pilot, *"export")
        await pilot.press("enter")
        await until(reading.is_set)
        await until(lambda: " 50%" in message(pilot))
        await pilot.press("ctrl+x")
        go_on.set()
        await until(lambda: message(pilot) == "cancelled")
        assert isinstance(pilot.app.screen, ColumnPicker)


@pytest.mark.thorough
async def test_a_sample_is_offered_of_a_file_larger_than_memory(
    houses: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.column_stack([np.arange(150_000.0) % 1000, np.arange(150_000.0)])
    np.savetxt(folder / "large.csv", rows, "%g", ",", header="a,b", comments="")
    monkeypatch.setattr(column_picker, "MOST_BYTES", 1000)
    async with opened(houses) as pilot:
        await to_columns(pilot, *"large")
        assert "a sample of 100,000 rows in memory" in screen(pilot)
        await pilot.press("enter")
        found = await data(pilot, houses)
        assert (found.n, found.total) == (100_000, 150_000)
        await until(lambda: len(notices(pilot)) > 0)
        assert "100,000 of 150,000 rows as a sample" in notices(pilot)[-1]
        exact = np.polyfit(rows[:, 0], rows[:, 1], 1)
        assert found.line.slope == pytest.approx(exact[0], rel=1e-9)


@pytest.mark.thorough
async def test_everything_fits_on_the_screen(houses: Dataset) -> None:
    sizes = (60, 16), (80, 24), (120, 40)
    async with opened(houses) as pilot:
        for size in sizes:
            await resize(pilot, *size)
            assert "enter open" in screen(pilot)
            assert "[bold]names.csv" in screen(pilot)
        await to_columns(pilot, *"export")
        for size in sizes:
            await resize(pilot, *size)
            assert "enter open" in screen(pilot)
            assert "area m²" in screen(pilot)


async def test_no_screen_is_too_narrow_to_choose_columns(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await to_columns(pilot, *"export")
        for width in (30, 20, 1):
            await resize(pilot, width, 24)
        await resize(pilot, 80, 24)
        await until(lambda: "y price" in screen(pilot))


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
async def test_hostile_names_are_shown_as_text(houses: Dataset, folder: Path) -> None:
    (folder / "\x1b[31m\n[red].csv").write_text("\x1b[2J,[blink]b\n1,2\n2,4\n3,7\n")
    async with opened(houses, (120, 40)) as pilot:
        await pilot.press("down", "down")
        assert "\\x1b[31m\\n[red].csv" in screen(pilot)
        assert "\x1b" not in screen(pilot)


async def test_a_line_changes_how_a_file_is_read_and_the_rows_follow(
    houses: Dataset, folder: Path
) -> None:
    (folder / "marks.csv").write_text("a;b\n1,500;4\n2,500;9\n3,250;7\n")
    async with opened(houses, (120, 40)) as pilot:
        await to_columns(pilot, *"marks")
        assert "delimiter ‹ auto ›  decimal auto  header auto  encoding auto" in screen(pilot)
        await pilot.press("tab", "right")
        await until(lambda: "decimal ‹ . ›" in screen(pilot))
        await pilot.press("tab", "right", "right", "right")
        await until(lambda: "header ‹ 2 ›" in screen(pilot))
        await until(lambda: "x 1,500" in screen(pilot))
        await pilot.press("left", "left")
        await until(lambda: "x column 1" in screen(pilot))
        await pilot.press("left")
        await until(lambda: "y b  from  x a" in screen(pilot))
        await pilot.press("enter")
        found = await data(pilot, houses)
        assert found.x.tolist() == [1500, 2500, 3250]
        app = pilot.app
        assert isinstance(app, LinregApp)
        assert list(app._files.named) == ["--decimal=.", "--", str(folder / "marks.csv")]


async def test_a_file_that_cannot_be_opened_can_be_read_otherwise(
    houses: Dataset, folder: Path
) -> None:
    (folder / "wide.csv").write_bytes("a,b\n1,2\n2,5\n3,4\n".encode("utf-16-le"))
    async with opened(houses, (120, 40)) as pilot:
        await pilot.press(*"wide")
        await until(lambda: "NUL bytes" in message(pilot))
        await pilot.press("ctrl+r")
        await until(lambda: isinstance(pilot.app.screen, ColumnPicker))
        await pilot.pause()
        assert "NUL bytes" in message(pilot)
        await pilot.press("enter", "tab", "tab", "tab", *["right"] * 7)
        await until(lambda: "encoding ‹ utf-16-le ›" in screen(pilot))
        await until(lambda: "y b  from  x a" in screen(pilot))
        await pilot.press("enter")
        assert (await data(pilot, houses)).y.tolist() == [2, 5, 4]


async def test_the_picker_shows_dates_totals_and_sheets(houses: Dataset, folder: Path) -> None:
    lines = ["day,p", *(f"2024-01-{n:02},{n * n}" for n in range(1, 9))]
    (folder / "days.csv").write_text("\n".join(lines))
    total = "where,p,q\na,10,23\nb,13,25\nc,17,31\nd,22,40\nTotal,62,119\n"
    (folder / "sums.csv").write_text(total)
    async with opened(houses, (120, 40)) as pilot:
        await pilot.press(*"sums")
        await until(lambda: 'row 5 ("Total") is left out' in message(pilot))
        await to_columns(pilot)
        await pilot.press(*["tab"] * 5)
        await until(lambda: "totals ‹ left out ›" in screen(pilot))
        await pilot.press("escape")
        await until(lambda: isinstance(pilot.app.screen, FilePicker))
        await pilot.press("ctrl+u", *"days")
        await until(lambda: "x is day, y is p" in message(pilot))
        await to_columns(pilot)
        await pilot.press("enter")
        found = await data(pilot, houses)
        assert found.x.tolist() == list(range(8))
        await until(lambda: "2024-01-0" in screen(pilot))
        assert "days since 2024-01-01, so the slope is per day" in screen(pilot).splitlines()[0]
        assert "m per day" in screen(pilot)
