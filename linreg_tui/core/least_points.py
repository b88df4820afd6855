"""The best lines for two losses that resist outliers: the absolute loss and the Huber loss.

Neither line has a formula. The line with the least mean absolute error goes through two of the
points, and comparisons of sums show which two. No comparison is left to rounding: both columns
become whole numbers of a small unit, and if floats can't settle the sign of a sum, Python's
integers do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import count, pairwise

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.closed_form import fit
from linreg_tui.core.errors import InputError
from linreg_tui.core.exact import exactly
from linreg_tui.core.moments import FloatArray, Moments

_WHOLE = 2.0**53
"""Below this, floats hold whole numbers, and their sums and products, without rounding."""

_FIFTEEN_DIGITS = 1e15
"""Whole numbers below this, divided by a power of ten, are all different floats."""

_BITS = 480
"""The length of the longest whole numbers; sums of their products are still floats."""

_UNSURE = 2.0**-20
"""A difference smaller than this, relative to its terms, is worked out again in integers."""

_UNSURE_SUM = 2.0**-40
"""The same for a sum over rows; pairwise summation is off by 2^-47 at most."""

_STRIDE, _FEW_ROWS = 8, 2000
"""With more rows than `_FEW_ROWS`, the search starts from the best line of one row in `_STRIDE`."""

_NEAREST = 64
"""The number of rows to sort at first, of those that a turning line will meet."""

_INSIDE = 1 - 1e-9
"""A residual up to this, in multiples of δ, is below δ, whatever rounding did to it."""

_ROUNDING = 2.0**-50
"""A sum smaller than this, relative to its terms, may be nothing but rounding errors."""

_NEGLIGIBLE = 1e-140
"""A smaller δ, relative to the largest residual, gives the same line in all digits."""

_Exact = tuple[Fraction, Fraction]
"""Slope and intercept of a line, not rounded."""


def least_absolute(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Return slope and intercept of the line with the least mean absolute error, |y − m x − b|.

    The line goes through two points with different x. If several such lines are equally good, it is
    the one with the least mean squared error, then the smaller slope, then the smaller intercept.
    Only the results are rounded, so the order of the rows makes no difference.

    If 15 digits are enough to write a column, all numbers with the same count of decimals, the
    numbers are those decimals. Otherwise they are the exact values of the floats.

    `x` and `y` have shape (n,) and are finite; x has at least two different values.

    Raises
    ------
    InputError
        If the slope or the intercept is too large for a number.

    Barrodale and Roberts, "An improved algorithm for discrete L1 linear approximation" (1973).
    """
    points = _Points.of(x, y)
    ties = _least(points).ties()
    best = ties[0] if len(ties) == 1 else min(ties, key=_Squares.of(points).rank)
    return points.rounded(best)


def least_huber(x: FloatArray, y: FloatArray, delta: float) -> tuple[float, float]:
    """Return slope and intercept of the line with the least mean Huber loss.

    The loss of a residual r = y − m x − b is r²/2 if |r| ≤ δ, and δ (|r| − δ/2) otherwise. If the
    least-squares line leaves no residual beyond δ, the result is that line. If several lines are
    equally good, it is the one with the least mean squared error. That can only happen if no row
    has |r| < δ, or if all rows that do have the same x.

    `x` and `y` have shape (n,) and are finite; x has at least two different values. `delta` is δ,
    finite and above 0, in units of y.

    Raises
    ------
    InputError
        If the slope or the intercept is too large for a number, or as `fit` does.

    Huber, "Robust estimation of a location parameter" (1964); Madsen and Nielsen, "Finite
    algorithms for robust linear regression" (1990).
    """
    points = _Points.of(x, y)
    width = exactly(delta) / points.unit_y
    moments = Moments.of(points.u, points.v)
    slope = moments.sxy / moments.sxx
    residual = (points.v - moments.mean_y) - slope * (points.u - moments.mean_x)
    if float(np.abs(residual).max()) <= width:
        line = fit(x, y)
        return line.slope, line.intercept
    start = _least(points)
    cell = start.cell()
    if cell is not None:
        # No loss is below δ (|r| − δ/2). Lines with no residual below δ have this loss in every
        # row, so the best of them are those with the least Σ|r|.
        best = cell.closest(_Squares.of(points), width)
        if best is not None:
            return points.rounded(best)
    return points.rounded(_huber_line(start, width))


def robust_scale(residuals: FloatArray) -> float:
    """Return the median absolute deviation of the residuals from their median, times 1.4826.

    It estimates the standard deviation of normal residuals, and a few outliers hardly change it.
    The deviation is 0 if more than half of the residuals are equal. Then the result is their mean
    absolute deviation from the median, times √(π/2), which estimates the same. If all are equal,
    the result is their absolute value. So it is 0 only if all residuals are 0.

    `residuals` has shape (n,), n at least 1, and is finite.

    Hampel, "The influence curve and its role in robust estimation" (1974); with the mean, Iglewicz
    and Hoaglin, "How to detect and handle outliers" (1993).
    """
    centre = float(np.median(residuals))
    deviation = np.abs(residuals - centre)
    median, largest = float(np.median(deviation)), float(deviation.max())
    if median > 0:
        return 1.4826 * median
    if largest > 0:
        # The mean of the smallest floats is rounded to 0.
        return max(math.sqrt(math.pi / 2) * float(deviation.mean()), math.ulp(0.0))
    return abs(centre)


@dataclass(frozen=True, eq=False)
class _Points:
    """The rows as whole numbers u and v, both of shape (n,): x = u unit_x and y = v unit_y."""

    u: FloatArray
    v: FloatArray
    unit_x: Fraction
    unit_y: Fraction

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> _Points:
        (u, unit_x), (v, unit_y) = _in_units(x), _in_units(y)
        return _Points(u, v, unit_x, unit_y)

    @cached_property
    def bound(self) -> float:
        """n times the range of u: no sum over the rows of distances in u exceeds it."""
        return float(len(self.u) * (self.u.max() - self.u.min()))

    def sample(self) -> _Points:
        """Return one row in `_STRIDE`."""
        return replace(self, u=self.u[::_STRIDE], v=self.v[::_STRIDE])

    def balance(self, weight: FloatArray, pivot: int) -> float:
        """Return Σ w (u − u of row `pivot`), with its exact sign; w is −1, 0 or 1, shape (n,)."""
        total = float((weight * (self.u - self.u[pivot])).sum())
        if self.bound < _WHOLE or abs(total) > _UNSURE_SUM * self.bound:
            return total
        terms = zip(weight.tolist(), self.u.tolist(), strict=True)
        exact = sum(int(w) * int(u) for w, u in terms)
        return float(exact - int(weight.sum()) * int(self.u[pivot]))

    def rounded(self, line: _Exact) -> tuple[float, float]:
        """Convert slope and intercept of a line from u and v to the units of x and y."""
        slope, intercept = line
        try:
            return float(slope * self.unit_y / self.unit_x), float(intercept * self.unit_y)
        except OverflowError:
            message = "the slope is too large for a number; use larger units for y"
            raise InputError(message) from None


def _in_units(values: FloatArray) -> tuple[FloatArray, Fraction]:
    """Return the values as multiples of a unit, and the unit: a power of ten, or else of two."""
    # Try a few values first, because they show quickly that a column has too many digits.
    if _in_decimals(values[:_NEAREST]) is not None:
        decimals = _in_decimals(values)
        if decimals is not None:
            return decimals
    _, exponent = np.frexp(values[values != 0])
    # If sizes differ by more than that, the loss is 2^-480 of the largest value.
    shift = min(53 - int(exponent.min()), _BITS - int(exponent.max()))
    return np.rint(np.ldexp(values, shift)), Fraction(2) ** -shift


def _in_decimals(values: FloatArray) -> tuple[FloatArray, Fraction] | None:
    """Return the values as multiples of a power of ten, and the power; None beyond 15 digits."""
    largest = float(np.abs(values).max())
    for places in range(23):  # 10^22 is the last power of ten that is a float
        power = 10.0**places
        if largest * power >= _FIFTEEN_DIGITS:
            break
        whole = np.rint(values * power)
        if (whole / power == values).all():
            return whole, Fraction(1, 10**places)
    return None


class _Line:
    """A line through two points with different u.

    `above` is how far each row is above the line, times `run`, the distance in u of the two points;
    `side` is its sign, which is exact. Both have shape (n,). `on` are the rows on the line.

    A line turns about a row on it, the pivot. `way` is 1 if its slope rises, and −1 if it falls.
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
        self.on = np.flatnonzero(self.side == 0)

    def exactly_above(self, rows: NDArray[np.intp]) -> list[int]:
        """Return `above` for some rows, not rounded."""
        u, v = self.points.u, self.points.v
        u0, v0 = int(u[self.first]), int(v[self.first])
        run, rise = int(u[self.second]) - u0, int(v[self.second]) - v0
        places = zip(u[rows].tolist(), v[rows].tolist(), strict=True)
        return [(int(b) - v0) * run - (int(a) - u0) * rise for a, b in places]

    @property
    def exact(self) -> _Exact:
        """Its slope and intercept, in u and v."""
        u, v = self.points.u, self.points.v
        u0, v0 = int(u[self.first]), int(v[self.first])
        slope = Fraction(int(v[self.second]) - v0, int(u[self.second]) - u0)
        return slope, v0 - slope * u0

    def change(self, pivot: int, way: int) -> float:
        """Return the derivative of Σ|residual| by the slope, turning `way`; its sign is exact."""
        weight = -way * self.side
        # Rows on the line leave it as soon as it turns, on either side.
        weight[self.on] = np.sign(self.points.u[self.on] - self.points.u[pivot])
        return self.points.balance(weight, pivot)

    def pivots(self, way: int) -> list[int]:
        """Return the rows about which `change` is least: one, or two if both are equal."""
        _, index, count = np.unique(self.points.u[self.on], return_index=True, return_counts=True)
        # The further right the pivot is, the less the change, until so many rows are left of it.
        passed, needed = np.cumsum(count), (len(self.on) - way * self.side.sum()) / 2
        place = min(int(np.searchsorted(passed, needed)), len(index) - 1)
        both = bool(passed[place] == needed)
        return [int(row) for row in self.on[index[place : place + 1 + both]]]

    def ahead(self, pivot: int, way: int) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
        """Return the rows that the line will meet, their distances in u from the pivot, and turns.

        A turn is the change of slope until the line meets the row, times `run`.
        """
        lever = self.points.u - self.points.u[pivot]
        rows = np.flatnonzero(way * self.side * lever > 0)
        lever = np.abs(lever[rows])
        return rows, lever, np.abs(self.above[rows]) / lever

    def next(self, pivot: int, way: int) -> _Line:
        """Return the line turned to the first row that it meets, found without rounding."""
        rows, _, turns = self.ahead(pivot, way)
        close = rows[turns <= (1 + _UNSURE) * turns.min()]
        u = self.points.u
        exact = [
            Fraction(abs(above), abs(int(a) - int(u[pivot])))
            for above, a in zip(self.exactly_above(close), u[close].tolist(), strict=True)
        ]
        return _Line(self.points, pivot, int(close[exact.index(min(exact))]))

    def jump(self, pivot: int, way: int, change: float) -> _Line:
        """Return the line turned to where Σ|residual| stops falling, or nearly so.

        `change` is the derivative at the start, which is below 0.
        """
        rows, lever, turns = self.ahead(pivot, way)
        nearest = _NEAREST
        while True:
            order = np.arange(len(rows))
            if nearest < len(rows):
                order = np.argpartition(turns, nearest)[:nearest]
            order = order[np.argsort(turns[order])]
            # Each row adds twice its distance to the derivative, so this is a weighted median.
            derivative = change + np.cumsum(2 * lever[order])
            if derivative[-1] >= 0 or nearest >= len(rows):
                break
            nearest *= 16
        place = min(int(np.searchsorted(derivative, 0.0)), len(order) - 1)
        return _Line(self.points, pivot, int(rows[order[place]]))

    def better(self, pivot: int, way: int, change: float) -> _Line:
        """Return a line with a truly smaller Σ|residual|; the arguments are those of `jump`."""
        line = self.jump(pivot, way, change)
        overshot = line.change(pivot, -way)
        if overshot < 0:
            # From far away, rounding hides which of two rows comes first. From here it doesn't.
            line = line.jump(pivot, -way, overshot)
            if way * line.exact[0] <= way * self.exact[0] or line.change(pivot, -way) < 0:
                return self.next(pivot, way)
        # Σ|residual| is convex: it falls from this line on, and doesn't rise before the new one.
        return line

    @cached_property
    def flat(self) -> list[tuple[int, int]]:
        """For a line with the least Σ|residual|, the pivots and ways to other such lines.

        In the plane of slope and intercept, the line is the only one if there are no pivots, the
        end of a segment of such lines if there is one, and the corner of a polygon if there are
        two.
        """
        turns = ((pivot, way) for way in (1, -1) for pivot in self.pivots(way))
        return [(pivot, way) for pivot, way in turns if self.change(pivot, way) == 0]

    def cell(self) -> _Cell | None:
        """Return the polygon of all lines with the least Σ|residual|, if this is a corner of it."""
        if len(self.flat) < 2:
            return None
        u, v, side = self.points.u, self.points.v, self.side.copy()
        for row in self.on:
            # Halfway between the two ways, the line is inside.
            rise = sum(way * (int(u[row]) - int(u[pivot])) for pivot, way in self.flat)
            side[row] = -1 if rise > 0 else 1
        above, below = side > 0, side < 0
        return _Cell(_lower_hull(u[above], v[above]), _lower_hull(-u[below], -v[below]))

    def ties(self) -> list[_Exact]:
        """Return all lines through two points with the least Σ|residual|, if this is one."""
        if len(self.flat) == 1:
            return [self.exact, self.next(*self.flat[0]).exact]
        cell = self.cell()
        if cell is None:
            return [self.exact]
        upper, lower = cell.corners(Fraction(0))
        return list({*upper, *lower})


def _least(points: _Points) -> _Line:
    """Return a line with the least Σ|residual|.

    The sum is convex and piecewise linear in slope and intercept. If it can fall, it falls along an
    edge, on which the line turns about one row. Each line is better than the one before, so the
    search ends. If no edge leads down, no other direction does.
    """
    line = _Line(points, *_start(points))
    while True:
        turns = ((pivot, way) for way in (1, -1) for pivot in line.pivots(way))
        change, pivot, way = min((line.change(*turn), *turn) for turn in turns)
        if change >= 0:
            return line
        line = line.better(pivot, way, change)


def _start(points: _Points) -> tuple[int, int]:
    """Return two rows to start from: those of a sample's best line, or the furthest apart in u."""
    if len(points.u) > _FEW_ROWS:
        sample = points.sample()
        if sample.bound > 0:
            line = _least(sample)
            return _STRIDE * line.first, _STRIDE * line.second
    return int(points.u.argmin()), int(points.u.argmax())


@dataclass(frozen=True, slots=True)
class _Cell:
    """The lines between two sets of points, which fill a polygon of slopes and intercepts.

    `above` are the corners of the lower hull of the upper set. `below` are those of the other set
    after half a turn of the plane about 0, so that they are above the turned line too.
    """

    above: list[tuple[int, int]]
    below: list[tuple[int, int]]

    def room(self, line: _Exact) -> Fraction:
        """Return the least distance, in v, of the points above and below from a line."""
        slope, intercept = line
        return min(
            min(v - slope * u for u, v in self.above) - intercept,
            min(v - slope * u for u, v in self.below) + intercept,
        )

    def corners(self, width: Fraction) -> tuple[list[_Exact], list[_Exact]]:
        """Return the corners of the polygon of lines with at least `width` of room.

        They are those of its upper and of its lower side, each in the order of their slopes, and
        empty if there is no such line. A corner may come twice.
        """
        upper: list[_Exact] = []
        lower: list[_Exact] = []
        above = below = 0
        last: Fraction | None = None
        while True:
            # For lines of one slope, these two points leave the room: room − slope·narrowing.
            (ua, va), (ub, vb) = self.above[above], self.below[below]
            room, narrowing = va + vb - 2 * width, ua + ub
            # From some slope on, the next point of a hull takes over.
            edge_above, edge_below = _edge(self.above, above), _edge(self.below, below)
            edges = [edge for edge in (edge_above, edge_below) if edge is not None]
            slope = min(edges, default=None)
            if narrowing:
                end = Fraction(room) / narrowing
                if (last is None or last <= end) and (slope is None or end <= slope):
                    upper.append((end, va - width - end * ua))
                    lower.append(upper[-1])
            if slope is None:
                return upper, lower
            fits = room >= slope * narrowing
            if slope == edge_above:
                above += 1
                if fits:
                    upper.append((slope, va - width - slope * ua))
            else:
                below += 1
                if fits:
                    lower.append((slope, slope * ub - vb + width))
            last = slope

    def closest(self, squares: _Squares, width: Fraction) -> _Exact | None:
        """Return the line with the least squared error of those with `width` of room, if any."""
        if self.room(squares.least) >= width:
            return squares.least
        sides = self.corners(width)
        edges = [squares.between(*ends) for side in sides for ends in pairwise(side)]
        return min((*sides[0], *edges), key=squares.rank, default=None)


def _edge(hull: list[tuple[int, int]], place: int) -> Fraction | None:
    """Return the slope from a corner of a hull to the next, if there is one."""
    if place + 1 == len(hull):
        return None
    (u0, v0), (u1, v1) = hull[place], hull[place + 1]
    return Fraction(v1 - v0, u1 - u0)


def _lower_hull(u: FloatArray, v: FloatArray) -> list[tuple[int, int]]:
    """Return the corners of the lower side of the points' convex hull, from left to right.

    Andrew, "Another efficient algorithm for convex hulls in two dimensions" (1979).
    """
    order = np.lexsort((v, u))
    u, v = u[order], v[order]
    lowest = np.append(True, np.diff(u) > 0)
    hull: list[tuple[int, int]] = []
    for a, b in zip(u[lowest].tolist(), v[lowest].tolist(), strict=True):
        u2, v2 = int(a), int(b)
        while len(hull) > 1:
            (u0, v0), (u1, v1) = hull[-2:]
            if (v1 - v0) * (u2 - u0) < (v2 - v0) * (u1 - u0):
                break
            hull.pop()
        hull.append((u2, v2))
    return hull


@dataclass(frozen=True, slots=True)
class _Squares:
    """n, Σu, Σu² and the least-squares line, which give the squared error of any line."""

    n: int
    u: int
    uu: int
    least: _Exact

    @staticmethod
    def of(points: _Points) -> _Squares:
        us, vs = ([int(value) for value in column.tolist()] for column in (points.u, points.v))
        n, u, v = len(us), sum(us), sum(vs)
        uu = sum(a * a for a in us)
        uv = sum(a * b for a, b in zip(us, vs, strict=True))
        slope = Fraction(n * uv - u * v, n * uu - u * u)
        return _Squares(n, u, uu, (slope, (v - slope * u) / n))

    def product(self, one: _Exact, other: _Exact) -> Fraction:
        """Return Σ (m u + b)(m' u + b') of two lines, over the rows."""
        (m, b), (k, c) = one, other
        return m * k * self.uu + (m * c + b * k) * self.u + b * c * self.n

    def rank(self, line: _Exact) -> tuple[Fraction, Fraction, Fraction]:
        """Return a line's squared error above the least one, its slope and its intercept."""
        off = line[0] - self.least[0], line[1] - self.least[1]
        return self.product(off, off), *line

    def between(self, one: _Exact, other: _Exact) -> _Exact:
        """Return the line with the least squared error on the segment between two lines."""
        step = other[0] - one[0], other[1] - one[1]
        if not any(step):
            return one
        missing = self.least[0] - one[0], self.least[1] - one[1]
        share = self.product(missing, step) / self.product(step, step)
        share = min(max(share, Fraction(0)), Fraction(1))
        return one[0] + share * step[0], one[1] + share * step[1]


def _huber_line(start: _Line, width: Fraction) -> _Exact:
    """Return the line with the least Huber loss; δ is `width`, and the search begins at `start`."""
    points = start.points
    centre, span = float(np.rint(points.u.mean())), float(points.u.max() - points.u.min())
    lever, residual = (points.u - centre) / span, start.above / start.run
    # From here on in multiples of δ.
    delta = max(float(width), _NEGLIGIBLE * float(np.abs(residual).max()))
    residual /= delta
    rise, tilt = _newton(residual, lever)
    slope, intercept = start.exact
    turn = Fraction(tilt / span) * Fraction(delta)
    slope += turn
    intercept += Fraction(rise) * Fraction(delta) - turn * int(centre)
    residual -= rise + tilt * lever
    side = np.where(np.abs(residual) < _INSIDE, 0.0, np.sign(residual))
    inside = np.flatnonzero(side == 0)
    if len(inside) and np.ptp(points.u[inside]) == 0:
        # Turning about these rows doesn't change their losses. If the sum of the others doesn't
        # change either, many lines are equally good.
        pivot = int(inside[0])
        if points.balance(side, pivot) == 0:
            tilt = _free_turn(residual, lever - lever[pivot], side)
            turn = Fraction(tilt / span) * Fraction(delta)
            slope += turn
            intercept -= turn * int(points.u[pivot])
    return slope, intercept


def _newton(residual: FloatArray, lever: FloatArray) -> tuple[float, float]:
    """Return the rise and tilt with the least Huber loss of residual − rise − tilt·lever, δ = 1."""
    rise = tilt = 0.0
    best = rise, tilt
    least_loss = least_steepness = math.inf
    while True:
        left = residual - (rise + tilt * lever)
        influence = np.clip(left, -1, 1)
        loss = float((influence * (left - influence / 2)).sum())
        steepness = math.hypot(influence.sum(), (influence * lever).sum())
        # Close to the least point, losses differ only by rounding errors, but gradients still help.
        if not (loss < least_loss or steepness < least_steepness / 2):
            return best
        if steepness < least_steepness:
            best = rise, tilt
        if steepness == 0:
            return best
        least_loss, least_steepness = min(loss, least_loss), min(steepness, least_steepness)
        size = np.abs(left)
        weight = (size < 1).astype(np.float64)
        arms = lever[size < 1]
        if not len(arms) or arms.min() == arms.max():
            # The rows inside δ don't curve the loss in every direction; add a little of the others.
            weight += 1e-6 / np.maximum(size, 1)
        # With levers measured from their weighted mean, rise and tilt are independent.
        total = weight.sum()
        mean = (weight * lever).sum() / total
        arm = lever - mean
        up = float(influence.sum() / total)
        turn = float((influence * arm).sum() / (weight * arm * arm).sum())
        length = _step_length(left, up + turn * arm)
        rise += length * (up - turn * float(mean))
        tilt += length * turn


def _step_length(residual: FloatArray, step: FloatArray) -> float:
    """Return how much of a step to take, so that the loss along it is at most a tenth as steep."""
    terms = np.clip(residual, -1, 1) * step
    start = float(terms.sum())
    low, high, length = 0.0, math.inf, 1.0
    if start <= _ROUNDING * float(np.abs(terms).sum()):
        return length
    for trial in count(1):
        left = residual - length * step
        descent = float((np.clip(left, -1, 1) * step).sum())
        if abs(descent) <= start / 10:
            break
        low, high = (length, high) if descent > 0 else (low, length)
        bending = step[np.abs(left) < 1]
        curvature = float((bending * bending).sum())
        following = length + descent / curvature if curvature > 0 else math.nan
        # Newton's method along the step, and bisection if that leaves the interval or is slow.
        if trial % 4 == 0 or not low < following < high:
            following = (low + high) / 2 if high < math.inf else 8 * length
        if following in (low, high):
            break
        length = following
    return length


def _free_turn(residual: FloatArray, lever: FloatArray, side: FloatArray) -> float:
    """Return the turn with the least squared error that brings no row inside δ = 1."""
    best = float((residual * lever).sum() / (lever * lever).sum())
    approach = side * lever
    left, right = approach < 0, approach > 0
    room = np.maximum(side * residual - 1, 0)
    least = (room[left] / approach[left]).max(initial=-math.inf)
    most = (room[right] / approach[right]).min(initial=math.inf)
    return float(min(max(best, least), most))
