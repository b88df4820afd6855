"""`linreg-tui report`: the homework's report, written to files."""

from __future__ import annotations

import asyncio
import sys

from linreg_tui import files
from linreg_tui.commands.arguments import (
    Parser,
    add_batch_sizes,
    add_data,
    add_trials,
    data_of,
    named_data,
)
from linreg_tui.commands.output import tell_idle, tell_reach, tell_reading
from linreg_tui.core.text import printable
from linreg_tui.options import add_settings, given, settings_of
from linreg_tui.report import homework_report
from linreg_tui.report.homework import solve


def command(words: list[str]) -> int:
    """Do the homework's trainings, write their report and print the names of its files.

    Returns the exit status. Until all are done, nothing is written.
    """
    parser = Parser(
        "linreg-tui report",
        "The homework's report, to be completed with answers: what the batch size does, and at "
        "which learning rates it diverges. A Markdown file, and its learning curves as SVG.",
    )
    add_data(parser)
    group = parser.add_argument_group("trials")
    add_batch_sizes(group)
    add_trials(group)
    add_settings(parser, "batch_size")
    parser.add_argument(
        "--folder", metavar="DIR", default=".", help="where to write it (default: here)"
    )
    options = parser.parse_args(words)
    data = data_of(options)
    settings = settings_of(options, data)
    place = files.folder_named(options.folder)
    files.writable(str(place / f"{homework_report.STEM}{homework_report.REPORT}"))
    tell_reach(given(options), data, settings)
    homework = asyncio.run(
        solve(data, settings, options.batch_sizes, options.repeats, options.jobs)
    )
    for path in homework_report.write_report(homework, place, named_data(options)):
        sys.stdout.write(printable(str(path), len(str(path)) * 10) + "\n")
    tell_idle(given(options), settings)
    tell_reading(data, settings)
    return 0
