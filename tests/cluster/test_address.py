"""Addresses of clusters, and the messages where there is no cluster."""

from __future__ import annotations

import socket
import sys
import time

import pytest

from linreg_tui import __version__
from linreg_tui.cluster import connection
from linreg_tui.cluster.address import processes_here
from linreg_tui.core.errors import InputError
from tests.commands.test_cli import RED, complaint


@pytest.mark.parametrize(
    ("address", "processes"),
    [
        ("local:1", 1),
        ("local:32", 32),
        ("tcp://127.0.0.1:8786", None),
        ("tcp://x3001c0s13b0n0.hsn.cm.polaris.alcf.anl.gov:8786", None),
        ("tls://[::1]:8786/", None),
    ],
)
def test_addresses(address: str, processes: int | None) -> None:
    assert processes_here(address) == processes


@pytest.mark.parametrize(
    "address", ["", "local", "local:-1", "x:8786", "http://x:1", "tcp://x", "tcp://x:70000", RED]
)
def test_a_bad_address_is_reported(capsys: pytest.CaptureFixture[str], address: str) -> None:
    message = complaint(capsys, "sweep", f"--cluster={address}")
    assert "is not the address of a cluster" in message
    assert "tcp://HOST:8786" in message


@pytest.mark.parametrize("count", [0, 33])
def test_only_some_numbers_of_processes_are_possible(count: int) -> None:
    with pytest.raises(InputError, match=f"{count} processes.* from 1 to 32"):
        processes_here(f"local:{count}")


def test_a_missing_scheduler_is_reported_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    pytest.importorskip("distributed")  # importing it takes time, which is not measured
    began = time.monotonic()
    message = complaint(capsys, "sweep", "--cluster", f"tcp://127.0.0.1:{port}")
    assert f"no scheduler answers at tcp://127.0.0.1:{port}" in message
    assert time.monotonic() - began < connection.ANSWER_SECONDS / 2


def test_a_scheduler_that_does_not_answer_is_given_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.ANSWER_SECONDS < 9
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        assert "no scheduler answers" in complaint(capsys, "sweep", "--cluster", address)
        assert time.monotonic() - began < 5


def test_a_missing_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("dask", "distributed")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dask", None)
    message = complaint(capsys, "sweep", "--cluster", "local:2")
    assert "pip install 'linreg-tui[cluster]'" in message


async def test_another_version_on_the_cluster_is_reported() -> None:
    class Client:
        async def run(self, _: object) -> dict[str, str]:
            return {"one": __version__, "two": "0.0.1"}

        async def run_on_scheduler(self, _: object) -> str:
            return __version__

    with pytest.raises(InputError, match=f"don't have linreg-tui {__version__}"):
        await connection.check_versions(Client(), "tcp://there:8786")
