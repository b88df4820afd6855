"""How to repeat a homework: its settings, and the command that makes the same tables and curves."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from linreg_tui import __version__
from linreg_tui.core.proposal import PROPOSED, proposed
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import SCALED_BATCH_SIZE
from linreg_tui.options import OPTIONS
from linreg_tui.report.homework import Homework
from linreg_tui.report.markdown import command

TOLD = [option for option in OPTIONS if option.name != "batch_size"]


def repeating(homework: Homework, named: Sequence[str]) -> Iterator[str]:
    """The paragraphs of Markdown; `named` are the words that name the data's file."""
    settings = homework.settings
    # All of the trainings are of batches, whatever these settings say.
    idle = replace(settings, batch_size=SCALED_BATCH_SIZE).without_effect
    if settings.schedule != "warmup" and settings.warmup_steps is None:
        idle |= {"warmup_steps"}
    yield "## Settings, and how to repeat this"
    yield (
        "\n".join(
            f"- {option.name.replace('_', ' ')}: {option.write(getattr(settings, option.name))}"
            for option in TOLD
            if option.name not in idle
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
    usual = proposed(data)
    # What is proposed for some of these settings depends on the others.
    together = usual != Settings() and settings.differs(usual, *PROPOSED)
    yield from ("linreg-tui", "report", f"--x={data.x_name}", f"--y={data.y_name}")
    for option in TOLD:
        value = getattr(settings, option.name)
        differs = value != getattr(usual, option.name)
        if differs or option.name == "seed" or (together and option.name in PROPOSED):
            name = option.name.replace("_", "-")
            written = f"--{name}={option.write(value)}"
            yield f"--{'' if value else 'no-'}{name}" if isinstance(value, bool) else written
    if homework.chosen is not None:
        sizes = ("full" if size is None else str(size) for size in homework.chosen)
        yield f"--batch-sizes={','.join(sizes)}"
    if homework.repeats > 1:
        yield f"--repeats={homework.repeats}"
    yield from named
