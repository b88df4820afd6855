"""Presenter mode: one plot, large digits, and the keys that are pressed."""

from __future__ import annotations

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.tui.drawing.markers import ASCII, BRAILLE
from linreg_tui.tui.footer import PressedKeys
from linreg_tui.tui.panes.live.large import draw_large, large, width
from linreg_tui.tui.run_view import RunView
from tests.tui.seeing import screen, until, until_seen
from tests.tui.test_markers import text
from tests.tui.test_tour import SMALL, live, opened, view

DIGITS = {
    "88.89": ["█▀█ █▀█   █▀█ █▀█", "█▀█ █▀█   █▀█ ▀▀█", "▀▀▀ ▀▀▀ ▀ ▀▀▀ ▀▀▀"],
    "-1e%": ["    ▄█  ▄▄▄ ▀ █", "▀▀▀  █  █▄▀ ▄▀ ", "    ▀▀▀  ▀▀ ▀ ▀"],
}


@pytest.mark.parametrize("number", DIGITS)
def test_digits(number: str) -> None:
    assert large(number, BRAILLE) == DIGITS[number]
    assert width(number) == len(DIGITS[number][0])


def test_digits_in_ascii() -> None:
    rows = large("7", ASCII)
    assert rows == ["###", "  #", "  #", " # ", " # "]


def test_every_number_has_its_place(houses: Dataset) -> None:
    for settings in (Settings(), Settings(learning_rate_m=1e-5)):
        run = Run(houses, settings)
        run.advance(60)
        for step in range(0, run.history.last + 1, 5):
            seen = RunView(run, step, settings, False, 5.0)
            rows = text(draw_large(80, 4, seen, BRAILLE)).strip("\n").split("\n")
            assert f"step {step}: slope m" in rows[0]
            for row in rows[1:]:
                assert row[23:25].strip() == row[56:58].strip() == ""


async def test_one_plot_large_digits_and_no_clutter(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("d", "shift+right")
        await until(lambda: view(pilot).number == 10)
        await pilot.pause()
        rows = screen(pilot).splitlines()
        seen = "\n".join(rows)
        assert "SalePrice" in seen
        assert "↑ loss" not in seen
        assert "step 10: slope m" in seen
        assert "▀▀▀" in seen
        assert "1 Data" not in seen
        assert "batch full" not in seen
        assert "Ten steps on" in rows[-1]
        assert not any("\u2800" < character <= "\u28ff" for character in seen)
        await pilot.press("d")
        await pilot.pause()
        seen = screen(pilot)
        assert "1 Data" in seen
        assert "batch full" in seen


async def test_l_cycles_through_the_plots(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("d")
        for name in ("↑ SalePrice", "↑ loss", "↑ intercept b", "↑ SalePrice"):
            await until_seen(pilot, name, row=0)
            assert screen(pilot).count("↑") == 1
            await pilot.press("l")


async def test_keys_are_shown_for_a_moment(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg_tui.tui.footer.KEY_SHOWN_SECONDS", 1.0)
    async with opened(houses) as pilot:
        await pilot.press("d", "right_square_bracket", "right_square_bracket")
        await until_seen(pilot, "×2")
        last = screen(pilot).splitlines()[-1]
        assert "] " in last
        assert "×2" in last
        assert "Double both learning rates" in last
        await until(lambda: screen(pilot).splitlines()[-1].strip() == "d ends presenting")
        assert pilot.app.query_one(PressedKeys).region.height == 1


@pytest.mark.thorough
async def test_the_words_of_a_key_fit_its_pane(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("d")
        for keys, meaning in (
            ("enter", ""),
            ("i", ""),
            ("f12", ""),
            ("2", "The closed form alone"),
            ("4", "The sweep alone"),
            ("space", "Mark, to overlay its curve"),
            ("0", "All panes"),
            ("p", "Edit the points"),
            ("a", "Add a point"),
            ("p t", "The guided tour"),
            ("enter", "On in the tour"),
        ):
            await pilot.press(*keys.split())
            await pilot.pause()
            if meaning:
                await until_seen(pilot, meaning, row=-1)
            else:
                assert screen(pilot).splitlines()[-1].strip() == "d ends presenting", keys


@pytest.mark.thorough
async def test_the_tour_for_the_back_row(houses: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linreg_tui.tui.footer.KEY_SHOWN_SECONDS", 0.1)
    async with opened(houses, SMALL, "training") as pilot:
        await pilot.press("d")
        hint = "enter skip   ⌫ back   i chapters   d ends presenting"
        await until(lambda: hint in screen(pilot).splitlines()[-1])
        seen = screen(pilot)
        assert "how near to the least loss do they come?" in seen
        assert "enter" in seen
        assert "skips" in seen
        assert "slope m" in seen
        await pilot.press("1", *["plus"] * 5)
        await until(lambda: view(pilot).number == 30)
        await pilot.pause(0.3)
        assert "✓ You said within 0.1%" in screen(pilot)
        assert "(The notebook calls" not in screen(pilot)


async def test_a_descent_for_the_back_row(houses: Dataset) -> None:
    async with opened(houses, SMALL, "rate") as pilot:
        await pilot.press("d")
        await pilot.pause()
        assert "learning rate η" in screen(pilot)
        assert "▀▀▀" in screen(pilot)


@pytest.mark.thorough
async def test_at_every_size_and_with_every_pane(houses: Dataset) -> None:
    for size in (SMALL, (200, 60)):
        async with opened(houses, size) as pilot:
            await pilot.press("d")
            for pane in ("1", "2", "4", "0"):
                await pilot.press(pane)
                await pilot.pause()
                assert screen(pilot).strip()
            assert live(pilot).region.height >= size[1] - 2
