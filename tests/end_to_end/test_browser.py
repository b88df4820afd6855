"""The application in a browser: the real server, real pages."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import PIPE

import aiohttp
import pyte
import pytest
from yarl import URL

from linreg_tui.compat.browser import WHERE
from linreg_tui.compat.session import SCREEN
from tests.end_to_end.chromium import chromium
from tests.end_to_end.terminal import Terminal, without_private
from tests.end_to_end.test_application import command
from tests.end_to_end.test_leaving import WITHIN, all_ended, soon

pytestmark = pytest.mark.thorough

ANSWER = "\x1b[1;1R"
"""A terminal's answer about the place of its cursor."""


@contextmanager
def served(*words: str, env: dict[str, str] | None = None) -> Iterator[tuple[Terminal, str]]:
    """Start a server that ignores hang-ups in a terminal, and yield that and its address.

    The address has the token.
    """
    program = shlex.join([command(), "serve", "--port", "0", *words])
    deaf = ["sh", "-c", f"trap '' HUP; exec {program}"]
    with Terminal.start(deaf, 120, 24, env) as terminal:
        terminal.wait_for("until ctrl+c")
        found = re.search(r"http://\S+", "\n".join(terminal.screen))
        assert found is not None
        yield terminal, found[0]
        if terminal.process.returncode is None:
            terminal.process.send_signal(signal.SIGTERM)
            assert terminal.wait_exit(5) == 128 + signal.SIGTERM
        assert all_ended(terminal.process.pid)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Terminal, str]]:
    """Start one server for all tests that leave it as it was."""
    with served() as found:
        yield found


class Page:
    """A stand-in for a browser: it sends keys to the application, and shows its screen."""

    def __init__(self, channel: aiohttp.ClientWebSocketResponse) -> None:
        self.channel = channel
        self.received = b""
        self._screen = pyte.Screen(100, 32)
        self._stream = pyte.ByteStream(self._screen)
        self._unfinished = b""

    async def type(self, text: str) -> None:
        await self.channel.send_json(["stdin", text])

    async def read(self, seconds: float) -> bool:
        """Show the next bytes; return whether any came in time and the application is there."""
        try:
            message = await self.channel.receive(seconds)
        except TimeoutError:
            return False
        if message.type != aiohttp.WSMsgType.BINARY:
            return False
        self.received += message.data
        shown, self._unfinished = without_private(self._unfinished + message.data)
        self._stream.feed(shown)
        return True

    @property
    def asked(self) -> int:
        """How often the application asked whether everything was shown."""
        return self.received.count(WHERE.encode())

    async def wait_for(self, text: str) -> None:
        await self.wait_until(lambda: any(text in line for line in self._screen.display))

    async def wait_until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "\n".join(self._screen.display)
            await self.read(0.1)

    async def read_on(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            await self.read(left)


@asynccontextmanager
async def page(url: str, headers: dict[str, str] | None = None) -> AsyncIterator[Page]:
    socket = URL(url).with_path("/ws").with_query({**URL(url).query, "width": 100, "height": 32})
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(socket, headers=headers) as channel,
    ):
        yield Page(channel)


async def test_space_moves_the_line_in_chromium_and_nothing_comes_from_elsewhere(
    tmp_path: Path,
) -> None:
    async with chromium(tmp_path) as browser:
        with served() as (_, url):
            await browser.open(url)
            await browser.wait_for("ready")
            await browser.wait_for("└┬")
            before = await browser.wait_for(" 0 of 30")
            assert any(re.search(r"slope +5\.00 .* step +0 of 30", line) for line in before)
            for _ in range(2):
                await browser.press("+", "NumpadAdd")
            await browser.press(" ", "Space")
            await browser.wait_for("✓ converged")
            after = await browser.wait_for(" 30 of 30")
            assert any(re.search(r"slope +88\.89 .* step +30 of 30", line) for line in after)
            assert drawn(after) != drawn(before)
            await browser.press("q", "KeyQ")
            await browser.wait_until("document.body.innerText.includes('linreg-tui has ended')")
            assert browser.requests[0] == url
            own = str(URL(url).with_query(None))
            assert all(asked.startswith((own, "data:")) for asked in browser.requests)
            assert all("token" not in asked for asked in browser.requests[1:])
            # The fonts must be loaded before, or the terminal would have measured another one.
            assert await browser.evaluate("[...document.fonts].every(f => f.status === 'loaded')")


def drawn(screen: list[str]) -> list[str]:
    """Return the part of the screen above the first x axis."""
    axis = next(row for row, line in enumerate(screen) if "└┬" in line)
    return screen[:axis]


async def test_each_page_has_an_application_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a 'b' $(touch c);\"d.csv").write_text("p,q\n1,2\n2,3.5\n3,6\n4,7\n")
    words = [str(tmp_path / "a 'b' $(touch c);\"d.csv"), "--batch-size", "2", "--y", "q"]
    with served(*words) as (_, url):
        async with page(url) as one, page(url) as other:
            for each in (one, other):
                await each.wait_for("ready")
                await each.wait_for("batch 2 ")
                await each.wait_for('$(touch c);"d.csv')
            await one.type("++ ")
            await one.wait_for("running to")
            await one.type("q")
            await one.wait_until(lambda: one.channel.closed)
            await other.type("?")
            await other.wait_for("Double both")
    assert len(list(tmp_path.iterdir())) == 1


async def test_the_application_learns_when_a_frame_was_shown(server: tuple[Terminal, str]) -> None:
    _, url = server
    async with page(url) as shown:
        await shown.wait_for("ready")
        await shown.type(" ")
        await shown.wait_for("running")
        assert shown.asked == 1
        await shown.type(ANSWER)
        await shown.wait_until(lambda: shown.asked == 2)
        await shown.read_on(0.5)
        assert shown.asked == 2, "it has sent a frame before the last one was shown"
        await shown.type(ANSWER)
        await shown.wait_until(lambda: shown.asked == 3)


async def test_a_page_learns_that_its_application_is_gone(server: tuple[Terminal, str]) -> None:
    terminal, url = server
    async with page(url) as shown:
        await shown.wait_for("ready")
        (application,) = children(terminal.process.pid)
        os.kill(application, signal.SIGKILL)
        await shown.wait_until(lambda: shown.channel.closed)


async def test_an_application_that_does_not_leave_is_killed(server: tuple[Terminal, str]) -> None:
    terminal, url = server
    async with page(url) as shown:
        await shown.wait_for("ready")
        (application,) = children(terminal.process.pid)
        os.kill(application, signal.SIGSTOP)
    assert soon(lambda: children(terminal.process.pid) == [], 5)


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://example.org"}, {"Host": "example.org"}, {"Origin": "null"}]
)
async def test_other_sites_cannot_reach_it_through_the_browser(
    headers: dict[str, str], server: tuple[Terminal, str]
) -> None:
    terminal, url = server
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        async with page(url, headers):
            raise AssertionError("it was let in")
    assert children(terminal.process.pid) == []
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        assert answer.status == 403


def test_by_default_it_serves_this_machine_only(server: tuple[Terminal, str]) -> None:
    terminal, url = server
    assert "everybody" not in "".join(terminal.screen)
    port = f":{URL(url).port:04X}"
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    listening = [local for _, local, _, state, *_ in sockets[1:] if state == "0A"]
    assert [local for local in listening if local.endswith(port)] == [f"0100007F{port}"]


@pytest.mark.parametrize("token", [True, False])
async def test_opening_it_to_others_gives_a_warning(token: bool) -> None:
    words = ["--host", "0.0.0.0", "--marker", "ascii", "--allow-host", "lab-7"]
    with served(*words, *([] if token else ["--no-token"])) as (terminal, url):
        assert ("nothing is encrypted" if token else "there is no token") in terminal.screen[0]
        near = URL(url).with_host("127.0.0.1")
        assert near.query.keys() == ({"token"} if token else set())
        for foreign in ("example.org", f"example.org:{near.port}"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                async with page(str(near), {"Host": foreign, "Origin": f"http://{foreign}"}):
                    raise AssertionError("it was let in")
        async with page(str(near), {"Host": f"lab-7:{near.port}"}) as shown:
            await shown.wait_for("ready")
            # Look-alikes show that our own driver is used: Textual's has none.
            assert shown.received.isascii()


async def test_a_page_does_not_depend_on_the_servers_terminal() -> None:
    bare = {"TERM": "dumb", "COLORTERM": "", "LANG": "C"}
    with served(env={**bare, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}) as (_, url):
        async with page(url) as shown:
            await shown.wait_for("ready")
            await shown.wait_for("⠶ data")
            assert b"\x1b[38;2;" in shown.received


@pytest.mark.parametrize("stopped_by", [signal.SIGINT, signal.SIGKILL])
async def test_applications_end_with_their_server(stopped_by: signal.Signals) -> None:
    with served("--epochs", "100000") as (terminal, url):
        async with page(url) as shown:
            await shown.wait_for("ready")
            # It must end when it is told to, though busy; and if nobody tells it, though idle.
            if stopped_by == signal.SIGINT:
                await shown.type("+++++ ")
                await shown.wait_for("full speed")
            began = time.monotonic()
            if stopped_by == signal.SIGINT:
                terminal.type("\x03")
            else:
                terminal.process.send_signal(stopped_by)
            await shown.wait_until(lambda: shown.channel.closed)
        assert terminal.wait_exit(5) == (0 if stopped_by == signal.SIGINT else -stopped_by)
        assert all_ended(terminal.process.pid)
        assert time.monotonic() - began < 2
        assert [line.rstrip("^C ") for line in terminal.screen[2:4]] == ["", ""]


def test_it_leaves_silently_if_nobody_reads_its_output() -> None:
    program = subprocess.Popen(
        [command()], stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**os.environ, **SCREEN}
    )
    with program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        shown = b""
        while b"ready" not in shown:
            shown += os.read(program.stdout.fileno(), 65536)
        program.stdout.close()
        program.stdin.write(b"D" + (1).to_bytes(4, "big") + b"?")
        program.stdin.flush()
        assert program.wait(WITHIN) == 128 + signal.SIGHUP
        assert program.stderr.read() == b""


async def test_the_server_reports_data_that_can_no_longer_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("x,y\n1,2\n2,3\n3,5\n")
    with served(str(path)) as (terminal, url):
        path.unlink()
        async with page(url) as shown:
            await shown.wait_until(lambda: shown.channel.closed)
        terminal.wait_for("there is no such file")


def children(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for of_thread in found for child in of_thread.read_text().split()]


async def test_a_page_for_a_class_saves_nothing() -> None:
    with served("--read-only") as (_, url):
        async with page(url) as shown:
            await shown.wait_for("ready")
            await shown.type("x")
            await shown.wait_for("This session is read-only")


async def test_a_page_says_why_it_was_ended(tmp_path: Path) -> None:
    async with chromium(tmp_path) as browser:
        with served("--sessions", "1") as (terminal, url):
            await browser.open(url)
            await browser.wait_for("ready")
            assert await browser.evaluate("location.search + document.cookie") == ""
            assert "No room" in await browser.evaluate(
                "fetch('/').then((answer) => answer.text())", wait=True
            )
            terminal.wait_for("no room for another visitor")
            await browser.evaluate("void new WebSocket(location.href.replace('http', 'ws') + 'ws')")
            await browser.wait_until(
                "document.querySelector('#why').textContent.includes('in use')"
            )
            await browser.press("q", "KeyQ")
            await browser.wait_until("document.body.innerText.includes('Try again later')")
            await browser.evaluate("document.querySelector('#again').click()")
            await browser.wait_for("ready")
