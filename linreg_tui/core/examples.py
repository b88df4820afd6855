"""The data sets that come with the program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from linreg_tui.core import known
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

_ANSCOMBE = "Anscombe, Graphs in Statistical Analysis, The American Statistician 27, 1973"


@dataclass(frozen=True, slots=True)
class Example:
    """A bundled file: its name on the command line, its columns, what it teaches, and its source.

    `places` are the places of x and y among the columns of the file.
    """

    name: str
    file: str
    x: str
    y: str
    places: tuple[int, int]
    teaches: str
    source: str


HOUSES = Example(
    "houses",
    "slimmed_realestate_data.csv",
    known.HOUSES.x,
    known.HOUSES.y,
    (2, 1),
    "a slope in dollars a square foot, and learning rates a million times apart",
    "De Cock, Journal of Statistics Education 19(3), 2011",
)

EXAMPLES = (
    HOUSES,
    *(
        Example(
            f"anscombe-{number}", f"anscombe-{number}.csv", "x", "y", (0, 1), teaches, _ANSCOMBE
        )
        for number, teaches in enumerate(
            (
                "what a straight line is made for; the other three have the same line and R²",
                "a curve, which a line can't follow",
                "a single outlier, which tilts the line",
                "a single far point, which alone determines the slope",
            ),
            start=1,
        )
    ),
    Example(
        "outlier",
        "outlier.csv",
        "hours",
        "points",
        (0, 1),
        "squared errors: one gross error in 60 rows pulls the line away from the others",
        "made by data/make_examples.py",
    ),
    Example(
        "norris",
        "norris.csv",
        "x",
        "y",
        (1, 0),
        "a fit to eleven digits: the certified line of an ozone monitor",
        "NIST Statistical Reference Datasets, Norris",
    ),
)

MADE = "made"
"""The name of the example whose rows are generated."""

MADE_TEACHES = "a line whose slope, 3, and intercept, 20, are known: what the noise does to them"

NAMES = (*(example.name for example in EXAMPLES), MADE)


def lessons() -> dict[str, str]:
    """Return what each example teaches, by its name."""
    return {**{one.name: one.teaches for one in EXAMPLES}, MADE: MADE_TEACHES}


def bundled(x: str | None = None, y: str | None = None) -> Dataset:
    """Return sale price (dollars) by above-ground living area (square feet) of 551 houses."""
    return example(HOUSES.name, x, y)


def example(name: str, x: str | None = None, y: str | None = None) -> Dataset:
    """Return an example by its name, with its own columns unless x or y is given.

    Raises
    ------
    InputError
        If there is no such example, or a column isn't there or isn't numeric.
    """
    if name == MADE and x is None and y is None:
        return made_line()
    found = next((one for one in EXAMPLES if one.name == name), None)
    if found is None:
        others = f"choose from {', '.join(NAMES)}"
        if name == MADE:
            raise InputError(f"the example {MADE} has only the columns x and y; {others}")
        raise InputError(f"there is no example {printable(name)}; {others}")
    path = _folder() / found.file
    if x is not None or y is not None:
        from linreg_tui.core.reading.loading import load

        return replace(load(str(path), x, y), source=path.name)
    # Its format is simple and known, so the application can start without the reading modules.
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    xs, ys = (np.array([float(row[place]) for row in rows]) for place in found.places)
    return Dataset(path.name, found.x, found.y, xs, ys)


def _folder() -> Path:
    """Return `data` inside the installed package, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def made_line(
    n: int = 100, slope: float = 3.0, intercept: float = 20.0, noise: float = 5.0, seed: int = 0
) -> Dataset:
    """Return n rows around a line: x is uniform from 0 to 10, y has normal noise.

    `noise` is the standard deviation of the noise.

    Raises
    ------
    InputError
        If there are fewer than two rows, or a number is out of range.
    """
    if n < 2:
        raise InputError(f"{n} rows are not enough for a line: choose 2 or more")
    if not (np.isfinite([slope, intercept, noise]).all() and noise >= 0):
        raise InputError("slope, intercept and noise must be finite numbers, and noise 0 or more")
    if seed < 0:
        raise InputError(f"a seed of {seed} is not possible: choose 0 or more")
    random = np.random.default_rng(seed)
    x = random.uniform(0, 10, n)
    y = slope * x + intercept + noise * random.standard_normal(n)
    return Dataset(f"made line, seed {seed}", "x", "y", x, y)
