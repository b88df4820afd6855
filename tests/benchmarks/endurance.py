"""An hour at the keyboard: is memory stable, do keys always answer, is the terminal restored?

python tests/benchmarks/endurance.py [--minutes 60] [--seed 0] [--quick]

The program runs in a real pseudo-terminal with a home of its own. A seeded script does everything
that a user can do, in cycles of the same acts in a different order. The last act of each cycle
opens the houses again. A run holds its history by design, up to 320 MB, so memory is compared at
these calm moments, when nothing runs and no history is held: growth there is a leak.

A line a minute shows the acts and frames so far; the resident memory of the program and its
children in MB, at the last calm moment and at most within the minute; the processor time in percent
of a core; how long the slowest key took, in all and without the time when other programs had the
processors; the load of the machine; and the act before this key.

The exit status is 1, with a line for each failure, unless

- memory is flat: the median over the calm moments of the last sixth (ten minutes of an hour) is at
  most 5% above that of the second sixth; the first sixth is for warming up;
- the help appeared within a second of its key, each time, whatever was running (not counting the
  time when the program's threads were ready but others had the processors, as the kernel says);
- every act showed what it should, and nothing failed: no traceback in a file or on the screen, exit
  status 0, and no output left behind;
- the terminal is clean: its attributes are as before, the alternate screen is left, the mouse is
  off, the cursor is on, and no child has outlived the program.

The same seed gives the same keys, but they don't arrive at the same moments. `--quick` is over
after a few acts, and judges neither the memory nor the time of the keys.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script's path has only its own folder

from tests.benchmarks.metered import MeteredTerminal, written
from tests.end_to_end.terminal import LAUNCHER

QUICK_MINUTES = 0.1
MOST_GROWTH, MOST_SECONDS_A_KEY = 0.05, 1.0
HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR")
WRAPPING, CURSOR = 7, 25
"""The modes that are on in a new terminal."""

PROGRAM = """
import asyncio
import faulthandler
import os
import signal
from collections.abc import Iterator
from typing import Any

from linreg_tui.__main__ import main

STDERR = 2
"Textual puts something else in the place of the file."


def report(*_: object) -> None:
    "Print what threads and tasks are doing."
    faulthandler.dump_traceback(STDERR)
    for task in asyncio.all_tasks():
        line = f"{task.get_name()}: {' > '.join(awaited(task.get_coro()))}\\n"
        os.write(STDERR, line.encode())


def awaited(coroutine: Any) -> Iterator[str]:
    "Yield where it is, then where the coroutine that it awaits is, and so on."
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        yield f"{frame.f_code.co_qualname} {frame.f_code.co_filename}:{frame.f_lineno}"
        coroutine = coroutine.cr_await
    yield repr(coroutine)


faulthandler.enable(STDERR)
signal.signal(signal.SIGUSR1, report)
raise SystemExit(main())
"""
"""The program, which prints on stderr what it is doing when it gets SIGUSR1.

It prints the stack of each thread and what each task of the event loop awaits, from the outermost
coroutine inwards. SIGABRT prints the threads and ends the program, as usual; it works even when the
main thread can't handle a signal.
"""

UP, DOWN, RIGHT, LEFT, HOME, END = (f"\x1b[{letter}" for letter in "ABCDHF")
ESCAPE, ENTER, BACKSPACE = "\x1b", "\r", "\x7f"
ARROWS = (UP, DOWN, RIGHT, LEFT)

# The keys that leave the program, the tour or presenter mode are not pressed at random.
LETTERS = "abceghiklmnoprsuvwxyzABCDEFGHIJKLMNOPRSUVWXYZ0123456789 +-[]{}=,./;:'\"|~!@#$%^&*()_"
MASHED = (*LETTERS, *ARROWS, HOME, END, ENTER, BACKSPACE, "\t", "\x1b[Z", "\x18", "\x12", "?")
GARBAGE = (
    *(b"\x1b[999~", b"\x1b[1;9Z", b"\x1b[?1;2c", b"\x1bO", b"\x1b[", b"\x1b[<0;0;0M", b"\x1b[M"),
    *(b"\x1b[12;5R", b"\x1b]11;rgb:0000/0000/0000\x1b\\", b"\x1b[?2026;2$y", b"\x1b[I\x1b[O"),
    *(b"\x1bP1$r\x1b\\", b"\x1b[200~paste\x1b[2J\x1b[201~", b"\x1b[57441u", b"\xff\xfe", b"\xc3"),
    *(b"\x00\x01\x02", b"\xe2\x82", "ж漢🙂".encode(), b"\x1b[3;4;5;6;7~", b"\x1b\x1b\x1b"),
)
SHOW_SECONDS = 6.0
"""The longest wait for something to show."""

SIZES = ((80, 24), (100, 32), (120, 40), (200, 60))
EXAMPLES = ("anscombe-1", "anscombe-4", "outlier", "norris", "made", "houses")

_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


@dataclass
class Watch:
    """Watches the program: its memory in MB and the modes of its terminal."""

    terminal: MeteredTerminal
    calm: list[tuple[float, float]] = field(default_factory=list)
    modes: dict[int, bool] = field(default_factory=dict)
    frames: int = 0
    tracebacks: int = 0
    peak: float = 0.0
    waits: list[tuple[float, float, str]] = field(default_factory=list)

    def look(self) -> None:
        """Note the memory, and what has been written since the last look."""
        self.peak = max(self.peak, self.megabytes())
        output, frames = self.terminal.take()
        self.frames += frames
        self.read(output)

    def read(self, output: bytes) -> None:
        """Note which modes have been switched, and whether a traceback has been painted."""
        self.tracebacks += output.count(b"Traceback (most recent")
        for numbers, switch in _MODE.findall(output):
            self.modes |= {int(number): switch == b"h" for number in numbers.split(b";")}

    def megabytes(self) -> float:
        """Return the memory of the program and its children."""
        pages = 0
        for process in family(self.terminal.process.pid):
            with suppress(OSError):  # it has just ended
                pages += int((process / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def processor_seconds(self) -> float:
        """Return the processor time of the program and of its children that have ended."""
        return sum(map(int, stat(Path(f"/proc/{self.terminal.process.pid}"))[11:15])) / 100


def stat(process: Path) -> list[str]:
    """Return the fields of a process from its state on."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def family(session: int) -> list[Path]:
    """Return the processes of a session that have not ended."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, sid, *_ = stat(process)
            if int(sid) == session and state != "Z":
                found.append(process)
    return found


class UnseenError(Exception):
    """A key did not show what it should."""


class User:
    """A user at one terminal, whose choices follow from a seed."""

    def __init__(self, terminal: MeteredTerminal, seed: int) -> None:
        self.terminal = terminal
        self.random = random.Random(seed)
        self.act = ""
        self.waits: list[tuple[float, float, str]] = []
        """The seconds until the help appeared, the same without those of `_queued`, and the act."""
        self.unseen: list[str] = []
        """The keys that did not show what they should."""

    def calm(self) -> None:
        """Go back to the panes from anywhere, and ask for the help."""
        for _ in range(4):
            self.type(ESCAPE, 0.15)
        self.type("0", 0.2)
        self.ask()

    def ask(self) -> None:
        """Open the help to measure how long a key takes, and close it."""
        queued, began = self._queued(), time.monotonic()
        try:
            self.terminal.press("?", "─ Help", SHOW_SECONDS)
        except RuntimeError as error:
            raise UnseenError("no help after ?") from error
        seconds = time.monotonic() - began
        self.waits.append((seconds, max(0.0, seconds - (self._queued() - queued)), self.act))
        self.type("?")

    def _queued(self) -> float:
        """Return how long the program's threads were ready but others had the processors."""
        waited = 0
        for thread in Path(f"/proc/{self.terminal.process.pid}/task").iterdir():
            with suppress(OSError):  # it has just ended
                waited += int((thread / "schedstat").read_text().split()[1])
        return waited / 1e9

    def open(self, key: str, title: str) -> None:
        self.see(f"─ {title} ─", key)

    def pick(self) -> None:
        """Open the list of files, and drop unsaved edits."""
        if "─ Open ─" not in self.see("─ (Open|Edited points) ─", "o"):
            self.see("─ Open ─", "o")

    def choose_example(self, name: str) -> None:
        """Open a data set that comes with the program."""
        self.pick()
        self.type("examples/", 0.2)
        self.type(name, 0.3)
        self.see("rows", ENTER)

    def see(self, wanted: str, key: str) -> str:
        """Press a key, and return the text of the frame that matches a regular expression."""
        first = len(self.terminal.frames)
        self.type(key, 0)
        try:
            return self.terminal.wait(
                lambda frame: re.search(wanted, frame.text) is not None, SHOW_SECONDS, first
            ).text
        except RuntimeError as error:
            raise UnseenError(f"no {wanted!r} after {key!r}") from error

    def type(self, keys: str, seconds: float = 0.05) -> None:
        if keys:
            self.terminal.type(keys)
        self.terminal.read(seconds)

    def some(self, keys: str | tuple[str, ...], number: int, seconds: float = 0.05) -> None:
        """Type some of these keys at random."""
        for _ in range(number):
            self.type(self.random.choice(keys), self.random.uniform(0, 2 * seconds))

    def settle(self, seconds: float = 15) -> None:
        """Read until the screen is still after all typed keys, unless a run goes on."""
        deadline = time.monotonic() + seconds
        while self.terminal.read(0.3) and time.monotonic() < deadline:
            pass


class Acts(User):
    """The acts of a user whose files go to `folder`."""

    def __init__(self, terminal: MeteredTerminal, folder: Path, seed: int) -> None:
        super().__init__(terminal, seed)
        self.folder = folder
        self.size = SIZES[0]

    def cycle(self) -> Iterator[str]:
        """Do each act once, and yield its name when it is over; the last act cleans up."""
        acts: list[Callable[[], None]] = [
            *(self.train, self.walk, self.branch, self.change, self.look, self.set, self.sweep),
            *(self.sweep_and_cancel, self.edit, self.tour, self.present, self.help, self.command),
            *(self.paint, self.open_example, self.open_file, self.export, self.hand_in),
            *(self.resize, self.click, self.send_garbage, self.burst, self.paste),
            *(self.mash,) * 3,
        ]
        self.random.shuffle(acts)
        for act in (*acts, self.clean_up):
            self.act = act.__name__
            try:
                act()
            except UnseenError as error:
                self.unseen.append(f"{self.act}: {error}")
            self.calm()
            yield self.act

    def train(self) -> None:
        """Train at any pace, sometimes past the end, and leave it running or not."""
        self.type("-" * 8 + "+" * self.random.randrange(8))
        self.type(self.random.choice(["r ", " ", "   "]), self.random.uniform(0.3, 2))
        self.ask()

    def walk(self) -> None:
        """Step back and on along the timeline."""
        self.some((LEFT, RIGHT, HOME, END, "\x1b[1;2C", "\x1b[1;2D"), 30)

    def branch(self) -> None:
        """Branch another run from the step in view, twice."""
        for _ in range(2):
            self.type("r++ ", 0.8)
            self.type(" " + LEFT * self.random.randrange(1, 8) + self.random.choice("[]{}"))
            self.type("b ", 0.5)
            self.type(" ")

    def change(self) -> None:
        """Change batches and learning rates while it runs."""
        self.type("r ", 0.1)
        self.some("[]{}{}", 12)

    def look(self) -> None:
        """Show every view of every pane."""
        self.some("lzygvc12340vclzy", 40)

    def set(self) -> None:
        """Type settings in the form, right and wrong ones."""
        self.open("e", "Settings")
        for _ in range(3):
            self.some((UP, DOWN, RIGHT), 5)
            self.type(BACKSPACE * 3 + self.random.choice(["64", "0.1", "2e-7", "-1", "x", "12"]))
        self.type(ENTER, 0.3)

    def sweep(self) -> None:
        """Run a small sweep with the notebook's settings, and load a row of it in the live view."""
        self.open("e", "Settings")
        self.type("\x12" + ENTER, 0.2)
        self.open("w", "Sweep")
        self.type(RIGHT * self.random.randrange(3))
        self._epochs("30")
        self.type(ENTER)
        self.settle()
        self.some((*ARROWS, " ", "m", "a", "y", "s", "f", "h", "H"), 20)
        self.type("\x1b[H" + DOWN * self.random.randrange(4) + ENTER, 0.3)
        self.type(" ", 0.3)

    def sweep_and_cancel(self) -> None:
        """Start a large sweep with processes of its own, and cancel it."""
        self.open("w", "Sweep")
        self._epochs("400000")
        self.type(ENTER, self.random.uniform(0.5, 4))
        self.type("\x18")
        self.settle()

    def edit(self) -> None:
        """Edit points, undo some edits, save them or not, and leave the data edited."""
        self.type("p", 0.3)
        self.some((*ARROWS, "a", "n", "N", ENTER, "k", "u", "U"), 40)
        self.type(self.random.choice(["s", "u" * 30, ""]), 0.3)
        self.type(self.random.choice(["p", ESCAPE]), 0.3)

    def tour(self) -> None:
        """Take a chapter of the tour, with a break in the application, and leave it."""
        self.type("t", 0.5)
        self.open("i", "The tour")
        self.type(HOME + DOWN * self.random.randrange(11) + ENTER, 0.5)
        self.some((ENTER, ENTER, "1", "2", "3", " ", BACKSPACE, "]", "["), 15, 0.2)
        self.type("t" + self.random.choice(["r ", "l", "3"]), 0.3)
        self.type("t", 0.3)
        self.open("i", "The tour")
        self.type("q", 0.3)

    def present(self) -> None:
        """Turn presenter mode on and off."""
        self.type("d r ", 0.5)
        self.some("l z1230vc", 12)
        self.type("d", 0.2)

    def help(self) -> None:
        """Scroll through the help."""
        self.open("?", "Help[^─]*")
        self.some(("\x1b[6~", "\x1b[5~", DOWN, END, HOME), 8)

    def command(self) -> None:
        """Run a command from the palette."""
        self.see("Search", "\x10")
        self.type(self.random.choice(["slower", "branch", "z-scores", "homework", "xyzzy"]), 0.4)
        self.type(self.random.choice([ENTER, ESCAPE]), 0.4)

    def paint(self) -> None:
        """Choose another theme."""
        self.see("Search", "\x10")
        self.type("theme", 0.4)
        self.type(ENTER, 0.4)
        self.type(self.random.choice(["nord", "light", "dracula", "contrast", "dark"]), 0.4)
        self.type(ENTER, 0.4)

    def open_example(self) -> None:
        """Open one of the data sets that come with the program."""
        self.choose_example(self.random.choice(EXAMPLES))
        self.type("r ", 0.5)

    def open_file(self) -> None:
        """Open two of the three columns of a file of 20,000 rows."""
        self.pick()
        self.type(f"{self.folder}/rows.csv", 0.5)  # whatever folder the last file was in
        self.see("─ rows.csv", ENTER)
        self.see("rows.csv: ", ENTER)
        self.type("r ", 0.5)

    def export(self) -> None:
        """Export two things."""
        for choice in self.random.sample(range(5), 2):
            self.open("x", "Export")
            self.type(HOME + DOWN * choice, 0.2)
            self.type(f"\t\x15{self.folder}", 0.3)
            self._write()

    def hand_in(self) -> None:
        """Write the report of the homework."""
        self.open("x", "Export")
        self.type(END, 0.2)
        self.see("Report of the homework ─", ENTER)
        self.type("A. Student\tsmaller is noisier\t8 is too much", 0.2)
        self.type("\x13", 2)

    def resize(self) -> None:
        """Resize many times while it runs, too small as well, and end at a usual size."""
        self.type("r ", 0.1)
        for _ in range(12):
            self.size = self.random.randrange(1, 260), self.random.randrange(1, 80)
            termios.tcsetwinsize(self.terminal.fd, self.size[::-1])
            self.type("", self.random.uniform(0.01, 0.2))
        self.size = self.random.choice(SIZES)
        termios.tcsetwinsize(self.terminal.fd, self.size[::-1])
        self.type("", 0.3)

    def click(self) -> None:
        """Use the mouse everywhere but on the footer, where a click can quit."""
        for _ in range(20):
            column = self.random.randrange(1, self.size[0] + 1)
            row = self.random.randrange(1, self.size[1] - 3)
            button = self.random.choice([0, 0, 2, 32, 35, 64, 65])
            self.type(f"\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m", 0.03)

    def send_garbage(self) -> None:
        """Send what no keyboard sends: broken sequences, stray answers, bytes that aren't text."""
        for _ in range(30):
            os.write(self.terminal.fd, self.random.choice(GARBAGE))
            self.type(self.random.choice(["", "l", RIGHT]), 0.02)
        self.type("\x1b[201~", 0.3)
        self.settle()  # a broken sequence counts as one key for each character

    def burst(self) -> None:
        """Hold a key down, as a cat would."""
        self.type(LEFT)
        self.type(self.random.choice([RIGHT, LEFT, "l", "v", "+-", "r", "[]"]) * 100)
        self.settle()

    def paste(self) -> None:
        """Paste a page of text into the panes and into a form."""
        text = f"\x1b[200~{'q? lorem ipsum 1e-7 ' * 40}\x1b[201~"
        self.type(text, 0.2)
        self.open("e", "Settings")
        self.type(text, 0.2)

    def mash(self) -> None:
        """Press random keys on the panes or on a screen over them."""
        self.type(self.random.choice(["", "", "e", "o", "p", "w", "x", "4"]), 0.4)
        self.some(MASHED, 60, 0.03)
        self.settle()
        self.type("\x18", 0.2)

    def clean_up(self) -> None:
        """Stop everything, open the unedited houses, and delete the files."""
        self.type("4", 0.2)
        self.type("\x180", 0.2)
        self.choose_example("houses")
        self.type("r", 0.2)
        for path in self.folder.iterdir():
            if path.is_file() and path.name != "rows.csv":
                path.unlink()

    def _write(self) -> None:
        """Write until there are more files; a notice could be from an earlier export."""
        before, deadline = len(list(self.folder.glob("linreg-*"))), time.monotonic() + SHOW_SECONDS
        self.type(ENTER, 0.3)
        while len(list(self.folder.glob("linreg-*"))) == before:
            if time.monotonic() > deadline:
                raise UnseenError("no file after '\\r'")
            self.type("", 0.3)

    def _epochs(self, number: str) -> None:
        """Type into the last but one field of the sweep's form."""
        self.type(UP + UP + BACKSPACE * 8 + number, 0.3)


def command(home: Path) -> list[str]:
    """Return the command for the program in a terminal and a folder of its own."""
    work = home / "work"
    work.mkdir()
    rows = (f"{k},{k % 89},{3 * (k % 89) + k % 7}\n" for k in range(20_000))
    (work / "rows.csv").write_text("id,x,y\n" + "".join(rows))
    own = [f"{name}={home}" for name in HOMES]
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, sys.executable, "-c", PROGRAM]
    return ["env", f"--chdir={work}", *own, *launched]


def live(acts: Acts, watch: Watch, minutes: float) -> None:
    """Do cycle after cycle, print a line a minute, and clean up when the time is over."""
    began = said = time.monotonic()
    used, done = watch.processor_seconds(), 0
    while True:
        for act in acts.cycle():
            done += 1
            now = time.monotonic()
            watch.look()
            if act == "clean_up":
                watch.calm.append(((now - began) / 60, watch.megabytes()))
            if now - said >= 60:
                spent = watch.processor_seconds()
                slowest, own, after = max(acts.waits, key=lambda wait: wait[1])
                calm = watch.calm[-1][1] if watch.calm else float("nan")
                say(
                    f"{(now - began) / 60:6.1f} {done:6} {watch.frames:8,} {calm:8.1f}"
                    f" {watch.peak:8.1f} {100 * (spent - used) / (now - said):6.1f}"
                    f" {slowest:9.2f} {own:5.2f} {os.getloadavg()[0]:5.1f}  {after}"
                )
                said, used, watch.peak = now, spent, 0.0
                watch.waits += acts.waits
                acts.waits.clear()
            if now - began >= 60 * minutes:
                acts.clean_up()
                acts.calm()
                watch.waits += acts.waits
                return


def leave(terminal: MeteredTerminal, watch: Watch) -> bytes:
    """Press q, and return the output on the main screen."""
    with suppress(OSError):  # it has left long ago
        terminal.type("q")
    terminal.wait_exit(10)
    terminal.read(0.5)
    output = bytes(terminal.output)
    watch.read(output)
    return re.sub(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]", b"", output.rpartition(b"\x1b[?1049l")[2]).strip()


def painted(terminal: MeteredTerminal) -> str:
    """Return the text of the screen, which is painted again in another size for that."""
    terminal.take()
    termios.tcsetwinsize(terminal.fd, (41, 121))
    terminal.read(2)
    lines = (line.rstrip() for line in written(terminal, (121, 41)).splitlines())
    return "\n".join(filter(None, lines))


def stacks(terminal: MeteredTerminal) -> str:
    """Return what a program that does not answer is doing; this ends the program."""
    terminal.take()
    pid, state = terminal.process.pid, "gone"
    with suppress(OSError):
        state = stat(Path(f"/proc/{pid}"))[0]
        for number in (signal.SIGUSR1, signal.SIGABRT):
            os.kill(pid, number)
            terminal.read(2)
    return f"its state is {state}\n{terminal.output.decode(errors='replace')}"


def wrong(watch: Watch, minutes: float) -> list[str]:
    """Print the figures of memory and keys, and return what is wrong with them."""
    early = [size for at, size in watch.calm if minutes / 6 <= at < minutes / 3]
    last = [size for at, size in watch.calm if at >= minutes * 5 / 6]
    if not (early and last):
        return ["too short to tell whether memory is flat"]
    before, after = statistics.median(early), statistics.median(last)
    grown = after / before - 1
    say(f"memory: {before:.1f} MB of {len(early)}, {after:.1f} MB of {len(last)}, {grown:+.1%}")
    for seconds, own, act in sorted(watch.waits, key=lambda wait: wait[1])[-3:]:
        say(f"slow key: {seconds:.2f} s, {own:.2f} s of its own, after {act}")
    own = max(own for _, own, _ in watch.waits)
    found = []
    if grown > MOST_GROWTH:
        found.append(f"memory has grown by {grown:.1%}")
    if own > MOST_SECONDS_A_KEY:
        found.append(f"a key took {own:.2f} s")
    return found


def endure(minutes: float, seed: int, home: Path, *, quick: bool) -> list[str]:
    """Run the acts, and return all that went wrong."""
    found = []
    with MeteredTerminal(command(home), *SIZES[0]) as terminal:
        attributes, watch = termios.tcgetattr(terminal.fd), Watch(terminal)
        terminal.wait_for("ready")
        say("minute   acts   frames  calm MB  most MB  CPU %  slowest s   own  load  after")
        acts = Acts(terminal, home / "work", seed)
        try:
            live(acts, watch, minutes)
        except (UnseenError, OSError) as error:  # it does not answer, or is gone
            screen = painted(terminal)
            found.append(f"in {acts.act}: {error}; the screen:\n{screen}\n{stacks(terminal)}")
        found += acts.unseen
        left = leave(terminal, watch)
        if not quick:
            found += wrong(watch, minutes)
        if (status := terminal.process.poll()) != 0:
            found.append(f"exit status {status}")
        if left or watch.tracebacks:
            found.append(
                f"{watch.tracebacks} tracebacks on the screen; in the end it said {left!r}"
            )
        found += [f"{path}:\n{path.read_text()}" for path in home.rglob("traceback-*")]
        if termios.tcgetattr(terminal.fd) != attributes:
            found.append("the terminal has other attributes")
        if (on := {mode for mode, is_on in watch.modes.items() if is_on}) != {WRAPPING, CURSOR}:
            found.append(f"modes that are on in the end: {sorted(on)}")
        time.sleep(1)
        if others := family(terminal.process.pid):
            found.append(f"left behind: {[(other / 'cmdline').read_text() for other in others]}")
    return found


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Print a line a minute, and what went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a few acts")
    given = parser.parse_args()
    minutes = QUICK_MINUTES if given.quick else given.minutes
    with tempfile.TemporaryDirectory() as home:
        found = endure(minutes, given.seed, Path(home), quick=given.quick)
    for what in found:
        say(f"WRONG: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
