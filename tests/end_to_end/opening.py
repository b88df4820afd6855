"""Opens the application in a terminal and quits: python -m tests.end_to_end.opening COMMAND ..."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.end_to_end.terminal import Terminal


def main(command: Sequence[str]) -> int:
    """Return the exit status of the command, which must open the application within a minute."""
    with Terminal.start(command, 120, 40) as terminal:
        terminal.wait_for("ready", seconds=60)
        terminal.type("q")
        return terminal.wait_exit()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
