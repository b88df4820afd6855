"""Text from outside, such as file names, made safe to show."""

from __future__ import annotations

MAX_LENGTH = 60


def printable(text: str, max_length: int = MAX_LENGTH) -> str:
    """Return the text on one line, with control characters escaped, and cut if it is too long."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return safe if len(safe) <= max_length else safe[: max_length - 1] + "…"
