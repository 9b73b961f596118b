"""Which firms come to the fairs of a day, and which posts they bring.

The firms most inclined take the booths there are, each at one fair a day at most. What they offer are their open posts
that suit the theme; where a number of posts was reported or planned, exactly so many: fewer than are open, or with
posts that firms register for the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.campaign.attendance import most_inclined, strengths_of_firms
from sim.campaign.pairs import Offers
from sim.draws import Key
from sim.model.scenario import Fair, Scenario
from sim.population.firms import POST_ROW, firm_rows
from sim.population.identity import number_of
from sim.population.places import Places
from sim.population.posts import count_open, open_rows
from sim.population.sharing import apportion
from sim.population.stock import Firms, Stock

_MOST_OCCUPATIONS = 64


class Booths(NamedTuple):
    """The firms at one fair and what they offer."""

    rows: np.ndarray  # of the stock's firms, ascending
    firms: np.ndarray  # FIRM_ROW
    posts: np.ndarray  # POST_ROW
    offered: np.ndarray  # rows of the stock's posts, ascending


def themed_occupations(scenario: Scenario, fair: Fair) -> np.ndarray:
    """Whether posts in each occupation are offered at a fair."""
    wanted = fair.settings.names("theme.occupations")
    return np.array([not wanted or one.id in wanted for one in scenario.occupations])


def firms_of_day(
    scenario: Scenario,
    fairs: Sequence[tuple[Fair, int]],
    firms: Firms,
    posts: np.ndarray,
    places: Places,
    today: Key,
    day: int,
) -> np.ndarray:
    """The fair (place in `fairs`) at which each firm of the stock has a booth that day, -1: at none.

    A firm's odds grow with its open posts that suit the theme, and it needs at least one of them.
    """
    settings = scenario.settings
    returning = settings.number("stock.return_factor") ** firms.visits
    odds = np.zeros((len(fairs), firms.numbers.size))
    for row, (fair, _) in zip(odds, fairs, strict=True):
        suits = themed_occupations(scenario, fair)
        open_posts = count_open(posts, suits, day, firms.numbers.size)
        row[:] = open_posts ** settings.number("stock.size_weight") * returning
        row[firms.district == places.row(fair.settings.text("district"))] *= settings.number("stock.local_factor")
        row[open_posts == 0] = 0.0
    strengths = np.empty_like(odds)
    numbers = np.array([number_of(fair.id) for fair, _ in fairs], np.uint64)
    strengths_of_firms(today, firms.numbers, odds, numbers, strengths)
    return most_inclined(strengths, np.array([booths for _, booths in fairs]))


def booths_of(
    scenario: Scenario,
    fair: Fair,
    rows: np.ndarray,
    stock: Stock,
    firms: Firms,
    posts: np.ndarray,
    wanted: int | None,
    key: Key,
    day: int,
) -> tuple[Booths, np.ndarray]:
    """What some firms bring to a fair, and the stock's posts with those that they register for it.

    Args:
        scenario: of the season.
        fair: the fair.
        rows: the firms that come.
        stock: from which posts are registered.
        firms: all firms of the season.
        posts: all posts of the season so far (STOCK_POST).
        wanted: how many posts are to be offered, None: all that are open.
        key: of the population.
        day: of the season.
    """
    suits = themed_occupations(scenario, fair)
    place = np.full(firms.numbers.size, -1)
    place[rows] = np.arange(rows.size)
    if wanted is not None:
        posts = _registered(stock, firms, posts, (place, suits), wanted, key, day)
    offered = open_rows(posts, place, suits, day)
    if wanted is not None and wanted < offered.size:
        offered = _fewer(posts, offered, place, rows.size, wanted)
    table = np.zeros((rows.size, suits.size), np.int64)
    np.add.at(table, (place[posts["firm"][offered]], posts["occupation"][offered]), 1)
    firm, occupation = np.nonzero(table)
    lines = np.empty(firm.size, POST_ROW)
    lines["firm"], lines["occupation"], lines["count"] = firm, occupation, table[firm, occupation]
    here, _ = firm_rows(fair.settings, firms.numbers[rows], key)
    here["district"] = firms.district[rows]
    here["posts"] = table.sum(axis=1)
    return Booths(rows, here, lines, offered), posts


def _registered(
    stock: Stock,
    firms: Firms,
    posts: np.ndarray,
    of_fair: tuple[np.ndarray, np.ndarray],
    wanted: int,
    key: Key,
    day: int,
) -> np.ndarray:
    """The stock's posts with what the firms at a fair register, so that at least `wanted` are open there."""
    place, suits = of_fair
    missing = wanted - open_rows(posts, place, suits, day).size
    here = np.nonzero(place >= 0)[0]
    if missing <= 0 or here.size == 0:
        return posts
    more = np.zeros(place.size, np.int64)
    more[here] = apportion(missing, firms.weight[here])
    registering = firms
    if not suits.all():
        # At a themed fair firms register posts that suit it: whoever is there has an open one.
        kinds = firms.occupations.copy()
        first = np.argmax(suits[kinds], axis=1)
        unfit = ~suits[kinds]
        kinds[unfit] = np.broadcast_to(kinds[np.arange(kinds.shape[0]), first][:, None], kinds.shape)[unfit]
        registering = firms._replace(occupations=kinds)
    return np.concatenate((posts, stock.registered(key, posts, registering, more, day)))


def _fewer(posts: np.ndarray, offered: np.ndarray, place: np.ndarray, booths: int, wanted: int) -> np.ndarray:
    """So many of the open posts: each firm brings its share, at least one if there is one for each."""
    booth = place[posts["firm"][offered]]
    sizes = np.bincount(booth, minlength=booths)
    least = (sizes > 0).astype(np.int64) if wanted >= booths else np.zeros(booths, np.int64)
    kept = apportion(wanted, (sizes - least).astype(np.float64), least)  # so that none brings more than it has
    order = np.argsort(booth, kind="stable")
    rank = np.arange(order.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen: np.ndarray = np.sort(offered[order[rank < np.repeat(kept, sizes)]])
    return chosen


def stock_offers(fair: Fair, firms: Firms, posts: np.ndarray, day: int, key: Key) -> Offers:
    """Everything that is open on a day, at a fair or not, by firms that are as they would be at this fair."""
    everywhere = open_rows(posts, np.zeros(firms.numbers.size, np.int64), np.ones(_MOST_OCCUPATIONS, np.bool_), day)
    table = np.zeros((firms.numbers.size, _MOST_OCCUPATIONS), np.int64)
    np.add.at(table, (posts["firm"][everywhere], posts["occupation"][everywhere]), 1)
    row, occupation = np.nonzero(table)
    here, _ = firm_rows(fair.settings, firms.numbers, key)
    at = here[row]
    intents = np.floor(table[row, occupation] * fair.settings.number("match.intents_per_post"))
    return Offers(
        np.ascontiguousarray(at["firm"]),
        np.ascontiguousarray(at["pay"]),
        np.ascontiguousarray(at["standard"]),
        firms.district[row],
        occupation.astype(np.int32),
        intents.astype(np.int32),
    )
