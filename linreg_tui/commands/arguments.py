"""The arguments that several commands have, and how they complain."""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, Protocol

from linreg_tui import files
from linreg_tui.compat.number_parser import NumberParser
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import NAMES, bundled, example
from linreg_tui.core.settings import Settings, setting
from linreg_tui.core.text import printable
from linreg_tui.options import batch_sizes, given, quoted

BAD_INPUT = 2

ALIKE = 0.8
"""From 0 to 1, how much alike an option is to one that was meant."""

_LONGEST_COMPLAINT = 300


class Container(Protocol):
    """What arguments can be added to: a parser, or a group of one."""

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Add one."""


class Parser(NumberParser):
    """A parser whose complaints take one line."""

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog,
            description=_wrapped(description),
            epilog=_wrapped(epilog),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Say it, and what may have been meant, and exit."""
        line = printable(" ".join(message.split()), _LONGEST_COMPLAINT)
        if unknown := re.match(r"unrecognized arguments: (--[\w-]+)", line):
            known = re.findall(r"--[\w-]+", self.format_usage())
            near = get_close_matches(unknown[1], known, 2, ALIKE)
            line += f"; is it {' or '.join(sorted(near))}?" if near else ""
        self.exit(BAD_INPUT, f"{self.prog}: {line} (see {self.prog} --help)\n")


def _wrapped(text: str) -> str:
    """Wrap each line by itself, a table's below its second column."""
    width = max(11, shutil.get_terminal_size().columns - 2)  # as argparse has it
    lines = []
    for line in text.splitlines():
        cell = re.match(r"  \S+ {2,}|  ", line)
        below = " " * len(cell[0] if cell else "")
        lines += textwrap.wrap(line, width, subsequent_indent=below) or [""]
    return "\n".join(lines)


def whole_number(text: str) -> int:
    """What a word of the command line stands for, where argparse takes a type."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is not a whole number: choose one, such as 4"
        ) from None


def add_data(parser: argparse.ArgumentParser) -> None:
    """Let it be named what to train on."""
    parser.add_argument(
        "data",
        nargs="?",
        metavar="DATA",
        help="a table with a header: CSV, TSV, .gz of these, .parquet, .xlsx; or many, as a folder "
        "or 'part-*.parquet'",
    )
    parser.add_argument(
        "--skip-bad", action="store_true", help="of many files, leave out those that can't be read"
    )
    parser.add_argument(
        "--example",
        metavar="NAME",
        help=f"instead, a data set that comes with it: {', '.join(NAMES)}",
    )
    parser.add_argument("--x", metavar="COLUMN", help="the column to predict from")
    parser.add_argument("--y", metavar="COLUMN", help="the column to predict")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let JSON be asked for."""
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")


def data_of(options: argparse.Namespace, *, streamed: bool = False, far: bool = False) -> Dataset:
    """The data that was named, or the bundled one; a file can be read piece by piece, or far off.

    What consists of many files is read by the cluster that is named, if one is.
    """
    if far and options.cluster is not None and options.data is None:
        raise InputError("a cluster reads files: name some, such as 'part-*.parquet'")
    if options.example is not None:
        if options.data is not None:
            raise InputError(
                f"{printable(options.data)} and --example {printable(options.example)} are two "
                "data sets; name one of them"
            )
        return example(options.example, options.x, options.y)
    if options.data in NAMES and not Path(options.data).exists():
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
            **_held_out(options),
        )
        if data is not None:
            return data
        from linreg_tui.core.reading.loading import load
        from linreg_tui.core.reading.streaming import stream

        read = stream if streamed else load
        return read(options.data, options.x, options.y)
    return bundled(options.x, options.y)


def _held_out(options: argparse.Namespace) -> dict[str, Any]:
    """Which rows are to be held out while data in parts is read."""
    values = given(options)
    for name in ("test_fraction", "seed", "test_seed"):
        if (why := setting(name).fault(values.get(name))) is not None:
            raise InputError(why)
    seed = values.get("test_seed")
    seed = values.get("seed", 0) if seed is None else seed
    return {"test_fraction": values.get("test_fraction", 0.0), "test_seed": seed}


def target(path: str | None, options: argparse.Namespace) -> Path | None:
    """The file to write in the end, None if none was asked for.

    Raises
    ------
    InputError
        If it can't be written, or is the data.
    """
    if path is None:
        return None
    file, data = files.writable(path), options.data
    if data is not None and file.exists() and Path(data).exists() and file.samefile(data):
        raise InputError(f"{printable(path)}: this is the data itself; name another file to write")
    return file


def named_data(options: argparse.Namespace) -> list[str]:
    """The words that name the data again, none for the bundled one."""
    if options.example is not None:
        return ["--example", options.example]
    if options.data is None:
        return []
    return [*(["--skip-bad"] if options.skip_bad else []), "--", options.data]


def add_batch_sizes(group: Container) -> None:
    """Let the batch sizes of a sweep be chosen."""
    group.add_argument(
        "--batch-sizes",
        type=batch_sizes,
        metavar="N,N,...",
        help="rows a step, each a number or full "
        "(default: 32,64,128,256,512, or fractions of few rows)",
    )


def add_trials(group: Container) -> None:
    """Let it be chosen how often, and in how many processes, a sweep trains."""
    group.add_argument(
        "--repeats",
        type=whole_number,
        metavar="K",
        default=1,
        help="trainings of each (default: 1)",
    )
    group.add_argument(
        "--jobs",
        type=whole_number,
        metavar="N",
        help="processes to train in (default: 1, and more for a long sweep)",
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Let several workers share each batch."""
    group = parser.add_argument_group("data-parallel training")
    group.add_argument(
        "--workers",
        type=whole_number,
        metavar="K",
        help="K workers take a batch each (of 64 rows, or --batch-size), and the learning rates "
        "are multiplied by K; they take turns here, or with train may be on the cluster",
    )
    add_cluster(group)


def need_workers(options: argparse.Namespace) -> None:
    """Raise an InputError where a cluster is named that has nothing to do."""
    if options.cluster is None or options.workers is not None:
        return
    from linreg_tui.core.reading import streaming

    if options.data is None or streaming.named(options.data) is None:
        raise InputError("a cluster trains with several workers: add --workers, such as 4")


def need_batches(options: argparse.Namespace) -> None:
    """Raise an InputError where all rows were asked for as the batch of each of several workers."""
    if options.workers is not None and vars(options).get("batch_size", 1) is None:
        raise InputError(
            "each worker takes a batch of its own, which can't be all rows: give it a number of "
            "them, such as --batch-size 64"
        )


def add_cluster(group: Container) -> None:
    """Let it be named where else to work."""
    group.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="work on a Dask cluster: tcp://HOST:PORT of its scheduler, or local:N for N processes "
        "here",
    )


def settings_for_workers(
    settings: Settings, options: argparse.Namespace, data: Dataset
) -> Settings:
    """The settings with the batches and rates of all workers that were asked for."""
    if options.workers is None:
        return settings
    if not settings.loss.from_moments:
        raise InputError(
            f"workers share sums, which say nothing of the {settings.loss.name} loss: leave out "
            "--workers, or --loss"
        )
    from linreg_tui.core.parallel import for_workers

    return for_workers(settings, options.workers, settings.training_n(data))
