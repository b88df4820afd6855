"""What the user prefers, from one start of the program to the next: one small TOML file."""

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

MOST_FRAMES = 30
MARKERS = ("braille", "block", "ascii")

HEAD = f"""\
# linreg-tui writes down here the theme that is chosen in it, and the folder of the last file.
# By hand: marker = "braille", "block" or "ascii"; fps = 1 to {MOST_FRAMES}, frames a second.
# Options on the command line win over these, and are not written down.
"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is preferred, None where nothing is; the fields are the file's keys."""

    theme: str | None = None
    marker: str | None = None
    fps: int | None = None
    folder: str | None = None


class PreferencesFile:
    """The user's file, read once; `themes` are the names that there are.

    `wrong` says in one line what is wrong with it, and is empty if nothing is. A file with anything
    wrong in it is ignored, and for as long as this object lives never written.
    """

    def __init__(self, themes: Collection[str]) -> None:
        self.preferences, self.wrong = Preferences(), ""
        self._themes = themes
        self._path = path()
        try:
            self.preferences = _checked(_parsed(self._text()), themes)
        except InputError as error:
            self.wrong = f"{printable(str(self._path), 200)} is ignored: {error}"

    def keep(self, key: str, value: str) -> None:
        """Write a preference down; where that is not possible, it is just not remembered.

        What else is in the file stays, comments too.
        """
        if self.wrong:
            return
        with suppress(InputError, OSError, UnicodeEncodeError):
            # As it is by now: another session, or the user, may have written to it.
            found = self._text()
            wanted = {**_parsed(found), key: value}
            _checked(wanted, self._themes)
            text = _with(found or HEAD, key, value)
            text.encode()
            if _parsed(text) == wanted:
                # What a link points to is replaced, and not the link.
                target = self._path.resolve()
                target.parent.mkdir(parents=True, exist_ok=True)
                files.replace(target, [text])

    def _text(self) -> str:
        """What is in the file; nothing if there is none."""
        try:
            if self._path.exists() and not self._path.is_file():
                raise InputError("it is no ordinary file")
            return self._path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            raise InputError(f"it can't be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise InputError("it is not in UTF-8") from None


def path() -> Path:
    """Where the file is, in the user's folder for such files."""
    from platformdirs import user_config_path

    return user_config_path("linreg-tui", appauthor=False) / "preferences.toml"


def _parsed(text: str) -> dict[str, object]:
    if not text:
        return {}

    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"it is no TOML ({printable(str(error), 100)})") from None
    except RecursionError:
        raise InputError("it is nested too deeply") from None


def _checked(found: dict[str, object], themes: Collection[str]) -> Preferences:
    known = [field.name for field in fields(Preferences)]
    for key, value in found.items():
        if key not in known:
            raise InputError(f"{printable(key)!r} is none of {', '.join(known)}")
        fits, unfit = {
            "theme": (value in themes, "is no theme"),
            "marker": (value in MARKERS, f"is none of {', '.join(MARKERS)}"),
            "fps": (
                type(value) is int and 1 <= value <= MOST_FRAMES,
                f"is no number from 1 to {MOST_FRAMES}",
            ),
            "folder": (isinstance(value, str) and "\0" not in value, "is no path"),
        }[key]
        if not fits:
            raise InputError(f"{key} = {printable(repr(value))} {unfit}")
    return Preferences(**found)  # type: ignore[arg-type]


def _with(text: str, key: str, value: str) -> str:
    """The text with another line in place of the key's, or with one more."""
    # A basic string of TOML is JSON's, but for one character.
    quoted = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    line = f"{key} = {quoted}"
    replaced, count = re.subn(rf"(?m)^{key}\s*=.*$", lambda _: line, text)
    return replaced if count else f"{text.rstrip()}\n{line}\n".lstrip()
