"""`linreg-tui fit`: the closed form, printed."""

from __future__ import annotations

from argparse import Namespace

from rich.table import Table
from rich.text import Text

from linreg_tui.commands.arguments import Parser, add_cluster, add_data, add_json, data_of
from linreg_tui.commands.output import console, print_json, report_reading
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.inference import inference
from linreg_tui.core.text import printable
from linreg_tui.numbers import detailed, detailed_equation, left_out, plain_sum
from linreg_tui.report.records import fit_object


def command(words: list[str]) -> int:
    """Print the closed form of the data, and return the exit status."""
    options = parsed(words)
    data = data_of(options, streamed=options.stream, far=True)
    if options.json:
        print_json(fit_object(data))
    else:
        _print(data)
    report_reading(data)
    return 0


def parsed(words: list[str]) -> Namespace:
    """Return the options, which make sense together.

    Raises
    ------
    InputError
        If they don't.
    """
    parser = Parser("linreg-tui fit", "The closed form: the line closest to all points.")
    add_data(parser)
    add_json(parser)
    parser.add_argument(
        "--stream",
        action="store_true",
        help="read the file piece by piece: little memory for any size",
    )
    add_cluster(parser)
    options = parser.parse_args(words)
    if options.stream and options.data is None:
        raise InputError("--stream reads a file piece by piece: name one, such as prices.csv")
    if options.stream and options.cluster is not None:
        raise InputError("--stream and --cluster are two ways to read: choose one")
    return options


def _print(data: Dataset) -> None:
    line, sums = data.line, data.sums
    estimates = inference(line)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")
    rows: list[tuple[str, str, str]] = [
        ("n", f"{data.total}", left_out(data)),
        ("Σx", plain_sum(sums.x), ""),
        ("Σy", plain_sum(sums.y), ""),
        ("Σxy", plain_sum(sums.xy), ""),
        ("Σx²", plain_sum(sums.xx), ""),
        ("n Σx² − (Σx)²", plain_sum(sums.denominator), ""),
        (
            f"slope m {data.per_x}".rstrip(),
            detailed(line.slope),
            _spread(estimates.slope_se, estimates.slope_ci95),
        ),
        (
            "intercept b",
            detailed(line.intercept),
            _spread(estimates.intercept_se, estimates.intercept_ci95),
        ),
        ("MSE", detailed(line.loss, 4), ""),
        ("R²", "–" if estimates.r2 is None else f"{estimates.r2:.8f}", ""),
        ("p of m = 0", "–" if estimates.slope_p is None else f"{estimates.slope_p:.2g}", ""),
    ]
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    title = f"{printable(data.y_name)} (y) against {printable(data.x_label)} (x)"
    printed = console()
    printed.print(Text(f"{title}, {printable(data.source)}", style="bold"))
    printed.print(table)
    printed.print(Text(detailed_equation(line), style="bold cyan"))


def _spread(error: float | None, interval: tuple[float, float] | None) -> str:
    if error is None or interval is None:
        return ""
    low, high = (detailed(end, 4) for end in interval)
    return f"± {detailed(error)}  95% {low} .. {high}"
