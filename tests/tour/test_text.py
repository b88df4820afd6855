"""The layout of the tour's texts from their small part of Markdown."""

from __future__ import annotations

from linreg_tui.tour.text import Equation, Table, Tone, Words, flat, lay_out, plain, read

TEXT = """
Two **strong words** and
a key, `[`.

```half of n
n
─
2
```
- one
- two, which is longer than the row

| step | loss |
|---|---|
| 0 | 12.5 |
| 10 | 3 |
"""


def test_blocks() -> None:
    assert read(TEXT) == [
        Words("Two **strong words** and a key, `[`."),
        Equation(("n", "─", "2"), "half of n"),
        Words("one", "- "),
        Words("two, which is longer than the row", "- "),
        Table((("step", "loss"), ("0", "12.5"), ("10", "3"))),
    ]


def test_rows() -> None:
    assert [flat(row) for row in lay_out(TEXT, 20)] == [
        "Two strong words and",
        "a key, [.",
        "",
        "  n",
        "  ─",
        "  2",
        "",
        "- one",
        "- two, which is",
        "  longer than the",
        "  row",
        "",
        "  step  loss",
        "  0     12.5",
        "  10       3",
    ]


def test_empty_rows_go_first_if_there_is_too_little_room() -> None:
    rows = [flat(row) for row in lay_out(TEXT, 20, 13)]
    assert "" not in rows
    assert len(rows) == 12


def test_marks() -> None:
    first, second = lay_out(TEXT, 20)[:2]
    assert first == [
        ("", Tone.PLAIN),
        ("Two", Tone.PLAIN),
        (" ", Tone.PLAIN),
        ("strong", Tone.STRONG),
        (" ", Tone.STRONG),
        ("words", Tone.STRONG),
        (" ", Tone.PLAIN),
        ("and", Tone.PLAIN),
    ]
    assert second[-2:] == [("[", Tone.KEY), (".", Tone.PLAIN)]


def test_read_aloud() -> None:
    assert plain(TEXT, 40) == [
        "Two strong words and a key, [.",
        "",
        "  half of n",
        "",
        "- one",
        "- two, which is longer than the row",
        "",
        "  step  loss",
        "  0     12.5",
        "  10       3",
    ]
