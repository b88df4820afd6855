"""`linreg-tui tour`: the guided tour, opened or printed."""

from __future__ import annotations

from linreg_tui.commands import launch
from linreg_tui.commands.arguments import Parser
from linreg_tui.core.errors import InputError
from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tour import chapters, plain


def command(words: list[str]) -> int:
    """Open the tour or print it, and return the exit status."""
    parser = Parser(
        "linreg-tui tour",
        "The guided tour: how a line is fitted, by formula and by gradient descent, step by step.",
    )
    parser.add_argument("chapter", nargs="?", metavar="CHAPTER", help="a number or a name")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="print the text and the numbers instead, for reading or a screen reader",
    )
    launch.add_screen(parser)
    options = parser.parse_args(words)
    if options.plain and (unused := launch.screen_options(options)):
        raise InputError(f"{unused[0]} is for the screen, and --plain needs none: leave one out")
    launch.theme_of(options.theme)
    chapter = None if options.chapter is None else chapters.named(options.chapter)
    if options.plain:
        plain.print_tour(chapter)
        return 0
    launch.need_a_terminal("linreg-tui tour --plain prints the tour without one")
    name = "" if chapter is None else chapter.name
    return launch.run(bundled(), Settings(), options, tour=name)
