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
    data_words,
)
from linreg_tui.commands.output import report_reach, report_reading, report_unused
from linreg_tui.core.text import printable
from linreg_tui.options import add_settings, given, settings_of
from linreg_tui.report import homework_report
from linreg_tui.report.homework import solve


def command(words: list[str]) -> int:
    """Run the homework's trainings, write the report, and print the paths of its files.

    Nothing is written until all trainings are done. Return the exit status.
    """
    parser = Parser(
        "linreg-tui report",
        "The homework's report, with room for your answers: what the batch size does, and at "
        "which learning rates training diverges. A Markdown file, and its learning curves as SVG.",
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
    report_reach(given(options), data, settings)
    homework = asyncio.run(
        solve(data, settings, options.batch_sizes, options.repeats, options.jobs)
    )
    for path in homework_report.write_report(homework, place, data_words(options)):
        sys.stdout.write(printable(str(path), len(str(path)) * 10) + "\n")
    report_unused(given(options), settings)
    report_reading(data, settings)
    return 0
