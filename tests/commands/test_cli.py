from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from linreg_tui import __version__
from linreg_tui.cli import main
from linreg_tui.commands import NAMES
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.reading.loading import load
from tests.thorough import first_of

FIT_FIELDS = (
    "source, x, y, n, dropped, sums, denominator, slope, intercept, mse, r2, "
    "slope_se, intercept_se, slope_ci95, intercept_ci95, slope_p, dropped_cells"
)
TRAIN_FIELDS = (
    "config, n, steps, status, diverged_at, slope, intercept, loss, closed_form, predicted, "
    "optimum, test_n, test_loss, dropped_cells"
)
HISTORY = "step,epoch,slope,intercept,batch_loss,loss,learning_rate_m,learning_rate_b\n"
NOTEBOOK_CONFIG = {
    "batch_size": "full",
    "epochs": 30,
    "learning_rate_m": 1e-7,
    "learning_rate_b": 1e-1,
    "initial_slope": 5.0,
    "initial_intercept": 1000.0,
    "update": "sequential",
    "sampling": "notebook",
    "optimizer": "sgd",
    "schedule": "constant",
    "standardize": False,
    "seed": 0,
}
EIGHTFOLD = ("--learning-rate-m", "8e-7", "--learning-rate-b", "8e-1")
RED = "\x1b[31m[red]\nx\x1b]0;title\x07"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return the exit status, stdout and stderr of a command."""
    status: int | str | None
    try:
        status = main(arguments)
    except SystemExit as left:
        status = left.code
    assert isinstance(status, int)
    return status, *capsys.readouterr()


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the output of a command that succeeds."""
    status, out, err = run(capsys, *arguments)
    assert (status, err) == (0, "")
    return out


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return a command's message on bad input: one line without escapes."""
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.endswith("\n")
    line = err[:-1]
    assert line.isprintable()
    assert line.startswith("linreg-tui")
    assert len(line) < 600
    return line


def parsed(text: str) -> dict[str, Any]:
    """Return the JSON object on the one line of a text; its numbers must be finite."""

    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is not JSON")

    assert text.count("\n") == 1
    value = json.loads(text, parse_constant=refuse)
    assert isinstance(value, dict)
    return value


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Return the JSON object that a command prints."""
    return parsed(output(capsys, *arguments, "--json"))


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a history, after checking its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        assert file.readline() == HISTORY
        return list(csv.DictReader(file, HISTORY.strip().split(",")))


def table(folder: Path, text: str) -> str:
    path = folder / "rows.csv"
    path.write_text(text)
    return str(path)


def start(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "linreg_tui", *arguments],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        timeout=30,
        check=False,
        **options,
    )


def test_fit_prints_the_facts_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    fit = printed(capsys, "fit")
    assert ", ".join(fit) == FIT_FIELDS
    assert (fit["source"], fit["x"], fit["y"]) == (
        "slimmed_realestate_data.csv",
        "GrLivArea",
        "SalePrice",
    )
    assert (fit["n"], fit["dropped"]) == (551, 0)
    assert fit["sums"] == {"x": 775791, "y": 87177171, "xy": 136013443019, "xx": 1243629245}
    assert list(fit["sums"]) == ["x", "y", "xy", "xx"]
    assert fit["denominator"] == 83388038314
    assert f"{fit['slope']:.6f} {fit['intercept']:.6f}" == "87.688145 34754.077892"
    assert fit["mse"] == pytest.approx(1477781671.355812, rel=1e-14)
    assert f"{fit['r2']:.8f} {fit['slope_p']:.1e}" == "0.58833016 6.9e-108"
    assert f"{fit['slope_se']:.8f} {fit['intercept_se']:.8f}" == "3.13053588 4703.14479604"
    for name in ("slope", "intercept"):
        low, high = fit[f"{name}_ci95"]
        # The 97.5% quantile of Student's t with 549 degrees of freedom.
        assert (high - low) / 2 == pytest.approx(1.9642945 * fit[f"{name}_se"], rel=1e-6)
        assert (high + low) / 2 == pytest.approx(fit[name], rel=1e-12)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("a,b\n1,2\n3,5\n", FIT_FIELDS.split(", ")[-6:-1]),
        ("a,b\n1,2\n3,2\n4,2\n", ["r2", "slope_p"]),
        ("a,b\n1,2\n3,6\n4,8\n", ["slope_p"]),
    ],
    ids=["two rows", "a flat line", "points on a line"],
)
def test_fit_prints_null_for_what_does_not_exist(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, missing: list[str]
) -> None:
    fit = printed(capsys, "fit", table(tmp_path, text), "--x", "a", "--y", "b")
    assert ", ".join(fit) == FIT_FIELDS
    assert [name for name, value in fit.items() if value is None] == missing


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("fit", ()),
        ("fit", ("--stream",)),
        ("train", ("--epochs", "1")),
        ("sweep", ()),
        ("report", ()),
    ],
    ids=str,
)
def test_notes_on_reading_are_printed_beside_the_output(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    options: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{age};{age + age % 3}.500\n" for age in range(25, 45))
    path = table(tmp_path, f"Bericht\n\nAlter;Gehalt\n{rows}")
    wanted = () if command == "report" else ("--json",)
    status, out, err = run(capsys, command, path, *options, *wanted)
    message = "2 lines above the header left out; Gehalt: 26.500 is read as 26500, not as 26.5"
    assert (status, err) == (0, f"linreg-tui: {Path(path).name}: {message}\n")
    assert not wanted or parsed(out)["n"] == 20
    # Bad input gets one line, with what is wrong and no notes.
    refused = complaint(capsys, command, table(tmp_path, "Bericht\n\na;b\n1;2.000\n1;3.000\n"))
    assert "every x is the same" in refused


def test_fit_counts_the_rows_left_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\n1,2\n2,?\n3,5\n4,inf\n5,9\n")
    assert main(["fit", path, "--x", "a", "--y", "b", "--json"]) == 0
    fit = json.loads(capsys.readouterr().out)
    assert (fit["source"], fit["n"], fit["dropped"]) == (path, 3, 2)
    assert fit["dropped_cells"] == [
        {"column": "b", "count": 1, "first": [{"row": 4, "cell": "inf"}]}
    ]
    assert main(["fit", path, "--x", "a", "--y", "b"]) == 0
    text, notes = capsys.readouterr()
    assert "2 rows without a number left out" in text
    assert notes == 'linreg-tui: rows.csv: b: 1 cell holds no number, "inf" in row 4\n'


@pytest.mark.parametrize(
    ("options", "slope", "intercept", "loss", "status", "scale"),
    [
        ((), "88.89", "32912.24", "1478200827.64", "converged", "7.215290458"),
        (
            ("--update", "simultaneous"),
            "82.31",
            "43039.16",
            "1486230961.39",
            "converged",
            "3.154169231",
        ),
    ],
)
def test_train_prints_the_facts_as_json(
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    slope: str,
    intercept: str,
    loss: str,
    status: str,
    scale: str,
) -> None:
    train = printed(capsys, "train", *options)
    assert ", ".join(train) == TRAIN_FIELDS
    assert list(train["closed_form"]) == ["slope", "intercept", "loss"]
    assert list(train["predicted"]) == ["stable", "spectral_radius", "max_stable_scale"]
    assert (train["n"], train["steps"], train["status"]) == (551, 30, status)
    assert train["diverged_at"] is None
    assert f"{train['slope']:.2f}" == slope
    assert f"{train['intercept']:.2f}" == intercept
    assert f"{train['loss']:.2f}" == loss
    closed = train["closed_form"]
    assert f"{closed['slope']:.6f} {closed['intercept']:.6f}" == "87.688145 34754.077892"
    assert closed["loss"] == pytest.approx(1477781671.355812, rel=1e-14)
    assert train["predicted"]["stable"] is True
    assert f"{train['predicted']['max_stable_scale']:.9f}" == scale
    assert 0 < train["predicted"]["spectral_radius"] < 1


def test_the_configuration_is_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    config = printed(capsys, "train")["config"]
    assert NOTEBOOK_CONFIG.items() <= config.items()
    config = printed(
        capsys, "train", "--batch-size", "64", "--seed", "3", "--standardize", "--epochs", "2"
    )["config"]
    changed = {"batch_size": 64, "seed": 3, "standardize": True, "epochs": 2}
    assert (NOTEBOOK_CONFIG | changed).items() <= config.items()


def test_eight_times_the_rates_diverge(capsys: pytest.CaptureFixture[str]) -> None:
    train = printed(capsys, "train", *EIGHTFOLD)
    assert ", ".join(train) == TRAIN_FIELDS
    assert (train["status"], train["steps"]) == ("diverged", 30)
    # The loss at step 14 is a thousand times that of the start, 2.59e10.
    assert train["diverged_at"] == 14
    assert train["slope"] == pytest.approx(91043.11671642, rel=1e-12)
    assert train["loss"] == pytest.approx(1.6942255525789e16, rel=1e-13)
    assert train["predicted"]["stable"] is False
    assert 8 * train["predicted"]["max_stable_scale"] == pytest.approx(7.215290458, abs=5e-9)


@pytest.mark.parametrize("rate", ["1e-3", "1e10", "1e300", "1e308"])
@pytest.mark.parametrize("batch_size", ["64", "full"])
def test_a_run_that_overflows_ends_at_its_last_finite_step(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rate: str, batch_size: str
) -> None:
    path = tmp_path / "history.csv"
    options = ["--learning-rate-m", rate, "--batch-size", batch_size, "--epochs", "300"]
    train = printed(capsys, "train", *options, "--history", str(path))
    assert (train["status"], train["predicted"]["stable"]) == ("diverged", False)
    last = rows(path)[-1]
    assert int(last["step"]) == train["steps"] < 300
    assert float(last["loss"]) == train["loss"]


@pytest.mark.parametrize(
    "options", [("--optimizer", "adam"), ("--optimizer", "adam", "--batch-size", "64")]
)
def test_there_is_no_prediction_for_adam(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    train = printed(capsys, "train", *options)
    assert list(train["predicted"].values()) == [None, None, None]


def test_the_history_begins_with_the_start(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "history.csv"
    path.write_text("something else")
    train = printed(capsys, "train", "--history", str(path))
    assert path.read_bytes().startswith(
        HISTORY.encode() + b"0,0,5.0,1000.0,,25908706609.58621,,\n1,1,51.83103658584392"
    )
    steps = rows(path)
    assert [int(step["step"]) for step in steps] == list(range(31))
    assert [int(step["epoch"]) for step in steps] == list(range(31))
    assert float(steps[1]["intercept"]) == pytest.approx(17847.95618730728, rel=1e-14)
    for step in steps[1:]:
        assert step["batch_loss"] == step["loss"]
        assert (step["learning_rate_m"], step["learning_rate_b"]) == ("1e-07", "0.1")
    for name in ("slope", "intercept", "loss"):
        assert float(steps[-1][name]) == train[name]
    assert list(tmp_path.iterdir()) == [path]


def test_the_history_of_batches_and_of_a_schedule(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, houses: Dataset
) -> None:
    path = tmp_path / "history.csv"
    options = "--batch-size 64 --epochs 3 --schedule exponential --decay 0.5 --decay-steps 2"
    output(capsys, "train", *options.split(), "--history", str(path))
    steps = rows(path)
    assert [int(step["epoch"]) for step in steps] == [0] + [1] * 8 + [2] * 8 + [3] * 8
    for step in steps:
        residuals = houses.y - (float(step["slope"]) * houses.x + float(step["intercept"]))
        assert float(step["loss"]) == pytest.approx((residuals**2).mean(), rel=1e-12)
    assert all(step["batch_loss"] != step["loss"] for step in steps)
    for before, after in pairwise(steps[1:]):
        for name in ("learning_rate_m", "learning_rate_b"):
            assert float(after[name]) / float(before[name]) == pytest.approx(0.5**0.5, rel=1e-12)
    assert float(steps[1]["learning_rate_m"]) == 1e-7


def test_a_link_to_a_history_stays_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "history.csv", tmp_path / "link.csv"
    target.parent.mkdir()
    link.symlink_to(target)
    for epochs in (3, 2):
        output(capsys, "train", "--epochs", str(epochs), "--history", str(link))
        assert link.is_symlink()
        assert len(rows(target)) == epochs + 1


def test_the_script_is_written_with_its_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user did not choose the name of the data's file, so it must not replace another file."""
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "run-data.csv"
    mine.write_text("x,y\n1.0,2.0\n2.0,4.0\n3.0,7.0\n")
    for epochs in ("3", "4"):
        output(capsys, "train", mine.name, "--epochs", epochs, "--script", "run.py")
        text = (tmp_path / "run.py").read_text(encoding="utf-8")
        assert 'DATA = "run-data-2.csv"' in text
        assert f"range(1, {int(epochs) + 1})" in text
    assert mine.read_text() == "x,y\n1.0,2.0\n2.0,4.0\n3.0,7.0\n"
    assert (tmp_path / "run-data-2.csv").read_text() == "x,y\n1,2\n2,4\n3,7\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "run-data-2.csv",
        "run-data.csv",
        "run.py",
    ]


def test_train_prints_the_notebooks_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output(capsys, "train").splitlines()
    known = "closed form: y = 87.69 * x + 34754.08"
    assert lines[0] == f"[000]  y = 5.00 * x + 1000.00  {known}  loss: 25908706609.59"
    assert lines[1] == f"[001]  y = 51.83 * x + 17847.96  {known}  loss: 6372583119.39"
    # The notebook counts from 0 and doesn't show the start, so this is its [029].
    assert lines[30] == f"[030]  y = 88.89 * x + 32912.24  {known}  loss: 1478200827.64"
    assert lines[31:] == [
        "converged after 30 steps: the loss is 0.03% above the least one, 1477781671.36"
    ]


@pytest.mark.parametrize(
    ("options", "end"),
    [
        (("--epochs", "1"), "stopped after 1 step: the loss is 331.23% above the least one"),
        (EIGHTFOLD, "diverged: from step 14 on, the loss is over a thousand times its start; "),
        ((*EIGHTFOLD, "--optimizer", "adam"), "stopped after 30 steps"),
    ],
)
def test_the_last_line_of_train_is_its_result(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], end: str
) -> None:
    assert output(capsys, "train", *options).splitlines()[-1].startswith(end)


def test_fit_prints_the_digits_of_a_tiny_slope(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = "".join(f"{n}e12,{3.35 * n + n % 3 / 10:.2f}\n" for n in range(1, 12))
    *_, line = lines = output(capsys, "fit", table(tmp_path, f"x,y\n{rows}")).splitlines()
    slope = next(line for line in lines if line.startswith("slope m"))
    assert re.search(
        r"slope m +3\.3\d{5}e-12  ± \d\.\d{6}e-1\d  95% 3\.\d{4}e-12 \.\. 3\.\d{4}e-12", slope
    )
    assert re.fullmatch(r"y = 3\.3\d{5}e-12 \* x \+ 0\.\d+", line)


def test_fit_prints_the_sums_and_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "fit")
    first, *middle, last = text.splitlines()
    assert first == "SalePrice (y) against GrLivArea (x), slimmed_realestate_data.csv"
    assert last == "y = 87.688145 * x + 34754.077892"
    found = [line.split("  ")[0] + " " + " ".join(line.split()[-1:]) for line in middle]
    assert {"n 551", "Σx 775791", "Σy 87177171", "Σxy 136013443019"} <= set(found)
    assert "n Σx² − (Σx)² 83388038314" in found
    assert "3.130536" in text
    assert "6.9e-108" in text


@pytest.mark.parametrize("command", [["fit"], ["train", "--epochs", "2"], ["train", *EIGHTFOLD]])
def test_the_output_has_no_escapes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    path = tmp_path / f"{RED}.csv"
    path.write_text(f'"{RED}",b\n1,2\n2,5\n3,7\n', newline="")
    for data in ([], [str(path)]):
        text = output(capsys, *command, *data)
        assert text.replace("\n", "").isprintable()
    assert len(output(capsys, "fit").splitlines()) == len(
        output(capsys, "fit", str(path)).splitlines()
    )
    assert printed(capsys, "fit", str(path))["x"] == RED


@pytest.mark.parametrize(
    ("form", "slope"),
    [
        (["--initial-slope", "-5"], -5),
        (["--initial-slope=-5"], -5),
        (["--initial-slope", "-1e-7"], -1e-7),
        (["--initial-slope", "-.5"], -0.5),
        (["--initial-slope=-2.5E+1"], -25),
        (["--initial-slope", "+5e0"], 5),
    ],
)
def test_numbers_may_be_negative_and_have_any_form(
    capsys: pytest.CaptureFixture[str], form: list[str], slope: float
) -> None:
    train = printed(capsys, "train", *form, "--initial-intercept", "-1000", "--epochs", "1")
    assert train["config"]["initial_slope"] == slope
    assert train["config"]["initial_intercept"] == -1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--decay 0.3", "--decay has no effect with --schedule constant: choose step or"),
        ("--decay-steps 3 --schedule cosine", "--decay-steps has no effect with --schedule cosine"),
        ("--momentum 0.5", "--momentum has no effect with --optimizer sgd: choose momentum or"),
        ("--warmup-steps 31", "the run has 30 of 31 warm-up steps: choose fewer, or more epochs"),
        ("--warmup-steps 30", ""),
        ("--decay 0.3 --schedule step", ""),
        ("--seed 3", ""),  # it has an effect as soon as batches are drawn
    ],
)
def test_settings_without_effect_are_reported(
    capsys: pytest.CaptureFixture[str], arguments: str, message: str
) -> None:
    status, printed, errors = run(capsys, "train", *arguments.split())
    assert status == 0
    assert "y = " in printed
    assert errors.count("\n") == bool(message)
    assert message in errors


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("--batch-size 0", "a batch of 0 is not possible with 551 rows: choose"),
        ("--batch-size 552", "choose a batch size from 1 to 551, or full"),
        ("--batch-size -1", "a batch of -1 is not possible"),
        ("--batch-size half", "'half' is not a whole number: choose one, such as 10 or full"),
        ("--batch-size 1.5", "'1.5' is not a whole number"),
        ("--epochs 0", "0 epochs leave nothing to train: choose 1 or more"),
        ("--epochs -3", "-3 epochs leave nothing to train"),
        ("--epochs 1.5", "--epochs: '1.5' is not a whole number: choose one, such as 30"),
        ("--epochs 10000001", "at most 10,000,000 epochs are possible: choose fewer"),
        ("--epochs 1250001 --batch-size 64", "10,000,008 steps, and at most 10,000,000 are kept"),
        (f"--epochs {'9' * 4300} --batch-size 1", "at most 10,000,000 epochs are possible"),
        (f"--epochs {'9' * 9000}", f"{'9' * 40}…' is not a whole number: choose one, such as 30"),
        ("--learning-rate-m 0", "a learning rate of 0 for m is not possible: choose"),
        ("--learning-rate-m -1e-7", "a learning rate of -1e-07 for m is not possible"),
        ("--learning-rate-b nan", "a learning rate of nan for b is not possible"),
        ("--learning-rate-b inf", "a learning rate of inf for b is not possible"),
        ("--learning-rate-b=-inf", "a learning rate of -inf for b is not possible"),
        ("--learning-rate-m fast", "'fast' is not a number: choose one, such as 1e-7"),
        ("--initial-slope nan", "the initial slope must be a finite number, not nan"),
        ("--initial-slope 1e999", "the initial slope must be a finite number, not inf"),
        ("--initial-intercept=-inf", "the initial intercept must be a finite number"),
        ("--initial-slope 1e200", "too large for a number: choose an initial line nearer"),
        ("--initial-slope", "--initial-slope needs a value"),
        ("--update both", "--update: 'both' is not possible"),
        ("--sampling twice", "--sampling: 'twice' is not possible"),
        ("--optimizer lbfgs", "--optimizer: 'lbfgs' is not possible"),
        ("--schedule never", "--schedule: 'never' is not possible"),
        ("--seed -1", "a seed of -1 is not possible: choose 0 or more"),
        ("--seed pi", "--seed: 'pi' is not a whole number: choose one, such as 0"),
        ("--momentum 1", "a momentum of 1 is not possible"),
        ("--momentum nan", "a momentum of nan is not possible"),
        ("--decay 0", "a decay of 0 is not possible"),
        ("--decay nan", "a decay of nan is not possible"),
        ("--decay-steps 0", "0 decay steps are not possible: choose from 1 to 10,000,000"),
        (f"--decay-steps {10**400}", "decay steps are not possible: choose from 1 to 10,000,000"),
        ("--warmup-steps -1", "-1 warm-up steps are not possible: choose from 0"),
        (f"--warmup-steps {10**400}", "warm-up steps are not possible: choose from 0"),
        ("--learning-rate-b 0,5", "choose one with a decimal point, such as 0.1"),
        ("--workers some", "--workers: 'some' is not a whole number: choose one, such as 4"),
        ("nowhere.csv", "nowhere.csv: there is no such file; check the path"),
        ("norris", "there is no such file; the data set is --example norris"),
        (".", ".: this is a folder; name a CSV file in it"),
        ("--x GrLivArea --y SqFt", 'there is no column "SqFt"; choose from'),
        ("--x SalePrice --y SalePrice", 'x and y are both "SalePrice"; choose two different'),
        ("--history .", "name"),
        ("--script nowhere/run.py", "there is no folder"),
        ("--history ..", "not an ordinary file; name another one"),
        ("--history nowhere/history.csv", "there is no folder"),
        (f"--history {'h' * 300}.csv", "it can't be written (File name too long); name another"),
        ("--batchsize 64", "unrecognized arguments: --batchsize; is it --batch-size? (see"),
        ("--learning-rate 1", "--learning-rate; is it --learning-rate-b or --learning-rate-m?"),
        ("--x-ray", "unrecognized arguments: --x-ray (see"),
        ("--epoch 3", "unrecognized arguments: --epoch; is it --epochs?"),
        ("one.csv two.csv", "unrecognized arguments: two.csv"),
    ],
    ids=lambda value: value[:40],
)
def test_bad_settings_are_reported_in_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: str,
    why: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for form in ([], ["--json"]):
        assert why in complaint(capsys, "train", *arguments.split(), *form)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["", "\0", "a\0b"])
def test_a_history_needs_a_name(capsys: pytest.CaptureFixture[str], path: str) -> None:
    line = complaint(capsys, "train", "--history", path)
    assert line.endswith(": this does not name a file to write; name one")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files on Windows")
def test_a_history_does_not_replace_a_pipe(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    line = complaint(capsys, "train", "--history", str(path))
    assert line.endswith("this is not an ordinary file; name another one")
    assert path.is_fifo()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write all")
def test_a_history_without_permission_is_reported_before_training(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    line = complaint(capsys, "train", "--history", str(tmp_path / "history.csv"))
    tmp_path.chmod(0o700)
    assert "it can't be written (Permission denied); name another file" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", RED],
        ["train", RED],
        ["fit", "--x", RED],
        ["train", "--y", RED],
        ["train", "--update", RED],
        ["train", "--batch-size", RED],
        ["train", "--epochs", RED],
        ["train", f"--{RED}"],
        ["fit", "one.csv", RED],
        ["fit", "one.csv", f"{RED}two.csv"],
        ["train", "--history", f"{RED}/{RED}"],
        ["fit", f"one.csv{'x' * 10_000}", "x" * 10_000],
        ["fit", f"--{RED * 1000}"],
        ["fit", "\udcff"],
    ],
    ids=lambda arguments: ascii(arguments)[:40],
)
def test_hostile_arguments_leave_no_escapes(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    complaint(capsys, *arguments)


@pytest.mark.parametrize("arguments", [[], ["--batch-size", "64"], ["nowhere.csv"]])
def test_without_a_terminal_the_application_names_train(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert "linreg-tui train works without one" in complaint(capsys, *arguments)


def test_the_application_checks_its_settings_before_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "'both' is not possible" in complaint(capsys, "--update", "both")


@pytest.mark.parametrize("command", [[], ["fit"], ["train"]])
def test_help_lists_the_options(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    text = output(capsys, *command, "--help")
    assert text.startswith(f"usage: {' '.join(['linreg-tui', *command])} ")
    assert "DATA" in text
    for name in NOTEBOOK_CONFIG:
        assert (f"--{name.replace('_', '-')}" in text) == (command != ["fit"])


@pytest.mark.parametrize("command", ["", *NAMES])
def test_help_fits_in_80_columns(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = output(capsys, *filter(None, [command]), "--help").splitlines()
    assert max(map(len, lines)) < 80


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "--version") == f"linreg-tui {__version__}\n"


def test_without_a_terminal_the_program_ends_with_one_line() -> None:
    ended = start(stdout=subprocess.PIPE)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "linreg-tui train" in ended.stderr
    assert ended.stderr.count("\n") == 1


# Some outputs are written line by line, and some only when the program ends.
@pytest.mark.parametrize(
    "command",
    first_of(
        [["train", "--epochs", "20000"], ["train", "--json"], ["sweep"], ["tour", "--plain"]], 2
    ),
)
def test_a_closed_pipe_gives_no_traceback(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = start(*command, stdout=writing)
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (128 + 13, "")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits on Windows")
@pytest.mark.parametrize("command", [["train"], ["fit", "--json"]])
def test_a_full_disk_is_reported_in_one_line(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    script = 'ulimit -f 0; exec "$0" -m linreg_tui "$@" > full.txt'
    ended = subprocess.run(
        ["sh", "-c", script, sys.executable, *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == "linreg-tui: the output can't be written (File too large)\n"


def test_an_ascii_output_gets_lookalikes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    ended = start("fit", stdout=subprocess.PIPE)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Sx" in ended.stdout
    assert ended.stdout.isascii()
    assert ended.stdout.endswith("y = 87.688145 * x + 34754.077892\n")


def test_a_mistyped_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fitt"]) == 2
    assert capsys.readouterr().err == "linreg-tui: fitt: no such file or command; is it fit?\n"
    assert main(["help"]) == 2
    assert "linreg-tui --help lists what there is" in capsys.readouterr().err


MADE = "day,a,b\n" + "".join(f"2020-01-{n:02},{n / 7},{n * n}\n" for n in range(1, 29))


def test_settings_fit_the_scale_of_other_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = table(tmp_path, MADE)
    found = printed(capsys, "train", path)
    assert found["status"] == "converged"
    config = found["config"]
    for name in ("learning_rate_m", "learning_rate_b", "initial_intercept"):
        assert config[name] != NOTEBOOK_CONFIG[name]
    given = printed(capsys, "train", path, "--learning-rate-m", "0.002", "--initial-slope", "7")
    assert given["config"] == config | {"learning_rate_m": 0.002, "initial_slope": 7.0}
    assert (
        printed(capsys, "sweep", path)["trials"][0]["learning_rate_m"] == config["learning_rate_m"]
    )


def test_a_given_rate_for_the_slope_is_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    years = "year,b\n" + "".join(f"{1990 + n},{3 * n + n * n % 17}\n" for n in range(1, 29))
    path = table(tmp_path, years)
    assert printed(capsys, "train", path)["config"]["standardize"] is True
    config = printed(capsys, "train", path, "--learning-rate-m", "1e-8")["config"]
    assert (config["standardize"], config["learning_rate_m"]) == (False, 1e-8)
    assert main(["train", path, "--no-standardize", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["standardize"] is False


def test_a_copy_of_the_notebooks_data_has_its_settings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = (Path(__file__).parents[2] / "data" / "slimmed_realestate_data.csv").read_text()
    config = printed(capsys, "train", table(tmp_path, text))["config"]
    assert NOTEBOOK_CONFIG.items() <= config.items()


def test_examples_are_loaded_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert f"{printed(capsys, 'fit', '--example', 'anscombe-2')['slope']:.3f}" == "0.500"
    assert printed(capsys, "train", "--example", "norris")["status"] == "converged"
    assert "anscombe-4" in output(capsys, "--help")
    assert "choose from houses, anscombe-1" in complaint(capsys, "fit", "--example", RED)
    assert "name only one of them" in complaint(capsys, "fit", "one.csv", "--example", "norris")


def test_a_streamed_fit_prints_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = table(tmp_path, MADE + "2020-01-01,NA,3\n")
    assert printed(capsys, "fit", path, "--stream") == printed(capsys, "fit", path)
    rows = "".join(f"{n % 9 + n / 8},{n % 7 + n / 4}\n" for n in range(120_000))
    path = table(tmp_path, f"a,b\n{rows}")
    streamed, whole = (printed(capsys, "fit", path, *how) for how in (["--stream"], []))
    assert ", ".join(streamed) == FIT_FIELDS
    for name, value in whole.items():
        assert streamed[name] == (
            value if isinstance(value, str) else pytest.approx(value, rel=1e-11)
        )


def test_one_row_left_out_is_one_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = table(tmp_path, MADE + "2020-01-01,NA,3\n")
    assert "1 row without a number left out" in output(capsys, "fit", path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"a,b\n", "there are no rows below its header"),
        (b"a\n1\n2\n", "and it has one"),
        (b"a,b\nx,y\nz,w\n", "two columns of numbers are needed"),
        (b"a,b\n1,2\n", "one row is not enough"),
        (b"a,b\n3,1\n3,2\n3,4\n", "every x is the same"),
        (b"a,b\n,\n,\n", "two columns of numbers are needed"),
        (b"\x7fELF\0\0\0", "NUL bytes"),
        (b"a,b\n1,2\n\0,3\n", "NUL bytes"),
        (b"a,b\n1,2\n2,4,5\n", "line 3 has 3 cells"),
        (b'a,b\n1,"2\n2,4\n', "never closed"),
        ("a,b\n1,2\n2,4\n".encode("utf-16-be"), "NUL bytes"),
        (b"\x1f\x8b\x08\0", "ends too soon"),
        (b"a,b\n1,inf\n2,-inf\n3,inf\n", "two columns of numbers are needed"),
        (b"a,b\n1e308,1\n-1e308,2\n3,4\n", "too large to be squared"),
    ],
)
@pytest.mark.parametrize("command", ["fit", "train", "sweep"])
def test_bad_data_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, content: bytes, why: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    assert why in complaint(capsys, command, str(path))
    if command == "fit":
        assert why in complaint(capsys, command, str(path), "--stream")


@pytest.mark.parametrize(
    "words", [["train", "--history"], ["train", "--script"], ["sweep", "--csv"]], ids=" ".join
)
def test_the_data_itself_is_never_replaced(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b\n1,5.5\n2.5,7\n3,9\n")
    (tmp_path / "link.csv").symlink_to(path)
    command, option = words
    before = path.read_bytes()
    message = complaint(capsys, command, str(path), option, str(tmp_path / "link.csv"))
    assert "this is the data itself" in message
    assert path.read_bytes() == before


def test_test_rows_appear_in_every_output(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    history = tmp_path / "h.csv"
    options = ["--test-fraction", "0.2", "--seed", "4"]
    found = printed(capsys, "train", *options, "--history", str(history))
    split = bundled().split(0.2, 4)
    assert (found["n"], found["test_n"]) == (441, 110)
    line = split.training.line
    assert found["closed_form"] == found["optimum"]
    assert found["closed_form"]["slope"] == line.slope
    residual = split.test.y - found["slope"] * split.test.x - found["intercept"]
    assert found["test_loss"] == pytest.approx(float(np.mean(residual**2)))
    assert (found["config"]["test_fraction"], found["config"]["test_seed"]) == (0.2, None)
    with history.open(encoding="utf-8", newline="") as file:
        steps = list(csv.DictReader(file))
    assert list(steps[0]) == [*HISTORY.strip().split(","), "test_loss"]
    assert float(steps[30]["test_loss"]) == found["test_loss"]
    last = output(capsys, "train", *options).splitlines()[-2]
    assert f"  test loss: {found['test_loss']:.2f}" in last
    without = printed(capsys, "train")
    assert (without["n"], without["test_n"], without["test_loss"]) == (551, 0, None)


def test_a_loss_has_an_optimum_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "train", "--loss", "absolute")
    assert found["closed_form"]["slope"] == pytest.approx(87.688145, abs=1e-6)
    assert found["optimum"]["slope"] == pytest.approx(77.298, abs=1e-3)
    assert found["optimum"]["loss"] == pytest.approx(25997.0393, abs=1e-4)
    assert found["loss"] <= 1.05 * found["optimum"]["loss"]
    assert set(found["predicted"].values()) == {None}
    assert found["config"]["huber_delta"] is None
    huber = printed(capsys, "train", "--loss", "huber", "--huber-delta", "20000")
    assert huber["optimum"]["slope"] == pytest.approx(77.605, abs=2e-3)
    assert huber["config"]["huber_delta"] == 20000
    assert "a δ of -1 is not possible" in complaint(
        capsys, "train", "--loss", "huber", "--huber-delta", "-1"
    )


def test_rows_are_held_out_while_parts_are_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for part in range(3):
        x = rng.uniform(0, 10, 40)
        lines = [f"{a},{3 * a + b}" for a, b in zip(x, rng.normal(size=40), strict=True)]
        (tmp_path / f"part-{part}.csv").write_text("x,y\n" + "\n".join(lines) + "\n")
    parts = str(tmp_path / "part-*.csv")
    found = printed(capsys, "train", parts, "--test-fraction", "0.25")
    assert (found["n"], found["test_n"]) == (90, 30)
    other = printed(capsys, "train", parts, "--test-fraction", "0.25", "--test-seed", "1")
    assert other["closed_form"] != found["closed_form"]
    assert other["test_n"] == 30


def lines_of(path: Path, x: list[float], y: list[float]) -> str:
    rows = "".join(f"{a!r},{b!r}\n" for a, b in zip(x, y, strict=True))
    path.write_text(f"x,y\n{rows}")
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--loss", "absolute", "--workers", "4"], "don't give the absolute loss: leave out"),
        (["--optimizer", "adagrad", "--epsilon", "0"], "an epsilon of 0 is not possible"),
        (["--test-fraction", "0.9999"], "holds out 551 of 551 rows: choose one that leaves"),
        (["--test-fraction", "20%"], "'20%' is not a number: choose one, such as 0.2"),
        (["--optimizer", "adam", "--beta1", "1"], "mean, β₁ of 1 is not possible"),
    ],
)
def test_impossible_combinations_are_reported(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in complaint(capsys, "train", *arguments)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--seed=-3", "a seed of -3 is not possible"),
        ("--test-seed=-3", "a test seed of -3 is not possible"),
        ("--test-fraction=1.5", "a test fraction of 1.5 is not possible"),
    ],
)
def test_bad_splits_of_parts_are_reported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str, message: str
) -> None:
    lines_of(tmp_path / "1.csv", [1.0, 2.0, 3.0], [1.0, 3.0, 2.0])
    found = complaint(capsys, "train", str(tmp_path / "*.csv"), "--test-fraction=0.3", option)
    assert message in found


def test_a_start_must_have_a_loss_on_the_test_rows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    x = [*map(float, range(30)), 1e6]
    path = lines_of(tmp_path / "far.csv", x, [a % 7 for a in x])
    data = load(path)
    seed = next(s for s in range(100) if 1e6 in data.split(0.1, s).test.x)
    options = ["--initial-slope", "1e149", "--test-fraction", "0.1", "--seed", str(seed)]
    assert "too large for a number" in complaint(capsys, "train", path, *options)


@pytest.mark.parametrize("delta", ["5e-324", "1e300"])
def test_a_delta_of_any_size_can_be_trained(capsys: pytest.CaptureFixture[str], delta: str) -> None:
    options = ["--loss", "huber", "--huber-delta", delta, "--standardize", "--json"]
    assert main(["train", *options]) == 0
    assert parsed(capsys.readouterr().out)["config"]["huber_delta"] == float(delta)


@pytest.mark.parametrize("loss", ["squared", "absolute", "huber"])
def test_decimals_on_a_line_converge_or_are_reported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, loss: str
) -> None:
    x = [k / 10 for k in range(1, 40)]
    path = lines_of(tmp_path / "line.csv", x, [round(0.3 * a + 0.17, 3) for a in x])
    assert main(["train", path, "--loss", loss, "--json"]) == 0
    out, err = capsys.readouterr()
    found = parsed(out)
    assert found["optimum"]["slope"] == pytest.approx(0.3)
    assert found["optimum"]["loss"] == 0
    assert (found["status"] == "converged") != ("the line that all points lie on" in err)


def test_rates_and_seeds_without_effect_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--standardize", "--learning-rate-m", "0.1", "--test-seed", "3", "--json"]
    assert main(["train", *options]) == 0
    message = capsys.readouterr().err.splitlines()
    assert [line.partition(" has no effect ")[0] for line in message] == [
        "linreg-tui: --learning-rate-m",
        "linreg-tui: --test-seed",
    ]


def test_lines_name_the_optimum_of_the_loss(capsys: pytest.CaptureFixture[str]) -> None:
    first, *_ = output(capsys, "train", "--loss", "absolute", "--epochs", "30").splitlines()
    assert "  optimum: y = 77.30 * x + 48898.33  loss: " in first
    title, *_ = output(capsys, "sweep", "--loss", "absolute", "--epochs", "1").splitlines()
    assert "; optimum: y = 77.30 * x + 48898.33  loss: 25997.04" in title
