"""Checks the packages: python3 .ci/packages.py, with only Python and pip.

It builds the sdist, and from it the wheel, with the oldest build tool that pyproject.toml allows.
It reports files that the wheel lacks or should not have. It installs the wheel with the oldest
allowed libraries, and runs some of the tests there and the application in a terminal. Then it runs
the README's lines for uv in the unpacked sdist.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = "uv==0.13.9"
TESTS = ("tests/core", "tests/commands/test_cli.py", "tests/report/test_script.py")
FEW = ("tests/core/test_moments.py",)
DEVELOPERS = "dev"
"""The extra whose tools neither a run nor a test needs."""

BOUND = re.compile(r"([\w.-]+)>=([\w.]+)(?:,<[\w.]+)?")
ITSELF = re.compile(r"linreg-tui\[[\w,]+\]")


def main() -> None:
    """Run all checks in a temporary folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="linreg-tui-") as name:
        folder = Path(name)
        tools = _environment(folder / "tools")
        _run(tools / "python", "-m", "pip", "install", "--quiet", UV)
        uv = tools / "uv"
        oldest = folder / "oldest.txt"
        oldest.write_text("".join(f"{pin}\n" for pin in _oldest(project)))
        _run(uv, "build", "--quiet", "--build-constraints", oldest, "--out-dir", folder, ROOT)
        (wheel,), (packed,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
        unpacked = folder / packed.name.removesuffix(".tar.gz")
        _check(wheel, unpacked)

        scripts = _environment(folder / "old")
        python = scripts / "python"
        install = (uv, "pip", "install", "--quiet", "--python", python, "--constraints", oldest)
        _run(*install, f"{wheel}[test]")
        _run(python, "-m", "pip", "check")
        opening = (python, "-m", "tests.end_to_end.opening")
        os.environ |= {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "UV_PYTHON": str(python)}
        for line in re.findall(r"`(uv run [^`]+)`", (ROOT / "README.md").read_text("utf-8")):
            words = line.split()
            words = [*words, "--quiet", *FEW] if "pytest" in words else [*opening, *words]
            _run(*words, folder=unpacked)
        # From here on, the wheel is tested.
        shutil.rmtree(unpacked / "linreg_tui")
        _run(python, "-m", "pytest", "--quiet", *TESTS, folder=unpacked)
        _run(*opening, scripts / "linreg-tui", folder=unpacked)


def _oldest(project: dict[str, dict[str, object]]) -> Iterator[str]:
    """Yield each required library at its oldest allowed version."""
    extras = project["project"]["optional-dependencies"]
    assert isinstance(extras, dict)
    asked = [project["build-system"]["requires"], project["project"]["dependencies"]]
    asked += [extra for name, extra in extras.items() if name != DEVELOPERS]
    for libraries in asked:
        assert isinstance(libraries, list)
        for library in libraries:
            if ITSELF.fullmatch(library):
                continue
            bound = BOUND.fullmatch(library)
            if bound is None:
                raise SystemExit(f"pyproject.toml: {library} has no lower bound")
            yield f"{bound[1]}=={bound[2]}"


def _check(wheel: Path, source: Path) -> None:
    """Report files that the wheel has besides the package and its data, or lacks."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {
        path.relative_to(source).as_posix()
        for path in (source / "linreg_tui").rglob("*")
        if path.is_file()
    }
    data = {f"linreg_tui/data/{path.name}" for path in (source / "data").glob("*.csv")}
    wanted = (package | data) - {"linreg_tui/web/make_braille.py"}
    if held != wanted:
        more, less = sorted(held - wanted), sorted(wanted - held)
        raise SystemExit(f"{wheel.name} has {more} and should not; it should have {less}")


def _environment(folder: Path) -> Path:
    """Make an environment with this Python, and return the folder of its programs."""
    _run(sys.executable, "-m", "venv", folder)
    return folder / "bin"


def _run(*words: str | Path, folder: Path | None = None) -> None:
    sys.stdout.write(f"+ {' '.join(str(word) for word in words)}\n")
    sys.stdout.flush()
    subprocess.run(words, cwd=folder, check=True)


if __name__ == "__main__":
    main()
