"""The cost of the screen: bytes, processor time, the wait for a key, and the time to appear.

python tests/benchmarks/screen.py [--sizes 80x24,120x40,200x60] [--seconds 10] [--repeats 3]
                                  [--presses 60] [--only frames,keys,...] [--quick]

Runs the program in a pseudo-terminal of each size, and measures

frames   the live view in motion: bytes a frame, frames a second, share of a core, and the share if
         each redraw repainted whole widgets; and the share while nothing moves
keys     the time from sending a key to the end of the frame that shows its effect: while paused, at
         1000 steps a second, and at full speed
link     the same, and whether a run keeps its pace, if only 10, 30 or 100 kB a second are read; and
         the time to quit
redraw   drawing the plots and numbers, with few rows and with many, in this process without a
         terminal; also with everything switched on
start    the time until the live pane is ready, and the peak memory; keys.py has the first paint

Prints medians with their limits; for keys also the 95th percentile, and for the link the worst. A
frame is the output between the marks of synchronized output, marks included. `--quick` does as
little as possible of everything, only to see that it runs; `--seconds 3 --repeats 1 --presses 10`
gives rough figures in a few minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script's path has only its own folder

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.tui import run_view
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.drawing.plot import Plot, changes
from linreg_tui.tui.panes.live.fit import FitPicture
from linreg_tui.tui.panes.live.landscape import LandscapePicture
from linreg_tui.tui.panes.live.loss import LossPicture
from linreg_tui.tui.panes.live.readout import draw_readout
from linreg_tui.tui.panes.live.step_readout import draw_update
from linreg_tui.tui.run_view import RunView
from tests.benchmarks.metered import PACKAGE, PROGRAM, MeteredTerminal, written

Size = tuple[int, int]
"""Columns and rows of a screen, or of a plot."""

FASTER = {30.0: "++", 1000.0: "++++", math.inf: "+++++"}
"""The keys from the first pace to another, in steps a second."""

MOST_BYTES = {(80, 24): 2000.0, (120, 40): 4000.0, (200, 60): 7000.0}
MOST_SHARE = {(80, 24): 40.0, (120, 40): 40.0, (200, 60): 55.0}
MOST_MS_A_KEY, MOST_MS_A_REDRAW, MOST_SECONDS_ON_A_SLOW_LINK = 20.0, 8.0, 0.5
MOST_MEGABYTES, MOST_SECONDS_TO_QUIT = 90.0, 1.0

MOST_EPOCHS = 1_250_000
"""With more, the smallest batches of a sweep would have more steps than a run can hold."""

RATES = (10_000.0, 30_000.0, 100_000.0)
SLOW = 30_000.0
"""Bytes a second."""

WHOLE_WIDGETS = """
from textual.geometry import Region
from linreg_tui.tui.drawing import plot
def changes(last, now):
    rows, columns = now.glyphs.shape
    yield Region(0, 0, columns, rows)
plot.changes = changes
from linreg_tui.cli import main
raise SystemExit(main())
"""

LEFT, RIGHT = "\x1b[D", "\x1b[C"


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure."""

    sizes: list[Size]
    seconds: float
    repeats: int
    presses: int
    rates: Sequence[float] = RATES
    batches: Sequence[int | None] = (None, 64)
    many_rows: int = 10_000_000


QUICK = Options([(80, 24)], 0.5, 1, 1, rates=RATES[-1:], batches=(64,), many_rows=100_000)


def say(text: str) -> None:
    """Print a line of the tables at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def verdict(value: float, most: float | None) -> str:
    """Return the limit, and whether the value is within it."""
    return "" if most is None else f"  (at most {most:g}: {'ok' if value <= most else 'MISSED'})"


def line(what: str, value: float, unit: str, most: float | None = None, rest: str = "") -> None:
    """Print a figure with its limit."""
    say(f"  {what:<46}{value:10,.1f} {unit:<15}{rest}{verdict(value, most)}")


def settings(batch: int | None, steps: float) -> list[str]:
    """Return the options for a run of about this many steps, in which the line moves at each step.

    With small batches it fluctuates; with all rows it needs the whole run to come near the optimum.
    """
    if batch is None:
        rates = ["--learning-rate-m", f"{1e-5 / steps:.3g}", "--learning-rate-b", "1e-3"]
        return ["--epochs", f"{steps:.0f}", *rates]
    return ["--epochs", f"{math.ceil(steps / (551 // batch))}", "--batch-size", str(batch)]


def run(terminal: MeteredTerminal, pace: float) -> None:
    """Start training at a pace, and let the first frames pass."""
    terminal.wait_for("ready")
    terminal.read(0.3)
    terminal.type(FASTER[pace])
    terminal.read(0.2)
    terminal.press(" ", "▶")
    terminal.read(0.7)


def named(pace: float, batch: int | None) -> str:
    """Describe a scenario."""
    speed = f"{pace:g} steps/s" if math.isfinite(pace) else "full speed"
    return f"{speed}, {'all rows' if batch is None else f'batches of {batch}'}"


@dataclass(frozen=True, slots=True)
class Motion:
    """The cost of the view in motion."""

    bytes_a_frame: float
    frames_a_second: float
    share: float


def motion(
    program: Sequence[str], size: Size, pace: float, batch: int | None, seconds: float
) -> Motion:
    """Measure the view in motion once."""
    options = settings(batch, 2 * pace * (seconds + 2))
    with MeteredTerminal([*program, *options], *size) as terminal:
        run(terminal, pace)
        used, began = terminal.processor_seconds(), time.monotonic()
        frames = terminal.read(seconds)
        taken = time.monotonic() - began
        used = terminal.processor_seconds() - used
    sizes = [len(frame.sequence) for frame in frames]
    return Motion(statistics.median(sizes), len(frames) / taken, 100 * used / taken)


def share_at_rest(size: Size, seconds: float) -> float:
    """Return the share of a core while the program is paused and nothing moves."""
    with MeteredTerminal([*PROGRAM, *settings(64, 1000)], *size) as terminal:
        run(terminal, 30)
        terminal.press(" ", "‖")
        terminal.read(1)
        used = terminal.processor_seconds()
        terminal.read(seconds)
        return 100 * (terminal.processor_seconds() - used) / seconds


def frames_table(options: Options, size: Size) -> None:
    """Print bytes and frames, and their cost."""
    scenarios = [(pace, batch) for pace in (30.0, 1000.0) for batch in options.batches]
    whole = (sys.executable, "-c", WHOLE_WIDGETS)
    subjects = [(named(*scenario), PROGRAM, *scenario) for scenario in scenarios]
    subjects.append((f"whole widgets, {named(30, 64)}", whole, 30, 64))
    for name, program, pace, batch in subjects:
        ours = program is PROGRAM
        seen = [motion(program, size, pace, batch, options.seconds) for _ in range(options.repeats)]
        line(
            name,
            statistics.median(one.bytes_a_frame for one in seen),
            "bytes a frame",
            MOST_BYTES.get(size) if ours else None,
            f"{statistics.median(one.frames_a_second for one in seen):5.1f} a second",
        )
        share = statistics.median(one.share for one in seen)
        line("", share, "% of a core", MOST_SHARE.get(size) if ours else None)
    shares = [share_at_rest(size, options.seconds) for _ in range(options.repeats)]
    line("paused, nothing moves", statistics.median(shares), "% of a core")


Presses = dict[str, list[float]]
"""The seconds of each press, by key."""


def alternate(
    terminal: MeteredTerminal,
    keys: Sequence[tuple[str, str, str]],
    presses: int,
    prepare: Callable[[], object],
) -> Presses:
    """Press keys in turn at random moments; a key has a name, characters, and what it shows."""
    moments = random.Random(0)
    times: Presses = {name: [] for name, _, _ in keys}
    for number in range(presses):
        if number % len(keys) == 0:
            prepare()
        name, key, shows = keys[number % len(keys)]
        terminal.read(moments.uniform(0.08, 0.2))
        times[name].append(terminal.press(key, shows))
    return times


PANES = (("1: the data alone", "1", "551 rows"), ("0: all panes", "0", "intercept"))
HELP = (("?: help", "?", "Double both"), ("?: help away", "?", "GrLivArea"))
STOP = (("←: pauses", LEFT, "◂"), ("space: runs", " ", "▶"))
STEPS = (("←: a step back", LEFT, ""), ("→: a step on", RIGHT, ""))


def keys_while_paused(size: Size, presses: int) -> Presses:
    """Return the wait for keys while nothing else moves."""
    with MeteredTerminal([*PROGRAM, *settings(64, 1000)], *size) as terminal:
        run(terminal, 30)
        terminal.press(" ", "‖")
        return {
            name: times
            for keys in (STEPS, PANES, HELP)
            for name, times in alternate(terminal, keys, presses, lambda: None).items()
        }


def keys_while_running(size: Size, pace: float, batch: int | None, presses: int) -> Presses:
    """Return the wait for keys while training; at full speed, it starts over before the end."""
    most = MOST_EPOCHS * (1 if batch is None else 551 // batch)
    options = settings(batch, most if math.isinf(pace) else 1000 * presses)

    with MeteredTerminal([*PROGRAM, *options], *size) as terminal:

        def start_over() -> None:
            if not math.isinf(pace):
                return
            for key in (LEFT, "r"):
                terminal.type(key)
                terminal.read(0.15)
            if batch is None:  # it comes to its end in no time, and from there it can go on
                terminal.press(" ", "✓ converged")
                terminal.press(" ", "space again")
                terminal.read(0.1)
            terminal.press(" ", "▶")

        run(terminal, pace)
        return {
            name: times
            for keys in (STOP, PANES, HELP)
            for name, times in alternate(terminal, keys, presses, start_over).items()
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the least value that this percentage of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def keys_table(options: Options, size: Size) -> None:
    """Print how long keys take to show."""
    measured = {"paused": keys_while_paused(size, 2 * options.presses)}
    for pace in (1000.0, math.inf):
        for batch in options.batches:
            running = keys_while_running(size, pace, batch, 2 * options.presses)
            measured[named(pace, batch)] = running
    for scenario, of_key in measured.items():
        for name, seconds in of_key.items():
            middle = f"median {1e3 * statistics.median(seconds):6.1f}"
            worst = 1e3 * percentile(seconds, 95)
            line(f"{scenario}: {name}", worst, "ms, 95%", MOST_MS_A_KEY, middle)


def slow_keys(size: Size, presses: int, rate: float) -> list[float]:
    """Return the wait for a key on a slow link while frames are being sent.

    The keys go up and down between two paces; at both, every frame has something new.
    """
    keys = (("+", "+", "100 steps"), ("-", "-", "30 steps"))
    with MeteredTerminal([*PROGRAM, *settings(64, 100_000)], *size, rate) as terminal:
        run(terminal, 30)
        terminal.read(2)
        times = alternate(terminal, keys, presses, lambda: terminal.read(0.5))
    return [one for of_key in times.values() for one in of_key]


def steps_made(size: Size, seconds: float, rate: float) -> float:
    """Return the steps made on a slow link, as a percentage of those that the pace demands."""
    pace = 30.0
    with MeteredTerminal([*PROGRAM, *settings(64, 100_000)], *size, rate) as terminal:
        terminal.wait_for("ready")
        terminal.read(1)
        terminal.type(FASTER[pace])
        terminal.read(1)
        began = time.monotonic()
        terminal.press(" ", "▶")
        terminal.read(seconds)
        asked = time.monotonic()
        terminal.press(" ", "‖")
        terminal.read(1)
        shown = re.findall(r"paused at step ([\d,]+)", written(terminal, size))
        return 100 * int(shown[-1].replace(",", "")) / (pace * (asked - began))


def seconds_to_quit(size: Size, rate: float) -> float:
    """Return the seconds from the key to the end of the program while frames are being sent."""
    with MeteredTerminal([*PROGRAM, *settings(64, 100_000)], *size, rate) as terminal:
        run(terminal, 30)
        terminal.read(2)
        asked = time.monotonic()
        terminal.type("q")
        terminal.wait_exit()
        return time.monotonic() - asked


def link_table(options: Options, size: Size) -> None:
    """Print the effects of a slow link."""
    for rate in options.rates:
        name = f"{rate / 1000:g} kB/s"
        times = slow_keys(size, -(-options.presses // 2), rate)
        most = MOST_SECONDS_ON_A_SLOW_LINK if rate >= SLOW else None
        middle = f"median {statistics.median(times):5.2f}"
        line(f"{name}: + and -", max(times), "s, worst", most, middle)
        made = [steps_made(size, options.seconds, rate) for _ in range(options.repeats)]
        line(f"{name}: steps made, of those at this pace", statistics.median(made), "%")
        quits = [seconds_to_quit(size, rate) for _ in range(options.repeats)]
        line(f"{name}: to quit", statistics.median(quits), "s", MOST_SECONDS_TO_QUIT)


def made_up(rows: int) -> Dataset:
    """Return rows like those of the bundled data, always the same."""
    rng = np.random.default_rng(0)
    x = rng.uniform(300, 4500, rows)
    return Dataset("made", "x", "y", x, 88 * x + rng.normal(34_000, 50_000, rows))


async def plot_shapes(columns: int, rows: int) -> tuple[Size, Size]:
    """Return the sizes of the two plots on a screen of this size."""
    app = LinregApp(bundled(), Settings())
    async with app.run_test(size=(columns, rows)) as pilot:
        await pilot.pause()
        fit, loss = (app.query_one(name, Plot).size for name in ("#fit", "#loss"))
        return (fit.width, fit.height), (loss.width, loss.height)


class Plots:
    """The plots of a run in batches of 64, each with its size, without a screen.

    With `everything`, they are the fit with squared residuals, the numbers of the step by hand, the
    landscape, and the smoothed loss, all with the run before; otherwise the fit and the loss.
    """

    def __init__(self, data: Dataset, fit: Size, loss: Size, *, everything: bool = False) -> None:
        settings = replace(Settings(), batch_size=64, epochs=-(-1000 // (data.n // 64)))
        self._run = Run(data, settings)
        self._run.advance(100)
        self._fit, self._loss = FitPicture(data), LossPicture()
        self._landscape, self._before = LandscapePicture(data), None
        if everything:
            self._before = Run(data, replace(settings, learning_rate_m=2e-8))
            self._before.advance(200)
            self._loss.plots = run_view.Plots(smoothing="strong")
        self._shapes = fit, loss
        self._last: list[Picture] = []

    def redraw(self) -> float:
        """Return the milliseconds to draw both after one more step, and to find the changes."""
        self._run.advance(1)
        view = RunView(self._run, self._run.history.last, self._run.settings, running=True, pace=5)
        began = time.perf_counter()
        fit, second = self._shapes
        if self._before is None:
            pictures = [self._fit.draw(*fit, view), self._loss.draw(*second, view)]
        else:
            view = replace(view, trace=self._before)
            pictures = [
                self._fit.draw(*fit, view, "squares"),
                self._landscape.draw(*second, view),
                self._loss.draw(*second, view),
                draw_update(fit[0], 4, view),
            ]
        pictures.append(draw_readout(fit[0], 5, view))
        for last, now in zip(self._last, pictures, strict=False):
            list(changes(last, now))
        taken = 1e3 * (time.perf_counter() - began)
        self._last = pictures
        return taken


def redraw_times(
    data: Dataset, fit: Size, loss: Size, rounds: int, *, everything: bool
) -> tuple[float, float]:
    """Return the median milliseconds of the first redraw, with all parts, and of later ones."""
    first, later = [], []
    for _ in range(rounds):
        plots = Plots(data, fit, loss, everything=everything)
        first.append(plots.redraw())
        later += [plots.redraw() for _ in range(40)]
    return statistics.median(first), statistics.median(later)


def redraw_table(options: Options, _: Size) -> None:
    """Print the cost of drawing the plots at all sizes; the many rows are made once."""
    shapes = [asyncio.run(plot_shapes(*size)) for size in options.sizes]
    for rows in (551, options.many_rows):
        data = made_up(rows)
        for size, (fit, loss) in zip(options.sizes, shapes, strict=True):
            rounds = options.repeats * (5 if rows < options.many_rows else 1)
            for everything in (False, True):
                first, later = redraw_times(data, fit, loss, rounds, everything=everything)
                name = f"{size[0]}x{size[1]}, {rows:,} rows{', everything' * everything}: later"
                line(name, later, "ms", MOST_MS_A_REDRAW, f"first {first:8.1f}")


def start_table(options: Options, size: Size) -> None:
    """Print how long the application takes to appear, and the memory of a run."""
    ready, peaks = [], []
    for _ in range(options.repeats):
        with MeteredTerminal(PROGRAM, *size) as terminal:
            ready.append(terminal.wait_for("ready").at - terminal.began)
            terminal.read(0.5)
            terminal.press(" ", "▶")
            terminal.read(1)
            peaks.append(terminal.peak_megabytes())
    line("ready", 1e3 * statistics.median(ready), "ms")
    line("most memory", statistics.median(peaks), "MB", MOST_MEGABYTES)


TABLES = {
    "frames": frames_table,
    "keys": keys_table,
    "link": link_table,
    "start": start_table,
    "redraw": redraw_table,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="80x24,120x40,200x60")
    parser.add_argument("--seconds", type=float, default=10, help="of the view in motion")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--presses", type=int, default=60, help="of each key")
    parser.add_argument("--only", default=",".join(TABLES), help="which tables, with commas")
    parser.add_argument("--quick", action="store_true", help="the least of everything")
    given = parser.parse_args()
    sizes = [(int(w), int(h)) for w, h in (size.split("x") for size in given.sizes.split(","))]
    options = Options(sizes, given.seconds, given.repeats, given.presses)
    if given.quick:
        options = QUICK
    say(f"{PACKAGE}: medians of {options.repeats}")
    for name in given.only.split(","):
        for size in options.sizes[: 1 if TABLES[name] is redraw_table else None]:
            at = "" if TABLES[name] is redraw_table else f", {size[0]}x{size[1]}"
            say(f"\n{name}{at}")
            TABLES[name](options, size)


if __name__ == "__main__":
    main()
