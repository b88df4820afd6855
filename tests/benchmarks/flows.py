"""The size of the program and the cost of a few flows through it, compared with another revision.

python tests/benchmarks/flows.py [--against REVISION] [--quick]

Prints the modules and lines of `linreg_tui`, and for each flow

files      the package's files whose functions are entered
calls      calls of its functions; resuming a coroutine or a comprehension is not a new call
runs       the runs that are made (`Run`)
predicted  the calls of `predict` that compute something
read       how often the file with the data is opened

The flows: a second `→` in the live pane; from one page of the tour to the next, both only text;
opening a CSV file through `o`; and a sweep of five trials. Each flow is typed into a new headless
application of 120x40 with the bundled data, key by key when the screen is at rest. It is over when
the screen shows the result. Only `LinregApp`, `bundled`, `Settings`, `Run` and `predict` of the
program are used, so that old revisions can be counted too.

With `--against`, that revision of git is counted as well, in a temporary folder, by the same Python
with the same libraries. The ratio is the work tree's figure divided by that of the revision. With
`--quick` the screen rests only for a moment, so the figures are rough.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
SIZE = (120, 40)
REST_SECONDS, QUICK_REST_SECONDS, MOST_SECONDS = 0.5, 0.1, 60.0
ROWS = "z.csv"
COUNTED = ("files", "calls", "runs", "predicted", "read")
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
GOES_ON = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR

Figures = dict[str, dict[str, int]]
"""Figures by flow, or for the whole, and by what is counted."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The keys that come first, the keys that are counted, and what the screen shows at the end.

    The screen comes to rest after each key.
    """

    name: str
    before: tuple[str, ...]
    keys: tuple[str, ...]
    shows: str


FLOWS = (
    Flow("→ in the live pane", ("right",), ("right",), "72.78"),
    Flow("a text page of the tour", ("t", "enter"), ("enter",), "3/4"),
    Flow("opening a CSV file", (), (*"o", *ROWS, "enter", "enter"), ROWS),
    Flow("a sweep of five trials", (), ("w", "enter"), "5/5"),
)


class Tracer:
    """Counts what this process does while `counting`, in every thread that it starts."""

    def __init__(self, package: Path, named: dict[CodeType, str]) -> None:
        self.counting = False
        self._package = f"{package}{os.sep}"
        self._named = named
        self._counts: Counter[str] = Counter()
        self._files: set[str] = set()
        sys.addaudithook(self._audit)
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def take(self) -> dict[str, int]:
        """Return the counts so far, and start again from 0."""
        counts = {**dict.fromkeys(COUNTED, 0), **self._counts, "files": len(self._files)}
        self._counts.clear()
        self._files.clear()
        return counts

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or not self.counting:
            return
        code = frame.f_code
        if code in self._named:
            self._counts[self._named[code]] += 1
        of_ours = code.co_filename.startswith(self._package)
        function = code.co_flags & inspect.CO_OPTIMIZED and code.co_name not in COMPREHENSIONS
        goes_on = code.co_flags & GOES_ON and frame.f_lineno != code.co_firstlineno
        if of_ours and function and not goes_on:
            self._counts["calls"] += 1
            self._files.add(code.co_filename)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and self.counting and str(arguments[0]).endswith(ROWS):
            self._counts["read"] += 1


def screen(app: Any) -> str:
    """Return the characters on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def rest(app: Any, tracer: Tracer, seconds: float, shows: str = "") -> None:
    """Wait until the screen shows a text and hasn't changed for this long; this is not counted.

    Raises
    ------
    TimeoutError
        If that takes too long; the message has the screen.
    """
    last, counting = "", tracer.counting
    for _ in range(round(MOST_SECONDS / seconds)):
        tracer.counting = False
        seen = screen(app)
        tracer.counting = counting
        if seen == last and shows in seen:
            return
        last = seen
        await asyncio.sleep(seconds)
    raise TimeoutError(f"no {shows!r} in {MOST_SECONDS:g} s; the screen:\n{last}")


async def counted(app: Any, flow: Flow, tracer: Tracer, seconds: float) -> dict[str, int]:
    """Return the counts of one flow in a new application."""
    async with app.run_test(size=SIZE) as pilot:
        await rest(app, tracer, seconds, "551")  # rows, in the panes that come last
        for key in flow.before:
            await pilot.press(key)
            await rest(app, tracer, seconds)
        tracer.take()
        tracer.counting = True
        for key in flow.keys:
            await pilot.press(key)
            await rest(app, tracer, seconds)
        await rest(app, tracer, seconds, flow.shows)
        tracer.counting = False
        return tracer.take()


def structure(package: Path) -> dict[str, int]:
    """Return the numbers of modules and lines."""
    modules = sorted(package.rglob("*.py"))
    lines = sum(len(module.read_bytes().splitlines()) for module in modules)
    return {"modules": len(modules), "lines": lines}


def count(seconds: float) -> Figures:
    """Return the figures of the package that this process imports; the screen rests this long."""
    import linreg_tui
    from linreg_tui.core.examples import bundled
    from linreg_tui.core.run import Run
    from linreg_tui.core.settings import Settings
    from linreg_tui.core.stability import predict
    from linreg_tui.tui.app import LinregApp

    package = Path(linreg_tui.__file__).parent
    made: Any = Run.__init__
    named = {made.__code__: "runs", inspect.unwrap(predict).__code__: "predicted"}
    tracer = Tracer(package, named)
    lines = "".join(f"{k},{k % 89},{3 * (k % 89) + k % 7}\n" for k in range(300))
    Path(ROWS).write_text(f"id,x,y\n{lines}")
    return {"linreg_tui": structure(package)} | {
        flow.name: asyncio.run(counted(LinregApp(bundled(), Settings()), flow, tracer, seconds))
        for flow in FLOWS
    }


def figures_of(root: Path, seconds: float) -> Figures:
    """Return the figures of the package in a folder, from a process with a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        own = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        command = [sys.executable, __file__, "--count", str(seconds)]
        ended = subprocess.run(
            command,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            cwd=home,
            env={**os.environ, **own, "PYTHONPATH": str(root)},
        )
    found: Figures = json.loads(ended.stdout)
    return found


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Yield a temporary folder with a revision of the repository."""
    git = ["git", "-C", str(ROOT), "worktree"]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def show(now: Figures, before: Figures | None) -> None:
    """Print the table: the other revision, the work tree, and the ratio."""
    for name, counts in now.items():
        say(f"\n{name}\n")
        for what, number in counts.items():
            if before is None:
                say(f"  {what:<10}{number:10,}\n")
                continue
            other = before[name][what]
            ratio = f"{number / other:10.2f}" if other else f"{'':10}"
            say(f"  {what:<10}{other:10,}{number:10,}{ratio}\n")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", metavar="REVISION", help="of git, to be counted too")
    parser.add_argument("--quick", action="store_true", help="rough figures in less time")
    parser.add_argument("--count", type=float, help=argparse.SUPPRESS)  # what it calls itself with
    asked = parser.parse_args()
    if asked.count is not None:
        say(json.dumps(count(asked.count)))
        return
    seconds, before = QUICK_REST_SECONDS if asked.quick else REST_SECONDS, None
    if asked.against:
        with checked_out(asked.against) as tree:
            before = figures_of(tree, seconds)
        say(f"{asked.against}, the work tree, and the ratio\n")
    show(figures_of(ROOT, seconds), before)


if __name__ == "__main__":
    main()
