from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg_tui.cli import main
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import NAMES, bundled, example, made_line
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.optimizers import Optimizer
from linreg_tui.core.proposal import HEADROOM_ROWS, excess_after_steps, propose, proposed
from linreg_tui.core.reading.loading import load
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import over_batch_sizes

BUNDLED = Path(__file__).parents[2] / "data" / "slimmed_realestate_data.csv"

scales = st.floats(-6, 6).map(lambda power: 10.0**power)
offsets = st.tuples(st.sampled_from([-1.0, 0.0, 1.0]), scales).map(lambda pair: pair[0] * pair[1])


def random_rows(
    n: int, x: tuple[float, float], y: tuple[float, float], seed: int, correlation: float = 0.9
) -> Dataset:
    """Return n random rows with these offsets and scales of x and y."""
    rng = np.random.default_rng(seed)
    u, v = rng.standard_normal((2, n))
    v = correlation * u + (1 - correlation**2) ** 0.5 * v
    return Dataset("made", "x", "y", x[0] + x[1] * u, y[0] + y[1] * v)


def trained(data: Dataset, settings: Settings) -> Run:
    run = Run(data, settings)
    run.advance(run.budget)
    return run


def asked(standardize: bool | None) -> dict[str, bool]:
    """The values given to a proposal: z-scores, no z-scores, or neither."""
    return {} if standardize is None else {"standardize": standardize}


def test_the_notebooks_data_has_the_notebooks_settings(houses: Dataset, tmp_path: Path) -> None:
    copy = tmp_path / "mine.csv"
    copy.write_bytes(BUNDLED.read_bytes())
    assert proposed(houses) == proposed(load(str(copy))) == Settings()
    assert proposed(houses, standardize=True) == Settings(standardize=True)
    assert proposed(bundled("SalePrice", "GrLivArea")) != Settings()


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_converge(name: str) -> None:
    data = example(name)
    assert trained(data, proposed(data)).status == "converged"


@pytest.mark.thorough
@settings(max_examples=15)
@given(offsets, scales, offsets, scales, st.integers(0, 5), st.sampled_from([128, 500, 2000]))
def test_proposals_converge_at_every_scale(
    x: float, x_scale: float, y: float, y_scale: float, seed: int, n: int
) -> None:
    data = random_rows(n, (x, x_scale), (y, y_scale), seed)
    settings = proposed(data)
    run = trained(data, settings)
    assert run.status == "converged"
    assert run.history.last == 30
    for trial in over_batch_sizes(settings, data.n):
        assert predict(data, trial.settings).stable
    # It starts clearly away from the optimum, below the data.
    start = run.history[0]
    assert start.loss > 2 * run.optimum.loss
    assert start.slope == 0
    assert start.intercept < data.y.mean()
    for rate in (settings.learning_rate_m, settings.learning_rate_b):
        assert rate == float(f"{rate:.0e}")


@settings(max_examples=15)
@given(offsets, scales, offsets, scales, st.integers(0, 5), st.integers(2, 60))
def test_proposals_for_few_rows_come_near_and_are_stable(
    x: float, x_scale: float, y: float, y_scale: float, seed: int, n: int
) -> None:
    data = random_rows(n, (x, x_scale), (y, y_scale), seed)
    settings = proposed(data)
    run = trained(data, settings)
    excess = [
        run.optimum.excess(step.slope, step.intercept) for step in (run.history[0], run.history[30])
    ]
    assert excess[1] < 0.01 * excess[0]
    assert all(predict(data, trial.settings).stable for trial in over_batch_sizes(settings, n))


@pytest.mark.thorough
@settings(max_examples=15)
@given(st.floats(1e-100, 1e100), st.floats(1e-100, 1e100), st.booleans())
def test_proposals_of_any_size_can_be_trained(x: float, y: float, level: bool) -> None:
    heights = np.array([1.0, 1.0, 1.0] if level else [1.0, 2.0, 4.0])
    data = Dataset("made", "x", "y", x * np.array([1.0, 2.0, 3.0]), y * heights)
    try:
        _ = data.line
    except InputError:
        return
    for standardize in (None, False, True):
        settings = proposed(data, **asked(standardize))
        assert standardize in (None, settings.standardize)
        Run(data, settings).advance(30)


def test_years_are_trained_on_z_scores() -> None:
    data = random_rows(200, (2005, 9), (50, 10), 0)
    assert proposed(data).standardize
    raw = proposed(data, standardize=False)
    assert not raw.standardize
    assert predict(data, raw).stable


def test_a_level_line_is_not_enough_if_y_hardly_depends_on_x() -> None:
    data = random_rows(60, (10031, 17), (100, 15), 0, correlation=0.09)
    settings = proposed(data)
    assert settings.standardize
    slope = trained(data, settings).history[30].slope
    assert slope == pytest.approx(data.line.slope, rel=0.1)


def test_many_rows_take_no_longer() -> None:
    data = random_rows(200_000, (3, 2), (50, 10), 0)
    settings = proposed(data)
    assert trained(data, settings).status == "converged"
    assert predict(data, replace(settings, batch_size=32)).stable


def test_z_scores_are_proposed_only_if_raw_data_does_not_converge() -> None:
    assert not proposed(random_rows(500, (0, 3), (50, 10), 1)).standardize


def test_a_made_line_is_the_one_that_was_asked_for() -> None:
    exact = made_line(50, 3, -7, noise=0, seed=5)
    assert exact.n == 50
    assert exact.line.slope == pytest.approx(3)
    assert exact.line.intercept == pytest.approx(-7)
    many = made_line(100_000, -2, 1, noise=4, seed=1)
    assert many.line.slope == pytest.approx(-2, abs=0.02)
    assert many.line.loss == pytest.approx(16, rel=0.02)
    assert np.array_equal(made_line(seed=3).y, made_line(seed=3).y)
    assert not np.array_equal(made_line(seed=3).y, made_line(seed=4).y)
    assert (many.x_name, many.y_name, many.source) == ("x", "y", "made line, seed 1")
    assert (many.x.min(), many.x.max()) == pytest.approx((0, 10), abs=0.01)
    assert many.x.mean() == pytest.approx(5, abs=0.05)
    assert made_line(2).n == 2


def test_the_default_made_line() -> None:
    data = made_line()
    assert (data.n, data.source) == (100, "made line, seed 0")
    assert np.array_equal(data.y, made_line(100, 3, 20, 5, 0).y)


@pytest.mark.parametrize("wrong", [{"n": 1}, {"noise": -1.0}, {"slope": np.inf}, {"seed": -1}])
def test_a_line_that_cannot_be_made_is_an_error(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match=r"choose|must be|are not enough"):
        made_line(**wrong)


SHAPES = [((0, 3), (50, 10)), ((2, 5), (-1e6, 3e4)), ((0, 1e-4), (0, 1e-9)), ((5e5, 3e5), (7, 0.2))]


@pytest.mark.parametrize(("x", "y"), SHAPES)
@pytest.mark.parametrize("n", [6, 500])
def test_a_proposal_follows_from_the_scale_of_the_data(
    x: tuple[float, float], y: tuple[float, float], n: int
) -> None:
    data = random_rows(n, x, y, 1)
    deviation = float(data.y.std())
    for standardize in (False, True):
        settings = proposed(data, **asked(standardize))
        # It starts two standard deviations down, rounded to a digit of half a deviation.
        assert settings.initial_slope == 0
        below = data.y.mean() - 2 * deviation
        assert settings.initial_intercept == pytest.approx(below, abs=deviation / 4)
        digit = 10.0 ** np.floor(np.log10(deviation / 2))
        places = settings.initial_intercept / digit
        assert places == pytest.approx(round(places), abs=1e-6)
        # m's rate is b's rate over the mean of x²; the next smaller round rate doesn't arrive.
        rate = settings.learning_rate_b
        mean_square = 1.0 if standardize else float(np.mean(data.x**2))
        if not standardize:
            assert settings.learning_rate_m == float(f"{rate / mean_square:.0e}")
        assert excess_after_steps(data, settings) <= 0.01
        smaller = next_smaller(rate)
        of_m = float(f"{smaller / mean_square:.0e}")
        gentler = replace(settings, learning_rate_b=smaller, learning_rate_m=of_m)
        slower = trained(data, gentler)
        line = slower.optimum
        error = (line.loss / (data.x.var() * n)) ** 0.5
        off = abs(slower.history[30].slope - line.slope) / np.hypot(line.slope, error)
        assert slower.status != "converged" or off > 0.1


def next_smaller(rate: float) -> float:
    """Return the next smaller round number."""
    digit, power = f"{rate:.0e}".split("e")
    return float(f"9e{int(power) - 1}" if digit == "1" else f"{int(digit) - 1}e{power}")


@pytest.mark.parametrize(("height", "start"), [(7.0, 0.0), (-7.0, -14.0), (0.0, -2.0)])
def test_a_proposal_for_a_level_line_starts_below_it(height: float, start: float) -> None:
    data = Dataset("made", "x", "y", np.arange(5.0), np.full(5, height))
    assert proposed(data).initial_intercept == start


CASES = Path(__file__).parent / "proposals"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.csv")), ids=lambda path: path.stem)
def test_tables_for_which_rules_of_thumb_fail(path: Path) -> None:
    """Heavy tails, far offsets, a few rows: thirty full-batch steps come within 5%."""
    data = load(str(path))
    run = trained(data, proposed(data))
    assert run.history[30].loss <= 1.05 * run.optimum.loss


FAMILIES: dict[str, Callable[[np.random.Generator, int], FloatArray]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "uniform": lambda rng, n: rng.uniform(size=n),
    "lognormal": lambda rng, n: rng.lognormal(0, rng.choice([0.5, 1.0, 2.0]), n),
    "pareto": lambda rng, n: rng.pareto(rng.choice([1.1, 1.5, 2.5]), n),
}


@st.composite
def tables(draw: st.DrawFn) -> Dataset:
    """Rows with x of any distribution, offset and scale, and y that depends on x or hardly."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.sampled_from([8, 30, 200, 2000]))
    x = FAMILIES[draw(st.sampled_from(sorted(FAMILIES)))](rng, n)
    explained = draw(st.sampled_from([0.01, 0.5, 0.99, 0.999999]))
    y = explained**0.5 * x / x.std() + (1 - explained) ** 0.5 * rng.normal(size=n)
    (x0, sx), (y0, sy) = (draw(st.tuples(offsets, scales)) for _ in "xy")
    return Dataset("made", "x", "y", x0 + sx * x, y0 + sy * y)


@settings(max_examples=25)
@given(tables())
def test_thirty_steps_come_near_whatever_the_data(data: Dataset) -> None:
    run = trained(data, proposed(data))
    assert run.history.last == 30
    assert run.history[30].loss <= 1.05 * run.optimum.loss


@settings(max_examples=10)
@given(tables(), st.sampled_from(sorted(Optimizer.family)), st.sampled_from(["squared", "huber"]))
def test_other_optimizers_come_halfway_or_get_z_scores(
    data: Dataset, optimizer: str, loss: str
) -> None:
    proposal = propose(data, optimizer=optimizer, loss=loss)
    assert proposal.halfway or proposal.settings.standardize
    assert excess_after_steps(data, proposal.settings) == proposal.excess


def test_an_unreachable_optimum_is_reported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "years.csv"
    years = np.arange(1990, 2021)
    path.write_text("year,y\n" + "".join(f"{x},{3 * x + x * x % 7}\n" for x in years))
    assert main(["train", str(path), "--no-standardize", "--json"]) == 0
    output = capsys.readouterr()
    result = json.loads(output.out)
    excess = 100 * (result["loss"] / result["optimum"]["loss"] - 1)
    line = (
        f"linreg-tui: thirty full-batch steps at the proposed rates end {excess:,.0f}% above the "
        "least loss: choose --standardize\n"
    )
    assert output.err == line
    for command in (["sweep", "--json"], ["report", "--folder", str(tmp_path)]):
        assert main([command[0], str(path), "--no-standardize", *command[1:]]) == 0
        assert capsys.readouterr().err == line
    assert main(["train", str(path), "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_any_number_of_edited_rows_has_a_proposal() -> None:
    x = np.linspace(0.0, 9.0, 3 * HEADROOM_ROWS)
    data = Dataset("many.csv", "x", "y", x, 3 * x + 20 + np.sin(50 * x))
    edits = Edits.of(data).move(7, 1.0, 90.0)
    assert proposed(edits.data).learning_rate_m == pytest.approx(
        proposed(data).learning_rate_m, rel=0.1
    )
