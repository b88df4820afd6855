"""An hour at the keyboard: does memory stay, does it always answer, is the terminal given back?

python tests/benchmarks/endurance.py [--minutes 60] [--seed 0]

The program runs in a real pseudo-terminal and a home of its own. A seeded script does everything
that there is to do, in cycles of the same acts in another order; the last one of each opens the
houses again. A run keeps its history by design, up to 320 MB of it, so memory is compared at these
calm moments, when nothing runs and nothing is kept: what has grown there is a leak. A line a minute
tells the acts and the frames so far, the memory (of the program and its children, in MB, as they
are resident) at the last calm moment and at most within the minute, the processor time in percent
of a core, how long the slowest key took, in all and without the time in which other programs had
the processors, the load of the machine, and the act that this key came after.

Exit status 1, and a line for each, unless

- memory is flat: the median over the calm moments of the last sixth (ten minutes of an hour) is at
  most 5% above that of the second sixth; the first one is for warming up;
- the help was there within a second of its key, each time, whatever ran (without the time in which
  the program's threads were ready and others had the processors, by the kernel's account);
- every act showed what it should, and nothing failed: no traceback in a file or on the screen, exit
  status 0, not a word left behind;
- the terminal is clean: its attributes are as before, the alternate screen is left, the mouse off,
  the cursor on, and no child has outlived the program.

With the same seed the keys are the same, but not the moments at which they arrive.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import sys
import tempfile
import termios
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script's path is but its own folder

from tests.benchmarks.acts import SIZES, Acts
from tests.benchmarks.hands import UnseenError
from tests.benchmarks.metered import MeteredTerminal
from tests.benchmarks.screen import written
from tests.end_to_end.terminal import LAUNCHER

MOST_GROWTH, MOST_SECONDS_A_KEY = 0.05, 1.0
TELLING = Path(__file__).with_name("telling.py")
HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR")
WRAPPING, CURSOR = 7, 25
"""The modes that are on in a terminal that nobody has touched."""

_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


@dataclass
class Watch:
    """What is seen of the program: its memory in MB and its modes of the terminal."""

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
        """Of the program and all that it has started."""
        pages = 0
        for process in family(self.terminal.process.pid):
            with suppress(OSError):  # it has just ended
                pages += int((process / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def processor_seconds(self) -> float:
        """Of the program and of the children that have ended."""
        return sum(map(int, stat(Path(f"/proc/{self.terminal.process.pid}"))[11:15])) / 100


def stat(process: Path) -> list[str]:
    """The fields of a process from its state on."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def family(session: int) -> list[Path]:
    """The processes of a session that have not ended."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, sid, *_ = stat(process)
            if int(sid) == session and state != "Z":
                found.append(process)
    return found


def command(home: Path) -> list[str]:
    """The program in a terminal that is its own, in a folder that is nobody else's."""
    work = home / "work"
    work.mkdir()
    rows = (f"{k},{k % 89},{3 * (k % 89) + k % 7}\n" for k in range(20_000))
    (work / "rows.csv").write_text("id,x,y\n" + "".join(rows))
    own = [f"{name}={home}" for name in HOMES]
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, sys.executable, str(TELLING)]
    return ["env", f"--chdir={work}", *own, *launched]


def live(acts: Acts, watch: Watch, minutes: float) -> None:
    """Cycle after cycle, with a line a minute."""
    began = said = time.monotonic()
    used, done = watch.processor_seconds(), 0
    while time.monotonic() < began + 60 * minutes:
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
    watch.waits += acts.waits


def leave(terminal: MeteredTerminal, watch: Watch) -> bytes:
    """Press q, and return what is on the screen that was there before."""
    with suppress(OSError):  # it has left long ago
        terminal.type("q")
    terminal.wait_exit(10)
    terminal.read(0.5)
    output = bytes(terminal.output)
    watch.read(output)
    return re.sub(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]", b"", output.rpartition(b"\x1b[?1049l")[2]).strip()


def painted(terminal: MeteredTerminal) -> str:
    """What is on the screen; for that it is painted once more, in another size."""
    terminal.take()
    termios.tcsetwinsize(terminal.fd, (41, 121))
    terminal.read(2)
    lines = (line.rstrip() for line in written(terminal, (121, 41)).splitlines())
    return "\n".join(filter(None, lines))


def stacks(terminal: MeteredTerminal) -> str:
    """What a program that does not answer is doing; it ends by telling."""
    terminal.take()
    pid, state = terminal.process.pid, "gone"
    with suppress(OSError):
        state = stat(Path(f"/proc/{pid}"))[0]
        for number in (signal.SIGUSR1, signal.SIGABRT):
            os.kill(pid, number)
            terminal.read(2)
    return f"its state is {state}\n{terminal.output.decode(errors='replace')}"


def wrong(watch: Watch, minutes: float) -> list[str]:
    """What memory and keys are to blame for; the figures of both are printed."""
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


def endure(minutes: float, seed: int, home: Path) -> list[str]:
    """All that went wrong."""
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
    """One line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Print a line a minute and what went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        found = endure(given.minutes, given.seed, Path(home))
    for what in found:
        say(f"WRONG: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
