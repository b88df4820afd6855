from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()
SCRIPTS = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_read_by_bash(script: str) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    told = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_job_says_what_polaris_asks_for() -> None:
    (job,) = (script for script in SCRIPTS if "#PBS" in script)
    for asked in ("-A ", "-q debug", "-l filesystems=home:eagle", "-l walltime="):
        assert f"#PBS {asked}" in job
    assert "linreg-tui sweep --json" in job
