"""The numbers of a run at one of its steps, each in its own place."""

from __future__ import annotations

import math
from collections.abc import Callable

from rich.cells import cell_len

from linreg_tui.core.quality import quality
from linreg_tui.core.settings import Settings
from linreg_tui.numbers import (
    above_optimum,
    decimals_for,
    decimals_of_line,
    fixed,
    grouped,
    grouped_loss,
    rate,
)
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines
from linreg_tui.tui.panes.live.state_line import state_line
from linreg_tui.tui.run_view import RunView

ROOMY_COLUMNS = 73
"""Columns from which the numbers have their full names and places."""

RATE_CELLS = len("5.3e-7")
"""Cells for a learning rate that changes from step to step."""


def draw_readout(columns: int, rows: int, view: RunView) -> Picture:
    """Draw the line and how far it is above the optimum, its misses, the settings, and the state.

    With test rows, one more line shows how many there are and the loss on them.
    """
    roomy = columns >= ROOMY_COLUMNS
    widths = WIDTHS if roomy else SHORT_WIDTHS
    gap = " " * min(3, 2 + (columns - ROOMY_COLUMNS) // 2) if roomy else " "

    def spans(cell: Cell, width: int) -> list[Span]:
        name, role, value = cell
        shown = name if roomy else SHORT_NAMES.get(name, name)
        return [
            (f"{shown} ", Role.LABEL),
            (value(width - cell_len(shown) - 1), role),
            (gap, Role.NOTHING),
        ]

    grid = [
        [span for cell, width in zip(row, widths, strict=True) for span in spans(cell, width)][:-1]
        for row in _numbers(view)
    ]
    return lines(
        columns,
        rows,
        [*grid, _settings(view, columns, roomy=roomy), state_line(view, columns)],
    )


WIDTHS, SHORT_WIDTHS = (24, 28, 17), (22, 22, 13)
"""Cells for a number with its name, in each of the three columns."""

SHORT_NAMES = {"above optimum": "above", "median miss": "median", "test loss": "test"}

Cell = tuple[str, Role, Callable[[int], str]]
"""A name, the role of its number, and the number in so many cells."""


def _numbers(view: RunView) -> list[list[Cell]]:
    """Return what matters first on the left, the misses in the middle, and where the run is."""
    run = view.run
    step, optimum = run.history[view.number], run.optimum
    fitted = quality(run.data, step.slope, step.intercept)
    above = above_optimum(optimum, step.slope, step.intercept)
    of_slope, of_intercept = decimals_of_line(run.closed_form)
    of_miss = decimals_for(math.sqrt(run.closed_form.loss))

    def number(value: float, decimals: int) -> Callable[[int], str]:
        return lambda cells: fixed(value, cells, decimals)

    def miss(value: float) -> Callable[[int], str]:
        return lambda cells: grouped(value, cells, of_miss)

    def right(text: str) -> Callable[[int], str]:
        return lambda cells: text.rjust(cells)

    r2 = right("–") if fitted.r2 is None else number(fitted.r2, 4)
    grid: list[list[Cell]] = [
        [
            ("slope", Role.FIT, number(step.slope, of_slope)),
            ("loss", Role.TEXT, lambda cells: grouped_loss(step.loss, optimum, cells)),
            ("step", Role.TEXT, _step(view.number, run.budget)),
        ],
        [
            ("intercept", Role.FIT, number(step.intercept, of_intercept)),
            ("RMSE", Role.TEXT, miss(fitted.rmse)),
            ("epoch", Role.TEXT, right(f"{run.segments.epoch(step.number):,}")),
        ],
        [
            ("above optimum", Role.STRONG, right(above)),
            ("median miss", Role.TEXT, miss(fitted.median_miss)),
            ("R²", Role.TEXT, r2),
        ],
    ]
    if run.test is not None and (test_loss := step.test_loss) is not None:
        held_out = f"{run.test.total:,}"
        grid.append(
            [
                ("rows held out", Role.TEXT, right(held_out)),
                ("test loss", Role.TEST, lambda cells: grouped_loss(test_loss, optimum, cells)),
                ("", Role.TEXT, right("")),
            ]
        )
    return grid


def _step(number: int, budget: int) -> Callable[[int], str]:
    """Return the step, and of how many, if the last one fits."""

    def text(cells: int) -> str:
        of_all = f"{number:,} of {budget:,}"
        fits = len(f"{budget:,} of {budget:,}") <= cells and number <= budget
        return (of_all if fits else f"{number:,}").rjust(cells)

    return text


def _settings(view: RunView, columns: int, *, roomy: bool) -> list[Span]:
    """Return the settings of the steps to come, and say if the step in view had others.

    Where there is too little room, the usual update order is left out first.
    """
    settings = view.settings
    next_ones = not view.latest and settings != view.run.segments.at(view.number).settings
    gap: Span = ("   " if roomy else "  ", Role.NOTHING)
    of_m, of_b = _rates(view)
    rates = {"η": of_b} if settings.standardize else {"η_m": of_m, "η_b": of_b}
    spans: list[Span] = [
        ("next: batch " if next_ones else "batch ", Role.LABEL),
        (_batch(settings.batch_size, view.run.workers), Role.LABEL),
        gap,
    ]
    for name, value in rates.items():
        width = 0 if settings.is_constant else RATE_CELLS
        spans += [(f"{name} ", Role.LABEL), (rate(value).ljust(width), Role.LABEL), gap]
    steps = f"{view.pace:g} step{'s' * (view.pace != 1)}/s"
    pace = "full speed" if math.isinf(view.pace) else steps
    spans += [(pace, Role.LABEL), gap]
    others = [*_unusual(settings), settings.update]
    left = columns - sum(len(text) for text, _ in spans)
    if len(", ".join(others)) > left and settings.update == Settings().update:
        others.pop()
    return [*spans, (", ".join(others), Role.LABEL)]


def _batch(size: int | None, workers: int) -> str:
    """Return the rows of a batch, or those of each worker if all have as many."""
    if size is None:
        return "full"
    return str(size) if workers == 1 or size % workers else f"{workers}×{size // workers}"


def _rates(view: RunView) -> tuple[float, float]:
    """Return the learning rates of m and b: as set, or as a schedule has them at the step."""
    settings, run = view.settings, view.run
    if settings.is_constant or settings != run.segments.at(view.number).settings:
        return settings.learning_rate_m, settings.learning_rate_b
    of_m, of_b = run.rates(max(view.number, 1), 1)
    return float(f"{of_m[0]:.2g}"), float(f"{of_b[0]:.2g}")


def _unusual(settings: Settings) -> list[str]:
    """Return the settings that differ from the defaults, except batch, rates and update order."""
    now, usual, idle = settings.values, Settings().values, settings.without_effect
    unusual = (
        settings.loss.non_defaults
        | settings.optimizer.non_defaults
        | settings.schedule.non_defaults
    )
    return [
        one.about.brief.format(now[one.name])
        for one in Settings.schema()
        if one.about.brief
        and one.name not in idle
        and (one.name in unusual if one.owners else now[one.name] != usual[one.name])
    ]
