"""Which modules are imported where: a screen only where needed, and slow modules late."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from linreg_tui.commands import NAMES

PACKAGE = Path(__file__).parents[1] / "linreg_tui"
FILES = sorted(PACKAGE.rglob("*.py"))

HEAVY = {
    *("pandas", "pyarrow", "openpyxl", "scipy"),
    "textual",
    *("textual_serve", "aiohttp"),
    "dask",
}

ELSEWHERE = HEAVY | {"linreg_tui.cluster"}
"""Modules that work in a terminal on this machine does not need."""

AFTER = """
import json, sys
{0}
sys.stdout.flush()
print(json.dumps(sorted(sys.modules)))
"""

ALL_OF_CORE = """
import importlib, pkgutil
import linreg_tui.core
for module in pkgutil.walk_packages(linreg_tui.core.__path__, "linreg_tui.core."):
    importlib.import_module(module.name)
"""

RUN = "from linreg_tui.cli import main; assert main({0!r}) == 0"

OPENED = """
import asyncio
from linreg_tui.core.examples import bundled
from linreg_tui.core.settings import Settings
from linreg_tui.tui.app import LinregApp
async def opened():
    app = LinregApp(bundled(), Settings())
    async with app.run_test() as pilot:
        while app.is_running and not app.settled:
            await pilot.pause(0.01)
asyncio.run(opened())
"""

AT_FIRST = OPENED.replace(
    "async def opened",
    """
async def painted(app):
    app.exit()
LinregApp._settle = painted
async def opened""",
)
"""The application after its first paint."""

SWEPT = OPENED.replace(
    "asyncio.run(opened())",
    """
        await pilot.press("w", "enter")
        while app.sweep_pane.sweep_run.phase != "done":
            await pilot.pause(0.01)
asyncio.run(opened())""",
)
"""The application after a sweep on this machine."""

LATER = {
    *("linreg_tui.tui.panes.closed_form.pane", "linreg_tui.tui.panes.sweep.pane"),
    *("linreg_tui.tui.dialogs.export", "linreg_tui.tour.chapters"),
    *("linreg_tui.core.reading.loading", "multiprocessing"),
}

WITHOUT_A_SCREEN = """
import tempfile
from linreg_tui.cli import main
with tempfile.TemporaryDirectory() as folder:
    for words in (
        ["train", "--json"],
        ["sweep", "--json"],
        ["sweep", "--scales", "1,8"],
        ["report", "--folder", folder],
        ["tour", "--plain"],
    ):
        assert main(words) == 0, words
"""
"""All commands in one process: what none of them may load must not be there at the end."""


def loaded(script: str) -> frozenset[str]:
    """Return the modules that a new interpreter has loaded after a script, and their packages."""
    ended = subprocess.run(
        [sys.executable, "-c", AFTER.format(script)], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    return frozenset(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("script", "needed", "excluded"),
    [
        (WITHOUT_A_SCREEN, {"linreg_tui.sweeps.run_trials", "linreg_tui.tour.plain"}, ELSEWHERE),
        (AT_FIRST, {"linreg_tui.tui.panes.live.pane"}, LATER),
        ("import linreg_tui.cli", {"linreg_tui.cli"}, HEAVY | {"rich"}),
        pytest.param(
            *(ALL_OF_CORE, {"linreg_tui.core.run", "linreg_tui.core.closed_form"}, HEAVY),
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            OPENED,
            {"textual", "linreg_tui.core.inference"},
            {"pandas", "scipy", "dask"},
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            SWEPT,
            {"textual", "linreg_tui.sweeps.run_trials"},
            {"linreg_tui.cluster", "dask"},
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            RUN.format(["fit", "--json", "--x", "GrLivArea"]),
            {"pandas", "scipy"},
            {"textual", "dask"},
            marks=pytest.mark.thorough,
        ),
    ],
    ids=[
        *("commands without a screen", "its first paint", "the command line"),
        *("all of core", "the application", "a sweep on the screen", "fit"),
    ],
)
def test_modules_loaded_by_a_script(script: str, needed: set[str], excluded: set[str]) -> None:
    modules = loaded(script)
    assert needed <= modules
    assert not excluded & modules


@cache
def imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """Return the modules that a file imports, and whether it imports them at once.

    An import inside a function is not at once. Imports for the type checker alone are left out.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(_imports(tree, at_once=True))


def _imports(node: ast.AST, *, at_once: bool) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, at_once) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0
        assert node.module is not None
        for alias in node.names:
            found = PACKAGE.parent.joinpath(*node.module.split("."), alias.name)
            inside = found.is_dir() or found.with_suffix(".py").is_file()
            yield (f"{node.module}.{alias.name}" if inside else node.module), at_once
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        for otherwise in node.orelse:
            yield from _imports(otherwise, at_once=at_once)
    else:
        inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from _imports(child, at_once=at_once and not inner)


def part(path: Path) -> str:
    """Return the part of the package that a file belongs to: core, tui, or the module itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def users(package: str) -> set[str]:
    """Return the files that import a package."""
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        for name, _ in imports(path)
        if name.partition(".")[0] == package
    }


@pytest.mark.parametrize(
    ("package", "only"),
    [
        ("pandas", "core/reading/cells.py"),
        ("openpyxl", "core/reading/spreadsheet.py"),
        ("pyarrow", "core/reading/parquet.py"),
        ("scipy", "core/inference.py"),
    ],
)
def test_only_one_file_imports_a_library(package: str, only: str) -> None:
    assert users(package) == {only}


def test_only_the_cluster_imports_distributed() -> None:
    for library in ("dask", "distributed"):
        assert users(library) <= {
            f"cluster/{name}.py" for name in ("calls", "connection", "worker")
        }
    assert users("distributed")


def test_only_the_application_imports_textual() -> None:
    assert users("textual")
    assert all(name.startswith(("compat/", "tui/")) for name in users("textual"))


@pytest.mark.parametrize("library", ["pandas", "scipy", "openpyxl", "pyarrow", "distributed"])
def test_slow_libraries_are_imported_late(library: str) -> None:
    found = [
        at_once
        for path in FILES
        for name, at_once in imports(path)
        if name.partition(".")[0] == library
    ]
    assert found
    assert not any(found)


FLOORS = (
    {"core", "__init__", "lookalikes"},
    {"axes", "failures", "files", "leaving", "numbers", "options", "preferences", "training"},
    {"compat"},
    {"sweeps"},
    {"cluster", "report", "web"},
    {"tour"},
    {"tui"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""The parts of the package, from the numbers up to the command line; none uses one above it."""

SAME_FLOOR = {
    ("leaving", "files"),
    ("failures", "files"),
    ("preferences", "files"),
    ("options", "numbers"),
}
"""The uses of one part by another on the same floor."""


def floor(part: str) -> int:
    return next(number for number, parts in enumerate(FLOORS) if part in parts)


def test_every_part_has_its_floor() -> None:
    assert sorted(part for parts in FLOORS for part in parts) == sorted(set(map(part, FILES)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_arrows_point_one_way(path: Path) -> None:
    own = part(path)
    for name, _ in imports(path):
        if name.partition(".")[0] == "linreg_tui":
            used = name.split(".")[1] if "." in name else "__init__"
            assert used == own or (own, used) in SAME_FLOOR or floor(used) < floor(own), name


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports for the type checker alone don't count."""
    modules = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
        for path in FILES
        if path.name != "__init__.py"
    }
    arrows = {name: set(used(path)) & modules.keys() - {name} for name, path in modules.items()}
    while ends := {name for name, to in arrows.items() if not to}:
        arrows = {name: to - ends for name, to in arrows.items() if name not in ends}
    assert arrows == {}


def used(path: Path) -> Iterator[str]:
    """Yield the modules that a module imports when it runs, one name at a time."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unseen = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in unseen:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_the_command_line_opens_the_application_and_the_commands_late() -> None:
    needed = ("cli", "commands/__init__", "commands/application", "commands/launch")
    found = [pair for name in needed for pair in imports(PACKAGE / f"{name}.py")]
    at_once = {name for name, at_once in found if at_once}
    assert "linreg_tui.tui.app" in {name for name, _ in found}
    commands = tuple(f"linreg_tui.commands.{name}" for name in NAMES)
    screens = ("linreg_tui.tui", "linreg_tui.web", "textual", "aiohttp", "rich")
    assert not any(name.startswith((*screens, *commands)) for name in at_once)


@pytest.mark.parametrize("package", ["tui", "web"])
def test_commands_import_screens_late(package: str) -> None:
    found = [
        at_once
        for path in FILES
        if part(path) == "commands"
        for name, at_once in imports(path)
        if name.startswith(f"linreg_tui.{package}")
    ]
    assert found
    assert not any(found)


def test_only_the_server_imports_web_libraries() -> None:
    served = {"compat/session.py", "web/server.py"}
    assert users("textual_serve") == served
    assert users("aiohttp") == {*served, "web/connections.py"}


def test_core_prints_nothing() -> None:
    for path in FILES:
        if part(path) == "core":
            called = {
                node.id
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Name)
            }
            assert not called & {"print", "input"}, path


FOREIGN = ("textual", "textual_serve", "rich", "argparse", "concurrent")
"""The libraries whose private names only `compat` may use."""


def is_private(name: str) -> bool:
    return name.strip("_") != "" and name.startswith("_") and not name.startswith("__")


def defined(tree: ast.AST) -> set[str]:
    """Return the private names that a tree defines or assigns to, as attributes or not."""
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return set(filter(is_private, found))


def classes(tree: ast.AST, around: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield the classes in a tree with their qualified names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield around + node.name, node
            yield from classes(node, f"{around}{node.name}.")


@cache
def names_by_class(file: str) -> Mapping[str, set[str]]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {name: defined(node) for name, node in classes(tree)}


def inherited(kind: type, libraries: tuple[str, ...]) -> set[str]:
    """Return the private names that a class has from itself and its bases in these libraries."""
    return {
        name
        for base in kind.__mro__
        if base.__module__.partition(".")[0] in libraries
        for name in names_by_class(inspect.getfile(base)).get(base.__qualname__, ())
    }


def private_uses(path: Path) -> Iterator[str]:
    """Yield the private names in a file that are neither its own nor inherited from our classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = defined(tree)
    for name, written in classes(tree):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        kind: Any = importlib.import_module(module)
        for word in name.split("."):
            kind = getattr(kind, word)
        theirs = inherited(kind, FOREIGN)
        own |= inherited(kind, ("linreg_tui",))
        yield from (f"{name}.{one}" for one in defined(written) & theirs)
        for node in ast.walk(written):
            if isinstance(node, ast.Attribute) and node.attr in theirs:
                yield ast.unparse(node)
    modules = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] not in FOREIGN
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if node.attr not in own and ast.unparse(node.value) not in modules:
                yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in FOREIGN:
            words = [*str(node.module).split("."), *(alias.name for alias in node.names)]
            yield from filter(is_private, words)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_private_names_of_libraries_are_known_to_compat_alone(path: Path) -> None:
    if part(path) != "compat":
        assert set(private_uses(path)) == set()


@pytest.mark.parametrize(
    ("name", "uses"),
    [
        ("palette", {"Palette._select_or_command", "self._selected_command"}),
        ("main_screen", {"_styles_cache", "self._repaint_required"}),
        ("batches", {"self.app._batch_count"}),
        ("number_parser", {"NumberParser._negative_number_matcher"}),
        ("process_pool", {"FrugalProcessPool._adjust_process_count", "self._processes"}),
    ],
)
def test_private_names_are_seen(name: str, uses: set[str]) -> None:
    assert uses <= set(private_uses(PACKAGE / "compat" / f"{name}.py"))
