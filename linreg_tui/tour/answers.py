"""The learner's answers compared with the right ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linreg_tui.tour.chapter import Chapter, Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.memory import SKIPPED

SUMMARY_COLUMNS = 2


def key(chapter: Chapter, number: int) -> str:
    """Return the key of the answer to a step's question; steps are counted from 0."""
    return f"{chapter.name}/{number}"


def verdict(question: Question, answer: int) -> str:
    """Return what the learner answered, and whether it was right."""
    right = question.options[question.answer]
    if answer == SKIPPED or answer >= len(question.options):
        return f"Skipped. The answer is **{right}**."
    if answer == question.answer:
        return f"✓ You said **{right}**, and you are right."
    return f"✗ You said **{question.options[answer]}**; the answer is **{right}**."


def questions(chapters: Iterable[Chapter], facts: Facts) -> list[tuple[Chapter, int, Step]]:
    """Return all steps with a question, with their chapters and numbers."""
    return [
        (chapter, number, step)
        for chapter in chapters
        for number, step in enumerate(chapter.steps(facts))
        if step.question is not None
    ]


def answer_summary(chapters: Iterable[Chapter], facts: Facts, answers: Mapping[str, int]) -> str:
    """Return a summary in Markdown: how many answers were right, and each answer."""
    asked = questions(chapters, facts)
    cells, right = [], 0
    for chapter, number, step in asked:
        question, answer = step.question, answers.get(key(chapter, number), SKIPPED)
        assert question is not None
        options, truth = question.options, question.options[question.answer]
        place = f"{chapter.number}.{number + 1}"
        if not 0 <= answer < len(options):
            cells.append(f"{place} – {truth}")
        elif answer == question.answer:
            right += 1
            cells.append(f"{place} ✓ {truth}")
        else:
            cells.append(f"{place} ✗ {options[answer]}: {truth}")
    given = sum(answers.get(key(c, n), SKIPPED) != SKIPPED for c, n, _ in asked)
    rows = -(-len(cells) // SUMMARY_COLUMNS)
    columns = [cells[start : start + rows] for start in range(0, len(cells), rows)]
    lines = [
        " | ".join(column[row] if row < len(column) else "" for column in columns)
        for row in range(rows)
    ]
    table = "\n".join(f"| {line} |" for line in lines)
    heads = "| " + " | ".join("step" for _ in columns) + " |"
    return f"**Your answers**: {given} of {len(asked)} given, {right} right.\n\n{heads}\n{table}\n"
