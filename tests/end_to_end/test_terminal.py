import shlex
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.end_to_end.terminal import Terminal, without_private

PRIVATE = [
    b"\x1b[>4;1m",
    b"\x1b[>4m",
    b"\x1b[>1u",
    b"\x1b[<u",
    b"\x1b[?2026$p",
    b"\x1b[?2048$p",
]


def shell(script: str, columns: int = 80, rows: int = 24, **env: str) -> Terminal:
    return Terminal.start(["sh", "-c", script], columns, rows, env)


def python(script: str, columns: int = 80, rows: int = 24) -> Terminal:
    return Terminal.start([sys.executable, "-c", script], columns, rows)


def test_screen_shows_what_is_painted_and_where() -> None:
    with shell(r"printf '\033[3;5Hhere'; exit 3", 40, 10) as terminal:
        terminal.wait_for("here")
        assert terminal.wait_exit() == 3
        assert [len(line) for line in terminal.screen] == [40] * 10
        assert terminal.screen[2].rstrip() == "    here"
        assert terminal.output == b"\x1b[3;5Hhere"


def test_program_has_the_terminal_as_its_own_in_the_size_asked_for() -> None:
    with shell("stty size < /dev/tty", 101, 33) as terminal:
        terminal.wait_for("33 101")
        assert terminal.wait_exit() == 0


def test_environment_is_a_modern_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "LINES", "LC_ALL"):
        monkeypatch.setenv(name, "7")
    monkeypatch.setenv("TERM", "dumb")
    script = 'echo "<$COLUMNS$LINES$LC_ALL> $TERM $COLORTERM $LANG $MINE"'
    with shell(script, MINE="ours") as terminal:
        terminal.wait_for("<> xterm-256color truecolor C.UTF-8 ours")


def test_typed_text_reaches_the_program() -> None:
    with shell('read -r line; echo "got $line"') as terminal:
        terminal.type("größe\n")
        terminal.wait_for("got größe")


def test_control_c_interrupts() -> None:
    with shell("trap 'exit 7' INT; echo ready; while :; do sleep 0.05; done") as terminal:
        terminal.wait_for("ready")
        terminal.type("\x03")
        assert terminal.wait_exit() == 7


def test_resize_tells_the_program() -> None:
    script = """
import os, signal
signal.signal(signal.SIGWINCH, lambda *_: print(*os.get_terminal_size(), flush=True))
print("ready", flush=True)
while True: signal.pause()
"""
    with python(script) as terminal:
        terminal.wait_for("ready")
        terminal.resize(120, 40)
        terminal.wait_for("120 40")
        assert [len(line) for line in terminal.screen] == [120] * 40


def test_wait_for_shows_the_screen_when_it_fails() -> None:
    with shell("echo something else; sleep 60") as terminal:
        terminal.wait_for("something")
        with pytest.raises(AssertionError, match=r"no 'this' after 0\.1 s.*\nsomething else"):
            terminal.wait_for("this", 0.1)


def test_wait_for_gives_up_when_the_program_has_left() -> None:
    with (
        shell("echo bye") as terminal,
        pytest.raises(AssertionError, match=r"left without showing 'this'.*\nbye"),
    ):
        terminal.wait_for("this", 600)


def test_wait_exit_says_that_the_program_is_still_there() -> None:
    with (
        shell("echo busy; sleep 60") as terminal,
        pytest.raises(AssertionError, match="still running"),
    ):
        terminal.wait_exit(0.2)


@pytest.mark.thorough
def test_wait_exit_reads_the_output_before() -> None:
    size = 300_000
    with python(f"print('x' * {size}); print('last')") as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.output.count(b"x") == size
        assert terminal.screen[-2].rstrip() == "last"


def test_wait_exit_names_the_signal() -> None:
    with shell("kill -TERM $$") as terminal:
        assert terminal.wait_exit() == -signal.SIGTERM


def test_read_ends_when_the_program_has_left() -> None:
    with shell("sleep 0.1; echo late") as terminal:
        assert "late" not in terminal.screen[0]
        terminal.read(600)
        assert "late" in terminal.screen[0]


def test_read_ends_when_the_time_is_over() -> None:
    with shell("sleep 60") as terminal:
        start = time.monotonic()
        terminal.read(0.1)
        assert 0.1 <= time.monotonic() - start < 10


def test_settle_ends_when_nothing_more_comes() -> None:
    with shell("echo one; sleep 0.2; echo two; sleep 60") as terminal:
        terminal.settle(1)
        assert [line.rstrip() for line in terminal.screen[:2]] == ["one", "two"]


def test_settle_fails_if_nothing_comes() -> None:
    with (
        shell("sleep 60") as terminal,
        pytest.raises(AssertionError, match=r"nothing was written in 0.1 s"),
    ):
        terminal.settle(seconds=0.1)


def test_settle_fails_if_output_never_stops() -> None:
    with (
        shell("while :; do echo more; sleep 0.02; done") as terminal,
        pytest.raises(AssertionError, match=r"still writing after 2 s; the screen:\nmore"),
    ):
        terminal.settle(1, seconds=2)


def test_close_kills_its_own_program_and_no_other() -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander:
        with shell("trap '' HUP TERM; echo ready; while :; do sleep 0.05; done") as terminal:
            terminal.wait_for("ready")
        assert terminal.process.returncode == -signal.SIGKILL
        assert bystander.poll() is None
        bystander.kill()
    terminal.close()


@pytest.mark.parametrize("sequence", PRIVATE)
def test_private_sequence_is_not_shown_even_in_two_parts(sequence: bytes) -> None:
    for middle in range(1, len(sequence)):
        parts = [b"A" + sequence[:middle], sequence[middle:] + b"B"]
        assert shown(parts) == (b"AB", b"")


@given(
    pieces=st.lists(st.sampled_from([*PRIVATE, b"\x1b[1;31m", b"\x1b[?25h", b"\x1b7", b"text"])),
    cuts=st.lists(st.integers(0, 80)),
)
def test_parts_of_any_size_show_the_same(pieces: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(pieces)
    ends = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    parts = [whole[a:b] for a, b in pairwise(ends)]
    public = b"".join(piece for piece in pieces if piece not in PRIVATE)
    assert shown(parts) == (public, b"")


def shown(parts: list[bytes]) -> tuple[bytes, bytes]:
    """Return what is shown of parts that come in turn, and what is unfinished at the end."""
    screen, unfinished = b"", b""
    for part in parts:
        more, unfinished = without_private(unfinished + part)
        screen += more
    return screen, unfinished


def test_private_sequences_of_a_program_leave_no_trace() -> None:
    sequences = "".join(sequence.decode() for sequence in PRIVATE).replace("\x1b", r"\033")
    with shell(f"printf {shlex.quote(sequences.replace('%', '%%') + 'clean')}") as terminal:
        terminal.wait_for("clean")
        assert terminal.screen[0].rstrip() == "clean"
