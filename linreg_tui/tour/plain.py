"""The tour as plain text, for reading or a screen reader: no drawings, and nothing moves."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from linreg_tui.core.losses1d import descend
from linreg_tui.core.run import Run
from linreg_tui.core.summary import summary
from linreg_tui.numbers import above_least, above_optimum, fixed_loss, rate
from linreg_tui.tour.chapter import Chapter, Step
from linreg_tui.tour.chapters import chapters
from linreg_tui.tour.facts import Facts, facts_of_tour
from linreg_tui.tour.scenes import DataView, Descent, FormulaView, Scene, Sweep, Training
from linreg_tui.tour.text import columns, plain

WIDTH = 76
SHOWN_STEPS = 12
"""A run with more steps shows the first ones, and then fewer and fewer."""

FIRST_ROWS = 5


def print_tour(chapter: Chapter | None) -> None:
    """Print a chapter, or all chapters for None."""
    facts = facts_of_tour()
    for one in chapters() if chapter is None else (chapter,):
        for line in lines_of(one, facts):
            sys.stdout.write(line + "\n")


def lines_of(chapter: Chapter, facts: Facts) -> Iterator[str]:
    """Yield the lines of a chapter."""
    yield f"# {chapter.number}. {chapter.title}"
    for number, step in enumerate(chapter.steps(facts), 1):
        yield ""
        yield f"## {chapter.number}.{number}"
        yield ""
        yield from _step(step, facts)
    yield ""


def _step(step: Step, facts: Facts) -> Iterator[str]:
    yield from plain(step.text, WIDTH)
    question = step.question
    if question is not None:
        yield ""
        yield from plain(f"**Question.** {question.text}", WIDTH)
        yield ""
        yield from plain("\n".join(f"- {option}" for option in question.options), WIDTH)
        yield ""
        yield from plain(f"**Answer**: {question.options[question.answer]}.", WIDTH)
        yield ""
        yield from plain(question.seen, WIDTH)
    table = numbers(step.scene, facts)
    if table:
        yield ""
        yield from columns(table)


def numbers(scene: Scene, facts: Facts) -> list[tuple[str, ...]]:
    """Return the numbers in a scene's pictures, as a table with a heading; empty for a page."""
    match scene:
        case Training():
            return _training(scene, facts)
        case Sweep():
            return _sweep(scene, facts)
        case Descent():
            return _descent(scene)
        case DataView():
            return _data(facts)
        case FormulaView():
            return _formula(facts)
        case _:
            return []


def _training(scene: Training, facts: Facts) -> list[tuple[str, ...]]:
    run = facts.run(scene.settings)
    return [
        ("step", "slope", "intercept", "loss", "above the least"),
        *(_run_step(run, number) for number in _chosen(run.history.last)),
    ]


def _run_step(run: Run, number: int) -> tuple[str, ...]:
    step = run.history[number]
    return (
        str(number),
        f"{step.slope:.2f}",
        f"{step.intercept:.2f}",
        fixed_loss(step.loss, run.optimum).strip(),
        above_optimum(run.optimum, step.slope, step.intercept),
    )


def _sweep(scene: Sweep, facts: Facts) -> list[tuple[str, ...]]:
    return [
        ("batch", "rate m", "rate b", "steps", "slope", "intercept", "above the least", "status"),
        *(
            (
                str(result.trial.settings.batch_size),
                rate(result.trial.settings.learning_rate_m),
                rate(result.trial.settings.learning_rate_b),
                str(result.steps),
                f"{result.slope:.2f}",
                f"{result.intercept:.2f}",
                above_least(facts.line, result.excess),
                result.status,
            )
            for result in facts.results(scene)
        ),
    ]


def _descent(scene: Descent) -> list[tuple[str, ...]]:
    path = descend(scene.loss, scene.start, scene.rates)
    return [
        ("step", "rate", scene.label, "loss", "slope"),
        *(
            (
                str(number),
                rate(scene.rates[number]) if number < len(scene.rates) else "",
                f"{path[number]:.4f}",
                f"{scene.loss.value(float(path[number])):.4f}",
                f"{scene.loss.derivative(float(path[number])):.4f}",
            )
            for number in _chosen(len(path) - 1)
        ),
    ]


def _data(facts: Facts) -> list[tuple[str, ...]]:
    data = facts.data
    both = summary(data.x), summary(data.y)
    first = [
        (f"row {row}", f"{data.x[row]:.0f}", f"{data.y[row]:.0f}") for row in range(FIRST_ROWS)
    ]
    return [
        ("", data.x_name, data.y_name),
        *first,
        ("mean", *(f"{column.mean:.2f}" for column in both)),
        ("deviation", *(f"{column.std:.2f}" for column in both)),
        ("least", *(f"{column.minimum:.0f}" for column in both)),
        ("median", *(f"{column.quartiles[1]:.0f}" for column in both)),
        ("largest", *(f"{column.maximum:.0f}" for column in both)),
    ]


def _formula(facts: Facts) -> list[tuple[str, ...]]:
    sums, line = facts.sums, facts.line
    return [
        ("", ""),
        ("n", f"{sums.n}"),
        ("sum of x", f"{sums.x:.0f}"),
        ("sum of y", f"{sums.y:.0f}"),
        ("sum of xy", f"{sums.xy:.0f}"),
        ("sum of x²", f"{sums.xx:.0f}"),
        ("slope", f"{line.slope:.6f}"),
        ("intercept", f"{line.intercept:.6f}"),
        ("standard error of the slope", f"{facts.slope_error:.4f}"),
        ("least loss", f"{line.loss:.2f}"),
    ]


def _chosen(last: int) -> list[int]:
    """Return numbers up to the last: all of a few, else the first ones and then fewer and fewer."""
    if last <= SHOWN_STEPS:
        return list(range(last + 1))
    numbers, number = [0, 1, 2, 3], 5.0
    while number < last:
        numbers.append(round(number))
        number *= 1.5
    return [*numbers, last]
