"""Files are written completely or not at all, and never replace one that nobody named."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


def test_what_a_killed_program_left_is_in_nobodys_way_and_is_cleared(tmp_path: Path) -> None:
    script = f"""
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from linreg_tui import files
def pieces():
    yield "half of it"
    print("begun", flush=True)
    time.sleep(60)
files.replace(Path({str(tmp_path / "run.csv")!r}), pieces())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begun\n"
        (part,) = tmp_path.iterdir()
        files.replace(tmp_path / "other.csv", ["a"])
        assert part.exists(), "it is still being written"
        writer.kill()
    assert part.exists()
    (tmp_path / f".run.csv.{os.getpid()}.part").touch()
    assert files.writable(str(tmp_path / "run.csv")) == tmp_path / "run.csv"
    files.replace(tmp_path / "run.csv", ["all of it"])
    assert names(tmp_path) == [f".run.csv.{os.getpid()}.part", "other.csv", "run.csv"]


def test_many_programs_may_write_at_once(tmp_path: Path) -> None:
    """None takes the file of another, which it has just begun, for one that was left."""

    def write(number: int) -> Path:
        for _ in range(20):
            files.replace(tmp_path / "same.csv", [str(number)])
        return files.create(tmp_path, "run", ".csv", [str(number)])

    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(write, range(8)))
    assert {path.read_text() for path in written} == set("01234567")
    assert len(names(tmp_path)) == 9


def test_where_files_have_no_locks_nothing_is_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", no_locks)
    (tmp_path / f"{files.PART}1{files.PART_END}").touch()
    files.replace(tmp_path / "run.csv", ["a"])
    assert len(names(tmp_path)) == 2


@pytest.mark.parametrize("name", ["x" * 252 + ".csv", "x" * 5000 + ".csv"])
def test_a_name_that_is_too_long_is_reported_before_the_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"csv: it can't be written \(File name too long\)"):
        files.writable(str(tmp_path / name))
    assert names(tmp_path) == []


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    target = files.writable(str(tmp_path / ("x" * 251 + ".csv")))
    files.replace(target, ["a"])
    assert target.read_text() == "a"


def test_links_in_a_circle_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(InputError, match="name another"):
        files.writable(str(tmp_path / "a"))


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
