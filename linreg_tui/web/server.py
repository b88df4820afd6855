"""Serves a page with a terminal in it, and runs an application for each open page."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.typedefs import Handler
from textual_serve.server import Server

from linreg_tui.compat.session import Session
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable
from linreg_tui.web.access import Access, is_private
from linreg_tui.web.connections import Connection, Connections
from linreg_tui.web.frames import (
    MOST_BYTES,
    BadFrameError,
    Focus,
    Ping,
    Resized,
    Typed,
    asked_size,
    frame_of,
)
from linreg_tui.web.limits import Limits, connections_for

PAGE = Path(__file__).with_name("page")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "linreg-tui",  # and not the versions of the libraries
}
"""Sent with every answer, for the browser to enforce: nothing is loaded from elsewhere, nothing is
guessed, no other page frames or reads this one, and nobody learns its address."""

NEEDS_TOKEN = (
    "This needs a token. Open the address that linreg-tui serve has printed, with the whole of its "
    "?token=…"
)
OTHER_SITE = "This request was made for another site."
STRANGE = "linreg-tui has ended: the page sent what no page of ours sends."
CANNOT_START = "linreg-tui can't be started here now. Try again later."

OPEN_TO_OTHERS = "linreg-tui: nothing is encrypted on the way to others\n"
OPEN_TO_ALL = (
    "linreg-tui: everybody who can reach this address can open and save files as you: there is no "
    "token and no encryption\n"
)

AGAIN_SECONDS = "3"
"""Seconds after which a page that found no room asks again."""

TOLD_AGAIN_SECONDS = 60.0
"""The least time between two messages that all sessions are in use."""

NAME_SECONDS = 2.0
"""The time to look up this machine's full name."""

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


class PageServer(Server):
    """Serves one page, and runs a program of its own for each open copy of it.

    Only those are let in who come by a known name and have the token. Requests made for another
    site are refused: another site's page must not use the browser to reach what is here.
    """

    def __init__(self, program: Sequence[str], access: Access, limits: Limits) -> None:
        super().__init__("")
        self.access = access
        self.cookie = "linreg-tui"
        """The name of the cookie with the token."""
        self._program = program
        self.limits = limits
        self._sessions: set[Session] = set()
        self._told = float("-inf")

    async def on_shutdown(self, _: web.Application) -> None:
        """Stop all applications."""
        await asyncio.gather(*(session.stop() for session in self._sessions))

    def make_pages(self) -> web.Application:
        """Return the routes to serve: the page, its files, and a socket for its application."""
        pages = web.Application(middlewares=[self._guard])
        pages.add_routes(
            [
                web.get("/", self.handle_index),
                web.get("/ws", self.handle_websocket),
                web.get("/download/{key}", self.handle_download),
                web.static("/static", self.statics_path),
                web.static("/page", PAGE),
            ]
        )
        pages.on_response_prepare.append(_add_headers)
        pages.on_shutdown.append(self.on_shutdown)
        return pages

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in who comes by a known name, from no other site, with the token."""
        if isinstance(request.protocol, Connection):
            request.protocol.hear()
        host = request.headers.get("Host", "")
        if not self.access.knows(host):
            raise web.HTTPForbidden(text=OTHER_SITE)
        if not self.access.same_site(host, request.headers.get("Origin")):
            raise web.HTTPForbidden(text=OTHER_SITE)
        given = request.cookies.get(self.cookie), request.query.get("token")
        if not any(map(self.access.fits, given)):
            return _word(NEEDS_TOKEN, HTTPStatus.FORBIDDEN)
        return await handler(request)

    async def handle_index(self, request: web.Request) -> web.Response:
        """Return the page, with a cookie in place of the token in its address."""
        if self._full():
            words = f"{self.limits.full} This page does so by itself."
            again = {"Refresh": AGAIN_SECONDS, "Retry-After": AGAIN_SECONDS}
            return _word(words, HTTPStatus.SERVICE_UNAVAILABLE, again)
        page = web.Response(
            text=(PAGE / "index.html").read_text("utf-8"),
            content_type="text/html",
            headers={"Cache-Control": "no-store"},
        )
        token = request.query.get("token")
        if self.access.token is not None and self.access.fits(token):
            page.set_cookie(self.cookie, self.access.token, httponly=True, samesite="Strict")
        return page

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run an application for a page until one of the two ends."""
        try:
            columns, rows = asked_size(*(request.query.get(of) for of in ("width", "height")))
        except BadFrameError:
            raise web.HTTPBadRequest(text="The size is two whole numbers from 1 on.") from None
        websocket = web.WebSocketResponse(heartbeat=15, max_msg_size=MOST_BYTES)
        if self._full():
            await websocket.prepare(request)
            await _close(websocket, WSCloseCode.TRY_AGAIN_LATER, self.limits.full)
            return websocket
        session = Session(self._program, websocket, self.download_manager)
        self._sessions.add(session)
        try:
            await websocket.prepare(request)
            try:
                await session.start(columns, rows)
            except OSError as error:
                sys.stderr.write(
                    f"linreg-tui: a session can't be started ({error.strerror}): choose fewer "
                    "--sessions\n"
                )
                await _close(websocket, WSCloseCode.TRY_AGAIN_LATER, CANNOT_START)
            else:
                await self._pass_on(websocket, session)
        finally:
            await session.stop()
            self._sessions.remove(session)
        return websocket

    async def _pass_on(self, websocket: web.WebSocketResponse, session: Session) -> None:
        """Pass on the messages of the page's script until it closes or nobody uses it."""
        seconds = 60.0 * self.limits.idle_minutes
        try:
            async with asyncio.timeout(seconds) as patience:
                async for message in websocket:
                    if message.type != WSMsgType.TEXT:
                        raise BadFrameError
                    frame = frame_of(message.data)
                    if isinstance(frame, Typed) and frame.by_hand:
                        patience.reschedule(asyncio.get_running_loop().time() + seconds)
                    match frame:
                        case Typed(typed):
                            await session.send_bytes(typed.encode())
                        case Resized(columns, rows):
                            await session.set_terminal_size(columns, rows)
                        case Ping(word):
                            await websocket.send_json(["pong", word])
                        case Focus(here):
                            await (session.focus() if here else session.blur())
        except BadFrameError:
            await _close(websocket, WSCloseCode.POLICY_VIOLATION, STRANGE)
        except TimeoutError:
            await _close(websocket, WSCloseCode.GOING_AWAY, self.limits.idle)
        except ConnectionError:  # the page is gone
            pass

    def _full(self) -> bool:
        """Return whether there is no room for another session, and say so here now and then."""
        if len(self._sessions) < self.limits.sessions:
            return False
        now = time.monotonic()
        if now - self._told > TOLD_AGAIN_SECONDS:
            self._told = now
            sys.stderr.write(
                f"linreg-tui: no room for another visitor: {self.limits.sessions} sessions are "
                "in use; --sessions allows more\n"
            )
        return True


async def _add_headers(_: web.Request, answer: web.StreamResponse) -> None:
    answer.headers.update(HEADERS)


def _word(words: str, status: HTTPStatus, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a page with a sentence."""
    page = Template((PAGE / "word.html").read_text("utf-8")).substitute(words=words)
    return web.Response(
        text=page,
        status=status,
        content_type="text/html",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


async def _close(websocket: web.WebSocketResponse, code: WSCloseCode, words: str) -> None:
    """Close the socket of a page, which shows the words."""
    await websocket.close(code=code, message=words.encode())


def run(
    program: Sequence[str],
    host: str,
    port: int,
    *,
    limits: Limits,
    allowed: Sequence[str] = (),
    token: bool = True,
) -> int:
    """Serve until a signal stops it, and return the exit status.

    `allowed` are names of this machine besides those that it knows itself.

    Raises
    ------
    InputError
        If the host and port can't be used.
    """
    access = Access([host, *allowed]) if token else Access([host, *allowed], token=None)
    server = PageServer(program, access, limits)
    try:
        return asyncio.run(_run(server, host, port))
    except KeyboardInterrupt:  # Windows has no handlers for signals
        return 0


async def _run(server: PageServer, host: str, port: int) -> int:
    stopped = _stop_signal()
    async with listening(server, host, port) as addresses:
        address, port, *_ = addresses[0]
        if not is_private(address for address, *_ in addresses):
            names = [*server.access.names, *await _names_of_this_machine()]
            server.access = replace(server.access, names=names)
            sys.stderr.write(OPEN_TO_ALL if server.access.token is None else OPEN_TO_OTHERS)
        sys.stdout.write(
            f"linreg-tui is here, until ctrl+c:\n{_url(address, port, server.access.token)}\n"
        )
        sys.stdout.flush()
        number = await stopped
    return 0 if number == signal.SIGINT else 128 + number


@asynccontextmanager
async def listening(
    server: PageServer, host: str, port: int, most: int | None = None
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """Serve in this context, with at most so many connections, and return the sockets' addresses.

    Raises
    ------
    InputError
        If the host and port can't be used.
    """
    runner = web.AppRunner(server.make_pages(), shutdown_timeout=1.0)
    await runner.setup()
    assert runner.server is not None
    most = most or connections_for(server.limits.sessions)
    connections = Connections(runner.server, most, HEADERS)
    try:
        try:
            opened = await asyncio.get_running_loop().create_server(connections, host, port)
        except (OSError, UnicodeError) as error:
            raise InputError(_why_not(error, host, port)) from None
        addresses = [found.getsockname() for found in opened.sockets]
        server.cookie = f"linreg-tui-{addresses[0][1]}"
        yield addresses
        opened.close()
    finally:
        await runner.cleanup()


async def _names_of_this_machine() -> set[str]:
    """Return the names by which others know this machine, as far as they can be found soon."""
    names = {socket.gethostname(), socket.gethostname().partition(".")[0]}
    with suppress(TimeoutError):
        async with asyncio.timeout(NAME_SECONDS):
            names.add(await asyncio.to_thread(socket.getfqdn))
    return names


def _stop_signal() -> asyncio.Future[int]:
    """Return a future that holds the first signal to stop, once it comes."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(number: int) -> None:
        if not stopped.done():
            stopped.set_result(number)

    for number in (getattr(signal, name) for name in STOPPING if hasattr(signal, name)):
        if signal.getsignal(number) != signal.SIG_IGN:
            with suppress(NotImplementedError):  # on Windows
                loop.add_signal_handler(number, stop, number)
    return stopped


def _why_not(error: OSError | UnicodeError, host: str, port: int) -> str:
    shown = printable(host)
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"{shown} is not an address: choose another --host"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: choose another --port, or 0 for any free one"
    if error.errno == errno.EACCES:
        return f"port {port} needs special rights: choose a --port from 1024 on"
    # Newer Pythons skip an address that doesn't exist, and then set no error number.
    if error.errno in (errno.EADDRNOTAVAIL, None):
        return f"{shown} is not an address of this machine: choose another --host"
    return f"{shown}, port {port}, can't be served: {printable(str(error), 200)}"


def _url(address: str, port: int, token: str | None) -> str:
    if ip_address(address.partition("%")[0]).is_unspecified:
        address = socket.gethostname()
    place = f"[{address}]" if ":" in address else address
    return f"http://{place}:{port}/{'' if token is None else f'?token={token}'}"
