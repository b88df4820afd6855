"""Learning curves: what they are of, along which axis, and which part of it."""

from __future__ import annotations

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.smoothing import reach_of, running_mean
from linreg_tui.core.sweep import over_batch_sizes
from linreg_tui.core.trials import run_trial
from linreg_tui.report.curves_svg import svg
from linreg_tui.report.curves_text import text
from linreg_tui.report.learning_curves import AGAINST, FILE_SPANS, CurvesPicture, picture


def drawn(
    data: Dataset, sizes: list[int], against: str = "epochs", repeats: int = 1, **options: object
) -> CurvesPicture:
    plan = over_batch_sizes(Settings(), data.n, sizes, repeats)
    groups = [[run_trial(data, trial) for trial in group] for group in plan.groups]
    labels = [f"batch {size}" for size in sizes]
    return picture("Curves", data, groups, labels, against, **options)  # type: ignore[arg-type]


def test_the_rows_seen_are_the_fair_comparison(houses: Dataset) -> None:
    lasts = {
        against: [curve.places[-1] for curve in drawn(houses, [64, 512], against).curves]
        for against in AGAINST
    }
    assert lasts["steps"] == [240, 30]
    assert lasts["epochs"] == [30, 30]
    assert lasts["rows seen"] == [240 * 64, 30 * 512]


def test_a_curve_is_read_at_each_step(houses: Dataset) -> None:
    settings = Settings(batch_size=64)
    run = Run(houses, settings)
    run.advance(240)
    losses = run.history.columns()[3]
    whole, above = (
        drawn(houses, [64, 512], "steps", above_optimum=above).curves[0] for above in (False, True)
    )
    for step in (0, 1, 100, 239, 240):
        assert whole.at(step) == losses[step]
        assert above.at(step) == pytest.approx(losses[step] - run.optimum.loss)
    assert whole.at(100.4) == losses[100]
    assert whole.at(240.4) == losses[240]
    assert whole.at(241) is None


def test_a_smoothed_curve_is_the_running_mean_less_the_optimum(houses: Dataset) -> None:
    run = Run(houses, Settings(batch_size=32))
    run.advance(510)
    mean = running_mean(run.curve.curve(), reach_of("light", 510)) - run.optimum.loss
    curve = drawn(houses, [32], above_optimum=True, smoothing="light").curves[0]
    assert curve.line == pytest.approx(mean)
    assert curve.mean == pytest.approx(run.history.columns()[3] - run.optimum.loss)
    assert drawn(houses, [32]).curves[0].smooth is None


def test_repeats_have_the_mean_of_their_losses(houses: Dataset) -> None:
    alone = [
        run_trial(houses, trial).curve.mean
        for trial in over_batch_sizes(Settings(), houses.n, [64], 3)
    ]
    curve = drawn(houses, [64], repeats=3).curves[0]
    assert curve.line == pytest.approx(np.mean(alone, axis=0))
    assert (curve.low <= curve.line).all()
    assert (curve.line <= curve.high).all()


def test_a_zoom_has_the_axes_of_the_part_in_view(houses: Dataset) -> None:
    whole = drawn(houses, [512], above_optimum=True)
    part = whole.zoomed(3, 24.0, (4, 4))
    assert 18 <= part.x.low <= 24 <= part.x.high <= 30
    assert part.x.high - part.x.low < 30 / 4
    assert whole.y.high - whole.y.low > 3
    assert part.y.high - part.y.low <= 1
    assert part.curves is whole.curves


def test_a_picture_for_a_file_has_few_spans_of_the_same_curve(houses: Dataset) -> None:
    whole = drawn(houses, [32, 512], smoothing="strong")
    long, short = whole.for_a_file.curves
    assert FILE_SPANS / 2 < len(long.places) <= FILE_SPANS
    assert long.places[0] == 0
    assert long.low[0] == whole.curves[0].low[:4].min()
    assert long.high[1] == whole.curves[0].high[4:8].max()
    assert long.line[1] == pytest.approx(whole.curves[0].line[4:8].mean())
    assert short.places.tolist() == whole.curves[1].places.tolist()
    assert "mean over 10% of a run" in svg(whole.for_a_file)
    assert "o batch 32" in text(whole.for_a_file)
