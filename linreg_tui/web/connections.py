"""The connections to the server: not too many, none that stays without a word."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from linreg_tui import failures

SILENT_SECONDS = 10.0
"""Seconds that a new connection has for its first request, and one in use for the next."""


class Connections:
    """Makes the handlers of new connections, at most `most` at a time.

    One more takes the place of the one that has been silent for longest; where all have asked for
    something, it is refused. So silent connections can't keep anybody out.
    """

    def __init__(self, server: web.Server, most: int, headers: Mapping[str, str]) -> None:
        self.headers = headers
        self._server = server
        self._most = most
        self._open = set[Connection]()
        self._silent = dict[Connection, None]()

    def __call__(self) -> Connection:
        """Return a handler for a new connection."""
        return Connection(self, self._server, loop=asyncio.get_running_loop())

    def add(self, connection: Connection) -> None:
        """Count a connection, and drop one if these are too many."""
        self._open.add(connection)
        self._silent[connection] = None
        if len(self._open) > self._most:
            next(iter(self._silent)).drop()

    def remove(self, connection: Connection) -> None:
        """Count a connection no more."""
        self._open.discard(connection)
        self._silent.pop(connection, None)

    def hear(self, connection: Connection) -> None:
        """Note that a connection has asked for something."""
        self._silent.pop(connection, None)

    def drop_if_silent(self, connection: Connection) -> None:
        """Drop a connection that has not asked for anything yet."""
        if connection in self._silent:
            connection.drop()


class Connection(web.RequestHandler):
    """Handles the requests of one connection; what a visitor sends can't fill our terminal."""

    def __init__(self, connections: Connections, server: web.Server, **options: Any) -> None:
        super().__init__(server, keepalive_timeout=SILENT_SECONDS, **options)
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._connections.add(self)
        later = asyncio.get_running_loop().call_later
        self._end_of_patience = later(SILENT_SECONDS, self._connections.drop_if_silent, self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""
        self._end_of_patience.cancel()
        self._connections.remove(self)
        super().connection_lost(exc)

    def hear(self) -> None:
        """Note that a request has come."""
        self._connections.hear(self)

    def drop(self) -> None:
        """End the connection at once."""
        self._connections.remove(self)
        if self.transport is not None:
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes what was sent
    ) -> web.StreamResponse:
        """Answer what can't be understood, and report what failed here."""
        if status >= 500 and exc is not None:
            self.log_exception(exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError
        answer = web.Response(
            status=status,
            text="This failed here.\n" if status >= 500 else "This request is not HTTP as it is.\n",
            headers=self._connections.headers,
        )
        answer.force_close()
        return answer

    def log_exception(self, *_: Any, exc_info: BaseException | None = None, **__: Any) -> None:
        """Report an unexpected failure in two lines; the traceback goes to a file."""
        if exc_info is not None:
            sys.stderr.write(failures.report(exc_info))
