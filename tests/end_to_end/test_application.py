"""The real program in a real terminal."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tests.thorough import first_of


def command() -> str:
    """Return the installed command in the environment that runs the tests."""
    path = Path(sysconfig.get_path("scripts")) / "linreg-tui"
    assert path.exists(), "the tests need the package installed: pip install -e '.[test]'"
    return str(path)


@pytest.mark.parametrize(
    ("size", "faster", "seconds"),
    [((200, 60), "++", 1), pytest.param((80, 24), "", 6, marks=pytest.mark.thorough)],
)
def test_space_fits_the_line_and_q_quits(
    size: tuple[int, int],
    faster: str,
    seconds: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with Terminal.start([command()], *size) as terminal:
        terminal.wait_for("ready")
        terminal.type(faster)
        began = time.monotonic()
        terminal.type(" ")
        terminal.wait_for("converged")
        assert seconds - 1 < time.monotonic() - began < seconds + 3
        terminal.wait_for("88.89")
        terminal.wait_for("32912.24")
        terminal.type("q")
        assert terminal.wait_exit() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("rate", "end"),
    [
        ("1e-5", "✗ diverged"),
        pytest.param("1e-7", "✓ converged", marks=pytest.mark.thorough),
    ],
)
def test_keys_act_at_once_whatever_it_is_doing(rate: str, end: str) -> None:
    options = ["--batch-size", "64", "--learning-rate-m", rate]
    with Terminal.start([command(), *options], 120, 40) as terminal:
        terminal.wait_for("ready")
        terminal.type("+++++ ")
        terminal.wait_for("full speed")
        terminal.wait_for(end)
        terminal.type(" ")
        terminal.read(0.3)
        terminal.type("?")
        terminal.wait_for("Double both learning rates", seconds=2)
        terminal.type("?")
        terminal.type("r")
        terminal.type(" w\r")
        terminal.wait_for("trainings")
        terminal.resize(80, 24)
        terminal.read(0.5)
        asked = time.monotonic()
        terminal.type("q")
        assert terminal.wait_exit() == 0
        assert time.monotonic() - asked < 2


@pytest.mark.thorough
def test_keys_that_arrive_together_act_in_their_order(tmp_path: Path) -> None:
    with Terminal.start([command()], 80, 24) as terminal:
        terminal.wait_for("ready")
        terminal.type("x")
        terminal.wait_for("writes linreg-run.csv")
        terminal.type(f"\t\x15{tmp_path}")
        terminal.wait_for(str(tmp_path)[-30:])
        terminal.type("\x7f\x7fxx")
        terminal.wait_for("there is no such folder")
        terminal.type(f"\x15{tmp_path}\r")
        terminal.wait_for("Wrote linreg-run.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["linreg-run.csv"]


@pytest.mark.thorough
def test_a_demonstration_can_be_prepared_on_the_command_line() -> None:
    options = ["--batch-size", "64", "--learning-rate-m", "8e-7", "--update", "simultaneous"]
    with Terminal.start([command(), *options], 120, 40) as terminal:
        for text in (
            "batch 64",
            "η_m 8e-7",
            "steps/s   simultaneous",
            "slope               5.00",
        ):
            terminal.wait_for(text)


@pytest.mark.parametrize(
    ("options", "env", "size"),
    [
        # How ASCII is chosen makes no difference to the screen, so every run tries one way only.
        ([], {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, (80, 24)),
        pytest.param(
            *(["--marker", "ascii"], {"PYTHONIOENCODING": "utf-8"}, (80, 24)),
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            *(["--marker", "braille"], {"PYTHONIOENCODING": "ascii"}, (120, 40)),
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_with_an_ascii_encoding_the_whole_screen_is_ascii(
    options: list[str], env: dict[str, str], size: tuple[int, int]
) -> None:
    with Terminal.start([command(), *options], *size, env) as terminal:
        terminal.wait_for("ready")
        terminal.type("++++ ")
        terminal.wait_for("v converged")
        terminal.wait_for("88.89")
        terminal.wait_for("e_m 1e-7   e_b 0.1")
        terminal.type("?")
        terminal.wait_for("+- Help -")
        terminal.type("?q")
        assert terminal.wait_exit() == 0
        assert terminal.output.isascii()


@pytest.mark.thorough
def test_blocks_are_drawn_without_braille() -> None:
    with Terminal.start([command(), "--marker", "block"], 80, 24) as terminal:
        for drawn in ("ready", "▄▄ fit", "▀", "└┬─"):
            terminal.wait_for(drawn)
        terminal.type("++++ ")
        terminal.wait_for("✓ converged")
        terminal.type("q")
        assert terminal.wait_exit() == 0
        output = terminal.output.decode()
        assert not any(0x2800 <= ord(character) < 0x2900 for character in output)


@pytest.mark.parametrize("name", ["fit", "train"])
def test_commands_print_lookalikes(name: str) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([command(), name], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.isascii()
    assert "\\" not in done.stdout
    assert ("n Sx2 - (Sx)2" if name == "fit" else "y = 88.89 * x + 32912.24") in done.stdout
    assert done.stderr == ""


def test_without_a_keyboard_it_gives_advice() -> None:
    with Terminal.start(["sh", "-c", f"'{command()}' < /dev/null"], 160, 24) as terminal:
        assert terminal.wait_exit() == 2
        assert "linreg-tui train works without one" in " ".join(terminal.screen)


def test_a_terminal_without_a_cursor_is_refused() -> None:
    with Terminal.start([command()], 160, 24, {"TERM": "dumb"}) as terminal:
        assert terminal.wait_exit() == 2
        assert "TERM=dumb; linreg-tui train works" in terminal.screen[0]
        assert not terminal.screen[1].strip()


@pytest.mark.thorough
def test_data_without_a_closed_form_is_refused_before_the_screen(tmp_path: Path) -> None:
    (tmp_path / "flat.csv").write_text("a,b\n3,1\n3,2\n")
    options = [str(tmp_path / "flat.csv"), "--x", "a", "--y", "b"]
    with Terminal.start([command(), *options], 200, 24) as terminal:
        assert terminal.wait_exit() == 2
        assert "every x is the same" in terminal.screen[0]
        assert not terminal.screen[1].strip()


JOURNEYS = (
    "++++ ",
    "l",
    "z",
    "gl{{{",
    " ",
    "\x1b[D\x1b[D\x1b[1;2D]b",
    "\x1b[C\x1b[C\x1b[C]]]]",
    "\x1b[1;2C\x1b[1;2C",
    "y20",
    "[[[[[ ",
)
"""Keys that change everything on the screen that can change."""


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
def test_partial_repaints_show_what_a_full_repaint_shows(size: tuple[int, int]) -> None:
    with Terminal.start([command(), "--epochs", "200"], *size) as terminal:
        terminal.wait_for("ready")
        for keys in JOURNEYS:
            terminal.type(keys)
            terminal.read(0.2)
        terminal.type("\x1b[D")
        terminal.settle(0.7)
        painted = terminal.cells
        terminal.resize(size[0] - 7, size[1] - 1)
        terminal.settle(0.7)
        terminal.resize(*size)
        terminal.settle(0.7)
        assert terminal.cells == painted
        terminal.type("q")
        assert terminal.wait_exit() == 0


@pytest.mark.thorough
def test_a_run_beneath_a_dialog_costs_few_bytes() -> None:
    with Terminal.start([command(), "--epochs", "40"], 120, 40) as terminal:
        terminal.wait_for("ready")
        terminal.type("+ x")
        terminal.wait_for("writes linreg-run")
        terminal.read(0.5)
        before = len(terminal.output)
        terminal.wait_for("━● 40")
        # It would be a million if each step painted the whole screen.
        assert len(terminal.output) - before < 100_000
        terminal.read(0.4)
        painted = terminal.cells
        terminal.resize(113, 39)
        terminal.settle(0.7)
        terminal.resize(120, 40)
        terminal.settle(0.7)
        assert terminal.cells == painted


@pytest.mark.thorough
def test_on_a_screen_too_small_for_its_panes_dialogs_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Terminal.start([command()], 40, 12) as terminal:
        terminal.wait_for("needs 60x16")
        terminal.type("x\x1b[B\x1b[B")
        terminal.wait_for("writes linreg-run.txt")
        terminal.wait_for("ctrl+n …")
        terminal.type("\x0e")
        terminal.wait_for("cancel")
        terminal.type("\r")
        terminal.wait_for("Wrote linreg-run.txt")
        terminal.type("q")
        assert terminal.wait_exit() == 0
    assert "closed form" in (tmp_path / "linreg-run.txt").read_text(encoding="utf-8")


def test_bytes_that_are_not_utf_8_do_no_harm() -> None:
    with Terminal.start([command()]) as terminal:
        terminal.wait_for("ready")
        os.write(terminal.fd, b"\x1b[200~pr\xe9c\xe9dent q\x1b[201~\xff\xc3")
        terminal.type("?")
        terminal.wait_for("Help", 5)


@pytest.mark.thorough
def test_keys_typed_before_the_start_are_not_lost() -> None:
    with Terminal.start([command()], 120, 40) as terminal:
        while b"1049h" not in terminal.output:
            terminal.read(0.001)
        terminal.type("+4")
        terminal.wait_for("w chooses a sweep")
        terminal.type("0")
        terminal.wait_for("10 steps/s")


@pytest.mark.thorough
@pytest.mark.parametrize("options", [[], ["--reduced-motion"]], ids=["moving", "reduced"])
def test_reduced_motion_skips_the_frames_in_between(options: list[str]) -> None:
    with Terminal.start([command(), *options], 60, 16) as terminal:
        terminal.wait_for("ready")
        terminal.type("?")
        terminal.wait_for("Run or pause")
        terminal.read(0.5)
        seen, whole = {terminal.screen[5]}, set(terminal.screen)
        # The help scrolls a page down and up; a busy machine may skip frames.
        for key in ("\x1b[6~", "\x1b[5~") * 2:
            terminal.type(key)
            deadline = time.monotonic() + 0.7
            while time.monotonic() < deadline:
                terminal.read(0.002)
                seen.add(terminal.screen[5])
            whole |= set(terminal.screen)
            if len(seen & whole) > 2:
                break
        # A row may be read when only half of it is written.
        assert len(seen & whole) == 2 if options else len(seen & whole) > 2


NONSENSE = (
    "\x1b[1114112u",  # a key with a number that is none
    "\x1b[48;24;0;480;0t\x1b[<0;5;5M",  # a screen of no columns, and a click on it
    "\x1b[48;1000000000;1000000000;9;9t",
    "\x1b[<0;99999999999999999999;99999999999999999999M",
    "\x1b[99999999999;99999999999R",
    "\x1b[?2026;7$y\x1b[?2026;0$y\x1b[?9999;9$y",
    "\x1b[57358;999999999u",
    "\x1b]11;rgb:zzzz/0000/ffff\x07\x1bP>|nonsense\x1b\\",
    "\x9b\xff\xfe\x00\x1b[200~\x1b]0;pasted\x07\x1b[201~",
)


def test_a_terminal_that_answers_with_nonsense_is_not_believed() -> None:
    with Terminal.start([command()], 80, 24) as terminal:
        terminal.wait_for("ready")
        for answer in NONSENSE:
            terminal.type(answer)
        terminal.read(0.3)
        for _ in range(3):
            terminal.type("\x1b")
            terminal.read(0.2)
        terminal.type("?")
        terminal.wait_for("Help")
        assert terminal.process.poll() is None
