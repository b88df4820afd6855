"""The chapters of the tour, one a file, in the order of the files' numbers.

A file `c11_momentum.py` is the chapter `momentum`. It has a `TITLE` and a function `steps`, which
takes the facts of the data and returns its `Step`s. Every number in a text is asked of these facts;
none is typed. A text has at most `ROWS` rows of `COLUMNS` cells, so that at 80x24 it stands below
a plot, and no line of an equation or a table has more than `EQUATION` cells, so that it also
stands beside one.
"""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches

from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable
from linreg_tui.tour.chapter import Chapter

COLUMNS, ROWS = 76, 8
EQUATION = 46


def chapters() -> tuple[Chapter, ...]:
    """All chapters; their steps are made when they are asked for."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = []
    for number, file in enumerate(names, 1):
        module = importlib.import_module(f"{__name__}.{file}")
        found.append(Chapter(number, file.partition("_")[2], module.TITLE, module.steps))
    return tuple(found)


def named(word: str) -> Chapter:
    """The chapter of this number, name, or beginning of a name.

    Raises
    ------
    InputError
        If there is none, or there are several.
    """
    known = chapters()
    for chapter in known:
        if word in (str(chapter.number), chapter.name):
            return chapter
    begun = [chapter for chapter in known if word and chapter.name.startswith(word.lower())]
    if len(begun) == 1:
        return begun[0]
    near = get_close_matches(word, [chapter.name for chapter in known], 1)
    hint = (
        f"is it {near[0]}?"
        if near
        else f"choose a number from 1 to {len(known)}, or a name such as rate"
    )
    raise InputError(f"there is no chapter {printable(word)}; {hint}")
