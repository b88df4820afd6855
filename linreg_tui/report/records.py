"""The program's records: JSON objects, and the history of a run and its data as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Step
from linreg_tui.core.inference import inference
from linreg_tui.core.losses import LeastPoint
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction, Predictions, predict
from linreg_tui.core.text import printable
from linreg_tui.core.trials import Result

if TYPE_CHECKING:
    from linreg_tui.core.parallel import Team

Json = dict[str, object]

TRIAL_FIELDS = (
    "batch_size",
    "learning_rate_m",
    "learning_rate_b",
    "scale",
    "repeat",
    "seed",
    "steps",
    "slope",
    "intercept",
    "loss",
    "status",
    "diverged_at",
    "predicted_stable",
    "seconds",
    "optimum",
    "test_n",
    "test_loss",
    "config",
)
_PARTS = {
    "optimum": dict.fromkeys(("slope", "intercept", "loss")),
    "config": dict.fromkeys(one.name for one in Settings.schema()),
}
"""The fields of a trial that are objects, without their values."""

HISTORY_HEADER = "step,epoch,slope,intercept,batch_loss,loss,learning_rate_m,learning_rate_b"

_CHUNK_LINES = 10_000

_LARGEST_WHOLE = 2.0**53
"""Up to here, every whole number is a float."""


def fit_object(data: Dataset) -> Json:
    """Return the closed form of the data, as `fit --json` prints it."""
    line = data.line
    sums = data.sums
    estimates = inference(line)
    return {
        "source": data.source,
        "x": data.x_name,
        "y": data.y_name,
        "n": data.total,
        "dropped": data.dropped,
        "sums": {"x": sums.x, "y": sums.y, "xy": sums.xy, "xx": sums.xx},
        "denominator": sums.denominator,
        "slope": line.slope,
        "intercept": line.intercept,
        "mse": line.loss,
        "r2": estimates.r2,
        "slope_se": estimates.slope_se,
        "intercept_se": estimates.intercept_se,
        "slope_ci95": estimates.slope_ci95,
        "intercept_ci95": estimates.intercept_ci95,
        "slope_p": estimates.slope_p,
        "dropped_cells": _dropped_cells(data),
    }


def _dropped_cells(data: Dataset) -> list[Json]:
    """Return the cells that held something but no number: how many in a column, and the first."""
    return [
        {
            "column": cells.column,
            "count": cells.count,
            "first": [{"row": row, "cell": text} for row, text in cells.first],
        }
        for cells in data.dropped_cells
    ]


def sweep_object(data: Dataset, results: Iterable[Result], predictions: Predictions) -> Json:
    """Return a sweep, as `sweep --json` prints it."""
    ordered = sorted(results, key=lambda result: result.trial.number)
    # All trials have the same test rows.
    settings = ordered[0].trial.settings if ordered else Settings()
    training, loss = settings.split(data).training, settings.loss
    return {
        "n": training.total if loss.from_moments else training.n,
        "closed_form": asdict(LeastPoint.of(training.line)),
        "trials": [
            trial_object(result, predictions.of(result.trial.settings)) for result in ordered
        ],
        "dropped_cells": _dropped_cells(data),
    }


def _config(settings: Settings) -> Json:
    """Return every setting under its name."""
    values = settings.values
    return values | {"batch_size": _batch_size(settings)}


def _batch_size(settings: Settings) -> int | str:
    return "full" if settings.batch_size is None else settings.batch_size


def trial_object(result: Result, prediction: Prediction) -> Json:
    """Return a trial, as `sweep --json` prints it."""
    settings = result.trial.settings
    values = (
        _batch_size(settings),
        settings.learning_rate_m,
        settings.learning_rate_b,
        result.trial.scale,
        result.trial.repeat,
        settings.seed,
        result.steps,
        result.slope,
        result.intercept,
        result.loss,
        result.status,
        result.diverged_at,
        prediction.stable,
        result.seconds,
        asdict(result.optimum),
        result.test_n,
        result.test_loss,
        _config(settings),
    )
    return dict(zip(TRIAL_FIELDS, values, strict=True))


def trial_lines(results: Iterable[Result], predictions: Predictions) -> Iterator[str]:
    """Yield the trials of a sweep as CSV with the JSON's fields; a missing value is empty.

    Each value of the optimum and the settings has a field of its own, such as `optimum_slope` and
    `config_optimizer`.
    """
    yield ",".join(_flat(dict.fromkeys(TRIAL_FIELDS) | _PARTS)) + "\n"
    for result in sorted(results, key=lambda result: result.trial.number):
        values = _flat(trial_object(result, predictions.of(result.trial.settings))).values()
        yield ",".join(map(_field, values)) + "\n"


def _flat(trial: Json) -> Json:
    """Return a trial with a field for each value of its objects."""
    flat: Json = {}
    for name, value in trial.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{part}": number for part, number in value.items()}
        else:
            flat[name] = value
    return flat


def _field(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def train_object(run: Run) -> Json:
    """Return a run so far, as `train --json` prints it."""
    last = run.history[run.history.last]
    prediction = predict(run.all_data, run.settings)
    return {
        "config": _config(run.settings),
        "n": run.data.total if run.loss.from_moments else run.data.n,
        "steps": last.number,
        "status": run.status,
        "diverged_at": run.diverged_at,
        "slope": last.slope,
        "intercept": last.intercept,
        "loss": last.loss,
        "closed_form": asdict(LeastPoint.of(run.closed_form)),
        "predicted": {
            "stable": prediction.stable,
            "spectral_radius": prediction.spectral_radius,
            "max_stable_scale": prediction.max_stable_scale,
        },
        "optimum": asdict(LeastPoint.of(run.optimum)),
        "test_n": _test_rows(run),
        "test_loss": last.test_loss,
        "dropped_cells": _dropped_cells(run.all_data),
    }


def _test_rows(run: Run) -> int:
    """Return the number of rows that the loss was tested on; without moments, those in memory."""
    if run.test is None:
        return 0
    return run.test.total if run.loss.from_moments else run.test.n


def team_object(team: Team) -> Json:
    """Return the additions of `train --json --workers`: the workers, and the seconds a step."""
    computing, communicating = team.seconds_per_step
    return {
        "workers": team.workers,
        "seconds_per_step": {"computing": computing, "communicating": communicating},
    }


def history_lines(run: Run, last: int | None = None) -> Iterator[str]:
    """Yield every step of the run as CSV, up to `last` or the latest one.

    Step 0 is the start, which has no batch and no learning rates.
    """
    last = run.history.last if last is None else last
    start = run.history[0]
    yield HISTORY_HEADER + ("" if start.test_loss is None else ",test_loss") + "\n"
    yield f"0,0,{start.slope!r},{start.intercept!r},,{start.loss!r},,{_test_loss(start)}\n"
    for first in range(1, last + 1, _CHUNK_LINES):
        count = min(_CHUNK_LINES, last + 1 - first)
        for number, rate_m, rate_b in zip(
            range(first, first + count), *(r.tolist() for r in run.rates(first, count)), strict=True
        ):
            step = run.history[number]
            yield (
                f"{number},{run.segments.epoch(number)},{step.slope!r},{step.intercept!r},"
                f"{step.batch_loss!r},{step.loss!r},{rate_m!r},{rate_b!r}{_test_loss(step)}\n"
            )


def _test_loss(step: Step) -> str:
    """Return the field for the loss on the test rows, if there are any."""
    return "" if step.test_loss is None else f",{step.test_loss!r}"


def data_lines(data: Dataset, test: Dataset | None = None) -> Iterator[str]:
    """Yield the rows that the run was trained on as CSV, with two columns and a header.

    With test rows, which come last, a third column, test, is 1 in these rows and 0 in the others. A
    column of whole numbers is written without decimals. Every number reads back as the same float.
    """
    parts = [data] if test is None else [data, test]
    columns = [
        _whole(np.concatenate(column)) for column in zip(*((p.x, p.y) for p in parts), strict=True)
    ]
    names = [printable(name, len(name) * 10) for name in (data.x_name, data.y_name)]
    if test is not None:
        columns.append(np.repeat(np.array([0, 1]), [data.n, test.n]))
        names.append("test")
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(names)
    yield header.getvalue()
    for first in range(0, len(columns[0]), _CHUNK_LINES):
        piece = slice(first, first + _CHUNK_LINES)
        for row in zip(*(column[piece].tolist() for column in columns), strict=True):
            yield ",".join(map(repr, row)) + "\n"


def _whole(values: FloatArray) -> FloatArray | NDArray[np.int64]:
    """Return the values, as integers if all are whole and convert back to the same floats."""
    exact = (values % 1 == 0) & (np.abs(values) <= _LARGEST_WHOLE)
    exact &= (values != 0) | ~np.signbit(values)
    return values.astype(np.int64) if exact.all() else values
