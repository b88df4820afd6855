"""Test rows held out while parts are read, compared with a reference that has all keys."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from linreg_tui.commands.partitions import partitioned
from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.reading.streaming import (
    SAMPLE_ROWS,
    Add,
    Parts,
    RunningSplit,
    files_of,
    key_generator,
    load_parts,
    one_after_another,
    tree_sum,
)

SIZES = (700, 1, 0, 1299, 1000)


def table(seed: int, n: int) -> tuple[FloatArray, FloatArray]:
    """Rows that are all different."""
    rng = np.random.default_rng(seed)
    x = rng.permutation(10 * n)[:n] / 8
    return x, (88 * x + rng.normal(34_000, 50_000, n)).round(2)


def write(folder: Path, sizes: Sequence[int]) -> list[str]:
    """Write CSV files of these sizes, with a few extra rows that have gaps."""
    x, y = table(3, sum(sizes))
    ends = np.cumsum(sizes).tolist()
    for number, (size, end) in enumerate(zip(sizes, ends, strict=True)):
        rows = zip(x[end - size : end].tolist(), y[end - size : end].tolist(), strict=True)
        lines = [f"{a},{b}\n" for a, b in rows]
        if lines:
            lines.insert(size // 2, ",5\n")
        (folder / f"part-{number}.csv").write_text("x,y\n" + "".join(lines))
    return files_of(str(folder)) or []


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """3000 rows in five files, one of which has none."""
    return write(tmp_path_factory.mktemp("parts"), SIZES)


def reference(
    sizes: Sequence[int], fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the numbers of the test rows, and of the training rows."""
    drawn = np.concatenate(
        [key_generator(seed, part).random(size) for part, size in enumerate(sizes)]
    )
    order = np.argsort(drawn)
    first = round(fraction * len(drawn))
    return np.sort(order[:first]), np.sort(order[first:])


def read(
    files: Sequence[str],
    fraction: float,
    seed: int = 0,
    *,
    rows: int = SAMPLE_ROWS,
    add: Add = one_after_another,
) -> tuple[Dataset, Split]:
    data, _ = load_parts("all", files, rows=rows, add=add, test_fraction=fraction, test_seed=seed)
    return data, data.read_splits[fraction, seed]


def pairs(x: FloatArray, y: FloatArray) -> set[tuple[float, float]]:
    return set(zip(x.tolist(), y.tolist(), strict=True))


def same(one: Split, other: Split) -> bool:
    """Return whether all numbers of two splits are the same, bit for bit."""
    return all(
        np.array_equal(a.x, b.x)
        and np.array_equal(a.y, b.y)
        and (a.total, a.sums, a.moments, a.extent) == (b.total, b.sums, b.moments, b.extent)
        and all(map(np.array_equal, a.sketch, b.sketch))
        for a, b in ((one.training, other.training), (one.test, other.test))
    )


@pytest.mark.parametrize(("fraction", "seed"), [(0.2, 0), (0.2, 1), (0.7, 0), (0.003, 5)])
def test_few_rows_are_split_as_if_all_keys_were_known(
    files: list[str], fraction: float, seed: int
) -> None:
    data, split = read(files, fraction, seed)
    x, y = table(3, sum(SIZES))
    for side, rows in zip(
        (split.test, split.training), reference(SIZES, fraction, seed), strict=True
    ):
        assert (side.x.tolist(), side.y.tolist()) == (x[rows].tolist(), y[rows].tolist())
        assert (side.whole, side.read_splits) == (None, {})
        assert (side.source, side.x_name, side.y_name) == ("all", "x", "y")
        assert (side.dropped, side.missing, side.columns) == (4, (4, 0), ("x", "y"))
    assert (data.x.tolist(), data.n) == (x.tolist(), 3000)


@pytest.mark.parametrize("fraction", [0.02, 0.2, 0.5, 0.97])
def test_a_sample_of_each_side_stays_in_memory(files: list[str], fraction: float) -> None:
    data, split = read(files, fraction, 4, rows=300)
    x, y = table(3, sum(SIZES))
    for side, rows in zip((split.test, split.training), reference(SIZES, fraction, 4), strict=True):
        assert (side.total, side.n) == (len(rows), min(300, len(rows)))
        assert pairs(side.x, side.y) <= pairs(x[rows], y[rows])
        assert (side.whole is None) == (len(rows) <= 300)
        whole = Dataset("d", "x", "y", x[rows], y[rows])
        for name in ("n", "mean_x", "mean_y", "sxx", "sxy", "syy"):
            found, exact = getattr(side.moments, name), getattr(whole.moments, name)
            assert found == pytest.approx(exact, rel=1e-12)
        for name in ("slope", "intercept", "loss"):
            found, exact = getattr(side.line, name), getattr(whole.line, name)
            assert found == pytest.approx(exact, rel=1e-11)
        assert side.extent == whole.extent
    plain, _ = load_parts("all", files, rows=300)
    assert plain.read_splits == {}
    assert np.array_equal(plain.x, data.x)
    assert (plain.sums, plain.line, plain.extent) == (data.sums, data.line, data.extent)
    assert all(map(np.array_equal, plain.sketch, data.sketch))


def test_both_sides_are_all_rows(files: list[str]) -> None:
    data, split = read(files, 0.4, rows=500)
    both = split.training.moments + split.test.moments
    assert both.n == data.moments.n == 3000
    for name in ("mean_x", "mean_y", "sxx", "sxy", "syy"):
        assert getattr(both, name) == pytest.approx(getattr(data.moments, name), rel=1e-12)
    counts = []
    for side in (split.training, split.test, load_parts("all", files, rows=500)[0]):
        assert side.whole is not None
        assert side.whole.density is not None
        counts.append(side.whole.density)
    assert np.array_equal((counts[0] + counts[1]).counts, counts[2].counts)


def running(drawn: FloatArray, fraction: float, rows: int, chunks: Sequence[int]) -> RunningSplit:
    """Return the split of rows whose x is their number, in chunks with these ends."""
    split = RunningSplit(fraction, rows, (1.0, 0.0))
    x = np.arange(float(len(drawn)))
    for part in np.split(np.arange(len(drawn)), sorted(chunks)):
        split.add(drawn[part], x[part], -x[part])
    return split


@given(
    st.integers(2, 600),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 2**32),
    st.lists(st.integers(0, 600), max_size=4),
    st.lists(st.integers(0, 600), max_size=4),
    st.sampled_from([1, 20, 600]),
)
def test_any_number_of_rows_in_any_chunks_and_parts(
    n: int, fraction: float, seed: int, chunks: list[int], ends: list[int], rows: int
) -> None:
    drawn = np.random.default_rng(seed).random(n)
    order = np.argsort(drawn)
    tested = round(fraction * n)
    parts = []
    for part in np.split(np.arange(n), sorted(ends)):
        parts.append(RunningSplit(fraction, rows, (1.0, 0.0)))
        for chunk in np.split(part, sorted(chunks)):
            parts[-1].add(drawn[chunk], chunk.astype(float), -chunk.astype(float))
    data = Dataset("d", "x", "y", np.arange(float(n)), -np.arange(float(n)))
    if not 1 <= tested <= n - 2:
        with pytest.raises(InputError, match=f"holds out {tested} of {n} rows"):
            tree_sum(parts).of(data)
        return
    split = tree_sum(parts).of(data)
    for side, members in ((split.test, order[:tested]), (split.training, order[tested:])):
        assert side.total == len(members)
        x = np.sort(members).astype(float)
        assert side.moments.mean_x == pytest.approx(x.mean(), rel=1e-12)
        assert side.moments.mean_y == pytest.approx(-x.mean(), rel=1e-12)
        assert side.moments.sxx == pytest.approx(Moments.of(x, x).sxx, rel=1e-9)
        assert len(set(side.x.tolist())) == min(rows, len(x))
        assert set(side.x.tolist()) <= set(x.tolist())
        assert (np.diff(side.x) > 0).all()
    one_by_one = running(drawn, fraction, rows, []).of(data)
    assert [one_by_one.test.x.tolist(), one_by_one.training.x.tolist()] == [
        split.test.x.tolist(),
        split.training.x.tolist(),
    ]


def test_equal_keys_are_held_out_in_turn() -> None:
    drawn = np.array([0.5, 0.9, 0.5, 0.5, 0.1, 0.5])
    data = Dataset("d", "x", "y", np.arange(6.0), -np.arange(6.0))
    split = (running(drawn[:2], 0.5, 9, []) + running(drawn[2:], 0.5, 9, [])).of(data)
    assert split.test.x.tolist() == [0, 0, 2]
    assert split.training.x.tolist() == [1, 1, 3]


@pytest.mark.parametrize("fraction", [0.001, 0.2, 0.9])
def test_few_of_many_rows_stay_in_memory(fraction: float) -> None:
    """Of 400,000 equal rows, 6,324 may be in the band; a single cell counts them."""
    n, parts = 400_000, []
    for part in range(4):
        split, drawn = RunningSplit(fraction, 50, (1.0, 0.0)), key_generator(2, part)
        for _ in range(10):
            split.add(drawn.random(n // 40), np.ones(n // 40), np.full(n // 40, 2.0))
        split.thin()
        parts.append(split)
    total = tree_sum(parts)
    assert total.n == n
    assert len(pickle.dumps(total)) < 24 * 7_000 < n
    found = total.of(Dataset("d", "x", "y", np.ones(50), np.ones(50)))
    assert (found.test.total, found.training.total) == (
        round(fraction * n),
        round((1 - fraction) * n),
    )
    assert (found.test.n, found.training.n) == (50, 50)
    # All x are equal, so there is no line.
    assert (found.test.moments.mean_x, found.test.moments.mean_y) == (1, 2)
    with pytest.raises(InputError, match="every x is the same"):
        _ = found.test.line


def test_a_threshold_outside_the_band_is_an_error(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg_tui.core.reading.streaming.BAND", 1e-3)
    with pytest.raises(InputError, match=r"random numbers of this seed.*; choose another --seed"):
        read(files, 0.2)


def test_samples_of_both_sides_are_uniform() -> None:
    """Each of 100 rows is in 20% of 600 samples of each side, within five standard deviations."""
    counts = np.zeros((2, 100))
    data = Dataset("d", "x", "y", np.arange(100.0), -np.arange(100.0))
    for seed in range(600):
        split = running(key_generator(seed, 0).random(100), 0.4, 20, [50]).of(data)
        for side, found in enumerate((split.test, split.training)):
            counts[side, found.x.astype(int)] += 1
    assert np.abs(counts - 120).max() < 5 * np.sqrt(600 * 0.2 * 0.8)


def at_once(function: Callable[[int, str], Parts], paths: Sequence[str]) -> Parts:
    """Read the last parts first and all at once, and send the results between processes."""
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(function, *pair) for pair in reversed(list(enumerate(paths)))]
        sent = [pickle.dumps(future.result()) for future in futures]
    parts: list[Parts] = [pickle.loads(part) for part in reversed(sent)]
    return tree_sum(parts)


@pytest.mark.parametrize("sizes", [(2000,), (1300, 700), SIZES])
@pytest.mark.parametrize("rows", [100, SAMPLE_ROWS])
def test_it_does_not_matter_who_reads_the_parts(
    tmp_path: Path, sizes: tuple[int, ...], rows: int
) -> None:
    files = write(tmp_path, sizes)
    (_, here), (_, there) = (
        read(files, 0.3, rows=rows, add=add) for add in (one_after_another, at_once)
    )
    assert same(here, there)
    assert not same(here, read(files, 0.3, 1, rows=rows)[1])


def test_chunks_do_not_matter(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole = read(files, 0.3, rows=200)
    monkeypatch.setattr("linreg_tui.core.reading.text.CHUNK_ROWS", 16)
    _, chunked = read(files, 0.3, rows=200)
    for one, other in ((whole.test, chunked.test), (whole.training, chunked.training)):
        assert (one.x.tolist(), one.y.tolist()) == (other.x.tolist(), other.y.tolist())
        assert (one.total, one.extent) == (other.total, other.extent)
        assert one.whole is not None
        assert one.whole.density is not None
        assert other.whole is not None
        assert other.whole.density is not None
        assert np.array_equal(one.whole.density.counts, other.whole.density.counts)
        assert one.moments.sxy == pytest.approx(other.moments.sxy, rel=1e-12)


def test_bad_parts_are_left_out_entirely(tmp_path: Path) -> None:
    good = write(tmp_path, (300, 200, 100))
    _, split = read(good, 0.25)
    # The rows of its first chunks have been read before the last line turns out to be bad.
    bad = tmp_path / "part-3.csv"
    bad.write_text("x,y\n" + "1,2\n" * 200_000 + "1,2,3\n")
    data, left_out = load_parts("all", [*good, str(bad)], skip_bad=True, test_fraction=0.25)
    assert len(left_out) == 1
    assert same(data.read_splits[0.25, 0], split)
    assert split.test.total == 150


@pytest.mark.parametrize(
    ("n", "fraction", "message"),
    [
        (20, 0.01, "0.01 holds out 0 of 20 rows; .*: choose 0.05 or more"),
        (20, 0.96, "0.96 holds out 19 of 20 rows; .*: choose 0.9 or less"),
        (3, 0.1, "choose 0.4 or more"),
        (3, 0.9, "choose 0.3 or less"),
        (1234, 1e-9, "1e-09 holds out 0 of 1,234 rows; .*: choose 0.0009 or more"),
        (1234, 0.99999, "0.99999 holds out 1,234 of 1,234 rows; .*: choose 0.9983 or less"),
    ],
)
def test_the_message_names_a_possible_fraction(
    tmp_path: Path, n: int, fraction: float, message: str
) -> None:
    files = write(tmp_path, (n,))
    with pytest.raises(InputError, match=message) as error:
        read(files, fraction)
    assert str(error.value).startswith("all: a --test-fraction of ")
    assert "\n" not in str(error.value)
    chosen = re.search(r"choose (\S+) or", str(error.value))
    assert chosen is not None
    _, split = read(files, float(chosen[1]))
    assert split.test.n >= 1
    assert split.training.n >= 2


def test_two_rows_are_too_few_to_hold_one_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 of 2 rows; .*: leave out --test-fraction"):
        read(write(tmp_path, (2,)), 0.5)


def test_one_row_is_enough_to_test_on(tmp_path: Path) -> None:
    _, split = read(write(tmp_path, (9,)), 0.1)
    assert split.test.n == split.test.moments.n == 1
    assert (split.test.moments.mean_x, split.test.moments.sxx) == (split.test.x[0], 0)


def test_commands_ask_for_a_split(files: list[str]) -> None:
    folder = str(Path(files[0]).parent)
    data = partitioned(
        folder, "x", "y", skip_bad=False, cluster=None, test_fraction=0.2, test_seed=3
    )
    assert data is not None
    assert list(data.read_splits) == [(0.2, 3)]
    assert same(data.read_splits[0.2, 3], read(files, 0.2, 3)[1])
    plain = partitioned(folder, "x", "y", skip_bad=False, cluster=None)
    assert plain is not None
    assert plain.read_splits == {}


def test_edited_rows_do_not_use_a_split_that_was_read(files: list[str]) -> None:
    data, _ = read(files, 0.2)
    edits = Edits.of(data).add(1.0, 2.0)
    assert edits.data.read_splits == {}
    assert edits.undo().data.read_splits == data.read_splits != {}
