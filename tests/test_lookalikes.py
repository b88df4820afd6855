from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from linreg_tui import lookalikes
from linreg_tui.lookalikes import lookalike


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("η_m 1e-7", "e_m 1e-7"),
        ("n Σx² − (Σx)²", "n Sx2 - (Sx)2"),
        ("∂σμπ", "dsup"),
        ("→ ← ↑ ↓ ▶ ‖", "> < ^ v > |"),
        ("✓✗●•×·±…‹›", "vx@ox.~.<>"),
        ("╭─┬━┐│┃╵├┼┘", "+-+=+|||+++"),
        ("═║┄╱╲╳", "=|-/\\X"),
        ("▖▄█▌▀░", "#####."),
        ("▔▁▏▕▊", "-_||#"),
        ("⠀⠁⡀⠶⣿", " ..::"),
        ("🔎价格", "o-????"),
        ("größe Ångström ﬁ ㎡", "grose Angstrom ? m2"),
        ("ℵ∞", "??"),
        ("e\u0301", "e"),
    ],
)
def test_each_character_has_its_lookalike(text: str, like: str) -> None:
    assert lookalike(text) == like


def test_every_character_is_replaced_by_ascii_of_its_width() -> None:
    scripts, pictographs = range(0x80, 0x3400), range(0x1F000, 0x1FB00)
    for character in map(chr, [*scripts, *pictographs, 0xD800, sys.maxunicode]):
        like = lookalike(character)
        assert len(like) == cell_len(character)
        assert like.isascii()
        assert like.isprintable()


@given(
    st.text(
        st.characters(min_codepoint=0x80) | st.sampled_from("❤\ufe0f👨\u200d👩🇩🇪\u0301"), max_size=8
    )
)
def test_text_keeps_its_width(text: str) -> None:
    assert len(lookalike(text)) == cell_len(text)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", b"x2 + e x y ????"),
        ("latin-1", "x² + e × y ????".encode("latin-1")),
        ("cp437", "x² + e x y ????".encode("cp437")),
        ("utf-8", "x² + η × y 价格".encode()),
    ],
)
def test_only_what_an_encoding_lacks_is_replaced(encoding: str, expected: bytes) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding, errors=lookalikes.ERRORS)
    stream.write("x² + η × y 价格")
    stream.flush()
    assert written.getvalue() == expected


def test_bytes_that_are_not_text_still_fail() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", lookalikes.ERRORS)
