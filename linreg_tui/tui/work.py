"""Background work that may be cancelled before it has begun."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import ParamSpec

from textual.dom import DOMNode

Arguments = ParamSpec("Arguments")


def begin(
    node: DOMNode,
    group: str,
    work: Callable[Arguments, Coroutine[object, object, object]],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> None:
    """Run work in a group of the node's workers.

    The coroutine is made only when it starts: Python warns about one that is never awaited.
    """
    node.run_worker(partial(work, *arguments, **named), group=group)
