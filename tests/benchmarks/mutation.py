"""Mutation testing: which changes of `linreg_tui/core` do the tests in `tests/core` miss?

pip install mutmut 'pytest<9.1'
python tests/benchmarks/mutation.py [MODULE ...] [--seconds 8] [--again FOLDER] [--quick]

mutmut (tried with 3.8) changes one operator, number, name or text at a time, and the tests that run
the changed code should fail. All modules have about 7,000 mutants, which take two cores an hour or
two; a few modules, such as `moments reading.header`, take minutes. The project is copied to a
temporary folder, which is printed at the start and stays, so that `--again FOLDER` can go on after
tests were added: killed mutants stay killed. It prints the share of killed mutants by module, and
the change of each mutant that survived.

In the copy properties become functions, as mutmut skips decorated functions; it changes nothing
outside of functions. Hypothesis tries 25 examples and shrinks none. The quickest tests come first,
and the tests of one function run for no more than `--seconds`.

`--quick` tries one short module with its own tests, and removes the copy. Without mutmut it does
nothing.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORE = Path("linreg_tui") / "core"
MUTATED = ["linreg_tui/core/*.py", "linreg_tui/core/reading/*.py"], "tests/core"
QUICK = ["linreg_tui/core/derivation.py"], "tests/core/test_derivation.py"
"""The modules that are mutated, and the tests that should fail."""
COPIED = ("linreg_tui", "tests", "data", "README.md", "pyproject.toml")

MUTMUT = """
[tool.mutmut]
source_paths = ["linreg_tui"]
only_mutate = {mutated}
also_copy = ["data", "README.md"]
pytest_add_cli_args = ["-o", "addopts=", "-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = ["{tests}"]
timeout_multiplier = 1.5
timeout_constant = 6.0
track_dependencies = false
use_git_change_detection = false
"""
HYPOTHESIS = """
from hypothesis import Phase

settings.register_profile(
    "mutation",
    settings.get_profile("steady"),
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    database=None,
)
settings.load_profile("mutation")
"""
PROPERTY = re.compile(
    r"    @(cached_property|property)\n    def (\w+)\(self\)(.*?):\n"
    r"((?:        .*\n|\n(?=        ))+)"
)
ENDS = {None: "not run", 0: "survived", 1: "killed", 3: "killed", 33: "no test", -24: "timeout"}


def brought_up_to_date(folder: Path, mutated: list[str], tests: str) -> None:
    """Copy what is new or has changed, so that mutmut repeats only what it must."""
    for name in COPIED:
        of = ROOT / name
        for path in sorted(of.rglob("*")) if of.is_dir() else [of]:
            if path.is_dir() or "__pycache__" in path.parts:
                continue
            place, content = path.relative_to(ROOT), path.read_bytes()
            if CORE in place.parents and place.suffix == ".py":
                plain = (
                    r"    def _get_\2_(self)\3:\n\4\n    \2 = \1(lambda self: self._get_\2_())\n"
                )
                content = PROPERTY.sub(plain, content.decode()).encode()
            elif place == Path("tests") / "conftest.py":
                content += HYPOTHESIS.encode()
            elif place.name == "pyproject.toml":
                content += MUTMUT.format(mutated=mutated, tests=tests).encode()
            copy = folder / place
            if not copy.exists() or copy.read_bytes() != content:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)


def run(modules: list[str], tests: str, seconds: float) -> None:
    """Run mutmut in the current folder."""
    from mutmut.runners.harness import PytestRunner
    from mutmut.state import state

    class Chosen:
        """Chooses tests through a hook, as pytest can't find some names in a second collection."""

        tests: frozenset[str] = frozenset()

        def pytest_collection_modifyitems(self, items: list[Any]) -> None:
            if not self.tests:
                return
            took = state().duration_by_test
            chosen = [item for item in items if item.nodeid in self.tests]
            chosen.sort(key=lambda item: took.get(item.nodeid, 0.0))
            left, within = seconds, list[Any]()
            for item in chosen:
                left -= took.get(item.nodeid, 0.0)
                if left >= 0 or not within or "__mutmut_" not in os.environ["MUTANT_UNDER_TEST"]:
                    within.append(item)
            items[:] = within

    chosen, execute = Chosen(), PytestRunner.execute_pytest

    def arguments(_: PytestRunner, met: Iterable[str]) -> list[str]:
        chosen.tests = frozenset(met)
        files = sorted({test.partition("::")[0] for test in chosen.tests})
        return ["-x", "-q", *(files or [tests])]

    def pytest(runner: PytestRunner, params: list[str], plugins: tuple[Any, ...] = ()) -> int:
        if "--collect-only" in params:
            chosen.tests = frozenset()
        return int(execute(runner, params, plugins=[*plugins, chosen]))

    PytestRunner._pytest_args_regular_run = arguments
    PytestRunner.execute_pytest = pytest

    from mutmut import __main__ as mutmut

    names = [f"linreg_tui.core.{module}.*" for module in modules]
    mutmut.cli.main(["run", "--max-children", "2", *names], standalone_mode=False)


def try_again(folder: Path) -> None:
    """Let the mutants that were not killed be tried again by the present tests."""
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    for results in (folder / "mutants" / CORE).rglob("*.py.meta"):
        known = json.loads(results.read_text())
        codes = known["exit_code_by_key"]
        known["exit_code_by_key"] = {
            name: code if code == 1 else None for name, code in codes.items()
        }
        results.write_text(json.dumps(known))


def print_scores(folder: Path, modules: list[str]) -> None:
    """Print each module's score, and below it the mutants that were not killed."""
    total: Counter[str] = Counter()
    core = folder / "mutants" / CORE
    for results in sorted(core.rglob("*.py.meta")):
        path = results.relative_to(core).as_posix().removesuffix(".py.meta")
        module = path.replace("/", ".")
        codes = json.loads(results.read_text())["exit_code_by_key"]
        if not codes or (modules and module not in modules):
            continue
        ends = {name.rpartition(".")[2]: ENDS.get(code, "broken") for name, code in codes.items()}
        counts = Counter(ends.values())
        total += counts
        words = ", ".join(f"{count} {end}" for end, count in counts.most_common())
        sys.stdout.write(f"{module}: {len(codes)} mutants: {words}\n")
        left = [name for name, end in ends.items() if end not in ("killed", "not run")]
        changes = _changes(results.with_suffix(""), left)
        sys.stdout.writelines(f"  {name} {ends[name]}\n{changes[name]}" for name in left)
    words = ", ".join(f"{count} {end}" for end, count in total.most_common())
    share = total["killed"] / max(1, total.total() - total["not run"])
    sys.stdout.write(f"all: {total.total()} mutants: {words}; {share:.1%} killed\n")


def _changes(path: Path, names: list[str]) -> dict[str, str]:
    """Return the changes that these mutants make to their functions."""
    texts = {
        node.name: ast.unparse(node).partition("(")[2].splitlines()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and "__mutmut_" in node.name
    }
    changes = {}
    for name in names:
        original = texts[f"{name.rpartition('__mutmut_')[0]}__mutmut_orig"]
        lines = difflib.unified_diff(original, texts[name], n=0, lineterm="")
        changes[name] = "".join(f"    {line[0]} {line[1:].strip()}\n" for line in list(lines)[3:])
    return changes


def main() -> None:
    """Mutate, test, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--again", type=Path, metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="one short module")
    asked = parser.parse_args()
    if importlib.util.find_spec("mutmut") is None:
        sys.stdout.write("left out: mutmut is not installed\n")
        return
    mutated, tests = QUICK if asked.quick else MUTATED
    folder = (asked.again or Path(tempfile.mkdtemp(prefix="mutation-"))).resolve()
    sys.stdout.write(f"in {folder}\n")
    sys.stdout.flush()
    brought_up_to_date(folder, mutated, tests)
    try_again(folder)
    os.chdir(folder)
    run(asked.modules, tests, asked.seconds)
    print_scores(folder, asked.modules)
    if asked.quick:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
