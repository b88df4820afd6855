from __future__ import annotations

import pytest
from textual import _wait, constants

QUIET = 1.2 / constants.MAX_FPS


@pytest.fixture(scope="session", autouse=True)
def _waiting_for_no_longer_than_a_frame() -> None:
    """Textual looks whether all is quiet every 20 ms, which is 1.2 of its own frames.

    With as many frames as the program has it is as good a look after a quarter of that, and tests
    wait for it thousands of times.
    """
    _wait.SLEEP_GRANULARITY = QUIET
    _wait.SLEEP_IDLE = QUIET / 20
