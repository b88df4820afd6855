"""The sweep form: what the sweep goes over, what it costs, and what is predicted."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.events import DescendantFocus
from textual.geometry import Size
from textual.widgets import Input

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Predictions
from linreg_tui.sweeps.jobs import jobs_that_pay
from linreg_tui.sweeps.table import Columns, Row, SweepTable, aligned, predict_rows
from linreg_tui.tui.dialogs.base import (
    FIELD_KEYS,
    WORD_KEYS,
    Body,
    Choice,
    Field,
    FormScreen,
    MessageLine,
    Remarks,
    apply_key,
    cancel_key,
)
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import Key
from linreg_tui.tui.panes.sweep.recipe import (
    UNTIL,
    Recipe,
    form_fields,
    initial_texts,
    read,
    reused_texts,
    shown_fields,
    suited,
)
from linreg_tui.tui.prediction import verdict
from linreg_tui.tui.work import begin

WAIT_SECONDS = 0.15
"""Seconds without a change before the trainings are predicted."""

LONGEST_TEXT_CELLS = 60
"""Most characters of a list of values."""

GAP_CELLS, INDENT_CELLS = 2, 4

ONE_LINE_COLUMNS = 50
"""Columns from which a training takes one line; below, its prediction has a line of its own."""

OTHER_ROWS = 11
"""Rows of the screen, besides the fields, that it takes to show the trainings too."""


HERE_ONLY = "this session is read-only, so its sweeps stay on this machine: leave this empty"


class SweepForm(FormScreen[Recipe]):
    """Closes with the sweep to run, or None."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        apply_key("run"),
        cancel_key(),
        *FIELD_KEYS,
        *WORD_KEYS,
        Key("pageup", "pgup", "scroll(-1)", "Trainings above"),
        Key("pagedown", "pgdn", "scroll(1)", "Trainings below"),
    )
    BOX = "sweep-form"

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        predictions: Predictions,
        last: Recipe,
        *,
        predicting: bool = True,
        here_only: bool = False,
    ) -> None:
        super().__init__("Sweep")
        self._predicting = predicting
        self._here_only = here_only
        self._data = data
        self._settings = settings
        self._predictions = predictions
        self._first = initial_texts(settings, data) | reused_texts(last)
        self.recipe: Recipe | None = None
        self._faults: dict[str, str] = {}
        self._table: SweepTable | None = None
        self._top = 0
        self._shown = 1
        self._body = Body()
        self._message = MessageLine(id="message")
        self._preview = Plot(self._draw_preview, id="preview")

    def compose_box(self) -> ComposeResult:
        """Compose the fields, the remarks about them, and the trainings that they make.

        Where not all fit, fields and trainings scroll; the remarks don't.
        """
        with self._body:
            for ask in form_fields():
                yield Field(
                    ask.name, ask.label, self._first[ask.name], ask.words, LONGEST_TEXT_CELLS
                )
            with Remarks(id="said"):
                yield self._hint
                yield self._message
            yield self._preview

    def on_mount(self) -> None:
        """Show what the present sweep is."""
        self.check()

    def fit(self, size: Size) -> None:
        """Save room on a small screen."""
        super().fit(size)
        fields = sum(field.display for field in self.fields)
        self.set_class(size.height < fields + OTHER_ROWS, "crowded")

    @on(Input.Changed)
    @on(Choice.Changed)
    def check(self) -> None:
        """Show the fields of this kind of sweep, and what they make or what is wrong."""
        if not self.read_texts():
            return
        self.recipe, self._faults = read(self.texts, self._settings, self._data)
        if self._here_only and self.texts["cluster"].strip():
            self.recipe, self._faults = None, {"cluster": HERE_ONLY}
        shown = {ask.name for ask in shown_fields(self.texts)}
        for field in self.fields:
            field.display = field.setting in shown
            field.mark(wrong=field.setting in self._faults, idle=False)
        self.fit(self.size)
        self._plan()
        if self.recipe is not None and self.recipe.auto:
            begin(self, "proposal", self._suit, self.recipe)
        self._message.set_message(self._cost(), wrong=bool(self._faults))
        self._explain()
        self._preview.redraw()

    def _plan(self) -> None:
        """Show the trainings, and predict them after a moment without changes."""
        self.workers.cancel_group(self, "prediction")
        self._table = None
        if self.recipe is not None:
            self._table = SweepTable(
                self.recipe.first_plan, self.recipe.settings.training_n(self._data)
            )
            if self._predicting:
                begin(self, "prediction", self._predict, self._table)

    async def _suit(self, recipe: Recipe) -> None:
        """Give each loss and optimizer the values that suit it."""
        suiting = await asyncio.to_thread(suited, recipe, self._data)
        if self.recipe is recipe:
            self.recipe = suiting
            self._plan()
            self._preview.redraw()

    @on(DescendantFocus)
    def _explain(self) -> None:
        """Say what the field in focus takes."""
        chosen = "over" if self.field_in_focus is None else self.field_in_focus.setting
        self.show_hint(next(ask.text for ask in form_fields() if ask.name == chosen))
        if self._faults:
            why = self._faults.get(chosen) or next(iter(self._faults.values()))
            self._message.set_message(why, wrong=True)

    def action_scroll(self, pages: int) -> None:
        """Scroll down through the trainings, or up; first bring them into sight."""
        if pages > 0 and self._body.scroll_offset.y < self._body.max_scroll_y:
            self._body.scroll_end(animate=False)
        elif pages < 0 and self._top == 0:
            self._body.scroll_home(animate=False)
        else:
            self._top = max(0, self._top + pages * self._shown)
            self._preview.redraw()

    async def action_apply(self) -> None:
        """Close with the sweep, or go to a wrong field."""
        self.check()
        await self.wait_for_proposal()
        if self.recipe is not None:
            self.dismiss(self.recipe)
        else:
            next(field for field in self.fields if field.setting in self._faults).enter()

    def _cost(self) -> str:
        """Return how many trainings and steps it takes, and about how long."""
        if self.recipe is None or self._table is None:
            return next(iter(self._faults.values()), "")
        n, plan = self.recipe.settings.training_n(self._data), self.recipe.first_plan
        steps = sum(row.steps for row in self._table.rows)
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

    async def _predict(self, table: SweepTable) -> None:
        await asyncio.sleep(WAIT_SECONDS)
        async for _ in predict_rows(table, self._predictions):
            self._preview.redraw()

    def _draw_preview(self, columns: int, rows: int) -> Picture:
        """Draw a line for each group: what differs, its steps, and its prediction."""
        if self.recipe is None or self._table is None:
            return lines(columns, rows, [])
        table_columns = Columns.of(self.recipe.first_plan, self._data)
        names = [*(["scale"] if table_columns.scales else []), *table_columns.varying, "steps"]
        groups = self._table.rows
        each = 1 if columns >= ONE_LINE_COLUMNS else 2
        room = max(1, rows - 1 if each * len(groups) < rows else rows - 2) // each or 1
        self._top, self._shown = max(0, min(self._top, len(groups) - room)), room
        shown = groups[self._top : self._top + room]
        texts = [
            table_columns.settings(row.trials[0]) | {"steps": f"{row.steps:,}"} for row in shown
        ]
        widths = {name: max([len(name), *(len(cells[name]) for cells in texts)]) for name in names}
        made: list[list[Span]] = [
            [("  ", Role.NOTHING)]
            + [(aligned(name, name, widths[name]) + " " * GAP_CELLS, Role.LABEL) for name in names]
            + [("predicted" if self._predicting else "", Role.LABEL)]
        ]
        for row, cells in zip(shown, texts, strict=True):
            line: list[Span] = [
                ("  ", Role.NOTHING),
                *(
                    (aligned(cells[name], name, widths[name]) + " " * GAP_CELLS, Role.TEXT)
                    for name in names
                ),
            ]
            words, role = self._verdict(row)
            left = columns - (sum(len(text) for text, _ in line) if each == 1 else INDENT_CELLS)
            if len(words) > left:
                words = words.partition(", ")[0]  # what matters most
            if each == 1:
                made.append([*line, (words, role)])
            else:
                made += [line, [(" " * INDENT_CELLS, Role.NOTHING), (words, role)]]
        if len(shown) < len(groups):
            seen = f"  {self._top + 1} to {self._top + len(shown)} of {len(groups):,}"
            others = "pgup and pgdn show others" if each == 1 else "pgup, pgdn"
            made.append([(f"{seen}; {others}", Role.LABEL)])
        return lines(columns, rows, made)

    def _verdict(self, row: Row) -> Span:
        prediction = row.prediction
        if not self._predicting:
            return "", Role.LABEL
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
