"""The report of the homework: Markdown, the pictures beside it, and the command to repeat it.

Text from outside is written so that it can't act as markup.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from linreg_tui import __version__, files
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import SCALED_BATCH_SIZE, Plan
from linreg_tui.core.text import printable
from linreg_tui.core.tipping import Tipping
from linreg_tui.core.trials import summarize
from linreg_tui.numbers import equation, fixed, rate
from linreg_tui.options import write
from linreg_tui.report import curves_text
from linreg_tui.report.command_line import option_words, shell_command
from linreg_tui.report.curves_svg import svg
from linreg_tui.report.homework import Group, Homework
from linreg_tui.report.learning_curves import CurvesPicture, picture
from linreg_tui.sweeps.table import Columns, is_words, predicted


def code(text: str) -> str:
    """Return text as Markdown code on one line, cut if it is long; not for a cell of a table."""
    shown = printable(text) or " "
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    # The spaces are not shown; without them a backtick at an end would lengthen the fence.
    return f"{ticks} {shown} {ticks}" if len(ticks) > 1 else f"{ticks}{shown}{ticks}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: Iterable[str] = ()) -> str:
    """Return a table whose columns are aligned right, except the columns named in `left`."""
    cells = [list(header), *map(list, rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    to_left = [name in set(left) for name in header]
    rule = [
        "-" * width if is_left else "-" * (width - 1) + ":"
        for width, is_left in zip(widths, to_left, strict=True)
    ]
    return "".join(
        "| "
        + " | ".join(
            cell.ljust(width) if is_left else cell.rjust(width)
            for cell, width, is_left in zip(row, widths, to_left, strict=True)
        )
        + " |\n"
        for row in (cells[0], rule, *cells[1:])
    )


def how_to_repeat(homework: Homework, named: Sequence[str]) -> Iterator[str]:
    """Yield the Markdown on settings and command; `named` are the words that name the data."""
    settings = homework.settings
    # All trainings use batches, whatever these settings say.
    unused = replace(settings, batch_size=SCALED_BATCH_SIZE).without_effect
    if settings.schedule.warmup_steps is None and not settings.schedule.warms_up:
        unused |= {"warmup_steps"}
    values = settings.values
    yield "## Settings, and how to repeat this"
    yield (
        "\n".join(
            f"- {one.name.replace('_', ' ')}: {write(one, values[one.name])}"
            for one in Settings.schema()
            if one.name not in unused | {"batch_size"}
        )
        + f"\n- repeats: {homework.repeats}"
    )
    yield (
        f"linreg-tui {__version__}, Python {platform.python_version()}, NumPy {np.__version__}. "
        "This command makes the same tables and curves:"
    )
    yield f"```sh\n{shell_command(_words(homework, named))}\n```"


def _words(homework: Homework, named: Sequence[str]) -> Iterator[str]:
    data, settings = homework.data, homework.settings
    yield from ("linreg-tui", "report", f"--x={data.x_name}", f"--y={data.y_name}")
    yield from option_words(settings, data, "batch_size")
    if homework.chosen is not None:
        sizes = ("full" if size is None else str(size) for size in homework.chosen)
        yield f"--batch-sizes={','.join(sizes)}"
    if homework.repeats > 1:
        yield f"--repeats={homework.repeats}"
    yield from named


EPOCHS, ROWS_SEEN = "-batch-sizes-epochs.svg", "-batch-sizes-rows.svg"
SCALES = "-scales-epochs.svg"
"""The endings of the pictures' file names."""

HEADINGS = {
    "scale": "scale",
    "batch": "batch size",
    "rate m": "rate of m",
    "rate b": "rate of b",
    "steps": "steps",
    "slope": "slope",
    "intercept": "intercept",
    "loss": "loss",
    "above": "above the optimum",
    "test loss": "loss on test rows",
    "status": "status",
    "predicted": "predicted",
}

FIRST_QUESTION = (
    "How do the trainings differ in where they end, in how soon they get there, and in how much "
    "they fluctuate? Why?"
)
SECOND_QUESTION = (
    "What happens to the loss at the largest scale, and why there? Why can a training still "
    "converge a little beyond the predicted limit? Would smaller rates in the first steps help?"
)

EMPTY_LINES = "\n".join(3 * ["&nbsp;\n"])


@dataclass(frozen=True, slots=True)
class Answers:
    """A student's answers, in Markdown; an empty answer leaves room for one."""

    name: str = ""
    date: str = ""
    first: str = ""
    second: str = ""


def pictures(homework: Homework) -> dict[str, CurvesPicture]:
    """Return the learning curves, by the endings of their file names."""
    data = homework.data
    by_size = [group.results for group in homework.batch_sizes]
    by_scale = [group.results for group in homework.scales]
    sizes = [_batch(group.first.trial.settings) for group in homework.batch_sizes]
    scales = [f"scale {rate(group.first.trial.scale or 1.0)}" for group in homework.scales]
    title = "Learning curves of the"
    # The losses themselves would soon overlap.
    draw = partial(picture, above_optimum=True)
    drawn = {
        EPOCHS: draw(f"{title} batch sizes, by epochs", data, by_size, sizes),
        ROWS_SEEN: draw(f"{title} batch sizes, by rows seen", data, by_size, sizes, "rows seen"),
        SCALES: draw(f"{title} scales, by epochs", data, by_scale, scales),
    }
    return {ending: one.for_a_file for ending, one in drawn.items()}


def _batch(settings: Settings) -> str:
    return "full batch" if settings.batch_size is None else f"batch {settings.batch_size}"


def markdown(
    homework: Homework,
    drawn: Mapping[str, CurvesPicture],
    names: Mapping[str, str],
    named: Sequence[str],
    answers: Answers,
) -> str:
    """Return the report; `names` are the pictures' file names, `named` the words for the data."""
    parts = [
        "# Homework: batch size and learning rate",
        f"**Name:** {' '.join(answers.name.split())}".rstrip(),
        f"**Date:** {answers.date}".rstrip(),
        *_data(homework),
        *_first_question(homework, drawn, names, answers),
        *_second_question(homework, drawn, names, answers),
        *how_to_repeat(homework, named),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _data(homework: Homework) -> Iterator[str]:
    data, loss = homework.data, homework.settings.loss
    split = homework.settings.split(data)
    line, optimum = split.training.line, split.training.optimum(loss)
    yield "## The data and its closed form"
    yield (
        f"- source: {code(data.source)}\n"
        f"- x, to predict from: {code(data.x_label)}\n"
        f"- y, to predict: {code(data.y_name)}\n"
        f"- rows: {data.total}\n"
        + (f"- of these held out to test on: {split.test.total}\n" if split.test.n else "")
        + f"- rows left out because a number is missing: {data.dropped}\n"
        f"- closed form: `{equation(line.slope, line.intercept, (6, 6))}`"
        f"{f', the slope {data.per_x}' * bool(data.per_x)}\n"
        f"- its loss, the least mean squared error of all lines: {fixed(line.loss, 18, 6).strip()}"
    )
    if optimum is not line:
        best = equation(optimum.slope, optimum.intercept, (6, 6))
        yield (
            f"The trainings use the {loss.name} loss, {loss.formula}, where r is the residual. Its "
            f"optimum is `{best}`, with a loss of {fixed(optimum.loss, 18, 6).strip()}."
        )


def _first_question(
    homework: Homework,
    drawn: Mapping[str, CurvesPicture],
    names: Mapping[str, str],
    answers: Answers,
) -> Iterator[str]:
    yield "## Question 1: what does the batch size do?"
    yield (
        f"Each training goes {_epochs(homework.settings)} through the data, with the same learning "
        "rates. A smaller batch makes more steps of the same rows, and each step sees fewer of "
        "them. A training has converged if its last loss is within 1% of the least loss, and "
        "diverged if its loss grew more than a thousandfold. The prediction is stable if the noise "
        "of its batches stays bounded; that noise can still be more than 1%."
    )
    yield _trials(homework, homework.batch_sizes)
    yield from _curves(drawn[EPOCHS], names[EPOCHS])
    yield from _curves(drawn[ROWS_SEEN], names[ROWS_SEEN])
    yield FIRST_QUESTION
    yield _answer(answers.first)


def _second_question(
    homework: Homework,
    drawn: Mapping[str, CurvesPicture],
    names: Mapping[str, str],
    answers: Answers,
) -> Iterator[str]:
    settings, last = homework.settings, homework.scales[-1].first
    yield "## Question 2: how far do larger batches allow larger learning rates?"
    yield (
        f"The batch size {SCALED_BATCH_SIZE}, the slope's learning rate "
        f"{rate(settings.learning_rate_m)} and the intercept's "
        f"{rate(settings.learning_rate_b)} are multiplied by the scale. A batch has at most all "
        "rows. The scale is doubled until a training diverges"
        + ("." if last.diverged_at is not None else ", which none of these did.")
    )
    yield _trials(homework, homework.scales)
    yield (
        "The scale at which training begins to diverge depends on whether the intercept's update "
        "uses the new slope (sequential) or the old one (simultaneous). The table shows what "
        f"happened with this seed within {_epochs(settings, 'epoch')}, and the limit that the "
        "curvature of the loss predicts for a training without end:"
    )
    yield table(
        ("update", "stable at scale", "diverges at scale", "predicted limit"),
        ((update, *_tipping(tipping)) for update, tipping in homework.tippings.items()),
        left=("update",),
    )
    yield from _curves(drawn[SCALES], names[SCALES])
    yield SECOND_QUESTION
    yield _answer(answers.second)


def _answer(text: str) -> str:
    return f"**Your answer:**\n\n{text.strip() or EMPTY_LINES}\n"


def _tipping(tipping: Tipping) -> tuple[str, str, str]:
    held, tipped, predicted = (
        "–" if scale is None else f"{scale:.4g}"
        for scale in (tipping.stable, tipping.diverged, tipping.predicted)
    )
    return held, tipped, predicted


def _epochs(settings: Settings, one: str = "time") -> str:
    return f"{settings.epochs} {one}{'s' * (settings.epochs != 1)}"


def _trials(homework: Homework, groups: Sequence[Group]) -> str:
    variants = ((group.first.trial.settings, group.first.trial.scale) for group in groups)
    columns = Columns.of(Plan(tuple(variants), homework.repeats), homework.data)
    shown = [name for name in HEADINGS if name in columns.widths or name == "steps"]
    rows = []
    for group in groups:
        cells = columns.settings(group.first.trial) | {"predicted": predicted(group.prediction)}
        cells |= columns.results(summarize(group.results), group.first)
        cells["steps"] = str(max(result.steps for result in group.results))
        rows.append([cells[name] for name in shown])
    words = [HEADINGS[name] for name in shown if is_words(name)]
    return table([HEADINGS[name] for name in shown], rows, left=words) + (
        f"\nMean ± standard deviation of {homework.repeats} repeats.\n"
        if homework.repeats > 1
        else ""
    )


def _curves(drawn: CurvesPicture, name: str) -> Iterator[str]:
    yield f"![{drawn.title}]({name})"
    yield f"```text\n{curves_text.text(drawn)}```"


STEM, REPORT = "linreg-homework", ".md"


def write_report(
    homework: Homework, folder: Path, named: Sequence[str] = (), answers: Answers | None = None
) -> list[Path]:
    """Write the report and its pictures, all or none, and return their paths, the report's first.

    `named` are the command-line words that name the data; none for the bundled data.

    Raises
    ------
    InputError
        If a file can't be written.
    """
    with files.as_one():
        return _write(homework, folder, named, answers)


def _write(
    homework: Homework, folder: Path, named: Sequence[str], answers: Answers | None
) -> list[Path]:
    drawn = pictures(homework)
    written: dict[str, Path] = {}
    try:
        number = files.free_number(folder, STEM, [REPORT, *drawn])
        for ending, picture in drawn.items():
            written[ending] = files.create(folder, STEM, ending, [svg(picture)], number=number)
        names = {ending: path.name for ending, path in written.items()}
        text = markdown(homework, drawn, names, named, answers or Answers())
        # The report comes last, so that it is never there without its pictures.
        report = files.create(folder, STEM, REPORT, [text], number=number)
    except BaseException as error:
        for path in written.values():
            with suppress(OSError):
                path.unlink()
        if isinstance(error, OSError):
            raise InputError(
                f"{printable(str(folder))}: {error.strerror}; name another folder"
            ) from None
        raise
    return [report, *written.values()]
