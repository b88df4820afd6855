"""Each command in the README is run, here or by .ci.

Commands are found by rules, in fenced blocks and in spans of code. A span that no rule here covers
fails, so that no new one is forgotten.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import io
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from linreg_tui.cli import main
from linreg_tui.commands import NAMES, launch, serve
from linreg_tui.tui.app import LinregApp
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_application import command as installed
from tests.readme import CI, LINES, README, ROOT, SCRIPTS, SPANS

PRICES = "street,area,price\n" + "".join(
    f"A{n},{n + 90},{n * n % 9 + 100 * n}\n" for n in range(80)
)
STAND_FOR = {
    r"\[DATA\]": "prices.csv",
    r"\bFILE\b(?!\.)": "prices.csv",
    r"\[CHAPTER\]": "rate",
    r"--x COLUMN": "--x area",
    r"--y COLUMN": "--y price",
    r"[][]": "",
    r" > .*": "",
    r"--jobs 32": "--jobs 1",  # for speed
    r"--repeats 20": "--repeats 2",
    r"--epochs 1000": "--epochs 10",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with the README's invented files the current one."""
    monkeypatch.chdir(tmp_path)
    Path("prices.csv").write_text(PRICES)
    return tmp_path


@pytest.fixture
def _on_screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the application open without a terminal and leave once it is complete.

    A server stops as soon as it serves.
    """

    def run_guarded(application: LinregApp) -> int:
        async def opened() -> None:
            async with App.run_test(application, size=(120, 40)) as pilot, asyncio.timeout(20):
                while not application.settled:
                    await pilot.pause(0.005)

        asyncio.run(opened())
        return application.return_code or 0

    listen = asyncio.BaseEventLoop.create_server

    async def serve(loop: asyncio.BaseEventLoop, *arguments: Any, **named: Any) -> asyncio.Server:
        server = await listen(loop, *arguments, **named)
        signal.raise_signal(signal.SIGINT)
        return server

    monkeypatch.setattr(launch, "need_a_terminal", lambda _: None)
    monkeypatch.setattr(LinregApp, "run_guarded", run_guarded)
    monkeypatch.setattr(asyncio.BaseEventLoop, "create_server", serve)
    monkeypatch.setattr(sys, "__stderr__", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    yield
    gc.enable()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Start a cluster in this process, and yield its address."""
    distributed = pytest.importorskip("distributed")
    from tests.cluster.scheduler import OPTIONS

    with distributed.LocalCluster(**OPTIONS) as cluster:
        yield cluster.scheduler_address


def run(words: str, request: pytest.FixtureRequest) -> None:
    """Run the program here, in a folder of its own."""
    request.getfixturevalue("_on_screen")
    folder: Path = request.getfixturevalue("place")
    words = words.partition("linreg-tui")[2].partition("   ")[0]
    for placeholder, real in STAND_FOR.items():
        words = re.sub(placeholder, real, words)
    if "HOST:8786" in words:
        words = words.replace("tcp://HOST:8786", request.getfixturevalue("scheduler"))
    if "part-*" in words:
        frame = importlib.import_module("pandas").read_csv("prices.csv")
        for part in (1, 2):
            frame.to_parquet(f"part-{part}.parquet")
    given = shlex.split(words)
    if given[:1] == ["serve"]:
        given += ["--port", "0"]
    assert main(given) == 0
    if given[:1] == ["report"]:
        assert (folder / "linreg-homework.md").exists()


def install(words: str, __: pytest.FixtureRequest) -> None:
    """Check that the extra exists; .ci installs them all."""
    *_, wanted = shlex.split(words)
    extra = re.fullmatch(r"(?:linreg-tui|\.)(?:\[(\w+)\])?", wanted)
    assert extra, wanted
    assert extra[1] is None or extra[1] in (metadata("linreg-tui").get_all("Provides-Extra") or [])


def is_run_by_ci(line: str, __: pytest.FixtureRequest) -> None:
    """Check that .ci/run reads the first lines from the README and has the developers' lines."""
    start = [r"^python3 -m venv .*pytest$", r"^python3 -m venv .*linreg-tui$"]
    assert all(f"grep -m1 -E '{pattern}' README.md" in CI for pattern in start)
    if any(re.search(pattern, line) for pattern in start):
        return
    for part in line.split(" && "):
        if part == ".venv/bin/python -m pytest":
            assert any(known.endswith(f"&& {part}") for known in LINES)
        else:
            assert part in CI.replace("install --quiet", "install")


def is_run_with_uv(line: str, __: pytest.FixtureRequest) -> None:
    """Check that .ci/packages.py takes the spans of this form from the README."""
    assert 're.findall(r"`(uv run [^`]+)`"' in CI
    assert line in SPANS


def load_benchmark(line: str, request: pytest.FixtureRequest) -> None:
    """Check that a benchmark can be loaded, and that its help has the options."""
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setattr(sys, "path", [*sys.path])
    path = ROOT / line.split()[-1]
    module = importlib.import_module(f"tests.benchmarks.{path.stem}")
    assert f"python {path.relative_to(ROOT).as_posix()}" in (module.__doc__ or "")
    if "argparse" in vars(module):
        monkeypatch.setattr(sys, "argv", [path.name, "--help"])
        with pytest.raises(SystemExit) as left:
            module.main()
        assert left.value.code == 0


def dask(line: str, __: pytest.FixtureRequest) -> None:
    """Check that Dask's own parser accepts the line."""
    cli = pytest.importorskip("distributed.cli")
    _, part, *words = shlex.split(line)
    known = importlib.import_module(f"{cli.__name__}.dask_{part}").main
    known.make_context(part, words)


def ssh(line: str, __: pytest.FixtureRequest) -> None:
    """Check that the tunnel leads to the default address of the server."""
    assert f":{serve.HOST}:{serve.PORT} " in line
    if shutil.which("ssh") is None:
        pytest.skip("there is no ssh here")
    first, *words = shlex.split(line)
    subprocess.run([first, "-F", "none", "-G", *words], check=True, capture_output=True)


def tmux(line: str, request: pytest.FixtureRequest) -> None:
    """Check that the line opens the application in tmux, from where the README installs it."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    folder: Path = request.getfixturevalue("place")
    (program := folder / "linreg/bin/linreg-tui").parent.mkdir(parents=True)
    program.symlink_to(installed())
    own = {"HOME": str(folder), "TMUX_TMPDIR": str(folder), "TMUX": "", "SHELL": "/bin/sh"}
    with Terminal.start(["sh", "-c", line], env=own) as terminal:
        terminal.wait_for("ready")
        terminal.type("q")
        assert terminal.wait_exit() == 0


def qsub(line: str, __: pytest.FixtureRequest) -> None:
    """Check that the line requests the job script's resources, or submits a script named here."""
    _, *words = shlex.split(line)
    if words[-1].endswith(".pbs"):
        assert len(words) == 1
        assert re.search(rf"> {re.escape(words[0])}`|as a job, `qsub {words[0]}`", README)
        return
    asked = re.findall(r"-[Aql] \S+", line)
    assert len(asked) == 5
    assert all(f"#PBS {one}\n" in README for one in asked)


def activate(line: str, __: pytest.FixtureRequest) -> None:
    """Check that in such an environment the README's next commands are the environment's own."""
    script = Path(sys.prefix) / "bin" / "activate"
    if not script.exists():
        pytest.skip("the tests run in no environment of their own")
    dot, path = line.split()
    assert path == ".venv/bin/activate"
    shell = f"{dot} {shlex.quote(str(script))}; command -v linreg-tui; command -v pip"
    result = subprocess.run(["sh", "-c", shell], check=True, capture_output=True, text=True)
    assert result.stdout.split() == [str(script.with_name(name)) for name in ("linreg-tui", "pip")]


def nothing(_: str, __: pytest.FixtureRequest) -> None:
    """Do nothing for a line that can't be run here; bash still checks its block, if it has one."""


KINDS: dict[str, Callable[[str, pytest.FixtureRequest], None]] = {
    r"(~/linreg/bin/)?linreg-tui\b(?!\[)": run,
    rf"({'|'.join(NAMES)}) ": lambda line, request: run(f"linreg-tui {line}", request),
    r"-- ": lambda line, request: run(f"linreg-tui pbs {line}", request),
    r"(~/linreg/bin/)?pip install ": install,
    r"python3 -m venv \.venv$": nothing,  # a part of the lines that .ci/run runs
    r"python3 -m venv \.venv |\.venv/bin/[a-z]": is_run_by_ci,
    r"\. \.venv/bin/activate$": activate,
    r"\.ci/run$": nothing,  # which runs these tests
    r"uv run ": is_run_with_uv,
    r"(python )?tests/benchmarks/": load_benchmark,
    r"dask (scheduler|worker) ": dask,
    r"ssh ": ssh,
    r"tmux ": tmux,
    r"qsub ": qsub,
    r"py -m venv ": nothing,  # on Windows
    r"(module|conda|export|set|cd) |python -m venv --system-site-packages ~/linreg$": nothing,
}


def kind(text: str) -> Callable[[str, pytest.FixtureRequest], None] | None:
    return next((done for pattern, done in KINDS.items() if re.match(pattern, text)), None)


RUN = dict.fromkeys(
    [
        *(line for line in LINES if line.strip() and not line.startswith("#")),
        *(span for span in SPANS if kind(span)),
    ]
)


@pytest.mark.parametrize("command", RUN)
def test_every_command_works(command: str, request: pytest.FixtureRequest) -> None:
    done = kind(command)
    assert done, f"README.md has the command {command!r}, which no test runs: add its kind here"
    done(command, request)


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_read_by_bash(script: str) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    result = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_job_has_what_polaris_requires() -> None:
    (job,) = (script for script in SCRIPTS if "#PBS" in script)
    for asked in ("-A ", "-q debug", "-l filesystems=home:eagle", "-l walltime="):
        assert f"#PBS {asked}" in job
    assert "linreg-tui sweep --json" in job
