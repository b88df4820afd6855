"""What leaves the program: JSON objects and the history of a run as CSV."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from linreg_tui.core.closed_form import closed_form, inference, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.sgd import Run
from linreg_tui.core.stability import predict
from linreg_tui.core.text import printable

Json = dict[str, object]

HISTORY_HEADER = "step,epoch,slope,intercept,batch_loss,loss,learning_rate_m,learning_rate_b"


def fit_object(data: Dataset) -> Json:
    """The closed form of the data, as `fit --json` prints it."""
    line = closed_form(data.moments)
    sums = sums_of(data.x, data.y)
    sure = inference(line)
    return {
        "source": data.source,
        "x": data.x_name,
        "y": data.y_name,
        "n": data.n,
        "dropped": data.dropped,
        "sums": {"x": sums.x, "y": sums.y, "xy": sums.xy, "xx": sums.xx},
        "denominator": sums.denominator,
        "slope": line.slope,
        "intercept": line.intercept,
        "mse": line.loss,
        **asdict(sure),
    }


def train_object(run: Run) -> Json:
    """A run as far as it has come, as `train --json` prints it."""
    last = run.history[run.history.last]
    settings = asdict(run.settings)
    if settings["batch_size"] is None:
        settings["batch_size"] = "full"
    return {
        "config": settings,
        "n": run.data.n,
        "steps": last.number,
        "status": run.status,
        "diverged_at": run.diverged_at,
        "slope": last.slope,
        "intercept": last.intercept,
        "loss": last.loss,
        "closed_form": {
            "slope": run.optimum.slope,
            "intercept": run.optimum.intercept,
            "loss": run.optimum.loss,
        },
        "predicted": asdict(predict(run.data.moments, run.settings)),
    }


def write_history(run: Run, path: str) -> None:
    """Write every step of the run to a CSV file, whole or not at all.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    rates = f"{run.settings.learning_rate_m!r},{run.settings.learning_rate_b!r}"
    target = Path(path)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".csv")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(HISTORY_HEADER + "\n")
            for number in range(run.history.last + 1):
                step = run.history[number]
                batch_loss = "" if step.batch_loss is None else repr(step.batch_loss)
                file.write(
                    f"{number},{run.epoch(number)},{step.slope!r},{step.intercept!r},"
                    f"{batch_loss},{step.loss!r},{rates}\n"
                )
        Path(temporary).replace(target)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(
            f"{printable(path)}: the history can't be written ({error.strerror}); "
            "choose another file with --history"
        ) from None
