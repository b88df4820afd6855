"""Writing files completely or not at all."""

from __future__ import annotations

import errno
import filecmp
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from itertools import count
from pathlib import Path
from typing import IO, Any, TextIO, TypeVar

from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

if sys.platform != "win32":
    import fcntl

PART, PART_END = ".linreg-tui-", ".part"
"""How the names of files begin and end that are not complete yet."""

PATIENCE_SECONDS = 2.0
"""The time that a folder has to answer while somebody waits for it."""

PATH_CHARACTERS = 50
"""The most that are shown of a path."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
"""The errors of file systems that have no hard links."""

_changing = threading.Lock()
"""Held while a file is created or moved into place; held for ever once `undo` was called."""

Value = TypeVar("Value")

_forbidden = ""
_unfinished: set[Path] = set()
_together: ContextVar[set[Path] | None] = ContextVar("_together", default=None)


@contextmanager
def _change() -> Iterator[None]:
    """Create a file or move it into place in this context, and not while the program ends."""
    if not _changing.acquire(timeout=PATIENCE_SECONDS):
        raise NoAnswerError("an earlier file is still being written: try again later")
    try:
        yield
    finally:
        _changing.release()


def forbid_writing(why: str) -> None:
    """Let nothing be written from now on; an attempt gets these words. Empty ones allow it."""
    global _forbidden
    _forbidden = why


def writing_is_forbidden() -> bool:
    """Return whether nothing can be written."""
    return bool(_forbidden)


@contextmanager
def as_one() -> Iterator[None]:
    """Treat the files created in this context as one: until it ends, `undo` removes them all."""
    created: set[Path] = set()
    token = _together.set(created)
    try:
        yield
    finally:
        _together.reset(token)
        _unfinished.difference_update(created)


def undo() -> bool:
    """Remove the unfinished files, as the program ends now; return whether there were any.

    Other threads may still be writing, but none can begin or finish a file any more.
    """
    _changing.acquire(timeout=0.1)
    undone = False
    for path in tuple(_unfinished):
        with suppress(OSError):
            path.unlink()
            undone = True
    return undone


def writable(path: str) -> Path:
    """Check, before the work whose result goes there, that a file can be written; return its path.

    Raises
    ------
    InputError
        If the folder does not exist or is not writable, or if the path is not an ordinary file.
    """
    shown = printable(path)
    if "\0" in path or not Path(path).name:
        raise InputError(
            f"{shown or 'an empty name'}: this does not name a file to write; name one"
        )
    try:
        # Replace the file that a link points to, not the link itself.
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            raise InputError(f"{shown}: this is not an ordinary file; name another one")
        if not target.parent.is_dir():
            raise InputError(
                f"{shown}: there is no folder {printable(str(target.parent))}; make it first"
            )
        with _part(target):
            pass
    except OSError as error:
        raise _unwritable(path, error) from None
    except RuntimeError:  # before Python 3.13, links that lead in a circle
        raise InputError(f"{shown}: its links lead in a circle; name another file") from None
    return target


class NoAnswerError(InputError):
    """A folder gives no answer, as on a network that is down."""


def in_time(work: Callable[[], Value], seconds: float = PATIENCE_SECONDS) -> Value:
    """Return the result of work with files, which must not take long.

    A folder on a network that is down can keep a program waiting for ever.

    Raises
    ------
    NoAnswerError
        If there is no result in time; the work goes on in a thread that the program doesn't wait
        for.
    """
    done: Future[Value] = Future()
    context = copy_context()

    def run() -> None:
        try:
            done.set_result(context.run(work))
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, name="files", daemon=True).start()
    try:
        return done.result(seconds)
    except TimeoutError:
        if done.done():  # the work itself has failed with such an error
            raise
        raise NoAnswerError(f"there was no answer within {seconds:g} seconds") from None


def exists(path: str) -> bool:
    """Return whether there is such a file; what is too long for a name names none."""
    return os.path.exists(path)  # noqa: PTH110 - a Path raises an error


def folder_named(text: str) -> Path:
    """Return the folder for the text that a user typed; an empty text is the current folder.

    `~` stands for the home folder.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    try:
        folder = Path(text.strip()).expanduser()
        found = in_time(folder.is_dir)
    except NoAnswerError as error:
        raise NoAnswerError(f"{printable(text)}: {error}; choose another folder") from None
    except (OSError, ValueError, RuntimeError):
        found = False
    if not found:
        raise InputError(f"{printable(text)}: there is no such folder; make it first")
    return folder


def current_folder() -> str:
    """Return the path of the current folder, or "." if that has been removed."""
    try:
        return str(Path.cwd())
    except OSError:
        return "."


def shortened(path: str) -> str:
    """Return a path to show: of a long one, only the end."""
    shown = printable(path, len(path) * 10)
    return shown if len(shown) <= PATH_CHARACTERS else f"…{shown[1 - PATH_CHARACTERS :]}"


def numbered(stem: str, suffix: str, number: int) -> str:
    """Return the name of a file, numbered from the second one on: run.csv, run-2.csv."""
    return f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"


def free_number(folder: Path, stem: str, suffixes: Iterable[str]) -> int:
    """Return the first number for which none of these names is taken."""
    endings = tuple(suffixes)
    return next(
        number
        for number in count(1)
        if not any(os.path.lexists(folder / numbered(stem, end, number)) for end in endings)
    )


def replace(target: Path, pieces: Iterable[str]) -> None:
    """Write a file, replacing one that may be there.

    Raises
    ------
    InputError
        If it can't be written.
    """
    with _written(target, pieces) as part, _change():
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
    """Write a new file under the first free number from `number` on, and return its path.

    With `reuse`, an existing file with exactly the same text is used instead.

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
                with _change():
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
    """Write a temporary file that is to become `target`; remove it if it is left at the end."""
    if _forbidden:
        raise InputError(_forbidden)
    try:
        with _part(target) as (part, file):
            with file:  # on some file systems a full disk is found when the file is closed
                file.writelines(pieces)
            yield part
    except OSError as error:
        raise _unwritable(str(target), error) from None


def _put(part: Path, target: Path) -> None:
    """Give a file its name; raise a FileExistsError if the name is taken."""
    try:
        # Unlike a rename, a link never replaces another file.
        target.hardlink_to(part)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError from None
        part.rename(target)


@contextmanager
def _part(target: Path) -> Iterator[tuple[Path, TextIO]]:
    """Open a file beside the target, to be moved into its place; remove it if it is left.

    It is locked as long as it is written. So one that isn't belongs to a program that was killed,
    and is removed.
    """
    _clear(target.parent)
    part, file = _opened(target)
    # The lock stays when the file is closed, as it must be on Windows before it can be moved.
    held = None if sys.platform == "win32" else os.dup(file.fileno())
    try:
        with file:
            target.exists()  # a name that is too long is found here, not once the work is done
            yield part, file
    finally:
        if held is not None:
            os.close(held)
        with suppress(OSError):
            part.unlink(missing_ok=True)
        _unfinished.discard(part)


def _opened(target: Path) -> tuple[Path, TextIO]:
    """Return a new locked file beside the target."""
    while True:
        part = target.with_name(f"{PART}{secrets.token_hex(8)}{PART_END}")
        with _change():
            file = part.open("x", encoding="utf-8", newline="\n")
            _unfinished.add(part)
        # Until it is locked, another program may take it for one that was left.
        if _lock(file) is not False and part.exists():
            return part, file
        file.close()
        _unfinished.discard(part)


def _clear(folder: Path) -> None:
    """Remove what programs that were killed have left of their files."""
    for part in folder.glob(f"{PART}*{PART_END}"):
        with suppress(OSError):
            if sys.platform == "win32":
                part.unlink()  # refused as long as it is open
                continue
            with part.open("rb+") as file:
                if _lock(file):
                    part.unlink()


def _lock(file: IO[Any]) -> bool | None:
    """Lock a file; return False if another program has, and None where files have no locks."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _unwritable(path: str, error: OSError) -> InputError:
    return InputError(
        f"{printable(path)}: it can't be written ({error.strerror}); name another file or folder"
    )
