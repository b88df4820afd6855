"""What leaves the program: JSON objects and the history of a run as CSV."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from linreg_tui.core.closed_form import inference, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.sgd import Run
from linreg_tui.core.stability import Prediction, predict
from linreg_tui.core.text import printable
from linreg_tui.core.trials import Result

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
)
HISTORY_HEADER = "step,epoch,slope,intercept,batch_loss,loss,learning_rate_m,learning_rate_b"

_LINES = 10_000


def fit_object(data: Dataset) -> Json:
    """The closed form of the data, as `fit --json` prints it."""
    line = data.line
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


def sweep_object(
    data: Dataset, results: Iterable[Result], foreseen: Mapping[int, Prediction]
) -> Json:
    """A sweep, as `sweep --json` prints it; `foreseen` of each group of trials."""
    line = data.line
    ordered = sorted(results, key=lambda result: result.trial.number)
    return {
        "n": data.n,
        "closed_form": {"slope": line.slope, "intercept": line.intercept, "loss": line.loss},
        "trials": [trial_object(result, foreseen[result.trial.group]) for result in ordered],
    }


def trial_object(result: Result, foreseen: Prediction) -> Json:
    """A trial, as `sweep --json` prints it."""
    settings = result.trial.settings
    values = (
        "full" if settings.batch_size is None else settings.batch_size,
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
        foreseen.stable,
        result.seconds,
    )
    return dict(zip(TRIAL_FIELDS, values, strict=True))


def trial_lines(results: Iterable[Result], foreseen: Mapping[int, Prediction]) -> Iterator[str]:
    """The trials of a sweep as CSV, with the fields of the JSON; empty for what does not exist."""
    yield ",".join(TRIAL_FIELDS) + "\n"
    for result in sorted(results, key=lambda result: result.trial.number):
        values = trial_object(result, foreseen[result.trial.group]).values()
        yield ",".join(map(_field, values)) + "\n"


def _field(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def train_object(run: Run) -> Json:
    """A run as far as it has come, as `train --json` prints it."""
    last = run.history[run.history.last]
    foreseen = predict(run.data, run.settings)
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
        "predicted": {
            "stable": foreseen.stable,
            "spectral_radius": foreseen.spectral_radius,
            "max_stable_scale": foreseen.max_stable_scale,
        },
    }


def writable(path: str) -> Path:
    """The path of a file that can be expected to be written, before the work that it is to hold.

    Raises
    ------
    InputError
        If there is no such folder, none may write in it, or something else is in the file's place.
    """
    shown = printable(path)
    if "\0" in path or not Path(path).name:
        raise InputError(
            f"{shown or 'an empty name'}: this is no name of a file to write; name one"
        )
    # What a link points to is replaced, and not the link.
    target = Path(path).resolve()
    try:
        if target.exists() and not target.is_file():
            raise InputError(f"{shown}: this is no ordinary file; name another one")
        if not target.parent.is_dir():
            raise InputError(
                f"{shown}: there is no folder {printable(str(target.parent))}; make it first"
            )
        part = _part(target)
        part.touch(exist_ok=False)
        part.unlink()
    except OSError as error:
        raise _unwritable(shown, error) from None
    return target


def _part(target: Path) -> Path:
    """Where a file is written before it takes its place."""
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def _unwritable(path: str, error: OSError) -> InputError:
    return InputError(
        f"{printable(path)}: it can't be written ({error.strerror}); name another file"
    )


def write_history(run: Run, target: Path) -> None:
    """Write every step of the run to a CSV file, whole or not at all.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    write(target, _history_lines(run))


def write(target: Path, lines: Iterable[str]) -> None:
    """Write a file, whole or not at all, in the place of one that may be there.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    part = _part(target)
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(str(target), error) from None


def _history_lines(run: Run) -> Iterator[str]:
    """Step 0 is the start, to which no batch and no learning rate have led."""
    start = run.history[0]
    yield HISTORY_HEADER + "\n"
    yield f"0,0,{start.slope!r},{start.intercept!r},,{start.loss!r},,\n"
    for first in range(1, run.history.last + 1, _LINES):
        count = min(_LINES, run.history.last + 1 - first)
        for number, rate_m, rate_b in zip(
            range(first, first + count), *(r.tolist() for r in run.rates(first, count)), strict=True
        ):
            step = run.history[number]
            yield (
                f"{number},{run.epoch(number)},{step.slope!r},{step.intercept!r},"
                f"{step.batch_loss!r},{step.loss!r},{rate_m!r},{rate_b!r}\n"
            )
