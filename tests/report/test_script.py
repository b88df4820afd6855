"""The script that repeats a run, executed and compared with the run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from linreg_tui import files
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.reading.loading import load
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Sampling, Settings
from linreg_tui.core.text import printable
from linreg_tui.report import records, script
from tests.thorough import first_of

GENTLE = Settings(batch_size=64, learning_rate_m=1e-8, learning_rate_b=1e-2, epochs=5)
HOSTILE = 'a "b" \'c\' {d} \\ $x$, \n # """ é'

TRAIN_ALL = """
import runpy, sys
import numpy as np
for path in sys.argv[1:]:
    program = runpy.run_path(path)
    np.save(path + ".npy", program["train"](*program["read"]()))
"""


def changed(first: Settings, *changes: tuple[int, dict[str, object]]) -> Callable[[Dataset], Run]:
    """Make a run with some steps before each change of settings, and 20 after the last."""

    def make(data: Dataset) -> Run:
        run = Run(data, first)
        for steps, values in changes:
            run.advance(steps)
            run.change(run.settings.with_values(**values))
        run.advance(20)
        return run

    return make


def plain(settings: Settings) -> Callable[[Dataset], Run]:
    """Make a run to its last epoch."""

    def make(data: Dataset) -> Run:
        run = Run(data, settings)
        run.advance(run.budget)
        return run

    return make


def branched(data: Dataset) -> Run:
    run = changed(GENTLE, (13, {"batch_size": 32}), (9, {"learning_rate_m": 3e-8}))(data)
    twin = run.branch(17)
    twin.change(replace(twin.settings, learning_rate_b=5e-2))
    twin.advance(12)
    return twin


def with_schedule(schedule: str, **values: object) -> Settings:
    return Settings().with_values(schedule=schedule, **values)


RUNS: dict[str, Callable[[Dataset], Run]] = {
    "the notebook's": plain(Settings()),
    "simultaneous": plain(Settings(update="simultaneous")),
    "diverging": plain(Settings(learning_rate_m=8e-7, learning_rate_b=0.8)),
    "overflowing": plain(Settings(learning_rate_m=1e-3, epochs=300)),
    "batches": plain(GENTLE),
    "large batches": plain(replace(GENTLE, batch_size=400, seed=3)),
    "half of the rows": plain(replace(GENTLE, batch_size=275)),
    "a batch of all": plain(replace(GENTLE, batch_size=551)),
    "batches of one": plain(replace(GENTLE, batch_size=1, epochs=1, learning_rate_b=1e-3)),
    "epochs": plain(replace(GENTLE, sampling="epoch", seed=2**70)),
    "momentum": plain(GENTLE.with_values(optimizer="momentum", momentum=0.8)),
    "nesterov": plain(
        Settings.of(optimizer="nesterov", learning_rate_m=1e-8, learning_rate_b=1e-2)
    ),
    "adam": plain(Settings.of(optimizer="adam", learning_rate_m=1.0, learning_rate_b=500.0)),
    "adam in batches": plain(GENTLE.with_values(optimizer="adam", learning_rate_m=0.5)),
    "adam, simultaneous": plain(Settings.of(optimizer="adam", update="simultaneous", epochs=100)),
    "warm-up": plain(with_schedule("warmup")),
    "exponential": plain(with_schedule("exponential", decay=0.9, decay_steps=3)),
    "step": plain(with_schedule("step", decay_steps=4)),
    "cosine after warm-up": plain(with_schedule("cosine", warmup_steps=5)),
    "z-scores": plain(Settings(standardize=True)),
    "z-scores, batches, adam, schedule": plain(
        with_schedule("step", warmup_steps=3).with_values(
            standardize=True,
            batch_size=64,
            sampling="epoch",
            optimizer="adam",
            learning_rate_b=0.05,
        )
    ),
    "other rates": changed(
        Settings(), (4, {"learning_rate_m": 2e-7}), (3, {"learning_rate_m": 5e-8})
    ),
    "other rates in batches": changed(
        GENTLE.with_values(sampling="epoch", optimizer="momentum"), (5, {"learning_rate_m": 2e-9})
    ),
    "other batches": changed(GENTLE, (5, {"batch_size": 400}), (7, {"batch_size": None})),
    "other sampling": changed(GENTLE, (5, {"sampling": "epoch"}), (7, {"sampling": "notebook"})),
    "other optimizers": changed(
        GENTLE.with_values(optimizer="momentum"),
        (5, {"momentum": 0.5}),
        (5, {"optimizer": "adam", "learning_rate_m": 1e-3}),
        (5, {"optimizer": "adam", "momentum": 0.1}),
        (5, {"optimizer": "sgd", "learning_rate_m": 1e-8}),
    ),
    "other update": changed(
        GENTLE.with_values(optimizer="nesterov"), (6, {"update": "simultaneous"})
    ),
    "other schedules": changed(
        with_schedule("cosine", epochs=40),
        (5, {"learning_rate_m": 5e-8}),
        (5, {"schedule": "exponential", "warmup_steps": 3}),
        (5, {"schedule": "constant", "warmup_steps": None}),
    ),
    "more epochs of a schedule": changed(with_schedule("cosine"), (10, {"epochs": 60})),
    "changed before it began": changed(GENTLE, (0, {"batch_size": 16, "optimizer": "adam"})),
    "changed back": changed(GENTLE, (5, {"epochs": 8}), (5, {"epochs": 5})),
    "a branch": branched,
}


@pytest.fixture(scope="module")
def runs(houses: Dataset) -> dict[str, Run]:
    return {name: make(houses) for name, make in RUNS.items()}


@pytest.fixture(scope="module")
def programs(
    runs: dict[str, Run], houses: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Write the scripts of all runs, each beside the steps that it made in another process."""
    folder = tmp_path_factory.mktemp("scripts")
    files.create(folder, "data", ".csv", records.data_lines(houses))
    paths = {name: folder / f"{place}.py" for place, name in enumerate(runs)}
    for name, run in runs.items():
        paths[name].write_text(script.script(run, "data.csv"), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAIN_ALL, *map(str, paths.values())],
        check=True,
        timeout=60,
    )
    return paths


@pytest.mark.parametrize("name", RUNS)
def test_it_repeats_the_run(name: str, runs: dict[str, Run], programs: dict[str, Path]) -> None:
    slope, intercept, _, loss = runs[name].history.columns()
    steps = np.load(f"{programs[name]}.npy")
    assert len(steps) == runs[name].history.last + 1 > 5
    assert steps == pytest.approx(np.stack([slope, intercept, loss], axis=1), rel=1e-9)


@pytest.mark.parametrize("name", RUNS)
def test_the_script_has_no_unused_code(name: str, programs: dict[str, Path]) -> None:
    text = programs[name].read_text(encoding="utf-8")
    tree = ast.parse(text)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    loaded = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    assert defined | stored <= loaded | {"_", "step"}
    assert max(map(len, text.splitlines())) <= 100
    assert "\n\n\n\n" not in text


def test_a_simple_run_has_a_short_script(programs: dict[str, Path]) -> None:
    text = programs["the notebook's"].read_text(encoding="utf-8")
    assert len(text.splitlines()) < 90
    assert "    for step in range(1, 31):\n" in text
    for word in ("if step", "batch", "optimizer", "factor", "seed"):
        assert word not in text


def test_a_change_is_assigned_at_its_step(programs: dict[str, Path]) -> None:
    text = programs["other rates"].read_text(encoding="utf-8")
    assert "with 2 changes of settings on the way, and gets the same numbers." in " ".join(
        text.split()
    )
    assert (
        "        if step == 5:  # other settings from here on\n"
        "            eta_m, eta_b = 2e-07, 0.1\n"
        "        if step == 8:"
    ) in text


def test_a_run_that_has_not_begun_is_repeated_to_its_last_epoch(houses: Dataset) -> None:
    run = Run(houses, Settings())
    run.change(Settings(batch_size=64))
    assert "for step in range(1, 241):" in script.script(run, "data.csv")


def test_the_script_runs_without_matplotlib(
    runs: dict[str, Run], programs: dict[str, Path]
) -> None:
    """The script runs by itself, from another folder, with any installed Matplotlib hidden."""
    path = programs["a branch"]
    hidden = path.parent / "hidden"
    hidden.mkdir()
    (hidden / "matplotlib.py").write_text("raise ImportError")
    ended = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        check=True,
        cwd=hidden,
        env=os.environ | {"PYTHONPATH": str(hidden), "PYTHONIOENCODING": "utf-8"},
    )
    last = runs["a branch"].history[runs["a branch"].history.last]
    words = ended.stdout.replace(",", "").split()
    assert words[:3] == ["after", str(last.number), "steps:"]
    assert float(words[4]) == pytest.approx(last.slope, rel=1e-9)
    assert float(words[6]) == pytest.approx(last.intercept, rel=1e-9)
    assert "install Matplotlib" in ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize("batch_size", first_of([3000, 64]))
@pytest.mark.parametrize("sampling", ["notebook", "epoch"])
def test_the_script_takes_any_names_and_many_rows(
    tmp_path: Path, batch_size: int, sampling: Sampling
) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=5000)
    data = Dataset("rows.csv", HOSTILE, f"y{HOSTILE}\udcff", x, np.full(5000, 7.0))
    settings = replace(
        GENTLE,
        batch_size=batch_size,
        sampling=sampling,
        standardize=True,
    )
    run = plain(settings)(data)
    rows = files.create(tmp_path, "rows, and # more", ".csv", records.data_lines(data))
    program = tmp_path / "it's.py"
    program.write_text(script.script(run, rows.name), encoding="utf-8")
    subprocess.run([sys.executable, "-c", TRAIN_ALL, str(program)], check=True, timeout=60)
    slope, intercept, _, loss = run.history.columns()
    expected = np.stack([slope, intercept, loss], axis=1)
    assert np.load(f"{program}.npy") == pytest.approx(expected, rel=1e-9, abs=1e-9)
    again = load(str(rows), *(printable(name, 100) for name in (data.x_name, data.y_name)))
    assert np.array_equal(again.x, data.x)
    assert np.array_equal(again.y, data.y)


MORE: dict[str, Settings] = {
    "absolute": Settings.of(loss="absolute", learning_rate_m=1e-3, learning_rate_b=1e3),
    "huber, z-scores": Settings.of(
        loss="huber", huber_delta=3e4, standardize=True, batch_size=64, epochs=3
    ),
    "adagrad": Settings.of(optimizer="adagrad", learning_rate_m=18, learning_rate_b=8e3),
    "rmsprop": Settings.of(
        optimizer="rmsprop", alpha=0.9, epsilon=1e-3, learning_rate_m=1, learning_rate_b=600
    ),
    "nesterov, absolute": Settings.of(
        optimizer="nesterov", momentum=0.5, loss="absolute", learning_rate_b=1e3, schedule="cosine"
    ),
}


@pytest.mark.parametrize("name", MORE)
@pytest.mark.parametrize("test_fraction", [0.0, 0.2])
def test_losses_optimizers_and_test_rows_are_repeated(
    houses: Dataset, tmp_path: Path, name: str, test_fraction: float
) -> None:
    run = plain(replace(MORE[name], test_fraction=test_fraction))(houses)
    rows = files.create(tmp_path, "data", ".csv", records.data_lines(run.data, run.test))
    program = tmp_path / "program.py"
    program.write_text(script.script(run, rows.name), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAIN_ALL, str(program)], check=True, timeout=60
    )
    table = run.history.columns()[[0, 1, 3, *([4] if test_fraction else [])]]
    assert np.load(f"{program}.npy") == pytest.approx(table.T, rel=1e-9)
    assert ("test_x" in program.read_text("utf-8")) == (test_fraction > 0)
