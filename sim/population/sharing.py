"""Sharing out: whole numbers that sum exactly to a given total, over fairs or over firms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.draws import FAIR_SHARE, Key
from sim.model.scenario import Scenario
from sim.population.drawing import normals, uniform_rows
from sim.population.identity import number_of

COUNTS = ("firms", "posts", "seekers")


def apportion(total: int, weights: np.ndarray, least: np.ndarray | int = 0) -> np.ndarray:
    """Whole numbers near to `total` in proportion to `weights`, none below `least`, that sum to `total` exactly.

    Largest remainders, the first of equal ones served first. `total` must be at least the sum of `least`.
    """
    floor = np.broadcast_to(np.asarray(least, dtype=np.int64), weights.shape)
    rest = total - int(floor.sum())
    scale = weights.sum()
    quota = rest * (weights / scale if scale > 0.0 else np.full(weights.size, 1.0 / max(weights.size, 1)))
    whole = np.floor(quota).astype(np.int64)
    missing = rest - int(whole.sum())
    whole[np.argsort(whole - quota, kind="stable")[:missing]] += 1
    shares: np.ndarray = whole + floor
    return shares


def share_totals(scenario: Scenario, own: Mapping[str, list[int | None]], key: Key) -> list[dict[str, int | None]]:
    """Firms, posts and seekers of each fair: its own number, else its drawn share of the total, None without either.

    The split over fairs is drawn anew in every replication: fairs differ in firms by exp(spread * normal), and in posts
    and seekers per firm likewise. Every fair has at least one firm, every firm at least one post.

    Args:
        scenario: with the totals.
        own: for "firms", "posts" and "seekers" each fair's own number, None where the total gives it.
        key: of the population.
    """
    fairs = scenario.fairs
    counts = {what: list(own[what]) for what in COUNTS}
    spread = scenario.settings.number("totals.spread")
    who = np.array([number_of(fair.id) for fair in fairs], np.uint64)
    u = uniform_rows(key, who, FAIR_SHARE, 0)
    for k, what in enumerate(COUNTS):
        total = scenario.settings.optional_integer(f"totals.{what}")
        takers = [row for row, count in enumerate(counts[what]) if count is None]
        if total is None or not takers:
            continue
        firms = np.array([counts["firms"][row] or 0 for row in takers])  # none yet while they are shared themselves
        weights = np.exp(spread * normals(u[takers, k])) * np.maximum(firms, 1)
        least = {"firms": np.ones_like(firms), "posts": firms, "seekers": np.zeros_like(firms)}[what]
        rest = total - sum(count for count in counts[what] if count is not None)
        for row, count in zip(takers, apportion(rest, weights, least), strict=True):
            counts[what][row] = int(count)
    return [{what: counts[what][row] for what in COUNTS} for row in range(len(fairs))]
