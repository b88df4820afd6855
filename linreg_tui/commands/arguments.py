"""The arguments that several commands share, and how commands report bad ones."""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, Protocol

from linreg_tui import files
from linreg_tui.compat.double_dash import DoubleDashParser
from linreg_tui.compat.number_parser import NumberParser
from linreg_tui.compat.printed_help import PrintingParser
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import NAMES, bundled, example
from linreg_tui.core.reading.table import CHOICES, Choice, Choices
from linreg_tui.core.settings import Settings, setting
from linreg_tui.core.text import printable
from linreg_tui.options import batch_sizes, given, quoted

BAD_INPUT = 2

MIN_SIMILARITY = 0.8
"""From 0 to 1: how similar a mistyped option must be to the one that is suggested."""

_MESSAGE_CHARACTERS = 300

_WORDS = {
    r"^argument (\S+): expected one argument$": r"\1 needs a value",
    r"^argument (\S+): ignored explicit argument .*$": r"\1 takes no value: leave it out",
    r"^argument (\S+): not allowed with argument (\S+)$": r"\1 and \2 are two ways: choose one",
    r"^argument (-\S+): ": r"\1: ",
}
"""argparse's words, and ours."""


class Container(Protocol):
    """A parser or an argument group: something that arguments can be added to."""

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Add an argument."""


class Parser(NumberParser, DoubleDashParser, PrintingParser):
    """A parser that reports errors in one line."""

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog,
            description=_wrapped(description),
            epilog=_wrapped(epilog),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Print the message and a suggestion in one line, and exit."""
        for theirs, ours in _WORDS.items():
            message = re.sub(theirs, ours, message, flags=re.DOTALL)
        line = printable(" ".join(message.split()), _MESSAGE_CHARACTERS)
        if unknown := re.match(r"unrecognized arguments: (--[\w-]+)", line):
            known = re.findall(r"--[\w-]+", self.format_usage())
            near = get_close_matches(unknown[1], known, 2, MIN_SIMILARITY)
            line += f"; is it {' or '.join(sorted(near))}?" if near else ""
        self.exit(BAD_INPUT, f"{self.prog}: {line} (see {self.prog} --help)\n")


def _wrapped(text: str) -> str:
    """Wrap each line by itself, and a table's lines below their second column."""
    width = max(11, shutil.get_terminal_size().columns - 2)  # as argparse does
    lines = []
    for line in text.splitlines():
        cell = re.match(r"  \S+ {2,}|  ", line)
        below = " " * len(cell[0] if cell else "")
        lines += textwrap.wrap(line, width, subsequent_indent=below) or [""]
    return "\n".join(lines)


def whole_number(text: str) -> int:
    """Return the whole number that a text stands for; a type for argparse."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is not a whole number: choose one, such as 4"
        ) from None


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the data."""
    parser.add_argument(
        "data",
        nargs="?",
        metavar="DATA",
        help="a table: CSV, TSV, .gz of these, .parquet, .xlsx; or many, as a folder or "
        "'part-*.parquet'; or - for standard input",
    )
    parser.add_argument(
        "--skip-bad", action="store_true", help="of many files, leave out those that can't be read"
    )
    parser.add_argument(
        "--example",
        metavar="NAME",
        help=f"instead of DATA, a data set that comes with the program: {', '.join(NAMES)}",
    )
    parser.add_argument("--x", metavar="COLUMN", help="the column to predict from")
    parser.add_argument("--y", metavar="COLUMN", help="the column to predict")
    group = parser.add_argument_group("reading", "found by looking at the file, unless chosen")
    for one in CHOICES:
        if one.read is None:
            group.add_argument(one.option, action="store_true", help=one.help)
        else:
            group.add_argument(
                one.option, type=_choice_type(one), metavar=one.metavar, help=one.help
            )


def _choice_type(choice: Choice) -> Callable[[str], Any]:
    """Return the function that reads a choice, as a type for argparse."""
    assert choice.read is not None
    read = choice.read

    def read_word(text: str) -> Any:
        try:
            value = read(text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return value

    return read_word


def choices_of(options: argparse.Namespace) -> Choices:
    """Return how the options say that a file is read."""
    return Choices(**{one.name: getattr(options, one.name) for one in CHOICES})


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option for JSON."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else"
    )


def data_of(options: argparse.Namespace, *, streamed: bool = False, far: bool = False) -> Dataset:
    """Return the data that the options name, or the bundled data.

    With `streamed`, a file is read piece by piece. A named cluster reads data in many files, and
    with `far` a single file too.
    """
    choices = choices_of(options)
    if options.data is None and choices.options:
        raise InputError(f"{choices.options[0]} says how to read a file: name one")
    if far and options.cluster is not None and options.data is None:
        raise InputError("a cluster reads files: name some, such as 'part-*.parquet'")
    if options.skip_bad and options.data is None:
        raise InputError("--skip-bad leaves out files: name some, such as 'part-*.parquet'")
    if options.example is not None:
        if options.data is not None:
            raise InputError(
                f"{printable(options.data)} and --example {printable(options.example)} are two "
                "data sets; name only one of them"
            )
        return example(options.example, options.x, options.y)
    if options.data in NAMES and not files.exists(options.data):
        raise InputError(
            f"{options.data}: there is no such file; the data set is --example {options.data}"
        )
    if options.data is not None:
        from linreg_tui.commands.partitions import partitioned

        data = partitioned(
            options.data,
            options.x,
            options.y,
            skip_bad=options.skip_bad,
            cluster=getattr(options, "cluster", None),
            single=far,
            choices=choices,
            **_split_of(options),
        )
        if data is not None:
            return data
        from linreg_tui.core.reading.loading import load
        from linreg_tui.core.reading.streaming import stream

        read = stream if streamed else load
        return read(options.data, options.x, options.y, choices=choices)
    return bundled(options.x, options.y)


def _split_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return which rows to hold out as test rows while data in parts is read."""
    values = given(options)
    for name in ("test_fraction", "seed", "test_seed"):
        if (why := setting(name).fault(values.get(name))) is not None:
            raise InputError(why)
    seed = values.get("test_seed")
    seed = values.get("seed", 0) if seed is None else seed
    return {"test_fraction": values.get("test_fraction", 0.0), "test_seed": seed}


def output_file(path: str | None, options: argparse.Namespace) -> Path | None:
    """Check the file to write at the end, and return its path; None if none was asked for.

    Raises
    ------
    InputError
        If it can't be written, or is the data itself.
    """
    if path is None:
        return None
    file, data = files.writable(path), options.data
    if data is not None and file.exists() and files.exists(data) and file.samefile(data):
        raise InputError(f"{printable(path)}: this is the data itself; name another file to write")
    return file


def data_words(options: argparse.Namespace) -> list[str]:
    """Return the command-line words that name the data; none for the bundled data."""
    if options.example is not None:
        return ["--example", options.example]
    if options.data is None:
        return []
    skip = ["--skip-bad"] if options.skip_bad else []
    return [*skip, *choices_of(options).options, "--", options.data]


def add_batch_sizes(group: Container) -> None:
    """Add the option for the batch sizes of a sweep."""
    group.add_argument(
        "--batch-sizes",
        type=batch_sizes,
        metavar="N,N,...",
        help="rows a step, each a number or full "
        "(default: 32,64,128,256,512, or fractions of a small data set)",
    )


def add_trials(group: Container) -> None:
    """Add the options for a sweep's repeats and processes."""
    group.add_argument(
        "--repeats",
        type=whole_number,
        metavar="K",
        default=1,
        help="trainings with each group of settings (default: 1)",
    )
    group.add_argument(
        "--jobs",
        type=whole_number,
        metavar="N",
        help="processes to train in (default: 1, or more for a long sweep)",
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add the options for several workers that share each batch."""
    group = parser.add_argument_group("data-parallel training")
    group.add_argument(
        "--workers",
        type=whole_number,
        metavar="K",
        help="K workers take a batch each (of 64 rows, or --batch-size), and the learning rates "
        "are multiplied by K; they take turns here, or with train can work on the cluster",
    )
    add_cluster(group)


def need_workers(options: argparse.Namespace) -> None:
    """Raise an InputError if a cluster is named that has nothing to do."""
    if options.cluster is None or options.workers is not None:
        return
    from linreg_tui.core.reading import streaming

    if options.data is None or streaming.files_of(options.data) is None:
        raise InputError("a cluster trains with several workers: add --workers, such as 4")


def need_batches(options: argparse.Namespace) -> None:
    """Raise an InputError if each of several workers is to take all rows as its batch."""
    if options.workers is not None and vars(options).get("batch_size", 1) is None:
        raise InputError(
            "each worker takes a batch of its own, which can't be all rows: choose a number of "
            "rows, such as --batch-size 64"
        )


def add_cluster(group: Container) -> None:
    """Add the option for a cluster."""
    group.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="work on a Dask cluster: tcp://HOST:PORT of its scheduler, or local:N for N processes "
        "here",
    )


def settings_for_workers(
    settings: Settings, options: argparse.Namespace, data: Dataset
) -> Settings:
    """Return the settings with the batch size and rates of all the workers together."""
    if options.workers is None:
        return settings
    if not settings.loss.from_moments:
        raise InputError(
            f"workers share sums, which don't give the {settings.loss.name} loss: leave out "
            "--workers or --loss"
        )
    from linreg_tui.core.parallel import for_workers

    return for_workers(settings, options.workers, settings.training_n(data))
