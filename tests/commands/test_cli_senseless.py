"""Options that make no sense, alone or together, and names that can't be any."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from linreg_tui.commands import NAMES
from tests.commands.test_cli import complaint, output

LONG = "x" * 300


def options_of(capsys: pytest.CaptureFixture[str], command: str) -> list[str]:
    """Return the options of a command that take a value."""
    text = output(capsys, *command.split(), "--help")
    usage = text.partition("\n\n")[0]
    return re.findall(r"\[(--[a-z0-9-]+) [^\]]+\]", " ".join(usage.split()))


@pytest.mark.parametrize("command", ["", "fit", "train", "sweep", "report", "serve", "pbs", "tour"])
def test_two_dashes_are_a_value_that_no_option_takes(
    capsys: pytest.CaptureFixture[str],
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    options = options_of(capsys, command)
    assert len(options) > 2
    for option in options:
        # Files, and what a job script doesn't check, may be called so.
        if option not in ("--history", "--script", "--csv", "--program", "--host"):
            complaint(capsys, *command.split(), f"{option}=--")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tour", "--plain", "--theme", "nonsense"], "--theme is for the screen"),
        (["tour", "--plain", "--reduced-motion"], "--reduced-motion is for the screen"),
        (["tour", "--plain", "--hide-predictions"], "--hide-predictions is for the screen"),
        (["tour", "--theme", "nonsense"], "'nonsense' is not a theme"),
        (["pbs", "--program", ""], "name one, such as ~/linreg/bin"),
        (["pbs", "--", "fit", "a.csv", "--cluster=tcp://a:1"], "leave out --cluster"),
        (["pbs", "--", "fit"], "name some, such as 'part-*.parquet'"),
        (["pbs", "--", "fit", "a.csv", "--stream"], "choose one"),
        (["pbs", "--", "train"], "add --workers"),
        (["pbs", "--", "sweep", "--jobs", "4"], "choose one"),
        (["pbs", "--", "sweep", "--repeat", "4"], "is it --repeats?"),
        (["sweep", "--go-on"], "name one with --cluster"),
        (["sweep", "--jobs", "2", "--cluster", "local:2"], "choose one"),
        (["fit", "--stream"], "name one, such as prices.csv"),
        (["fit", "--stream", "--cluster", "local:2", "a.csv"], "choose one"),
        (["fit", "--skip-bad"], "name some"),
        (["train", "--history", "a", "--script", "./a"], "choose two"),
        (["fit", "--json=yes"], "--json takes no value"),
        (["tour", "--marker", "dots"], "'dots' is not possible: choose from braille, block, ascii"),
        (["tour", "--plain", "--fps", "²"], "'²' is not a number of frames"),
    ],
)
def test_what_makes_no_sense_is_not_accepted(
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in complaint(capsys, *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        *([LONG], ["fit", LONG], ["train", LONG], ["sweep", LONG], ["report", LONG]),
        *(["serve", LONG], ["tour", LONG], ["fit", f"{LONG}*"], ["fit", LONG, "--stream"]),
        *(["train", "--history", LONG], ["train", "--script", LONG], ["sweep", "--csv", LONG]),
        *(["report", "--folder", LONG], ["fit", "a\0b"], ["train", "--history", "a\0b"]),
        *(["train", "--history", f"{'d/' * 3000}x"], ["fit", "--example", LONG]),
    ],
)
def test_a_name_that_can_be_none_is_bad_input(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert "output" not in complaint(capsys, *words)


def test_a_message_keeps_the_end_of_what_it_quotes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / ("folder-" * 20) / "prices.csv"
    assert "prices.csv: there is no such file" in complaint(capsys, "fit", str(path))
    for command in (["tour", "--theme"], ["pbs", "--queue"], ["pbs", "--walltime"]):
        assert "…" in complaint(capsys, *command, LONG * 9 + "!")
    quoted = complaint(capsys, "sweep", f"--cluster={LONG}")
    assert "x' is not the address of a cluster" in quoted


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["train", "--help"]])
def test_help_on_a_full_disk_fails(words: list[str], unbuffered: str) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "linreg_tui", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert ended.returncode == 1
    assert ended.stderr == "linreg-tui: the output can't be written (No space left on device)\n"


def test_every_command_is_tried_here() -> None:
    assert set(NAMES) <= {"fit", "train", "sweep", "report", "tour", "serve", "pbs"}
