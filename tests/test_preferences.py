"""The file of the user's preferences: reading, problems, and saving."""

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


def test_at_first_there_is_no_preference_and_no_file(path: Path) -> None:
    file = PreferencesFile(THEMES)
    assert (file.preferences, file.problem) == (Preferences(), "")
    assert not path.parent.exists()


def test_saved_preferences_come_back(path: Path) -> None:
    PreferencesFile(THEMES).save("theme", "mauve")
    PreferencesFile(THEMES).save("folder", "/data")
    assert PreferencesFile(THEMES).preferences == Preferences(theme="mauve", folder="/data")
    assert path.read_text().startswith("# linreg-tui saves")
    assert [each.name for each in path.parent.iterdir()] == ["preferences.toml"]


def test_lines_written_by_hand_stay(path: Path) -> None:
    file = written(path, BY_HAND)
    assert file.preferences == Preferences(theme="beige", marker="block", fps=12)
    file.save("theme", "mauve")
    file.save("folder", "/data")
    assert path.read_text() == (
        '# mine\ntheme = "mauve"\n  fps = 12\n\nmarker = "block"\nfolder = "/data"\n'
    )


@pytest.mark.parametrize(
    "folder", ['a "b" \\ c', "tab\tnew\nline", "\x7f\x01", "\u00fc\u4ef7\U0001f3e0", "[x]\n#", ""]
)
def test_a_folder_of_any_name_comes_back(path: Path, folder: str) -> None:
    PreferencesFile(THEMES).save("folder", "/before")
    PreferencesFile(THEMES).save("folder", folder)
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"folder": folder}
    assert PreferencesFile(THEMES).preferences.folder == folder


def test_a_name_that_is_not_text_is_not_saved(path: Path) -> None:
    PreferencesFile(THEMES).save("folder", os.fsdecode(b"/\xff"))
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("theme = ", "not valid TOML"),
        ("fps = 12\nfps = 13", "not valid TOML"),
        (b"theme = '\xff'", "UTF-8"),
        ("a = " + "[" * 100_000, "nested|not valid TOML"),
        ("colour = 'red'", r"'colour' is none of theme, marker, fps, folder"),
        ('"\\u001b[31m" = 1', r"\\x1b\[31m' is none of"),
        ("[theme]\nname = 'beige'", "is not a theme"),
        ("theme = 'plaid'", "theme = 'plaid' is not a theme"),
        ("theme = ['beige']", "is not a theme"),
        ("marker = 'dots'", "marker = 'dots' is none of braille, block, ascii"),
        ("fps = 0", "fps = 0 is not a number from 1 to 30"),
        ("fps = 31", "from 1 to 30"),
        ("fps = true", "from 1 to 30"),
        ("fps = 3.0", "from 1 to 30"),
        ("folder = 1", "is not a path"),
        ('folder = "\\u0000"', "is not a path"),
        ("theme = 'beige'\nfps = 'x'", "from 1 to 30"),
    ],
)
def test_a_broken_file_is_reported_in_one_line_and_left_alone(
    path: Path, text: str | bytes, message: str
) -> None:
    file = written(path, text)
    before = path.read_bytes()
    assert file.preferences == Preferences()
    assert re.search(message, file.problem)
    assert file.problem.startswith(f"{printable(str(path), 200)} is ignored: ")
    assert file.problem.isprintable()
    file.save("theme", "mauve")
    assert path.read_bytes() == before
    path.write_text("")
    file.save("theme", "mauve")
    assert path.read_bytes() == b""


def test_a_path_that_is_not_a_file_is_left_alone(path: Path) -> None:
    path.mkdir(parents=True)
    file = PreferencesFile(THEMES)
    assert "not an ordinary file" in file.problem
    file.save("theme", "mauve")
    assert path.is_dir()
    path.rmdir()
    os.mkfifo(path)
    assert "not an ordinary file" in PreferencesFile(THEMES).problem


def test_an_unreadable_file_is_reported(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(path)
    file = PreferencesFile(THEMES)
    assert "can't be read (Too many levels of symbolic links)" in file.problem
    file.save("theme", "mauve")
    assert path.is_symlink()


def test_a_file_that_breaks_later_is_left_alone(path: Path) -> None:
    file = written(path, BY_HAND)
    path.write_text("theme = ")
    file.save("theme", "mauve")
    assert path.read_text() == "theme = "


def test_preferences_saved_by_others_in_between_stay() -> None:
    file = PreferencesFile(THEMES)
    PreferencesFile(THEMES).save("theme", "mauve")
    file.save("folder", "/data")
    assert PreferencesFile(THEMES).preferences == Preferences(theme="mauve", folder="/data")


def test_a_folder_that_cannot_be_written_is_not_an_error(path: Path, home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where the folder would be")
    file = PreferencesFile(THEMES)
    assert file.problem == ""
    file.save("theme", "mauve")
    assert PreferencesFile(THEMES).preferences == Preferences()
    assert not path.exists()


def test_a_link_stays_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfile").write_text(BY_HAND)
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "dotfile")
    PreferencesFile(THEMES).save("theme", "mauve")
    assert path.is_symlink()
    assert "mauve" in (tmp_path / "dotfile").read_text()


def test_a_write_that_fails_leaves_the_old_text(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(path, BY_HAND)

    def full(target: Path, _: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    file.save("theme", "mauve")
    assert path.read_text() == BY_HAND
    assert [each.name for each in path.parent.iterdir()] == ["preferences.toml"]


def test_a_text_with_the_key_in_another_place_is_not_spoiled(path: Path) -> None:
    text = "folder = '''\ntheme = \"beige\"\n'''\n"
    file = written(path, text)
    file.save("theme", "mauve")
    assert path.read_text() == text
