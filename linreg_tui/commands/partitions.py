"""Data in many files, as commands name it: read here or on a cluster, and what that leaves out."""

from __future__ import annotations

import sys
from functools import partial

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.reading import streaming
from linreg_tui.core.text import printable


def partitioned(
    source: str,
    x: str | None,
    y: str | None,
    *,
    skip_bad: bool,
    cluster: str | None,
    single: bool = False,
    test_fraction: float = 0.0,
    test_seed: int = 0,
) -> Dataset | None:
    """The data of a pattern or a folder; None for one file, unless a cluster reads a `single` one.

    With a test fraction, it has the split by that fraction and the seed among its `read_splits`.
    Which files were left out, and what that costs, is told on standard error.

    Raises
    ------
    InputError
        As `load_parts` does, or if the cluster can't do the work.
    """
    paths = streaming.named(source)
    if paths is None:
        if cluster is None or not single:
            return None
        paths = [source]
    read = partial(
        streaming.load_parts,
        *(source, paths, x, y),
        skip_bad=skip_bad,
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
