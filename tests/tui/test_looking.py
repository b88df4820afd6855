"""The joint plot, the table and the views of the closed form, as a person has checked them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg_tui.core.closed_form import sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.inference import inference
from linreg_tui.tui.drawing.markers import ASCII, SETS, Markers
from linreg_tui.tui.drawing.picture import CONTINUED, Picture, Role
from linreg_tui.tui.panes.closed_form.derivation import draw_derivation
from linreg_tui.tui.panes.closed_form.diagnostics import DiagnosticsPictures
from linreg_tui.tui.panes.closed_form.inference import draw_inference
from linreg_tui.tui.panes.closed_form.sums import draw_sums
from linreg_tui.tui.panes.data.histograms import bars_right, bars_up
from linreg_tui.tui.panes.data.joint import JointPicture
from linreg_tui.tui.panes.data.table import TablePicture
from tests.thorough import first_of
from tests.tui.test_markers import POINTS, text

JOINT = {
    "braille": """
 ↑ y       ╴╴ 95% band   ── closed form   r 0.766   p 0.0267
        ████████▆                    ▁   ▁
        █████████████████▅         █████████   ▁  ▁
       ███████████████████        ▃██████████████████
 │                                    ⠔⠂ ⠈         ⣀⠤ ██████
 │                                 ⠔⠂         ⢀⡠⠤⠒⠉ ⠠ ██████
 │                            ⡀ ⠒⠁        ⣀⠤⠔⠊⠁       ██████
 │                        ⣀⠄ ⠉       ⢀⡠⠤⠒⠉            ██████
 │                  ⣀⡀ ⠒⠢⠄       ⣀⠤⠔⠊⠁                █████▉
 │         ⣀⡀ ⠤⠄ ⠒⠁         ⢀⡠⠤⠒⠉
5┤⠤⠂ ⠒⠂ ⠉⠁              ⣀⡠⠔⠊⠁            ⢀ ⢀⡠ ⠠⠤ ⠐⠒ ⠈
 │           ⡀     ⢀⣀⠤⠒⠉          ⢀⠤ ⠐⠒ ⠈⠁            ███▎
 │             ⣀⡠⠔⠊⠁        ⠠⠤ ⠈⠉                     ██████
 │        ⢀⣀⠤⠒⠉        ⣀ ⠐⠊         ⠂                 ██████
 │    ⣀⣠⠔⠊⠁        ⢀⡠ ⠈                               ██████
 │⣀⠤⠒⠉          ⢀⠤                                    ██████
 │           ⢂⠤                                       ██▊
0┤        ⢀⡠
 └┬───────────────────────────┬──────────────────────
  0                           5                   x →
""",
    "block": """
 ↑ y       ▄▖ 95% band   ▄▄ closed form   r 0.766   p 0.0267
        ████████▆                    ▁   ▁
        █████████████████▅         █████████   ▁  ▁
       ███████████████████        ▃██████████████████
 │                                    ▞▘ ▝         ▗▄ ██████
 │                                 ▞▘          ▄▄▞▀▘▗ ██████
 │                            ▖ ▀▘        ▗▄▞▀▀       ██████
 │                        ▄▖ ▀        ▄▄▀▀▘           ██████
 │                  ▄▖ ▀▓▖       ▄▄▞▀▀                █████▉
 │         ▄▖ ▄▖ ▀▘         ▗▄▄▀▀
5┤▄▘ ▀▘ ▀▘              ▄▄▞▀▘            ▗ ▗▄ ▗▄ ▝▀ ▝
 │           ▖     ▗▄▄▀▀          ▗▄ ▝▀ ▝▘            ███▎
 │             ▄▄▀▀▘        ▗▄ ▝▀                     ██████
 │        ▗▄▞▀▀        ▄ ▝▀         ▘                 ██████
 │   ▗▄▓▀▀▘        ▗▄ ▝                               ██████
 │▄▞▀▘          ▗▄                                    ██████
 │           ▓▄                                       ██▊
0┤        ▗▄
 └┬───────────────────────────┬──────────────────────
  0                           5                   x →
""",
    "ascii": """
 ^ y       ~~ 95% band   -- closed form   r 0.766   p 0.0267
        #########                    .   .
        #################:         #########   .  .
       ###################        .##################
 |                                   ~~~ .        --- ######
 |                                ~~~         ----  . ######
 |                            ~~~~       -----        ######
 |                        ~~~~       ----             ######
 |                  ~~~~%%      -----                 ######
 |        ~~~~~~~~~~       -----
5+~~~~~~~~             ----               ~~~~~~~~~~~
 |           .    -----          ~~~~~~~~~            ###.
 |            ----          ~~~~~                     ######
 |       -----         ~~~~~        .                 ######
 |   --%-           ~~~                               ######
 |---            ~~~                                  ######
 |           .~~~                                     ##:
0+         ~~~
 ++---------------------------+----------------------
  0                           5                   x >
""",
    "octant": """
 ↑ y       ╴╴ 95% band   ── closed form   r 0.766   p 0.0267
        ████████▆                    ▁   ▁
        █████████████████▅         █████████   ▁  ▁
       ███████████████████        ▃██████████████████
 │                                    𜴐𜴀 𜺫         ▂𜴧 ██████
 │                                 𜴐𜴀         𜺠𜵑𜴧𜴆🮂 𜴘 ██████
 │                            𜺣 𜴆𜺨        ▂𜴧𜴐𜴁𜺨       ██████
 │                        ▂𜴉 🮂       𜺠𜵑𜴧𜴆🮂            ██████
 │                  ▂𜺣 𜴆𜴜𜴉       ▂𜴧𜴐𜴁𜺨                █████▉
 │         ▂𜺣 𜴧𜴉 𜴆𜺨         𜺠𜵑𜴧𜴆🮂
5┤𜴧𜴀 𜴆𜴀 🮂𜺨              ▂𜵑𜴐𜴁𜺨            𜺠 𜺠𜵑 𜴘𜴧 𜴃𜴆 𜺫
 │           𜺣     𜺠▂𜴧𜴆🮂          𜺠𜴧 𜴃𜴆 𜺫𜺨            ███▎
 │             ▂𜵑𜴐𜴁𜺨        𜴘𜴧 𜺫🮂                     ██████
 │        𜺠▂𜴧𜴆🮂        ▂ 𜴃𜴁         𜴀                 ██████
 │    ▂𜷋𜴐𜴁𜺨        𜺠𜵑 𜺫                               ██████
 │▂𜴧𜴆🮂          𜺠𜴧                                    ██████
 │           𜵴𜴧                                       ██▊
0┤        𜺠𜵑
 └┬───────────────────────────┬──────────────────────
  0                           5                   x →
""",
}
RESIDUALS = """
  ↑ residual
 2┤                               ⠠
  │                    ⠠⠄
  │             ⠐
 0┤⠤⠤    ⠤⠤    ⠤⠤    ⠤⠤    ⠤⠤    ⠤⠤    ⠤⠤
  │          ⠁                           ⠠
  │
-2┤             ⢀
  │
  │                            ⠂
  └┬─────────────────────┬──────────────────
   0                     5    fitted value →
"""
QUANTILES = """
  ↑ studentized residual           ╌╌ normal
  │                                    ⣀⠤  ⡀
 1┤                          ⢀   ⢀⡠⡀
  │                      ⠐  ⣀    ⠁
 0┤                   ⢀    ⠉
  │              ⡀   ⠋⠁
  │            ⠒⠉
-1┤      ⠔⠒⢀
  │⠤⠒
-2┤⠐
  └──────┬─────────────┬────────────────────
         -1            0   normal quantile →
"""
LEVERAGE = """
  ↑ studentized residual             ╌╌ 2p/n
  │                  ⢀                  ⡇
 1┤         ⣀
  │                 ⠂                   ⡇
 0┤⣀⣀    ⣀⣀    ⣀⣀    ⣀⣀    ⣀⣀    ⣀⣀    ⣀⣀
  │                         ⠁           ⡇⢀
  │
-1┤                 ⡀                   ⡇
  │
-2┤            ⠐                        ⡇
  └┬─────────────┬──────────────────────────
   0            0.2               leverage →
"""
TABLE = """
  row                x             y                         x             y
    0              1.0           2.0    type              real          real
    1              2.0           1.0    count         8             8
    2              2.0           4.0    mean          4.387500      4.887500
    3              4.0           6.0    std           2.772538      2.856290
    4              4.1           6.1    min           1.000000      1.000000
    5              6.0           3.0    25%           2.000000      2.750000
    6              7.0           9.0    50%           4.050000      5.000000
    7              9.0           8.0    75%           6.250000      6.575000
                                        max           9.000000      9.000000
                                        missing       0             0
                                        dropped 0 rows without a number
"""
INFERENCE = """
                             slope m     intercept b
estimate                    0.789068        1.425465   m and b of the line
std error                   0.270401        1.378150   how far these may be off
t                           2.918139        1.034332   estimate / std error
p                             0.0267          0.3409   of such a t if it were 0
95% from                    0.127420       -1.946747   95% interval of each
     to                     1.450715        4.797678

R²                          0.586650                   of the variance of y
r                           0.765931                   Pearson's; p as of m
s                           1.983512                   root n MSE / (n − 2)
F                           8.515533                   m's t squared; same p
n                           8                          rows
df                          6                          degrees of freedom
"""
LOST = """
     n Σxy − Σx Σy             Σy Σx² − Σx Σxy
m = ───────────────       b = ─────────────────
     n Σx² − (Σx)²              n Σx² − (Σx)²

1 sums        n = 4   Σx = 4e9   Σy = 3.83333
              Σxy = 3.83333e9   Σx² = 4e18

2 denominator n Σx² − (Σx)² = 4 · 4e18 − 4e9 · 4e9
                            = 1.6e19 − 1.6e19
                            = -49

3 slope       n Σxy − Σx Σy = 4 · 3.83333e9 − 4e9 · 3.83333
                            = 1.53333e10 − 1.53333e10
                            = 13.1667
              m = 13.1667 / -49 = -0.268707

4 intercept   Σy Σx² − Σx Σxy = 3.83333 · 4e18 − 4e9 · 3.83333e9
                              = 1.53333e19 − 1.53333e19
                              = -1.31667e10
              b = -1.31667e10 / -49 = 268707482.639567
These sums have lost too many digits: y = 0.3762 * x - 376190475.89
"""


def draw_all(
    data: Dataset, columns: int, rows: int, markers: Markers, *, prepared: bool = True
) -> list[Picture]:
    joint, table = JointPicture(data, markers), TablePicture(data)
    left = DiagnosticsPictures(data, markers)
    line, sums = data.line, sums_of(data.x, data.y)
    if prepared:
        joint.prepare()
        table.prepare()
        left.prepare()
    draw: list[Callable[[int, int], Picture]] = [
        *(joint.draw, left.draw_residuals, left.draw_quantiles, left.draw_leverage, left.draw_all),
        table.draw,
        lambda c, r: draw_sums(c, r, sums, line),
        lambda c, r: draw_derivation(c, r, sums, line),
        lambda c, r: draw_inference(c, r, line, inference(line) if prepared else None),
    ]
    return [each(columns, rows) for each in draw]


@pytest.mark.parametrize("markers", SETS.values(), ids=SETS)
def test_the_joint_plot_in_each_set(markers: Markers) -> None:
    joint = JointPicture(POINTS, markers)
    joint.prepare()
    assert text(joint.draw(60, 20)) == JOINT[markers.name]


def test_the_points_stand_still_when_the_joint_plot_is_prepared(houses: Dataset) -> None:
    joint = JointPicture(houses)
    before = joint.draw(79, 21)
    joint.prepare()
    after = joint.draw(79, 21)
    line = before.roles == Role.REFERENCE
    assert (after.roles[line] == Role.REFERENCE).all()
    for still in np.s_[-2:], np.s_[4:, :5]:
        assert np.array_equal(before.glyphs[still], after.glyphs[still])
    assert not (before.roles == Role.BAND).any()
    assert (after.roles == Role.BAND).any()


def test_the_joint_plot_has_no_margins_where_there_is_no_room(houses: Dataset) -> None:
    joint = JointPicture(houses)
    joint.prepare()
    assert (joint.draw(44, 18).roles == Role.BAR).any()
    small = joint.draw(39, 10)
    assert not (small.roles == Role.BAR).any()
    assert (small.roles == Role.REFERENCE).any()


def test_the_pictures_of_the_residuals() -> None:
    left = DiagnosticsPictures(POINTS)
    left.prepare()
    assert text(left.draw_residuals(44, 12)) == RESIDUALS
    assert text(left.draw_quantiles(44, 12)) == QUANTILES
    assert text(left.draw_leverage(44, 12)) == LEVERAGE


def test_the_rows_that_pull_hard_are_counted(houses: Dataset) -> None:
    left = DiagnosticsPictures(houses)
    left.prepare()
    assert "33 rows beyond" in text(left.draw_leverage(80, 21))


def test_the_table() -> None:
    table = TablePicture(POINTS)
    table.prepare()
    assert text(table.draw(80, 12)) == TABLE
    narrow = text(table.draw(44, 24))
    assert narrow.index("dropped") < narrow.index("row  ")
    assert "row  " not in text(table.draw(44, 12))


def test_the_table_names_as_many_columns_as_fit() -> None:
    many = replace(POINTS, columns=tuple(f"column {place}" for place in range(40)))
    table = TablePicture(many)
    table.prepare()
    beside = text(table.draw(80, 20)).rstrip("\n").splitlines()
    assert beside[-1].endswith("and 33 more")
    assert beside[-2].endswith("column 6")
    below = text(table.draw(44, 24))
    assert "and 36 more" in below
    assert "row  " in below
    assert "more" not in text(table.draw(80, 60))


def test_a_name_in_the_table_is_cut_only_if_it_does_not_fit() -> None:
    name = "a name of a column of 35 characters"
    table = TablePicture(replace(POINTS, x_name=name, y_name="y"))
    table.prepare()
    assert text(table.draw(200, 12)).count(name) == 2
    assert text(table.draw(90, 30)).count(name) == 0
    assert text(table.draw(80, 12)).count("a name of a …") == 2
    for columns in (44, 60, 76, 80, 120, 200):
        assert all(len(line) <= columns for line in text(table.draw(columns, 30)).splitlines())


def test_decimal_points_are_in_line(houses: Dataset) -> None:
    table = TablePicture(houses)
    table.prepare()
    rows = text(table.draw(40, 10)).splitlines()[4:10]
    assert [[k for k, letter in enumerate(row) if letter == "."] for row in rows] == [
        [18, 33] for _ in rows
    ]


def test_the_inference() -> None:
    drawn = draw_inference(79, 14, POINTS.line, inference(POINTS.line))
    assert text(drawn) == INFERENCE


def test_the_small_inference_has_every_number(houses: Dataset) -> None:
    sure = inference(houses.line)
    small = text(draw_inference(44, 10, houses.line, sure))
    large = text(draw_inference(79, 20, houses.line, sure))
    numbers = ("3.130536", "6.9e-108", "93.837440", "0.588330", "0.767027", "784.592945", "549")
    assert all(number in small and number in large for number in numbers)


def test_sums_that_have_lost_their_digits_say_so() -> None:
    x, y = np.array([1e9, 1e9 + 1, 1e9 + 2, 1e9 + 4]), np.array([1, 2, 3, 5.5]) / 3
    data = Dataset("far", "x", "y", x, y)
    assert text(draw_derivation(79, 21, sums_of(x, y), data.line)) == LOST


def test_bars_end_within_a_cell() -> None:
    parts = np.array([0, 1e-9, 0.25, 0.5, 1.0])
    assert ["".join(map(chr, row)) for row in bars_right(parts, 3, "-=#").tolist()] == [
        "   ",
        "-  ",
        "#  ",
        "#= ",
        "###",
    ]
    assert bars_up(parts, 3, "-=#").T[:, ::-1].tolist() == bars_right(parts, 3, "-=#").tolist()
    assert bars_right(np.zeros(2), 2, "#").tolist() == [[32, 32], [32, 32]]


odd = st.sampled_from([0.0, 1e-160, 1e9, 1e9 + 1])
number = st.floats(-10, 10) | st.floats(-1e150, 1e150) | odd
few = st.lists(st.tuples(number, number), min_size=2, max_size=12)


@pytest.mark.thorough
@settings(max_examples=40)
@given(st.integers(1, 130), st.integers(1, 40), st.sampled_from(list(SETS.values())), few)
def test_no_numbers_and_no_size_break_a_view(
    columns: int, rows: int, markers: Markers, pairs: list[tuple[float, float]]
) -> None:
    x, y = np.array(pairs).T.copy()
    data = Dataset("made", "x", "y", x, y)
    try:
        assert data.line
    except InputError:
        assume(False)
    for prepared in (False, True):
        for picture in draw_all(data, columns, rows, markers, prepared=prepared):
            assert picture.glyphs.shape == picture.roles.shape == (rows, columns)


@pytest.mark.parametrize("markers", first_of(SETS.values()), ids=SETS)
def test_views_of_any_size(markers: Markers, houses: Dataset) -> None:
    for columns, rows in [(1, 1), (2, 3), (7, 4), (8, 5), (40, 14), (9, 40), (114, 16), (200, 60)]:
        pictures = draw_all(houses, columns, rows, markers)
        assert all(picture.glyphs.shape == (rows, columns) for picture in pictures)
        assert markers is not ASCII or all(p.glyphs.max() < 128 for p in pictures[:5])


def test_wide_and_hostile_names_keep_their_place() -> None:
    x, y = POINTS.x.copy(), POINTS.y.copy()
    data = Dataset("d", "价格价格价格价格价格\n", "[red]\x1b" * 9, x, y)
    for picture in draw_all(data, 80, 21, SETS["braille"]):
        assert picture.glyphs.shape == (21, 80)
        shown = "".join(chr(g) for g in picture.glyphs.ravel().tolist() if g != CONTINUED)
        assert shown.isprintable()
