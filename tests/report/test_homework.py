"""The report of the homework: its numbers, its files, and hostile names in it."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, get_args
from xml.etree import ElementTree

import pytest

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings, Update
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import over_batch_sizes, over_scales
from linreg_tui.core.tipping import tipping_scale
from linreg_tui.core.trials import run_trial
from linreg_tui.numbers import above_least, fixed, grouped
from linreg_tui.report import command_line, homework, homework_report
from linreg_tui.report.curves_svg import COLOURS, svg
from linreg_tui.report.curves_text import text
from linreg_tui.report.homework_report import Answers, pictures, write_report
from tests.commands.test_cli import RED, complaint, output, run, table

NAMES = [
    "linreg-homework-batch-sizes-epochs.svg",
    "linreg-homework-batch-sizes-rows.svg",
    "linreg-homework-scales-epochs.svg",
    "linreg-homework.md",
]
PREDICTED = {True: "stable", False: "unstable", None: "?"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def reported(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    """Return the report that the command writes."""
    out = output(capsys, "report", "--folder", str(folder), *arguments)
    return Path(out.splitlines()[0]).read_text(encoding="utf-8")


def tables(report: str) -> list[list[dict[str, str]]]:
    """Return the tables of a report, each row by the names of its columns."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", report, re.MULTILINE):
        rows = [[c.strip() for c in line.strip("|").split("|")] for line in block.splitlines()]
        assert len({len(row) for row in rows}) == 1
        found.append([dict(zip(rows[0], row, strict=True)) for row in rows[2:]])
    return found


@pytest.fixture(scope="module")
def solved(houses: Dataset) -> homework.Homework:
    return asyncio.run(homework.solve(houses, Settings()))


@pytest.mark.parametrize("update", get_args(Update))
def test_the_numbers_are_those_of_the_engine(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, houses: Dataset, update: Update
) -> None:
    settings = Settings(update=update, epochs=20, seed=3)
    options = ("--update", update, "--epochs", "20", "--seed", "3")
    sizes, scales, tips = tables(reported(capsys, tmp_path, *options))
    assert [row["batch size"] for row in sizes] == ["32", "64", "128", "256", "512"]
    assert [row["scale"] for row in scales] == ["1", "2", "4", "8"][: len(scales)]
    assert ["diverged" in row["status"] for row in scales] == [False] * (len(scales) - 1) + [True]
    plans = (
        over_batch_sizes(settings, houses.n),
        over_scales(settings, houses.n, [1, 2, 4, 8][: len(scales)]),
    )
    for rows, plan in zip((sizes, scales), plans, strict=True):
        for row, trial in zip(rows, plan, strict=True):
            result = run_trial(houses, trial)
            assert row["steps"] == str(result.steps)
            assert row["slope"] == fixed(result.slope, 8).strip()
            assert row["intercept"] == fixed(result.intercept, 10).strip()
            assert row["loss"] == grouped(result.loss, 16).strip()
            assert row["above the optimum"] == above_least(houses.line, result.excess)
            at = "" if result.diverged_at is None else f" at {result.diverged_at}"
            assert row["status"] == f"{result.status}{at}"
            assert row["predicted"] == PREDICTED[predict(houses, trial.settings).stable]
    for row, order in zip(tips, get_args(Update), strict=True):
        tipping = tipping_scale(houses, replace(settings, update=order))
        found = (tipping.stable, tipping.diverged, tipping.predicted)
        assert [*row.values()] == [order, *(f"{scale:.4g}" for scale in found if scale)]


def test_the_report_describes_the_data(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\n1,2\n2,4\n3,\n4,9\n5,9.5\n")
    report = reported(capsys, tmp_path, path, "--learning-rate-m=0.01", "--batch-sizes=1,full")
    lines = ("- x, to predict from: `a`", "- y, to predict: `b`", "- rows: 4\n", "missing: 1\n")
    for line in lines:
        assert line in report
    assert [row["batch size"] for row in tables(report)[0]] == ["1", "full"]


def test_the_command_repeats_the_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = table(tmp_path, "a column,-b\n1,2\n2,4\n3,6.5\n4,9\n")
    options = "--learning-rate-b=0.01 --batch-sizes=1,full --repeats=3 --seed=5 --standardize"
    first = reported(capsys, tmp_path, path, "--x=a column", "--y=-b", *options.split())
    assert "Mean ± standard deviation of 3 repeats" in first
    (command,) = re.findall(r"^linreg-tui report .*$", first, re.MULTILINE)
    again = reported(capsys, tmp_path, *shlex.split(command)[2:])
    assert again == first.replace("linreg-homework-", "linreg-homework-2-")


@pytest.mark.parametrize(
    ("settings", "listed"),
    [
        (Settings(), set()),
        (Settings.of(optimizer="nesterov"), {"momentum"}),
        (Settings.of(schedule="exponential"), {"decay", "decay steps"}),
        (Settings.of(warmup_steps=2), {"warmup steps"}),
        (Settings.of(schedule="warmup"), {"warmup steps"}),
    ],
)
def test_the_report_lists_the_settings_that_have_an_effect(
    solved: homework.Homework, settings: Settings, listed: set[str]
) -> None:
    drawn = pictures(solved)
    report = homework_report.markdown(
        replace(solved, settings=settings), drawn, dict.fromkeys(drawn, "a.svg"), [], Answers()
    )
    found = set(re.findall(r"^- ([a-z ]+): ", report.partition("## Settings")[2], re.MULTILINE))
    always = {"optimizer", "seed", "sampling", "learning rate m", "repeats"}
    assert always <= found
    assert found & {"momentum", "decay", "decay steps", "warmup steps"} == listed


def test_every_curve_is_drawn_and_looks_different(solved: homework.Homework) -> None:
    for picture in pictures(solved).values():
        drawn = ElementTree.fromstring(svg(picture))
        space = "{http://www.w3.org/2000/svg}"
        lines = [
            group.find(f"{space}path[@stroke]") for group in drawn.findall(f"{space}g[@clip-path]")
        ]
        looks = {
            (line.get("stroke"), line.get("stroke-dasharray")) for line in lines if line is not None
        }
        assert len(looks) == len(lines) == len(picture.curves)
        legend = {element.text for element in drawn.findall(f"{space}text")}
        assert {curve.label for curve in picture.curves} <= legend
        assert all(curve.label in text(picture).splitlines()[-1] for curve in picture.curves)


def test_a_band_is_explained_where_there_is_one(solved: homework.Homework) -> None:
    drawn = pictures(solved).values()
    banded = [any((curve.low != curve.high).any() for curve in one.curves) for one in drawn]
    assert any(banded)
    assert ["from the least loss" in svg(one) for one in drawn] == banded
    assert ['fill-opacity="0.15"' in svg(one) for one in drawn] == banded


def test_curves_end_where_the_training_does(solved: homework.Homework) -> None:
    drawn = pictures(solved)
    for ending, groups in (("epochs", solved.batch_sizes), ("rows", solved.batch_sizes)):
        for curve, group in zip(drawn[f"-batch-sizes-{ending}.svg"].curves, groups, strict=True):
            size = group.first.trial.settings.batch_size
            assert size is not None
            whole = 30 if ending == "epochs" else 30 * (551 // size) * size
            assert 0.98 * whole <= curve.places[-1] <= whole * (1 + 1e-12)
            assert all(one < other for one, other in pairwise(curve.places.tolist()))
            low, high = 0.999999 * curve.low[-1], 1.000001 * curve.high[-1]
            assert low <= group.first.excess <= high


def test_colours_can_be_read_on_white() -> None:
    for colour in COLOURS:
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
        )
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ("0,0\n1,2\n2,4\n3,6\n", ["--learning-rate-m=0.1"]),
        ("1,2\n2,2\n3,2\n", ["--initial-slope=0", "--initial-intercept=2"]),
        ("1e100,1\n2e100,4\n3e100,5\n", []),
        ("1,2\n2,4\n4,5\n", ["--optimizer=adam", "--epochs=1"]),
        ("1,2\n2,4\n4,5\n", ["--learning-rate-m=1e300", "--repeats=3"]),
    ],
    ids=["on a line", "at the optimum from the start", "large", "never diverges", "overflows"],
)
def test_extremes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rows: str, options: list[str]
) -> None:
    report = reported(capsys, tmp_path, table(tmp_path, f"a,b\n{rows}"), "--x=a", "--y=b", *options)
    assert len(tables(report)) == 3
    for path in tmp_path.glob("*.svg"):
        ElementTree.parse(path)
        assert not re.search(r"\b(nan|inf)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name",
    ["<script>x</script>", "[a](http://b)", "`a` ``b", "a|b", "# a", "$(x) 'y'", "&lt;", f"{RED}x"],
)
def test_hostile_names_do_not_act_as_markup(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    quoted = name.replace('"', '""')
    path = table(tmp_path, f'"{quoted}",b\n1,2\n2,4\n3,6.5\n')
    report = reported(capsys, tmp_path, path, "--learning-rate-m=0.01")
    assert report.replace("\n", "").isprintable()
    (line,) = (line for line in report.splitlines() if line.startswith("- x, to predict from: "))
    span = re.fullmatch(r"- x, to predict from: (`+)((?:(?!\1).)+|.*[^`])\1", line)
    assert span
    # No fence inside is as long as the one around it.
    assert span[1] not in re.findall("`+", span[2])
    assert len(re.findall("^```", report, re.MULTILINE)) == 8
    assert len(tables(report)) == 3


def test_a_command_stays_on_one_line() -> None:
    assert command_line.shell_command(["a", "b c", "d\n`e'"]) == r"a 'b c' $'d\x0a`e\x27'"
    assert homework_report.code("a`b") == "`` a`b ``"


def test_no_file_is_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "linreg-homework.md").write_text("mine")
    (tmp_path / "linreg-homework-2-scales-epochs.svg").write_text("mine too")
    report = reported(capsys, tmp_path)
    assert (tmp_path / "linreg-homework.md").read_text() == "mine"
    assert (tmp_path / "linreg-homework-2-scales-epochs.svg").read_text() == "mine too"
    linked = re.findall(r"!\[.*\]\((.*)\)", report)
    assert linked == [name.replace("homework-", "homework-3-") for name in NAMES[:3]]
    assert all((tmp_path / name).is_file() for name in linked)
    assert len(names(tmp_path)) == 6


def test_all_files_or_none(
    solved: homework.Homework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = files.create

    def full(folder: Path, stem: str, suffix: str, pieces: list[str], *, number: int) -> Path:
        if suffix == ".md":
            raise InputError("no space left")
        return create(folder, stem, suffix, pieces, number=number)

    with monkeypatch.context() as patched:
        patched.setattr(files, "create", full)
        with pytest.raises(InputError, match="no space left"):
            write_report(solved, tmp_path)
    assert names(tmp_path) == []
    write_report(solved, tmp_path)
    assert names(tmp_path) == NAMES


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("--folder nowhere", "nowhere: there is no such folder; make it first"),
        ("--batch-sizes 0", "a batch of 0 is not possible"),
        ("--repeats 0", "a training has at least 1 repeat"),
        ("--jobs 0", "this many jobs are not possible: choose from 1 to 32"),
        ("--epochs 0", "0 epochs leave nothing to train"),
        ("--scales 1", "unrecognized arguments: --scales"),
        ("nowhere.csv", "nowhere.csv: there is no such file"),
        ("--x nowhere", "nowhere"),
    ],
)
def test_bad_input_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: str,
    why: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert why in complaint(capsys, "report", *arguments.split())
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "can't be written" in complaint(capsys, "report", "--folder", str(tmp_path))
    finally:
        tmp_path.chmod(0o700)


def test_a_disk_that_is_full_from_the_start(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", **named: Any) -> Any:
        if mode == "x":
            raise OSError(28, "No space left on device")
        return opened(path, mode, **named)

    monkeypatch.setattr(Path, "open", full)
    assert "No space left" in complaint(capsys, "report", "--folder", str(tmp_path))
    assert names(tmp_path) == []


def test_an_interrupted_report_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(homework, "predict", interrupted)
    assert run(capsys, "report", "--folder", str(tmp_path)) == (130, "", "")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "options",
    [
        "--optimizer=adam --learning-rate-b=0.1",
        "--optimizer=momentum",
        "--loss=huber --test-fraction=0.2 --seed=3",
        "--loss=absolute --standardize --learning-rate-b=0.05",
        "--learning-rate-m=2e-8",
    ],
)
def test_the_command_repeats_a_report_on_the_houses(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: str
) -> None:
    first = reported(capsys, tmp_path, "--batch-sizes=64", "--epochs=3", *options.split())
    (command,) = re.findall(r"^linreg-tui report .*$", first, re.MULTILINE)
    again = reported(capsys, tmp_path, *shlex.split(command)[2:])
    assert again == first.replace("linreg-homework-", "linreg-homework-2-")
