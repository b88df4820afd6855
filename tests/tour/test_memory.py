"""The progress in the tour, saved between starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from linreg_tui.tour import memory
from linreg_tui.tour.memory import Progress

PROGRESS = Progress("rate", 2, {"rate/1": 1, "theory/0": memory.SKIPPED})


@pytest.fixture
def folder(home: Path) -> Path:
    assert home in memory.folder().parents
    return memory.folder()


def test_saved_progress_comes_back(folder: Path) -> None:
    assert memory.recall() == Progress()
    memory.remember(PROGRESS)
    assert memory.recall() == PROGRESS
    assert [path.name for path in folder.iterdir()] == ["tour.json"]


@pytest.mark.usefixtures("folder")
def test_progress_can_be_deleted() -> None:
    memory.forget()
    memory.remember(PROGRESS)
    memory.forget()
    assert memory.recall() == Progress()


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"chapter": 1}', '{"chapter": "rate", "step": "x"}', "\udcff"]
)
def test_an_unreadable_file_means_no_progress(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "tour.json").write_bytes(text.encode(errors="surrogateescape"))
    assert memory.recall() == Progress()


def test_a_folder_that_cannot_be_written_is_not_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(memory, "folder", lambda: tmp_path / "file" / "linreg-tui")
    memory.remember(PROGRESS)
    memory.forget()
    assert memory.recall() == Progress()
