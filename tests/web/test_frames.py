"""What a page may send."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_tui.web.frames import (
    MOST_COLUMNS,
    MOST_ROWS,
    BadFrameError,
    Focus,
    Ping,
    Resized,
    Typed,
    asked_size,
    frame_of,
)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('["stdin", "a"]', Typed("a")),
        ('["resize", {"width": 80, "height": 24}]', Resized(80, 24)),
        ('["resize", {"width": 1000000000, "height": 1000}]', Resized(MOST_COLUMNS, MOST_ROWS)),
        ('["ping", "1"]', Ping("1")),
        ('["focus"]', Focus(True)),
        ('["blur"]', Focus(False)),
    ],
)
def test_what_the_page_sends(text: str, frame: object) -> None:
    assert frame_of(text) == frame


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "{",
            "null",
            "[]",
            '["stdin"]',
            '["stdin", 1]',
            '["quit"]',
            "[" * 100_000,
            "9" * 5000,
        ),
        *('["stdin", "\\ud800"]', '["ping", 1]', json.dumps(["ping", "x" * 1000])),
        *('["resize", {}]', '["resize", {"width": 80}]', '["resize", [80, 24]]'),
        *(
            f'["resize", {{"width": {width}, "height": 24}}]'
            for width in ("-1", "0", "80.0", "1e9", "NaN", "Infinity", "true", "null", '"80"')
        ),
    ],
)
def test_what_no_page_sends(text: str) -> None:
    with pytest.raises(BadFrameError):
        frame_of(text)


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_whatever_is_sent_is_a_frame_or_bad(text: str) -> None:
    with suppress(BadFrameError):
        frame_of(text)


@pytest.mark.parametrize(
    ("asked", "size"),
    [((None, None), (80, 24)), (("100", "32"), (100, 32)), (("999999999", "1"), (MOST_COLUMNS, 1))],
)
def test_the_size_that_an_address_asks_for(
    asked: tuple[str | None, str | None], size: tuple[int, int]
) -> None:
    assert asked_size(*asked) == size


@pytest.mark.parametrize("width", [None, "", "0", "-5", "1_0", "²", "8.5", "9" * 5000])
def test_a_size_that_no_screen_has(width: str | None) -> None:
    with pytest.raises(BadFrameError):
        asked_size(width, "24")


@pytest.mark.parametrize(
    ("text", "by_hand"),
    [
        ("\x1b[12;1R\x1b[?2026;2$y\x1b[I", False),
        ("q", True),
        ("\x1b[A", True),
        ("\x1b[1;1Rq", True),
    ],
)
def test_a_terminals_own_answers_are_nobodys(text: str, by_hand: bool) -> None:
    assert Typed(text).by_hand is by_hand
