"""What other libraries do without our classes: each test fails when one is no longer needed."""

from __future__ import annotations

import argparse
import asyncio
import errno
import io
import os
import re
import sys
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

import pytest
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from linreg_tui.compat.browser import BrowserDriver
from linreg_tui.compat.double_dash import DoubleDashParser
from linreg_tui.compat.number_parser import NumberParser
from linreg_tui.compat.printed_help import PrintingParser
from linreg_tui.compat.process_pool import FrugalProcessPool
from linreg_tui.compat.session import Session
from tests.compat.mended import mended, still_raises

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def slope_of(kind: type[argparse.ArgumentParser]) -> float | None:
    """Return what a parser reads from -1e-7, or None if it fails."""
    parser = kind(exit_on_error=False)
    parser.add_argument("--slope", type=float)
    try:
        return float(parser.parse_args(["--slope", "-1e-7"]).slope)
    except argparse.ArgumentError:
        return None


def test_a_negative_exponent_is_an_option() -> None:
    oldest = re.search(
        r"3\.(\d+)", tomllib.loads(PROJECT.read_text())["project"]["requires-python"]
    )
    assert oldest is not None
    assert int(oldest[1]) < 14, mended(NumberParser)
    if sys.version_info < (3, 14):
        assert slope_of(argparse.ArgumentParser) is None, mended(NumberParser)
    assert slope_of(NumberParser) == -1e-7


def value_of(kind: type[argparse.ArgumentParser]) -> object:
    """Return what a parser reads from two dashes."""
    parser = kind(exit_on_error=False)
    parser.add_argument("--epochs", type=str)
    return parser.parse_args(["--epochs=--"]).epochs


def test_two_dashes_are_no_value() -> None:
    if sys.version_info < (3, 12):
        assert value_of(argparse.ArgumentParser) == [], mended(DoubleDashParser)
    assert value_of(DoubleDashParser) == "--"


def test_help_that_can_not_be_printed_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(SystemExit) as left:
        argparse.ArgumentParser().parse_args(["--help"])
    assert left.value.code == 0, mended(PrintingParser)
    with pytest.raises(OSError, match="No space"):
        PrintingParser().parse_args(["--help"])


class OneProcess(SpawnContext):
    """Starts no second process."""

    def __init__(self) -> None:
        super().__init__()
        self._started = False

    def Process(self, *arguments: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: N802
        if self._started:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self._started = True
        return super().Process(*arguments, **options)


def submitted(kind: type[ProcessPoolExecutor]) -> int:
    """Return how many of two tasks are done where only one process can be started."""
    with kind(2, OneProcess()) as pool:
        return len([future.result() for future in [pool.submit(time.sleep, 0.2) for _ in "12"]])


def test_a_process_that_can_not_be_started_loses_a_task() -> None:
    with still_raises(OSError, mended(FrugalProcessPool)):
        submitted(ProcessPoolExecutor)
    assert submitted(FrugalProcessPool) == 2


def service(command: str) -> AppService:
    async def nothing(*_: object) -> None:
        pass

    return AppService(
        command,
        write_bytes=nothing,
        write_str=nothing,
        close=nothing,
        download_manager=DownloadManager(),
    )


async def test_a_page_opens_an_application_through_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", f"{BrowserDriver.__module__}:{BrowserDriver.__name__}")
    plain = service('test "$TEXTUAL_DRIVER" = textual.drivers.web_driver:WebDriver && exit 7')
    await plain.start(80, 24)
    assert plain._process is not None
    assert plain._task is not None
    assert await plain._process.wait() == 7, mended(Session, "opening a program")
    await asyncio.wait([plain._task])


async def test_a_page_waits_for_ever_for_an_application_that_stays() -> None:
    plain = service("exec sleep 60")
    await plain.start(80, 24)
    assert plain._process is not None
    stopped = asyncio.create_task(plain.stop())
    done, _ = await asyncio.wait([stopped], timeout=0.5)
    plain._process.kill()
    await plain._process.wait()
    await stopped
    assert not done, mended(Session, "stop")
