from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import EXAMPLES, MADE, NAMES, Example, bundled, example, lessons
from linreg_tui.core.inference import inference
from linreg_tui.core.reading.loading import load

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
known = pytest.mark.parametrize("known", EXAMPLES, ids=lambda known: known.name)


@known
def test_an_example_is_read_as_its_file_is(known: Example) -> None:
    fast, slow = example(known.name), load(str(DATA / known.file), known.x, known.y)
    assert np.array_equal(fast.x, slow.x)
    assert np.array_equal(fast.y, slow.y)
    assert (fast.x_name, fast.y_name) == (slow.x_name, slow.y_name)
    assert example(known.name, x=known.x).y_name == known.y


@known
def test_an_example_is_small_documented_and_shipped(known: Example) -> None:
    assert (DATA / known.file).stat().st_size < 10_000
    assert f"`{known.name}`" in (DATA / "README.md").read_text(encoding="utf-8")
    assert known.file in (DATA / "README.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert shipped[f"data/{known.file}"] == f"linreg_tui/data/{known.file}"
    assert known.teaches
    assert known.source


def test_every_example_has_a_line_and_a_lesson() -> None:
    assert tuple(lessons()) == NAMES
    assert MADE in NAMES


def test_anscombes_four_have_one_line() -> None:
    """The numbers are from table 1 of the paper."""
    for number in (1, 2, 3, 4):
        line = example(f"anscombe-{number}").line
        assert line.moments.mean_x == 9
        assert line.moments.sxx == pytest.approx(110)
        assert line.moments.mean_y == pytest.approx(7.5, abs=0.002)
        assert line.slope == pytest.approx(0.5, abs=0.0005)
        assert line.intercept == pytest.approx(3, abs=0.003)
        statistics = inference(line)
        assert statistics.slope_se == pytest.approx(0.118, abs=0.0005)
        assert statistics.r2 == pytest.approx(0.667, abs=0.001)


def test_norris_is_the_certified_one() -> None:
    oracle = ROOT / "tests" / "core" / "oracles" / "norris.csv"
    assert (DATA / "norris.csv").read_bytes() == oracle.read_bytes()
    line = example("norris").line
    assert line.slope == pytest.approx(1.00211681802045, rel=1e-13)
    assert line.intercept == pytest.approx(-0.262323073774029, rel=1e-12)


def test_one_outlier_pulls_the_line() -> None:
    data = example("outlier")
    rest = data.y < 500
    assert rest.sum() == data.n - 1
    slope = np.polyfit(data.x[rest], data.y[rest], 1)[0]
    assert data.line.slope > 1.5 * slope


def test_the_script_makes_the_files_again(tmp_path: Path) -> None:
    script = tmp_path / "make_examples.py"
    script.write_bytes((DATA / "make_examples.py").read_bytes())
    subprocess.run([sys.executable, str(script)], check=True, timeout=60)
    made = sorted(tmp_path.glob("*.csv"))
    assert len(made) == 5
    for path in made:
        assert path.read_bytes() == (DATA / path.name).read_bytes()


@pytest.mark.parametrize(
    ("name", "x"), [("anscombe", None), ("[red]\x1b[31m", None), (MADE, "z"), ("norris", "z")]
)
def test_an_unknown_example_has_a_message_of_one_line(name: str, x: str | None) -> None:
    with pytest.raises(InputError, match="choose from") as caught:
        example(name, x)
    assert str(caught.value).isprintable()
    if name == MADE:
        assert "has only the columns x and y" in str(caught.value)
    elif name != "norris":
        assert str(caught.value).endswith(f"; choose from {', '.join(NAMES)}")


def test_columns_of_an_example_can_be_chosen() -> None:
    for data in (example("houses", y="GrLivArea"), bundled(y="GrLivArea")):
        assert data.y_name == "GrLivArea"
        assert data.y[0] == 1262
    assert bundled(x="SalePrice").x_name == "SalePrice"
