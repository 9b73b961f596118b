"""How much of what was possible happened, and what the rest was lost to.

The frictionless bound of a fair is the largest number of intents that its seekers and posts allow, each pair with the
quality and tastes that belong to it: a maximum matching. Between it and what happened lie queues, ignorance of who
offers what, the clock, and rivalry; each is taken away in turn, on the same people with the same draws. In a campaign
the bound reaches further, to all posts that were open in the stock that day: what the fair could not offer is choice
that was too thin.
"""

from __future__ import annotations

import numpy as np

from sim.campaign.pairs import Offers, possible_pairs
from sim.draws import Key
from sim.engine import simulate
from sim.engine.day import FairDay

_EVERYTHING = 64  # boards that a seeker can know
_NO_END = 7 * 24 * 60.0
_MANY = 2**30


def offers_of(day: FairDay) -> Offers:
    """What the booths of a day offer."""
    booth = np.repeat(np.arange(day.booths.size), day.booths["posts_until"] - day.booths["posts_from"])
    at = day.booths[booth]
    return Offers(
        np.ascontiguousarray(at["firm"]),
        np.ascontiguousarray(at["pay"]),
        np.ascontiguousarray(at["standard"]),
        at["district"].astype(np.int64),
        np.ascontiguousarray(day.posts["occupation"]),
        np.ascontiguousarray(day.posts["intents"]),
    )


def frictionless(day: FairDay, offers: Offers, key: Key) -> int:
    """The largest number of intents between the applying seekers of a day and some offers.

    Args:
        day: whose seekers and hall count.
        offers: the posts.
        key: of the population (day 0).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    sizes = np.array([day.hall[0]["quality_sd"], day.hall[0]["taste_learned_sd"]])
    seekers, lines = possible_pairs(key, day.seekers, offers, sizes, day.travel)
    people, count = day.seekers.size, offers.firm.size
    if seekers.size == 0:
        return 0
    # Source, people, lines, sink; each person counts once, each line as often as it admits intents.
    source, sink = 0, 1 + people + count
    used = np.unique(seekers)
    start = np.concatenate((np.full(used.size, source), 1 + seekers, 1 + people + np.arange(count)))
    end = np.concatenate((1 + used, 1 + people + lines, np.full(count, sink)))
    room = np.concatenate((np.ones(used.size + seekers.size, np.int32), offers.intents.astype(np.int32)))
    graph = coo_array((room, (start, end)), shape=(sink + 1, sink + 1)).tocsr()
    return int(maximum_flow(graph, source, sink).flow_value)


def lost(day: FairDay, intents: int, key: Key, today: Key, engine: str | None, stock: Offers | None) -> dict[str, int]:
    """What separates the intents of a fair from the frictionless bound; the parts sum up to the difference.

    Args:
        day: the fair.
        intents: that came about.
        key: of the population.
        today: of the fair's day.
        engine: that played it.
        stock: in a campaign everything that is open that day, at the fair or not.
    """
    at_fair = frictionless(day, offers_of(day), key)
    bound = at_fair if stock is None else frictionless(day, stock, key)
    steps = [intents]
    for change in (_without_queues, _without_ignorance, _without_clock):
        day = change(day)
        steps.append(int(np.count_nonzero(simulate(day, today, engine).visits["intent_booth"] >= 0)))
    return {
        "bound": bound,
        "queues": steps[1] - steps[0],
        "ignorance": steps[2] - steps[1],
        "clock": steps[3] - steps[2],
        "rivalry": at_fair - steps[3],
        "thin_choice": bound - at_fair,
    }


def _without_queues(day: FairDay) -> FairDay:
    """The same day with room and recruiters for everyone."""
    hall, shifts, booths = day.hall.copy(), day.shifts.copy(), day.booths.copy()
    hall["people_limit"] = -1
    hall["lanes"] = np.where(hall["lanes"] > 0, day.seekers.size + 1, 0)
    shifts["recruiters"] = np.where(shifts["recruiters"] > 0, day.seekers.size + 1, 0)
    booths["queue_limit"] = -1
    return day._replace(hall=hall, shifts=shifts, booths=booths)


def _without_ignorance(day: FairDay) -> FairDay:
    """The same day when everyone knows beforehand which booths suit."""
    seekers = day.seekers.copy()
    seekers["informed"], seekers["boards"] = 1, _EVERYTHING
    return day._replace(seekers=seekers)


def _without_clock(day: FairDay) -> FairDay:
    """The same day when nobody has to leave before everything suitable was tried."""
    hall, seekers, groups = day.hall.copy(), day.seekers.copy(), day.groups.copy()
    for name in ("last_entry", "announcement", "close"):
        hall[name] += _NO_END
    seekers["stay"], seekers["booths_wanted"] = _NO_END, _MANY
    groups["discouraged_share"] = groups["give_up_share"] = 0.0
    return day._replace(hall=hall, seekers=seekers, groups=groups)
