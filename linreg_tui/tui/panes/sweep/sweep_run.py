"""A sweep on the screen: what it goes over, the view of its table, and its progress in words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from itertools import chain
from typing import TYPE_CHECKING

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.sweep import Trials
from linreg_tui.sweeps.table import seconds
from linreg_tui.tui.drawing.picture import Role, Span
from linreg_tui.tui.panes.sweep.recipe import UNTIL, Recipe
from linreg_tui.tui.panes.sweep.table_view import UNFINISHED, Phase, TableView

if TYPE_CHECKING:
    from linreg_tui.core.tipping import Tipping
    from linreg_tui.sweeps.executors import TrialExecutor


BAR_CELLS = (12, 8, 4, 0)
"""Cells of the progress bar, depending on the room."""

GAP_CELLS = 2
"""Least cells between what is swept and the progress."""

CANCELS = "  ctrl+x cancels"

MANY_ROWS = 7
"""With more rows, not all may be in sight, so the number of the cursor's row is shown."""

ESTIMATE_SECONDS = 1.0
"""Seconds after which the time that is left can be estimated."""


class SweepRun:
    """One sweep, from before its start to its end."""

    def __init__(self, data: Dataset, recipe: Recipe, *, set_by_tour: bool = False) -> None:
        self.data = data
        self.recipe = recipe
        self.set_by_tour = set_by_tour
        """Whether the tour shows it, whatever the live run's settings."""

        self.table_view = TableView(data, recipe.first_plan)
        self.phase: Phase = "offered"
        self.tipping: Tipping | None = None
        self.place = ""
        """Where on a cluster it runs, in words, once that is known."""
        self._began = self._ended = 0.0

    def unpredicted(self) -> SweepRun:
        """Return the same sweep before its start, without predictions."""
        return SweepRun(self.data, self.recipe, set_by_tour=self.set_by_tour)

    def begin(self) -> None:
        """Record that it has begun."""
        self._began, self.place = time.monotonic(), ""
        self._set_phase("running")

    def end(self, phase: Phase) -> None:
        """Record that it has ended."""
        self._ended = time.monotonic()
        self._set_phase(phase)

    def _set_phase(self, phase: Phase) -> None:
        self.phase = self.table_view.phase = phase

    @property
    def unfinished(self) -> bool:
        """Whether it ended before everything was trained."""
        return self.phase in UNFINISHED

    @property
    def connecting(self) -> bool:
        """Whether it is still waiting for its cluster."""
        return self.phase == "running" and bool(self.recipe.cluster) and not self.place

    @property
    def left(self) -> Iterator[Trials]:
        """The trials of each group that are still to be trained.

        Once scales until it diverges have diverged, only the repeats of the first scale that did
        are left.
        """
        rows, plan = self.table_view.table.rows, self.recipe.plan
        done = {result.trial.number for row in rows for result in row.results}
        tipped = [row.group for row in rows if row.first and row.first.status == "diverged"]
        if self.recipe.kind == UNTIL and tipped:
            plan = plan.first(tipped[0] + 1)
        for group in plan.groups:
            left = [trial for trial in group if trial.number not in done] if done else group
            if left:
                yield left

    def add_next_row(self, group: int) -> None:
        """Add the row after a group's, for the scale that is tried next."""
        recipe, rows = self.recipe, self.table_view.table.rows
        if group + 1 == len(rows) and self.phase == "running":
            self.table_view.table.add_rows(recipe.plan.groups[group + 1])

    @property
    def title(self) -> str:
        """What is swept, and the progress."""
        words = f"4 Sweep over {self.recipe.kind}"
        if self.phase == "running":
            where = f" on {self.place}" if self.place else ""
            return f"{words} · {100 * self.table_view.table.fraction:.0f}%{where}"
        return f"{words} · w runs one" if self.phase == "offered" else f"{words} · {self.phase}"

    def plan(self) -> list[Span]:
        """Return what is swept and which rows are shown, the most important first."""
        view, settings = self.table_view, self.recipe.settings
        several = self.recipe.plan.repeats
        repeats = f", {several} repeats" if several > 1 else ""
        epochs = f"{settings.epochs:,} epoch{'s' * (settings.epochs != 1)}"
        spans: list[Span] = [(self.recipe.kind, Role.TEXT)]
        if self.place and self.phase == "running":
            workers, at, address = self.place.partition(" at ")
            spans += [(f"   on {workers}", Role.LABEL), (f"{at}{address}", Role.LABEL)]
        spans.append((f"   {epochs}{repeats}", Role.LABEL))
        rows = view.rows
        if view.only is not None:
            every = "all repeats " if view.table.several and view.only == "converged" else ""
            words = f"   {every}{view.only}: {len(rows)} of {len(view.table.rows)}"
            spans.append((words, Role.HERE))
        if len(rows) > MANY_ROWS:
            spans.append((f"   row {view.place(rows) + 1:,} of {len(rows):,}", Role.LABEL))
        if not view.marked and self.phase == "done":
            spans.append(("   space overlays curves", Role.LABEL))
        return spans

    def head(self, columns: int) -> list[Span]:
        """Return what is swept and the progress, as much of both as fits.

        First the bar gets shorter, then the plan. The key that continues is left out last.
        """
        plan, forms = self.plan(), self.progress()
        shown = [plan[:k] for k in range(len(plan), 0, -1)]
        fitting = (
            (some, form)
            for last in (forms[:-1], forms[-1:])
            for some in shown
            for form in last
            if _width(some) + GAP_CELLS + _width(form) <= columns
        )
        left, right = next(fitting, (plan[:1], forms[-1]))
        gap = max(GAP_CELLS, columns - _width(left) - _width(right))
        return [*left, (" " * gap, Role.NOTHING), *right]

    def progress(self) -> list[list[Span]]:
        """Return the progress and the key that continues or cancels; the longest form first."""
        table = self.table_view.table
        if self.phase == "offered":
            return [[("w chooses a sweep and runs it", Role.LABEL)]]
        trials = f"{table.ended:,}/{table.trials:,}"
        if self.connecting:
            # A sweep on this machine needs no code for clusters.
            from linreg_tui.cluster.address import processes_here

            here = processes_here(self.recipe.cluster)
            long = f"connecting to {self.recipe.cluster}"
            if here is not None:
                long = f"starting {here} process{'es' * (here != 1)}"
            return [[(f"{words}{CANCELS}", Role.LABEL)] for words in (long, long.split()[0])]
        if self.unfinished:
            return [[(f"{self.phase}, {trials}  g goes on here", Role.LABEL)]]
        if self.phase == "done":
            took = self._ended - self._began
            return [[(f"{self.phase}, {trials} trainings in {seconds(took)}", Role.LABEL)]]
        forms: list[list[Span]] = []
        for bar in BAR_CELLS:
            full = round(bar * table.fraction)
            drawn: list[Span] = [("█" * full, Role.FIT), ("░" * (bar - full), Role.AXIS)]
            forms.append([*drawn, (f" {trials}{self._left()}{CANCELS}", Role.LABEL)])
        return [*forms, [(f"{trials}{CANCELS}", Role.LABEL)]]

    def _left(self) -> str:
        taken, fraction = time.monotonic() - self._began, self.table_view.table.fraction
        if taken < ESTIMATE_SECONDS or fraction <= 0:
            return ""
        seconds = round(taken * (1 - fraction) / fraction)
        return f"  {seconds // 60}:{seconds % 60:02d} left"

    def tipping_words(self) -> str:
        """Return between which scales training starts to diverge, and the predicted limit."""
        if self.tipping is None:
            return ""
        held, tipped, predicted = (
            self.tipping.stable,
            self.tipping.diverged,
            self.tipping.predicted,
        )
        if tipped is None:
            words = f"no scale up to {held:.3g} diverges"
        elif held is None:
            words = f"every scale from {tipped:.3g} on diverges"
        else:
            words = f"it tips between scales {held:.4g} and {tipped:.4g}"
        return words if predicted is None else f"{words}; in the long run at {predicted:.4g}"


def _width(spans: list[Span]) -> int:
    return sum(len(text) for text, _ in spans)


async def run(data: Dataset, sweep_run: SweepRun) -> None:
    """Train what is left of a sweep, until it ends in one way or another.

    Raises
    ------
    InputError
        If its cluster isn't there or goes away, or the trials can't be made; finished trials stay.
    """
    from linreg_tui.sweeps.executors import GoneError

    try:
        await _train(data, sweep_run)
    except GoneError as error:
        sweep_run.end("cut off")
        raise InputError(f"{error}; what is done stays, and g trains the rest here") from None
    except InputError:
        sweep_run.end("no cluster" if sweep_run.connecting else "cancelled")
        raise
    except asyncio.CancelledError:
        sweep_run.end("cancelled")
        raise
    sweep_run.end("done")


async def _train(data: Dataset, sweep_run: SweepRun) -> None:
    """Train what is left, and add the results to the table as they come."""
    # The first frame needs none of these.
    from linreg_tui.sweeps.executors import local_executor
    from linreg_tui.sweeps.run_trials import find_tipping, run_trials, run_until_divergence

    recipe, table, left = sweep_run.recipe, sweep_run.table_view.table, sweep_run.left
    until = recipe.kind == UNTIL
    async with _executor(data, recipe) as executor:
        sweep_run.place = executor.place
        coming = (
            run_until_divergence(data, left, executor, table.set_step)
            if until
            else run_trials(data, chain.from_iterable(left), executor, table.set_step)
        )
        async for results in coming:
            table.add_results(results)
            if until:
                sweep_run.add_next_row(results[0].trial.group)
    if until:
        sweep_run.table_view.drop_rows(sum(row.done for row in table.rows))
    if recipe.tips:
        async with local_executor() as here:
            sweep_run.tipping = await find_tipping(data, recipe.settings, here)


def _executor(data: Dataset, recipe: Recipe) -> AbstractAsyncContextManager[TrialExecutor]:
    """Return the recipe's cluster, or as many processes as are worth starting."""
    if recipe.cluster:
        from linreg_tui.cluster.connection import connected

        return connected(recipe.cluster)
    from linreg_tui.sweeps.executors import local_executor
    from linreg_tui.sweeps.jobs import jobs_that_pay

    n = recipe.settings.training_n(data)
    return local_executor(jobs_that_pay(recipe.first_plan, n))
