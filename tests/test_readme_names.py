"""Everything that the README names besides commands exists: options, keys, files, words."""

from __future__ import annotations

import importlib
import math
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

import hypothesis
import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

import linreg_tui
from linreg_tui.cli import main
from linreg_tui.commands import NAMES
from linreg_tui.commands.arguments import Parser
from linreg_tui.core import examples
from linreg_tui.core.reading.cells import number
from linreg_tui.tui import keys
from tests.readme import README, ROOT, SPANS
from tests.test_readme import kind

# Options.

VALUES = {
    "MINUTES": "5",
    "N,N,...": "32,64",
    "S,S,...": "1,2",
    "ADDRESS": "local:2",
    "tcp://HOST:8786": "tcp://there:8786",
    "NAME": "norris",
    "N": "4",
    "K": "4",
    "F": "0.5",
    **dict.fromkeys("ABDEM", "0.5"),
    "DIR": ".",
}
ANY_VALUE = ("", "4", "1,2", "adam", "step", "huber")
"""Any option that the README names without a value accepts one of these."""


class _ParsedError(Exception):
    pass


def takes(command: str, option: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Return whether a command, "" for the application, accepts this option."""

    def parse_args(parser: Parser, words: list[str]) -> None:
        super(Parser, parser).parse_args(words)
        raise _ParsedError

    monkeypatch.setattr(Parser, "parse_args", parse_args)
    name, *given = option.split()
    tries = [[VALUES.get(word, word) for word in given]] if given else [[v] for v in ANY_VALUE]
    for values in tries:
        try:
            main([word for word in (command, name, *values) if word])
        except _ParsedError:
            return True
        except SystemExit:
            continue
    return False


OPTIONS = dict.fromkeys(span for span in SPANS if re.match(r"--[a-z]", span))
OF_DASK = "--no-dashboard"
OF_TESTS = "--hypothesis-profile thorough"


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_exists(
    option: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    if option == OF_TESTS:
        name, profile = option.split()
        assert pytestconfig.getoption(name, "unknown") != "unknown"
        assert hypothesis.settings.get_profile(profile).max_examples == 1000
    elif option == OF_DASK:
        cli = pytest.importorskip("distributed.cli.dask_worker")
        assert any(option in known.secondary_opts for known in cli.main.params)
    elif option == "--help":
        with pytest.raises(SystemExit, match="0"):
            main([option])
    else:
        assert any(takes(command, option, monkeypatch) for command in ("", *NAMES))


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_the_tables_have_all_options(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (table,) = re.findall(rf"^\| option of `{command}` .*\n((?:\|.*\n)+)", README, re.MULTILINE)
    given = re.findall(
        r"`(--[a-z][^`]*)`", "".join(row.split(" | ")[0] for row in table.split("\n"))
    )
    assert given
    assert all(takes(command, option, monkeypatch) for option in given)
    monkeypatch.undo()
    with pytest.raises(SystemExit):
        main([command, "--help"])
    offered = set(re.findall(r"^  (--[a-z0-9-]+)", capsys.readouterr().out, re.MULTILINE))
    assert offered <= {span.split()[0] for span in SPANS if span.startswith("--")}


# Keys.


def names(table: tuple[keys.Key, ...]) -> set[str]:
    """Return the names that the keys of a table may have."""
    return {key.shown for key in table} | {name for key in table for name in key.keys.split(",")}


KEY_TABLES = {
    "key": (*keys.KEYS, *keys.TOUR_KEYS),
    "sweep": keys.SWEEP_KEYS,
    "curves": keys.CURSOR_KEYS,
    "by hand": keys.HAND_KEYS,
    "edit points": keys.EDIT_KEYS,
}


@pytest.mark.parametrize("known", KEY_TABLES)
def test_the_tables_have_all_keys(known: str) -> None:
    tables = re.findall(r"^\| key .*\n((?:\|.*\n)+)", README, re.MULTILINE)
    table = dict(zip(KEY_TABLES, tables, strict=True))[known]
    cells = [row.split(" | ")[0] for row in table.splitlines()]
    listed = {span for cell in cells for span in re.findall(r"`([^`]+)`", cell)}
    assert listed <= names(KEY_TABLES[known])
    listed |= set(re.findall(r"`([^`]+)`", table))  # `0` stands beside those that it undoes
    arrows = {"↑", "↓", "←", "→"} if "| arrows" in table else set()
    missing = [key for key in KEY_TABLES[known] if not names((key,)) & (listed | arrows)]
    assert all(key.keys.startswith("shift+") for key in missing), missing


@cache
def bound() -> frozenset[str]:
    """Return all keys that do something anywhere in the application."""
    for module in pkgutil.walk_packages(linreg_tui.__path__, "linreg_tui."):
        if module.name.startswith("linreg_tui.tui"):
            importlib.import_module(module.name)
    found = {
        App.COMMAND_PALETTE_BINDING,
        *(name for table in KEY_TABLES.values() for name in names(table)),
    }
    for node in _below(DOMNode):
        if node.__module__.startswith("linreg_tui"):
            for binding in node.BINDINGS:
                given = binding.key if isinstance(binding, Binding) else binding[0]
                found |= set(given.split(","))
    return frozenset(found)


def _below(node: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for child in node.__subclasses__():
        yield child
        yield from _below(child)


# Everything else.

SOURCE = "".join(path.read_text("utf-8") for path in sorted((ROOT / "linreg_tui").rglob("*.py")))
ELSEWHERE = {
    r".venv\Scripts\ ".strip(): "Windows",
    ".venv/bin/": "the start",
    "fg": "the shell",
    "/": "paths",
    "--": "ends the options of pbs",
    "~/.config/linreg-tui": "test_preferences",
    "linreg-homework.md": "test_readme",
    "OMP_NUM_THREADS": "test_politeness",
    "linreg-homework-2.md": "test_homework",
    "linreg-run-2.csv": "test_files",
    "config_optimizer": "test_the_trials_as_csv",
    "column 2": "the one after column 1",
    "&fontsize=24": "test_the_page_takes_the_size_of_its_letters",
    "http://127.0.0.1:8000/?token=...": "tests/web/test_server.py",
    "0.0.0.0": "test_opening_it_to_others_gives_a_warning",
}


def test_every_name_exists() -> None:
    from tests.benchmarks.terminals import TERMS

    unknown = [
        span
        for span in dict.fromkeys(SPANS)
        if not (
            kind(span)
            or span in OPTIONS
            or span in bound()
            or span in NAMES
            or span in TERMS
            or span in examples.NAMES
            or span in ELSEWHERE
            or any(math.isfinite(number(span, mark)) for mark in ".,")
            or (ROOT / span).exists()
            or re.search(rf"[\"'\[{{ ]{re.escape(span)}[\"'\] }},:]", SOURCE)
        )
    ]
    assert not unknown, f"README.md names {unknown}, of which no test knows what that is"
    assert set(ELSEWHERE) <= set(SPANS)


def test_links_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    for link in links:
        if not link.startswith("https://"):
            assert link.removeprefix("#") in anchors or (ROOT / link).exists(), link


def test_the_page_takes_the_size_of_its_letters() -> None:
    page = (ROOT / "linreg_tui/web/page/page.js").read_text("utf-8")
    assert "fontsize" in page


def test_the_tables_of_terminals_are_those_that_are_tried() -> None:
    from tests.benchmarks.terminals import SIZES, TERMS

    (rows,) = re.findall(r"^\| TERM .*\n\|.*\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert re.findall(r"^\| `([^`]+)`", rows, re.MULTILINE) == [*TERMS]
    (sizes,) = re.findall(r"^\| size .*\n\|.*\n((?:\|.*\n)+)", README, re.MULTILINE)
    found = re.findall(r"\b(\d+)x(\d+)\b", sizes)
    assert found == [(str(columns), str(rows)) for columns, rows in SIZES]
