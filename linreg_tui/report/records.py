"""What leaves the program: JSON objects, and the history of a run and its data as CSV."""

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

_LINES = 10_000

_LARGEST_WHOLE = 2.0**53
"""Up to here all whole numbers are floats."""


def fit_object(data: Dataset) -> Json:
    """The closed form of the data, as `fit --json` prints it."""
    line = data.line
    sums = data.sums
    sure = inference(line)
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
        "r2": sure.r2,
        "slope_se": sure.slope_se,
        "intercept_se": sure.intercept_se,
        "slope_ci95": sure.slope_ci95,
        "intercept_ci95": sure.intercept_ci95,
        "slope_p": sure.slope_p,
    }


def sweep_object(data: Dataset, results: Iterable[Result], predictions: Predictions) -> Json:
    """A sweep, as `sweep --json` prints it."""
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
    }


def _config(settings: Settings) -> Json:
    """Every setting, under its name."""
    values = settings.values
    return values | {"batch_size": _batch_size(settings)}


def _batch_size(settings: Settings) -> int | str:
    return "full" if settings.batch_size is None else settings.batch_size


def trial_object(result: Result, prediction: Prediction) -> Json:
    """A trial, as `sweep --json` prints it."""
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
    """The trials of a sweep as CSV, with the fields of the JSON; empty for what does not exist.

    The optimum and the settings have a field for each of their numbers and words, such as
    `optimum_slope` and `config_optimizer`.
    """
    yield ",".join(_flat(dict.fromkeys(TRIAL_FIELDS) | _PARTS)) + "\n"
    for result in sorted(results, key=lambda result: result.trial.number):
        values = _flat(trial_object(result, predictions.of(result.trial.settings))).values()
        yield ",".join(map(_field, values)) + "\n"


def _flat(trial: Json) -> Json:
    """A trial whose objects have a field for each of their values."""
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
    """A run as far as it has come, as `train --json` prints it."""
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
    }


def _test_rows(run: Run) -> int:
    """How many rows the loss was tested on; without moments, those that are kept."""
    if run.test is None:
        return 0
    return run.test.total if run.loss.from_moments else run.test.n


def team_object(team: Team) -> Json:
    """What `train --json --workers` prints besides: how many there were, and seconds a step."""
    computing, communicating = team.seconds_per_step
    return {
        "workers": team.workers,
        "seconds_per_step": {"computing": computing, "communicating": communicating},
    }


def history_lines(run: Run, last: int | None = None) -> Iterator[str]:
    """Every step of the run as CSV, up to the last one that there is or that is given.

    Step 0 is the start, to which no batch and no learning rate have led.
    """
    last = run.history.last if last is None else last
    start = run.history[0]
    yield HISTORY_HEADER + ("" if start.test_loss is None else ",test_loss") + "\n"
    yield f"0,0,{start.slope!r},{start.intercept!r},,{start.loss!r},,{_test_loss(start)}\n"
    for first in range(1, last + 1, _LINES):
        count = min(_LINES, last + 1 - first)
        for number, rate_m, rate_b in zip(
            range(first, first + count), *(r.tolist() for r in run.rates(first, count)), strict=True
        ):
            step = run.history[number]
            yield (
                f"{number},{run.segments.epoch(number)},{step.slope!r},{step.intercept!r},"
                f"{step.batch_loss!r},{step.loss!r},{rate_m!r},{rate_b!r}{_test_loss(step)}\n"
            )


def _test_loss(step: Step) -> str:
    """The field of the loss on held-out rows, if there are any."""
    return "" if step.test_loss is None else f",{step.test_loss!r}"


def data_lines(data: Dataset, test: Dataset | None = None) -> Iterator[str]:
    """The rows that the run was trained on, as a CSV file of two columns with a header.

    With rows to test on, which come last, a third column, test, is 1 in these and else 0. A column
    of whole numbers is written as such. Every number is read back as the very same float.
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
    for first in range(0, len(columns[0]), _LINES):
        piece = slice(first, first + _LINES)
        for row in zip(*(column[piece].tolist() for column in columns), strict=True):
            yield ",".join(map(repr, row)) + "\n"


def _whole(values: FloatArray) -> FloatArray | NDArray[np.int64]:
    """The values, as integers where all are whole and each of them is that very float."""
    exact = (values % 1 == 0) & (np.abs(values) <= _LARGEST_WHOLE)
    exact &= (values != 0) | ~np.signbit(values)
    return values.astype(np.int64) if exact.all() else values
