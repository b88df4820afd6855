"""What tests say when a library has fixed what a class of ours is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest


def mended(mender: Callable[..., object], what: str = "all") -> str:
    """Return the message that this part of the class or function can go."""
    return f"this is mended upstream: {what} of {mender.__module__}.{mender.__qualname__} can go"


@contextmanager
def still_raises(
    error: type[BaseException] | tuple[type[BaseException], ...], message: str
) -> Iterator[None]:
    """Fail with the message if the block doesn't raise this error."""
    try:
        yield
    except error:
        return
    pytest.fail(message)
