"""Each benchmark runs, with as little work as it can do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = sorted(
    path
    for path in (Path(__file__).parent / "benchmarks").glob("*.py")
    if 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")
)


@pytest.mark.thorough
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_runs(program: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(program), "--quick"]
    ended = subprocess.run(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300
    )
    assert ended.returncode == 0, ended.stdout.decode()
    assert ended.stdout
