"""The table of a sweep: its progress, by row and as a whole, and its cells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Step
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Trials, grid, over_batch_sizes, over_scales
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.sweeps.table import Columns, SweepTable


def results(data: Dataset, trials: Trials) -> list[Result]:
    return [run_trial(data, trial) for trial in trials]


def test_rows_go_from_waiting_to_their_status(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, [64, 512], repeats=2)
    table = SweepTable(plan, houses.n)
    one, other = table.rows
    assert (table.trials, table.ended, table.fraction) == (4, 0, 0.0)
    assert [one.state, other.state] == ["waiting", "waiting"]
    table.set_step(plan[0], Step(120, 1.0, 2.0, 3.0, 4.0))
    assert one.state == "running"
    assert one.fraction == pytest.approx(120 / 480)
    halfway = table.fraction
    assert 0 < halfway < 0.5
    table.add_results(results(houses, plan[:1]))
    assert (one.state, one.fraction) == ("running", 0.5)
    assert table.fraction > halfway
    table.add_results(results(houses, plan[1:]))
    assert [row.done for row in table.rows] == [True, True]
    assert (other.state, other.fraction) == ("converged", 1.0)
    assert table.fraction == pytest.approx(1.0)


def test_the_state_of_repeats_is_the_worst_of_them(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, [64], repeats=3)
    ended = results(houses, plan)
    for statuses, state in (
        (("converged", "stopped", "converged"), "stopped"),
        (("diverged", "stopped", "converged"), "diverged"),
        (("converged", "converged", "converged"), "converged"),
    ):
        table = SweepTable(plan, houses.n)
        table.add_results(replace(r, status=s) for r, s in zip(ended, statuses, strict=True))  # type: ignore[arg-type]
        assert table.rows[0].state == state


def test_results_may_come_in_any_order(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, [64, 128], repeats=3)
    ended = results(houses, plan)
    forwards, backwards = SweepTable(plan, houses.n), SweepTable(plan, houses.n)
    forwards.add_results(ended)
    for result in reversed(ended):
        backwards.add_results([result])
        assert backwards.rows[result.trial.group].summary is not None
    for one, other in zip(forwards.rows, backwards.rows, strict=True):
        assert one.summary == other.summary
        assert one.first == other.first
        assert one.first is not None
        assert one.first.trial.repeat == 0


def test_rows_are_added_and_dropped(houses: Dataset) -> None:
    plan = over_scales(Settings(), houses.n, [1, 2, 4])
    table = SweepTable(plan.first(1), houses.n)
    for group in plan.groups[1:]:
        table.add_rows(group)
    table.add_results(results(houses, plan[:2]))
    assert table.trials == 3
    assert table.fraction < 1
    table.drop_rows(2)
    assert table.trials == 2
    assert [row.scale for row in table.rows] == [1, 2]
    assert table.fraction == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("values", "varying"),
    [
        ({"batch_size": [32, 64]}, ("batch",)),
        ({"learning_rate_b": [0.1]}, ("batch",)),
        ({"learning_rate_b": [0.1, 0.2], "optimizer": ["sgd", "adam"]}, ("rate b", "optimizer")),
    ],
)
def test_columns_are_the_settings_that_differ(
    houses: Dataset, values: dict[str, list[object]], varying: tuple[str, ...]
) -> None:
    columns = Columns.of(grid(Settings(), values, repeats=2), houses)
    assert set(columns.varying) == {"batch", *varying}
    assert columns.repeats == 2
    assert not columns.scales


def test_scales_show_their_rates(houses: Dataset) -> None:
    plan = over_scales(Settings(), houses.n, [8])
    columns = Columns.of(plan, houses)
    assert columns.scales
    cells = columns.settings(plan[0])
    shown = {name: cells[name] for name in ("scale", *columns.varying)}
    assert shown == {"scale": "8", "batch": "512", "rate m": "8e-7", "rate b": "0.8"}
