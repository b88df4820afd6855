"""A file as text: opened, unpacked and decoded, a piece at a time."""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

HEAD_BYTES = 2**18
"""Looked at to find out what a file holds."""

HEAD_LINES, LONGEST_HEAD = 100, 2**23
"""Of a file with long lines more is looked at, up to so many of them or so many bytes."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""

_BINARY = "this is no text, but a binary file (it has NUL bytes); save the table as CSV in UTF-8"
_FALSE_GZIP = "its name ends with .gz, and it isn't compressed by gzip; rename or compress it"
_CORRUPT = "the compressed file is damaged; download or compress it again"
_CUT_OFF = "the compressed file ends too soon; download or compress it again"


@contextmanager
def input_errors(path: str) -> Iterator[None]:
    """Whatever goes wrong with a file in here becomes an InputError."""
    name = printable(path) or "an empty path"
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{name}: this is a folder; name a CSV file in it") from None
    except PermissionError:
        raise InputError(f"{name}: no permission to read it; check its owner and mode") from None
    except (gzip.BadGzipFile, zlib.error):
        raise InputError(f"{name}: {_CORRUPT}") from None
    except EOFError:
        raise InputError(f"{name}: {_CUT_OFF}") from None
    except OSError as error:
        raise InputError(f"{name}: it can't be read ({_reason(error)}); check the path") from None
    except ValueError as error:
        raise InputError(f"{name}: {_unreadable(str(error))}") from None


def _reason(error: OSError) -> str:
    return error.strerror or printable(str(error).partition("\n")[0])


def _unreadable(why: str) -> str:
    if "EOF inside string" in why:
        return 'a quote (") is opened and never closed; look for it near the end, and close it'
    why = printable(why.strip().partition("\n")[0])
    return f"this isn't a readable table ({why}); check it, or save it anew as CSV"


class Source:
    """A file that is open for reading, once from its start to its end.

    `head` is the text of its first part, and `complete` whether that is all. What is no UTF-8, and
    has no byte order mark, is taken for Western European text of Windows, which Latin-1 is part of.

    Raises
    ------
    InputError
        If it can't be opened, or doesn't hold text.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.complete = False
        with input_errors(path):
            # pandas would take an address for an invitation to go and fetch it.
            self._raw = Path(path).open("rb")  # noqa: SIM115 - closed by `close`
            try:
                self._before = os.fstat(self._raw.fileno())
                packed = self._raw.peek(2)[:2] == b"\x1f\x8b"
                if path.lower().endswith(".gz") and not packed and self._before.st_size:
                    raise InputError(f"{printable(path)}: {_FALSE_GZIP}")
                self._file = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
                self.head = self._decoded = self._open()
            except BaseException:
                self._raw.close()
                raise

    def _open(self) -> str:
        start = b""
        while not self.complete and len(start) < LONGEST_HEAD:
            more = self._file.read(HEAD_BYTES)
            start += more
            self.complete = len(more) < HEAD_BYTES
            if start.count(b"\n") + start.count(b"\r") >= HEAD_LINES:
                break
        marked = (name for mark, name in _MARKS if start.startswith(mark))
        self.encoding = next(marked, None) or _unmarked(start)
        # A stray byte of another encoding in a text column is no reason to fail.
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        return self._checked(self._decoder.decode(start, self.complete))

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    @property
    def fraction(self) -> float:
        """How much of the file has been read, by bytes, from 0 to 1."""
        size = self._before.st_size
        return min(1.0, self._raw.tell() / size) if size and self._raw.seekable() else 0.0

    def skip(self, characters: int) -> None:
        """Leave out that much of the head."""
        self._decoded = self.head[characters:]

    def read(self, size: int) -> str:
        """The next piece of text; at the end of the file an empty one.

        Raises
        ------
        InputError
            If it isn't text, or the file changed while it was read.
        """
        if self._decoded:
            piece, self._decoded = self._decoded, ""
            return piece
        while not self.complete:
            read = self._file.read(size)
            self.complete = not read
            if piece := self._decoder.decode(read, self.complete):
                return self._checked(piece)
        self._check_unchanged()
        return ""

    def _checked(self, text: str) -> str:
        if "\0" in text:
            raise InputError(f"{printable(self.path)}: {_BINARY}")
        return text

    def _check_unchanged(self) -> None:
        now = os.fstat(self._raw.fileno())
        then = self._before
        if (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns):
            raise InputError(
                f"{printable(self.path)}: it changed while it was read; "
                "open it again once it is complete"
            )


def _unmarked(start: bytes) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
