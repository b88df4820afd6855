"""The rules of a login node: few threads, one process, no files, no network."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_application import command

MOST_THREADS = 8

AUDITED = """
import os, sys
log = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_CREAT)
def look(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        os.write(log, f"{event} {arguments}\\n".encode())
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & 3:
        os.write(log, f"{event} {arguments[0]}\\n".encode())
    if event in ("os.mkdir", "os.rename", "os.remove", "subprocess.Popen", "os.fork"):
        os.write(log, f"{event} {arguments}\\n".encode())
sys.addaudithook(look)
from linreg_tui.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def status(process: int, name: str) -> int:
    found = re.search(rf"{name}:\s*(\d+)", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1])


@pytest.mark.thorough
def test_there_are_few_threads_and_one_process() -> None:
    with Terminal.start([command(), "--epochs", "100000"], 120, 40) as terminal:
        pid = terminal.process.pid
        terminal.wait_for("ready")
        terminal.type("+++++ w")
        terminal.wait_for("enter/ctrl+s run")
        # Start a sweep while it trains.
        terminal.type("\x1b[B\x1b[B\x1b[B\x1520000\r")
        terminal.wait_for("running")
        terminal.type("0123")
        terminal.read(0.5)
        terminal.type("lzx")
        terminal.read(0.5)
        assert status(pid, "Threads") <= MOST_THREADS
        assert terminal.processes == 1


@pytest.mark.thorough
def test_a_sweep_in_processes_has_few_threads_and_can_be_left() -> None:
    with Terminal.start([command(), "--epochs", "400000"], 120, 40) as terminal:
        terminal.wait_for("ready")
        terminal.type("w")
        terminal.wait_for("enter/ctrl+s run")
        terminal.type("\r")
        terminal.wait_for("running")
        terminal.type("0 ")
        terminal.read(1)
        assert status(terminal.process.pid, "Threads") <= MOST_THREADS
        terminal.type("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("given", [None, "3"])
def test_numpys_libraries_have_one_thread_unless_the_user_says_otherwise(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    if given is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", given)
    script = (
        "import sys, linreg_tui, os; assert 'numpy' not in sys.modules;"
        "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.split() == ["1", given or "1"]


@pytest.mark.thorough
def test_no_files_are_written_and_no_connections_made(tmp_path: Path) -> None:
    (tmp_path / "home").touch()  # a file, so that nothing can be written in it
    log = tmp_path / "log"
    env = {"HOME": str(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    with Terminal.start([sys.executable, "-c", AUDITED, str(log)], 120, 40, env) as terminal:
        terminal.wait_for("ready")
        terminal.type("++++ ")
        terminal.wait_for("converged")
        for keys in ("w\r", "0", "l", "z", "v", "c", "?", "?", "e\x18", "x\x18"):
            terminal.type(keys)
            terminal.settle()
        terminal.type("q")
        assert terminal.wait_exit() == 0
    events = [line for line in log.read_text().splitlines() if "/dev/" not in line]
    assert events == []
