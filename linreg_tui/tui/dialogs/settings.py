"""The settings form: every setting in a field, checked and predicted while the user types."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.geometry import Size
from textual.widgets import Input, Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import faults
from linreg_tui.core.proposal import excess_after_steps, proposed
from linreg_tui.core.schema import Setting
from linreg_tui.core.settings import Settings, setting
from linreg_tui.core.stability import predict
from linreg_tui.core.what_if import WHAT_IFS, WhatIf
from linreg_tui.options import read as read_text
from linreg_tui.options import words, write
from linreg_tui.tui.dialogs.base import (
    FIELD_KEYS,
    WORD_KEYS,
    Body,
    Choice,
    Field,
    FormScreen,
    apply_key,
    cancel_key,
)
from linreg_tui.tui.keys import Key
from linreg_tui.tui.prediction import prediction_text
from linreg_tui.tui.work import begin

LEFT = ("Learning rates", "Initial line", "Batches", "Step", "Test rows")
"""The headings in the left column, from top to bottom; all others are in the right one."""


def columns() -> tuple[dict[str, list[Setting]], dict[str, list[Setting]]]:
    """Return all settings under their headings, in two columns."""
    groups: dict[str, list[Setting]] = {}
    for one in Settings.schema():
        groups.setdefault(one.about.group, []).append(one)
    left = {heading: groups[heading] for heading in LEFT}
    return left, {heading: groups[heading] for heading in groups if heading not in LEFT}


WAIT_SECONDS = 0.15
"""Seconds without a change before the settings are predicted."""


class SettingsForm(FormScreen[Settings]):
    """All settings of a run; closes with those that were chosen, or None."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        apply_key("apply"),
        cancel_key(),
        Key("ctrl+r", "ctrl+r", "defaults", "Defaults", "defaults"),
        Key("f1", "f1", "words", "What the words mean"),
        *(
            Key(f"f{number}", f"f{number}", f"what_if({number - 2})", f"What if: {what_if.name}")
            for number, what_if in enumerate(WHAT_IFS, 2)
        ),
        *FIELD_KEYS,
        *WORD_KEYS,
    )
    BOX = "form"
    ROOMY = Size(76, 31)
    """The room for two columns with blank lines."""

    def __init__(self, data: Dataset, settings: Settings, *, predicting: bool = True) -> None:
        super().__init__("Settings")
        self._predicting = predicting
        self._data = data
        self._settings = settings
        self._faults: dict[str, str] = {}
        self._proposed_for: Mapping[str, str] = {}
        self._proposed: dict[str, str] = {}
        self._verdict = Horizontal(id="verdict")
        self._sign = Static(id="sign")
        self._words = Static(id="words")

    def compose_box(self) -> ComposeResult:
        """Compose fields in columns, and below them their meaning, faults and prediction."""
        with Body(id="columns"):
            values, idle = self._settings.values, self._settings.without_effect
            for column in columns():
                with Vertical(classes="column"):
                    for heading, settings in column.items():
                        yield Static(Content(heading), classes="heading")
                        for one in settings:
                            yield Field(
                                one.name,
                                one.about.label,
                                write(one, values[one.name]),
                                words(one),
                                others=one.about.none,
                                idle=one.name in idle,
                            )
        yield self._hint
        with self._verdict:
            yield self._sign
            yield self._words

    def on_mount(self) -> None:
        """Predict what the present settings lead to."""
        self.query_one(
            f"#{self.BOX}"
        ).border_subtitle = f"f1 says what the words mean  f2–f{1 + len(WHAT_IFS)} ask what if"
        self.check()

    @on(Input.Changed)
    @on(Choice.Changed)
    def check(self) -> None:
        """Mark what is wrong; if nothing is, predict after a moment without changes."""
        if not self.read_texts():
            return
        self._settings, self._faults = read(self.texts, self._settings, self._data)
        if self._deciding != self._proposed_for and not self._faults.keys() - _proposals():
            begin(self, "proposal", self._propose, self._deciding)
        for field in self.fields:
            name = field.setting
            field.mark(wrong=name in self._faults, idle=name in self._settings.without_effect)
        self._explain()
        self.workers.cancel_group(self, "prediction")
        if not self._faults and not self._predicting:
            self._show_verdict("→", Content("predictions are hidden"))
        elif not self._faults:
            self._verdict.set_class(True, "old")
            self._sign.update("…", layout=False)
            begin(self, "prediction", self._predict, self._settings)

    @on(DescendantFocus)
    def _explain(self) -> None:
        """Say what the field in focus means, and what is wrong with it or with another."""
        field = self.field_in_focus or self.fields[0]
        self.show_hint(self._meaning(field))
        if self._faults:
            why = self._faults.get(field.setting) or next(iter(self._faults.values()))
            self._show_verdict("✗", Content(why))
        elif self._verdict.has_class("wrong"):
            self._show_verdict("", Content())

    async def action_apply(self) -> None:
        """Close with the settings once the proposals are there, or go to a wrong field."""
        self.check()
        await self.wait_for_proposal()
        self.check()
        wrong = [field for field in self.fields if field.setting in self._faults]
        if not wrong:
            self.dismiss(self._settings)
        elif not any(field.focused for field in wrong):
            wrong[0].enter()

    async def action_defaults(self) -> None:
        """Fill all fields with the settings that suit the data."""
        values = (await asyncio.to_thread(proposed, self._data)).values
        texts = {one.name: write(one, values[one.name]) for one in Settings.schema()}
        self._proposed = {name: texts[name] for name in _proposals()}
        for field in self.fields:
            field.text = texts[field.setting]

    @property
    def _deciding(self) -> dict[str, str]:
        """The texts that decide the proposals; of proposed fields, only those that were changed."""
        return {
            name: text
            for name, text in self.texts.items()
            if name in _deciding()
            and (name not in _proposals() or text != self._proposed.get(name, text))
        }

    async def _propose(self, deciding: Mapping[str, str]) -> None:
        """Propose rates and δ for another loss or optimizer, in fields that are unchanged."""
        before, self._proposed_for = self._proposed, deciding
        values = self._settings.values
        given = {name: values[name] for name in deciding if before} or {
            name: values[name] for name in _deciding()
        }
        now = await asyncio.to_thread(_proposal, self._data, given)
        if self._proposed_for != deciding:
            return
        self._proposed = now | {name: before[name] for name in given.keys() & before.keys()}
        for field in self.fields if before else ():
            name = field.setting
            if name in now and field.text in (before[name], ""):
                field.text = now[name]

    def _meaning(self, field: Field) -> str:
        """Return what the field's setting means, as in the command line's help."""
        one, settings = setting(field.setting), self._settings
        text = one.about.help
        if text.startswith("of "):
            text = f"{field.label.partition(',')[0]} {text}"
        if settings.values[one.name] is None and not self._faults:
            total = settings.steps(settings.training_n(self._data))
            if steps := settings.schedule.resolved(total).values.get(one.name):
                text += f"; {one.about.none[0]} is {steps:,}"
        if one.name in settings.without_effect:
            return f"{text} (no effect now)"
        return f"{text}; a change starts over" if one.about.restarts else text

    def action_what_if(self, number: int) -> None:
        """Fill in one change as a class asks for it, and say which."""
        if not self._faults:
            begin(self, "proposal", self._fill_in, WHAT_IFS[number])

    async def _fill_in(self, what_if: WhatIf) -> None:
        settings = await asyncio.to_thread(what_if.change, self._settings, self._data)
        for field in self.fields:
            one = setting(field.setting)
            field.text = write(one, settings.values[one.name])
        self._proposed_for, self._proposed = self._deciding, {}
        self.show_hint(f"what if: {what_if.name}")

    def action_words(self) -> None:
        """Show what the words on the screen mean."""
        from linreg_tui.tui.dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(words=True))

    async def _predict(self, settings: Settings) -> None:
        await asyncio.sleep(WAIT_SECONDS)
        prediction = await asyncio.to_thread(predict, self._data, settings)
        excess = None
        if prediction.stable is None:
            excess = await asyncio.to_thread(excess_after_steps, self._data, settings)
        n = settings.training_n(self._data)
        self._show_verdict("→", prediction_text(prediction, settings, n, excess))

    def _show_verdict(self, sign: str, words: Content) -> None:
        self._sign.update(sign, layout=False)
        self._words.update(words)
        self._verdict.set_class(bool(self._faults), "wrong")
        self._verdict.set_class(False, "old")


def _proposals() -> set[str]:
    """Return the settings that depend on the scale of the data."""
    return {one.name for one in Settings.schema() if one.about.proposed}


def _deciding() -> set[str]:
    """Return the settings that decide the proposals."""
    families = {"loss", "optimizer"}
    parameters = {one.name for one in Settings.schema() if one.owners and one.owners[0] in families}
    return families | parameters | {"standardize", "update", "test_fraction", "test_seed"}


def _proposal(data: Dataset, given: Mapping[str, Any]) -> dict[str, str]:
    """Return the proposals for these settings, as texts."""
    values = proposed(data, **given).values
    return {name: write(setting(name), values[name]) for name in _proposals()}


def read(
    texts: Mapping[str, str], before: Settings, data: Dataset
) -> tuple[Settings, dict[str, str]]:
    """Return the settings typed, and what is wrong with which; unreadable ones stay as before."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for one in Settings.schema():
        text = texts[one.name]
        if one.owners is not None and not text.strip() and not one.about.none:
            continue  # a parameter that depends on the data, of an option that isn't chosen
        try:
            value = read_text(one, text)
        except InputError as error:
            wrong[one.name] = str(error)
            continue
        if (why := one.fault(value)) is not None:
            wrong[one.name] = why
        values[one.name] = value
    settings = before.with_values(**values)
    for name, why in faults(data, settings):
        wrong.setdefault(name, why)
    return settings, {name: wrong[name] for name in texts if name in wrong}
