"""What a fair leaves behind: who is no longer free, who is tired, which posts are held or filled.

From what happened at one fair to the pool and the stock of the next day. An intent takes the person from the search and
holds a post until it comes to something or to nothing; a start takes both away for good. Knows no draws but those of
stopping.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.campaign.aftermath import Aftermath
from sim.campaign.holding import apply_intents
from sim.draws import STOPS, Key
from sim.engine.day import FairDay
from sim.engine.ledger import Ledger
from sim.population.drawing import uniform_rows
from sim.population.searching import TIRED_OF_FAIRS

_OCCUPATION_BITS = 6  # there are at most 64


class Held(NamedTuple):
    """The intents of one fair with the posts that they hold, in the order of `Aftermath`."""

    posts: np.ndarray  # rows of the stock's posts, -1: more intents than posts, and none was left for this one
    after: Aftermath  # signings without a post have become intents that come to nothing


def hold_posts(day: FairDay, ledger: Ledger, after: Aftermath, offered: np.ndarray, stock: Posts) -> Held:
    """Give the intents of a fair their posts.

    1. Those that become signings come first, in the order of their signing: a signing needs a post of its own.
    2. The others hold what is left.
    3. A signing for which no post is left (a firm may agree with more people than it has posts) comes to nothing.

    Args:
        day: the fair.
        ledger: what happened.
        after: what would become of the intents.
        offered: rows of the stock's posts that were offered.
        stock: firms of the booths, and the stock's posts.
    """
    lines = ledger.visits["intent_post"][after.seekers]
    booths = ledger.visits["intent_booth"][after.seekers]
    occupations = day.posts["occupation"][lines]
    firm = stock.firms[booths]
    when = np.where(np.isnan(after.days_to_signing), np.inf, after.days_to_signing)
    posts = _handed_out(np.lexsort((after.seekers, when)), firm, occupations, offered, stock.posts)
    without = (posts < 0) & ~np.isnan(after.days_to_signing)
    held = np.where(without, after.days_to_signing, after.days_held)
    signing, start = (np.where(without, np.nan, days) for days in (after.days_to_signing, after.days_to_start))
    return Held(posts, Aftermath(after.seekers, signing, start, held))


class Posts(NamedTuple):
    """Where posts are looked up after a fair."""

    firms: np.ndarray  # row of the stock's firms of each booth
    posts: np.ndarray  # STOCK_POST


def _handed_out(
    order: np.ndarray, firm: np.ndarray, occupation: np.ndarray, offered: np.ndarray, posts: np.ndarray
) -> np.ndarray:
    """A post for each intent, in order; -1 where none of that firm and occupation is left."""
    lines = posts["firm"][offered].astype(np.int64) << _OCCUPATION_BITS | posts["occupation"][offered]
    sequence = np.argsort(lines, kind="stable")
    wanted = firm[order] << _OCCUPATION_BITS | occupation[order]
    first = np.searchsorted(lines[sequence], wanted, side="left")
    left = np.searchsorted(lines[sequence], wanted, side="right") - first
    # The n-th intent on a line gets its n-th post.
    ranks = np.empty(order.size, np.int64)
    by_line = np.argsort(wanted, kind="stable")
    starts = np.searchsorted(wanted[by_line], wanted[by_line], side="left")
    ranks[by_line] = np.arange(order.size) - starts
    result = np.full(order.size, -1)
    gets = ranks < left
    result[order[gets]] = offered[sequence[first[gets] + ranks[gets]]]
    return result


def carry_over(
    people: np.ndarray,
    posts: np.ndarray,
    rows: np.ndarray,
    day: FairDay,
    ledger: Ledger,
    held: Held,
    number: int,
    stops: tuple[np.ndarray, Key],
) -> None:
    """Write what a fair changed into the pool and the stock.

    Args:
        people: SEARCHER, changed in place.
        posts: STOCK_POST, changed in place.
        rows: of the pool, of the day's seekers.
        day: the fair.
        ledger: what happened.
        held: the intents with their posts.
        number: the day of the season.
        stops: share of each group that stops looking after a visit without an intent, and the key of the day.
    """
    visits, seekers = ledger.visits, day.seekers
    came = visits["outcome"] > 0
    people["visits"][rows[came]] += 1
    people["last_visit"][rows[came]] = number
    applied = came & (seekers["applies"] > 0)
    people["disappointed"][rows[came]] = (applied & (visits["interviews"] == 0))[came]
    shares, today = stops
    without = np.nonzero(applied & (visits["intent_booth"] < 0))[0]
    u = uniform_rows(today, seekers["who"][without], STOPS, 0)[:, 0]
    tired = rows[without[u < shares[seekers["group"][without]]]]
    people["until_day"][tired] = number + 1
    people["reason"][tired] = TIRED_OF_FAIRS
    apply_intents(people, posts, rows[held.after.seekers], held.posts, held.after.days_held, number)
