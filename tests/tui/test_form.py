"""The form of all settings."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.widgets import Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.proposal import proposed
from linreg_tui.core.settings import Settings, setting
from linreg_tui.core.stability import Prediction, predict
from linreg_tui.options import read, write
from linreg_tui.tui import app as app_module
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs import settings as form_module
from linreg_tui.tui.dialogs.base import Choice, Entry, Field
from linreg_tui.tui.dialogs.settings import SettingsForm, columns
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.prediction import prediction_text
from linreg_tui.tui.themes import readable
from tests.thorough import first_of
from tests.tui.seeing import resize, screen, until, until_seen

UNUSUAL = Settings.of(
    batch_size=64,
    epochs=12,
    learning_rate_m=0.1 + 0.2,
    learning_rate_b=3e-9,
    initial_slope=-2.5,
    initial_intercept=1e16,
    update="simultaneous",
    sampling="epoch",
    seed=7,
    optimizer="nesterov",
    momentum=0.95,
    schedule="step",
    warmup_steps=4,
    decay=0.25,
    decay_steps=9,
    standardize=True,
)


class Host(App[None]):
    """Opens the form at once, and stores its outcome."""

    def __init__(self, form: SettingsForm) -> None:
        super().__init__(css_path=Path(app_module.__file__).with_name("app.tcss"))
        self.form = form
        self.results: list[Settings | None] = []

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        return variables | readable(variables, dark=True)

    def on_mount(self) -> None:
        self.push_screen(self.form, self.results.append)


@asynccontextmanager
async def opened(
    data: Dataset, settings: Settings | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:
    async with Host(SettingsForm(data, settings or Settings())).run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


async def result(pilot: Pilot[None]) -> Settings | None:
    assert isinstance(pilot.app, Host)
    results = pilot.app.results
    await until(lambda: len(results) == 1)
    return results[0]


def form(pilot: Pilot[None]) -> SettingsForm:
    assert isinstance(pilot.app.screen, SettingsForm)
    return pilot.app.screen


def field(pilot: Pilot[None], name: str) -> Field:
    return pilot.app.screen.query_one(f"#field-{name}", Field)


async def enter(pilot: Pilot[None], name: str, text: str) -> None:
    field(pilot, name).enter()
    field(pilot, name).text = text
    await until(lambda: form(pilot).texts[name] == text)


def shows(pilot: Pilot[None], name: str, *texts: str) -> bool:
    return field(pilot, name).text in texts


def message(pilot: Pilot[None]) -> str:
    words = [pilot.app.screen.query_one(name, Static) for name in ("#sign", "#words")]
    return " ".join(str(static.content) for static in words)


def test_every_setting_has_a_field() -> None:
    shown = [one.name for column in columns() for group in column.values() for one in group]
    assert sorted(shown) == sorted(one.name for one in Settings.schema())


async def test_it_is_styled_once_when_it_opens(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    styled: Counter[str] = Counter()
    apply = Stylesheet.apply

    def counting(stylesheet: Stylesheet, node: DOMNode, **options: Any) -> None:
        if isinstance(node, Static | Entry | Choice) and isinstance(node.parent, Field):
            styled[node.parent.setting] += 1
        apply(stylesheet, node, **options)

    monkeypatch.setattr(Stylesheet, "apply", counting)
    async with opened(houses) as pilot:
        # Only the widget in focus is styled again, when it gets the focus.
        assert {name for name, times in styled.items() if times > 2} == {"learning_rate_m"}
        assert len(styled) == len(form(pilot).fields)


@pytest.mark.parametrize("values", [Settings(), UNUSUAL])
def test_settings_are_read_as_they_are_written(values: Settings) -> None:
    for one in Settings.schema():
        value = values.values[one.name]
        if value is not None or one.about.none:
            assert read(one, write(one, value)) == value


async def test_a_number_field_takes_numbers_only(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        field(pilot, "epochs").enter()
        await pilot.press("end", "x", "0", "q", "g")
        await until(lambda: form(pilot).texts["epochs"] == "300")
        field(pilot, "batch_size").enter()
        await pilot.press("ctrl+u", *"fxull")
        await until(lambda: form(pilot).texts["batch_size"] == "full")


async def test_numbers_are_typed(houses: Dataset) -> None:
    typed = {
        "learning_rate_m": "2e-7",
        "initial_intercept": "-3.5",
        "batch_size": "64",
        "warmup_steps": "5",
    }
    async with opened(houses) as pilot:
        for name, text in typed.items():
            field(pilot, name).enter()
            await pilot.pause()
            await pilot.press(*text)
            assert field(pilot, name).text == text
        await pilot.press("enter")
        assert await result(pilot) == Settings.of(
            learning_rate_m=2e-7, initial_intercept=-3.5, batch_size=64, warmup_steps=5
        )


@pytest.mark.parametrize("auto", first_of(["auto", ""]))
async def test_words_for_values_that_suit(houses: Dataset, auto: str) -> None:
    async with opened(houses, Settings.of(batch_size=64, warmup_steps=3, decay_steps=3)) as pilot:
        for name, text in (("batch_size", "full"), ("warmup_steps", auto), ("decay_steps", auto)):
            await enter(pilot, name, text)
        await pilot.press("ctrl+s")
        assert await result(pilot) == Settings()


async def test_words_are_chosen_with_arrows_and_space(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        for name, keys, word in (
            ("standardize", ["space"], "yes"),  # before the optimizer proposes it
            ("optimizer", ["right"], "momentum"),
            ("schedule", ["left"], "cosine"),
            ("update", ["space", "right", "space"], "simultaneous"),
        ):
            field(pilot, name).enter()
            await pilot.press(*keys)
            assert field(pilot, name).text == word
        await pilot.press("enter")
        # The rates, which were not typed, suit the words.
        chosen = {"optimizer": "momentum", "schedule": "cosine", "standardize": True}
        assert await result(pilot) == proposed(houses, update="simultaneous", **chosen)


@pytest.mark.thorough
async def test_words_are_chosen_by_clicking(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        choice = field(pilot, "optimizer").query_one(Choice)
        await pilot.click(choice, offset=(17, 0))
        assert choice.word == "momentum"
        await pilot.click(choice, offset=(0, 0))
        await pilot.click(choice, offset=(0, 0))
        assert choice.word == "adam"
        assert choice.has_focus
        await pilot.click(field(pilot, "epochs").query_one(".label"))
        assert field(pilot, "epochs").focused


async def test_arrows_and_tab_go_from_field_to_field(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        order = [one.name for column in columns() for group in column.values() for one in group]
        for name in (*order[1:], order[0]):
            await pilot.press("down")
            assert field(pilot, name).focused
        for key, place in (("up", -1), ("shift+tab", -2), ("tab", -1)):
            await pilot.press(key)
            assert field(pilot, order[place]).focused


FAULTS = (
    ("learning_rate_m", "-1", "choose a positive number"),
    ("learning_rate_b", "fast", "'fast' is not a number: choose one, such as 0.1"),
    ("learning_rate_b", "0,5", "choose one with a decimal point, such as 0.1"),
    ("learning_rate_b", "[red]", "'[red]' is not a number"),
    ("learning_rate_m", "nan", "a learning rate of nan"),
    ("initial_slope", "1e200", "choose an initial line nearer to the data"),
    ("initial_intercept", "", "a number is missing: choose one, such as 1000"),
    ("batch_size", "600", "choose a batch size from 1 to 551, or full"),
    ("batch_size", "0", "a batch of 0"),
    ("batch_size", "", "a whole number is missing: choose one, such as 10 or full"),
    ("epochs", "1.5", "'1.5' is not a whole number"),
    ("epochs", "9" * 24, "choose fewer"),
    ("momentum", "1", "such as 0.9"),
    ("warmup_steps", "x", "such as 10 or auto"),
    ("decay", "2", "above 0 and up to 1"),
    ("decay_steps", "0", "0 decay steps"),
    ("seed", "-1", "choose 0 or more"),
)


async def test_faults_are_marked_and_explained(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        for name, text, why in FAULTS:
            usual = field(pilot, name).text
            await enter(pilot, name, text)
            row = field(pilot, name).region.y
            await until_seen(pilot, "✗", row)
            assert screen(pilot).count("✗") == 2
            assert message(pilot).startswith("✗")
            assert why in message(pilot)
            await enter(pilot, name, usual)
            await until(lambda: "✗" not in screen(pilot))


@pytest.mark.parametrize("key", first_of(["enter", "ctrl+s"]))
async def test_faults_cannot_be_applied(houses: Dataset, key: str) -> None:
    async with opened(houses) as pilot:
        await enter(pilot, "seed", "[red]")
        field(pilot, "schedule").enter()
        await pilot.press(key)
        assert field(pilot, "seed").focused
        assert "'[red]' is not a whole number" in message(pilot)
        assert pilot.app.screen is not pilot.app.screen_stack[0]
        await pilot.press("ctrl+r", key)
        assert await result(pilot) == Settings()


@pytest.mark.thorough
async def test_of_several_faults_that_of_the_field_in_focus_is_shown(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await enter(pilot, "seed", "-1")
        await enter(pilot, "epochs", "0")
        assert "0 epochs" in message(pilot)
        await pilot.press("down", "down")
        assert "seed of -1" in message(pilot)


@pytest.mark.parametrize(
    "values", [{"optimizer": "adam"}, {"loss": "huber"}, {"loss": "absolute", "standardize": True}]
)
async def test_rates_that_were_not_typed_follow_loss_and_optimizer(
    houses: Dataset, values: dict[str, Any]
) -> None:
    now = proposed(houses, **values)
    async with opened(houses) as pilot:
        for name, value in values.items():
            await enter(pilot, name, write(setting(name), value))
        rate = write(setting("learning_rate_b"), now.learning_rate_b)
        await until(lambda: field(pilot, "learning_rate_b").text == rate)
        await pilot.press("ctrl+s")
        assert await result(pilot) == now.with_values(initial_slope=5.0, initial_intercept=1000.0)


async def test_the_prediction_follows_the_fields(houses: Dataset) -> None:
    rate_b = proposed(houses, optimizer="adam").learning_rate_b
    async with opened(houses) as pilot:
        await until(lambda: "will converge in about 5 steps" in message(pilot))
        assert "stable up to 7.22× these rates · spectral radius 0.980105" in message(pilot)
        await enter(pilot, "learning_rate_m", "1e-6")
        await until(lambda: "→ will diverge\n" in message(pilot))
        assert "stable up to 0.463× these rates" in message(pilot)
        await enter(pilot, "optimizer", "adam")
        # The rate of m has been typed, and stays; that of b suits Adam now.
        await until(
            lambda: "no prediction, but tried out: 30 full-batch steps end" in message(pilot)
        )
        assert "% above the optimum\nits steps are about η long" in message(pilot)
        assert field(pilot, "learning_rate_m").text == "1e-6"
        await until(lambda: f"η = {rate_b:g}, in z-scores" in message(pilot))


async def test_stale_answers_are_dropped(houses: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_module, "WAIT_SECONDS", 0.0)
    asked: list[Settings] = []
    loop = asyncio.get_running_loop()
    answer_first = asyncio.Event()

    def slowly(data: Dataset, settings: Settings) -> Prediction:
        asked.append(settings)
        if settings.epochs == 1:
            asyncio.run_coroutine_threadsafe(answer_first.wait(), loop).result(10)
        return predict(data, settings)

    monkeypatch.setattr(form_module, "predict", slowly)
    async with opened(houses) as pilot:
        await enter(pilot, "epochs", "1")
        await until(lambda: asked[-1].epochs == 1)
        await enter(pilot, "epochs", "2")
        await until(lambda: "more than 2" in message(pilot))
        answer_first.set()
        await pilot.pause(0.1)
        assert "more than 2" in message(pilot)


@pytest.mark.parametrize("way", first_of(["escape", "click", "ctrl+x"]))
async def test_cancelling(houses: Dataset, way: str) -> None:
    async with opened(houses) as pilot:
        await enter(pilot, "epochs", "40")
        if way == "click":
            keys = screen(pilot).splitlines()[22]
            await pilot.click(offset=(keys.index("cancel"), 22))
        else:
            await pilot.press(way)
        assert await result(pilot) is None


async def test_the_application_uses_the_new_settings(houses: Dataset) -> None:
    app = LinregApp(houses, UNUSUAL)
    async with app.run_test(size=(80, 24)) as pilot:
        live = app.query_one(LivePane)
        run = live.view.run
        for way in ("ctrl+x", "enter"):
            await pilot.press("e")
            await pilot.pause()
            assert isinstance(app.screen, SettingsForm)
            await pilot.press(way)
            await until(lambda: not isinstance(app.screen, SettingsForm))
            assert live.view.run is run
        await pilot.press("e", "ctrl+r", "enter")
        await until(lambda: live.view.settings == Settings())


async def test_defaults(houses: Dataset) -> None:
    async with opened(houses, UNUSUAL) as pilot:
        await pilot.press("ctrl+r", "enter")
        assert await result(pilot) == Settings()


@pytest.mark.thorough
async def test_defaults_suit_other_data() -> None:
    x = np.arange(20.0)
    data = Dataset("made", "x", "y", x, 3 * x + np.sin(x))
    async with opened(data, Settings(learning_rate_m=1e-3)) as pilot:
        await pilot.press("ctrl+r", "enter")
        assert await result(pilot) == proposed(data) != Settings()


@pytest.mark.thorough
async def test_fields_without_effect_are_dimmed(houses: Dataset) -> None:
    async with opened(houses) as pilot:

        def dimmed() -> set[str]:
            return {field.setting for field in pilot.app.screen.query(Field) if field.idle}

        never = {"huber_delta", "epsilon", "alpha", "beta1", "beta2", "test_seed"}
        assert dimmed() == {"sampling", "seed", "momentum", "decay", "decay_steps"} | never
        for name, text in (
            ("batch_size", "64"),
            ("optimizer", "nesterov"),
            ("schedule", "step"),
            ("standardize", "yes"),
        ):
            await enter(pilot, name, text)
        assert dimmed() == {"learning_rate_m"} | never
        marks = {
            each.setting: str(each.query_one(".label", Static).content)[0]
            for each in pilot.app.screen.query(Field)
        }
        assert {name for name, mark in marks.items() if mark == "–"} == dimmed()
        field(pilot, "learning_rate_m").enter()
        await pilot.pause()
        assert "no effect now" in screen(pilot)


@pytest.mark.thorough
@pytest.mark.parametrize("settings", [Settings(), UNUSUAL])
async def test_the_meaning_of_a_field_fits_on_its_line(houses: Dataset, settings: Settings) -> None:
    async with opened(houses, settings) as pilot:
        hint = form(pilot).query_one("#hint", Static)
        for each in form(pilot).fields:
            each.enter()
            await pilot.pause()
            assert 10 < len(str(hint.content)) <= hint.size.width


@pytest.mark.thorough
async def test_everything_fits_on_the_screen(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        for size in ((80, 24), (120, 40), (200, 60)):
            await resize(pilot, *size)
            await until_seen(pilot, "spectral radius")
            text = screen(pilot)
            for option in Settings.schema():
                assert option.about.label in text
                assert f"{write(option, Settings().values[option.name])} " in text
            for column in columns():
                assert all(heading in text for heading in column)
            for key in ("enter/ctrl+s apply", "esc/ctrl+x cancel", "ctrl+r defaults", "↑↓ field"):
                assert key in text
            assert "←→ choose" in text
        await resize(pilot, 80, 24)
        for option in Settings.schema():
            field(pilot, option.name).enter()
            await until_seen(pilot, option.about.help)
        assert not pilot.app.screen.query_one("#columns").show_vertical_scrollbar


@pytest.mark.thorough
async def test_the_longest_message_is_not_clipped(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await enter(pilot, "batch_size", "1")
        await enter(pilot, "epochs", "9999999")
        await pilot.pause()
        text = " ".join(screen(pilot).replace("│", " ").split())
        assert "are kept: choose fewer epochs or a larger batch size" in text
        assert "ctrl+r defaults" in text


@pytest.mark.thorough
async def test_a_small_screen_scrolls(houses: Dataset) -> None:
    async with opened(houses, size=(60, 16)) as pilot:
        pilot.app.animation_level = "none"  # interrupted animations would end elsewhere
        for option in Settings.schema():
            shown = field(pilot, option.name)
            shown.enter()
            await until_seen(pilot, shown.label)
        assert "enter/ctrl+s apply" in screen(pilot)
        assert "cancel" in screen(pilot)
        await pilot.resize_terminal(80, 24)
        await until(lambda: "Learning rates" in screen(pilot))


@pytest.mark.parametrize(
    ("prediction", "settings", "words"),
    [
        (Prediction(False, 1.2, 0.9), Settings.of(schedule="cosine"), "will diverge at full rates"),
        (Prediction(True, 0.99999999, 3.0), Settings(), "spectral radius just below 1"),
        (Prediction(True, 0.99, 3.0), Settings(), "too slow to come within 1%"),
        (Prediction(False, None, None), Settings(), "will diverge"),
        (Prediction(True, 0.99, 3.0, 0), Settings(), "is within 1% of the optimum already"),
    ],
)
def test_the_words_of_a_prediction(prediction: Prediction, settings: Settings, words: str) -> None:
    assert words in prediction_text(prediction, settings, 551).plain
