"""Who holds what in data-parallel SGD, as lines of text, and where the time of a step goes."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.parallel import Round, Team

SHOWN_ROWS = 6
"""Of a worker's rows, so many numbers stand for all."""

MOST_LINES = 16
"""Workers that have a line of their own."""

TIMED = 20
"""Batches that one process is timed with."""


class TeamView:
    """Shows the latest round: on a terminal below what is printed, else the first round alone."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.latest: Round | None = None
        live = console.is_terminal and not console.is_dumb_terminal
        self._live = Live(console=console, auto_refresh=False, transient=True) if live else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def watch(self, latest: Round) -> None:
        """Another round is over."""
        first, self.latest = self.latest is None, latest
        lines = [Text(line, "dim") for line in holders(latest)]
        if self._live is not None:
            for line in lines:  # a terminal has to know how many rows to take back
                line.no_wrap, line.overflow = True, "ellipsis"
            self._live.update(Group(*lines), refresh=True)
        elif first:
            self.console.print(Group(*lines), soft_wrap=True)

    def took(self) -> str:
        """What the latest step took."""
        assert self.latest is not None
        computing, communicating = self.latest.computing, self.latest.communicating
        return f"  {_ms(computing)} computing + {_ms(communicating)} communicating"


def holders(latest: Round) -> list[str]:
    """A line for each worker: its rows, what they say of the line, and where they are."""
    lines = []
    for number, share in enumerate(latest.shares[:MOST_LINES], start=1):
        rows = ", ".join(map(str, share.rows[:SHOWN_ROWS].tolist()))
        more = ", …" if len(share.rows) > SHOWN_ROWS else ""
        moments = share.moments
        lines.append(
            f"  worker {number:>2} at {share.place}: {moments.n} rows ({rows}{more}), "
            f"x̄ {moments.mean_x:.6g}, ȳ {moments.mean_y:.6g}, {_ms(share.seconds)}"
        )
    if len(latest.shares) > MOST_LINES:
        lines.append(f"  and {len(latest.shares) - MOST_LINES} more workers")
    return lines


def told(team: Team, data: Dataset, size: int) -> str:
    """Where the time of a step went, and what one process takes for the same batch."""
    computing, communicating, alone = times(team, data, size)
    faster = alone / (computing + communicating or 1.0)
    if team.simulated:
        verdict = "they took turns here; on a --cluster they would work at the same time"
    elif faster > 1:
        verdict = f"{team.workers} workers are {faster:.2g} times as fast"
    else:
        verdict = "more workers don't help: so few rows are handled sooner than handed over"
    return (
        f"a step of {team.workers} workers took {_ms(computing)} computing + "
        f"{_ms(communicating)} communicating; one process takes {_ms(alone)} for the same {size} "
        f"rows; {verdict}"
    )


def times(team: Team, data: Dataset, size: int) -> tuple[float, float, float]:
    """Seconds a step: computing, communicating, and what one process takes for such a batch."""
    batches, batch = data.batches, np.arange(size)[None]
    taken = []
    for _ in range(TIMED):
        began = time.perf_counter()
        batches.moments(batch)
        taken.append(time.perf_counter() - began)
    rounds = max(1, team.rounds)
    return team.computing / rounds, team.communicating / rounds, sorted(taken)[TIMED // 2]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"
