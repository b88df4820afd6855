"""The sweep: choosing it, watching it, and the keys of its table."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from linreg_tui.cluster import connection
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import over_batch_sizes
from linreg_tui.core.tipping import tipping_scale
from linreg_tui.core.trials import run_trial
from linreg_tui.report.records import TRIAL_FIELDS
from linreg_tui.sweeps.table import Row
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.base import Field
from linreg_tui.tui.dialogs.export import ExportScreen
from linreg_tui.tui.dialogs.sweep import SweepForm
from linreg_tui.tui.drawing.plot import Plot
from linreg_tui.tui.keys import KEYS, LIVE_KEYS, SWEEP_KEYS
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.panes.sweep.pane import SweepPane
from linreg_tui.tui.panes.sweep.recipe import UNTIL, Recipe, default_recipe
from linreg_tui.tui.panes.sweep.trial_table import TrialTable
from tests.sweeps.test_run_trials import Leaving
from tests.thorough import first_of
from tests.tui.seeing import resize, screen, until

SIZES = ["32", "64", "128", "256", "512"]
ENDED = {"converged", "stopped"}


@asynccontextmanager
async def opened(
    data: Dataset, settings: Settings | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:
    app = LinregApp(data, settings or Settings())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


def run(pilot: Pilot[None], recipe: Recipe) -> None:
    """Run a sweep as the form does."""
    assert isinstance(pilot.app, LinregApp)
    pilot.app.run_sweep(recipe)


def pane(pilot: Pilot[None]) -> SweepPane:
    return pilot.app.screen_stack[0].query_one(SweepPane)


def statuses(pilot: Pilot[None]) -> set[str]:
    table_view = pane(pilot).sweep_run.table_view
    return {table_view.cells(row)["status"] for row in table_view.table.rows}


async def done(pilot: Pilot[None]) -> None:
    await until(lambda: pane(pilot).sweep_run.phase == "done")
    await pilot.pause()


@asynccontextmanager
async def swept(data: Dataset, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """Open the application, and run the notebook's sweep alone on the screen."""
    async with opened(data, size=size) as pilot:
        await pilot.press("w", "enter")
        await done(pilot)
        yield pilot


async def choose(pilot: Pilot[None], kind: str, **texts: str) -> SweepForm:
    """Open the form and fill it in."""
    await pilot.press("w")
    await until(lambda: isinstance(pilot.app.screen, SweepForm))
    form = pilot.app.screen
    assert isinstance(form, SweepForm)
    for name, text in {"over": kind, **texts}.items():
        form.query_one(f"#field-{name}", Field).text = text
    form.check()
    await pilot.pause()
    return form


async def test_a_sweep_is_predicted_before_it_runs(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await until(lambda: statuses(pilot) == {"→ stable"})
        await pilot.press(*["right_square_bracket"] * 3)
        await until(lambda: statuses(pilot) == {"→ unstable"})


@pytest.mark.parametrize("size", first_of([(80, 24), (100, 32), (200, 60)]))
async def test_the_table_fills_in(houses: Dataset, size: tuple[int, int]) -> None:
    async with swept(houses, size) as pilot:
        text = screen(pilot)
        assert statuses(pilot) <= ENDED
        assert "done, 5/5 trainings" in text
        for batch, trial in zip(SIZES, over_batch_sizes(Settings(), houses.n), strict=True):
            result = run_trial(houses, trial)
            line = next(row for row in text.splitlines() if f" {batch} " in row and "%" in row)
            assert f"{result.slope:.2f}" in line
            assert f"{result.intercept:.2f}" in line
            assert result.status in line
            assert "█" in line
        assert all(f"{glyph} {batch}" in text for glyph, batch in zip("●■▲◆▼", SIZES, strict=True))
        await pilot.press("0")
        await pilot.pause()
        if size[0] >= 100:
            assert all(f" {batch} " in screen(pilot) for batch in SIZES)


async def test_scales_until_it_diverges_and_where_it_tips(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        form = await choose(pilot, UNTIL)
        assert form.recipe is not None
        assert len(form.recipe.first_plan) == 4
        await pilot.press("enter")
        await done(pilot)
        scales = [row.scale for row in pane(pilot).sweep_run.table_view.table.rows]
        assert scales == [1, 2, 4, 8]
        tipping = tipping_scale(houses, Settings())
        between = f"{tipping.stable:.4g} and {tipping.diverged:.4g}"
        assert f"tips between scales {between}" in screen(pilot)
        assert "diverged at 14" in screen(pilot)


@pytest.mark.thorough
async def test_more_scales_are_tried_if_none_of_the_first_diverges(houses: Dataset) -> None:
    small = Settings(learning_rate_m=1e-8, learning_rate_b=1e-2)
    async with opened(houses, small) as pilot:
        await choose(pilot, UNTIL)
        await pilot.press("enter")
        await done(pilot)
        table = pane(pilot).sweep_run.table_view.table
        assert [row.scale for row in table.rows[:5]] == [1, 2, 4, 8, 16]
        assert [row.state == "diverged" for row in table.rows] == [False] * (
            len(table.rows) - 1
        ) + [True]
        assert table.fraction == pytest.approx(1)


@pytest.mark.thorough
async def test_scales_that_are_not_trained_lose_their_marks(houses: Dataset) -> None:
    settings = Settings(learning_rate_m=8e-7, learning_rate_b=0.8)
    async with opened(houses, settings) as pilot:
        await choose(pilot, UNTIL)
        await pilot.press("enter")
        await done(pilot)
        table_view = pane(pilot).sweep_run.table_view
        assert [row.state for row in table_view.table.rows] == ["diverged"]
        assert list(table_view.marked) == [0]
        assert [row.group for row, _ in table_view.overlaid()] == [0]


@pytest.mark.thorough
async def test_a_prediction_is_not_cut_within_a_word(houses: Dataset) -> None:
    async with opened(houses, size=(80, 24)) as pilot:
        await pilot.press("w", "right")
        await until(lambda: "will diverge" in screen(pilot))
        assert "within 1% in about 16 steps " in screen(pilot)
        assert "…" not in screen(pilot)


async def test_the_form_shows_cost_and_prediction(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await pilot.press("w")
        await until(lambda: "will keep trembling" in screen(pilot))
        assert "5 trainings, 960 steps, less than a second" in screen(pilot)
        form = await choose_again(pilot, sizes="551,full", repeats="10")
        assert "20 trainings, 600 steps" in screen(pilot)
        await until(lambda: screen(pilot).count("will converge in about 5 steps") == 2)
        await choose_again(pilot, sizes="999")
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is form
        assert "a batch of 999 is not possible with 551 rows" in screen(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert pane(pilot).sweep_run.phase == "offered"


async def choose_again(pilot: Pilot[None], **texts: str) -> SweepForm:
    form = pilot.app.screen
    assert isinstance(form, SweepForm)
    for name, text in texts.items():
        form.query_one(f"#field-{name}", Field).text = text
    form.check()
    await pilot.pause()
    return form


@pytest.mark.thorough
async def test_the_form_starts_with_the_last_sweep(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await choose(pilot, "batch sizes", sizes="100,200", repeats="2")
        await pilot.press("enter")
        await done(pilot)
        await pilot.press("w")
        await until(lambda: "100,200" in screen(pilot))


@pytest.mark.parametrize("size", first_of([(60, 16), (80, 24)]))
async def test_all_fields_of_a_grid_can_be_reached(houses: Dataset, size: tuple[int, int]) -> None:
    async with opened(houses, size=size) as pilot:
        form = await choose(pilot, "a grid")
        asked = [field for field in form.fields if field.display]
        assert len(asked) == 12
        reached = set()
        for _ in asked:
            reached |= {field.setting for field in asked if field.focused}
            focused = next(field for field in asked if field.focused)
            assert pilot.app.screen.region.contains_region(focused.region)
            await pilot.press("down")
        assert len(reached) == 12


async def test_a_row_goes_to_the_live_view_with_its_run(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        await pilot.press("down", "down", "enter")
        live = pilot.app.query_one(LivePane)
        await until(lambda: live.view.number == 120)
        assert live.region.area
        trial = over_batch_sizes(Settings(), houses.n)[2]
        assert live.view.settings == trial.settings
        last = live.view.run.history[120]
        result = run_trial(houses, trial)
        assert (last.slope, last.intercept) == (result.slope, result.intercept)
        await pilot.press("left")
        assert live.view.number == 119


async def test_keys_of_the_table(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        table_view = pane(pilot).sweep_run.table_view
        await pilot.press("space")
        assert 0 not in table_view.marked
        await pilot.press("m")
        assert len(table_view.marked) == 5
        await pilot.press("end")
        assert table_view.here is not None
        assert table_view.here.group == 4
        assert "▸" in screen(pilot)
        await pilot.press("home", "pagedown", "pageup", "down", "up")
        assert table_view.here.group == 0
        await pilot.press("right", "right", "s")
        assert table_view.sorted_by == "slope"
        await pilot.pause()
        assert "slope ↑" in screen(pilot)
        await pilot.press("h")
        await pilot.pause()
        assert "slope" not in screen(pilot).splitlines()[2]
        await pilot.press("H", "f")
        await pilot.pause()
        assert "slope" in screen(pilot).splitlines()[2]
        assert "converged: 4 of 5" in screen(pilot).splitlines()[1]


async def test_a_key_of_the_table_may_come_before_it_is_painted(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        table_view = pane(pilot).sweep_run.table_view
        pane(pilot).action_go_column(1)
        assert table_view.column == table_view.names[1]


async def test_every_column_can_be_reached(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        names = pane(pilot).sweep_run.table_view.names
        for name in names:
            await pilot.pause()
            heading = screen(pilot).splitlines()[2]
            assert name in heading.split()
            assert heading.rstrip().endswith("…")  # not all of them at once
            await pilot.press("right")


@pytest.mark.thorough
async def test_curves_against_steps_epochs_and_rows_seen(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        for label in ("epochs →", "steps →", "rows seen →", "epochs →"):
            assert label in screen(pilot)
            await pilot.press("a")
            await pilot.pause()
        assert "loss above optimum" in screen(pilot)
        await pilot.press("y")
        await pilot.pause()
        assert "↑ loss " in screen(pilot)


async def test_the_live_panes_keys_are_off_while_the_sweep_has_the_keyboard(
    houses: Dataset,
) -> None:
    async with swept(houses) as pilot:
        live = pilot.app.query_one(LivePane)
        await pilot.press("right_square_bracket", "plus", "l")
        assert live.view.settings == Settings()
        assert "rates" not in screen(pilot).splitlines()[-1]
        await pilot.press("0", "right_square_bracket")
        assert live.view.settings.learning_rate_b == 0.2
        await pilot.pause()
        assert "rates" in screen(pilot).splitlines()[-1]


@pytest.mark.thorough
async def test_help_shows_the_keys_of_the_sweep(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        keys = [key for key in (*SWEEP_KEYS, *KEYS) if key not in LIVE_KEYS]
        meanings = {key.pair or key.meaning for key in keys}
        assert all(meaning in screen(pilot) for meaning in meanings)


async def test_cancelling_keeps_the_results_so_far(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        run(pilot, default_recipe(Settings(epochs=20_000), houses))
        await until(lambda: pane(pilot).sweep_run.table_view.table.ended > 0)
        await pilot.press("ctrl+x")
        await until(lambda: pane(pilot).sweep_run.phase == "cancelled")
        await pilot.pause()
        assert "cancelled" in screen(pilot)
        table = pane(pilot).sweep_run.table_view.table
        taken = table.ended
        assert 0 < taken < 5
        assert table.rows[0].done
        await pilot.pause(0.3)
        assert table.ended == taken


@pytest.mark.thorough
async def test_trials_that_a_cluster_left_are_trained_here(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "Cluster", lambda _: Leaving(lasts=2))
    async with opened(houses) as pilot:
        await choose(pilot, UNTIL, cluster="tcp://there:8786", repeats="3")
        assert "on tcp://there:8786" in screen(pilot)
        await pilot.press("enter")
        await until(lambda: pane(pilot).sweep_run.phase == "cut off")
        assert [len(row.results) for row in pane(pilot).sweep_run.table_view.table.rows] == [
            2,
            0,
            0,
            0,
        ]
        await pilot.pause()
        assert "cut off, 2/12  g goes on here" in screen(pilot)
        assert not any(word in screen(pilot) for word in ("running", "waiting", "cancelled"))
        await pilot.press("g")
        await done(pilot)
        rows = pane(pilot).sweep_run.table_view.table.rows
        repeats = [sorted(result.trial.repeat for result in row.results) for row in rows]
        assert repeats == [[0, 1, 2]] * 4
        assert rows[3].state == "diverged"
        assert pane(pilot).sweep_run.tipping is not None


async def test_the_title_says_that_it_connects_and_then_where_it_runs(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters: list[Leaving] = []

    def cluster(_: str) -> Leaving:
        clusters.append(Leaving(lasts=9))
        clusters[-1].ready = Future()
        return clusters[-1]

    monkeypatch.setattr(connection, "Cluster", cluster)
    async with opened(houses) as pilot:
        recipe = replace(default_recipe(Settings(), houses), cluster="tcp://[fe80::1]:8786")
        run(pilot, recipe)
        await until(lambda: bool(clusters))
        await pilot.pause()
        assert "connecting to tcp://[fe80::1]:8786  ctrl+x cancels" in screen(pilot)
        assert "done" not in screen(pilot)
        clusters[0].ready.set_exception(InputError("nobody answers"))
        await until(lambda: pane(pilot).sweep_run.phase == "no cluster")
        await pilot.pause()
        assert "no cluster, 0/5  g goes on here" in screen(pilot)
        assert "cancelled" not in screen(pilot)
        await pilot.press("g")
        await done(pilot)
        assert statuses(pilot) <= ENDED
        assert len(clusters) == 1


@pytest.mark.thorough
async def test_the_form_says_that_an_address_is_wrong(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        form = await choose(pilot, "batch sizes", cluster="there")
        assert form.recipe is None
        assert "not the address of a cluster" in screen(pilot)


@pytest.mark.thorough
async def test_a_long_trial_shows_its_progress(houses: Dataset) -> None:
    long = Settings(batch_size=512, epochs=9_000_000)
    recipe = Recipe("batch sizes", long, over_batch_sizes(long, houses.n, [512]))
    async with opened(houses, size=(120, 40)) as pilot:
        run(pilot, recipe)
        row = pane(pilot).sweep_run.table_view.table.rows[0]
        await until(lambda: row.under_way is not None and row.fraction > 0.0005)
        await until(lambda: "running" in screen(pilot) and "88." in screen(pilot))
        began = asyncio.get_running_loop().time()
        await pilot.press("ctrl+x")
        await until(lambda: pane(pilot).sweep_run.phase == "cancelled")
        assert asyncio.get_running_loop().time() - began < 5  # of about half a minute


@pytest.mark.thorough
async def test_another_sweep_replaces_the_one_that_is_running(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        run(pilot, default_recipe(Settings(epochs=200_000), houses))
        first = pane(pilot).sweep_run
        await until(lambda: first.table_view.table.rows[0].state == "running")
        run(pilot, default_recipe(Settings(), houses))
        await done(pilot)
        assert statuses(pilot) <= ENDED
        await until(lambda: first.phase == "cancelled")


@pytest.mark.thorough
async def test_only_what_changes_is_repainted(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with swept(houses) as pilot:
        table = pilot.app.query_one(TrialTable)
        repainted: list[int] = []
        refresh = Plot.refresh

        def counted(self: Plot, *regions: object, **options: object) -> Plot:
            if self is table:
                repainted.append(sum(region.area for region in regions))  # type: ignore[attr-defined]
            return refresh(self, *regions, **options)  # type: ignore[arg-type]

        assert "512" in screen(pilot)
        monkeypatch.setattr(Plot, "refresh", counted)
        pane(pilot).redraw()
        assert repainted == []
        rows = pane(pilot).sweep_run.table_view.table.rows
        changed = Row(rows[3].trials, houses.n)
        changed.prediction = rows[3].prediction
        changed.results = [replace(rows[3].results[0], slope=12.0)]
        rows[3] = changed
        pane(pilot).redraw()
        assert len(repainted) == 1
        assert 0 < repainted[0] < 10


@pytest.mark.thorough
async def test_clicks(houses: Dataset) -> None:
    async with swept(houses) as pilot:
        table, table_view = pilot.app.query_one(TrialTable), pane(pilot).sweep_run.table_view
        await pilot.click(table, offset=(12, 3))
        assert table_view.here is not None
        assert table_view.here.group == 2
        await pilot.click(table, offset=(1, 4))
        assert 3 not in table_view.marked
        heading = screen(pilot).splitlines()[2]
        await pilot.click(table, offset=(heading.index("above"), 0))
        assert table_view.sorted_by == "above"


@pytest.mark.thorough
async def test_few_rows_get_a_sweep_too() -> None:
    x = np.arange(9.0)
    data = Dataset("made", "x", "y", x, 3 * x + np.sin(x))
    async with opened(data, Settings(learning_rate_m=1e-3)) as pilot:
        await pilot.press("w", "enter")
        await done(pilot)
        sizes = [row.settings.batch_size for row in pane(pilot).sweep_run.table_view.table.rows]
        assert sizes == [1, 2, 4, 9]


@pytest.mark.thorough
async def test_a_sweep_of_many_rows_scrolls(houses: Dataset) -> None:
    async with opened(houses) as pilot:
        await choose(pilot, "a grid", batch_size="32,64,128,256,512", optimizer="sgd,adam,momentum")
        await pilot.press("enter")
        await done(pilot)
        assert "row 1 of 15" in screen(pilot)
        await pilot.press("end")
        await pilot.pause()
        assert "row 15 of 15" in screen(pilot)
        assert re.search(r"512 .* momentum", screen(pilot))


@pytest.mark.thorough
async def test_every_size_can_be_drawn(houses: Dataset) -> None:
    async with swept(houses, (120, 40)) as pilot:
        for size in [(1, 1), (20, 5), (60, 16), (61, 33), (100, 32), (300, 100), (80, 24)]:
            await resize(pilot, *size)
            await pilot.press("4")
            await pilot.pause()


async def test_the_sweep_is_exported(
    houses: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with swept(houses) as pilot:
        await pilot.press("x")
        await until(lambda: "writes linreg-sweep.csv" in screen(pilot))
        await pilot.press(*["down"] * 4, "enter")
        await until(lambda: not isinstance(pilot.app.screen, ExportScreen))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"linreg-sweep.{end}" for end in ("csv", "json", "svg", "txt")]
    found = json.loads((tmp_path / "linreg-sweep.json").read_text())
    assert [trial["batch_size"] for trial in found["trials"]] == [32, 64, 128, 256, 512]
    assert all(list(trial) == list(TRIAL_FIELDS) for trial in found["trials"])
    rows = (tmp_path / "linreg-sweep.csv").read_text().splitlines()
    config = [f"config_{one.name}" for one in Settings.schema()]
    optimum = ["optimum_slope", "optimum_intercept", "optimum_loss"]
    at = TRIAL_FIELDS.index("optimum")
    assert rows[0].split(",") == [*TRIAL_FIELDS[:at], *optimum, "test_n", "test_loss", *config]
    assert all(trial["config"]["optimizer"] == "sgd" for trial in found["trials"])
    assert len(rows) == 6
    assert "batch 512" in (tmp_path / "linreg-sweep.svg").read_text()
    assert "loss above optimum" in (tmp_path / "linreg-sweep.txt").read_text()
