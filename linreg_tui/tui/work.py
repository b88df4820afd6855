"""Work in the background that may be cancelled before it has begun."""

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
    """Run it in a group of the node's workers.

    The coroutine is only made when it starts: one that is made and never awaited is complained of.
    """
    node.run_worker(partial(work, *arguments, **named), group=group)
