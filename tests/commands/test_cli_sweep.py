from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from linreg_tui.cluster import connection
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Trial
from tests.commands.test_cli import RED, complaint, output, printed, run, start, table
from tests.sweeps.test_run_trials import Leaving
from tests.thorough import first_of

FIELDS = (
    "batch_size, learning_rate_m, learning_rate_b, scale, repeat, seed, steps, slope, intercept, "
    "loss, status, diverged_at, predicted_stable, seconds, optimum, test_n, test_loss, config"
)


def without_seconds(sweep: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**trial, "seconds": None} for trial in sweep["trials"]]


def test_a_sweep_over_batch_sizes_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = printed(capsys, "sweep")
    assert list(sweep) == ["n", "closed_form", "trials", "dropped_cells"]
    assert list(sweep["closed_form"]) == ["slope", "intercept", "loss"]
    assert sweep["n"] == 551
    assert sweep["closed_form"]["loss"] == pytest.approx(1477781671.355812, rel=1e-14)
    trials = sweep["trials"]
    assert {", ".join(trial) for trial in trials} == {FIELDS}
    assert [trial["batch_size"] for trial in trials] == [32, 64, 128, 256, 512]
    assert [trial["steps"] for trial in trials] == [510, 240, 120, 60, 30]
    for trial in trials:
        assert (trial["learning_rate_m"], trial["learning_rate_b"]) == (1e-7, 1e-1)
        assert (trial["scale"], trial["diverged_at"]) == (None, None)
        assert (trial["repeat"], trial["seed"]) == (0, 0)
        assert trial["predicted_stable"] is True
        assert trial["status"] in ("converged", "stopped")
        assert 0 < trial["seconds"] < 5


def test_scales_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    trials = printed(capsys, "sweep", "--scales", "1,2,4,8")["trials"]
    assert {", ".join(trial) for trial in trials} == {FIELDS}
    assert [trial["scale"] for trial in trials] == [1, 2, 4, 8]
    assert [trial["batch_size"] for trial in trials] == [64, 128, 256, 512]
    assert [trial["learning_rate_m"] for trial in trials] == [1e-7, 2e-7, 4e-7, 8e-7]
    assert [trial["predicted_stable"] for trial in trials] == [True, True, True, False]
    assert [trial["status"] == "diverged" for trial in trials] == [False, False, False, True]
    assert [trial["diverged_at"] is None for trial in trials] == [True, True, True, False]


def test_the_full_batch_makes_the_notebooks_steps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--batch-sizes", "64,full"]
    for update, expected in (
        ("sequential", "88.89 32912.24 1478200827.64"),
        ("simultaneous", "82.31 43039.16 1486230961.39"),
    ):
        trial = printed(capsys, "sweep", *options, "--update", update)["trials"][1]
        assert trial["batch_size"] == "full"
        assert f"{trial['slope']:.2f} {trial['intercept']:.2f} {trial['loss']:.2f}" == expected


def test_repeats_are_reproducible(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["sweep", "--batch-sizes", "64,128", "--repeats", "3", "--seed", "5"]
    first, second = printed(capsys, *options), printed(capsys, *options)
    assert without_seconds(first) == without_seconds(second)
    assert [trial["repeat"] for trial in first["trials"]] == [0, 1, 2] * 2
    assert [trial["seed"] for trial in first["trials"]][::3] == [5, 5]
    for trial in first["trials"]:
        train = printed(
            capsys,
            *("train", "--seed", str(trial["seed"]), "--batch-size", str(trial["batch_size"])),
        )
        for name in ("steps", "slope", "intercept", "loss", "status", "diverged_at"):
            assert train[name] == trial[name]


def test_processes_change_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["sweep", "--scales", "1,8", "--repeats", "2"]
    alone, together = printed(capsys, *options), printed(capsys, *options, "--jobs", "2")
    assert without_seconds(alone) == without_seconds(together)


def test_a_sweep_takes_the_settings_of_train(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--optimizer", "adam", "--schedule", "cosine", "--epochs", "2"]
    trials = printed(capsys, "sweep", "--batch-sizes", "64", *options)["trials"]
    assert (trials[0]["steps"], trials[0]["predicted_stable"]) == (16, None)
    train = printed(capsys, "train", "--batch-size", "64", *options)
    assert train["slope"] == trials[0]["slope"]
    assert train["config"] == trials[0]["config"]


def test_the_trials_as_csv(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_text("something else")
    sweep = printed(capsys, "sweep", "--scales", "1,8", "--repeats", "2", "--csv", str(path))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fields = FIELDS.replace("optimum", "optimum_slope, optimum_intercept, optimum_loss")
    config = ", ".join(f"config_{one.name}" for one in Settings.schema())
    assert ", ".join(rows[0]) == fields.replace("config", config)
    assert len(rows) == len(sweep["trials"]) == 4
    for row, trial in zip(rows, sweep["trials"], strict=True):
        parts = {
            f"{whole}_{part}": value
            for whole in ("optimum", "config")
            for part, value in trial.pop(whole).items()
        }
        for name, value in (trial | parts).items():
            if value is None:
                assert row[name] == ""
            elif isinstance(value, bool):
                assert row[name] == str(value).lower()
            else:
                assert type(value)(row[name]) == value
    assert list(tmp_path.iterdir()) == [path]


def test_rows_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    title, header, *rows = output(capsys, "sweep", "--batch-sizes", "64,full").splitlines()
    assert title == (
        "551 rows, 30 epochs; closed form: y = 87.69 * x + 34754.08  loss: 1477781671.36"
    )
    assert header.split()[:4] == ["batch", "slope", "intercept", "loss"]
    assert rows[0].split()[0] == "64"
    assert rows[1].split()[:7] == [
        *("full", "88.89", "32912.24", "1,478,200,827.64", "0.03%", "converged", "stable")
    ]
    assert len(rows) == 2


def test_the_last_line_names_the_tipping_scale(capsys: pytest.CaptureFixture[str]) -> None:
    *_, at_4, at_8, last = output(capsys, "sweep", "--scales", "1,2,4,8").splitlines()
    assert "diverged" not in at_4
    assert "diverged at 14" in at_8
    assert last.startswith("it tips between the scales 7.531 and 7.572: from there on it diverges")
    assert last.endswith("within 30 epochs; from 7.212 on it would in the long run")


@pytest.mark.parametrize(
    ("options", "last"),
    [
        (["--learning-rate-m", "1e300"], "every scale from "),
        (
            ["--learning-rate-m", "1e-300", "--learning-rate-b", "1e-300"],
            "no scale that was tried, up to ",
        ),
    ],
)
def test_there_may_be_no_tipping_scale(
    capsys: pytest.CaptureFixture[str], options: list[str], last: str
) -> None:
    lines = output(capsys, "sweep", "--scales", "1", "--optimizer", "adam", *options).splitlines()
    assert lines[-1].startswith(last)
    assert lines[-1].endswith("diverges within 30 epochs")


def test_repeats_are_given_as_mean_and_spread(capsys: pytest.CaptureFixture[str]) -> None:
    *_, row = output(capsys, "sweep", "--batch-sizes", "512", "--repeats", "10").splitlines()
    assert row.count(" ± ") == 4
    assert "10 converged" in row


def test_the_output_has_no_escapes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / f"{RED}.csv"
    path.write_text(f'"{RED}",b\n1,2\n2,5\n3,7\n', newline="")
    for options in ([], ["--scales", "1,1000"], ["--repeats", "2"]):
        text = output(capsys, "sweep", str(path), *options)
        assert text.replace("\n", "").isprintable()


def test_few_rows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\n1,2\n2,4\n3,6\n4,9\n")
    trials = printed(capsys, "sweep", path)["trials"]
    assert [trial["batch_size"] for trial in trials] == [1, 2, 4]
    trials = printed(capsys, "sweep", path, "--scales", "0.01,1,2")["trials"]
    assert [trial["batch_size"] for trial in trials] == [1, 4, 4]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("--batch-sizes 64,552", "a batch of 552 is not possible with 551 rows: choose"),
        ("--batch-sizes 0", "a batch of 0 is not possible"),
        ("--batch-sizes 64,,128", "'' is neither a number of rows nor full"),
        ("--batch-sizes=", "'' is neither a number of rows nor full"),
        ("--batch-sizes 64;128", "'64;128' is neither a number of rows nor full"),
        (f"--batch-sizes {'9' * 9000}", "--batch-sizes: '999"),
        ("--batch-sizes 64 --scales 1", "--batch-sizes are two ways"),
        ("--batch-size 64", "unrecognized arguments: --batch-size"),
        ("--scales one", "'one' is not a list of numbers, such as 1,2,4,8"),
        ("--scales 1,", "'1,' is not a list of numbers"),
        ("--scales 1,0", "a scale of 0 is not possible: choose a positive number, such as 8"),
        ("--scales -1,2", "a scale of -1 is not possible"),
        ("--scales nan", "a scale of nan is not possible"),
        ("--scales inf", "a scale of inf is not possible"),
        ("--scales 1e308 --learning-rate-m 1e9", "a learning rate of inf for m is not possible"),
        ("--scales 1e-320 --learning-rate-m 1e-300", "a learning rate of 0 for m"),
        ("--repeats 0", "a training has at least 1 repeat: choose 1 or more"),
        (f"--repeats -{'9' * 4000}", "a training has at least 1 repeat"),
        ("--repeats 1000000000", "more than 100,000 trials, the most that are possible: choose"),
        ("--repeats two", "--repeats: 'two' is not a whole number: choose one, such as 4"),
        ("--jobs 0", "this many jobs are not possible: choose from 1 to 32"),
        (f"--jobs {'9' * 4000}", "this many jobs are not possible"),
        ("--epochs 0", "0 epochs leave nothing to train"),
        ("--epochs 10000000 --batch-sizes 64", "at most 10,000,000 are kept: choose fewer epochs"),
        ("--epochs 10000000 --scales 1", "at most 10,000,000 are kept: choose fewer epochs"),
        ("--seed -1", "a seed of -1 is not possible"),
        ("--update both", "--update: 'both' is not possible"),
        ("nowhere.csv", "nowhere.csv: there is no such file"),
        ("--csv .", "name"),
        ("--csv nowhere/trials.csv", "there is no folder"),
    ],
    ids=lambda value: value[:40],
)
def test_bad_input_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: str,
    why: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for form in ([], ["--json"]):
        assert why in complaint(capsys, "sweep", *arguments.split(), *form)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--batch-sizes", "--scales", "--repeats", "--jobs", "--csv"])
def test_hostile_arguments_leave_no_escapes(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    complaint(capsys, "sweep", option, f"{RED}/{RED}")


def test_help_lists_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "sweep", "--help")
    assert text.startswith("usage: linreg-tui sweep ")
    for option in ("--batch-sizes", "--scales", "--repeats", "--jobs", "--csv", "--json"):
        assert option in text
    assert "--batch-size " not in text
    assert "linreg-tui sweep" in output(capsys, "--help")


class Interrupted(Leaving):
    """An executor that is interrupted once one trial is done."""

    ahead = 1

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        for number, batch in enumerate(super().batches(trials, n)):
            if number == 1:
                signal.raise_signal(signal.SIGINT)
            yield batch


@pytest.fixture
def keyboard() -> Iterator[None]:
    """Turn interrupts on, as they may be off where the tests run."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("keyboard")
def test_an_interrupted_sweep_prints_the_finished_trials(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(connection, "Cluster", lambda _: Interrupted(9))
    path = tmp_path / "trials.csv"
    status, out, err = run(capsys, "sweep", "--cluster", "local:2", "--csv", str(path))
    assert (status, err) == (130, "linreg-tui: on 2 workers over there\n")
    assert [row.split()[0] for row in out.splitlines()[2:]] == ["32"]
    assert run(capsys, "sweep", "--cluster", "local:2", "--json") == (130, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")
@pytest.mark.parametrize("jobs", first_of(["1", "2"]))
def test_an_interrupt_ends_a_long_trial(jobs: str) -> None:
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "linreg_tui", "sweep", "--jobs", jobs),
            *("--batch-sizes", "512,1", "--epochs", "18000"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline() for _ in range(3)]
        assert lines[2].split()[0] == "512"
        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        assert program.communicate() == ("", "")
    assert program.returncode == 130
    assert time.monotonic() - began < 5  # the trial would take about 15


@pytest.fixture
def leaving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the cluster go away once two trials are done."""
    monkeypatch.setattr(connection, "Cluster", lambda _: Leaving(2))


@pytest.mark.usefixtures("leaving")
def test_the_results_of_a_lost_cluster_stay(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "trials.csv"
    status, out, err = run(capsys, "sweep", "--cluster", "local:2", "--csv", str(path))
    assert status == 2
    assert [row.split()[0] for row in out.splitlines()[2:]] == ["32", "64"]
    assert len(path.read_text().splitlines()) == 3
    assert err == (
        "linreg-tui: on 2 workers over there\n"
        "linreg-tui: the cluster went away; 2 of 5 trainings are done: "
        "with --go-on the rest are trained here\n"
    )
    status, out, err = run(capsys, "sweep", "--cluster", "local:2", "--json")
    assert (status, len(json.loads(out)["trials"])) == (2, 2)
    assert "--go-on" in err
    assert "over there" not in err


@pytest.mark.usefixtures("leaving")
def test_the_remaining_trials_can_run_here(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "sweep", "--cluster", "local:2", "--go-on", "--json")
    assert (status, err) == (0, "linreg-tui: the cluster went away; the rest are trained here\n")
    sizes = [trial["batch_size"] for trial in json.loads(out)["trials"]]
    assert sizes == [32, 64, 128, 256, 512]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals on Windows")
@pytest.mark.parametrize("columns", first_of([80, 200]))
def test_on_a_terminal_the_table_fills_in(columns: int) -> None:
    import fcntl
    import struct
    import termios

    import pyte

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    program = subprocess.Popen(
        [sys.executable, "-m", "linreg_tui", "sweep", "--repeats", "4"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"},
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 1 << 16):
            written += piece
    except OSError:  # the terminal has ended
        pass
    os.close(ours)
    assert program.wait(30) == 0
    assert b"20 trials" in written
    screen = pyte.Screen(columns, 24)
    pyte.ByteStream(screen).feed(written)
    lines = [line.rstrip() for line in screen.display if line.strip()]
    rows = [line.split() for line in lines if line.split()[0] in ("32", "64", "128", "256", "512")]
    assert [row[0] for row in rows] == ["32", "64", "128", "256", "512"]
    assert all("converged" in " ".join(row) for row in rows)
    assert not any("running" in line or "waiting" in line for line in lines)
    assert ("loss" in "\n".join(lines[1:3]).split()) == (columns == 200)


def test_a_closed_pipe_gives_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = start("sweep", "--jobs", "2", stdout=writing)
    finally:
        os.close(writing)
    assert ended.stderr == ""
    assert ended.returncode != 0
