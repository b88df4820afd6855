from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

HANDLED = ("SIGTSTP", "SIGCONT", "SIGWINCH")


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """Restore signal handlers: a terminal driver replaces those of its process."""
    numbers = [getattr(signal, name) for name in HANDLED if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
