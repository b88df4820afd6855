from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from linreg_tui.commands import NAMES
from linreg_tui.commands.pbs import ON_A_CLUSTER
from tests.commands.test_cli import RED, complaint, output

README = (Path(__file__).parents[2] / "README.md").read_text()


def checked(script: str) -> str:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    bash = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    assert (bash.returncode, bash.stderr) == (0, "")
    return script


def test_bash_accepts_the_script_and_it_agrees_with_the_readme(
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = checked(output(capsys, "pbs"))
    assert script.startswith("#!/bin/bash -l\n")
    for line in ("-A PROJECT", "-q debug", "-l walltime=00:30:00", "-l filesystems=home:eagle"):
        assert f"#PBS {line}\n" in script
        assert f"#PBS {line}\n" in README
    for line in ("module use /soft/modulefiles", "module load conda", "conda activate base"):
        assert f"\n{line}\n" in script
        assert f"\n{line}\n" in README
    assert 'program="$HOME"/linreg/bin ' in script


def test_the_script_contains_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    script = checked(
        output(
            capsys,
            *("pbs", "--nodes", "40", "--queue", "prod", "--project", "Lines", "--workers", "16"),
            *("--walltime", "2:00:00", "--filesystems", "home:grand", "--interface", "hsn1"),
            *("--program", "/my place/bin", "--", "fit", "/eagle/part-*.parquet", "--json"),
        )
    )
    for line in ("-A Lines", "-q prod", "-l select=40", "-l walltime=2:00:00"):
        assert f"#PBS {line}\n" in script
    assert "-l filesystems=home:grand" in script
    assert script.count("--interface hsn1") == 2
    assert "--nworkers 16 " in script
    assert "program='/my place/bin' " in script
    assert "\"$program/linreg-tui\" fit '/eagle/part-*.parquet' --json --cluster" in script


def test_the_command_may_begin_with_the_programs_name(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "--scales", "1,8", "--json"]
    assert output(capsys, "pbs", "--", "linreg-tui", *words) == output(capsys, "pbs", "--", *words)
    assert output(capsys, "pbs", "--", "linreg-tui") == output(capsys, "pbs")


@pytest.mark.parametrize(
    ("options", "queue"),
    [
        (["--nodes", "2"], "debug"),
        (["--nodes", "3"], "debug-scaling"),
        (["--nodes", "3", "--queue", "debug"], "debug"),
    ],
)
def test_the_queue_follows_the_nodes(
    capsys: pytest.CaptureFixture[str], options: list[str], queue: str
) -> None:
    assert f"#PBS -q {queue}\n" in output(capsys, "pbs", *options)


def test_no_name_breaks_out_of_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "$(touch /tmp/x)'\"; #"
    script = checked(output(capsys, "pbs", "--program", evil, "--", "fit", evil))
    echo = re.sub(
        r'^"\$program/linreg-tui" (.*) --cluster.*', r"printf %s \1", script.splitlines()[-1]
    )
    bash = subprocess.run(["bash", "-c", echo], capture_output=True, text=True, check=True)
    assert bash.stdout == "fit" + evil


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nodes", "0"], "choose 1 or more"),
        (["--workers", "65"], "from 1 to 64"),
        (["--walltime", "30"], "as in 00:30:00"),
        (["--walltime", "0:61:00"], "as in 00:30:00"),
        (["--project", "a b"], "'a b' can't be the project"),
        (["--queue", f"debug\n{RED}"], "can't be the queue"),
        (["--program", "a\nb"], "line break"),
        (["--", "report"], "choose one of fit, train, sweep"),
        (["--", RED], "can't work on a cluster"),
        (["--", "--json"], "can't work on a cluster"),
    ],
)
def test_values_that_the_script_cannot_hold_are_reported(
    capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert message in complaint(capsys, "pbs", *options)


@pytest.mark.parametrize("part", ["scheduler", "worker"])
def test_dask_has_the_options_in_script_and_readme(
    capsys: pytest.CaptureFixture[str], part: str
) -> None:
    from distributed.cli import dask_scheduler, dask_worker

    known = {"scheduler": dask_scheduler, "worker": dask_worker}[part].main
    options = {name for option in known.params for name in (*option.opts, *option.secondary_opts)}
    for text in (output(capsys, "pbs"), README):
        lines = text.replace("\\\n", " ").splitlines()
        (line,) = (line for line in lines if re.search(rf'(^|/)dask"? {part} ', line))
        given = set(re.findall(r" (--[a-z-]+)", line.partition("dask")[2]))
        assert given
        assert given <= options


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_the_commands_that_take_a_cluster(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert ("--cluster" in output(capsys, name, "--help")) == (name in (*ON_A_CLUSTER, "pbs"))
