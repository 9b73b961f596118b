"""The measures of a campaign: what a planner asks of a whole season with one population.

People and posts persist, so a season can be asked who was never reached, who came again and what it brought them, how
long people looked for work, what it cost. For the season, by home district, by group and by day. Counts of fairs are in
`measures`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.campaign.season import History, Season
from sim.engine.day import FairDay
from sim.engine.ledger import NOT_COME, TALKED
from sim.model.scenario import Scenario
from sim.population.pool import season_days
from sim.population.searching import FOREVER, GAVE_UP, HIRED_ELSEWHERE, TIRED_OF_FAIRS
from sim.study.keys import Measure, MeasureKey
from sim.study.spending import spending, ways
from sim.study.timeline import minutes_at


@dataclass
class _Visits:
    """All visits of a season, one entry each, in the order of the fairs."""

    rows: np.ndarray  # of the pool
    before: np.ndarray  # SEARCHER: the person before the visit
    day: np.ndarray
    intent: np.ndarray
    post: np.ndarray  # row of the stock's post that the intent holds, -1: none
    new_post: np.ndarray  # no fair at which the person was before had offered the intent's post
    km: np.ndarray
    choice: np.ndarray  # booths with posts that suit the person
    start_after: np.ndarray  # days from the beginning of the search to the start of work, NaN: no start
    posts_filled: np.ndarray  # rows of the stock's posts that starts filled
    filled_on: np.ndarray  # the days on which


Counts = dict[str, float]


def _count(name: str) -> Callable[[Counts], float]:
    return lambda counts: counts[name]


def _ratio(part: str, whole: str) -> Callable[[Counts], float]:
    return lambda counts: counts[part] / counts[whole] if counts[whole] > 0 else np.nan


SEASON: tuple[Measure, ...] = (
    Measure(
        "searchers", "seekers", "neither",
        "People who look for work at some time of the season.",
        _count("searchers"),
    ),
    Measure("visitors", "seekers", "higher", "Different people who come to a fair.", _count("visitors")),
    Measure(
        "never_reached_share", "share", "lower",
        "Share of searchers whom no outreach reached.",
        _ratio("unreached", "searchers"),
    ),
    Measure(
        "never_came_share", "share", "lower",
        "Share of those reached who came to no fair.",
        _ratio("stayed_away", "reached"),
    ),
    Measure(
        "repeat_visit_share", "share", "neither",
        "Share of visits by people who had been at a fair before.",
        _ratio("repeats", "visits"),
    ),
    Measure(
        "intents_per_newcomer", "share", "higher",
        "Intents per visit of people at their first fair.",
        _ratio("intents_new", "newcomers"),
    ),
    Measure(
        "intents_per_repeater", "share", "higher",
        "Intents per visit of people who had been at a fair before.",
        _ratio("intents_repeat", "repeats"),
    ),
    Measure(
        "repeaters_new_post_share", "share", "neither",
        "Share of repeat visitors' intents on posts that no fair they were at before had offered.",
        _ratio("intents_repeat_new", "intents_repeat"),
    ),
    Measure("distinct_firms", "firms", "neither", "Different firms with a booth.", _count("distinct_firms")),
    Measure("distinct_posts", "posts", "neither", "Different posts offered.", _count("distinct_posts")),
    Measure("posts_filled", "posts", "higher", "Posts filled by starts from the fairs.", _count("posts_filled")),
    Measure(
        "posts_filled_elsewhere", "posts", "neither",
        "Posts filled or withdrawn through other channels.",
        _count("posts_elsewhere"),
    ),
    Measure(
        "hired_elsewhere", "seekers", "neither",
        "Searchers hired through other channels.",
        _count("hired_elsewhere"),
    ),
    Measure(
        "gave_up_search", "seekers", "lower",
        "Searchers who gave up, those tired by fairs included.",
        _count("gave_up_search"),
    ),
    Measure(
        "in_pool_at_end", "seekers", "lower",
        "People who still look for work after the last day.",
        _count("in_pool_at_end"),
    ),
    Measure(
        "days_in_pool_mean", "days", "lower",
        "How long people have looked for work when they stop, or by the end of the season; mean over "
        "searchers.",
        _ratio("days_in_pool", "searchers"),
    ),
    Measure(
        "days_search_to_start_mean", "days", "lower",
        "From the beginning of the search to the start of work; mean over starts.",
        _ratio("days_to_start", "starts"),
    ),
    Measure("travel_km_mean", "km", "lower", "Way from home to the fair; mean over visits.", _ratio("km", "visits")),
    Measure(
        "suitable_booths_mean", "booths", "higher",
        "Booths at the fair with posts that suit the seeker; mean over visits.",
        _ratio("choice", "visits"),
    ),
    Measure(
        "wait_minutes_median", "minutes", "lower",
        "Wait at a booth, from reaching it to the interview; median over interviews.",
        _count("wait_median"),
    ),
    Measure(
        "close_contact_minutes_mean", "minutes", "lower",
        "Minutes in interviews and in queues at booths, next to somebody else; mean over visits.",
        _ratio("contact_minutes", "visits"),
    ),
    Measure(
        "full_minutes", "minutes", "lower",
        "Minutes during which halls with a limit hold as many people as it allows; over all fairs.",
        _count("full_minutes"),
    ),
    Measure("cost", "yuan", "lower", "Cost to the organiser: fairs and outreach.", _count("cost")),
    Measure("cost_levers", "yuan", "lower", "Cost of the levers around the fairs.", _count("cost_levers")),
    Measure("cost_travel", "yuan", "lower", "What seekers pay for their ways.", _count("cost_travel")),
    Measure(
        "cost_per_intent", "yuan per intent", "lower",
        "Cost to the organiser per intent.",
        _ratio("cost", "intents"),
    ),
    Measure("cost_per_start", "yuan per start", "lower", "Cost to the organiser per start.", _ratio("cost", "starts")),
    Measure(
        "district_spread", "ratio", "lower",
        "How unequal districts are: standard deviation over mean of intents per searcher.",
        _count("district_spread"),
    ),
    Measure("group_spread", "ratio", "lower", "How unequal groups are, likewise.", _count("group_spread")),
)  # fmt: skip

_PEOPLE = (
    Measure(
        "searchers", "seekers", "neither",
        "People who look for work at some time of the season.",
        _count("searchers"),
    ),
    Measure("seekers", "seekers", "neither", "Visits.", _count("visits")),
    Measure("intents", "seekers", "higher", "Visits that bring an intent.", _count("intents")),
    Measure("intents_per_searcher", "share", "higher", "Intents per searcher.", _ratio("intents", "searchers")),
    Measure("travel_km_mean", "km", "lower", "Way from home to the fair; mean over visits.", _ratio("km", "visits")),
)  # fmt: skip
BY_DISTRICT = _PEOPLE
BY_GROUP = tuple(one for one in _PEOPLE if one.name in ("searchers", "intents_per_searcher", "travel_km_mean"))
BY_DAY = (
    Measure("in_pool", "seekers", "neither", "People who look for work at the end of the day.", _count("in_pool")),
    Measure("open_posts", "posts", "neither", "Posts not yet filled at the end of the day.", _count("open_posts")),
    Measure("seekers", "seekers", "neither", "Visits on the day.", _count("visits")),
    Measure("intents", "seekers", "higher", "Visits of the day that bring an intent.", _count("intents")),
)  # fmt: skip
"""Their stretch of time, where other measures have an hour, is a date."""


def season_keys(scenario: Scenario) -> tuple[MeasureKey, ...]:
    """What `season_values` gives numbers for, in its order."""
    from sim.population.places import Places

    keys = [MeasureKey(one.name, one.unit) for one in SEASON]
    keys += [MeasureKey(one.name, one.unit, district=name) for name in Places(scenario).names for one in BY_DISTRICT]
    if len(scenario.groups) > 1:
        keys += [MeasureKey(one.name, one.unit, group=group.id) for group in scenario.groups for one in BY_GROUP]
    keys += [MeasureKey(one.name, one.unit, hour=day) for day in _dates(scenario) for one in BY_DAY]
    return tuple(keys)


def season_values(season: Season, history: History, starts: float) -> list[float]:
    """The numbers of one replication of a campaign, in the order of `season_keys`."""
    visits = _visits(season, history)
    campaign, ending = season.campaign, history.ending
    assert campaign is not None and ending is not None
    kinds, kind = campaign.pool.kinds, ending.people["kind"]
    districts = _by(kinds.district[kind], len(campaign.places.names), visits)
    groups = _by(kinds.group[kind], len(season.scenario.groups), visits)
    spent = spending(season, history)
    whole = (
        _whole(season, history, visits)
        | _days(history)
        | {
            "starts": starts,
            "cost": spent.fairs + spent.outreach,
            "cost_levers": spent.levers,
            "cost_travel": spent.travel,
            "district_spread": _spread(districts),
            "group_spread": _spread(groups),
        }
    )
    values = [one.value(whole) for one in SEASON]
    values += [one.value(counts) for counts in districts for one in BY_DISTRICT]
    if len(groups) > 1:
        values += [one.value(counts) for counts in groups for one in BY_GROUP]
    values += [one.value(counts) for counts in _by_day(season, history, visits) for one in BY_DAY]
    return values


def _visits(season: Season, history: History) -> _Visits:
    """Everything about the visits of a season, fair after fair."""
    ending = history.ending
    assert ending is not None
    names = [name for name in _Visits.__dataclass_fields__ if name != "new_post"]
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for played in history:
        setting, after, book = played.setting, played.aftermath, played.ledger.visits
        assert setting is not None
        came = book["outcome"] != NOT_COME
        has_post = setting.held >= 0
        post = np.full(book.size, -1)
        post[after.seekers] = setting.held
        start_after = np.full(book.size, np.nan)
        start_after[after.seekers] = setting.day + after.days_to_start - setting.before["begins"][after.seekers]
        filled = setting.held[has_post & np.isnan(after.days_held)]
        parts["rows"].append(setting.rows[came])
        parts["before"].append(setting.before[came])
        parts["day"].append(np.full(int(came.sum()), setting.day))
        parts["intent"].append((book["intent_booth"] >= 0)[came])
        parts["post"].append(post[came])
        parts["km"].append(ways(season, history, played.number)[came])
        parts["choice"].append(_suitable_booths(played.day)[came])
        parts["start_after"].append(start_after[came])
        parts["posts_filled"].append(filled)
        parts["filled_on"].append(np.full(filled.size, setting.day))
    joined = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    fair = np.repeat(np.arange(len(history)), [part.size for part in parts["rows"]])
    new_post = _is_new(history, joined["rows"], joined["day"], fair, joined["post"])
    return _Visits(**joined, new_post=new_post)


def _suitable_booths(day: FairDay) -> np.ndarray:
    """How many booths of a fair have posts that suit each of its seekers."""
    wishes, which = np.unique(day.seekers["accepts"], return_inverse=True)
    counts: np.ndarray = ((wishes[:, None] & day.booths["offered"]) != 0).sum(axis=1)[which]
    return counts


def _is_new(history: History, rows: np.ndarray, days: np.ndarray, fair: np.ndarray, post: np.ndarray) -> np.ndarray:
    """Whether a visit's intent is on a post that no fair at which the person was before had offered."""
    assert history.ending is not None
    shown = np.zeros((len(history), history.ending.posts.size), bool)
    for place, played in enumerate(history):
        assert played.setting is not None
        shown[place, played.setting.booths.offered] = True
    order = np.lexsort((days, rows))
    new = post >= 0
    asked = np.nonzero(post[order] >= 0)[0]
    back = 1
    while asked.size:
        # Earlier visits of a person stand just before this one.
        asked = asked[asked >= back]
        asked = asked[rows[order[asked - back]] == rows[order[asked]]]
        seen = shown[fair[order[asked - back]], post[order[asked]]]
        new[order[asked[seen]]] = False
        back += 1
    return new


def _whole(season: Season, history: History, visits: _Visits) -> Counts:
    """What is counted over the whole season."""
    ending, last = history.ending, season_days(season.scenario)
    assert ending is not None
    people, posts = ending.people, ending.posts
    gone = people["until_day"] < last + 1
    left = {reason: int(np.count_nonzero(gone & (people["reason"] == reason))) for reason in range(1, 5)}
    # Someone who never went to a fair may have been told of one all the same.
    told = people["reached"] > 0 if season.scenario.outreach else np.ones(people.size, bool)
    repeat = visits.before["visits"] > 0
    elsewhere = (posts["closes"] <= last) & (posts["free_from"] != FOREVER)
    return {
        "searchers": people.size,
        "visits": visits.rows.size,
        "visitors": int(np.count_nonzero(people["visits"] > 0)),
        "unreached": int(np.count_nonzero(~told)),
        "reached": int(np.count_nonzero(told)),
        "stayed_away": int(np.count_nonzero(told & (people["visits"] == 0))),
        "repeats": int(repeat.sum()),
        "newcomers": int((~repeat).sum()),
        "intents": int(visits.intent.sum()),
        "intents_new": int((visits.intent & ~repeat).sum()),
        "intents_repeat": int((visits.intent & repeat).sum()),
        "intents_repeat_new": int((visits.new_post & repeat).sum()),
        "distinct_firms": int(np.count_nonzero(ending.firms.visits > 0)),
        "distinct_posts": int(np.count_nonzero(posts["offered"] >= 0)),
        "posts_filled": visits.posts_filled.size,
        "posts_elsewhere": int(np.count_nonzero(elsewhere)),
        "hired_elsewhere": left[HIRED_ELSEWHERE],
        "gave_up_search": left[GAVE_UP] + left[TIRED_OF_FAIRS],
        "in_pool_at_end": people.size - sum(left.values()),
        "days_in_pool": float((np.minimum(people["until_day"], last) - people["begins"]).sum()),
        "days_to_start": float(np.nansum(visits.start_after)),
        "km": float(visits.km.sum()),
        "choice": float(visits.choice.sum()),
    }


def _days(history: History) -> Counts:
    """What is counted over the fair days: waits, contact, full halls."""
    waits, contact, full = [np.empty(0)], 0.0, 0.0
    for played in history:
        visits, stays = played.ledger
        started = np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])
        contact += float(np.nansum(started - stays["joined"]) + np.nansum(stays["ended"] - stays["started"]))
        waits.append((stays["started"] - stays["joined"])[stays["outcome"] <= TALKED])
        limit = int(played.day.hall[0]["people_limit"])
        if limit >= 0:
            left = visits["left"][~np.isnan(visits["checked"])]
            full += minutes_at(visits["checked"][~np.isnan(visits["checked"])], left, limit)
    together = np.concatenate(waits)
    median = float(np.median(together)) if together.size else np.nan
    return {"wait_median": median, "contact_minutes": contact, "full_minutes": full}


def _by(part: np.ndarray, parts: int, visits: _Visits) -> list[Counts]:
    """What is counted over the people of each district or group; `part` is that of each person of the pool."""
    searchers = np.bincount(part, minlength=parts)
    of_visit = part[visits.rows]
    came = np.bincount(of_visit, minlength=parts)
    intents = np.bincount(of_visit[visits.intent], minlength=parts)
    km = np.bincount(of_visit, weights=visits.km, minlength=parts)
    rows = zip(searchers.tolist(), came.tolist(), intents.tolist(), km.tolist(), strict=True)
    return [dict(zip(("searchers", "visits", "intents", "km"), row, strict=True)) for row in rows]


def _spread(parts: list[Counts]) -> float:
    """Standard deviation over mean of intents per searcher; NaN with one part, or where nobody has an intent."""
    rates = np.array([counts["intents"] / counts["searchers"] for counts in parts if counts["searchers"] > 0])
    return float(rates.std() / rates.mean()) if rates.size > 1 and rates.mean() > 0 else np.nan


def _by_day(season: Season, history: History, visits: _Visits) -> list[Counts]:
    ending, days = history.ending, season_days(season.scenario)
    assert ending is not None
    people, posts = ending.people, ending.posts
    closes = posts["closes"].astype(np.int64)
    closes[visits.posts_filled] = np.minimum(closes[visits.posts_filled], visits.filled_on + 1)
    in_pool = _stock(people["begins"], people["until_day"], days)
    open_posts = _stock(posts["opens"], closes, days)
    came = np.bincount(visits.day, minlength=days)
    intents = np.bincount(visits.day[visits.intent], minlength=days)
    return [
        {"in_pool": in_pool[d], "open_posts": open_posts[d], "visits": came[d], "intents": intents[d]}
        for d in range(days)
    ]


def _stock(first: np.ndarray, until: np.ndarray, days: int) -> np.ndarray:
    """How many are there at the end of each day: begun by then, and not gone on the next day."""
    begun = np.bincount(np.clip(first, 0, days), minlength=days + 1)[:days]
    gone = np.bincount(np.clip(until.astype(np.int64) - 1, 0, days), minlength=days + 1)[:days]
    total: np.ndarray = np.cumsum(begun) - np.cumsum(gone)
    return total


def _dates(scenario: Scenario) -> list[str]:
    start = scenario.settings.day("season.start")
    assert start is not None
    return [(start + datetime.timedelta(days=day)).isoformat() for day in range(season_days(scenario))]
