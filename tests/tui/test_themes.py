from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES
from textual.widgets import OptionList

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.picture import DENSITIES, QUIET, Role
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.panes.closed_form.pane import ClosedFormPane
from linreg_tui.tui.panes.data.pane import DataPane
from linreg_tui.tui.panes.sweep.trial_table import TrialTable
from linreg_tui.tui.panes.views import ViewTab
from linreg_tui.tui.themes import COLOUR_BLIND, NAMES, THEMES, theme_named
from linreg_tui.tui.title import Tab
from tests.tui.seeing import screen, until
from tests.tui.test_app import opened

LEAST = {"high-contrast": 7.0}
"""WCAG's enhanced contrast ratio of text; 4.5 is the least one."""

UNKNOWN = {"ansi-dark", "ansi-light"}
"""Themes whose colours are the terminal's own, so that nobody knows their contrast."""

CHECKED = ("textual-light", *(theme.name for theme in THEMES))
SHAPES = (Role.AXIS, Role.TRACE, Role.CONTOUR, Role.BAR, Role.BAND, Role.ASIDE, *QUIET.values())

DEUTERANOPIA = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTANOPIA = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])
"""Linear RGB as colour-blind eyes see it, after Machado, Oliveira and Fernandes (2009)."""


def linear(colour: Color) -> NDArray[np.float64]:
    channels = np.array(colour.rgb) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    weights = np.array([0.2126, 0.7152, 0.0722])
    ink, ground = (
        float(weights @ linear(Color.from_rich_color(one))) + 0.05
        for one in (style.color, style.bgcolor)
    )
    return max(ink, ground) / min(ink, ground)


@pytest.mark.thorough
async def test_every_theme_shows_everything(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        fit = pilot.app.screen.query_one("#fit", Plot)
        for name in (*BUILTIN_THEMES, *(theme.name for theme in THEMES)):
            pilot.app.theme = name
            await pilot.pause()
            assert "ready" in screen(pilot), name
            for role in (Role.FIT, Role.REFERENCE, Role.TEXT, Role.GOOD, Role.BAD):
                assert name in UNKNOWN or seen(fit, role) >= LEAST.get(name, 4.5), name
            assert fit.style_of(Role.FIT, 0) != fit.style_of(Role.REFERENCE, 0), name


def seen(plot: Plot, role: Role) -> float:
    return contrast(plot.style_of(role, 0)) + 0.05  # colours have whole numbers


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in CHECKED else pytest.mark.thorough)
        for name in NAMES
        if name not in UNKNOWN
    ],
)
async def test_everything_on_the_screen_can_be_read(houses: Dataset, name: str) -> None:
    app = LinregApp(houses, Settings())
    app.theme = name
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.settled)
        fit = app.screen.query_one("#fit", Plot)
        for role in set(Role) - {Role.NOTHING}:
            assert seen(fit, role) >= (3 if role in SHAPES else 4.5), role.name
        shades = [contrast(fit.style_of(role, 0)) for role in DENSITIES]
        assert shades == sorted(shades)
        assert shades[-1] > 1.2 * shades[0] or shades[0] > 7
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                if any(map(str.isalnum, segment.text)) and segment.style is not None:
                    assert contrast(segment.style) >= 4.45, segment.text
        await pilot.pause()


@pytest.mark.parametrize("seen", [DEUTERANOPIA, PROTANOPIA])
def test_the_fit_and_the_closed_form_have_distinct_colours(
    seen: NDArray[np.float64],
) -> None:
    of = COLOUR_BLIND
    for one, other in ((of.accent, of.primary), (of.error, of.success)):
        apart = seen @ (linear(Color.parse(one or "")) - linear(Color.parse(other or "")))
        assert np.linalg.norm(apart) > 0.4


def test_the_message_about_an_unknown_theme_names_all_themes() -> None:
    with pytest.raises(InputError, match=r"colour-blind.*high-contrast.*textual-dark"):
        theme_named("beige")


async def test_the_choice_can_be_seen_without_colour(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        main = pilot.app.screen
        for key, of in (("2", ClosedFormPane), ("1", DataPane)):
            await pilot.press(key)
            await pilot.pause()
            pane = main.query_one(of)
            for tabs in (list(main.query(Tab)), list(pane.query(ViewTab))):
                bold = [tab.has_class("chosen") for tab in tabs if tab.styles.text_style.bold]
                assert bold == [True]
        await pilot.press("4", "right", "down")
        await pilot.pause()
        table = main.query_one(TrialTable)
        assert table.style_of(Role.HERE, 0).bold
        assert not table.style_of(Role.LABEL, 0).bold
        (row,) = [line for line in screen(pilot).splitlines() if line.lstrip().startswith("▸")]
        assert row.split()[1] == "64"


async def test_the_cursor_of_a_list_can_be_seen_without_colour(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        for key in ("x", "o"):
            await pilot.press(key)
            await until(lambda: len(pilot.app.screen_stack) == 2)
            await pilot.pause()
            options = pilot.app.screen.query_one(OptionList)
            under = options.get_visual_style("option-list--option-highlighted")
            other = options.get_visual_style("option-list--option")
            assert under.bold
            assert not other.bold
            await pilot.press("ctrl+x")
            await until(lambda: len(pilot.app.screen_stack) == 1)
