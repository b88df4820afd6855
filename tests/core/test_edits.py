"""Edits: the line follows them to the last digit, and the original never changes."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg_tui.core.closed_form import ClosedForm, fit, sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import EditedDataset, Edits, Point
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray

A_THOUSAND = 1000


def dataset(x: object, y: object) -> Dataset:
    return Dataset("some.csv", "x", "y", np.array(x, float), np.array(y, float))


def made_up(rows: int, offset: float, noise: float, seed: int) -> Dataset:
    rng = np.random.default_rng(seed)
    x = offset + rng.uniform(300, 4500, rows)
    return dataset(x, 88 * x + noise * rng.normal(34_000, 50_000, rows))


def at_random(data: Dataset, count: int, seed: int) -> tuple[Edits, dict[int, Point]]:
    """Some edits, and the rows that result, by a plain list without any arithmetic."""
    rng = np.random.default_rng(seed)
    extent, edits, book = data.extent, Edits.of(data), dict[int, Point]()
    book = dict(enumerate(zip(data.x.tolist(), data.y.tolist(), strict=True)))
    rows, added = list(book), data.n
    for what in rng.integers(0, 3, count).tolist():
        point = (
            float(rng.uniform(extent.left, extent.right)),
            float(rng.uniform(extent.low, extent.high)),
        )
        place = int(rng.integers(len(rows)))
        row = rows[place]
        if what == 0:
            edits, book[added] = edits.add(*point), point
            rows.append(added)
            added += 1
        elif what == 1:
            edits, book[row] = edits.move(row, *point), point
        else:
            edits = edits.remove(row)
            del book[row]
            rows[place] = rows[-1]
            rows.pop()
    return edits, book


def agree(line: ClosedForm, afresh: ClosedForm) -> None:
    """Compare every number of two lines, to 1e-12 of its size or of the numbers subtracted."""
    one, other = line.moments, afresh.moments
    assert line.slope == pytest.approx(afresh.slope, rel=1e-12)
    at_mean = abs(afresh.slope * other.mean_x)
    assert line.intercept == pytest.approx(afresh.intercept, rel=1e-12, abs=1e-12 * at_mean)
    assert line.loss == pytest.approx(afresh.loss, rel=1e-12)
    assert one.n == other.n
    for name in ("mean_x", "mean_y", "sxx", "sxy", "syy"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12), name


@pytest.mark.thorough
@settings(max_examples=2)
@given(st.integers(0, 10**6))
def test_a_thousand_edits_give_the_same_bits_as_a_new_fit(houses: Dataset, seed: int) -> None:
    edits, book = at_random(houses, A_THOUSAND, seed)
    x, y = np.array([book[row] for row in sorted(book)]).T
    assert (edits.data.x == x).all()
    assert (edits.data.y == y).all()
    assert edits.data.line == fit(x, y)
    assert edits.data.moments == fit(x, y).moments
    assert edits.data.n == len(x)


@pytest.mark.thorough
@settings(max_examples=3)
@given(
    st.integers(4097, 6000),
    st.sampled_from([0.0, 1e6, -1e8]),
    st.sampled_from([1.0, 1e-3]),
    st.integers(0, 10**6),
)
def test_a_thousand_edits_of_many_rows_lose_no_digits(
    rows: int, offset: float, noise: float, seed: int
) -> None:
    edits, book = at_random(made_up(rows, offset, noise, seed), A_THOUSAND, seed)
    x, y = np.array([book[row] for row in sorted(book)]).T
    agree(edits.data.line, fit(x, y))
    sums, plain = edits.data.sums, sums_of(x, y)
    for name in ("n", "x", "y", "xy", "xx"):
        assert getattr(sums, name) == pytest.approx(getattr(plain, name), rel=1e-11), name


def test_digits_are_kept_when_the_rounded_rows_are_removed() -> None:
    x = np.concatenate([[1e9], np.arange(5000.0) / 1000])
    data = dataset(x, 3 * x + np.sin(np.arange(5001.0)))
    edited = Edits.of(data).remove(0).data
    afresh = fit(data.x[1:], data.y[1:])
    assert edited.line.slope == pytest.approx(afresh.slope, rel=1e-12)
    assert edited.line.loss == pytest.approx(afresh.loss, rel=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e6, -1e9, 1e12])
def test_digits_are_kept_far_from_zero(offset: float) -> None:
    """With many rows, the numbers are floats, in the sums and in the edits."""
    rng = np.random.default_rng(0)
    x = offset + rng.uniform(0, 1, 5000)
    data = dataset(x, offset + 3 * (x - offset) + rng.normal(0, 0.1, 5000))
    edits = Edits.of(data)
    for row in range(100):
        edits = edits.remove(row).move(200 + row, offset + 0.3, offset + 0.7)
    assert not edits.data.tally.has_lost_digits
    line, afresh = edits.data.line, fit(edits.data.x, edits.data.y)
    assert line.slope == pytest.approx(afresh.slope, rel=1e-14)
    assert line.loss == pytest.approx(afresh.loss, rel=1e-14)


@given(st.lists(st.sampled_from(["add", "move", "remove", "undo", "redo"]), max_size=40), st.data())
def test_undoing_and_redoing(actions: list[str], data: st.DataObject) -> None:
    numbers = st.integers(-50, 50).map(float)
    original = dataset([0, 1, 2, 3, 4, 5], [1, 3, 2, 5, 4, 7])
    edits = Edits.of(original)
    past, future = [edits], list[Edits]()
    for action in actions:
        alive = [row for row in range(50) if _there(edits, row)]
        if action == "undo":
            edits = edits.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif action == "redo":
            edits = edits.redo()
            if future:
                past.append(future.pop())
        else:
            row = data.draw(st.sampled_from(alive))
            point = data.draw(numbers), data.draw(numbers)
            try:
                if action == "add":
                    after = edits.add(*point)
                else:
                    after = edits.move(row, *point) if action == "move" else edits.remove(row)
            except InputError:
                continue
            if after is not edits:
                past.append(after)
                future.clear()
            edits = after
        expected = past[-1].data
        assert edits.done == past[-1].done
        assert edits.data.x.tolist() == expected.x.tolist()
        assert edits.data.y.tolist() == expected.y.tolist()
        assert edits.data.line == expected.line == fit(expected.x, expected.y)
        if not edits.done:
            assert edits.data is original


def _there(edits: Edits, row: int) -> bool:
    data = edits.data
    gone = isinstance(data, EditedDataset) and data.changed.get(row, ...) is None
    added = sum(edit.before is None for edit in edits.done)
    return not gone and (row < edits.original.n + added) and _known(edits, row)


def _known(edits: Edits, row: int) -> bool:
    if row < edits.original.n:
        return True
    return isinstance(edits.data, EditedDataset) and row in edits.data.changed


def test_the_original_does_not_change(houses: Dataset) -> None:
    before = houses.x.tobytes(), houses.y.tobytes()
    edits, _ = at_random(houses, 300, seed=1)
    assert edits.data.x is not houses.x
    assert (houses.x.tobytes(), houses.y.tobytes()) == before
    assert not edits.data.x.flags.writeable
    assert not edits.data.y.flags.writeable
    while edits.done:
        edits = edits.undo()
    assert edits.data is houses


def test_the_source_says_what_was_edited(houses: Dataset) -> None:
    edits = Edits.of(houses)
    name = houses.source
    assert edits.data.source == name
    edits = edits.add(1000, 2e5)
    assert edits.data.source == f"{name}, edited: +1"
    edits = edits.add(1100, 2e5).remove(3)
    assert edits.data.source == f"{name}, edited: +2 −1"
    edits = edits.move(4, 10, 10).move(551, 20, 20)
    assert edits.data.source == f"{name}, edited: +2 −1, 1 moved"
    assert edits.data.dropped == houses.dropped
    assert (edits.data.x_name, edits.data.y_name) == (houses.x_name, houses.y_name)


def test_a_line_takes_two_rows_that_differ_in_x() -> None:
    edits = Edits.of(dataset([1, 2, 2], [1, 2, 3]))
    with pytest.raises(InputError, match=r"every x is the same.*so this edit was not made"):
        edits.remove(0)
    with pytest.raises(InputError, match="every x is the same"):
        edits.move(0, 2, 5)
    edits = edits.remove(1)
    with pytest.raises(InputError, match="a line takes 2 rows"):
        edits.remove(0)
    with pytest.raises(InputError, match="too large to be squared"):
        edits.add(1e200, 0)


def test_many_rows_with_the_same_x_have_no_line() -> None:
    x = np.full(5000, 0.1)
    x[7] = 0.2
    with pytest.raises(InputError, match="every x is the same"):
        Edits.of(dataset(x, np.arange(5000))).remove(7)


def test_moving_a_row_to_its_own_place_is_no_edit(houses: Dataset) -> None:
    edits = Edits.of(houses)
    assert edits.move(5, *edits.place(5)) is edits
    there = edits.move(5, 1.0, 2.0)
    assert there.place(5) == (1.0, 2.0)
    assert there.move(5, *edits.place(5)).data is houses


class OneAtATime:
    """A column that raises an error if its values are read."""

    def __init__(self, values: FloatArray) -> None:
        self._values = values

    def __getitem__(self, row: int) -> float:
        assert isinstance(row, int)
        return float(self._values[row])

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> NoReturn:
        raise AssertionError

    def __array__(self, *_: object) -> NoReturn:
        raise AssertionError


def test_an_edit_does_not_go_over_all_rows() -> None:
    data = made_up(1_000_000, 0.0, 1.0, seed=0)
    for known in ("tally", "sketch", "sketched", "extent"):
        getattr(data, known)
    data.__dict__.update(x=OneAtATime(data.x), y=OneAtATime(data.y))
    edits = Edits.of(data).add(1000, 2e5).move(17, 2000, 1e5).remove(18).undo().redo()
    edited = edits.data
    assert edited.n == edited.moments.n == edited.sums.n == 1_000_000
    assert edited.line.loss > 0
    assert len(edited.sketch[0]) == len(edited.sketched) < data.n / 2
    assert edited.extent.left < edited.extent.right
    with pytest.raises(AttributeError):
        _ = edited.x


def test_the_sketch_has_the_rows_as_they_are_now() -> None:
    edits = Edits.of(dataset([0, 1, 2, 3], [0, 1, 2, 3]))
    edits = edits.move(1, 5, 6).remove(2).add(7, 8)
    x, y = edits.data.sketch
    assert dict(zip(edits.data.sketched.tolist(), zip(x, y, strict=True), strict=True)) == {
        0: (0, 0),
        3: (3, 3),
        1: (5, 6),
        4: (7, 8),
    }


def test_the_extent_does_not_shrink_when_a_row_on_its_border_is_removed(houses: Dataset) -> None:
    largest = int(houses.x.argmax())
    edits = Edits.of(houses).remove(largest)
    assert edits.data.extent == houses.extent
    assert edits.add(9000, -5).data.extent.right == 9000
    assert edits.add(9000, -5).data.extent.low == -5


def test_edited_rows_can_be_sent_to_another_process(houses: Dataset) -> None:
    edited = Edits.of(houses).add(1000, 2e5).remove(3).data
    sent = pickle.loads(pickle.dumps(edited))
    assert sent.line == edited.line
    assert sent.x.tolist() == edited.x.tolist()


def test_edited_rows_keep_the_facts_about_the_file() -> None:
    original = replace(
        dataset([1, 2, 4], [3, 5, 8]),
        dropped=4,
        missing=(3, 2),
        columns=("x", "other", "y"),
        notes=("a note",),
    )
    data = Edits.of(original).add(7, 9).data
    for name in ("x_name", "y_name", "dropped", "missing", "columns", "notes"):
        assert getattr(data, name) == getattr(original, name)
    for array in (data.x, data.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("edits", "summary"),
    [
        ([("add", 7, 9)], "+1"),
        ([("remove", 0)], "−1"),
        ([("move", 0, 7, 9)], "1 moved"),
        ([("move", 0, 7, 9), ("move", 1, 8, 9)], "2 moved"),
        ([("add", 7, 9), ("remove", 0), ("move", 1, 8, 9)], "+1 −1, 1 moved"),
    ],
)
def test_edits_are_summarized_in_a_few_characters(
    edits: list[tuple[Any, ...]], summary: str
) -> None:
    now = Edits.of(dataset([1, 2, 4], [3, 5, 8]))
    for name, *where in edits:
        now = getattr(now, name)(*where)
    assert now.data.source == f"some.csv, edited: {summary}"


@pytest.mark.parametrize("rows", [4096, 4097])
def test_sums_follow_edits_of_many_rows(rows: int) -> None:
    """From 4097 rows on, the sums are rounded sums of residuals."""
    original = made_up(rows, 1e4, 1.0, 3)
    edits = Edits.of(original).add(1234.5, 99_999.5).remove(7).move(11, 777.25, 1e5)
    data = edits.data
    assert data.n == rows
    afresh = dataset(data.x, data.y)
    agree(data.line, afresh.line)
    for name in ("n", "x", "y", "xy", "xx"):
        assert getattr(data.sums, name) == pytest.approx(getattr(afresh.sums, name), rel=1e-12)


def test_edits_with_the_same_result_are_equal(houses: Dataset) -> None:
    one = Edits.of(houses).add(1000, 2e5).move(3, 1100, 1e5).remove(5).data
    other = Edits.of(houses).remove(5).move(3, 0, 0).add(1000, 2e5).move(3, 1100, 1e5).data
    assert one == other
    assert hash(one) == hash(other)
    assert one.tally == other.tally
    assert np.array_equal(one.x, other.x)
    assert one != Edits.of(houses).remove(5).add(1000, 2e5).move(3, 1101, 1e5).data
    assert one != houses
    assert houses != one


def test_edited_rows_never_equal_rows_that_were_read_because_their_numbers_decide_the_split(
    houses: Dataset,
) -> None:
    edited = Edits.of(houses).remove(5).data
    read = Dataset(edited.source, edited.x_name, edited.y_name, edited.x, edited.y)
    assert np.array_equal(edited.x, read.x)
    assert not np.array_equal(edited.split(0.25, 0).test.x, read.split(0.25, 0).test.x)
    assert edited != read
    assert read != edited


def test_edited_rows_can_be_replaced_except_for_what_follows_from_the_edits(
    houses: Dataset,
) -> None:
    edited = Edits.of(houses).add(1000, 2e5).data
    renamed = replace(edited, source="mine.csv")
    assert type(renamed) is type(edited)
    assert renamed.source == "mine.csv"
    assert renamed.line == edited.line
    assert np.array_equal(renamed.x, edited.x)
    assert renamed != edited
    assert replace(renamed, source=edited.source) == edited
    # From Python 3.13 on it is a TypeError.
    with pytest.raises((TypeError, ValueError), match=r"field x is declared with .*init=False"):
        replace(edited, x=edited.x)
    with pytest.raises((TypeError, ValueError), match=r"field y is declared with .*init=False"):
        replace(edited, y=edited.y)


def test_comparing_edited_rows_does_not_go_over_them() -> None:
    data = dataset(np.arange(5000.0), np.arange(5000.0) ** 2)
    edited = Edits.of(data).add(1000, 2e5).data
    again = Edits.of(data).add(1000, 2e5).data
    assert edited == again != Edits.of(data).add(1000, 3e5).data
    assert len({edited, again, replace(edited, source="mine.csv")}) == 2
    assert "1000" not in repr(edited)
    for one in (edited, again):
        assert {"x", "y"}.isdisjoint(vars(one))
