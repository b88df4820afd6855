"""Data sets: two columns of numbers, from a file or from the package."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.closed_form import ClosedForm, Sums, fit, sums_of
from linreg_tui.core.errors import InputError
from linreg_tui.core.extent import Extent
from linreg_tui.core.moments import Batches, FloatArray, Moments
from linreg_tui.core.sketch import sketched_rows
from linreg_tui.core.tally import Tally
from linreg_tui.core.text import printable

if TYPE_CHECKING:
    import pandas as pd

NOTEBOOK_X, NOTEBOOK_Y = "GrLivArea", "SalePrice"


@dataclass(frozen=True)
class Dataset:
    """n rows of x and y, all finite, and where they came from.

    `x` and `y` have shape (n,) and are read-only; `dropped` counts the rows left out because they
    had no number in one of the two columns. The names may hold any characters.
    """

    source: str
    x_name: str
    y_name: str
    x: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)
    dropped: int = 0

    def __post_init__(self) -> None:
        self.x.flags.writeable = False
        self.y.flags.writeable = False

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.x)

    @cached_property
    def moments(self) -> Moments[float]:
        """The moments of all rows."""
        return Moments.of(self.x, self.y)

    @cached_property
    def line(self) -> ClosedForm:
        """The least-squares line; raises an InputError if there is none."""
        return fit(self.x, self.y)

    @cached_property
    def sums(self) -> Sums:
        """The sums of the closed form's formula."""
        return sums_of(self.x, self.y)

    @cached_property
    def tally(self) -> Tally:
        """What it takes to follow the line while rows are added and taken away."""
        return Tally.of(self.x, self.y, self.line)

    @cached_property
    def extent(self) -> Extent:
        """The least and the largest x and y."""
        return Extent.of(self.x, self.y)

    @cached_property
    def sketched(self) -> NDArray[np.intp]:
        """The numbers of enough of the rows for a picture of all."""
        return sketched_rows(self.x, self.y)

    @cached_property
    def sketch(self) -> tuple[FloatArray, FloatArray]:
        """The points of these rows, x and y."""
        return self.x[self.sketched], self.y[self.sketched]

    @cached_property
    def batches(self) -> Batches:
        """The rows, ready to be taken in batches."""
        return Batches(self.x, self.y)


def bundled(x: str | None = None, y: str | None = None) -> Dataset:
    """Sale price (dollars) against above-ground living area (square feet) of 551 houses."""
    path = _bundled_folder() / "slimmed_realestate_data.csv"
    if x is not None or y is not None:
        return replace(load(str(path), x, y), source=path.name)
    # Its columns are known, so the application can start without the wait for pandas.
    price, area = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(1, 2), unpack=True)
    return Dataset(path.name, NOTEBOOK_X, NOTEBOOK_Y, area, price)


def _bundled_folder() -> Path:
    """`data` inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def load(path: str, x: str | None = None, y: str | None = None) -> Dataset:
    """Two columns of numbers of a CSV file.

    Where a column isn't named, the first one that could be data is taken, x before y.

    Raises
    ------
    InputError
        If the file can't be read, a column isn't there or isn't numeric, or no row is left.
    """
    frame = _read(path)
    x_name, y_name = _choose(frame, path, x, y)
    pair = [_numbers(frame, path, name) for name in (x_name, y_name)]
    kept = np.isfinite(pair[0]) & np.isfinite(pair[1])
    if not kept.any():
        raise InputError(
            f"{printable(path)}: no row has a number in both {printable(x_name)} and "
            f"{printable(y_name)}; choose other columns with --x and --y"
        )
    xs, ys = pair[0][kept], pair[1][kept]
    if len(xs) < 2:
        raise InputError(f"{printable(path)}: one row is not enough for a line; it takes two")
    return Dataset(path, x_name, y_name, xs, ys, int(len(kept) - kept.sum()))


def _read(path: str) -> pd.DataFrame:
    import pandas as pd

    name = printable(path) or "an empty path"
    try:
        # Opened here, since pandas would take an address for an invitation to go and fetch it.
        with Path(path).open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # Not by itself: of rows longer than the header it would take the first for an index.
            return pd.read_csv(file, index_col=False, low_memory=False)
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{name}: this is a folder; name a CSV file in it") from None
    except PermissionError:
        raise InputError(f"{name}: no permission to read it; check its owner and mode") from None
    except OSError as error:
        raise InputError(f"{name}: it can't be read ({error.strerror}); check the path") from None
    except pd.errors.EmptyDataError:
        raise InputError(f"{name}: the file is empty; a CSV file with a header is needed") from None
    except pd.errors.ParserWarning:
        raise InputError(
            f"{name}: its rows hold more fields than its header; give every column a name"
        ) from None
    except ValueError as error:
        why = printable(str(error).strip().partition("\n")[0])
        raise InputError(f"{name}: this isn't a readable CSV file ({why}); check it") from None


def _choose(frame: pd.DataFrame, path: str, x: str | None, y: str | None) -> tuple[str, str]:
    names = [str(name) for name in frame.columns]
    for asked in (x, y):
        if asked is not None and asked not in names:
            raise InputError(
                f"{printable(path)}: there is no column {printable(asked) or 'without a name'}; "
                f"choose from {_listed(names)}"
            )
    if x is not None and x == y:
        raise InputError(f"x and y are both {printable(x)}; choose two different columns")
    candidates = [name for name in names if name not in (x, y) and _could_be_data(frame, name)]
    if {NOTEBOOK_X, NOTEBOOK_Y} <= set(candidates):
        candidates = [NOTEBOOK_X, NOTEBOOK_Y]
    missing = [x, y].count(None)
    if len(candidates) < missing:
        raise InputError(
            f"{printable(path)}: two columns of numbers are needed, for x and y; "
            f"name them with --x and --y, from {_listed(names)}"
        )
    guess = iter(candidates)
    return x or next(guess), y or next(guess)


def _could_be_data(frame: pd.DataFrame, name: str) -> bool:
    """Whether a column holds mostly numbers, which differ, and isn't the rows' own numbers."""
    import pandas as pd

    column = frame[name]
    if column.dtype.kind == "b" or name.startswith("Unnamed:") or name.lower() in ("id", "index"):
        return False
    present = column.notna()
    numbers = pd.to_numeric(column, errors="coerce")
    return bool(numbers.notna().sum() * 2 > present.sum() and numbers.nunique() > 1)


def _numbers(frame: pd.DataFrame, path: str, name: str) -> FloatArray:
    import pandas as pd

    numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    if not np.isfinite(numbers).any():
        raise InputError(
            f"{printable(path)}: column {printable(name)} holds no numbers; "
            "choose others with --x and --y"
        )
    return numbers


def _listed(names: list[str]) -> str:
    shown = ", ".join(printable(name, 30) for name in names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
