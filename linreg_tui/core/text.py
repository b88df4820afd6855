"""Text from outside, such as file names, made safe to show."""

from __future__ import annotations

MAX_LENGTH = 60


def printable(text: str, max_length: int = MAX_LENGTH) -> str:
    """Return the text on one line, with control characters escaped.

    Of a text that is too long the middle is left out: a path ends with the name of its file, and a
    quotation with a quotation mark.
    """
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if len(safe) <= max_length:
        return safe
    end = (max_length - 1) // 2
    return f"{safe[: max_length - 1 - end]}…{safe[len(safe) - end :]}"


def quoted(name: str, max_length: int = MAX_LENGTH) -> str:
    """Return a name from a file for a sentence: printable, and in quotes."""
    return f'"{printable(name, max_length)}"'
