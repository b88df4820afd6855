"""The workers of data-parallel SGD as lines of text, and where the time of a step goes."""

from __future__ import annotations

from statistics import median
from types import TracebackType
from typing import Self

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.parallel import Round, Team, share, shares_of

SHOWN_ROWS = 6
"""The row numbers that are shown of each worker."""

SHOWN_WORKERS = 16
"""The workers that have a line of their own."""

TIMED_BATCHES = 20
"""The batches that one process is timed with."""


class TeamView:
    """Shows the latest round below the output of a terminal; elsewhere, only the first round."""

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
        """Show a round that is over."""
        first, self.latest = self.latest is None, latest
        lines = [Text(line, "dim") for line in worker_lines(latest)]
        if self._live is not None:
            for line in lines:  # to redraw them, a terminal must know how many rows they take
                line.no_wrap, line.overflow = True, "ellipsis"
            self._live.update(Group(*lines), refresh=True)
        elif first:
            self.console.print(Group(*lines), soft_wrap=True)

    def step_time(self) -> str:
        """Say how long the latest step took."""
        assert self.latest is not None
        computing, communicating = self.latest.computing, self.latest.communicating
        return f"  {_ms(computing)} computing + {_ms(communicating)} communicating"


def worker_lines(latest: Round) -> list[str]:
    """Return a line for each worker: where it is, its rows, their means, and its time."""
    lines = []
    for number, one in enumerate(latest.shares[:SHOWN_WORKERS], start=1):
        rows = ", ".join(map(str, one.rows[:SHOWN_ROWS].tolist()))
        more = ", …" if len(one.rows) > SHOWN_ROWS else ""
        moments = one.moments
        lines.append(
            f"  worker {number:>2} at {one.place}: {moments.n} rows ({rows}{more}), "
            f"x̄ {moments.mean_x:.6g}, ȳ {moments.mean_y:.6g}, {_ms(one.seconds)}"
        )
    if len(latest.shares) > SHOWN_WORKERS:
        lines.append(f"  and {len(latest.shares) - SHOWN_WORKERS} more workers")
    return lines


def time_summary(team: Team, data: Dataset, size: int) -> str:
    """Say where the time of a step went, and how long one process takes for the same batch."""
    computing, communicating = team.seconds_per_step
    in_turn, at_once = time_alone(data, size, team.workers), time_alone(data, size, 1)
    faster = at_once / (computing + communicating)
    larger = "computing" if computing > communicating else "communicating"
    if team.workers == 1:
        verdict = f"most of it is {larger}"
    elif team.simulated:
        verdict = "they took turns here; on a --cluster they would work at the same time"
    elif faster > 1:
        verdict = f"{team.workers} workers are {faster:.2g} times as fast; most of it is {larger}"
    else:
        verdict = f"more workers don't help: most of it is {larger}"
    workers = f"{team.workers} worker{'s' * (team.workers != 1)}"
    shares = f"{_ms(in_turn)} for such shares in turn, and " if team.workers > 1 else ""
    return (
        f"a step of {workers} took {_ms(computing)} computing + {_ms(communicating)} "
        f"communicating; one process takes {shares}{_ms(at_once)} for {size} rows at once; "
        f"{verdict}"
    )


def time_alone(data: Dataset, size: int, workers: int) -> float:
    """Return the median seconds that this process takes for the shares of a batch in turn.

    New rows are drawn each time, as in a step: the same rows would be in the cache.
    """
    rng = np.random.default_rng(0)
    batches = (shares_of(rng.integers(data.n, size=size), workers) for _ in range(TIMED_BATCHES))
    return median(sum(share(data, part).seconds for part in parts) for parts in batches)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"
