"""Text that comes from outside, made safe to show."""

from __future__ import annotations

LONGEST = 60


def printable(text: str, longest: int = LONGEST) -> str:
    """The text on one line: control characters as their escapes, and cut when it is too long."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"
