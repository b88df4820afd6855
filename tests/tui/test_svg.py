from __future__ import annotations

from xml.etree import ElementTree

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from linreg_tui.tui.drawing.svg import CELL_HEIGHT, CELL_WIDTH, svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*texts: str, ground: Style | None = None) -> ElementTree.Element:
    style = Style(color="#ff0000")
    return ElementTree.fromstring(svg([Strip([Segment(text, style)]) for text in texts], ground))


def test_words_are_where_their_cells_are() -> None:
    texts = list(drawn("ab  <c>&\"'", "家 d").iter(f"{SVG}text"))
    assert [text.text for text in texts] == ["ab", "<c>&\"'", "家", "d"]
    assert [int(text.attrib["x"]) for text in texts] == [0, 4 * CELL_WIDTH, 0, 3 * CELL_WIDTH]
    assert [int(text.attrib["textLength"]) for text in texts] == [
        2 * CELL_WIDTH,
        6 * CELL_WIDTH,
        2 * CELL_WIDTH,
        CELL_WIDTH,
    ]
    assert {text.attrib["fill"] for text in texts} == {"#ff0000"}


def test_braille_is_drawn() -> None:
    root = drawn("家⠁⢀")
    (path,) = root.iter(f"{SVG}path")
    assert path.attrib["d"] == f"M{2 * CELL_WIDTH + 1} 1h3v3h-3zM{3 * CELL_WIDTH + 6} 16h3v3h-3z"
    assert root.attrib["viewBox"] == f"0 0 {4 * CELL_WIDTH} {CELL_HEIGHT}"


def test_the_ground_has_a_margin() -> None:
    root = ElementTree.fromstring(svg([Strip([Segment("ab")])], margin=2))
    assert root.attrib["viewBox"] == f"-20 -20 {2 * CELL_WIDTH + 40} {CELL_HEIGHT + 40}"
    (ground,) = root.iter(f"{SVG}rect")
    place = [ground.attrib[name] for name in ("x", "y", "width", "height")]
    assert place == root.attrib["viewBox"].split()


def test_the_ground_is_the_themes() -> None:
    def rectangles(ground: Style | None) -> list[str]:
        return [rect.attrib["fill"] for rect in drawn("a", ground=ground).iter(f"{SVG}rect")]

    assert rectangles(None) == ["#121212"]
    assert rectangles(Style(bgcolor="#ffffff")) == ["#ffffff"]
