"""ASCII look-alikes, of the same width, for the characters that an output encoding lacks.

A terminal program counts cells: a replacement of another width would shift all that follows it.
"""

from __future__ import annotations

import codecs
import unicodedata

ERRORS = "lookalike"
"""The name of the error handler for codecs, as in `stream.reconfigure(errors=ERRORS)`."""

_PAIRS = """
    ↕| ηe ΣS σs μu πp ∂d −- ×x ·. ⋅. ±~ ‖| ∥| ≈~ ≤< ≥>
    →> ←< ↑^ ↓v ▶> ▸> ►> ◀< ◂< ◄< ▲^ △^ ▼v ▽v ⌫< ⏎<
    ✓v ✔v ✗x ✘x ●@ ○O ◉@ ◯O •o ◦o ∙. ■# □# ▪# ◆# ◇O ★* ☆*
    ━= ‹< ›> ▔- ▁_ ▂_ ▏| ▎| ▍| ▕| ░. ▒:
    …. ‗_ ‘' ’' “" ”" –- —- ‐- ‑- «< »> ßs
"""
_TABLE = {pair[0]: pair[1] for pair in _PAIRS.split()} | {"🔎": "o-"}


def lookalike(text: str) -> str:
    """Return ASCII that looks like the text and takes as many cells."""
    from rich.cells import cell_len  # few runs need it, and it is slow to load

    width = cell_len(text)
    # Joined and combining characters may have another width together than one by one.
    return "".join(map(_one, text))[:width].ljust(width, "?")


def _one(character: str) -> str:
    if character.isascii():
        return character
    if known := _TABLE.get(character):
        return known
    from rich.cells import cell_len

    code, width = ord(character), cell_len(character)
    if 0x2500 <= code < 0x2580:
        return _box_drawing(character)
    if 0x2580 <= code < 0x25A0:
        return "#"
    if 0x2800 <= code < 0x2900:
        dots = (code - 0x2800).bit_count()
        return " .:"[min(dots, 2)]
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii())
    return plain if len(plain) == width else "?" * width


def _box_drawing(character: str) -> str:
    words = set(unicodedata.name(character).split())
    if "DIAGONAL" in words:
        return {"╱": "/", "╲": "\\"}.get(character, "X")
    across = bool(words & {"HORIZONTAL", "LEFT", "RIGHT"})
    down = bool(words & {"VERTICAL", "UP", "DOWN"})
    if across and down:
        return "+"
    if down:
        return "|"
    return "=" if "DOUBLE" in words and "DASH" not in words else "-"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return lookalike(error.object[error.start : error.end]), error.end


codecs.register_error(ERRORS, _replace)
