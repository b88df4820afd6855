"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import filecmp
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from itertools import count
from pathlib import Path

from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

LONGEST_FOLDER = 50

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
"""What file systems without hard links answer, when asked for one."""

_changing = threading.Lock()
"""Held while a file appears or takes its place; for ever, once `undo` was called."""

_unfinished: set[Path] = set()
_together: ContextVar[set[Path] | None] = ContextVar("_together", default=None)


@contextmanager
def as_one() -> Iterator[None]:
    """Take files that are created in here for one: until its end, `undo` undoes all of them."""
    created: set[Path] = set()
    token = _together.set(created)
    try:
        yield
    finally:
        _together.reset(token)
        _unfinished.difference_update(created)


def undo() -> bool:
    """Take away what is being written, since the program ends now; whether anything was.

    Other threads may still be writing, and none will begin or finish a file any more.
    """
    _changing.acquire(timeout=0.1)
    undone = False
    for path in tuple(_unfinished):
        with suppress(OSError):
            path.unlink()
            undone = True
    return undone


def writable(path: str) -> Path:
    """The path of a file that can be expected to be written, before the work that it is to hold.

    Raises
    ------
    InputError
        If there is no such folder, none may write in it, or something else is in the file's place.
    """
    shown = printable(path)
    if "\0" in path or not Path(path).name:
        raise InputError(
            f"{shown or 'an empty name'}: this is no name of a file to write; name one"
        )
    # What a link points to is replaced, and not the link.
    target = Path(path).resolve()
    try:
        if target.exists() and not target.is_file():
            raise InputError(f"{shown}: this is no ordinary file; name another one")
        if not target.parent.is_dir():
            raise InputError(
                f"{shown}: there is no folder {printable(str(target.parent))}; make it first"
            )
        part = _part(target)
        part.touch(exist_ok=False)
        part.unlink()
    except OSError as error:
        raise _unwritable(shown, error) from None
    return target


def folder_named(text: str) -> Path:
    """The folder that is meant by what somebody typed; nothing and ~ are understood.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        folder = Path(text.strip()).expanduser()
        found = folder.is_dir()
    except (OSError, ValueError, RuntimeError):
        found = False
    if not found:
        raise InputError(f"{printable(text)}: there is no such folder; make it first")
    return folder


def current_folder() -> str:
    """The path of the folder that the program was started in, if that is still there."""
    try:
        return str(Path.cwd())
    except OSError:
        return "."


def shortened(path: str) -> str:
    """A path to show; of a long one the end."""
    shown = printable(path, len(path) * 10)
    return shown if len(shown) <= LONGEST_FOLDER else f"…{shown[1 - LONGEST_FOLDER :]}"


def numbered(stem: str, suffix: str, number: int) -> str:
    """The name of a file, the second and later ones with their number: run.csv, run-2.csv."""
    return f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"


def free_number(folder: Path, stem: str, suffixes: Iterable[str]) -> int:
    """The first number with which none of these names is taken."""
    endings = tuple(suffixes)
    return next(
        number
        for number in count(1)
        if not any(os.path.lexists(folder / numbered(stem, end, number)) for end in endings)
    )


def replace(target: Path, pieces: Iterable[str]) -> None:
    """Write a file, in the place of one that may be there.

    Raises
    ------
    InputError
        If it can't be written.
    """
    with _written(target, pieces) as part, _changing:
        part.replace(target)


def create(
    folder: Path,
    stem: str,
    suffix: str,
    pieces: Iterable[str],
    *,
    number: int = 1,
    reuse: bool = False,
) -> Path:
    """Write a file beside those that are there, with the first free number from `number` on.

    With `reuse`, one that has the very same text already may stand for it. Returns its path.

    Raises
    ------
    InputError
        If it can't be written.
    """
    with _written(folder / numbered(stem, suffix, number), pieces) as part:
        for following in count(number):
            target = folder / numbered(stem, suffix, following)
            if reuse and target.is_file() and filecmp.cmp(part, target, shallow=False):
                return target
            try:
                with _changing:
                    _put(part, target)
                    if (created := _together.get()) is not None:
                        created.add(target)
                        _unfinished.add(target)
            except FileExistsError:
                continue
            return target
    raise AssertionError  # there is always another number


@contextmanager
def _written(target: Path, pieces: Iterable[str]) -> Iterator[Path]:
    """The file that is to become `target`; what is left of it at the end is taken away."""
    part = _part(target)
    try:
        with _changing:
            file = part.open("x", encoding="utf-8", newline="\n")
            _unfinished.add(part)
        with file:
            file.writelines(pieces)
        yield part
    except OSError as error:
        raise _unwritable(str(target), error) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        _unfinished.discard(part)


def _put(part: Path, target: Path) -> None:
    """Give a file its name, unless that is taken: then raise a FileExistsError."""
    try:
        # Unlike a rename, a link never takes another file's place.
        target.hardlink_to(part)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError from None
        part.rename(target)


def _part(target: Path) -> Path:
    """Where a file is written before it takes its place."""
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def _unwritable(path: str, error: OSError) -> InputError:
    return InputError(
        f"{printable(path)}: it can't be written ({error.strerror}); name another file or folder"
    )
