"""Frozen dataclasses that hold arrays are compared, hashed and replaced like any other."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass, replace
from typing import Any

import numpy as np
import pytest

import linreg_tui.core
from linreg_tui.core.by_value import ByValue
from linreg_tui.core.closed_form import sums_of
from linreg_tui.core.dataset import Dataset, Whole
from linreg_tui.core.diagnostics import diagnose
from linreg_tui.core.edits import Edits
from linreg_tui.core.examples import bundled
from linreg_tui.core.history import Thinner
from linreg_tui.core.losses import Absolute
from linreg_tui.core.moments import Moments
from linreg_tui.core.parallel import Round, share
from linreg_tui.core.reading.streaming import RunningFit
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.sketch import Density
from linreg_tui.core.step_detail import step_detail
from linreg_tui.core.summary import histogram, summary

ROWS = np.arange(64)


def _whole(data: Dataset) -> Whole:
    running = RunningFit((90.0, 30_000.0))
    running.add(data.x, data.y)
    return Whole(sums_of(data.x, data.y), running.residuals, Density.of(data.x, data.y))


def _curve(data: Dataset) -> object:
    thinner = Thinner(16)
    thinner.extend(data.y)
    return thinner.curve()


def _step(data: Dataset) -> object:
    run = Run(data, Settings(batch_size=64, epochs=1))
    run.advance(2)
    return step_detail(run, 2)


MADE: dict[str, Callable[[Dataset], Any]] = {
    "data set": lambda data: data,
    "edited data set": lambda data: Edits.of(data).add(1000, 2e5).remove(3).data,
    "edits": lambda data: Edits.of(data).move(3, 1000, 2e5),
    "split": lambda data: data.split(0.25, 0),
    "all rows of a file": _whole,
    "rows of a file": lambda data: replace(data, whole=_whole(data)),
    "density": lambda data: Density.of(data.x, data.y),
    "moments of batches": lambda data: data.batches.moments(ROWS.reshape(4, 16)),
    "optimum": lambda data: data.optimum(Absolute()),
    "curve": _curve,
    "step": _step,
    "diagnostics": lambda data: diagnose(data.line, data.x, data.y),
    "histogram": lambda data: histogram(data.y, summary(data.y)),
    "share": lambda data: replace(share(data, ROWS), seconds=0.0),
    "round": lambda data: Round((replace(share(data, ROWS), seconds=0.0),), 1.0, 0.5),
}
each = pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())


@each
def test_objects_made_from_the_same_rows_are_equal(make: Callable[[Dataset], Any]) -> None:
    one, other = make(bundled()), make(bundled())
    assert one is not other
    assert one == other
    assert hash(one) == hash(other)
    assert {one: "found"}[other] == "found"


@each
def test_one_number_makes_a_difference(houses: Dataset, make: Callable[[Dataset], Any]) -> None:
    y = houses.y.copy()
    y[7] *= 10
    assert make(houses) != make(replace(houses, y=y))


@each
def test_a_copy_is_equal(houses: Dataset, make: Callable[[Dataset], Any]) -> None:
    one = make(houses)
    for copy in (replace(one), pickle.loads(pickle.dumps(one))):
        assert copy is not one
        assert copy == one
        assert hash(copy) == hash(one)


@pytest.mark.parametrize("other", [3, "rows", None, Moments.of(np.ones(3), np.ones(3))])
def test_objects_of_different_types_are_not_equal(houses: Dataset, other: object) -> None:
    assert houses != other
    assert other != houses


def test_arrays_of_another_shape_are_not_equal() -> None:
    one = Moments(2, np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1))
    for mean_x in (np.zeros(2), np.zeros((1, 1)), np.ones(1)):
        assert one != replace(one, mean_x=mean_x)
    assert one == replace(one, mean_x=np.zeros(1))
    number: Moments[Any] = Moments(2, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert one != number
    assert number != one
    assert number == Moments(2, 0.0, 0.0, 0.0, 0.0, 0.0)


def _subclasses(kind: type[ByValue]) -> Iterator[type[ByValue]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def test_no_dataclass_overrides_this_comparison() -> None:
    for module in pkgutil.walk_packages(linreg_tui.core.__path__, "linreg_tui.core."):
        importlib.import_module(module.name)
    found = set(_subclasses(ByValue))
    assert len(found) >= 9
    for kind in found:
        assert is_dataclass(kind), kind
        assert kind.__eq__ is ByValue.__eq__, kind
        assert kind.__hash__ is ByValue.__hash__, kind
