"""Files are written completely or not at all, and never replace one that nobody named."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from linreg_tui import files
from linreg_tui.core.errors import InputError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failing() -> Iterator[str]:
    yield "half of it"
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_second_file_has_a_number(tmp_path: Path) -> None:
    (tmp_path / "run-3.csv").write_text("mine")
    for text, name in (
        ("a", "run.csv"),
        ("b", "run-2.csv"),
        ("c", "run-4.csv"),
        ("a", "run-5.csv"),
    ):
        assert files.create(tmp_path, "run", ".csv", [text]) == tmp_path / name
        assert (tmp_path / name).read_text() == text
    assert (tmp_path / "run-3.csv").read_text() == "mine"
    assert files.free_number(tmp_path, "run", [".csv"]) == 6
    assert files.free_number(tmp_path, "run", [".svg", ".txt"]) == 1
    assert len(names(tmp_path)) == 5


def test_the_same_text_need_not_be_written_twice(tmp_path: Path) -> None:
    for text, name in (("a", "run.csv"), ("b", "run-2.csv"), ("b", "run-2.csv")):
        written = files.create(tmp_path, "run", ".csv", [text], reuse=True)
        assert written == tmp_path / name
    assert names(tmp_path) == ["run-2.csv", "run.csv"]


@pytest.mark.skipif(os.name == "nt", reason="links to nowhere take rights there")
def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "run.csv").symlink_to(tmp_path / "nowhere")
    assert files.free_number(tmp_path, "run", [".csv"]) == 2
    assert files.create(tmp_path, "run", ".csv", ["a"]).name == "run-2.csv"
    assert names(tmp_path) == ["run-2.csv", "run.csv"]


def test_without_links_a_file_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(_self: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    for text in "ab":
        files.create(tmp_path, "run", ".csv", [text])
    assert names(tmp_path) == ["run-2.csv", "run.csv"]
    assert (tmp_path / "run.csv").read_text() == "a"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text("as it was")
    for write in (
        lambda: files.create(tmp_path, "run", ".csv", failing()),
        lambda: files.replace(old, failing()),
    ):
        with pytest.raises(InputError, match=r"it can't be written \(No space left on device\)"):
            write()
    assert names(tmp_path) == ["old.csv"]
    assert old.read_text() == "as it was"


def test_an_interrupted_file_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted() -> Iterator[str]:
        yield "half of it"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.replace(tmp_path / "run.csv", interrupted())
    assert names(tmp_path) == []


def test_folders_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for text in ("", " ", ".", "~", str(tmp_path)):
        assert files.folder_named(text).samefile(tmp_path)
    (tmp_path / "file").write_text("")
    for text in ("nowhere", "file", "~nobody-of-this-name", "\0", "x" * 5000):
        with pytest.raises(InputError, match="there is no such folder; make it first"):
            files.folder_named(text)
