"""The application compared with bare Textual ones: the first paint, and from a key to its picture.

python tests/benchmarks/keys.py [--presses 30] [--starts 9] [--size 120x40] [--quick]

Both run in pseudo-terminals of their own and take turns, so that other load on the machine slows
both. Prints medians in milliseconds, the ratio, and its limit:

first paint  from the start of the process until a screen's worth of characters has come, compared
             with an empty application
→ and ←      a step on and back while paused, compared with three Statics whose text changes
1 and 0      the data alone and all panes again, compared with hiding and showing half of the screen
? twice      opening and closing the help, compared with a modal screen with a page of text

The time from a key to its picture runs from sending the key to the end of the first frame after
which the characters on the screen stay the same: a frame that shows only a part, or nothing new,
does not count. The figures at the end of the line run to the last frame, whatever it shows: Textual
often paints again what is there already.

Other programs slow long work more than short work, so run this on an idle machine. `--quick` starts
and presses once.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script's path is but its own folder

from tests.benchmarks.metered import PACKAGE, PROGRAM, MeteredTerminal

Size = tuple[int, int]
Press = tuple[float, float]
"""The seconds until the picture, and until the last frame."""

MOST_TIMES_AT_FIRST, MOST_TIMES_A_KEY = 1.6, 1.2
QUIET_SECONDS = 0.15
"""The time without a frame after which a picture is complete; Textual's late frames take 1/60 s."""

EMPTY = "from textual.app import App; App().run()"
BARE = '''
from textual.app import App
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

WORDS = "lorem ipsum dolor sit amet " * 100


class Page(ModalScreen):
    BINDINGS = [("question_mark", "dismiss")]
    CSS = "Page { align: center middle } Static { width: 80; height: 30; border: round white }"

    def compose(self):
        yield Static(WORDS)


class Bare(App):
    CSS = """
    Screen { layout: horizontal }
    Vertical { width: 1fr }
    Static { height: 1fr; border-top: solid white }
    """
    BINDINGS = [
        ("right", "step(1)"),
        ("left", "step(-1)"),
        ("1", "show(False)"),
        ("0", "show(True)"),
        ("question_mark", "page"),
    ]
    step = 0

    def compose(self):
        with Vertical():
            for _ in range(3):
                yield Static(WORDS, classes="changing")
        with Vertical(id="other"):
            yield Static(WORDS)

    def on_ready(self):
        self.action_step(0)

    def action_step(self, by):
        self.step += by
        for static in self.query(".changing"):
            static.update(f"{self.step} {WORDS}")

    def action_show(self, shown):
        self.query_one("#other").display = shown

    def action_page(self):
        self.push_screen(Page())


Bare().run()
'''

RIGHT, LEFT = "\x1b[C", "\x1b[D"
PAIRS = (
    (("→", RIGHT), ("←", LEFT)),
    (("1", "1"), ("0", "0")),
    (("?", "?"), ("? again", "?")),
)
"""Pairs of keys by name; each key undoes the other."""


def say(text: str) -> None:
    """Print a line of the table at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def line(
    what: str, ours: Sequence[float], theirs: Sequence[float], most: float, rest: str = ""
) -> None:
    """Print the medians of seconds, and their ratio."""
    one, other = statistics.median(ours), statistics.median(theirs)
    verdict = "ok" if one <= most * other else "MISSED"
    say(
        f"  {what:<12}{1e3 * one:8.1f} ms{1e3 * other:8.1f} ms{one / other:7.2f}"
        f"  (at most {most:g}: {verdict}){rest}"
    )


def first_paint(command: Sequence[str], size: Size) -> float:
    """Return the seconds until a program has painted the screen."""
    with MeteredTerminal(command, *size) as terminal:
        return terminal.wait_for_paint(math.prod(size)) - terminal.began


class Watched:
    """A program in a terminal that is at rest after each key, with a known screen."""

    def __init__(self, terminal: MeteredTerminal, size: Size) -> None:
        import pyte

        self._terminal = terminal
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        terminal.wait(lambda _: True)
        self._settle(1)

    def press(self, key: str) -> tuple[float, float]:
        """Return the seconds from sending a key until its picture, and until the last frame.

        Raises
        ------
        RuntimeError
            If it shows nothing new.
        """
        self._terminal.take()
        sent = time.monotonic()
        self._terminal.press(key)
        changed = self._settle(QUIET_SECONDS)
        if not changed:
            raise RuntimeError(f"{key!r} shows nothing new")
        return changed[-1] - sent, self._terminal.frames[-1].at - sent

    def _settle(self, seconds: float) -> list[float]:
        """Read until no frame comes for this long, and return when each one with a change came."""
        while self._terminal.read(seconds):
            pass
        changed, last = [], self._screen.display
        for frame in self._terminal.frames:
            self._stream.feed(frame.sequence)
            if last != (last := self._screen.display):
                changed.append(frame.at)
        return changed


def paints(starts: int, size: Size) -> None:
    """Print the line of the first paint."""
    ours, theirs = [], []
    for _ in range(starts):
        theirs.append(first_paint([sys.executable, "-c", EMPTY], size))
        ours.append(first_paint(PROGRAM, size))
    line("first paint", ours, theirs, MOST_TIMES_AT_FIRST)


def pictures(presses: int, size: Size) -> None:
    """Print the lines of the keys."""
    with ExitStack() as stack:
        ours, theirs = (
            Watched(stack.enter_context(MeteredTerminal(command, *size)), size)
            for command in (PROGRAM, [sys.executable, "-c", BARE])
        )
        for watched in (ours, theirs):
            for _, key in (PAIRS[0][0], *(key for pair in PAIRS for key in pair)):
                watched.press(key)  # the first press is slower for both
        for pair in PAIRS:
            taken: dict[str, tuple[list[Press], list[Press]]] = {name: ([], []) for name, _ in pair}
            for _ in range(presses):
                for name, key in pair:
                    for watched, times in zip((ours, theirs), taken[name], strict=True):
                        times.append(watched.press(key))
            for name, of_both in taken.items():
                (one, one_last), (other, other_last) = (
                    zip(*times, strict=True) for times in of_both
                )
                last, their_last = statistics.median(one_last), statistics.median(other_last)
                rest = f"{1e3 * last:9.1f} ms{1e3 * their_last:8.1f} ms{last / their_last:7.2f}"
                line(name, one, other, MOST_TIMES_A_KEY, rest)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--presses", type=int, default=30, help="of each key")
    parser.add_argument("--starts", type=int, default=9, help="of each application")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--quick", action="store_true", help="start and press once")
    asked = parser.parse_args()
    columns, rows = map(int, asked.size.split("x"))
    starts, presses = (1, 1) if asked.quick else (asked.starts, asked.presses)
    say(f"{PACKAGE}, {asked.size}: ours, bare, ratio")
    paints(starts, (columns, rows))
    pictures(presses, (columns, rows))


if __name__ == "__main__":
    main()
