"""What the learner has said, against what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linreg_tui.tour.chapter import Chapter, Question, Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.memory import SKIPPED

ABREAST = 2
"""Answers beside one another in the sum of them."""


def key(chapter: Chapter, number: int) -> str:
    """Under which the answer to a step's question is kept; steps are counted from 0."""
    return f"{chapter.name}/{number}"


def verdict(question: Question, said: int) -> str:
    """What was said, and whether it was right."""
    right = question.options[question.answer]
    if said == SKIPPED or said >= len(question.options):
        return f"Skipped. The answer is **{right}**."
    if said == question.answer:
        return f"✓ You said **{right}**, and so it is."
    return f"✗ You said **{question.options[said]}**; the answer is **{right}**."


def questions(chapters: Iterable[Chapter], facts: Facts) -> list[tuple[Chapter, int, Step]]:
    """All steps that ask one."""
    return [
        (chapter, number, step)
        for chapter in chapters
        for number, step in enumerate(chapter.steps(facts))
        if step.question is not None
    ]


def summed_up(chapters: Iterable[Chapter], facts: Facts, answers: Mapping[str, int]) -> str:
    """All answers as Markdown: how many were right, and each of them."""
    asked = questions(chapters, facts)
    cells, right = [], 0
    for chapter, number, step in asked:
        question, said = step.question, answers.get(key(chapter, number), SKIPPED)
        assert question is not None
        options, truth = question.options, question.options[question.answer]
        place = f"{chapter.number}.{number + 1}"
        if not 0 <= said < len(options):
            cells.append(f"{place} – {truth}")
        elif said == question.answer:
            right += 1
            cells.append(f"{place} ✓ {truth}")
        else:
            cells.append(f"{place} ✗ {options[said]}: {truth}")
    given = sum(answers.get(key(c, n), SKIPPED) != SKIPPED for c, n, _ in asked)
    rows = -(-len(cells) // ABREAST)
    columns = [cells[start : start + rows] for start in range(0, len(cells), rows)]
    lines = [
        " | ".join(column[row] if row < len(column) else "" for column in columns)
        for row in range(rows)
    ]
    table = "\n".join(f"| {line} |" for line in lines)
    heads = "| " + " | ".join("step" for _ in columns) + " |"
    return f"**Your answers**: {given} of {len(asked)} given, {right} right.\n\n{heads}\n{table}\n"
