"""One page that is open in a browser, and the application behind it."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

LEAVE_SECONDS = 1.5
"""Seconds that an application has to leave; it promises to need one."""

END_SECONDS = 0.2
"""Seconds from the end of its output to its own."""

SCREEN = {
    "TEXTUAL_DRIVER": "linreg_tui.compat.browser:BrowserDriver",
    "PYTHONIOENCODING": "utf-8",  # whatever the server's terminal has
}
"""What tells an application where its screen is."""


class Session(AppService):
    """A program that runs, without a shell, for as long as the socket of its page is open.

    textual-serve opens an application through a shell, with a driver and an encoding of its own
    choice, keeps what it has to say of errors to itself until it has ended, and when the page is
    closed waits without an end for an application that doesn't leave.

    No issue found. Checked with textual-serve 1.1.3.
    """

    def __init__(
        self, program: Sequence[str], socket: web.WebSocketResponse, downloads: DownloadManager
    ) -> None:
        async def close() -> None:
            await socket.close()

        super().__init__(
            "",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=downloads,
        )
        self._program = program

    async def run(self) -> None:
        """Pass on what the program shows, until it is over; the page is told that."""
        await super().run()
        await self.remote_close()

    async def stop(self) -> None:
        """Let the program leave; kill it if it takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await super().stop()
        if (process := self._process) is None:
            return
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        return super()._build_environment(width, height) | SCREEN

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._program, stdin=PIPE, stdout=PIPE, env=self._build_environment(width, height)
        )
        self._stdin = process.stdin
        # What it has to say of errors is said at once, and there is nothing to collect.
        process.stderr = asyncio.StreamReader()
        process.stderr.feed_eof()
        return process
