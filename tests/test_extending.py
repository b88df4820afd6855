"""A loss, an optimizer and a schedule that only this file declares work everywhere."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from linreg_tui.cli import main
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.losses import Loss, matrix_of
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.optimizers import Memory, Optimizer
from linreg_tui.core.proposal import proposed
from linreg_tui.core.run import Run
from linreg_tui.core.schedules import Schedule
from linreg_tui.core.schema import Range, about
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import grid
from linreg_tui.report import records, script
from linreg_tui.tui.app import LinregApp
from linreg_tui.tui.dialogs.settings import SettingsForm
from linreg_tui.tui.dialogs.sweep import SweepForm
from tests.readme import PYTHON
from tests.tui.seeing import until, until_seen


@pytest.fixture(autouse=True)
def families() -> Iterator[None]:
    """Add a member to each family, and remove it after the test."""
    known = [(family, dict(family)) for family in (Loss.family, Optimizer.family, Schedule.family)]

    @dataclass(frozen=True)
    class LogCosh(Loss, name="logcosh"):
        """A loss like half the square near 0 and like the absolute value far from it."""

        formula = "s² ln cosh(r / s)"

        width: float = field(
            default=1e4,
            metadata=about(
                "width, s",
                "how near is near",
                "Loss",
                range=Range(0, open=(True, True)),
                wrong="a width of {:g} is not possible: choose a positive number",
                metavar="S",
                proposed=True,
                column="s",
                name="logcosh_width",
            ),
        )

        def value(self, residual: FloatArray) -> FloatArray:
            """Return the logarithm of the hyperbolic cosine, without overflow."""
            size = np.abs(residual) / self.width
            value: FloatArray = self.width**2 * (size + np.log1p(np.exp(-2 * size)) - math.log(2))
            return value

        def derivative(self, residual: FloatArray) -> FloatArray:
            """Return the hyperbolic tangent."""
            slope: FloatArray = self.width * np.tanh(residual / self.width)
            return slope

        def least(self, x: FloatArray, y: FloatArray) -> tuple[float, float]:
            """Find the optimum by Newton's method."""
            m, b = np.polyfit(x, y, 1)
            for _ in range(50):
                residual = y - m * x - b
                weight = 1 / np.cosh(np.clip(residual / self.width, -300, 300)) ** 2
                columns = np.stack([x, np.ones_like(x)])
                pull = columns @ self.derivative(residual)
                step = np.linalg.solve((columns * weight) @ columns.T, pull)
                m, b = m + step[0], b + step[1]
            return float(m), float(b)

        def fitted(self, data: Dataset) -> Loss:
            """Return the loss with the width of y."""
            return replace(self, width=float(f"{np.std(data.y):.1g}"))

    @dataclass(frozen=True)
    class Lazy(Optimizer, name="lazy"):
        """Step along the mean of this gradient and the last one."""

        start = (0.0,)
        linear = True
        symbol = "½ (∂L + ∂L before)"

        haste: float = field(
            default=0.5,
            metadata=about(
                "haste",
                "how much this gradient counts",
                "Optimizer",
                range=Range(0, 1),
                wrong="a haste of {:g} is not possible: choose from 0 to 1",
                metavar="H",
                column="haste",
            ),
        )

        def update(self, gradient: float, memory: Memory) -> tuple[float, Memory]:
            """Return the mean, and this gradient as memory."""
            (before,) = memory
            return self.haste * gradient + (1 - self.haste) * before, (gradient,)

    @dataclass(frozen=True)
    class Stairs(Schedule, name="stairs"):
        """Halve the rates for the second half of the run."""

        def factor(self, k: FloatArray, total: int) -> FloatArray:
            """Return 1, then a half."""
            return np.where(k < total / 2, 1.0, 0.5)

    del LogCosh, Lazy, Stairs
    yield
    for family, before in known:
        family.clear()
        family.update(before)


MADE_UP = {"loss": "logcosh", "optimizer": "lazy", "schedule": "stairs"}
PARAMETERS = {"logcosh_width": 3e4, "haste": 0.7}
RATES = {"learning_rate_m": 3e-7, "learning_rate_b": 0.3}


def test_help_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("train", "sweep", "report"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        help_text = " ".join(capsys.readouterr().out.split())
        assert "squared, absolute, huber, logcosh" in help_text
        for word in ("adam, lazy", "cosine, stairs", "--logcosh-width S", "how near is near"):
            assert word in help_text
        assert "--haste H how much this gradient counts (default: 0.5)" in help_text


def test_a_run_comes_to_the_optimum(houses: Dataset) -> None:
    run = Run(houses, Settings.of(**MADE_UP, **PARAMETERS, **RATES, epochs=300))
    run.advance(run.budget)
    assert run.status == "converged"
    assert run.optimum.loss < run.optimum.at(run.closed_form.slope, run.closed_form.intercept)
    gradient = np.mean(
        run.loss.derivative(houses.y - run.optimum.slope * houses.x - run.optimum.intercept)
    )
    assert abs(gradient) < 1e-6
    rates = run.rates(1, 300)[1]
    assert (rates[149], rates[150]) == (0.3, 0.15)


def test_a_linear_optimizer_is_predicted(houses: Dataset) -> None:
    """The matrix follows from the update; at rates that are too large it diverges as predicted."""
    settings = Settings.of(optimizer="lazy", haste=0.7)
    limit = predict(houses, settings).max_stable_scale
    assert limit is not None
    for scale, status in ((0.99 * limit, "stopped"), (1.01 * limit, "diverged")):
        rates = {
            name: scale * usual
            for name, usual in (("learning_rate_m", 1e-7), ("learning_rate_b", 0.1))
        }
        run = Run(houses, settings.with_values(**rates, epochs=3000))
        run.advance(run.budget)
        assert (run.status == "diverged") == (status == "diverged")


def test_values_out_of_range_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--optimizer", "lazy", "--haste", "2"]) == 2
    assert capsys.readouterr().err == (
        "linreg-tui: a haste of 2 is not possible: choose from 0 to 1\n"
    )


def test_json_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    options = [
        f"--{name.replace('_', '-')}={value}" for name, value in (MADE_UP | PARAMETERS).items()
    ]
    assert main(["train", "--json", *options]) == 0
    config = json.loads(capsys.readouterr().out)["config"]
    assert {name: config[name] for name in MADE_UP | PARAMETERS} == MADE_UP | PARAMETERS


def test_a_setting_without_effect_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--json", "--haste", "0.7"]) == 0
    message = "linreg-tui: --haste has no effect with --optimizer sgd: choose lazy\n"
    assert capsys.readouterr().err == message


def test_a_grid_can_go_over_them() -> None:
    plan = grid(
        Settings(), {"optimizer": ["sgd", "lazy"], "loss": ["logcosh"], "haste": [0.2, 0.7]}
    )
    assert [trial.settings.values["haste"] for trial in plan][1:] == [0.2, 0.7]
    assert {trial.settings.loss.name for trial in plan} == {"logcosh"}


async def test_forms_have_them(houses: Dataset) -> None:
    app = LinregApp(houses, Settings.of(**MADE_UP, **PARAMETERS))
    async with app.run_test(size=(120, 50)) as pilot:
        await until(lambda: app.settled)
        await pilot.press("e")
        await until(lambda: isinstance(app.screen, SettingsForm))
        for text in ("‹ logcosh", "‹ lazy", "‹ stairs", "width, s", "30000", "haste", "0.7"):
            await until_seen(pilot, text)
        await pilot.press("escape", "w")
        await until(lambda: isinstance(app.screen, SweepForm))
        await pilot.press("left")
        for text in ("a grid", "logcosh", "lazy", "stairs", "width, s", "haste"):
            await until_seen(pilot, text)


def test_a_script_repeats_them(houses: Dataset, tmp_path: Path) -> None:
    settings = Settings.of(
        **MADE_UP, **PARAMETERS, **RATES, batch_size=64, epochs=3, standardize=False
    )
    run = Run(houses, settings)
    run.advance(run.budget)
    rows = tmp_path / "rows.csv"
    rows.write_text("".join(records.data_lines(houses)), "utf-8")
    program = tmp_path / "program.py"
    program.write_text(script.script(run, rows.name), "utf-8")
    code = (
        "import runpy, sys, numpy as np; p = runpy.run_path(sys.argv[1]); "
        "np.save(sys.argv[1] + '.npy', p['train'](*p['read']()))"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(program)], check=True)
    slope, intercept, _, loss = run.history.columns()
    expected = np.stack([slope, intercept, loss], axis=1)
    assert np.load(f"{program}.npy") == pytest.approx(expected, rel=1e-9)


def test_settings_are_proposed_for_them(houses: Dataset) -> None:
    other = Dataset("other", "x", "y", houses.x / 100, houses.y)
    settings = proposed(other, **MADE_UP)
    run = Run(other, settings)
    run.advance(run.budget)
    assert run.history[run.history.last].loss < run.history[0].loss


def test_a_parameter_that_depends_on_the_data_is_fitted_to_it(houses: Dataset) -> None:
    thousands = Dataset("other", "x", "y", houses.x, houses.y / 1000)
    for data, width in ((houses, 6e4), (thousands, 60.0)):
        for given in ({}, {"test_fraction": 0.2}, {"optimizer": "lazy"}):
            assert proposed(data, loss="logcosh", **given).values["logcosh_width"] == width
    assert proposed(houses, loss="logcosh", logcosh_width=7.0).values["logcosh_width"] == 7
    assert proposed(houses).values["logcosh_width"] is None


def test_a_name_can_be_used_only_once() -> None:
    with pytest.raises(TypeError, match="there is a lazy already"):

        class Another(Optimizer, name="lazy"):
            """An optimizer with the same name."""


def test_the_loss_in_the_readme_works() -> None:
    (text,) = PYTHON
    names: dict[str, object] = {"dataclass": dataclass, "Loss": Loss, "np": np}
    exec(text, names)
    settings = Settings.of(loss="quartic")
    assert settings.loss.value(np.array([2.0])) == 16
    batch = [matrix_of(np.array([1.0]), np.array([3.0]))]
    x = np.array([-1.0, -1.0, 1.0, 1.0])
    least = settings.loss.least(x, 2 * x + np.array([1.0, -1.0, 1.0, -1.0]))
    assert least == pytest.approx([2, 0], abs=1e-4)
    assert settings.loss.by_slope(batch, 1.0, 0.0) == -4 * 2**3
