"""Reads data in many files for the commands, here or on a cluster, and reports files left out."""

from __future__ import annotations

import sys
from functools import partial

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.reading import streaming
from linreg_tui.core.reading.table import AUTOMATIC, Choices
from linreg_tui.core.text import printable


def partitioned(
    source: str,
    x: str | None,
    y: str | None,
    *,
    skip_bad: bool,
    cluster: str | None,
    single: bool = False,
    choices: Choices = AUTOMATIC,
    test_fraction: float = 0.0,
    test_seed: int = 0,
) -> Dataset | None:
    """Read the data of a pattern or a folder; return None for one file.

    With `single`, a cluster also reads one file. With a test fraction, the data has the split by
    that fraction and the seed among its `read_splits`. Files that were left out, and their rows,
    are reported on stderr.

    Raises
    ------
    InputError
        As `load_parts` does, or if the cluster can't do the work.
    """
    paths = streaming.files_of(source)
    if paths is None:
        if cluster is None or not single:
            return None
        paths = [source]
    read = partial(
        streaming.load_parts,
        *(source, paths, x, y),
        skip_bad=skip_bad,
        choices=choices,
        test_fraction=test_fraction,
        test_seed=test_seed,
    )
    if cluster is None:
        data, bad = read()
    else:
        from linreg_tui.commands.on_cluster import cluster_at

        here = "without --cluster the files are read here"
        with cluster_at(cluster, otherwise=here) as executor:
            data, bad = read(add=executor.tree)
    for part in bad:
        sys.stderr.write(f"linreg-tui: left out {part.why}\n")
    if bad:
        of = f"{len(bad)} of {len(paths)} files of {printable(source)}"
        sys.stderr.write(f"linreg-tui: left out {of}, which costs {streaming.cost(bad)}\n")
    return data
