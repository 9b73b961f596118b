"""Taking people from the search and posts from the stock: the compiled loop over a fair's intents."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import jit
from sim.population.searching import FOREVER, PLACED


@jit
def apply_intents(
    people: np.ndarray, posts: np.ndarray, rows: np.ndarray, held: np.ndarray, days: np.ndarray, number: int
) -> None:
    """Take people with intents from the search and their posts from the stock, until they come back or for good."""
    for k in range(rows.size):
        person = people[rows[k]]
        if math.isnan(days[k]):
            person["until_day"] = number + 1
            person["reason"] = PLACED
            back = FOREVER
        else:
            back = number + 1 + math.floor(min(days[k], 1e9))
            person["from_day"] = back
            # Who would have left meanwhile leaves on coming back.
            person["until_day"] = max(person["until_day"], back)
        if held[k] >= 0:
            posts[held[k]]["free_from"] = back
