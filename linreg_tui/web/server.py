"""Serves a page with a terminal in it, and runs an application for each open page."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from aiohttp import WSMsgType, web
from textual_serve.server import Server, to_int

from linreg_tui.compat.session import Session
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable

PAGE = Path(__file__).with_name("page")

NOTHING_FROM_OUTSIDE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)
"""A Content-Security-Policy, which the browser enforces."""

OPEN_TO_OTHERS = (
    "linreg-tui: everybody who can reach this address can open and save files as you: "
    "there is no password and no encryption\n"
)

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


class PageServer(Server):
    """Serves one page, and runs a program of its own for each open copy of it.

    Requests made for another site are refused: another site's page must not use the browser to
    reach what only this machine can reach.
    """

    def __init__(self, program: Sequence[str]) -> None:
        super().__init__("")
        self._program = program
        self._sessions: set[Session] = set()
        self.private = True
        """Whether only this machine can reach it."""

    async def on_shutdown(self, _: web.Application) -> None:
        """Stop all applications."""
        await asyncio.gather(*(session.stop() for session in self._sessions))

    def make_pages(self) -> web.Application:
        """Return the routes to serve: the page, its files, and a socket for its application."""
        pages = web.Application()
        pages.add_routes(
            [
                web.get("/", self.handle_index),
                web.get("/ws", self.handle_websocket),
                web.get("/download/{key}", self.handle_download),
                web.static("/static", self.statics_path),
                web.static("/page", PAGE),
            ]
        )
        pages.on_shutdown.append(self.on_shutdown)
        return pages

    async def handle_index(self, request: web.Request) -> web.Response:
        """Return the page, which loads nothing from elsewhere."""
        self._refuse_other_sites(request)
        return web.Response(
            text=(PAGE / "index.html").read_text("utf-8"),
            content_type="text/html",
            headers={"Content-Security-Policy": NOTHING_FROM_OUTSIDE},
        )

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run an application for a page until one of the two ends."""
        self._refuse_other_sites(request)
        columns, rows = (to_int(request.query.get(of, ""), 0) for of in ("width", "height"))
        websocket = web.WebSocketResponse(heartbeat=15)
        await websocket.prepare(request)
        session = Session(self._program, websocket, self.download_manager)
        self._sessions.add(session)
        try:
            await session.start(columns or 80, rows or 24)
            await _pass_on(websocket, session)
        finally:
            await session.stop()
            self._sessions.remove(session)
        return websocket

    def _refuse_other_sites(self, request: web.Request) -> None:
        origin = request.headers.get("Origin")
        foreign = origin is not None and origin.partition("://")[2] != request.host
        if foreign or (self.private and not _is_private(_without_port(request.host))):
            raise web.HTTPForbidden(text="This request was made for another site.")


async def _pass_on(websocket: web.WebSocketResponse, session: Session) -> None:
    """Pass on the messages of the page's script until it closes."""
    async for message in websocket:
        if message.type != WSMsgType.TEXT:
            continue
        match message.json():
            case ["stdin", str(typed)]:
                await session.send_bytes(typed.encode())
            case ["resize", {"width": int(columns), "height": int(rows)}]:
                await session.set_terminal_size(columns, rows)
            case ["ping", sent]:
                await websocket.send_json(["pong", sent])
            case ["blur", *_]:
                await session.blur()
            case ["focus", *_]:
                await session.focus()


def run(program: Sequence[str], host: str, port: int) -> int:
    """Serve until a signal stops it, and return the exit status.

    Raises
    ------
    InputError
        If the host and port can't be used.
    """
    try:
        return asyncio.run(_run(program, host, port))
    except KeyboardInterrupt:  # Windows has no handlers for signals
        return 0


async def _run(program: Sequence[str], host: str, port: int) -> int:
    server = PageServer(program)
    stopped = _stop_signal()
    runner = web.AppRunner(server.make_pages(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, UnicodeError) as error:
            raise InputError(_why_not(error, host, port)) from None
        address, port, *_ = runner.addresses[0]
        server.private = all(_is_private(address) for address, *_ in runner.addresses)
        if not server.private:
            sys.stderr.write(OPEN_TO_OTHERS)
        sys.stdout.write(f"linreg-tui is at {_url(address, port)}, until ctrl+c\n")
        sys.stdout.flush()
        number = await stopped
    finally:
        await runner.cleanup()
    return 0 if number == signal.SIGINT else 128 + number


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


def _url(address: str, port: int) -> str:
    if ip_address(address).is_unspecified:
        address = socket.gethostname()
    return f"http://{f'[{address}]' if ':' in address else address}:{port}"


def _is_private(name: str) -> bool:
    """Return whether a host is a loopback name or address, which only this machine can reach."""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return (name if name and port.isdecimal() else host).strip("[]")
