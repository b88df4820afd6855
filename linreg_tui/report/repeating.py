"""How to repeat a homework: its settings, and the command that makes the same tables and curves."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from linreg_tui import __version__
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.proposal import proposed
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import SCALED_BATCH_SIZE
from linreg_tui.options import write
from linreg_tui.report.homework import Homework
from linreg_tui.report.markdown import command


def repeating(homework: Homework, named: Sequence[str]) -> Iterator[str]:
    """The paragraphs of Markdown; `named` are the words that name the data's file."""
    settings = homework.settings
    # All of the trainings are of batches, whatever these settings say.
    idle = replace(settings, batch_size=SCALED_BATCH_SIZE).without_effect
    if settings.schedule.warmup_steps is None and not settings.schedule.warms_up:
        idle |= {"warmup_steps"}
    values = settings.values
    yield "## Settings, and how to repeat this"
    yield (
        "\n".join(
            f"- {one.name.replace('_', ' ')}: {write(one, values[one.name])}"
            for one in Settings.schema()
            if one.name not in idle | {"batch_size"}
        )
        + f"\n- repeats: {homework.repeats}"
    )
    yield (
        f"linreg-tui {__version__}, Python {platform.python_version()}, NumPy {np.__version__}. "
        "This command makes the same tables and curves:"
    )
    yield f"```sh\n{command(_words(homework, named))}\n```"


def _words(homework: Homework, named: Sequence[str]) -> Iterator[str]:
    data, settings = homework.data, homework.settings
    yield from ("linreg-tui", "report", f"--x={data.x_name}", f"--y={data.y_name}")
    yield from words_of(settings, data, "batch_size")
    if homework.chosen is not None:
        sizes = ("full" if size is None else str(size) for size in homework.chosen)
        yield f"--batch-sizes={','.join(sizes)}"
    if homework.repeats > 1:
        yield f"--repeats={homework.repeats}"
    yield from named


def words_of(settings: Settings, data: Dataset, *fixed: str) -> Iterator[str]:
    """The options that make these settings on the data, but for the fixed ones; always the seed."""
    values, usual = settings.values, Settings().values
    proposals = {one.name for one in Settings.schema() if one.about.proposed}
    given = {name: value for name, value in values.items() if name not in proposals}
    fitting = proposed(data, **given).values
    usual |= {name: fitting[name] for name in proposals}
    # What is proposed for some of these settings depends on the others.
    together = any(values[name] != usual[name] for name in proposals)
    idle = settings.without_effect - {"seed"}
    for one in Settings.schema():
        value = values[one.name]
        differs = value != usual[one.name] or one.name == "seed"
        if one.name in idle | set(fixed) or not (differs or (together and one.name in proposals)):
            continue
        name = one.name.replace("_", "-")
        if isinstance(value, bool):
            yield f"--{'' if value else 'no-'}{name}"
        else:
            yield f"--{name}={write(one, value)}"
