"""The state of a run in one line: a filled word, and what it means or which key helps."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.cells import cell_len

from linreg_tui.core.run import Kind, Run, events
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings
from linreg_tui.numbers import above_least, above_optimum, rate, ratio
from linreg_tui.tui.drawing.picture import Role, Span
from linreg_tui.tui.panes.live.by_hand import Rival
from linreg_tui.tui.prediction import expectation, unpredictable, verdict
from linreg_tui.tui.run_view import RunView

EVENT_WORDS: dict[Kind, str] = {
    "rose": "the loss rises for the first time",
    "arrived": "first within 1% of the optimum",
    "diverged": "over a thousand times its start",
    "changed": "other settings from here on",
    "branched": "the branch begins",
}


@dataclass(frozen=True, slots=True)
class State:
    """A state with its role, the words that belong to it, and more, the most important last."""

    word: str
    role: Role
    words: str
    more: list[str]


def state_line(view: RunView, columns: int) -> list[Span]:
    """Return the state, filled with its colour so that it is seen from afar, and more words."""
    state = _state(view)
    words, more = state.words, state.more
    if view.latest and not view.running and view.by_hand is None:
        if view.rival is not None:
            words, more = "", [words, _against(view.rival)]
        elif view.trace is not None and view.over:
            words, more = "", [words, _compared(view, view.trace)]
        elif view.revealed and (predicted := _prediction(view)):
            words, more = "", [words, f"; predicted{predicted[0]}"]
    words += _fitting(columns - cell_len(state.word + words), more)
    return [
        (state.word, state.role),
        (words, Role.BAD if state.role is Role.BAD_STATE else Role.TEXT),
    ]


def _state(view: RunView) -> State:
    run, last = view.run, view.run.history.last
    if view.by_hand is not None:
        best, words = view.by_hand.best, ": the arrows tilt and move the line"
        if best is not None:
            line = best.history[0]
            above = above_optimum(run.optimum, line.slope, line.intercept)
            words = f"; best {above} above the optimum"
        return State("↕ fitting by hand", Role.BACK_STATE, words, ["; enter lets SGD go on"])
    diverged = run.diverged_at
    if diverged is not None and view.number >= min(diverged, last):
        mark = "▶" if view.running else "✗"
        help_with_it = "; it can't go on, r starts over" if run.overflowed else _way_back(view)
        more = [f": {_too_large(view)}", help_with_it]
        return State(f"{mark} diverged", Role.BAD_STATE, f" at step {diverged:,}", more)
    if view.running:
        goal = " on until space" if view.endless else f" to step {run.budget:,}"
        return State("▶ running", Role.RUN_STATE, goal, [])
    if not view.latest:
        happened = [EVENT_WORDS[event.kind] for event in events(run) if event.step == view.number]
        at = "".join([f": step {view.number:,} of {last:,}", *(f", {one}" for one in happened[:1])])
        more = ["; b branches", "; end is the latest"]
        return State("◂ looking back", Role.BACK_STATE, at, more)
    if last == 0 or view.settings != run.segments.at(last).settings:
        return _before_training(view)
    if last < run.budget:
        at = f" at step {last:,} of {run.budget:,}"
        return State("‖ paused", Role.REST_STATE, at, ["; space goes on"])
    if run.status == "converged":
        near = " to within 1% of the optimum"
        return State("✓ converged", Role.GOOD_STATE, near, ["; space goes on"])
    step = run.history[last]
    above = f", {above_optimum(run.optimum, step.slope, step.intercept)} above the optimum"
    if _times_the_limit(view) is not None:  # more steps would lead away
        more = [f": {_too_large(view)}", _way_back(view)]
        return State("‖ finished", Role.BAD_STATE, above, more)
    return State("‖ finished", Role.REST_STATE, above, ["; space goes on"])


def _before_training(view: RunView) -> State:
    """Return the state before the first step, or the first with other settings."""
    last = view.run.history.last
    stable = None if view.prediction is None else view.prediction.stable
    word = "‖ ready" if last == 0 else f"‖ step {last:,}"
    if stable is False:
        return State(word, Role.BAD_STATE, "", _prediction(view))
    runs = ["; space runs"] if stable is not None or not expectation(view.settings) else []
    return State(word, Role.REST_STATE, "", [*_prediction(view), *runs])


def _fitting(columns: int, more: list[str]) -> str:
    """Return as much as fits: first the last part, then the others in order."""
    chosen: set[int] = set()
    places = range(len(more))
    for place in (*places[-1:], *places[:-1]):
        if cell_len("".join(more[k] for k in chosen | {place})) <= columns:
            chosen.add(place)
    return "".join(more[k] for k in sorted(chosen))


def _compared(view: RunView, before: Run) -> str:
    """Return when this run and the one before came within 1% of the optimum."""
    names = _differences(view.run.settings, before.settings)
    runs = zip(names, (view.run, before), strict=True)
    return "".join(f"; {name}: {_arrival(run)}" for name, run in runs)


def _arrival(run: Run) -> str:
    arrived = next((event.step for event in events(run) if event.kind == "arrived"), None)
    if arrived is None:
        return f"not within 1% in {run.history.last:,} steps"
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
