"""The time of an edit: the arithmetic alone, and everything redrawn on a screen of 120x40.

python tests/benchmarks/editing.py [ROWS ...] [--quick]

For each number of rows (the bundled data, and 10 million) it prints the median milliseconds of
adding, moving and removing a row, with the new line; of drawing the plane; and of updating the
closed form's pane and the live pane when an edit arrives. `--quick` tries only the bundled data, a
few times.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.markers import BRAILLE
from linreg_tui.tui.messages import Edited
from linreg_tui.tui.panes.data.plane import PlanePicture
from linreg_tui.tui.panes.data.point_editor import PointEditor

EDITS, QUICK_EDITS = 100, 3
MANY = 10_000_000


def made_up(rows: int) -> Dataset:
    """Return rows like those of the bundled data, always the same."""
    rng = np.random.default_rng(0)
    x = rng.uniform(300, 4500, rows)
    return Dataset("made", "x", "y", x, 88 * x + rng.normal(34_000, 50_000, rows))


def median(work: Callable[[int], object], times: int) -> float:
    """Return the median milliseconds of some work, called with another number each time."""
    taken = []
    for number in range(times):
        began = time.perf_counter()
        work(number)
        taken.append(1e3 * (time.perf_counter() - began))
    return statistics.median(taken)


def arithmetic(data: Dataset, times: int) -> dict[str, float]:
    """Return the time of each kind of edit, from the rows before it to the line after it."""
    edits = Edits.of(data)
    for number in range(times):
        edits = edits.add(1000.0 + number, 2e5)
    return {
        "add": median(lambda k: edits.add(1000.0 + k, 2e5).data.line, times),
        "move": median(lambda k: edits.move(3 * k, 1000.0 + k, 2e5).data.line, times),
        "take out": median(lambda k: edits.remove(3 * k).data.line, times),
    }


async def screen(data: Dataset, times: int) -> dict[str, float]:
    """Return the time of each redraw."""
    app = LinregApp(data, Settings())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("p")
        await pilot.pause(0.5)
        editor, plane = PointEditor(Edits.of(data)), PlanePicture(BRAILLE)
        plane.prepare(data)
        plane.draw(58, 22, editor, None)

        def walk(_: int) -> None:
            editor.go(1, 0)
            editor.go(-1, 0)
            plane.draw(58, 22, editor, None)

        def carry(number: int) -> None:
            editor.edits = Edits.of(data).add(1000.0 + number, 2e5)
            plane.draw(58, 22, editor, None)

        edits = Edits.of(data)
        return {
            "walk": median(walk, times),
            "draw": median(carry, times),
            "follow": median(lambda k: app.on_edited(Edited(edits.add(1000.0 + k, 2e5))), times),
        }


def main() -> None:
    """Print both for each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("rows", type=int, nargs="*", default=[551, MANY], metavar="ROWS")
    parser.add_argument("--quick", action="store_true", help="the bundled data, a few times")
    asked = parser.parse_args()
    times = QUICK_EDITS if asked.quick else EDITS
    for rows in [551] if asked.quick else asked.rows:
        data = bundled() if rows == 551 else made_up(rows)
        began = time.perf_counter()
        _ = data.line, data.tally, data.sketch, data.extent
        times_of = {"before the first": 1e3 * (time.perf_counter() - began)}
        times_of |= {**arithmetic(data, times), **asyncio.run(screen(data, times))}
        numbers = "  ".join(f"{name} {value:.2f}" for name, value in times_of.items())
        sys.stdout.write(f"{data.n:>12,} rows, ms:  {numbers}\n")


if __name__ == "__main__":
    main()
