"""Time of redrawing the two plots of the live view, in this process and with its own classes."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.fit import FitPicture
from linreg_tui.tui.drawing.loss import LossPicture
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.drawing.plot import Plot, changes
from linreg_tui.tui.run_view import RunView

Shape = tuple[int, int]
"""Columns and rows of a plot."""

MANY = 10_000_000


def made_up(rows: int) -> Dataset:
    """Rows like those of the bundled data, always the same."""
    rng = np.random.default_rng(0)
    x = rng.uniform(300, 4500, rows)
    return Dataset("made", "x", "y", x, 88 * x + rng.normal(34_000, 50_000, rows))


async def plot_shapes(columns: int, rows: int) -> tuple[Shape, Shape]:
    """The sizes that the two plots have on a screen of this size."""
    app = LinregApp(bundled(), Settings())
    async with app.run_test(size=(columns, rows)) as pilot:
        await pilot.pause()
        fit, loss = (app.query_one(name, Plot).size for name in ("#fit", "#loss"))
        return (fit.width, fit.height), (loss.width, loss.height)


class Plots:
    """The two plots of one run in batches of 64, of a size each, without a screen."""

    def __init__(self, data: Dataset, fit: Shape, loss: Shape) -> None:
        settings = replace(Settings(), batch_size=64, epochs=-(-1000 // (data.n // 64)))
        self._run = Run(data, settings)
        self._run.advance(100)
        self._fit, self._loss = FitPicture(data), LossPicture()
        self._shapes = fit, loss
        self._last: list[Picture] = []

    def redraw(self) -> float:
        """Milliseconds of drawing both after one more step, and of finding what has changed."""
        self._run.advance(1)
        view = RunView(self._run, self._run.history.last, self._run.settings, running=True, pace=5)
        began = time.perf_counter()
        pictures = [
            self._fit.draw(*self._shapes[0], view),
            self._loss.draw(*self._shapes[1], view),
        ]
        for last, now in zip(self._last, pictures, strict=False):
            list(changes(last, now))
        taken = 1e3 * (time.perf_counter() - began)
        self._last = pictures
        return taken


def redraw_times(data: Dataset, fit: Shape, loss: Shape, rounds: int) -> tuple[float, float]:
    """Median milliseconds of the first redraw, with all that stands still, and of a later one."""
    first, later = [], []
    for _ in range(rounds):
        plots = Plots(data, fit, loss)
        first.append(plots.redraw())
        later += [plots.redraw() for _ in range(40)]
    return statistics.median(first), statistics.median(later)
