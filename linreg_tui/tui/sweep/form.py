"""The form that a sweep is chosen with: what it goes over, what it costs, what is predicted."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import DescendantFocus, Resize
from textual.widgets import Input, Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Predictions
from linreg_tui.sweeps.jobs import jobs_that_pay
from linreg_tui.sweeps.table import Columns, Row, SweepTable, aligned, predict_rows
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.forms.field import Choice, Field
from linreg_tui.tui.forms.form_screen import FormScreen
from linreg_tui.tui.forms.prediction import verdict
from linreg_tui.tui.forms.said import Said
from linreg_tui.tui.sweep.recipe import (
    UNTIL,
    Recipe,
    asked,
    asks,
    read,
    suited,
    texts_again,
    texts_of,
)
from linreg_tui.tui.work import begin

PATIENCE = 0.15
"""Seconds without a change before anything is predicted."""

LONGEST = 60
"""Characters of a list of values."""

GAP = 2

PAGE = 4
"""Trainings that pgup and pgdn go on by."""

ROOMY = 22
"""Rows of the screen from which on there are blank lines."""

KEYS = "  ".join(
    [
        "[b $footer-key-foreground]enter/ctrl+s[/] [@click=screen.apply]run[/]",
        "[b $footer-key-foreground]esc/ctrl+x[/] [@click=screen.cancel]cancel[/]",
        "[b $footer-key-foreground]↑↓[/] field",
        "[b $footer-key-foreground]←→[/] choose",
    ]
)
"""The bottom line, in Textual's markup."""


class SweepForm(FormScreen[Recipe]):
    """Closes with the sweep that is to be run, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("pageup", "scroll(-1)", "Trainings above"),
        ("pagedown", "scroll(1)", "Trainings below"),
    ]

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        predictions: Predictions,
        last: Recipe,
    ) -> None:
        super().__init__()
        self._data = data
        self._settings = settings
        self._predictions = predictions
        self._first = texts_of(settings, data) | texts_again(last)
        self.recipe: Recipe | None = None
        self._faults: dict[str, str] = {}
        self._board: SweepTable | None = None
        self._top = 0
        self._hint = Static(id="hint")
        self._said = Said(id="cost")
        self._preview = Plot(self._draw_preview, id="preview")

    def compose(self) -> ComposeResult:
        """The fields, what the one with the focus is, and the trainings that they make."""
        with Vertical(id="sweep-form") as box:
            box.border_title = "Sweep"
            for ask in asks():
                yield Field(ask.name, ask.label, self._first[ask.name], ask.words, LONGEST)
            yield self._hint
            yield self._said
            yield self._preview
            yield Static(KEYS, id="keys")

    def on_mount(self) -> None:
        """Say what the sweep is as it comes."""
        self.check()

    def on_resize(self, event: Resize) -> None:
        """No blank lines where there is little room."""
        self.set_class(event.size.height < ROOMY, "short")

    @on(Input.Changed)
    @on(Choice.Changed)
    def check(self) -> None:
        """Show the fields that are asked, and what they make or what is wrong with them."""
        if not self.read_texts():
            return
        self.recipe, self._faults = read(self.texts, self._settings, self._data)
        shown = {ask.name for ask in asked(self.texts)}
        for field in self.fields:
            field.display = field.setting in shown
            field.mark(wrong=field.setting in self._faults, idle=False)
        self._plan()
        if self.recipe is not None and self.recipe.auto:
            begin(self, "proposal", self._suit, self.recipe)
        self._said.say(self._cost(), wrong=bool(self._faults))
        self._explain()
        self._preview.redraw()

    def _plan(self) -> None:
        """Show the trainings, and predict them, once the fields have been let alone."""
        self.workers.cancel_group(self, "prediction")
        self._board = None
        if self.recipe is not None:
            self._board = SweepTable(
                self.recipe.at_first, self.recipe.settings.training_n(self._data)
            )
            begin(self, "prediction", self._predict, self._board)

    async def _suit(self, recipe: Recipe) -> None:
        """Give each loss and optimizer what suits it."""
        suiting = await asyncio.to_thread(suited, recipe, self._data)
        if self.recipe is recipe:
            self.recipe = suiting
            self._plan()
            self._preview.redraw()

    @on(DescendantFocus)
    def _explain(self) -> None:
        """Say what the field with the focus takes."""
        chosen = next((field.setting for field in self.fields if field.focused), "over")
        text = next(ask.text for ask in asks() if ask.name == chosen)
        self._hint.update(Content(text), layout=False)
        if self._faults:
            why = self._faults.get(chosen) or next(iter(self._faults.values()))
            self._said.say(why, wrong=True)

    def action_scroll(self, pages: int) -> None:
        """Further down among the trainings, or back up."""
        self._top = max(0, self._top + pages * PAGE)
        self._preview.redraw()

    async def action_apply(self) -> None:
        """Close with the sweep, or go where something is wrong."""
        self.check()
        await self.until_proposed()
        if self.recipe is not None:
            self.dismiss(self.recipe)
        else:
            next(field for field in self.fields if field.setting in self._faults).enter()

    def _cost(self) -> str:
        """How many trainings and steps it takes, and about how long."""
        if self.recipe is None or self._board is None:
            return next(iter(self._faults.values()), "")
        n, plan = self.recipe.settings.training_n(self._data), self.recipe.at_first
        steps = sum(row.steps for row in self._board.rows)
        trials = len(plan)
        where = self.recipe.cluster
        jobs = 1 if where else jobs_that_pay(plan, n)
        seconds = plan.seconds(n) / jobs
        words = f"{trials:,} training{'s' * (trials != 1)}, {steps:,} steps, {_about(seconds)}"
        if where:
            words = f"{trials:,} training{'s' * (trials != 1)}, {steps:,} steps, on {where}"
        if jobs > 1:
            words += f" in {jobs} processes"
        return words + ("; more if none of these diverges" * (self.recipe.kind == UNTIL))

    async def _predict(self, board: SweepTable) -> None:
        await asyncio.sleep(PATIENCE)
        async for _ in predict_rows(board, self._predictions):
            self._preview.redraw()

    def _draw_preview(self, columns: int, rows: int) -> Picture:
        """A line for each group: what tells it apart, its steps, and what is predicted."""
        if self.recipe is None or self._board is None:
            return lines(columns, rows, [])
        told_apart = Columns.of(self.recipe.at_first, self._data)
        names = [*(["scale"] if told_apart.scales else []), *told_apart.varying, "steps"]
        groups = self._board.rows
        room = max(1, rows - 1 if len(groups) < rows else rows - 2)
        self._top = max(0, min(self._top, len(groups) - room))
        shown = groups[self._top : self._top + room]
        texts = [told_apart.settings(row.trials[0]) | {"steps": f"{row.steps:,}"} for row in shown]
        widths = {name: max([len(name), *(len(cells[name]) for cells in texts)]) for name in names}
        made: list[list[Span]] = [
            [("  ", Role.NOTHING)]
            + [(aligned(name, name, widths[name]) + " " * GAP, Role.LABEL) for name in names]
            + [("predicted", Role.LABEL)]
        ]
        for row, cells in zip(shown, texts, strict=True):
            told = [
                (aligned(cells[name], name, widths[name]) + " " * GAP, Role.TEXT) for name in names
            ]
            words, role = self._verdict(row)
            if sum(len(text) for text, _ in told) + len(words) + 2 > columns:
                words = words.partition(", ")[0]  # what matters most
            made.append([("  ", Role.NOTHING), *told, (words, role)])
        if len(shown) < len(groups):
            seen = f"  {self._top + 1} to {self._top + len(shown)} of {len(groups):,}"
            made.append([(f"{seen}; pgup and pgdn show others", Role.LABEL)])
        return lines(columns, rows, made)

    def _verdict(self, row: Row) -> Span:
        prediction = row.prediction
        if prediction is None:
            return "…", Role.LABEL
        if prediction.stable is None:
            return "no prediction", Role.LABEL
        steps = row.settings.steps(row.settings.training_n(self._data))
        bad = prediction.stable is False
        return verdict(prediction, row.settings, steps), Role.BAD if bad else Role.TEXT


def _about(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min"
