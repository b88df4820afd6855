"""What happened in a run, by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from linreg_tui.core.sgd import Run

Kind = Literal["rose", "arrived", "diverged", "changed", "branched"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened with a step of a run.

    - rose: the loss rose for the first time, with the settings it then had
    - arrived: it came within 1% of the least one
    - diverged: it grew over a thousandfold
    - changed: the steps from here on have other settings
    - branched: up to here the run shares its past with another one
    """

    step: int
    kind: Kind


def events(run: Run) -> list[Event]:
    """The events of a run so far, in order; what is noise near the optimum is none."""
    found = []
    if run.branched_at is not None:
        found.append(Event(run.branched_at, "branched"))
    for segment in run.segments:
        known = segment.milestones
        if segment.start and segment.start != run.branched_at:
            found.append(Event(segment.start, "changed"))
        if known.rose is not None and run.history[known.rose].loss > known.near:
            found.append(Event(known.rose, "rose"))
        if known.arrived is not None and run.history[segment.start].loss > known.near:
            found.append(Event(known.arrived, "arrived"))
        if known.diverged is not None:
            found.append(Event(min(known.diverged, run.history.last), "diverged"))
    return sorted(found, key=lambda event: event.step)
