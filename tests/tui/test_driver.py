"""Keyboard input on its way from the terminal to the application."""

from __future__ import annotations

import os
from itertools import count

import pytest
from textual import _parser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.message import Message

from linreg_tui.compat.driver import TerminalDriver


def keys_of(
    kind: type[LinuxDriver], parts: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Return the keys that a driver reads from bytes in parts; each look takes a second."""
    read_end, write_end = os.pipe()
    driver, got = kind(App[None]()), list[Message]()
    driver.fileno, left = read_end, list(parts)

    def read(_: int, __: int) -> bytes:
        part = left.pop(0) if left else b""
        if not left:
            driver.exit_event.set()
        return part

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", read)
        patched.setattr(driver, "process_message", got.append)
        patched.setattr(_parser, "get_time", count().__next__)
        try:
            os.write(write_end, b"there is more")
            driver.run_input_thread()
        finally:
            os.close(read_end)
            os.close(write_end)
    return [event.character or event.key for event in got if isinstance(event, Key)]


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        ([b"\x1b", b"[B"], ["down"]),
        ([b"\x1b[", b"Ba"], ["down", "a"]),
        ([b"\xc3", b"\xa9"], ["é"]),
        ([b"\xc3", b"a"], ["�", "a"]),
    ],
)
async def test_a_sequence_in_parts_is_put_together_however_long_it_takes(
    parts: list[bytes], keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys_of(TerminalDriver, parts, monkeypatch) == keys
