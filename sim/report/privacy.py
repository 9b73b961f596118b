"""What is not shown of few people: in reports by group and district, figures that could be told of single persons.

From the number of people in each cell of a table it gives the cells to be left empty: those of fewer people than the
stated number and, where only one is left empty and the total stands beside, the next smallest too, so that the first
cannot be worked out. It must not know how a report looks. Data files are not reports; they keep everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

SMALLEST_CELL = "run.smallest_cell"
USUAL_SMALLEST = 5  # between plans, whose scenarios may say different numbers
# The number of people in a cell is the smallest of these that is measured: who looks for work, who comes.
PEOPLE = ("searchers", "seekers")


def people_in(means: Mapping[str, float]) -> float:
    """How many people a cell is about, from the means of its measures; NaN if none says so."""
    known = [means[name] for name in PEOPLE if name in means and not math.isnan(means[name])]
    return min(known) if known else math.nan


def hidden_cells(people: Mapping[str, float], smallest: int) -> frozenset[str]:
    """The cells of a table that are left empty, by their names; nobody at all is no secret."""
    small = {name for name, count in people.items() if 0 < count < smallest}
    others = {name: count for name, count in people.items() if name not in small and count > 0}
    if len(small) == 1 and others:
        small.add(min(others, key=lambda name: others[name]))
    return frozenset(small)
