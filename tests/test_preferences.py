"""The user's file of preferences: what it says, what is wrong with it, and how it is written."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from linreg_tui import preferences
from linreg_tui.core.text import printable
from linreg_tui.preferences import Preferences, PreferencesFile

THEMES = ["beige", "mauve"]

BY_HAND = """\
# mine
theme="beige"   # like the walls
  fps = 12

marker = "block"
"""


@pytest.fixture
def path(home: Path) -> Path:
    assert home in preferences.path().parents
    return preferences.path()


def written(path: Path, text: str | bytes) -> PreferencesFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return PreferencesFile(THEMES)


def test_nothing_is_preferred_and_nothing_written_at_first(path: Path) -> None:
    file = PreferencesFile(THEMES)
    assert (file.preferences, file.wrong) == (Preferences(), "")
    assert not path.parent.exists()


def test_what_is_kept_comes_back(path: Path) -> None:
    PreferencesFile(THEMES).keep("theme", "mauve")
    PreferencesFile(THEMES).keep("folder", "/data")
    assert PreferencesFile(THEMES).preferences == Preferences(theme="mauve", folder="/data")
    assert path.read_text().startswith("# linreg-tui writes")
    assert [each.name for each in path.parent.iterdir()] == ["preferences.toml"]


def test_what_was_written_by_hand_stays(path: Path) -> None:
    file = written(path, BY_HAND)
    assert file.preferences == Preferences(theme="beige", marker="block", fps=12)
    file.keep("theme", "mauve")
    file.keep("folder", "/data")
    assert path.read_text() == (
        '# mine\ntheme = "mauve"\n  fps = 12\n\nmarker = "block"\nfolder = "/data"\n'
    )


@pytest.mark.parametrize(
    "folder", ['a "b" \\ c', "tab\tnew\nline", "\x7f\x01", "\u00fc\u4ef7\U0001f3e0", "[x]\n#", ""]
)
def test_any_name_of_a_folder_comes_back(path: Path, folder: str) -> None:
    PreferencesFile(THEMES).keep("folder", "/before")
    PreferencesFile(THEMES).keep("folder", folder)
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"folder": folder}
    assert PreferencesFile(THEMES).preferences.folder == folder


def test_a_name_that_is_no_text_is_not_kept(path: Path) -> None:
    PreferencesFile(THEMES).keep("folder", os.fsdecode(b"/\xff"))
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme = ", "no TOML"),
        ("fps = 12\nfps = 13", "no TOML"),
        (b"theme = '\xff'", "UTF-8"),
        ("a = " + "[" * 100_000, "nested|no TOML"),
        ("colour = 'red'", r"'colour' is none of theme, marker, fps, folder"),
        ('"\\u001b[31m" = 1', r"\\x1b\[31m' is none of"),
        ("[theme]\nname = 'beige'", "is no theme"),
        ("theme = 'plaid'", "theme = 'plaid' is no theme"),
        ("theme = ['beige']", "is no theme"),
        ("marker = 'dots'", "marker = 'dots' is none of braille, block, ascii"),
        ("fps = 0", "fps = 0 is no number from 1 to 30"),
        ("fps = 31", "from 1 to 30"),
        ("fps = true", "from 1 to 30"),
        ("fps = 3.0", "from 1 to 30"),
        ("folder = 1", "is no path"),
        ('folder = "\\u0000"', "is no path"),
        ("theme = 'beige'\nfps = 'x'", "from 1 to 30"),
    ],
)
def test_what_is_broken_is_told_in_a_line_and_left_alone(
    path: Path, text: str | bytes, said: str
) -> None:
    file = written(path, text)
    before = path.read_bytes()
    assert file.preferences == Preferences()
    assert re.search(said, file.wrong)
    assert file.wrong.startswith(f"{printable(str(path), 200)} is ignored: ")
    assert file.wrong.isprintable()
    file.keep("theme", "mauve")
    assert path.read_bytes() == before
    path.write_text("")
    file.keep("theme", "mauve")
    assert path.read_bytes() == b""


def test_what_is_no_file_is_left_alone(path: Path) -> None:
    path.mkdir(parents=True)
    file = PreferencesFile(THEMES)
    assert "no ordinary file" in file.wrong
    file.keep("theme", "mauve")
    assert path.is_dir()
    path.rmdir()
    os.mkfifo(path)
    assert "no ordinary file" in PreferencesFile(THEMES).wrong


def test_what_cannot_be_read_is_told(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(path)
    file = PreferencesFile(THEMES)
    assert "can't be read (Too many levels of symbolic links)" in file.wrong
    file.keep("theme", "mauve")
    assert path.is_symlink()


def test_what_has_been_broken_meanwhile_is_left_alone(path: Path) -> None:
    file = written(path, BY_HAND)
    path.write_text("theme = ")
    file.keep("theme", "mauve")
    assert path.read_text() == "theme = "


def test_what_others_have_written_meanwhile_stays() -> None:
    file = PreferencesFile(THEMES)
    PreferencesFile(THEMES).keep("theme", "mauve")
    file.keep("folder", "/data")
    assert PreferencesFile(THEMES).preferences == Preferences(theme="mauve", folder="/data")


def test_a_folder_that_cannot_be_written_is_no_error(path: Path, home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where the folder would be")
    file = PreferencesFile(THEMES)
    assert file.wrong == ""
    file.keep("theme", "mauve")
    assert PreferencesFile(THEMES).preferences == Preferences()
    assert not path.exists()


def test_a_link_stays_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfile").write_text(BY_HAND)
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "dotfile")
    PreferencesFile(THEMES).keep("theme", "mauve")
    assert path.is_symlink()
    assert "mauve" in (tmp_path / "dotfile").read_text()


def test_a_write_that_fails_leaves_the_old_text(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(path, BY_HAND)

    def full(target: Path, _: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    file.keep("theme", "mauve")
    assert path.read_text() == BY_HAND
    assert [each.name for each in path.parent.iterdir()] == ["preferences.toml"]


def test_a_text_with_the_key_in_another_place_is_not_spoiled(path: Path) -> None:
    text = "folder = '''\ntheme = \"beige\"\n'''\n"
    file = written(path, text)
    file.keep("theme", "mauve")
    assert path.read_text() == text
