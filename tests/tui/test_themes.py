from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.tui.picture import Role
from linreg_tui.tui.plot import Plot
from linreg_tui.tui.themes import COLOUR_BLIND, THEMES, theme_named
from tests.tui.test_app import opened, screen

LEAST = {"high-contrast": 7.0, "colour-blind": 4.5}
"""WCAG's contrast ratios of text, enhanced and at the least."""

DEUTERANOPIA = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTANOPIA = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])
"""Linear RGB as they see it, after Machado, Oliveira and Fernandes (2009)."""


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


async def test_every_theme_shows_everything(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        fit = pilot.app.screen.query_one("#fit", Plot)
        for name in (*BUILTIN_THEMES, *(theme.name for theme in THEMES)):
            pilot.app.theme = name
            await pilot.pause()
            assert "ready" in screen(pilot), name
            if name in LEAST:
                for role in (Role.FIT, Role.REFERENCE, Role.TEXT, Role.GOOD, Role.BAD):
                    assert contrast(fit._style_of(role, 0)) >= LEAST[name], name
                assert contrast(fit._style_of(Role.LABEL, 0)) >= 4.5, name
                assert contrast(fit._style_of(Role.AXIS, 0)) >= 3, name
            assert fit._style_of(Role.FIT, 0) != fit._style_of(Role.REFERENCE, 0), name


@pytest.mark.parametrize("seen", [DEUTERANOPIA, PROTANOPIA])
def test_what_moves_and_what_it_is_measured_against_stay_apart(
    seen: NDArray[np.float64],
) -> None:
    of = COLOUR_BLIND
    for one, other in ((of.accent, of.primary), (of.error, of.success)):
        apart = seen @ (linear(Color.parse(one or "")) - linear(Color.parse(other or "")))
        assert np.linalg.norm(apart) > 0.4


def test_an_unknown_theme_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"colour-blind.*high-contrast.*textual-dark"):
        theme_named("beige")
