"""What the entries of a legend are drawn with."""

from __future__ import annotations

from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import Role, Span


def legend(markers: Markers, *names: str, few: bool = False) -> list[Span]:
    """What these are drawn with, the data of a `few` points with a character for each."""
    known: dict[str, tuple[str, Role]] = {
        "before": (markers.trace.sample, Role.TRACE),
        "data": (markers.point if few else markers.points.sample, Role.POINTS),
        "batch": (markers.batch, Role.BATCH),
        "fit": (markers.fit.sample, Role.FIT),
        "loss": (markers.loss.sample, Role.FIT),
        "closed form": (markers.closed_form.sample, Role.REFERENCE),
        "optimum": (markers.closed_form.sample, Role.REFERENCE),
        "least squares": (markers.closed_form.sample[:1] + "  ", Role.ASIDE),
        "test rows": (markers.test, Role.TEST),
        "test loss": (markers.trace.sample, Role.TEST),
    }
    return [(f"{known[name][0]} {name}", known[name][1]) for name in names]
