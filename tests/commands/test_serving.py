"""What `linreg-tui serve` says before it serves; tests/end_to_end has the rest."""

from __future__ import annotations

import socket
from importlib.machinery import ModuleSpec

import pytest

from linreg_tui.commands import serve
from linreg_tui.web import server
from tests.commands.test_cli import complaint


@pytest.fixture(autouse=True)
def _nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should it get that far, it fails instead of waiting for ever."""
    monkeypatch.setattr(server, "_stopped", list)
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)


def test_without_textual_serve_it_names_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(serve, "find_spec", missing)
    assert "pip install 'linreg-tui[serve]'" in complaint(capsys, "serve")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.csv"], "nowhere.csv: there is no such file"),
        (["--x", "nothing"], "nothing"),
        (["--batch-size", "1000"], "551"),
        (["--theme", "plaid"], "'plaid' is not a theme"),
        (["--port", "65536"], "'65536' is no port"),
        (["--port", "http"], "'http' is no port"),
    ],
)
def test_what_would_be_wrong_on_every_page_is_said_at_once(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in complaint(capsys, "serve", *words)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("no-such-host.invalid", "no-such-host.invalid is no address"),
        ("192.0.2.1", "192.0.2.1 is no address of this machine"),
        ("\x1b[31m", "x1b[31m is no address"),
        ("a" * 64 + ".b", "is no address"),
    ],
)
def test_where_it_cannot_listen(host: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in complaint(capsys, "serve", "--host", host)


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"port {port} is in use" in complaint(capsys, "serve", "--port", port)


def test_a_port_that_is_not_for_everybody(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("asyncio.BaseEventLoop.create_server", refused)
    assert "choose a --port from 1024 on" in complaint(capsys, "serve", "--port", "80")
