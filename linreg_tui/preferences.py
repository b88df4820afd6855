"""The user's preferences, which last from one start to the next in one small TOML file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

from linreg_tui import files
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

MAX_FPS = 30
MARKERS = ("braille", "block", "ascii", "octant")

HEAD = f"""\
# linreg-tui saves the theme that you choose here, and the folder of the last file that you opened.
# You can add: marker = {", ".join(map(repr, MARKERS))}; fps = 1 to {MAX_FPS}, frames a second.
# Options on the command line override these, and are not saved.
"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The user's preferences, with None where there is none; the fields are the file's keys."""

    theme: str | None = None
    marker: str | None = None
    fps: int | None = None
    folder: str | None = None


class PreferencesFile:
    """The user's file, read once; `themes` are the names of the themes that exist.

    `problem` says in one line what is wrong with the file, and is empty if nothing is. A file with
    a problem is ignored, and this object never writes to it.
    """

    def __init__(self, themes: Collection[str]) -> None:
        self.preferences, self.problem = Preferences(), ""
        self._themes = themes
        self._path = path()
        try:
            self.preferences = _checked(_parsed(files.in_time(self._text)), themes)
        except InputError as error:
            self.problem = f"{printable(str(self._path), 200)} is ignored: {error}"

    def save(self, key: str, value: str) -> None:
        """Save a preference; where that is not possible, nothing happens.

        Everything else in the file stays as it is, comments included.
        """
        if self.problem or files.writing_is_forbidden():
            return
        with suppress(InputError, OSError, UnicodeEncodeError):
            files.in_time(lambda: self._save(key, value))

    def _save(self, key: str, value: str) -> None:
        # Read it again: another session, or the user, may have written to it.
        found = self._text()
        wanted = {**_parsed(found), key: value}
        _checked(wanted, self._themes)
        text = _with_line(found or HEAD, key, value)
        text.encode()
        if _parsed(text) == wanted:
            # Replace the file that a link points to, not the link itself.
            target = self._path.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            files.replace(target, [text])

    def _text(self) -> str:
        """Return the text of the file; empty if there is no file."""
        try:
            if self._path.exists() and not self._path.is_file():
                raise InputError("it is not an ordinary file")
            return self._path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            raise InputError(f"it can't be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise InputError("it is not in UTF-8") from None


def path() -> Path:
    """Return the path of the file, in the user's configuration folder."""
    from platformdirs import user_config_path

    return user_config_path("linreg-tui", appauthor=False) / "preferences.toml"


def _parsed(text: str) -> dict[str, object]:
    if not text:
        return {}

    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"it is not valid TOML ({printable(str(error), 100)})") from None
    except RecursionError:
        raise InputError("it is nested too deeply") from None


def _checked(found: dict[str, object], themes: Collection[str]) -> Preferences:
    known = [field.name for field in fields(Preferences)]
    for key, value in found.items():
        if key not in known:
            raise InputError(f"{printable(key)!r} is none of {', '.join(known)}")
        fits, unfit = {
            "theme": (value in themes, "is not a theme"),
            "marker": (value in MARKERS, f"is none of {', '.join(MARKERS)}"),
            "fps": (
                type(value) is int and 1 <= value <= MAX_FPS,
                f"is not a number from 1 to {MAX_FPS}",
            ),
            "folder": (isinstance(value, str) and "\0" not in value, "is not a path"),
        }[key]
        if not fits:
            raise InputError(f"{key} = {printable(repr(value))} {unfit}")
    return Preferences(**found)  # type: ignore[arg-type]


def _with_line(text: str, key: str, value: str) -> str:
    """Return the text with the key's line replaced, or added if there is none."""
    # A basic string in TOML is the same as in JSON, except for one character.
    quoted = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    line = f"{key} = {quoted}"
    replaced, count = re.subn(rf"(?m)^{key}\s*=.*$", lambda _: line, text)
    return replaced if count else f"{text.rstrip()}\n{line}\n".lstrip()
