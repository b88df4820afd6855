"""The numbers of a run at one of its steps, each in its own place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from rich.cells import cell_len

from linreg_tui.core.quality import quality
from linreg_tui.core.run import Kind, Run, events
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings
from linreg_tui.numbers import (
    above_least,
    above_optimum,
    decimals_for,
    decimals_of_line,
    fixed,
    grouped,
    grouped_loss,
    rate,
    ratio,
)
from linreg_tui.tui.drawing.picture import Picture, Role, Span, lines
from linreg_tui.tui.panes.live.by_hand import Rival
from linreg_tui.tui.prediction import expectation, unpredictable, verdict
from linreg_tui.tui.run_view import RunView

ROOMY_COLUMNS = 73
"""Columns from which the numbers have their full names and places."""

RATE_CELLS = len("5.3e-7")
"""Cells for a learning rate that changes from step to step."""

EVENT_WORDS: dict[Kind, str] = {
    "rose": "the loss rises for the first time",
    "arrived": "first within 1% of the optimum",
    "diverged": "over a thousand times its start",
    "changed": "other settings from here on",
    "branched": "the branch begins",
}


def draw_readout(columns: int, rows: int, view: RunView) -> Picture:
    """Draw the line and how far it is above the optimum, its misses, the settings, and the state.

    With test rows, one more line shows how many there are and the loss on them.
    """
    names, widths, gap = NAMES, WIDTHS, "   " if columns > ROOMY_COLUMNS + 1 else "  "
    if columns < ROOMY_COLUMNS:
        names, widths, gap = SHORT_NAMES, SHORT_WIDTHS, " "
    grid = [
        [
            span
            for (name, role, value), width in zip(row, widths, strict=True)
            for span in (
                (names.get(name, name), Role.LABEL),
                (" " + value(width - cell_len(names.get(name, name)) - 1), role),
                (gap, Role.NOTHING),
            )
        ][:-1]
        for row in _numbers(view)
    ]
    return lines(
        columns,
        rows,
        [*grid, _settings(view, columns, roomy=columns >= ROOMY_COLUMNS), _state(view, columns)],
    )


WIDTHS, SHORT_WIDTHS = (24, 28, 17), (22, 22, 13)
"""Cells for a number with its name, in each of the three columns."""

NAMES: dict[str, str] = {}
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
            (
                "above optimum",
                Role.STRONG,
                right(above),
            ),
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


def _state(view: RunView, columns: int) -> list[Span]:
    """Return the run's state in one sentence, with the key that helps.

    It begins with the state, reversed in its colour, so that it is seen from afar.
    """
    words, role = _sentence(view, columns)
    if view.rival is not None and not view.running and view.latest:
        words = _fitting(columns, words.partition(";")[0], [_against(view.rival)])
    elif view.trace is not None and view.over and view.latest and not view.running:
        words = _fitting(columns, re.split(r"[:;,]| to within", words)[0], [_compared(view)])
    if view.revealed and (predicted := _prediction(view)):
        outcome = re.split(r" to within|[:;]", words)[0]
        words = _fitting(columns, outcome, [f"; predicted{predicted[0]}"])
    head = re.match(r"\S (looking back|fitting by hand|\w+)", words)
    assert head is not None
    rest = Role.BAD if role is Role.BAD_STATE else Role.TEXT
    return [(head[0], role), (words[head.end() :], rest)]


def _compared(view: RunView) -> str:
    """Return when this run and the one before came within 1% of the optimum."""
    assert view.trace is not None
    now, before = view.run, view.trace
    names = _differences(now.settings, before.settings)
    return "".join(
        f"; {name}: {_arrival(run)}" for name, run in zip(names, (now, before), strict=True)
    )


def _arrival(run: Run) -> str:
    arrived = next((event.step for event in events(run) if event.kind == "arrived"), None)
    if arrived is None:
        return f"not within 1% in {run.history.last:,}"
    return f"within 1% in {arrived:,} step{'s' * (arrived != 1)}"


def _differences(now: Settings, before: Settings) -> tuple[str, str]:
    """Return names for two runs by the first setting that differs, a choice before a number."""
    one, other = now.values, before.values
    differing = [each for each in Settings.schema() if one[each.name] != other[each.name]]
    for each in sorted(differing, key=lambda each: not each.choices):
        if each.choices:
            return str(one[each.name]), str(other[each.name])
        if each.kind is bool:
            return (each.about.label, "without") if one[each.name] else ("without", "with")
        if isinstance(one[each.name], float) and isinstance(other[each.name], float):
            label = each.about.label.rpartition(", ")[2]
            return f"{label} {rate(one[each.name])}", rate(other[each.name])
    return "now", "before"


def _against(rival: Rival) -> str:
    """Return whether SGD has beaten an attempt by hand, and when."""
    beaten, above = rival.beaten_at, above_least(rival.run.optimum, rival.excess)
    moves = f"{rival.moves:,} move{'s' * (rival.moves != 1)}"
    when = "not beaten yet" if beaten is None else f"beaten at step {beaten:,}"
    return f"; your {above} in {moves}: {when}"


def _sentence(view: RunView, columns: int) -> Span:
    run, last = view.run, view.run.history.last
    if view.by_hand is not None:
        best = (view.trace or run).history[0]
        above = above_optimum(run.optimum, best.slope, best.intercept)
        words = [f"; best {above} above the optimum", "; enter lets SGD go on"]
        return _fitting(columns, "↕ fitting by hand", words), Role.BACK_STATE
    diverged = run.diverged_at
    if diverged is not None and view.number >= min(diverged, last):
        help_with_it = "; it can't go on, r starts over" if run.overflowed else ""
        return _fitting(
            columns,
            f"{'▶' if view.running else '✗'} diverged at step {diverged:,}",
            [f": {_too_large(view)}", help_with_it or _way_back(view)],
        ), Role.BAD_STATE
    if view.running:
        goal = "on until space" if view.endless else f"to step {run.budget:,}"
        return f"▶ running {goal}", Role.RUN_STATE
    if not view.latest:
        happened = [EVENT_WORDS[event.kind] for event in events(run) if event.step == view.number]
        state = f"◂ looking back: step {view.number:,} of {last:,}"
        state += "".join(f", {words}" for words in happened[:1])
        return _fitting(columns, state, ["; b branches", "; end is the latest"]), Role.BACK_STATE
    if last == 0 or view.settings != run.segments.at(last).settings:
        stable = None if view.prediction is None else view.prediction.stable
        state = "ready" if last == 0 else f"step {last:,}"
        if stable is False:
            return _fitting(columns, f"‖ {state}", _prediction(view)), Role.BAD_STATE
        runs = ["; space runs"] if stable is not None or not expectation(view.settings) else []
        return _fitting(columns, f"‖ {state}", [*_prediction(view), *runs]), Role.REST_STATE
    if last < run.budget:
        return f"‖ paused at step {last:,} of {run.budget:,}; space goes on", Role.REST_STATE
    if run.status == "converged":
        return "✓ converged to within 1% of the optimum; space goes on", Role.GOOD_STATE
    step = run.history[last]
    above = above_optimum(run.optimum, step.slope, step.intercept)
    finished = f"‖ finished, {above} above the optimum"
    if _times_the_limit(view) is not None:  # more steps would lead away
        return _fitting(
            columns, finished, [f": {_too_large(view)}", _way_back(view)]
        ), Role.BAD_STATE
    return f"{finished}; space goes on", Role.REST_STATE


def _fitting(columns: int, state: str, more: list[str]) -> str:
    """Return the state and as much more as fits: first the last part, then the others in order."""
    chosen: set[int] = set()
    places = range(len(more))
    for place in (*places[-1:], *places[:-1]):
        text = state + "".join(more[k] for k in sorted(chosen | {place}))
        if cell_len(text) <= columns:
            chosen.add(place)
    return state + "".join(more[k] for k in sorted(chosen))


def _times_the_limit(view: RunView) -> float | None:
    """Return the rates divided by the largest stable ones; None if not above 1, or unknown."""
    limit = None if view.prediction is None else view.prediction.max_stable_scale
    return None if limit is None or limit >= 1 else 1 / limit


def _too_large(view: RunView) -> str:
    times = _times_the_limit(view)
    if times is None:
        return "the loss is over a thousand times its start"
    return f"the rates are {ratio(times)} the limit"


def _way_back(view: RunView) -> str:
    """Return the keys that make the rates small enough to converge."""
    times = _times_the_limit(view)
    if times is None:
        return ""
    halvings = math.floor(math.log2(times)) + 1
    return f"; press [ {({1: 'once', 2: 'twice'}).get(halvings, f'{halvings} times')}"


def _prediction(view: RunView) -> list[str]:
    """Return what the settings lead to, the most important words first."""
    prediction, left = view.prediction, view.run.budget - view.run.history.last
    if prediction is None:
        return []
    budget = left if left > 0 else MAX_STEPS  # it runs on until paused
    words, limit = f": {verdict(prediction, view.settings, budget)}", prediction.max_stable_scale
    if prediction.stable is None and (expected := expectation(view.settings)):
        return [f": no prediction for {unpredictable(view.settings)}", f"; {expected}"]
    if limit is None:
        return [words]
    if prediction.stable:
        return [words, f"; limit {ratio(limit)} these rates"]
    return [words, f", {_too_large(view)}", _way_back(view)]
