"""The chapters: their texts fit, their numbers are the engine's, and nothing is left out."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from rich.cells import cell_len

from linreg_tui.core.closed_form import closed_form
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.inference import inference
from linreg_tui.core.losses1d import PARABOLA
from linreg_tui.core.parallel import for_workers
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import condition_number
from linreg_tui.tour.answers import answer_summary, verdict
from linreg_tui.tour.chapter import Question, Step
from linreg_tui.tour.chapters import COLUMNS, EQUATION, ROWS, chapters, named
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.memory import SKIPPED
from linreg_tui.tour.plain import lines_of
from linreg_tui.tour.scenes import (
    OUTCOMES,
    DataView,
    Descent,
    FormulaView,
    Page,
    Scene,
    Sweep,
    Training,
)
from linreg_tui.tour.text import flat, lay_out, plain
from tests.core.test_losses1d import FIGURES

OPTIONS = 1
"""The rows for the keys that answer a question, or for the answer."""

PAGE_ROWS = 22
"""The rows of a page at 80x24."""

NOTEBOOK: dict[str, tuple[str, int, str]] = {
    # Sections.
    "How to run this notebook": ("introduction", 1, "on a login node"),
    "What is AI training?": ("introduction", 2, "grammar book"),
    "Figure 2, data-driven learning": ("introduction", 2, "what training means"),
    "How does large language model work?": ("introduction", 3, "guesses the next word"),
    "Figure 3, a language model": ("introduction", 3, "transformer"),
    "More complicated example: poems": ("introduction", 3, "a poem"),
    "Simplest AI model": ("introduction", 4, "smallest model is a line"),
    "Figure 4, regression in a spreadsheet": ("introduction", 4, "trend line"),
    "The tools: pandas, NumPy, Matplotlib": ("introduction", 4, "pandas"),
    "Dataset": ("data", 1, "551 rows"),
    "Output: the columns": ("data", 1, "Unnamed: 0"),
    "Plot: scatter": ("data", 2, "One dot for each house"),
    "Plot: joint plot": ("data", 3, "joint plot"),
    "Theory of linear regression": ("theory", 2, "least-squares line"),
    "Equations: m and b": ("theory", 3, "m = (n Σxy − Σx Σy) / (n Σx² − (Σx)²)"),
    "The sums": ("theory", 4, "136013443019"),
    "The denominator": ("theory", 4, "83388038314"),
    "Output: y = 87.688145 * x + 34754.077892": (
        "theory",
        5,
        "y = 87.688145 * x + 34754.077892",
    ),
    "Plot: the closed form's line": ("data", 3, "The line drawn is the best one"),
    "Training through SGD": ("introduction", 3, "measure"),
    "The model": ("loss", 1, "ŷ = m·x + b"),
    "The loss function, equation": ("loss", 2, "L = (y − ŷ)²"),
    "Figure 5, the loss function": ("loss", 2, "parabola"),
    "Minimizing the loss: derivative 0": ("gradient", 2, "Both 0 is the bottom"),
    "Equations: the gradient": ("gradient", 2, "dL/dm = mean of −2 x (y − ŷ)"),
    "Equations: the update": ("gradient", 3, "m' = m − η dL/dm"),
    "Figure 6, a large rate": ("rate", 2, "0.98"),
    "Figure 7, a small rate": ("rate", 1, "0.1"),
    "Too small never arrives": ("rate", 4, "may never arrive"),
    "Figure 8, local minimum, small rate": ("rate", 5, "local minimum"),
    "Figure 9, local minimum, large rate": ("rate", 6, "leaps about"),
    "Figure 10, local minimum, shrinking rate": ("rate", 7, "3.43"),
    "Not perfect": ("rate", 7, "no guarantee"),
    "Putting it together: the start": ("loss", 1, "5 · 1262 + 1000"),
    "Output: the first ten losses": ("loss", 3, "2.18152900e+10"),
    "Output: one step, 5.47 and 1000.00": ("gradient", 3, "y = 5.47 x + 1000.00"),
    "Sequential update in the code": ("gradient", 4, "sequential"),
    "The loop: 30 steps": ("training", 1, "η_m = 1e-7"),
    "Output: [029]": ("training", 1, "y = 88.89 x + 32912.24"),
    "Output: its loss": ("training", 1, "1478200827.64"),
    "Plot: the loss on a log scale": ("training", 2, "log scale"),
    "Homework: mini-batch training": ("batches", 1, "mini-batch"),
    "Hint: data.sample": ("batches", 1, "data.sample(64)"),
    "As many epochs, so more steps": ("batches", 2, "240 steps instead of 30"),
    "Curves for 32, 64, 128, 256, 512": ("batches", 4, "all batch sizes"),
    "Output: batches of 64 to 512": ("batches", 6, "batches of 512"),
    "Homework: learning rate issue": ("scaling", 1, "8e-7"),
    "Output: scales 1, 2, 4, 8": ("scaling", 2, "Scale 8 does"),
    "Scaling the rate with the batch is usual": ("scaling", 1, "scale the rates with the batch"),
    "Why it does not converge": ("scaling", 3, "because of its rate"),
    "Trick: warm-up": ("scaling", 5, "warm-up"),
    "How to submit": ("you", 2, "Hand in what it writes"),
}
"""Where each section, figure, equation and output of the notebook is: chapter, step, and words."""


@pytest.fixture(scope="module")
def facts(houses: Dataset) -> Facts:
    return Facts(houses)


@pytest.fixture(scope="module")
def lesson(facts: Facts) -> dict[str, tuple[Step, ...]]:
    return {chapter.name: chapter.steps(facts) for chapter in chapters()}


@pytest.fixture(scope="module")
def everything(lesson: dict[str, tuple[Step, ...]]) -> list[Step]:
    return [step for steps in lesson.values() for step in steps]


def questions(steps: list[Step]) -> list[tuple[Question, Scene]]:
    return [(step.question, step.scene) for step in steps if step.question is not None]


def all_text(step: Step) -> str:
    question = step.question
    asked = [] if question is None else [question.text, question.seen]
    return " ".join(line for text in (step.text, *asked) for line in plain(text, 10_000))


def test_eleven_chapters_in_order() -> None:
    known = chapters()
    assert [chapter.number for chapter in known] == list(range(1, 12))
    assert [chapter.name for chapter in known] == [
        *("introduction", "data", "theory", "loss", "gradient"),
        *("rate", "training", "batches", "scaling", "workers", "you"),
    ]


@pytest.mark.parametrize(("word", "name"), [("6", "rate"), ("rate", "rate"), ("ba", "batches")])
def test_a_chapter_by_number_name_or_beginning(word: str, name: str) -> None:
    assert named(word).name == name


@pytest.mark.parametrize(
    ("word", "hint"), [("12", "1 to 11"), ("scalling", "scaling"), ("t", "choose")]
)
def test_a_missing_chapter_gets_a_hint(word: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint) as error:
        named(word)
    assert "\n" not in str(error.value)


def test_texts_fit_below_a_plot(everything: list[Step]) -> None:
    for step in everything:
        asked = step.question
        text = step.text if asked is None else f"{step.text}\n{asked.text}"
        most = PAGE_ROWS if isinstance(step.scene, Page) else ROWS
        assert len(lay_out(text, COLUMNS, most)) <= most - (OPTIONS if asked else 0), step.brief
        if asked is not None:
            assert len(lay_out(asked.seen, COLUMNS, ROWS)) <= ROWS - OPTIONS, step.brief
        assert len(lay_out(step.brief, COLUMNS)) <= 2


def test_equations_and_tables_fit_beside_a_plot(everything: list[Step]) -> None:
    for step in everything:
        texts = [step.text] if step.question is None else [step.text, step.question.seen]
        for text in texts:
            for row in lay_out(text, EQUATION):
                assert cell_len(flat(row)) <= EQUATION, step.brief


def test_every_part_of_the_notebook_has_its_place(lesson: dict[str, tuple[Step, ...]]) -> None:
    for what, (name, number, words) in NOTEBOOK.items():
        assert words in all_text(lesson[name][number - 1]), what


def test_every_figure_of_gradient_descent_can_be_run(everything: list[Step]) -> None:
    scenes = [step.scene for step in everything if isinstance(step.scene, Descent)]
    shown = {(scene.loss.name, scene.start, scene.rates) for scene in scenes}
    assert {(f.loss.name, f.start, f.rates) for f in FIGURES} <= shown
    figure_5 = [scene for scene in scenes if not scene.rates]
    assert [scene.loss for scene in figure_5] == [PARABOLA]


def test_every_kind_of_scene_is_there(everything: list[Step]) -> None:
    kinds = {type(step.scene) for step in everything}
    assert kinds == {Page, DataView, FormulaView, Training, Sweep, Descent}
    assert {step.scene.view for step in everything if isinstance(step.scene, DataView)} == {
        *("scatter", "joint plot", "table")
    }


def test_numbers_of_the_notebook(lesson: dict[str, tuple[Step, ...]]) -> None:
    text = " ".join(all_text(step) for steps in lesson.values() for step in steps)
    for number in (
        *("87.688145", "34754.077892", "775791", "87177171", "136013443019", "1243629245"),
        *("83388038314", "1477781671.36", "25908706609.59", "5.47", "1000.00", "6.37e+09"),
        *("88.89", "32912.24", "1478200827.64", "91043.12", "7.22", "3.15", "1.9e7", "0.243"),
        *("3.03421561e+10", "3.55511025e+10", "1.24579082e+10", "1.91656336e+10"),
    ):
        assert number in text, number


def test_the_tours_own_formulas_agree_with_the_engine(facts: Facts) -> None:
    sure = inference(closed_form(facts.data.moments))
    assert facts.slope_error == pytest.approx(sure.slope_se, rel=1e-12)
    assert facts.correlation == pytest.approx(sure.pearson_r, rel=1e-12)


OF_NO_DATA = {
    *("1.23", "0.984", "2.46", "0.043", "0.75", "0.98", "1.02", "0.96", "1.04", "1.97"),
    *("0.86", "3.43", "2.70", "1.65", "5.00", "1000.00", "0.01", "100,000", "90,000"),
}
"""Numbers of x², of x·cos x, of the settings, and round numbers that only give a size."""


def test_numbers_follow_the_data(houses: Dataset) -> None:
    """With other data the texts have other numbers: none of the data's numbers is typed in."""
    y = 0.5 * houses.y + 300 * (np.arange(houses.n) % 97)
    other = Dataset("other.csv", "GrLivArea", "SalePrice", 1.05 * houses.x + 200, y)
    both = Facts(houses), Facts(other)
    same = set()
    for chapter in chapters():
        for steps in zip(*(chapter.steps(facts) for facts in both), strict=True):
            one, two = (set(re.findall(NUMBER, all_text(step))) for step in steps)
            same |= one & two
    assert same <= OF_NO_DATA


NUMBER = r"[1-9][\d,]*\.\d{2,}|0\.\d{3,}|\d{2,3},\d{3}|\d{5,}"
"""A number of three digits or more, which two data sets hardly share by chance."""


def test_the_right_answers_are_what_happens(everything: list[Step], facts: Facts) -> None:
    asked = questions(everything)
    assert len(asked) >= 15
    for question, scene in asked:
        if question.options == OUTCOMES and isinstance(scene, Training):
            run = facts.run(scene.settings)
            happened = {"converged": 0, "stopped": 1, "diverged": 2}[run.status]
            assert question.answer == happened
        if question.options == OUTCOMES and isinstance(scene, Descent):
            path = np.abs(scene.loss.value(np.array(_path(scene))))
            happened = 2 if path[-1] > path[0] else 1 if path[-1] > 0.01 * path[0] else 0
            assert question.answer == happened
    assert {question.answer for question, _ in asked if question.options == OUTCOMES} == {0, 1, 2}


def _path(scene: Descent) -> list[float]:
    x, path = scene.start, [scene.start]
    for rate in scene.rates:
        x -= rate * float(scene.loss.derivative(x))
        path.append(x)
    return path


def test_only_the_scale_of_8_breaks(lesson: dict[str, tuple[Step, ...]], facts: Facts) -> None:
    question = lesson["scaling"][1].question
    assert question is not None
    broken = [r.trial.scale for r in facts.results(Sweep("scales")) if r.status == "diverged"]
    assert broken == [8.0]
    assert question.options[question.answer] == "only 8"


def test_workers_make_the_steps_of_one_process(
    lesson: dict[str, tuple[Step, ...]], facts: Facts
) -> None:
    settings = for_workers(Settings(batch_size=64), 4, facts.data.n)
    run, rounds = facts.together(settings, 4)
    assert len(rounds) == run.history.last == facts.last(settings).number
    assert run.history[60].slope == pytest.approx(facts.last(settings).slope, rel=1e-11)
    moved = run.history[1].slope
    shares = [
        (one.moments.gradient(5.0, 1000.0)[0], one.moments.gradient(moved, 1000.0)[1])
        for one in rounds[0].shares
    ]
    text = all_text(lesson["workers"][0])
    for by_m, by_b in shares:
        assert f"{by_m:.4g} {by_b:.4g}" in re.sub(" +", " ", text)
    gradient = facts.step(settings, 1).gradient
    for which, name in ((0, "dL/dm"), (1, "dL/db")):
        assert sum(one[which] for one in shares) / 4 == pytest.approx(gradient[which], rel=1e-11)
        assert f"{name} = {gradient[which]:.4g}" in all_text(lesson["workers"][1])


def test_eight_workers_are_too_many(lesson: dict[str, tuple[Step, ...]], facts: Facts) -> None:
    answers = [step.question.answer for step in lesson["workers"] if step.question is not None]
    assert answers == [2, 0, 2]
    assert f"bears {facts.limit(Settings()):.2f} times" in all_text(lesson["workers"][4])


def test_twice_the_workers_need_half_the_steps_while_steps_are_short(
    lesson: dict[str, tuple[Step, ...]], facts: Facts
) -> None:
    text = re.sub(" +", " ", all_text(lesson["workers"][2]))
    for tenth in (True, False):
        rates = (1e-8, 1e-2) if tenth else (1e-7, 1e-1)
        one = Settings(64, learning_rate_m=rates[0], learning_rate_b=rates[1])
        steps = [facts.arrived(for_workers(one, workers, facts.data.n)) for workers in (1, 2, 4, 8)]
        halved = [a is not None and b is not None and 2 * b <= a + 1 for a, b in pairwise(steps)]
        assert halved == [tenth] * 3
        for workers, step in zip((1, 2, 4, 8), steps, strict=True):
            shown = "–" if step is None else str(step)
            assert re.search(
                rf" {workers} {shown} " if tenth else rf" {workers} \d+ {shown}( |$)", text
            )


def test_the_condition_number(lesson: dict[str, tuple[Step, ...]], houses: Dataset) -> None:
    number = condition_number(houses.moments)
    assert f"{number:.1e}".replace("e+0", "e") in lesson["training"][3].brief


def test_verdicts() -> None:
    question = Question("?", OUTCOMES, 2, "", "")
    assert "you are right" in verdict(question, 2)
    assert "You said **creep**" in verdict(question, 1)
    assert "**diverge**" in verdict(question, 1)
    assert "Skipped" in verdict(question, SKIPPED)


def test_the_summary_of_the_answers(facts: Facts) -> None:
    text = answer_summary(chapters(), facts, {"rate/1": 1, "rate/2": 0, "training/0": SKIPPED})
    assert "2 of " in text
    assert "1 right" in text
    assert "6.2 ✓ creep" in text
    assert "6.3 ✗ converge: diverge" in text
    assert "7.1 – within 0.1%" in text


def test_the_summary_fits_on_a_page(facts: Facts, lesson: dict[str, tuple[Step, ...]]) -> None:
    last = lesson["you"][-1]
    assert last.sums_up
    rows = lay_out(f"{last.text}\n{answer_summary(chapters(), facts, {})}", COLUMNS, PAGE_ROWS)
    assert len(rows) <= PAGE_ROWS
    assert max(cell_len(flat(row)) for row in rows) <= COLUMNS


def test_read_aloud_without_drawing(facts: Facts) -> None:
    for chapter in chapters():
        lines = list(lines_of(chapter, facts))
        text = "\n".join(lines)
        assert not re.search(r"[\u2500-\u259f\u2800-\u28ff\x1b\r]", text)
        assert max(map(cell_len, lines)) <= 100
        for step in chapter.steps(facts):
            if step.question is not None:
                assert f"Answer: {step.question.options[step.question.answer]}." in text


def test_read_aloud_with_the_numbers_of_a_run(facts: Facts) -> None:
    text = "\n".join(lines_of(named("training"), facts))
    last = facts.last(Settings())
    assert f"30  {last.slope:.2f}" in re.sub(r" +", "  ", text)
