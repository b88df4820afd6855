"""What holds for every module in compat."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import linreg_tui.compat

MENDERS = [
    node
    for path in sorted(Path(linreg_tui.compat.__path__[0]).glob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef | ast.FunctionDef)
]
TESTS = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("mender", MENDERS, ids=lambda node: node.name)
def test_each_names_the_versions_it_was_checked_with_and_the_discussion(
    mender: ast.ClassDef | ast.FunctionDef,
) -> None:
    text = " ".join((ast.get_docstring(mender) or "").split())
    assert "Checked with" in text
    assert "Textualize/textual#" in text or "python/cpython#" in text or "No issue found" in text


@pytest.mark.parametrize("mender", MENDERS, ids=lambda node: node.name)
def test_each_has_a_test_that_says_when_it_can_go(mender: ast.ClassDef | ast.FunctionDef) -> None:
    assert f"mended({mender.name}" in TESTS
