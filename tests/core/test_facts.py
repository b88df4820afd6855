"""The numbers of the notebook, which the program has to reproduce."""

from __future__ import annotations

import hashlib
import importlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from linreg_tui import core
from linreg_tui.core.closed_form import closed_form, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.inference import inference
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import condition_number, max_stable_scale

NOTEBOOK = Settings()


def test_data_file_is_the_notebooks() -> None:
    path = Path(__file__).parents[2] / "data" / "slimmed_realestate_data.csv"
    assert (
        hashlib.sha256(path.read_bytes()).hexdigest()
        == "5e7578a8e9bc0f1e2eac9711621f4d0d129e9fe36e3f4e655947a0652b3b05cc"
    )


def test_sums_and_denominator(houses: Dataset) -> None:
    sums = sums_of(houses.x, houses.y)
    assert (sums.n, sums.x, sums.y) == (551, 775791, 87177171)
    assert (sums.xy, sums.xx) == (136013443019, 1243629245)
    assert sums.denominator == 83388038314


def test_closed_form(houses: Dataset) -> None:
    line = closed_form(houses.moments)
    assert f"{line.slope:.6f}" == "87.688145"
    assert f"{line.intercept:.6f}" == "34754.077892"
    assert line.loss == pytest.approx(1477781671.355812, rel=1e-14)


def test_inference(houses: Dataset) -> None:
    statistics = inference(closed_form(houses.moments))
    assert statistics.slope_se == pytest.approx(3.13053588, abs=5e-9)
    assert statistics.intercept_se == pytest.approx(4703.14479604, abs=5e-9)
    assert statistics.r2 == pytest.approx(0.58833016, abs=5e-9)
    assert statistics.slope_p is not None
    assert f"{statistics.slope_p:.1e}" == "6.9e-108"


def test_losses_at_the_start(houses: Dataset) -> None:
    m, b = NOTEBOOK.initial_slope, NOTEBOOK.initial_intercept
    each = (houses.y - (m * houses.x + b)) ** 2
    assert [f"{loss:.8e}" for loss in each[:10]] == [
        "3.03421561e+10",
        "3.55511025e+10",
        "1.24579082e+10",
        "1.91656336e+10",
        "1.60604929e+10",
        "2.04432804e+10",
        "1.72410030e+10",
        "1.76517796e+10",
        "1.52769600e+10",
        "2.18152900e+10",
    ]
    start = Run(houses, NOTEBOOK).history[0]
    assert start.loss == pytest.approx(25908706609.58621, rel=1e-14)
    assert start.loss == pytest.approx(each.mean(), rel=1e-14)


def test_one_step_at_a_tiny_rate(houses: Dataset) -> None:
    run = Run(houses, replace(NOTEBOOK, learning_rate_m=1e-9, learning_rate_b=1e-9))
    run.advance(1)
    step = run.history[1]
    assert f"{step.slope:.2f} {step.intercept:.2f}" == "5.47 1000.00"


def test_thirty_steps(houses: Dataset) -> None:
    run = Run(houses, NOTEBOOK)
    run.advance(run.budget)
    first, last = run.history[1], run.history[30]
    assert first.slope == pytest.approx(51.83103658584392, rel=1e-14)
    assert first.intercept == pytest.approx(17847.95618730728, rel=1e-14)
    assert first.loss == pytest.approx(6372583119.385522, rel=1e-14)
    assert (
        f"{last.slope:.2f} {last.intercept:.2f} {last.loss:.2f}" == "88.89 32912.24 1478200827.64"
    )


def test_thirty_steps_simultaneously(houses: Dataset) -> None:
    run = Run(houses, replace(NOTEBOOK, update="simultaneous"))
    run.advance(run.budget)
    last = run.history[30]
    assert f"{last.slope:.8f} {last.intercept:.8f}" == "82.31351450 43039.15743452"
    assert f"{last.loss:.2f}" == "1486230961.39"


def test_thirty_steps_at_scale_eight(houses: Dataset) -> None:
    run = Run(houses, replace(NOTEBOOK, learning_rate_m=8e-7, learning_rate_b=8e-1))
    run.advance(run.budget)
    last = run.history[30]
    # A run that diverges makes its rounding errors grow with it.
    assert last.slope == pytest.approx(91043.11671642, rel=1e-12)
    assert last.intercept == pytest.approx(-6907927.60621315, rel=1e-12)
    assert last.loss == pytest.approx(1.6942255525789e16, rel=1e-13)
    assert run.status == "diverged"


def test_largest_stable_scales(houses: Dataset) -> None:
    sequential = max_stable_scale(houses.moments, NOTEBOOK)
    simultaneous = max_stable_scale(houses.moments, replace(NOTEBOOK, update="simultaneous"))
    assert sequential == pytest.approx(7.215290458, abs=5e-10)
    assert simultaneous == pytest.approx(3.154169231, abs=5e-10)


def test_hessian(houses: Dataset) -> None:
    eigenvalues = np.linalg.eigvalsh(houses.moments.hessian())
    assert eigenvalues == pytest.approx([0.243383459, 4514082.50], rel=1e-8)
    assert condition_number(houses.moments) == pytest.approx(18547203, abs=0.5)


def test_batches_an_epoch() -> None:
    steps = {size: Settings(batch_size=size).steps(551) for size in (64, 128, 256, 512)}
    assert steps == {64: 240, 128: 120, 256: 60, 512: 30}


def test_the_notebooks_names_are_mapped_to_ours() -> None:
    assert core.__doc__ is not None
    named = re.findall(r"(?<![/\w])([a-z]\w*(?:\.\w+)+)(?=[,;\n]| which)", core.__doc__)
    assert len(named) > 20
    for name in named:
        module, _, rest = name.partition(".")
        if module == "reading":
            part, _, rest = rest.partition(".")
            module = f"reading.{part}"
        found: object = importlib.import_module(f"linreg_tui.core.{module}")
        for attribute in rest.split("."):
            found = getattr(found, attribute)
