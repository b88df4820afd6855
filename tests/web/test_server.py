"""The server under attack, with a small program in place of the application."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie

import aiohttp
import pytest

from linreg_tui.web import connections
from linreg_tui.web.access import Access
from linreg_tui.web.frames import MOST_COLUMNS, MOST_ROWS
from linreg_tui.web.limits import Limits, connections_for, sessions_here
from linreg_tui.web.server import HEADERS, PageServer, listening

ECHO = """
import os, sys
def send(payload):
    os.write(1, b"D" + len(payload).to_bytes(4, "big") + payload)
os.write(1, b"__GANGLION__\\n")
send(f"{os.environ['COLUMNS']}x{os.environ['ROWS']}".encode())
while head := sys.stdin.buffer.read(5):
    payload = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    if head[:1] == b"M" and b"quit" in payload:
        break
    send(head[:1] + payload)
"""
"""A program that sends its size, and then all that it gets."""

PATHS = ("/", "/ws", "/static/js/textual.js", "/page/page.css", "/static/", "/download/x", "/no")


@dataclass
class Served:
    """A server, where it is, and a client without cookies."""

    server: PageServer
    url: str
    port: int
    client: aiohttp.ClientSession

    async def get(
        self, path: str, token: str | None = None, **headers: str
    ) -> aiohttp.ClientResponse:
        query = {} if token is None else {"token": token}
        async with self.client.get(f"{self.url}{path}", params=query, headers=headers) as answer:
            await answer.read()
            return answer

    @asynccontextmanager
    async def page(self, size: str = "") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        url = f"{self.url}/ws?token={self.server.access.token}{size}"
        async with self.client.ws_connect(url) as socket:
            yield socket


@asynccontextmanager
async def served(
    limits: Limits | None = None,
    access: Access | None = None,
    program: Sequence[str] = (sys.executable, "-c", ECHO),
    most: int | None = None,
) -> AsyncIterator[Served]:
    server = PageServer(program, access or Access(), limits or Limits(4, 1))
    async with (
        listening(server, "127.0.0.1", 0, most) as [(_, port)],
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
    ):
        yield Served(server, f"http://127.0.0.1:{port}", port, client)


async def ended(socket: aiohttp.ClientWebSocketResponse) -> str:
    """Return the words with which a page is closed."""
    while (message := await socket.receive(5)).type == aiohttp.WSMsgType.BINARY:
        pass
    assert message.type == aiohttp.WSMsgType.CLOSE, message
    return str(message.extra)


async def test_no_path_lets_in_without_the_token_or_by_another_name() -> None:
    async with served() as here:
        token = here.server.access.token
        for path in PATHS:
            assert (await here.get(path)).status == 403
            assert (await here.get(path, token="wrong")).status == 403
            for stranger in ({"Host": "example.org"}, {"Origin": "http://example.org"}):
                assert (await here.get(path, token, **stranger)).status == 403
        assert "token" in await (await here.get("/")).text()
        assert [(await here.get(path, token)).status for path in PATHS] == [
            *(200, 400, 200, 200, 403, 404, 404)
        ]


async def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_can_use() -> None:
    async with served() as here:
        token = here.server.access.token
        cookie = SimpleCookie((await here.get("/", token)).headers["Set-Cookie"])
        (name,) = cookie
        morsel = cookie[name]
        assert (name, morsel.value) == (f"linreg-tui-{here.port}", token)
        assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/")
        sent = {"Cookie": f"{name}={token}"}
        assert (await here.get("/page/page.css", **sent)).status == 200
        assert "Set-Cookie" not in (await here.get("/", **sent)).headers
        assert (await here.get("/", **{"Cookie": f"{name}=wrong"})).status == 403


async def test_without_a_token_the_address_is_enough() -> None:
    async with served(access=Access(token=None)) as here:
        assert "Set-Cookie" not in (await here.get("/")).headers
        assert (await here.get("/", Host="example.org")).status == 403


async def test_every_answer_has_the_headers_that_protect_it() -> None:
    async with served() as here:
        answers = [await here.get(path, token) for path in PATHS for token in (None, "x")]
        answers += [await here.get(path, here.server.access.token) for path in PATHS]
        answers += [await here.get(f"/{'x' * 9000}")]
        assert answers[-1].status == 400
        for answer in answers:
            assert HEADERS.items() <= dict(answer.headers).items()
        policy = HEADERS["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy  # default-src: no script within a page


@pytest.mark.parametrize(
    "sent",
    [
        *(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9\r\n\r\n", b"\0" * 9000),
        *(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET /\x1b[31m HTTP/1.1\r\n\r\n"),
        *(b"GET / HTTP/1.0\r\n\r\n", b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ],
)
async def test_what_is_no_request_prints_nothing(
    sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    async with served() as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(sent)
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        assert answer.startswith(b"HTTP/1.")
        assert int(answer.split()[1]) in (400, 403)
        assert b"\x1b" not in answer
        await writer.wait_closed()
    assert capfd.readouterr() == ("", "")


async def test_frames_are_passed_on() -> None:
    async with served() as here, here.page("&width=100&height=999999") as socket:
        assert await socket.receive_bytes() == f"100x{MOST_ROWS}".encode()
        await socket.send_json(["stdin", "é"])
        assert await socket.receive_bytes() == "Dé".encode()
        await socket.send_json(["resize", {"width": 10**9, "height": 7}])
        size = json.loads((await socket.receive_bytes())[1:])
        assert size == {"type": "resize", "width": MOST_COLUMNS, "height": 7}
        await socket.send_json(["ping", "5"])
        assert await socket.receive_json() == ["pong", "5"]


@pytest.mark.parametrize(
    "frame", ['["resize", {"width": -1, "height": 24}]', "[" * 100_000, '["stdin", "\\ud800"]']
)
async def test_a_frame_that_no_page_sends_ends_the_session_with_a_word(
    frame: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with served() as here, here.page() as socket:
        await socket.send_str(frame)
        assert "what no page of ours sends" in await ended(socket)
    assert capfd.readouterr() == ("", "")


async def test_a_frame_that_is_too_large_ends_the_session() -> None:
    async with served() as here, here.page() as socket:
        await socket.receive_bytes()
        await socket.send_str(json.dumps(["stdin", "x" * (1 << 20)]))
        await ended(socket)
        assert socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_a_size_that_no_screen_has_is_refused() -> None:
    async with served() as here:
        for size in ("&width=-1&height=24", "&width=1e9&height=24", "&width=80"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
                async with here.page(size):
                    raise AssertionError("it was let in")


async def test_sessions_are_limited_and_who_comes_too_late_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with served(Limits(sessions=1, idle_minutes=1)) as here:
        token = here.server.access.token
        async with here.page() as first:
            await first.receive_bytes()
            page = await here.get("/", token)
            assert (page.status, "in use" in await page.text()) == (503, True)
            async with here.page() as second:
                assert "the one session of this server is in use" in await ended(second)
        async with asyncio.timeout(5):
            while (await here.get("/", token)).status != 200:
                await asyncio.sleep(0.01)
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    assert "--sessions allows more" in told


async def test_a_session_that_nobody_uses_ends_with_a_word() -> None:
    async with served(Limits(sessions=4, idle_minutes=0.3 / 60)) as here, here.page() as socket:
        began = asyncio.get_running_loop().time()
        await socket.send_json(["stdin", "a"])
        for _ in range(100):
            await socket.send_json(["stdin", "\x1b[1;1R"])  # answers come by themselves
            await asyncio.sleep(0.01)
            if socket.closed:
                break
        assert "nobody has used it" in await ended(socket)
        assert asyncio.get_running_loop().time() - began < 5


async def test_a_program_that_can_not_be_started_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with served(program=["/no/such/program"]) as here, here.page() as socket:
        assert "can't be started" in await ended(socket)
    assert capfd.readouterr().err.count("\n") == 1


async def test_silent_connections_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SILENT_SECONDS", 0.3)
    async with served() as here:
        silent = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(20)]
        silent[0][1].write(b"GET / HTTP/1.1\r\nHost:")  # nor does a part of a request count
        async with asyncio.timeout(5):
            for reader, _ in silent:
                assert await reader.read() == b""
        async with here.page() as socket:
            await asyncio.sleep(0.5)
            await socket.send_json(["ping", "still here"])
            await socket.receive_bytes()
            assert await socket.receive_json() == ["pong", "still here"]
        for _, writer in silent:
            writer.close()


async def test_silent_connections_keep_nobody_out() -> None:
    async with served(most=8) as here, here.page() as socket:
        await socket.receive_bytes()
        silent = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(50)]
        assert (await here.get("/", here.server.access.token)).status == 200
        await socket.send_json(["ping", "x"])
        assert await socket.receive_json() == ["pong", "x"]
        for _, writer in silent:
            writer.close()


async def test_visitors_who_leave_in_the_middle_of_anything_print_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with served(Limits(sessions=30, idle_minutes=1)) as here:
        for _ in range(10):
            async with here.page() as socket:
                await socket.send_json(["stdin", "x" * 100_000])
                connection = socket.get_extra_info("socket")
                assert connection is not None
                socket._response.connection.transport.abort()  # type: ignore[union-attr]
    assert capfd.readouterr() == ("", "")


def test_the_limits_of_this_machine() -> None:
    assert 1 <= sessions_here() <= 10_000
    assert connections_for(1) >= 8
    assert connections_for(100_000) < 10_000_000
