"""However the program ends, the terminal is as it was, and the exit status says why."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_application import command

WITHIN = 1.0
SWITCHED_ON = (b"1049h", b"1000h", b"1003h", b"1006h", b"2004h", b"1004h")

FAILING = """
import sys, threading, time
from textual.widgets import Static
from linreg_tui import cli
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.plot import Plot

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

def in_export(app, event):
    # Instead of a failure, a file that takes its time.
    from linreg_tui.tui import exports
    def lines(*_):
        for number in range(1000):
            time.sleep(0.01)
            yield "line\\n"
    exports.history_lines = lines

LinregApp.on_paste = globals()[sys.argv.pop(1)]
raise SystemExit(cli.main(sys.argv[1:]))
"""

PASTED = "\x1b[200~now\x1b[201~"


def cooked(terminal: Terminal) -> list[object]:
    return termios.tcgetattr(terminal.fd)


def assert_given_back(terminal: Terminal, found: list[object]) -> None:
    assert cooked(terminal) == found
    output = bytes(terminal.output)
    for switch in SWITCHED_ON:
        assert output.rfind(b"\x1b[?" + switch[:-1] + b"l") > output.rfind(b"\x1b[?" + switch)
    assert output.rfind(b"\x1b[?25h") > output.rfind(b"\x1b[?25l")


def nobody_left(group: int) -> bool:
    """Whether all processes that the program has started have ended too."""
    for _ in range(20):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def started(*options: str, env: dict[str, str] | None = None) -> Terminal:
    terminal = Terminal.start([command(), *options], 80, 24, env)
    return terminal


def failing(where: str, env: dict[str, str] | None = None, columns: int = 200) -> Terminal:
    return Terminal.start([sys.executable, "-c", FAILING, where], columns, 24, env)


def ends(
    terminal: Terminal, act: Callable[[], object], found: list[object], within: float = WITHIN
) -> int:
    began = time.monotonic()
    act()
    status = terminal.wait_exit(5)
    assert time.monotonic() - began < within
    assert_given_back(terminal, found)
    assert nobody_left(terminal.process.pid)
    return status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_in_time(number: signal.Signals) -> None:
    with started("--epochs", "100000") as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        terminal.type("+++++ ")
        terminal.wait_for("full speed")
        status = ends(terminal, lambda: terminal.process.send_signal(number), found)
        assert status == 128 + number
        assert "Traceback" not in "".join(terminal.screen)
