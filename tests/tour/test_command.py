"""The command `linreg-tui tour`."""

from __future__ import annotations

import pytest

from linreg_tui.cli import main


def test_a_chapter_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tour", "6", "--plain"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# 6. The learning rate\n")
    assert "Answer: diverge." in printed


def test_all_chapters_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tour", "--plain"]) == 0
    printed = capsys.readouterr().out
    assert [f"# {number}. " in printed for number in range(1, 11)] == [True] * 10


@pytest.mark.parametrize(("words", "why"), [(["gradeint"], "gradient"), ([], "--plain")])
def test_errors_take_one_line(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tour", *words]) == 2
    message = capsys.readouterr().err
    assert why in message
    assert message.count("\n") == 1
