"""Firms and their posts: who offers work at a fair, of what kind, how much, how well paid, how choosy.

Firms come from the planner's rows; what a row leaves out, and firms without rows, are drawn. A firm's random numbers
belong to its unchanging number. Gives flat tables; knows nothing of a fair's day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.draws import FIRM, FIRM_OCCUPATION, Key
from sim.model.scenario import Fair, Scenario
from sim.model.values import Settings
from sim.population.drawing import normals, uniform_rows
from sim.population.identity import number_of, numbers_of_crowd
from sim.population.sharing import apportion

FIRM_ROW = np.dtype(
    [
        ("firm", "u8"),  # unchanging number
        ("pay", "f8"),
        ("standard", "f8"),
        ("interview_factor", "f8"),  # its usual interview length against the average
        ("posts", "i8"),
        ("row", "i8"),  # row of the scenario's firms, -1 for a drawn one
        ("district", "i8"),
    ],
    align=True,
)

POST_ROW = np.dtype([("firm", "i8"), ("occupation", "i8"), ("count", "i8")], align=True)
"""So many posts of one occupation; `firm` is a row of the fair's firms."""


def draw_firms(
    scenario: Scenario,
    fair: Fair,
    rows: Sequence[int],
    counts: dict[str, int],
    districts: Sequence[str],
    key: Key,
) -> tuple[np.ndarray, np.ndarray]:
    """Firms (FIRM_ROW) and posts (POST_ROW) of one fair.

    Args:
        scenario: with the rows that the planner gave.
        fair: whose firms are wanted.
        rows: indices of the fair's firms among the scenario's rows; empty if all are drawn.
        counts: the fair's firms and posts.
        districts: names of all districts.
        key: of the population.
    """
    count = len(rows) or counts["firms"]
    given = [scenario.firms[row] for row in rows]
    numbers = [number_of(firm.text("id")) for firm in given] if given else numbers_of_crowd(fair.id, count)
    firms, z = firm_rows(fair.settings, np.array(numbers, np.uint64), key)
    firms["row"] = rows if given else -1
    firms["district"] = [districts.index(_district(firm, fair)) for firm in given] or districts.index(
        fair.settings.text("district")
    )
    for name in ("pay", "standard"):
        _overwrite(firms[name], [firm.optional_number(name) for firm in given])
    listed = _listed_posts(scenario, given)
    sizes: list[int | None] = [
        sum(c for _, c in listed[k]) if k in listed else firm.optional_integer("posts") for k, firm in enumerate(given)
    ]
    spread = fair.settings.number("firm_traits.posts_spread")
    firms["posts"] = _sizes(sizes or [None] * count, counts["posts"], spread, z)
    return firms, _posts(scenario, fair, firms, listed, key)


def firm_rows(settings: Settings, numbers: np.ndarray, key: Key) -> tuple[np.ndarray, np.ndarray]:
    """Firms with these unchanging numbers at a fair with these settings (FIRM_ROW without place and posts).

    Second comes the standard normal number by which each firm's size differs.
    """
    firms = np.zeros(numbers.size, FIRM_ROW)
    firms["firm"] = numbers
    firms["row"] = -1
    z = normals(uniform_rows(key, numbers, FIRM, 0))
    firms["pay"] = settings.number("firm_traits.pay_sd") * z[:, 1]
    firms["standard"] = (
        settings.number("firm_traits.standard_mean") + settings.number("firm_traits.standard_sd") * z[:, 2]
    )
    spread = settings.number("interview.firm_spread")
    firms["interview_factor"] = np.exp(spread * z[:, 3] - 0.5 * spread * spread)
    return firms, z[:, 0]


def firm_occupations(scenario: Scenario, settings: Settings, numbers: np.ndarray, key: Key) -> np.ndarray:
    """The few occupations in which each firm offers work, one row per firm; one may come twice."""
    most = min(settings.integer("firm_traits.occupations"), len(scenario.occupations))
    shares = np.array([one.settings.number("posts_share") for one in scenario.occupations])
    edges = np.cumsum(shares) / shares.sum()
    drawn = np.empty((numbers.size, most), np.int64)
    for k in range(most):
        u = uniform_rows(key, numbers, FIRM_OCCUPATION, k)[:, 0]
        drawn[:, k] = np.minimum(np.searchsorted(edges, u, side="right"), edges.size - 1)
    return drawn


def _district(firm: Settings, fair: Fair) -> str:
    return firm.text("district") or fair.settings.text("district")


def _overwrite(column: np.ndarray, given: Sequence[float | None]) -> None:
    """Put the planner's values over the drawn ones."""
    for k, value in enumerate(given):
        if value is not None:
            column[k] = value


def _listed_posts(scenario: Scenario, given: Sequence[Settings]) -> dict[int, list[tuple[int, int]]]:
    """For each firm with rows of posts: occupation and number of each row."""
    if not scenario.posts:
        return {}
    firm_rows = {firm.text("id"): k for k, firm in enumerate(given)}
    occupations = {occupation.id: k for k, occupation in enumerate(scenario.occupations)}
    listed: dict[int, list[tuple[int, int]]] = {}
    for post in scenario.posts:
        k = firm_rows.get(post.text("firm"))
        if k is not None:
            occupation = occupations.get(post.text("occupation"), 0)
            listed.setdefault(k, []).append((occupation, post.integer("count")))
    return listed


def _sizes(own: Sequence[int | None], total: int, spread: float, z: np.ndarray) -> np.ndarray:
    """Posts of each firm: its own number; the others a heavy-tailed share of the rest, summing to the total exactly.

    Shares are proportional to exp(spread * normal): the busiest booth of a real fair draws 2.5 to 11 times the mean.
    """
    sizes = np.array([count or 0 for count in own], np.int64)
    drawn = np.array([count is None for count in own])
    rest = total - int(sizes.sum())
    if rest > 0 and drawn.any():
        least = 1 if rest >= int(drawn.sum()) else 0
        sizes[drawn] = apportion(rest, np.exp(spread * z[drawn]), least)
    return sizes


def _posts(
    scenario: Scenario, fair: Fair, firms: np.ndarray, listed: dict[int, list[tuple[int, int]]], key: Key
) -> np.ndarray:
    """Posts by occupation: as listed, else spread evenly over a few occupations drawn for the firm."""
    drawn = firm_occupations(scenario, fair.settings, firms["firm"], key)
    most = drawn.shape[1]
    # The first of `most` equal parts gets what does not divide evenly; parts in one occupation are added up.
    parts = firms["posts"][:, None] // most + (np.arange(most) < firms["posts"][:, None] % most)
    table = np.zeros((firms.size, len(scenario.occupations)), np.int64)
    np.add.at(table, (np.arange(firms.size)[:, None], drawn), parts)
    for k, rows in listed.items():
        table[k] = 0
        for kind, count in rows:
            table[k, kind] += count
    firm, occupation = np.nonzero(table)
    posts = np.empty(firm.size, POST_ROW)
    posts["firm"], posts["occupation"], posts["count"] = firm, occupation, table[firm, occupation]
    return posts
