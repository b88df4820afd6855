"""The least points of two losses that resist outliers: the absolute loss and the Huber loss.

Neither has a formula. A line with the least mean absolute error goes through two of the points, and
which two is decided by comparisons. These are made without rounding: both columns become whole
numbers of a small unit, and where floats can't tell the sign of a sum, Python's integers can.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.closed_form import closed_form, fit
from linreg_tui.core.errors import InputError
from linreg_tui.core.exact import exactly
from linreg_tui.core.moments import FloatArray, Moments

_WHOLE = 2.0**53
"""Below it, a float that stands for a whole number is exact."""

_DECIMAL_DIGITS = 1e15
"""Below it, a float stands for only one whole number of any decimal unit."""

_BITS = 500
"""Whole numbers have at most so many bits, so that the product of two is a float."""

_UNSURE = 2.0**-20
"""A difference that is smaller than this part of its terms is worked out in integers."""

_UNSURE_SUM = 2.0**-40
"""The same for a sum over rows, of which pairwise summation loses at most some 2^-47."""

_STRIDE, _FEW = 8, 2000
"""Of more rows than the second, each so many-th is fitted first, to know where to start."""

_NEAREST = 64
"""How many of the points that a turning line meets first are put in order at first."""

_TO_SIGMA = 1.4826
"""1 / Φ⁻¹(3/4): a normal distribution's standard deviation over its median absolute deviation."""

_NEGLIGIBLE = 1e-140
"""A δ below this part of the largest residual changes no digit of the line."""

_INSIDE = 1 - 1e-9
"""A residual below this part of δ is not on the edge of the parabola by rounding alone."""

_ROUNDING = 2.0**-54
"""Steps below this part of δ are lost in the rounding of residuals as large as δ."""

Exact = tuple[Fraction, Fraction]
"""Slope and intercept, not rounded."""


def least_absolute(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Slope and intercept of the line with the least mean absolute error, mean |y − m x − b|.

    It is a line through two points with different x. Of several that are equally good it is the one
    with the least mean squared error, then with the smaller slope, then with the smaller intercept.
    Only the result is rounded, so the order of the rows makes no difference. A column of numbers
    with at most 15 digits each is taken as the decimals that it shows, any other as its floats.

    `x` and `y` have shape (n,) and are finite, and x has at least two different values.

    Raises
    ------
    InputError
        If the slope or the intercept is too large for a number.

    Barrodale and Roberts, "An improved algorithm for discrete L1 linear approximation" (1973).
    """
    points = _Points.of(x, y)
    tied = _least(points).tied()
    best = tied[0] if len(tied) == 1 else min(tied, key=_Squares.of(points).rank)
    return points.rounded(best)


def least_huber(x: FloatArray, y: FloatArray, delta: float) -> tuple[float, float]:
    """Slope and intercept of the line with the least mean Huber loss.

    The loss of a residual r = y − m x − b is r²/2 if |r| ≤ δ, and δ (|r| − δ/2) beyond; `delta` is
    δ > 0, in units of y. If no residual of the least-squares line is beyond δ, it is that line. Of
    several lines that are equally good it is the one with the least mean squared error. There can
    be several only if the rows with |r| < δ are none, or all have the same x.

    `x` and `y` have shape (n,) and are finite, and x has at least two different values.

    Raises
    ------
    InputError
        As `fit` does, or if the slope or the intercept is too large for a number.

    Huber, "Robust estimation of a location parameter" (1964); Madsen and Nielsen, "Finite
    algorithms for robust linear regression" (1990).
    """
    moments = Moments.of(x, y)
    residual = (y - moments.mean_y) - closed_form(moments).slope * (x - moments.mean_x)
    if (np.abs(residual) <= delta).all():
        squares = fit(x, y)
        return squares.slope, squares.intercept
    points = _Points.of(x, y)
    line = _least(points)
    width = exactly(delta) / points.unit_y
    cell = line.cell()
    if cell is not None:
        # A loss of δ (|r| − δ/2) in each row is the least that there can be, if it can be had.
        best = cell.closest(_Squares.of(points), width)
        if best is not None:
            return points.rounded(best)
    return points.rounded(_bend(line, width))


def robust_scale(residuals: FloatArray) -> float:
    """Median absolute deviation of the residuals from their median, times 1.4826.

    For normal residuals it estimates the standard deviation, and outliers hardly move it. If more
    than half of the residuals are equal, the median deviation is 0. Then it is the mean absolute
    deviation from the median times √(π/2), which estimates the same; and if all residuals are
    equal, their absolute value. So it is 0 only if all residuals are.

    `residuals` has shape (n,), n at least 1, and are finite.

    Hampel, "The influence curve and its role in robust estimation" (1974); the mean in place of a
    median of 0: Iglewicz and Hoaglin, "How to detect and handle outliers" (1993).
    """
    middle = float(np.median(residuals))
    deviation = np.abs(residuals - middle)
    median, largest = float(np.median(deviation)), float(deviation.max())
    if median > 0:
        return _TO_SIGMA * median
    if largest > 0:
        # Of shares, since a mean of the smallest numbers would be rounded to 0.
        return math.sqrt(math.pi / 2) * float((deviation / largest).mean()) * largest
    return abs(middle)


@dataclass(frozen=True, eq=False)
class _Points:
    """The points as whole numbers u and v, both of shape (n,), with x = u unit_x, y = v unit_y."""

    u: FloatArray
    v: FloatArray
    unit_x: Fraction
    unit_y: Fraction

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> _Points:
        (u, unit_x), (v, unit_y) = _in_units(x), _in_units(y)
        return _Points(u, v, unit_x, unit_y)

    @cached_property
    def most(self) -> float:
        """At least the sum of the distances in u of all points from any of them."""
        return float(len(self.u) * (self.u.max() - self.u.min()))

    def some(self) -> _Points:
        """A few of them."""
        return replace(self, u=self.u[::_STRIDE], v=self.v[::_STRIDE])

    def balance(self, weight: FloatArray, pivot: int) -> float:
        """Σ w (u − u of the pivot) for weights w of −1, 0 or 1, shape (n,); its sign is exact."""
        total = float((weight * (self.u - self.u[pivot])).sum())
        if self.most < _WHOLE or abs(total) > _UNSURE_SUM * self.most:
            return total
        terms = zip(weight.tolist(), self.u.tolist(), strict=True)
        exact = sum(int(sign) * int(u) for sign, u in terms)
        return float(exact - int(weight.sum()) * int(self.u[pivot]))

    def rounded(self, line: Exact) -> tuple[float, float]:
        """A line of u and v, in the units of x and y."""
        slope, intercept = line
        try:
            return float(slope * self.unit_y / self.unit_x), float(intercept * self.unit_y)
        except OverflowError:
            raise InputError(
                "the slope is too large for a number; use larger units for y"
            ) from None


def _in_units(values: FloatArray) -> tuple[FloatArray, Fraction]:
    """The values as whole multiples of a unit, and that unit."""
    decimal = _in_decimals(values[:_NEAREST])
    if decimal is not None:
        decimal = _in_decimals(values)
    if decimal is not None:
        return decimal
    _, exponent = np.frexp(values[values != 0])
    # Of digits that a number of so many bits can't hold beside the largest, nothing would be seen.
    shift = min(53 - int(exponent.min()), _BITS - int(exponent.max()))
    return np.rint(np.ldexp(values, shift)), Fraction(2) ** -shift


def _in_decimals(values: FloatArray) -> tuple[FloatArray, Fraction] | None:
    """The same with a power of ten as the unit, if all have few enough digits."""
    largest = float(np.abs(values).max())
    for places in range(23):  # 10^22 is the last power of ten that is a float
        power = 10.0**places
        if largest * power >= _DECIMAL_DIGITS:
            break
        whole = np.rint(values * power)
        if (whole / power == values).all():
            return whole, Fraction(1, 10**places)
    return None


class _Line:
    """A line through two of the points that differ in u.

    `above` says how far each point is above the line, times `run`, the distance in u of the two
    points; `side` is its sign, which is exact. Both have shape (n,).

    The line turns about a point on it, the pivot; `way` is 1 if its slope rises and −1 if it falls.
    """

    def __init__(self, points: _Points, first: int, second: int) -> None:
        u, v = points.u, points.v
        if u[first] > u[second]:
            first, second = second, first
        self.points, self.first, self.second = points, first, second
        du, dv = u - u[first], v - v[first]
        self.run, rise = float(du[second]), float(dv[second])
        dv *= self.run
        du *= rise
        self.above = dv - du
        size = np.abs(dv, out=dv)
        size += np.abs(du, out=du)
        unsure = np.flatnonzero((np.abs(self.above) <= _UNSURE * size) & (size >= _WHOLE))
        self.above[unsure] = [float(exact) for exact in self.exactly_above(unsure)]
        self.side = np.sign(self.above)

    def exactly_above(self, rows: NDArray[np.intp]) -> list[int]:
        """What `above` holds of some rows, not rounded."""
        u, v = self.points.u, self.points.v
        u0, v0 = int(u[self.first]), int(v[self.first])
        run, rise = int(u[self.second]) - u0, int(v[self.second]) - v0
        places = zip(u[rows].tolist(), v[rows].tolist(), strict=True)
        return [(int(b) - v0) * run - (int(a) - u0) * rise for a, b in places]

    @property
    def exact(self) -> Exact:
        """Its slope and intercept, in u and v."""
        u, v = self.points.u, self.points.v
        u0, v0 = int(u[self.first]), int(v[self.first])
        slope = Fraction(int(v[self.second]) - v0, int(u[self.second]) - u0)
        return slope, v0 - slope * u0

    def change(self, pivot: int, way: int) -> float:
        """By how much Σ|residual| grows as the line begins to turn, for a change of slope of 1.

        Its sign is exact.
        """
        # A point on the line is left behind on either side.
        lever = self.points.u - self.points.u[pivot]
        return self.points.balance(
            np.where(self.side == 0, np.sign(lever), -way * self.side), pivot
        )

    def pivots(self, way: int) -> list[int]:
        """The points on the line about which Σ|residual| grows least: one, or two of the same."""
        rows = np.flatnonzero(self.side == 0)
        _, index, count = np.unique(self.points.u[rows], return_index=True, return_counts=True)
        # As the pivot moves to the right, `change` falls until so many points are left of it.
        passed, needed = np.cumsum(count), (len(rows) - way * self.side.sum()) / 2
        place = min(int(np.searchsorted(passed, needed)), len(index) - 1)
        both = bool(passed[place] == needed)
        return [int(row) for row in rows[index[place : place + 1 + both]]]

    def ahead(self, pivot: int, way: int) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
        """Which points the line will meet as it turns, how far from the pivot, and how soon.

        The second is a distance in u, the third a change of slope times `run`.
        """
        lever = self.points.u - self.points.u[pivot]
        rows = np.flatnonzero(way * self.side * lever > 0)
        lever = np.abs(lever[rows])
        return rows, lever, np.abs(self.above[rows]) / lever

    def next(self, pivot: int, way: int) -> _Line:
        """The line as it meets the first point, with no doubt which one is the first."""
        rows, _, turns = self.ahead(pivot, way)
        close = rows[turns <= (1 + _UNSURE) * turns.min()]
        u = self.points.u
        exact = [
            Fraction(abs(above), abs(int(a) - int(u[pivot])))
            for above, a in zip(self.exactly_above(close), u[close].tolist(), strict=True)
        ]
        return _Line(self.points, pivot, int(close[exact.index(min(exact))]))

    def turned(self, pivot: int, way: int, change: float) -> _Line:
        """The line turned as far as Σ|residual| falls; `change`, below 0, is how it begins."""
        rows, lever, turns = self.ahead(pivot, way)
        nearest = _NEAREST
        while True:
            order = np.arange(len(rows))
            if nearest < len(rows):
                order = np.argpartition(turns, nearest)[:nearest]
            order = order[np.argsort(turns[order])]
            rising = change + np.cumsum(2 * lever[order])
            if rising[-1] >= 0 or nearest >= len(rows):
                break
            nearest *= 16
        place = min(int(np.searchsorted(rising, 0.0)), len(order) - 1)
        line = _Line(self.points, pivot, int(rows[order[place]]))
        # Σ|residual| is convex: if it doesn't fall on the way back, it fell all the way to here.
        return line if line.change(pivot, -way) >= 0 else self.next(pivot, way)

    def flat(self) -> list[tuple[int, int]]:
        """The pivots and ways of turning that leave Σ|residual| as it is, if this is the least.

        None if the line is the only one; one if it is an end of a segment of lines, in the plane of
        slope and intercept; two if it is a corner of a polygon.
        """
        ways = ((pivot, way) for way in (1, -1) for pivot in self.pivots(way))
        return [(pivot, way) for pivot, way in ways if self.change(pivot, way) == 0]

    def cell(self) -> _Cell | None:
        """The lines that are as good as this one, which is the least, if they fill a polygon."""
        flat = self.flat()
        if len(flat) < 2:
            return None
        side = self.side.copy()
        u = self.points.u
        for row in np.flatnonzero(side == 0):
            # Where a point on this line is seen from a line within the polygon.
            turn = sum(way * (int(u[row]) - int(u[pivot])) for pivot, way in flat)
            side[row] = -1 if turn > 0 else 1
        above, below = side > 0, side < 0
        return _Cell(
            _lower_hull(u[above], self.points.v[above]),
            _lower_hull(-u[below], -self.points.v[below]),
        )

    def tied(self) -> list[Exact]:
        """All lines through two points that are as good as this one, which is the least."""
        flat = self.flat()
        if len(flat) == 1:
            return [self.exact, self.next(*flat[0]).exact]
        cell = self.cell()
        if cell is None:
            return [self.exact]
        upper, lower = cell.chains(Fraction(0))
        return list({*upper, *lower})


def _least(points: _Points) -> _Line:
    """A line with the least Σ|residual|.

    From a line through two points it goes on to a better one, by turning about one of the points
    on it, as long as there is one. Σ|residual| is convex and falls each time, so it comes to an
    end, and that is the least.
    """
    line = _Line(points, *_start(points))
    while True:
        turns = ((pivot, way) for way in (1, -1) for pivot in line.pivots(way))
        change, pivot, way = min((line.change(*turn), *turn) for turn in turns)
        if change >= 0:
            return line
        line = line.turned(pivot, way, change)


def _start(points: _Points) -> tuple[int, int]:
    """Two points to begin with: those of the best line of a few, or those farthest apart in u."""
    if len(points.u) > _FEW:
        few = points.some()
        if few.most > 0:
            line = _least(few)
            return _STRIDE * line.first, _STRIDE * line.second
    return int(points.u.argmin()), int(points.u.argmax())


@dataclass(frozen=True, slots=True)
class _Cell:
    """The lines below some points and above the others, which fill a polygon.

    `above` is the lower hull of the points that are above, and `below` that of the others after a
    half-turn of the plane about 0, which puts them above too.
    """

    above: list[tuple[int, int]]
    below: list[tuple[int, int]]

    def room(self, line: Exact) -> Fraction:
        """The distance of the nearest point from a line, in v; negative if it is on the wrong side."""
        slope, intercept = line
        return min(
            min(v - slope * u for u, v in self.above) - intercept,
            min(v - slope * u for u, v in self.below) + intercept,
        )

    def chains(self, width: Fraction) -> tuple[list[Exact], list[Exact]]:
        """The corners of the polygon of the lines that are at least `width` from all points, in v.

        One list has those that are just so far from a point above, the other of a point below, both
        in the order of their slopes; corners may be there twice. Empty if there is no such line.
        """
        upper: list[Exact] = []
        lower: list[Exact] = []
        above = below = 0
        previous: Fraction | None = None
        while True:
            (ua, va), (ub, vb) = self.above[above], self.below[below]
            # Of all lines of one slope, those between these two points are the ones with room.
            room, narrowing = va + vb - 2 * width, ua + ub
            slope_a, slope_b = _edge(self.above, above), _edge(self.below, below)
            slopes = [slope for slope in (slope_a, slope_b) if slope is not None]
            following = min(slopes, default=None)
            if narrowing:
                closed = Fraction(room) / narrowing
                if (previous is None or previous <= closed) and (
                    following is None or closed <= following
                ):
                    corner = closed, va - width - closed * ua
                    upper.append(corner)
                    lower.append(corner)
            if following is None:
                return upper, lower
            open_here = room >= following * narrowing
            if slope_a == following:
                if open_here:
                    upper.append((following, va - width - following * ua))
                above += 1
            else:
                if open_here:
                    lower.append((following, following * ub - vb + width))
                below += 1
            previous = following

    def closest(self, squares: _Squares, width: Fraction) -> Exact | None:
        """The line with the least squared error of those at least `width` from all points, in v."""
        if self.room(squares.least) >= width:
            return squares.least
        chains = self.chains(width)
        ends = [squares.between(*pair) for chain in chains for pair in pairwise(chain)]
        return min((*chains[0], *chains[1], *ends), key=squares.rank, default=None)


def _edge(hull: list[tuple[int, int]], place: int) -> Fraction | None:
    """The slope from a corner of a hull to the next, if there is one."""
    if place + 1 == len(hull):
        return None
    (u0, v0), (u1, v1) = hull[place], hull[place + 1]
    return Fraction(v1 - v0, u1 - u0)


def _lower_hull(u: FloatArray, v: FloatArray) -> list[tuple[int, int]]:
    """The corners of the points' convex hull that are seen from below, from left to right.

    Andrew, "Another efficient algorithm for convex hulls in two dimensions" (1979).
    """
    order = np.lexsort((v, u))
    u, v = u[order], v[order]
    lowest = np.append(True, np.diff(u) > 0)
    hull: list[tuple[int, int]] = []
    for a, b in zip(u[lowest].tolist(), v[lowest].tolist(), strict=True):
        point = int(a), int(b)
        while len(hull) > 1:
            (u0, v0), (u1, v1) = hull[-2:]
            if (v1 - v0) * (point[0] - u0) < (point[1] - v0) * (u1 - u0):
                break
            hull.pop()
        hull.append(point)
    return hull


@dataclass(frozen=True, slots=True)
class _Squares:
    """The squared error of lines, of which it needs n, Σu, Σu² and the line with the least."""

    n: int
    u: int
    uu: int
    least: Exact

    @staticmethod
    def of(points: _Points) -> _Squares:
        us, vs = ([int(value) for value in column.tolist()] for column in (points.u, points.v))
        n, u, v = len(us), sum(us), sum(vs)
        uu = sum(a * a for a in us)
        uv = sum(a * b for a, b in zip(us, vs, strict=True))
        slope = Fraction(n * uv - u * v, n * uu - u * u)
        return _Squares(n, u, uu, (slope, (v - slope * u) / n))

    def _product(self, one: Exact, other: Exact) -> Fraction:
        """Σ(m u + b)(m' u + b'), of two lines."""
        (m, b), (k, c) = one, other
        return m * k * self.uu + (m * c + b * k) * self.u + b * c * self.n

    def rank(self, line: Exact) -> tuple[Fraction, Fraction, Fraction]:
        """How good a line is: how much its squared error exceeds the least, slope and intercept."""
        off = line[0] - self.least[0], line[1] - self.least[1]
        return self._product(off, off), *line

    def between(self, one: Exact, other: Exact) -> Exact:
        """The line with the least squared error on the segment from one to another."""
        step = other[0] - one[0], other[1] - one[1]
        if not any(step):
            return one
        missing = self.least[0] - one[0], self.least[1] - one[1]
        share = self._product(missing, step) / self._product(step, step)
        share = min(max(share, Fraction(0)), Fraction(1))
        return one[0] + share * step[0], one[1] + share * step[1]


def _bend(line: _Line, width: Fraction) -> Exact:
    """The line with the least Huber loss, δ being `width`, found from the least absolute one."""
    points = line.points
    centre, reach = float(np.rint(points.u.mean())), float(points.u.max() - points.u.min())
    residual, lever = line.above / line.run, (points.u - centre) / reach
    # In multiples of δ.
    delta = max(float(width), _NEGLIGIBLE * float(np.abs(residual).max()))
    residual /= delta
    level, tilt = _descend(residual, lever)
    left = residual - (level + tilt * lever)
    side = np.where(np.abs(left) < _INSIDE, 0.0, np.sign(left))
    inside = np.flatnonzero(side == 0)
    if len(inside) and (points.u[inside] == points.u[inside[0]]).all():
        # Turning about the rows inside changes no loss there, and maybe in sum none elsewhere.
        pivot = int(inside[0])
        if points.balance(side, pivot) == 0:
            free = _free_turn(left, lever - lever[pivot], side)
            level, tilt = level - free * lever[pivot], tilt + free
    rise, turn = Fraction(level) * Fraction(delta), Fraction(tilt / reach) * Fraction(delta)
    slope, intercept = line.exact
    return slope + turn, intercept + rise - turn * int(centre)


def _descend(residual: FloatArray, lever: FloatArray) -> tuple[float, float]:
    """The level and the tilt with the least Huber loss of r = residual − level − tilt·lever, δ = 1.

    Newton's method: the loss is a parabola as long as the same rows are inside δ.
    """
    level = tilt = 0.0
    best = level, tilt
    least_loss = least_pull = math.inf
    while True:
        left = residual - (level + tilt * lever)
        pull = np.clip(left, -1, 1)
        loss = float((pull * (left - pull / 2)).sum())
        steepness = math.hypot(pull.sum(), (pull * lever).sum())
        # Close to the least point all losses are equal but for rounding; their slopes are not.
        if not (loss < least_loss or steepness < least_pull / 2):
            return best
        if steepness < least_pull:
            best = level, tilt
        least_loss, least_pull = min(loss, least_loss), min(steepness, least_pull)
        if steepness == 0:
            return best
        size = np.abs(left)
        weight = (size < 1).astype(np.float64)
        arms = lever[size < 1]
        if not len(arms) or arms.min() == arms.max():
            # No parabola, or a trough. The weights of the rows beyond δ make a bowl of it.
            weight += 1e-6 / np.maximum(size, 1)
        total = weight.sum()
        centre = (weight * lever).sum() / total
        arm = lever - centre
        rise = pull.sum() / total
        turn = (pull * arm).sum() / (weight * arm * arm).sum()
        share = _share(left, rise + turn * arm)
        level += share * float(rise - turn * centre)
        tilt += share * float(turn)


def _share(left: FloatArray, step: FloatArray) -> float:
    """How much of a step leads down to where the slope of the Huber loss is a tenth, or less."""
    low, high, share = 0.0, math.inf, 1.0
    start, longest = float((np.clip(left, -1, 1) * step).sum()), float(np.abs(step).max())
    while True:
        moved = left - share * step
        falling = float((np.clip(moved, -1, 1) * step).sum())
        if abs(falling) <= start / 10 or share * longest < _ROUNDING:
            return share
        low, high = (share, high) if falling > 0 else (low, share)
        inside = step[np.abs(moved) < 1]
        curvature = float((inside * inside).sum())
        following = share + falling / curvature if curvature > 0 else math.nan
        if not low < following < high:
            following = (low + high) / 2 if high < math.inf else 8 * share
        share = following


def _free_turn(left: FloatArray, lever: FloatArray, side: FloatArray) -> float:
    """The turn that makes the squared error least and lets no row come inside δ = 1."""
    best = float((left * lever).sum() / (lever * lever).sum())
    towards = side * lever
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = np.maximum(side * left - 1, 0) / towards
    most = turns[towards > 0].min(initial=math.inf)
    least = turns[towards < 0].max(initial=-math.inf)
    return float(min(max(best, least), most))
