"""However the program ends, the terminal is restored and the exit status says why."""

from __future__ import annotations

import re
import signal
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_application import command
from tests.thorough import first_of

WITHIN = 3.0
"""The seconds that leaving may take: the program allows itself one, a busy machine takes more."""

SWITCHED_ON = (b"1049h", b"1000h", b"1003h", b"1006h", b"2004h", b"1004h")

FAILING = """
import signal, sys, threading, time
from dataclasses import replace
from textual.widgets import Static
from linreg_tui import cli
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.drawing.plot import Plot

def fail(*_):
    raise ZeroDivisionError("made up")

async def fail_later():
    fail()

def in_handler(app, event):
    fail()

def in_render(app, event):
    Plot.render_line = fail
    app.refresh()
    for plot in app.query(Plot):
        plot.refresh()

def in_worker(app, event):
    app.run_worker(fail_later())

def in_thread_worker(app, event):
    app.run_worker(fail, thread=True)

def in_thread(app, event):
    threading.Thread(target=fail).start()

def in_loop(app, event):
    app._loop.call_soon(fail)

def in_queue(app, event):
    # Instead of a failure: signals from a shell while the writer's queue is locked.
    with app._driver._writer_thread._queue.mutex:
        signal.raise_signal(signal.SIGCONT)
        signal.raise_signal(signal.SIGTSTP)

def in_export(app, event):
    # Instead of a failure: a picture whose text takes long to make.
    from linreg_tui.tui.dialogs import export
    class Slow:
        @property
        def text(self):
            time.sleep(10)
    of_run = export.of_run
    export.of_run = lambda seen: of_run(replace(seen, picture=[*seen.picture, Slow()]))
    export.svg = lambda *_: ""

LinregApp.on_paste = globals()[sys.argv.pop(1)]
raise SystemExit(cli.main(sys.argv[1:]))
"""

LATE = """
import sys, threading
from linreg_tui.leaving import Leaving

begun = threading.Event()

class Late(Leaving):
    def restore(self, found):
        begun.set()
        threading.main_thread().join(0.3)  # it must not end in the meantime
        sys.stdout.write("restored")
        sys.stdout.flush()

with Late(lambda status: None) as leaving:
    leaving.begin(7)
    begun.wait()
"""

PASTED = "\x1b[200~now\x1b[201~"


def cooked(terminal: Terminal) -> list[object]:
    return termios.tcgetattr(terminal.fd)


def assert_restored(terminal: Terminal, found: list[object]) -> None:
    assert cooked(terminal) == found
    output = bytes(terminal.output)
    for switch in SWITCHED_ON:
        assert output.rfind(b"\x1b[?" + switch[:-1] + b"l") > output.rfind(b"\x1b[?" + switch)
    assert output.rfind(b"\x1b[?25h") > output.rfind(b"\x1b[?25l")


def lines_after(terminal: Terminal) -> list[str]:
    """Return the lines on the main screen after the program has left."""
    text = bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()
    return re.sub(r"\x1b\[[0-9;?]*[a-z]", "", text).splitlines()


def all_ended(group: int) -> bool:
    """Return whether all processes of the program end soon."""
    return soon(lambda: group not in running_groups())


def running_groups() -> set[int]:
    groups = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            state, _, group, *_ = stat.read_text().rpartition(")")[2].split()
            if state != "Z":  # Z: it has ended, and nobody has read its status yet
                groups.add(int(group))
    return groups


def soon(true: Callable[[], bool], seconds: float = WITHIN) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def started(*options: str, env: dict[str, str] | None = None) -> Terminal:
    return Terminal.start([command(), *options], 80, 24, env)


def failing(where: str, env: dict[str, str] | None = None, columns: int = 80) -> Terminal:
    return Terminal.start([sys.executable, "-c", FAILING, where], columns, 24, env)


def ends(
    terminal: Terminal, act: Callable[[], object], found: list[object], within: float = WITHIN
) -> int:
    began = time.monotonic()
    act()
    status = terminal.wait_exit(5)
    assert time.monotonic() - began < within
    assert_restored(terminal, found)
    assert all_ended(terminal.process.pid)
    return status


@pytest.mark.parametrize(
    "number", first_of([signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
)
def test_a_signal_ends_it_in_time(number: signal.Signals) -> None:
    with started("--epochs", "100000") as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        terminal.type("+++++ ")
        terminal.wait_for("full speed")
        status = ends(terminal, lambda: terminal.process.send_signal(number), found)
        assert status == 128 + number
        assert lines_after(terminal) == []


@pytest.mark.parametrize(
    "where",
    first_of(
        ["in_handler", "in_thread", "in_render", "in_worker", "in_thread_worker", "in_loop"], 2
    ),
)
def test_a_failure_takes_two_lines_and_its_traceback_is_saved(where: str, tmp_path: Path) -> None:
    with failing(where, {"XDG_STATE_HOME": str(tmp_path)}) as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        assert ends(terminal, lambda: terminal.type(PASTED), found) == 1
        (saved,) = (tmp_path / "linreg-tui").iterdir()
        assert lines_after(terminal) == [
            "linreg-tui: unexpected failure: ZeroDivisionError: made up",
            f"The traceback is in {saved}",
        ]
        assert "in fail" in saved.read_text()


@pytest.mark.thorough
def test_a_traceback_is_saved_elsewhere_if_home_cannot_be_written(tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.touch()
    env = {"HOME": str(nowhere), "XDG_STATE_HOME": "", "TMPDIR": str(tmp_path)}
    with failing("in_handler", env) as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        assert ends(terminal, lambda: terminal.type(PASTED), found) == 1
        assert len(list(tmp_path.glob("traceback-*.txt"))) == 1


@pytest.mark.parametrize("ignoring", first_of(["", "trap '' HUP;"]))
def test_a_hang_up_ends_it_in_time(ignoring: str) -> None:
    script = f"{ignoring} exec '{command()}' --epochs 100000"
    with Terminal.start(["sh", "-c", script]) as terminal:
        terminal.wait_for("ready")
        terminal.type("+++++ ")
        terminal.wait_for("full speed")
        terminal.hang_up()
        assert terminal.process.wait(WITHIN) == 128 + signal.SIGHUP
        assert all_ended(terminal.process.pid)


@pytest.mark.parametrize("number", first_of([signal.SIGTERM, signal.SIGKILL]))
def test_a_sweeps_processes_end_too(number: signal.Signals) -> None:
    with started("--epochs", "400000") as terminal:
        terminal.wait_for("ready")
        terminal.type("w")
        terminal.wait_for("enter/ctrl+s run")
        terminal.type("\r")
        terminal.wait_for("running")
        if terminal.processes < 3:
            pytest.skip("there is one core only")
        terminal.process.send_signal(number)
        status = terminal.wait_exit(2)
        assert status == (-number if number == signal.SIGKILL else 128 + number)
        assert all_ended(terminal.process.pid)


def test_ctrl_c_asks_once_and_then_leaves() -> None:
    with started() as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        terminal.type("\x03")
        terminal.wait_for("Press ctrl+c again to leave")
        assert ends(terminal, lambda: terminal.type("\x03"), found) == 128 + signal.SIGINT


@pytest.mark.thorough
def test_the_file_of_edits_saved_on_leaving_is_named_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with started() as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        terminal.type("pa")
        terminal.wait_for("552 rows")
        terminal.type("q")
        terminal.wait_for("save and quit")
        assert ends(terminal, lambda: terminal.type("s"), found) == 0
        terminal.wait_for("Wrote slimmed_realestate_data-edited.csv to")
    assert (tmp_path / "slimmed_realestate_data-edited.csv").exists()


@pytest.mark.parametrize("by", first_of(["q", "signal"]))
def test_it_leaves_in_time_if_the_terminal_accepts_nothing(by: str) -> None:
    with started("--epochs", "100000", "--batch-size", "32") as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        terminal.type("+++ ")
        time.sleep(2)
        if by == "q":
            terminal.type("q")
        else:
            terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(WITHIN) == (0 if by == "q" else 128 + signal.SIGTERM)
        terminal.wait_exit()
        assert_restored(terminal, found)


def test_it_does_not_end_before_the_terminal_is_restored() -> None:
    with Terminal.start([sys.executable, "-c", LATE]) as terminal:
        assert terminal.wait_exit() == 7
        assert b"restored" in terminal.output


@pytest.mark.parametrize("stop", first_of([signal.SIGTSTP, signal.SIGSTOP]))
def test_it_stops_and_continues_as_a_shell_asks(stop: signal.Signals) -> None:
    with started() as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        raw = cooked(terminal)
        terminal.type("++ ")
        if stop == signal.SIGTSTP:
            terminal.type("\x1a")
        else:
            terminal.process.send_signal(stop)
        wait_until_stopped(terminal)
        if stop == signal.SIGTSTP:
            assert_restored(terminal, found)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.read(0.5)
        assert cooked(terminal) == raw
        terminal.type("?")
        terminal.wait_for("Double both")
        terminal.type("?")
        terminal.wait_for("converged")
        assert ends(terminal, lambda: terminal.type("q"), found) == 0


@pytest.mark.thorough
def test_it_is_stopped_while_it_writes() -> None:
    with failing("in_queue") as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        raw = cooked(terminal)
        terminal.type(PASTED)
        wait_until_stopped(terminal)
        assert_restored(terminal, found)
        terminal.process.send_signal(signal.SIGCONT)
        assert soon(lambda: cooked(terminal) == raw)
        terminal.type("]")
        terminal.wait_for("η_m 2e-7")
        assert ends(terminal, lambda: terminal.type("q"), found) == 0


@pytest.mark.thorough
@pytest.mark.parametrize("stop", [signal.SIGTSTP, signal.SIGSTOP])
def test_it_is_stopped_at_any_time_of_its_start(stop: signal.Signals) -> None:
    with started() as terminal:
        found = cooked(terminal)
        assert soon(lambda: cooked(terminal) != found, 10)
        for _ in range(20):
            terminal.process.send_signal(stop)
            wait_until_stopped(terminal)
            terminal.process.send_signal(signal.SIGCONT)
            terminal.read(0.02)
        terminal.wait_for("ready")
        assert ends(terminal, lambda: terminal.type("q"), found) == 0


@pytest.mark.thorough
def test_a_stopped_program_can_be_ended() -> None:
    with started() as terminal:
        terminal.wait_for("ready")
        terminal.type("\x1a")
        wait_until_stopped(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        terminal.process.send_signal(signal.SIGCONT)
        assert terminal.wait_exit(2) == 128 + signal.SIGTERM


@pytest.mark.thorough
def test_an_export_under_way_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with failing("in_export", columns=200) as terminal:
        terminal.wait_for("ready")
        terminal.type(PASTED)
        terminal.type("x")
        terminal.wait_for("All of the run")
        terminal.type("\x1b[B" * 4)
        terminal.wait_for("writes linreg-run.csv, linreg-run.svg")
        terminal.type("\r")
        # The history and the picture are written; the text is under way.
        assert soon(lambda: len(list(tmp_path.iterdir())) == 3, 5)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_exit(2) == 128 + signal.SIGTERM
        assert list(tmp_path.iterdir()) == []
        assert lines_after(terminal) == ["linreg-tui: unfinished files were removed"]
        # On a terminal with only one screen the picture stays, with this message below it.
        assert terminal.screen[-2].startswith("linreg-tui: unfinished files")
        assert terminal.screen[-1].isspace()
        assert terminal.cursor == (0, 23)


@pytest.mark.parametrize("closed", ["<&-", "< /dev/null", ">&-", "<&- >&- 2>&-"])
def test_without_a_screen_or_a_keyboard_it_says_so(closed: str) -> None:
    with Terminal.start(["sh", "-c", f"'{command()}' {closed}"], 160, 24) as terminal:
        assert terminal.wait_exit() == 2
        assert "needs a terminal" in terminal.screen[0] or "2>&-" in closed


@pytest.mark.thorough
def test_stderr_may_be_closed() -> None:
    with Terminal.start(["sh", "-c", f"exec '{command()}' 2>&-"]) as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        assert ends(terminal, lambda: terminal.type("q"), found) == 0


def wait_until_stopped(terminal: Terminal) -> None:
    stat = Path(f"/proc/{terminal.process.pid}/stat")

    def stopped() -> bool:
        terminal.read(0.05)  # a program can't stop while its terminal is full
        return stat.read_text().rpartition(")")[2].split()[0] == "T"

    assert soon(stopped)
    terminal.read(0.1)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["linux", "vt100"])
def test_a_simple_terminal_works_and_its_only_screen_is_left_clean(kind: str) -> None:
    env = {"TERM": kind, "COLORTERM": "", "NO_COLOR": "1"}
    with started("--theme", "high-contrast", "--fps", "5", env=env) as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        terminal.type("4w\r")
        # Curves differ in their marks, and such terminals have only plain ones.
        terminal.wait_for("o    32")
        terminal.wait_for("x    64")
        assert all(line.isascii() for line in terminal.screen)
        assert ends(terminal, lambda: terminal.type("q"), found) == 0
        assert all(line.isspace() for line in terminal.screen)
        assert terminal.cursor == (0, 0)
