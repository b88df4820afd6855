"""The messages of `linreg-tui serve` before it serves; tests/end_to_end has the rest."""

from __future__ import annotations

import asyncio
import socket
from importlib.machinery import ModuleSpec
from typing import Any, NoReturn

import pytest

from linreg_tui.commands import serve
from tests.commands.test_cli import complaint


@pytest.fixture(autouse=True)
def _nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail as soon as it serves, instead of waiting for ever."""
    listen = asyncio.BaseEventLoop.create_server

    async def serve(loop: asyncio.BaseEventLoop, *arguments: Any, **named: Any) -> NoReturn:
        await listen(loop, *arguments, **named)
        raise AssertionError("it serves")

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_server", serve)
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)


def test_without_textual_serve_it_names_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(serve, "find_spec", missing)
    assert "pip install 'linreg-tui[serve]'" in complaint(capsys, "serve")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.csv"], "nowhere.csv: there is no such file"),
        (["--x", "nothing"], "nothing"),
        (["--batch-size", "1000"], "551"),
        (["--theme", "plaid"], "'plaid' is not a theme"),
        (["--port", "65536"], "'65536' is not a port"),
        (["--port", "http"], "'http' is not a port"),
        (["--port", "²"], "'²' is not a port"),
        (["--host", ""], "an address is missing"),
        (["--allow-host", "http://lab-7"], "'http://lab-7' is not a name of a machine"),
        (["--sessions", "0"], "choose a whole number from 1 to 1000"),
        (["--sessions", "1e3"], "'1e3' is not a number of pages"),
        (["--idle", "-5"], "'-5' is not a number of minutes"),
    ],
)
def test_errors_that_concern_every_page_come_at_once(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in complaint(capsys, "serve", *words)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("no-such-host.invalid", "no-such-host.invalid is not an address"),
        ("192.0.2.1", "192.0.2.1 is not an address of this machine"),
        ("\x1b[31m", "x1b[31m is not an address"),
        ("a" * 64 + ".b", "is not an address"),
    ],
)
def test_where_it_cannot_listen(
    host: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in complaint(capsys, "serve", "--host", host)


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"port {port} is in use" in complaint(capsys, "serve", "--port", port)


def test_a_port_that_needs_special_rights(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("asyncio.BaseEventLoop.create_server", refused)
    assert "choose a --port from 1024 on" in complaint(capsys, "serve", "--port", "80")
