"""A page in headless Chromium for tests, controlled through the DevTools protocol."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")

OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # the sandbox needs rights that a container lacks; only our own page is opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--window-size=1280,800",
)

KEEP_TERMINAL = """
Object.defineProperty(Object.prototype, "_core", {
  configurable: true,
  set(core) {
    Object.defineProperty(this, "_core", {value: core, writable: true, configurable: true});
    window.foundTerminal ??= this;
  },
});
"""
"""Runs before the page's own scripts to get at xterm.js's terminal, which the page hides."""

SCREEN = """
(() => {
  const lines = window.foundTerminal?.buffer.active;
  const rows = window.foundTerminal?.rows ?? 0;
  return Array.from({length: rows}, (_, row) => lines.getLine(row).translateToString());
})()
"""


class Chromium:
    """One page; `requests` are the addresses that it has requested."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.requests: list[str] = []
        self._socket = socket
        self._calls = 0

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol, and return its result."""
        self._calls += 1
        call = {"id": self._calls, "method": method, "params": parameters}
        await self._socket.send_json(call)
        while True:
            answer = await self._socket.receive_json()
            if answer.get("method") == "Network.requestWillBeSent":
                self.requests.append(answer["params"]["request"]["url"])
            elif answer.get("id") == self._calls:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    async def open(self, url: str) -> None:
        """Go to a page."""
        await self.call("Network.enable")
        await self.call("Page.enable")
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=KEEP_TERMINAL)
        await self.call("Page.navigate", url=url)

    async def evaluate(self, script: str, *, wait: bool = False) -> Any:
        """Return the value of an expression in the page; wait for it if it is a promise."""
        result = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=wait
        )
        return result["result"].get("value")

    async def press(self, key: str, code: str) -> None:
        """Press and release a key for one character, as a keyboard does."""
        about = {"key": key, "code": code, "windowsVirtualKeyCode": ord(key.upper())}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=key, **about)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    async def wait_for(self, text: str, seconds: float = 20) -> list[str]:
        """Wait until a line of the page's terminal contains the text, and return all lines.

        Raises
        ------
        AssertionError
            If no line contains it in time; the message has the screen.
        """
        deadline = time.monotonic() + seconds
        while True:
            screen: list[str] = await self.evaluate(SCREEN)
            if any(text in line for line in screen):
                return screen
            assert time.monotonic() < deadline, "\n".join([f"no {text!r}; the screen:", *screen])
            await asyncio.sleep(0.05)

    async def wait_until(self, script: str, seconds: float = 20) -> None:
        """Wait until an expression in the page is true.

        Raises
        ------
        AssertionError
            If it isn't in time.
        """
        deadline = time.monotonic() + seconds
        while not await self.evaluate(script):
            assert time.monotonic() < deadline, script
            await asyncio.sleep(0.05)


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Chromium]:
    """Start a browser that stores all its files in this folder."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("chromium is not installed")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *OPTIONS, f"--user-data-dir={folder}", "about:blank"],
            stderr=log,
            stdout=log,
            env={**os.environ, "HOME": str(folder)},
            start_new_session=True,
        )
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(await _page(session, folder), max_msg_size=0) as socket,
        ):
            page = Chromium(socket)
            yield page
            # The browser ends its own processes best.
            await page.call("Browser.close")
            await asyncio.to_thread(process.wait, 5)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _page(session: aiohttp.ClientSession, folder: Path) -> str:
    """Return the address that controls the first page."""
    port_file = folder / "DevToolsActivePort"
    deadline = time.monotonic() + 20
    while not port_file.exists() or len(port_file.read_text().split()) < 2:
        assert time.monotonic() < deadline, (folder / "log").read_text()
        await asyncio.sleep(0.05)
    port = port_file.read_text().split()[0]
    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
        pages = await answer.json()
    (url,) = (page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
    return str(url)
