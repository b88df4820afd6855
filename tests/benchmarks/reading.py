"""Time and memory of reading a large CSV file: pandas' read_csv, ours, and ours as a stream.

python tests/benchmarks/reading.py [--rows 10000000] [--rounds 3] [--quick]

A file with four columns is made in a temporary folder. Each contestant reads two of them in a new
process: pandas with read_csv(usecols=...) and nothing else; ours up to the closed form; the stream
up to the closed form and a sample of 100,000 rows. They take turns. It prints the medians of the
time, without imports, and of the process's peak memory, and the ratios to pandas. Then it times
files in other forms of writing, read by pandas with the options for each. The exit status is 1 if
ours takes more than 1.3 times as long, or 1.6 times for the other forms, or more than 1.1 times as
much memory: a few megabytes are for the program itself. `--quick` reads few rows once, only to see
that it runs, and judges nothing.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

MOST_TIME, MOST_TIME_OTHERS, MOST_MEMORY = 1.3, 1.6, 1.1
BLOCK = 100_000

WORK = {
    "pandas": "pd.read_csv({path!r}, usecols=['area', 'price']{options})",
    "ours": "load({path!r}, 'area', 'price').line",
    "ours, as a stream": "stream({path!r}, 'area', 'price').line",
}
FORMS = {
    "decimal commas": ({",": ";", ".": ","}, "utf-8", ", sep=';', decimal=','"),
    "tabs": ({",": "\t"}, "utf-8", ", sep='\\t'"),
    "UTF-16": ({}, "utf-16", ", encoding='utf-16'"),
    "Windows-1252": ({"Ames": "Amés"}, "cp1252", ", encoding='cp1252'"),
    "quoted words": ({"Ames": '"Ames"'}, "utf-8", ""),
}
"""The other forms: what is replaced, the encoding, and pandas' options."""

SCRIPT = """
import resource, sys, time
import numpy as np, pandas as pd
{imports}
began = time.perf_counter()
result = {work}
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(seconds, peak * (1 if sys.platform == "darwin" else 1024))
"""
OURS = """
from linreg_tui.core.reading.loading import load
from linreg_tui.core.reading.streaming import stream
"""


def make(path: Path, rows: int) -> None:
    """Write the file, which repeats the same block of rows."""
    rng = np.random.default_rng(0)
    area = rng.uniform(300, 4500, BLOCK).round(2).tolist()
    price = (88 * np.array(area) + rng.normal(34_000, 50_000, BLOCK)).round(2).tolist()
    lines = [f"{n},Ames,{x},{y}\n" for n, (x, y) in enumerate(zip(area, price, strict=True))]
    block = "".join(lines)
    with path.open("w", encoding="ascii") as file:
        file.write("number,town,area,price\n")
        for _ in range(rows // BLOCK):
            file.write(block)
        file.writelines(lines[: rows % BLOCK])


def rewrite(path: Path, to: Path, form: str) -> None:
    """Write the same table in another form."""
    changes, encoding, _ = FORMS[form]
    with path.open(encoding="ascii") as file, to.open("w", encoding=encoding, newline="") as other:
        for line in file:
            text = line
            for old, new in changes.items():
                text = text.replace(old, new)
            other.write(text)


def measured(name: str, path: Path, options: str = "") -> tuple[float, float]:
    """Return the seconds and bytes of one contestant in a process of its own."""
    imports = "" if name == "pandas" else OURS
    work = WORK[name].format(path=str(path), options=options)
    script = SCRIPT.format(imports=imports, work=work)
    ended = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    seconds, peak = map(float, ended.stdout.split())
    return seconds, peak


def main() -> int:
    """Print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="few rows, once")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.rounds = BLOCK, 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        make(path, options.rows)
        size = path.stat().st_size
        turns = [{name: measured(name, path) for name in WORK} for _ in range(options.rounds)]
        other = Path(folder) / "other.csv"
        forms = {}
        for form in FORMS:
            rewrite(path, other, form)
            pairs = [
                [measured(name, other, FORMS[form][2])[0] for name in ("pandas", "ours")]
                for _ in range(options.rounds)
            ]
            forms[form] = [statistics.median(times) for times in zip(*pairs, strict=True)]
    sys.stdout.write(
        f"{options.rows:,} rows, {size / 1e6:.0f} MB, two of four columns, "
        f"medians of {options.rounds} rounds\n"
    )
    medians = {
        name: [statistics.median(turn[name][what] for turn in turns) for what in (0, 1)]
        for name in WORK
    }
    for name, (seconds, peak) in medians.items():
        time, memory = (
            ours / theirs for ours, theirs in zip(medians[name], medians["pandas"], strict=True)
        )
        sys.stdout.write(
            f"  {name:<18}{seconds:7.2f} s ({time:4.2f} times){peak / 2**20:8.0f} MiB "
            f"({memory:4.2f} times)\n"
        )
    ratios = [
        ours / theirs for ours, theirs in zip(medians["ours"], medians["pandas"], strict=True)
    ]
    for form, (theirs, ours) in forms.items():
        sys.stdout.write(
            f"  {form:<18}{ours:7.2f} s ({ours / theirs:4.2f} times the {theirs:.2f} s of pandas)\n"
        )
    sys.stdout.write(
        f"  at most {MOST_TIME} times the time, {MOST_TIME_OTHERS} for other forms, and "
        f"{MOST_MEMORY} times the memory\n"
    )
    passed = ratios[0] <= MOST_TIME and ratios[1] <= MOST_MEMORY
    passed = passed and all(ours <= MOST_TIME_OTHERS * theirs for theirs, ours in forms.values())
    return 0 if passed or options.quick else 1


if __name__ == "__main__":
    raise SystemExit(main())
