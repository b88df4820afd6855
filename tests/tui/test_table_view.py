"""The view of a sweep's table: order, filter, columns and marks; and what a form's texts mean."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Curve
from linreg_tui.core.proposal import proposed
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Plan, grid, over_batch_sizes, over_scales
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.tui.drawing.markers import BRAILLE
from linreg_tui.tui.drawing.picture import Picture, Span
from linreg_tui.tui.panes.sweep.recipe import (
    GRID,
    KINDS,
    SCALES,
    SIZES,
    UNTIL,
    Recipe,
    initial_texts,
    read,
    reused_texts,
    suited,
)
from linreg_tui.tui.panes.sweep.sweep_run import SweepRun
from linreg_tui.tui.panes.sweep.table_view import UNFINISHED, TableView
from linreg_tui.tui.panes.sweep.trial_table import SPARK_CELLS, TrialTable, spark

GRID_OF_SIX: dict[str, list[object]] = {
    "batch_size": [64, None],
    "learning_rate_m": [4e-7, 1e-7, 1e-5],
}


@pytest.fixture
def view(houses: Dataset) -> TableView:
    """Six finished rows, of which two diverged."""
    plan = grid(Settings(), GRID_OF_SIX)
    made = TableView(houses, plan)
    made.table.add_results(run_trial(houses, trial) for trial in plan)
    return made


def groups(view: TableView) -> list[int]:
    return [row.group for row in view.rows]


def test_rows_are_in_the_plans_order_and_diverged_ones_last_when_sorted(
    view: TableView,
) -> None:
    assert groups(view) == [0, 1, 2, 3, 4, 5]
    assert [row.state == "diverged" for row in view.rows] == [False, False, True] * 2
    for column in view.names[:-1]:  # the last is a picture
        view.column = column
        view.sort()
        ascending = groups(view)
        view.sort()
        descending = groups(view)
        assert set(ascending[4:]) == set(descending[4:]) == {2, 5}
        view.sort()
        assert groups(view) == [0, 1, 2, 3, 4, 5]
    view.column = "above"
    view.sort()
    excess = [row.summary.excess.mean for row in view.rows if row.summary is not None]
    assert excess[:4] == sorted(excess[:4])
    view.column = "batch"
    view.sort()
    assert [row.settings.batch_size for row in view.rows[:4]] == [64, 64, None, None]


def test_the_cursor_stays_on_its_row_when_the_order_changes(view: TableView) -> None:
    view.go(3)
    assert view.here is not None
    assert view.here.group == 3
    view.column = "rate m"
    view.sort()
    view.sort()
    assert view.here.group == 3
    view.go(100)
    assert view.place(view.rows) == 5
    view.go(-100)
    assert view.place(view.rows) == 0


def test_the_filter_cycles_through_the_states_of_the_rows(view: TableView) -> None:
    states = {row.state for row in view.table.rows}
    seen = []
    for _ in range(len(states)):
        view.filter()
        assert view.only is not None
        assert {row.state for row in view.rows} == {view.only}
        assert {row.state for row, _ in view.overlaid()} == {view.only}
        seen.append(view.only)
    assert set(seen) == states
    view.filter()
    assert view.only is None


def test_a_heading_is_whole_or_left_out_with_an_ellipsis(view: TableView) -> None:
    table = TrialTable(lambda: view, BRAILLE)
    for columns in range(38, 130):
        heading = text(table.draw_view(columns, 8))[0]
        shown = set(re.split(" {2,}", heading.removesuffix(" …").strip()))
        left_out = set(view.names) - shown
        assert shown <= set(view.names)
        assert heading.endswith(" …") == bool(left_out)
    assert not left_out


def test_columns_are_hidden_but_not_the_last(view: TableView) -> None:
    names = view.names
    view.column = names[-1]
    for count in range(len(names) - 1, 0, -1):
        view.hide()
        assert len(view.names) == count
        assert view.column in view.names
    view.hide()
    assert len(view.names) == 1


def test_marks_keep_their_ink(view: TableView) -> None:
    assert view.marked == {group: group for group in range(6)}
    view.go(1)
    view.mark()
    assert 1 not in view.marked
    view.mark_all()
    assert view.marked[1] == 1
    view.mark_all()
    assert view.marked == {}
    assert [row.group for row, _ in view.overlaid()] == [1]


def test_many_rows_are_not_marked_from_the_start(houses: Dataset) -> None:
    assert TableView(houses, grid(Settings(), {"seed": range(7)})).marked == {}


def test_the_prediction_is_shown_until_the_sweep_starts(houses: Dataset) -> None:
    made = TableView(houses, over_batch_sizes(Settings(), houses.n))
    assert made.cells(made.rows[0])["status"] == ""
    made.phase = "running"
    assert made.cells(made.rows[0])["status"] == "waiting"


@cache
def long_plan(n: int) -> Plan:
    return over_batch_sizes(Settings(), n, [32, 64, 128, 256, 512, 99, 98, 97], repeats=2000)


def under_way(data: Dataset, kind: str, cluster: str = "") -> SweepRun:
    """Return a sweep that is partly done and has more rows than are in sight."""
    sweep_run = SweepRun(data, Recipe(kind, Settings(), long_plan(data.n), cluster=cluster))
    sweep_run.begin()
    sweep_run.table_view.table.ended = 9_999
    return sweep_run


def text_of(spans: list[Span]) -> str:
    return "".join(text for text, _ in spans)


@pytest.mark.parametrize(("columns", "bar"), [(48, 4), (54, 12), (76, 8), (90, 8), (150, 12)])
def test_the_bar_is_left_out_before_the_key_that_cancels(
    houses: Dataset, columns: int, bar: int
) -> None:
    for kind in KINDS:
        sweep_run = under_way(houses, kind)
        head = text_of(sweep_run.head(columns))
        assert head.startswith(kind)
        assert head.endswith(f"9,999/{sweep_run.table_view.table.trials:,}  ctrl+x cancels")
        assert len(head) == columns or (columns < 54 and kind == UNTIL)
        assert kind != SIZES or head.count("░") == bar


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("local:1", "starting 1 process"),
        ("local:2", "starting 2 processes"),
        ("tcp://there:8786", "connecting to tcp://there:8786"),
        (f"tcp://{'x' * 80}:8786", "connecting"),
    ],
)
def test_it_says_what_it_waits_for(houses: Dataset, address: str, words: str) -> None:
    sweep_run = under_way(houses, SIZES, address)
    assert sweep_run.connecting
    head = text_of(sweep_run.head(76))
    assert f" {words}  ctrl+x cancels" in head
    assert len(head) == 76
    sweep_run.place = f"2 workers at {address}"
    assert not sweep_run.connecting
    assert sweep_run.title == f"4 Sweep over batch sizes · 0% on 2 workers at {address}"
    head = text_of(sweep_run.head(80))
    assert head.startswith("batch sizes   on 2 workers")
    assert head.endswith(" 9,999/16,000  ctrl+x cancels")
    assert (f" at {address} " in head) == (len(address) < 20)
    for phase in UNFINISHED:
        sweep_run.end(phase)
        assert "workers" not in text_of(sweep_run.head(76))
        assert sweep_run.table_view.cells(sweep_run.table_view.rows[0])["status"] == phase
        assert text_of(sweep_run.head(76)).endswith(f"{phase}, 9,999/16,000  g goes on here")
    sweep_run.begin()
    assert sweep_run.connecting


def result(data: Dataset, losses: list[float]) -> Result:
    one = run_trial(data, over_batch_sizes(Settings(epochs=1), data.n, [None])[0])
    values = np.array(losses)
    return replace(one, steps=len(losses) - 1, curve=Curve(1, len(losses), values, values, values))


def test_a_sparkline_falls_from_the_start_to_the_optimum(houses: Dataset) -> None:
    least = houses.line.loss
    falling = spark([result(houses, [least * f for f in (20, 4, 2, 1.1, 1)])], "01234")
    assert len(falling) == SPARK_CELLS
    assert falling[0] == "4"
    assert falling[-1] == "0"
    assert sorted(falling, reverse=True) == list(falling)
    rising = spark([result(houses, [least * 20, least * 1e5, 1e300])], "01234")
    assert set(rising) == {"4"}


def text(drawn: Picture) -> list[str]:
    return ["".join(map(chr, row)).rstrip() for row in drawn.glyphs.tolist()]


def typed(data: Dataset, **texts: str) -> tuple[Recipe | None, dict[str, str]]:
    return read(initial_texts(Settings(), data) | texts, Settings(), data)


def test_the_form_begins_with_the_notebooks_sweeps(houses: Dataset) -> None:
    plans = {}
    for kind in KINDS:
        recipe, wrong = typed(houses, over=kind)
        assert wrong == {}
        assert recipe is not None
        plans[kind] = recipe.plan
    assert plans[SIZES] == over_batch_sizes(Settings(), houses.n)
    assert plans[SCALES] == plans[UNTIL].first(4) == over_scales(Settings(), houses.n, [1, 2, 4, 8])
    assert [trial.settings for trial in plans[GRID]] == [Settings()]


def test_a_grid_is_every_combination(houses: Dataset) -> None:
    recipe, _ = typed(
        houses,
        over=GRID,
        batch_size="64, full",
        learning_rate_m="1e-7,2e-7",
        optimizer="sgd,adam",
        repeats="3",
        epochs="7",
    )
    assert recipe is not None
    assert len(recipe.plan) == 2 * 2 * 2 * 3
    assert recipe.plan.repeats == 3
    assert {trial.settings.epochs for trial in recipe.plan} == {7}
    again = read(initial_texts(Settings(), houses) | reused_texts(recipe), Settings(), houses)[0]
    assert again is not None
    assert len(again.plan) == len(recipe.plan)


def test_each_optimizer_and_loss_of_a_grid_has_rates_that_suit_it(houses: Dataset) -> None:
    start = Settings.of(learning_rate_m=3e-7, epochs=40)
    grid_of_six = {"over": GRID, "optimizer": "sgd,adam", "loss": "squared,absolute,huber"}
    recipe, _ = read(initial_texts(start, houses) | grid_of_six, start, houses)
    assert recipe is not None
    settings = [one for one, _ in suited(recipe, houses).plan.variants]
    assert start in settings
    for one in settings:
        if one != start:
            words = {"optimizer": one.optimizer.name, "loss": one.loss.name}
            assert one == replace(proposed(houses, **words), epochs=40)
    assert len(settings) == 6


def test_given_rates_of_a_grid_are_used_for_all(houses: Dataset) -> None:
    recipe, _ = typed(houses, over=GRID, optimizer="sgd,adam", learning_rate_b="0.5")
    assert recipe is not None
    settings = [one for one, _ in suited(recipe, houses).plan.variants]
    assert {one.learning_rate_b for one in settings} == {0.5}
    assert len({one.learning_rate_m for one in settings}) == 2


@pytest.mark.parametrize(
    ("texts", "where", "why"),
    [
        ({"over": GRID, "learning_rate_b": "auto,1"}, "learning_rate_b", "'auto' is not a number"),
        ({"sizes": "32,many"}, "sizes", "'many' is not a whole number"),
        ({"sizes": ""}, "sizes", "a whole number is missing"),
        ({"sizes": "552"}, "sizes", "a batch of 552 is not possible with 551 rows"),
        ({"repeats": "0"}, "repeats", "choose 1 or more"),
        ({"repeats": "1000000"}, "repeats", "choose fewer repeats"),
        ({"epochs": "x"}, "epochs", "'x' is not a whole number"),
        ({"epochs": "0"}, "epochs", "0 epochs leave nothing to train"),
        ({"over": SCALES, "scales": "1,-2"}, "scales", "a scale of -2 is not possible"),
        ({"over": SCALES, "scales": "1,,2"}, "scales", "a number is missing"),
        ({"over": GRID, "optimizer": "sgd,[red]"}, "optimizer", "'[red]' is not possible: choose"),
        ({"over": GRID, "learning_rate_m": "0"}, "learning_rate_m", "learning rate of 0 for m"),
        ({"over": GRID, "learning_rate_b": "inf"}, "learning_rate_b", "learning rate of inf for b"),
    ],
)
def test_a_fault_is_shown_at_its_field(
    houses: Dataset, texts: dict[str, str], where: str, why: str
) -> None:
    recipe, wrong = typed(houses, **texts)
    assert recipe is None
    assert list(wrong) == [where]
    assert why in wrong[where]
    assert "\n" not in wrong[where]
