"""The data: houses that were sold."""

from __future__ import annotations

from linreg_tui.tour.chapter import Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import DataView

TITLE = "The data"


def steps(facts: Facts) -> tuple[Step, ...]:
    """As a table, as points, with distributions."""
    data, r = facts.data, facts.correlation
    return (
        Step(
            f"{data.n} houses: area in, price out.",
            f"""
Each row is a house that was sold in Ames, Iowa: **{data.x_name}**, its living area
above ground in square feet, and **{data.y_name}** in dollars. There are {data.n} rows.

The file is plain text with commas (CSV), and comes from a collection on Kaggle.
Its first column has no name and only counts; pandas calls it `Unnamed: 0`. We
want to tell the price (y) from the area (x).
""",
            DataView("table"),
        ),
        Step(
            "One dot, one house. Look at the picture before any sum.",
            f"""
One dot for each house: area to the right, price upwards. Always look at this
picture before you compute anything.

Large houses cost more, roughly along a line, and the dots spread the further the
larger the houses are. No line will go through all of them. The area explains a
good part of the price; what else does, such as street, garage and year, is not in
this table.

The largest house has {data.x.max():.0f} square feet, the dearest cost ${data.y.max():,.0f}.
""",
            DataView("scatter"),
        ),
        Step(
            f"Correlation r = {r:.3f}.",
            f"""
The **joint plot** adds what each column looks like by itself: the histograms at
the edges. Most houses are of middling size; a few are very large.

**r = {r:.3f}** is Pearson's correlation: 1 would be points on a rising line, 0
points without any tilt. Of how prices differ, r² = {r * r:.3f} is what a line explains.
The line drawn is the best one for these houses. That for all houses in town is
probably (19 times of 20) in the band around it. `v` goes through the views.
""",
            DataView("joint plot"),
        ),
    )
