"""Makes anscombe-1.csv to anscombe-4.csv from the numbers in the paper, and outlier.csv."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent

X = (10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5)
ANSCOMBE = (
    (X, (8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68)),
    (X, (9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74)),
    (X, (7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73)),
    (
        (8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8),
        (6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.50, 5.56, 7.91, 6.89),
    ),
)


def write(name: str, header: str, rows: Iterable[tuple[object, object]]) -> None:
    """Write two columns as CSV."""
    lines = [header, *(f"{x},{y}" for x, y in rows)]
    (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def main() -> None:
    """Write the files."""
    for number, (x, y) in enumerate(ANSCOMBE, start=1):
        write(f"anscombe-{number}.csv", "x,y", zip(x, y, strict=True))
    random = np.random.default_rng(1)
    hours = np.sort(random.uniform(0, 20, 60)).round(1)
    points = (30 + 3 * hours + 5 * random.standard_normal(60)).round(1)
    points[-4] = 860.0  # a decimal point that was forgotten
    write("outlier.csv", "hours,points", zip(hours.tolist(), points.tolist(), strict=True))


if __name__ == "__main__":
    main()
