"""A page that is open in a browser, and the application behind it."""

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
"""Seconds from the end of its output to its own end."""

SCREEN = {
    "TEXTUAL_DRIVER": "linreg_tui.compat.browser:BrowserDriver",
    "PYTHONIOENCODING": "utf-8",  # whatever the server's terminal has
}
"""Tells an application where its screen is."""


class Session(AppService):
    """A program that runs, without a shell, as long as the socket of its page is open.

    textual-serve starts an application through a shell, with a driver and an encoding of its own
    choice. It holds error output back until the application has ended. When the page is closed, it
    waits for ever for an application that doesn't leave, and fails if two wait.

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
        self._stopping: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Pass on the program's output until it ends; then tell the page."""
        # The task that collects error output raises this if it is cancelled before it has begun.
        with suppress(asyncio.CancelledError):
            await super().run()
        await self.remote_close()

    async def stop(self) -> None:
        """Let the program leave; kill it if it takes too long. It can be asked for twice."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._stop())
        await asyncio.shield(self._stopping)

    async def _stop(self) -> None:
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
        # Error output goes straight to the server's own; there is nothing to collect.
        process.stderr = asyncio.StreamReader()
        process.stderr.feed_eof()
        return process
