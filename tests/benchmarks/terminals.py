"""Tries the application on many kinds of terminal, and prints the README's table of them.

python tests/benchmarks/terminals.py [--quick]

On each it opens, trains to the end, shows the help, quits, and restores the terminal. tmux is tried
if it is installed. `--quick` tries a few of them. The exit status is 1 if anything does not work.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import termios
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script's path has only its own folder

from tests.end_to_end.terminal import Terminal

PROGRAM = [sys.executable, "-m", "linreg_tui"]

TERMS = (
    "xterm-256color",
    "xterm",
    "screen-256color",
    "tmux-256color",
    "screen",
    "linux",
    "vt100",
    "dumb",
)
SURROUNDINGS = {
    "COLORTERM": {"COLORTERM": "truecolor"},
    "no COLORTERM": {"COLORTERM": ""},
    "NO_COLOR": {"COLORTERM": "", "NO_COLOR": "1"},
    "LANG=C": {"COLORTERM": "", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
SIZES = ((40, 12), (60, 16), (80, 24), (120, 40), (200, 60), (300, 100))

WITHOUT_TMUX = "not tried: tmux is not installed"


def tried(env: dict[str, str], size: tuple[int, int] = (80, 24), shows: str = "ready") -> str:
    """Try the application, and return "works" or what went wrong."""
    with Terminal.start(PROGRAM, *size, env) as terminal:
        try:
            found = termios.tcgetattr(terminal.fd)
            terminal.wait_for(shows, 15)
            if shows == "ready":
                terminal.type("++++ ")
                terminal.wait_for("converged", 10)
                terminal.type("?")
                terminal.wait_for("Help", 5)
                terminal.type("?")
            terminal.type("q")
            if terminal.wait_exit(5) != 0:
                return "wrong exit status"
            return "works" if termios.tcgetattr(terminal.fd) == found else "not given back"
        except AssertionError as error:
            if terminal.process.poll() == 2:
                return "refused"
            return str(error).splitlines()[0]


def resized(times: int) -> str:
    """Resize the terminal this many times while it trains, and return the result."""
    with Terminal.start([*PROGRAM, "--epochs", "100000"], 120, 40) as terminal:
        terminal.wait_for("ready")
        terminal.type("+++ ")
        for number in range(times):
            terminal.resize(60 + number * 37 % 120, 16 + number * 13 % 40)
            terminal.read(0.02)
        terminal.resize(80, 24)
        terminal.read(0.5)
        terminal.type(" ")
        terminal.wait_for("paused")
        terminal.type("q")
        return "works" if terminal.wait_exit(5) == 0 else "wrong exit status"


def in_tmux() -> str:
    """Try the application inside tmux, and return the result."""
    if shutil.which("tmux") is None:
        return WITHOUT_TMUX
    command = " ".join(PROGRAM)
    server = f"linreg-{uuid.uuid4().hex[:8]}"
    tmux = ["tmux", "-L", server, "-f", "/dev/null", "new-session", command]
    with Terminal.start(tmux, 100, 32) as terminal:
        terminal.wait_for("ready")
        terminal.type("++++ ")
        terminal.wait_for("converged")
        terminal.type("q")
        return "works" if terminal.wait_exit(5) == 0 else "wrong exit status"


def main() -> int:
    """Print the table; return 1 if anything neither works nor is refused nor is left untried."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="few of them")
    quick = parser.parse_args().quick
    terms, sizes, times = (TERMS[:1], SIZES[:1], 10) if quick else (TERMS, SIZES, 100)
    say = sys.stdout.write
    came = []
    say(f"| TERM | {' | '.join(SURROUNDINGS)} |\n|{' --- |' * (len(SURROUNDINGS) + 1)}\n")
    for term in terms:
        row = [tried({"TERM": term, **around}) for around in SURROUNDINGS.values()]
        say(f"| `{term}` | {' | '.join(row)} |\n")
        sys.stdout.flush()
        came += row
    say("\n| size | |\n| --- | --- |\n")
    for columns, rows in sizes:
        small = columns < 60 or rows < 16
        came.append(tried({}, (columns, rows), "needs" if small else "ready"))
        meant = "says how much it needs" if small and came[-1] == "works" else came[-1]
        say(f"| {columns}x{rows} | {meant} |\n")
    came += [resized(times), in_tmux()]
    say(f"| {times} sizes while it trains | {came[-2]} |\n| in tmux | {came[-1]} |\n")
    return 0 if set(came) <= {"works", "refused", WITHOUT_TMUX} else 1


if __name__ == "__main__":
    raise SystemExit(main())
