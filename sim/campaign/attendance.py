"""Who goes to which fair of a day: the compiled loops that weigh fairs for people, and booths for firms.

Everyone has a strength for each fair of the day: odds of going times u / (1 - u), with u the number that belongs to
this person, fair and day. Who is free to choose goes to the fair with the greatest strength if it is above one, which
for one fair is the logit with these odds. Where a number is imposed, the strongest so many come: "the most inclined".
Nobody is at two fairs on one day. Pure functions of arrays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import borrowed, inlined, jit
from sim.draws import GOES, Key, uniform

MOST_VISITS = 15  # visits beyond these tire no further


class Appeal(NamedTuple):
    """What the fairs of one day are to people, as arrays."""

    numbers: np.ndarray  # the fairs' unchanging numbers
    odds: np.ndarray  # fair x kind of people: odds of going of a newcomer of average inclination
    aware: np.ndarray  # fair x district x bits of outreach: factor on the odds, 0: does not know of the fair
    habit: np.ndarray  # fair x group x visits before x disappointed: factor on the odds
    group: np.ndarray  # of each kind
    district: np.ndarray  # of each kind


@inlined
def strength(odds: float, u: float) -> float:
    """How strongly somebody is drawn to a fair: above one with the probability odds / (1 + odds)."""
    return odds * u / (1.0 - u)


@jit
def _lent(appeal: Appeal) -> Appeal:
    """The same arrays without ownership, for loops that hand them on for every person."""
    return Appeal(
        borrowed(appeal.numbers),
        borrowed(appeal.odds),
        borrowed(appeal.aware),
        borrowed(appeal.habit),
        borrowed(appeal.group),
        borrowed(appeal.district),
    )


@inlined
def _odds(person: np.void, fair: int, appeal: Appeal) -> float:
    """Odds with which a person goes to a fair."""
    kind = person["kind"]
    aware = appeal.aware[fair, appeal.district[kind], person["reached"]]
    if aware == 0.0:
        return 0.0
    visits = min(person["visits"], MOST_VISITS)
    habit = appeal.habit[fair, appeal.group[kind], visits, person["disappointed"]]
    return float(person["inclination"] * appeal.odds[fair, kind] * aware * habit)


@jit
def choose_fairs(
    today: Key, first: np.uint64, people: np.ndarray, day: int, appeal: Appeal, rows: np.ndarray, fairs: np.ndarray
) -> int:
    """Who goes where if all may choose.

    Args:
        today: key of the day.
        first: number of the first person of the pool.
        people: SEARCHER.
        day: of the season.
        appeal: of the day's fairs.
        rows: room for the rows of those who go, ascending.
        fairs: room for the fairs to which they go.

    Returns:
        How many go.
    """
    count = 0
    appeal = _lent(appeal)
    told = appeal.aware.shape[2] > 1  # with outreach, whom none has reached knows of no fair
    for i in range(people.size):
        person = people[i]
        if (told and person["reached"] == 0) or person["from_day"] > day or person["until_day"] <= day:
            continue
        best, choice = 1.0, -1
        for fair in range(appeal.numbers.size):
            odds = _odds(person, fair, appeal)
            if odds > 0.0:
                drawn = strength(odds, uniform(today, first + np.uint64(i), GOES, appeal.numbers[fair]))
                if drawn > best:
                    best, choice = drawn, fair
        if choice >= 0:
            rows[count] = i
            fairs[count] = choice
            count += 1
    return count


@jit
def strengths_of_people(
    today: Key, first: np.uint64, people: np.ndarray, day: int, appeal: Appeal, strengths: np.ndarray
) -> None:
    """Fill in how strongly each person (column) is drawn to each fair (row); 0 for who is not free or not aware."""
    strengths[:] = 0.0
    appeal = _lent(appeal)
    for i in range(people.size):
        person = people[i]
        if person["from_day"] > day or person["until_day"] <= day:
            continue
        for fair in range(appeal.numbers.size):
            odds = _odds(person, fair, appeal)
            if odds > 0.0:
                strengths[fair, i] = strength(odds, uniform(today, first + np.uint64(i), GOES, appeal.numbers[fair]))


@jit
def strengths_of_firms(
    today: Key, firms: np.ndarray, odds: np.ndarray, numbers: np.ndarray, strengths: np.ndarray
) -> None:
    """Fill in how strongly each firm (column) is drawn to each fair (row), from its odds."""
    strengths[:] = 0.0
    for i in range(firms.size):
        for fair in range(numbers.size):
            if odds[fair, i] > 0.0:
                strengths[fair, i] = strength(odds[fair, i], uniform(today, firms[i], GOES, numbers[fair]))


def most_inclined(strengths: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The fair of each one when fairs have so many places: the strongest pairs first, each one at one fair at most.

    Args:
        strengths: for each fair (row) of each one (column); 0 never goes.
        places: of each fair; -1: as many as are drawn more strongly than one.

    Returns:
        The row of each column, -1: at no fair.
    """
    free = places < 0
    # A fair can lose to the others no more than they have places, or can draw: so many are enough to look at.
    drawn_freely = np.count_nonzero((strengths[free] > 1.0).any(axis=0))
    wanted = int(places[~free].sum()) + int(drawn_freely) if places[~free].any() else 0
    pairs: list[np.ndarray] = []
    for row, is_free in zip(strengths, free, strict=True):
        one = np.nonzero(row > (1.0 if is_free else 0.0))[0]
        if not is_free and wanted == 0:
            one = one[:0]
        elif not is_free and wanted < one.size:
            one = one[np.argpartition(row[one], one.size - wanted)[one.size - wanted :]]
        pairs.append(one)
    one, fair = np.concatenate(pairs), np.repeat(np.arange(places.size), [part.size for part in pairs])
    order = np.lexsort((fair, one, -strengths[fair, one]))
    left = np.where(free, strengths.shape[1], places)
    return _placed(one[order], fair[order], left, strengths.shape[1])


@jit
def _placed(one: np.ndarray, fair: np.ndarray, places: np.ndarray, count: int) -> np.ndarray:
    """Go through pairs in order and place each one where there is still a place."""
    left = places.copy()
    result = np.full(count, -1)
    for k in range(one.size):
        if result[one[k]] < 0 and left[fair[k]] > 0:
            result[one[k]] = fair[k]
            left[fair[k]] -= 1
    return result
