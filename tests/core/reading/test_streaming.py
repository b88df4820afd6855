from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.loading import load
from linreg_tui.core.reading.streaming import RunningFit, Sample, rough_line, stream
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings

ROWS = 300_000


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    x = rng.uniform(300, 4500, ROWS).round(2)
    y = (88 * x + rng.normal(34_000, 50_000, ROWS)).round(2)
    path = tmp_path_factory.mktemp("big") / "big.csv"
    rows = "".join(f"a,{v},{w}\nb,NA,1\n" for v, w in zip(x.tolist(), y.tolist(), strict=True))
    path.write_text(f"name,x,y\n{rows}")
    return path


@pytest.mark.thorough
def test_a_streamed_fit_uses_all_rows(big: Path) -> None:
    streamed, whole = stream(str(big)), load(str(big))
    assert (streamed.total, streamed.dropped) == (whole.n, whole.dropped) == (ROWS, ROWS)
    assert (streamed.n, streamed.x_name, streamed.y_name) == (100_000, "x", "y")
    for name in ("slope", "intercept", "loss"):
        assert getattr(streamed.line, name) == pytest.approx(getattr(whole.line, name), rel=1e-12)
    for name in ("mean_x", "mean_y", "sxx", "sxy", "syy"):
        assert getattr(streamed.moments, name) == pytest.approx(
            getattr(whole.moments, name), rel=1e-12
        )
    for name in ("n", "x", "y", "xy", "xx"):
        assert getattr(streamed.sums, name) == pytest.approx(getattr(whole.sums, name), rel=1e-13)


def test_full_batches_see_all_rows_and_small_ones_the_sample(big: Path) -> None:
    streamed, whole = stream(str(big), rows=1000), load(str(big))
    ends = []
    for data in (streamed, whole):
        run = Run(data, Settings())
        run.advance(30)
        ends.append(run.history[30].loss)
    assert ends[0] == pytest.approx(ends[1], rel=1e-11)
    run = Run(streamed, Settings(batch_size=1000, epochs=3))
    run.advance(run.budget)
    assert run.history.last == 3


def test_few_rows_all_stay_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("a,b\n1,2\n3,4\nx,1\n5,9\n")
    streamed, whole = stream(str(path)), load(str(path))
    assert (streamed.x.tolist(), streamed.y.tolist()) == (whole.x.tolist(), whole.y.tolist())
    assert streamed.line == whole.line
    assert streamed.whole is None
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="one row is not enough"):
        stream(str(path))
    path.write_text("a,b\n1,2\n1,3\n1,5\n")
    with pytest.raises(InputError, match="every x is the same"):
        stream(str(path), "a", "b", rows=2)


def chunked(values: FloatArray, size: int) -> list[FloatArray]:
    return [values[first : first + size] for first in range(0, len(values), size)]


@given(st.integers(1, 50), st.integers(1, 400), st.integers(1, 400))
def test_a_sample_does_not_depend_on_the_chunks(size: int, one: int, other: int) -> None:
    rows = np.arange(400.0)
    found = []
    for chunk in (one, other):
        sample = Sample(size, seed=7)
        for part in chunked(rows, chunk):
            sample.add(part, -part)
        x, y = sample.rows()
        assert np.array_equal(y, -x)
        assert (np.diff(x) > 0).all()
        found.append(x.tolist())
    assert found[0] == found[1]
    assert len(found[0]) == size


def test_a_sample_is_uniform() -> None:
    """Each of 100 rows is in 20% of 2000 samples, within five standard deviations."""
    rows = np.arange(100.0)
    counts = np.zeros(100)
    for seed in range(2000):
        sample = Sample(20, seed)
        for part in chunked(rows, 13):
            sample.add(part, part)
        counts[sample.rows()[0].astype(int)] += 1
    assert np.abs(counts - 400).max() < 5 * np.sqrt(2000 * 0.2 * 0.8)


@given(
    st.floats(-1e6, 1e6),
    st.floats(1e-2, 1e2),
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, 1e-6, 1e-3, 1.0]),
    st.integers(3, 40),
)
def test_a_tally_keeps_the_digits(
    offset: float, slope: float, intercept: float, noise: float, size: int
) -> None:
    """Compare with exact fractions; a difference of sums of squares has no digits left here."""
    rng = np.random.default_rng(1)
    x = offset + rng.uniform(-1, 1, 60)
    y = slope * x + intercept + noise * rng.standard_normal(60)
    fit = RunningFit()
    for part in zip(chunked(x, size), chunked(y, size), strict=True):
        fit.add(*part)
    xs, ys = [Fraction(v) for v in x.tolist()], [Fraction(v) for v in y.tolist()]
    mean_x, mean_y = sum(xs) / 60, sum(ys) / 60
    sxx = sum((v - mean_x) ** 2 for v in xs)
    sxy = sum((v - mean_x) * (w - mean_y) for v, w in zip(xs, ys, strict=True))
    syy = sum((w - mean_y) ** 2 for w in ys)
    # Each number has a rounding error, and the line of the first rows may be steep.
    steepest = slope + 20 * noise
    rounding = float(np.spacing(abs(intercept) + steepest * (abs(offset) + 1)))
    line = fit.line()
    assert line.slope == pytest.approx(float(sxy / sxx), rel=1e-12, abs=10 * rounding)
    exact = float((syy - sxy * sxy / sxx) / 60)
    assert line.loss == pytest.approx(exact, rel=1e-9, abs=100 * (noise + rounding) * rounding)


def test_rows_too_large_to_be_squared_are_an_error() -> None:
    fit = RunningFit()
    fit.add(np.array([1e200, 2e200]), np.array([1.0, 2.0]))
    with pytest.raises(InputError, match="too large to be squared"):
        fit.line()
    data = Dataset("d", "x", "y", np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    assert data.total == data.n == 2


def test_a_stream_is_read_like_a_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 1000, (60, 3))
    path.write_text("a,b,c\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows.tolist()))
    fractions: list[float] = []
    data = stream(str(path), "c", "b", rows=20, progress=fractions.append)
    whole = load(str(path), "c", "b")
    assert (data.x_name, data.y_name, data.n, data.total) == ("c", "b", 20, 60)
    assert data.line.slope == pytest.approx(whole.line.slope, rel=1e-12)
    assert fractions
    assert fractions[-1] == 1
    data_in_memory = stream(str(path), rows=60)
    assert (data_in_memory.n, data_in_memory.whole) == (60, None)
    again, other = (stream(str(path), "c", "b", rows=20, seed=seed) for seed in (0, 1))
    assert np.array_equal(data.x, again.x)
    assert not np.array_equal(data.x, other.x)


def test_samples_of_two_parts_are_one_of_all() -> None:
    """The sum is the sample of one that drew the numbers of both: the rows with the least."""
    parts = []
    for seed, first in ((1, 0.0), (2, 1000.0)):
        sample = Sample(20, seed)
        for part in chunked(first + np.arange(1000.0), 130):
            sample.add(-part, part)
        parts.append(sample)
    drawn = np.concatenate([np.random.default_rng(seed).random(1000) for seed in (1, 2)])
    least = np.sort(np.argsort(drawn)[:20])
    both = parts[0] + parts[1]
    assert both.rows()[1].tolist() == least.tolist()
    more = np.arange(2000.0, 2500.0)
    both.add(more, -more)
    x, y = both.rows()
    assert len(x) == 20
    assert np.array_equal(y, -x)


def test_small_samples_add_up_to_all_rows() -> None:
    parts = []
    for first in (0.0, 5.0):
        sample = Sample(20, int(first))
        sample.add(np.arange(first, first + 5), np.zeros(5))
        parts.append(sample)
    both = parts[0] + parts[1]
    both.add(np.arange(10.0, 13), np.zeros(3))
    assert both.rows()[0].tolist() == list(range(13))


def test_a_line_near_some_rows() -> None:
    x = np.array([1.0, 2.0, 4.0]) * 1e-3
    assert rough_line(x, 5 * x - 2) == pytest.approx((5, -2), rel=1e-12)
    assert rough_line(np.full(3, 7.0), np.array([1.0, 2.0, 6.0])) == (0, 3)
    assert rough_line(np.array([0.0, 1e200, 2e200]), np.array([0.0, 1e200, 3e200])) == (0, 0)


def test_a_first_chunk_of_x_that_are_close_makes_no_steep_line() -> None:
    """Its squares are too small for a number, so it has no slope."""
    close, wide = np.array([0.0, 1e-170, 2e-170]), np.array([0.0, 1.0, 2.0])
    assert rough_line(close, np.array([1.0, 2.0, 6.0])) == (0, 3)
    fit = RunningFit()
    for x in (close, wide):
        fit.add(x, 5 * x - 2)
    assert fit.line().slope == pytest.approx(5, rel=1e-14)


def test_rows_too_large_in_one_part_are_an_error_of_both() -> None:
    fits = []
    for size in (1e-200, 1e200):
        fit = RunningFit((0.0, 0.0))
        fit.add(np.array([1.0, 2.0]) * size, np.array([1.0, 2.0]) * size)
        fits.append(fit)
    for both in (fits[0] + fits[1], fits[1] + fits[1], fits[1] + RunningFit((0.0, 0.0))):
        with pytest.raises(InputError, match="too large to be squared"):
            both.line()
