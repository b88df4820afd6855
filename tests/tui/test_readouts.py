"""A run's numbers, its step by hand and its timeline, as a person has checked them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.proposal import proposed
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Prediction, predict
from linreg_tui.core.step_detail import step_detail
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.panes.closed_form.sums import draw_sums
from linreg_tui.tui.panes.live.readout import draw_readout
from linreg_tui.tui.panes.live.step_readout import draw_update
from linreg_tui.tui.panes.live.timeline import draw_timeline
from linreg_tui.tui.run_view import RunView


def trained(data: Dataset, steps: int, **settings: Any) -> Run:
    run = Run(data, Settings.of(**settings))
    run.advance(steps)
    return run


def view(run: Run, number: int | None = None, **changes: Any) -> RunView:
    shown = run.history.last if number is None else number
    plain = RunView(run, shown, run.settings, running=False, pace=5)
    return replace(plain, prediction=predict(run.data, run.settings), **changes)


def text(picture: Picture) -> list[str]:
    return ["".join(map(chr, row)).rstrip() for row in picture.glyphs.tolist()]


def state(shown: RunView, columns: int = 78) -> str:
    return text(draw_readout(columns, 5, shown))[4]


READOUTS = {
    78: [
        "slope              88.89   loss        1,478,200,827.64   step     30 of 30",
        "intercept       32912.24   RMSE               38,447.38   epoch          30",
        "above optimum      0.03%   median miss        20,225.20   R²         0.5882",
        "batch full   η_m 1e-7   η_b 0.1   5 steps/s   sequential",
        "✓ converged to within 1% of the optimum; space goes on",
    ],
    59: [
        "slope            88.89 loss  1,478,200,827.64 step 30 of 30",
        "intercept     32912.24 RMSE         38,447.38 epoch      30",
        "above            0.03% median       20,225.20 R²     0.5882",
        "batch full  η_m 1e-7  η_b 0.1  5 steps/s  sequential",
        "✓ converged to within 1% of the optimum; space goes on",
    ],
}


@pytest.mark.parametrize("columns", READOUTS)
def test_the_notebooks_run(houses: Dataset, columns: int) -> None:
    assert text(draw_readout(columns, 5, view(trained(houses, 30)))) == READOUTS[columns]


def test_the_settings_that_differ_from_the_defaults(houses: Dataset) -> None:
    run = trained(
        houses, 3, batch_size=64, sampling="epoch", optimizer="momentum", momentum=0.5, seed=7
    )
    assert text(draw_readout(78, 5, view(run, pace=1.0)))[3] == (
        "batch 64   η_m 1e-7   η_b 0.1   1 step/s   by epoch, seed 7, momentum, μ 0.5"
    )


def test_the_state_of_a_run(houses: Dataset) -> None:
    run = trained(houses, 10)
    assert state(view(trained(houses, 0))) == (
        "‖ ready: will converge in about 5 steps; limit 7.22× these rates; space runs"
    )
    assert state(view(run)) == "‖ paused at step 10 of 30; space goes on"
    assert state(view(run, running=True)) == "▶ running to step 30"
    assert state(view(run, 4)) == ("◂ looking back: step 4 of 10; b branches; end is the latest")
    assert state(view(run, 5)) == (
        "◂ looking back: step 5 of 10, first within 1% of the optimum; b branches"
    )
    slow = trained(houses, 30, learning_rate_m=1e-9, learning_rate_b=1e-3)
    assert state(view(slow)) == "‖ finished, 1,129.75% above the optimum; space goes on"
    # Momentum may take longer than the run to diverge.
    leaving = replace(view(slow), prediction=Prediction(False, 1.01, 0.3))
    assert state(leaving) == "‖ finished, 1,129.75% above the optimum; press [ twice"


@pytest.mark.parametrize(
    ("prediction", "words"),
    [
        (Prediction(False, 1.2, 0.9), "will diverge, the rates are 1.11× the limit; press [ once"),
        (Prediction(False, 9, 0.1), "will diverge, the rates are 10× the limit; press [ 4 times"),
        (Prediction(True, 0.9, 7, 9), "will converge in about 9 steps; limit 7× these rates"),
        (Prediction(True, 0.9, 7, 1), "will converge in about 1 step; limit 7× these rates"),
        (Prediction(True, 0.9, 7, 99), "needs about 99 steps, more than 30; limit 7× these rates"),
        (Prediction(True, 0.9, 2, 5, 0.8), "will keep trembling, 80% above the optimum on average"),
        (
            Prediction(True, 0.9, 2, 5, 0.004),
            "within 1% in about 5 steps, then trembling by 0.4%",
        ),
        (Prediction(True, 1, 2), "too slow to come within 1% of the optimum"),
        (Prediction(), "there is no prediction for a momentum so close to 1"),
    ],
)
def test_the_prediction(houses: Dataset, prediction: Prediction, words: str) -> None:
    shown = replace(view(trained(houses, 0)), prediction=prediction)
    assert state(shown).startswith(f"‖ ready: {words}")


def test_a_diverged_run(houses: Dataset) -> None:
    run = trained(houses, 40, learning_rate_m=8e-7, learning_rate_b=0.8)
    assert state(view(run)) == "✗ diverged at step 14: the rates are 1.11× the limit; press [ once"
    assert state(view(run, 10)).startswith("◂ looking back")
    run.advance(10_000)
    assert state(view(run)).endswith("; it can't go on, r starts over")


UPDATES = {
    78: [
        "∂L/∂m = −2 · mean x r = −2 ·  234155182.93 = -468310365.86   all rows",
        "    m =     5.0000 − 1e-7    · -468310365.86 =    51.8310",
        "∂L/∂b = −2 · mean r   = −2 ·      84239.78 =    -168479.56   at the new m",
        "    b =    1000.00 − 0.1     ·    -168479.56 =   17847.96",
    ],
    59: [
        "∂L/∂m = −2 · mean x r = −2 ·  234155182.93 = -468310365.86",
        "    m =     5.0000 − 1e-7    · -468310365.86 =    51.8310",
        "∂L/∂b = −2 · mean r   = −2 ·      84239.78 =    -168479.56",
        "    b =    1000.00 − 0.1     ·    -168479.56 =   17847.96",
    ],
}


@pytest.mark.parametrize("columns", UPDATES)
def test_the_notebooks_first_step(houses: Dataset, columns: int) -> None:
    assert text(draw_update(columns, 4, view(trained(houses, 5), 1))) == UPDATES[columns]


def update_of(shown: RunView, columns: int = 78) -> list[tuple[str, ...]]:
    """Return the numbers of both parameters: mean, gradient, old, rate, direction, new."""
    rows = text(draw_update(columns, 4, shown))
    numbers = []
    for gradient, update in zip(rows[::2], rows[1::2], strict=True):
        first = re.match(r"∂L/∂[mb] = .* = −(?:2 · )?(.{13}) = (.{13})", gradient)
        second = re.match(r"    [mb] = (.{10}) − (\S+) +· (?:\D+ )?(.{13}) = (.{10})", update)
        assert first is not None, gradient
        assert second is not None, update
        numbers.append((*first.groups(), *second.groups()))
    return numbers


@pytest.mark.parametrize("columns", [59, 78, 100])
def test_the_rate_is_multiplied_by_the_optimizers_direction(houses: Dataset, columns: int) -> None:
    run = trained(houses, 3, optimizer="momentum")
    rows = text(draw_update(columns, 4, view(run)))
    assert ("v = μ v + ∂L" in rows[1]) == (columns > 59)
    (_, gradient, _, _, velocity, _), _ = update_of(view(run), columns)
    assert gradient.strip() == "105968163.89"
    before, after = run.history[2].slope, run.history[3].slope
    assert before - 1e-7 * float(velocity) == pytest.approx(after, abs=1e-4)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "adam"])
@pytest.mark.parametrize("rates", [(1e-7, 0.1), (4.88281e-11, 4.88281e-5)])
def test_the_result_of_a_step_is_never_cut_off(
    houses: Dataset, optimizer: str, rates: tuple[float, float]
) -> None:
    rate_m, rate_b = rates
    run = trained(houses, 3, optimizer=optimizer, learning_rate_m=rate_m, learning_rate_b=rate_b)
    expected = run.history[3].slope, run.history[3].intercept
    for columns in range(70, 130):
        rows = text(draw_update(columns, 4, view(run)))
        assert max(map(len, rows)) <= columns
        for (*_, new), value in zip(update_of(view(run), columns), expected, strict=True):
            assert float(new) == pytest.approx(value, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("unit", [1.0, 1e6, 1e12])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_arithmetic_of_a_step_can_be_followed(
    houses: Dataset, unit: float, standardize: bool, number: int
) -> None:
    """With a calculator, from the mean to the new parameter; all numbers keep their places."""
    small = replace(houses, x=houses.x * unit, y=houses.y / 1e5)
    run = Run(small, replace(proposed(small), standardize=standardize))
    run.advance(30)
    step = step_detail(run, number)
    for place, row in enumerate(update_of(view(run, number))):
        mean, gradient, old, rate, direction, new = map(float, row)
        assert gradient == pytest.approx(step.gradient[place], rel=1e-3)
        assert -2 * mean == pytest.approx(gradient, rel=1e-3)
        assert direction == gradient
        assert new == pytest.approx(step.after[place], rel=1e-3, abs=1e-4)
        last_digit = 1e-4 if abs(new) > 1e-3 else 0
        rounding = last_digit + 2e-4 * abs(old)
        assert old - rate * gradient == pytest.approx(new, rel=2e-3, abs=rounding)


def test_a_step_of_the_other_losses(houses: Dataset) -> None:
    for loss, formula in (("absolute", "mean x sign r"), ("huber", "mean x r cut at ±δ")):
        run = trained(houses, 3, loss=loss, batch_size=64)
        rows = text(draw_update(78, 4, view(run)))
        assert rows[0].startswith(f"∂L/∂m = −{formula} = −")
        assert rows[0].endswith("64 rows")
        (mean, gradient, *_), _ = update_of(view(run))
        assert -float(mean) == float(gradient)


def test_a_step_in_z_scores(houses: Dataset) -> None:
    run = trained(houses, 1, optimizer="adam", standardize=True, learning_rate_b=0.01, batch_size=1)
    slope, update, intercept, _ = text(draw_update(100, 4, view(run)))
    assert "   1 row   z-scores   line too " in slope
    assert " · ḡ / √s " in update
    assert intercept.endswith("   at the new m")


@pytest.mark.parametrize("columns", [59, 65, 70, 75, 80, 90])
def test_as_many_notes_on_a_step_are_shown_as_fit(houses: Dataset, columns: int) -> None:
    run = trained(houses, 40, standardize=True, learning_rate_m=0.3, learning_rate_b=0.3)
    rows = text(draw_update(columns, 4, view(run)))
    assert max(map(len, rows)) <= columns
    assert ("z-scores" in rows[0]) == (columns >= 80)


def test_settings_chosen_while_looking_back_are_shown(houses: Dataset) -> None:
    run = trained(houses, 10)
    shown = replace(view(run, 5), settings=Settings(batch_size=64))
    assert text(draw_readout(78, 5, shown))[3].startswith("next: batch 64 ")


@pytest.mark.parametrize("columns", [59, 69, 78, 118])
@pytest.mark.parametrize("batch_size", [None, 64])
def test_nothing_is_cut_off_when_numbers_are_large(
    houses: Dataset, columns: int, batch_size: int | None
) -> None:
    run = trained(houses, 60, learning_rate_m=1e-5, learning_rate_b=0.8, batch_size=batch_size)
    latest = view(run)
    drawn = [draw_readout(columns, 5, latest)]
    drawn += [draw_update(columns, 4, replace(latest, number=number)) for number in range(61)]
    for line in (line for picture in drawn for line in text(picture)):
        assert "…" not in line
        assert len(line) <= columns


def test_the_timeline(houses: Dataset) -> None:
    run = trained(houses, 12, learning_rate_m=8e-7, learning_rate_b=0.8)
    run.change(Settings())
    run.advance(8)
    assert text(draw_timeline(66, view(run, 10))) == [
        "0 ━━▲━━━━━━━━━━━━━━━━━●━━━◆━━━━━━━━━━━━━━━━──────────────────── 30"
    ]
    twin = run.branch(3)
    assert text(draw_timeline(66, view(twin, 0))) == [
        "0 ●━▲━━━◇────────────────────────────────────────────────────── 30"
    ]


@pytest.mark.parametrize("columns", range(12))
def test_a_timeline_of_any_width(houses: Dataset, columns: int) -> None:
    picture = draw_timeline(columns, view(trained(houses, 3)))
    assert picture.glyphs.shape == (1, columns)


def test_the_sums_of_a_tiny_slope_keep_its_digits(houses: Dataset) -> None:
    small = replace(houses, x=houses.x * 1e12, y=houses.y / 1e5)
    drawn = text(draw_sums(44, 10, small.sums, small.line))
    assert drawn[-4].split() == ["slope", "m", "8.768815e-16"]
    assert drawn[-1] == "y = 8.768815e-16 * x + 0.347541"
    assert text(draw_sums(44, 10, houses.sums, houses.line))[-4].split()[-1] == "87.688145"


def test_the_rates_are_the_schedules_at_the_step(houses: Dataset) -> None:
    settings = Settings.of(schedule="cosine", learning_rate_m=8e-7, learning_rate_b=0.8)
    run = Run(houses, settings)
    run.advance(30)
    for step, words in (
        (1, "η_m 8e-7     η_b 0.8"),
        (16, "η_m 4e-7     η_b 0.4"),
        (30, "η_m 2.2e-9"),
    ):
        rows = text(draw_readout(80, 5, RunView(run, step, settings, False, 5.0)))
        assert words in "\n".join(rows)


@pytest.mark.parametrize("columns", READOUTS)
def test_test_rows_have_a_line_of_their_own(houses: Dataset, columns: int) -> None:
    run = trained(houses, 30, test_fraction=0.2)
    rows = text(draw_readout(columns, 6, view(run)))
    assert rows[3].split()[:5] == ["rows", "held", "out", "110", "test"]
    loss = run.history[30].test_loss
    assert loss is not None
    assert rows[3].endswith(f"{loss:,.2f}")
    assert "test 0.2" in rows[4]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"loss": "absolute"},
            "no prediction for the absolute loss; it never settles, b jumps by up to η",
        ),
        ({"loss": "huber"}, "no prediction for the huber loss; far from the optimum, b moves"),
        ({"optimizer": "adam"}, "no prediction for Adam; its steps are about η long"),
        ({"optimizer": "adagrad"}, "no prediction for AdaGrad; its steps begin at η and shrink"),
    ],
)
def test_what_to_expect_where_there_is_no_prediction(
    houses: Dataset, settings: dict[str, Any], words: str
) -> None:
    assert state(view(trained(houses, 0, **settings)), 100).startswith(f"‖ ready: {words}")
