"""The measures: what a planner asks of a season, each defined once, with its unit.

From the ledgers of one replication to numbers: for the whole season, for each fair, for each hour of the clock and for
each group. Counts add up over fairs; shares and means are taken over the people and interviews of all fairs together.
Knows nothing of how a day unfolds, nor of intervals over replications.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.campaign.season import Played, Season
from sim.engine import ledger as book
from sim.model.scenario import Scenario
from sim.study.timeline import capacity_minutes, minutes_within, peak

LONG_WAIT_MINUTES = 20.0
_HOUR = 60.0


@dataclass(frozen=True, slots=True)
class MeasureKey:
    """What one number is about; empty parts mean all of them."""

    measure: str
    unit: str
    fair: str = ""
    booth: str = ""
    hour: str = ""
    group: str = ""
    district: str = ""


@dataclass(frozen=True)
class Measure:
    """A named number. `better` is "higher", "lower" or "neither"."""

    name: str
    unit: str
    better: str
    meaning: str
    value: Callable[[Tally], float] = field(repr=False)


@dataclass
class Tally:
    """What is counted over some visits and stays, before anything is divided."""

    counts: dict[str, float]
    waits: np.ndarray  # minutes from reaching the booth to the interview, one per interview
    outside_waits: np.ndarray  # minutes from arriving to the gate, one per person who entered
    inside: (
        np.ndarray
    )  # minutes from the gate to leaving, one per person who left by their own choice or by the closing
    peak_inside: int

    def __getitem__(self, name: str) -> float:
        return self.counts[name]


def _count(name: str) -> Callable[[Tally], float]:
    return lambda tally: tally[name]


def _ratio(part: str, whole: str) -> Callable[[Tally], float]:
    return lambda tally: tally[part] / tally[whole] if tally[whole] > 0 else np.nan


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else np.nan


def _quantile(values: np.ndarray, q: float) -> float:
    return float(np.quantile(values, q)) if values.size else np.nan


MEASURES: tuple[Measure, ...] = (
    Measure("firms", "firms", "neither", "Firms with a booth.", _count("firms")),
    Measure("posts", "posts", "neither", "Posts offered.", _count("posts")),
    Measure("seekers", "seekers", "neither", "Seekers who come to the doors.", _count("seekers")),
    Measure("intents", "seekers", "higher", "Seekers who reach an intent with a firm.", _count("intents")),
    Measure("signings", "seekers", "higher", "Intents that become a contract.", _count("signings")),
    Measure("starts", "seekers", "higher", "Signings that become work.", _count("starts")),
    Measure("intents_per_seeker", "share", "higher", "Intents per seeker who comes.", _ratio("intents", "seekers")),
    Measure("intents_per_post", "share", "higher", "Intents per post offered.", _ratio("intents", "posts")),
    Measure(
        "wait_minutes_mean", "minutes", "lower",
        "Wait at a booth, from reaching it to the interview; mean over interviews.", lambda tally: _mean(tally.waits),
    ),
    Measure(
        "wait_minutes_p90", "minutes", "lower", "The same wait; nine of ten interviews come sooner.",
        lambda tally: _quantile(tally.waits, 0.9),
    ),
    Measure(
        "never_interviewed_share", "share", "lower",
        "Share of those who enter to apply and leave without an interview.",
        lambda tally: 1.0 - tally["interviewed"] / tally["applicants"] if tally["applicants"] > 0 else np.nan,
    ),
    Measure("peak_inside", "people", "lower", "Most people inside one hall at once.", lambda tally: tally.peak_inside),
    Measure("events", "events", "neither", "Events in the ledger.", _count("events")),
    Measure("entered", "seekers", "neither", "Seekers who get through the gate.", _count("entered")),
    Measure("turned_away", "seekers", "lower", "Seekers refused at the doors.", _count("turned_away")),
    Measure("gave_up_outside", "seekers", "lower", "Seekers who leave the queue outside.", _count("gave_up_outside")),
    Measure("applicants", "seekers", "neither", "Those who enter to apply, not only to look.", _count("applicants")),
    Measure("interviewed", "seekers", "higher", "Seekers with at least one interview.", _count("interviewed")),
    Measure("interviews", "interviews", "higher", "Interviews that take place.", _count("interviews")),
    Measure("offers", "offers", "higher", "Interviews after which the firm wants the seeker.", _count("offers")),
    Measure("balked", "stays", "lower", "Booths left at once because of the queue.", _count("balked")),
    Measure("reneged", "stays", "lower", "Queues left for want of patience.", _count("reneged")),
    Measure("missed", "stays", "lower", "Booths found gone, or gone while the seeker waits.", _count("missed")),
    Measure("closed_out", "seekers", "lower", "Seekers sent away by the closing.", _count("closed_out")),
    Measure(
        "wait_over_20_share", "share", "lower", "Share of interviews after a wait of more than 20 minutes.",
        lambda tally: float(np.mean(tally.waits > LONG_WAIT_MINUTES)) if tally.waits.size else np.nan,
    ),
    Measure(
        "outside_minutes_mean", "minutes", "lower",
        "Wait outside, from arriving to the gate; mean over those who enter",
        lambda tally: _mean(tally.outside_waits),
    ),
    Measure(
        "inside_minutes_mean", "minutes", "neither", "Time inside, from the gate to leaving; mean over those who left.",
        lambda tally: _mean(tally.inside),
    ),
    Measure(
        "days_to_start_mean", "days", "lower", "From the fair to the start of work; mean over starts.",
        _ratio("days_to_start", "starts"),
    ),
    Measure(
        "utilisation", "share", "neither",
        "Share of the recruiters' time, from opening to end, spent in interviews.",
        _ratio("busy_minutes", "staffed_minutes"),
    ),
)  # fmt: skip

HEADLINE: tuple[str, ...] = tuple(measure.name for measure in MEASURES[:13])

BY_GROUP = ("seekers", "intents", "intents_per_seeker", "wait_minutes_mean", "never_interviewed_share")
BY_HOUR: tuple[tuple[str, str, str], ...] = (
    ("arrivals", "seekers", "Seekers who come to the doors in the hour."),
    ("interviews", "interviews", "Interviews that begin in the hour."),
    ("wait_minutes_mean", "minutes", "Wait before the interviews that begin in the hour."),
    ("inside_time_average", "people", "People inside, averaged over the time of the hour."),
    ("waiting_time_average", "people", "People in queues at booths, averaged over the time of the hour."),
    ("talking_time_average", "people", "People in interviews, averaged over the time of the hour."),
)


def measure_keys(scenario: Scenario) -> tuple[MeasureKey, ...]:
    """What `measure` gives numbers for, in its order: season, fairs, groups, hours."""
    units = {measure.name: measure.unit for measure in MEASURES}
    keys = [MeasureKey(name, unit) for name, unit in units.items()]
    if len(scenario.fairs) > 1:
        keys += [MeasureKey(name, unit, fair=fair.id) for fair in scenario.fairs for name, unit in units.items()]
    if len(scenario.groups) > 1:
        keys += [MeasureKey(name, units[name], group=group.id) for group in scenario.groups for name in BY_GROUP]
    for hour in _hours(scenario):
        keys += [MeasureKey(name, unit, hour=f"{hour:02d}:00") for name, unit, _ in BY_HOUR]
    return tuple(keys)


def measure(season: Season, fairs: Sequence[Played]) -> np.ndarray:
    """The numbers of one replication, in the order of `measure_keys`; NaN where nothing was observed."""
    scenario = season.scenario
    tallies = [_tally(played) for played in fairs]
    values = _values(_together(tallies))
    if len(fairs) > 1:
        for tally in tallies:
            values += _values(tally)
    if len(scenario.groups) > 1:
        chosen = [one for name in BY_GROUP for one in MEASURES if one.name == name]
        for group in range(len(scenario.groups)):
            whole = _together([_tally_of_group(played, group) for played in fairs])
            values += [one.value(whole) for one in chosen]
    for hour in _hours(scenario):
        values += _of_hour(fairs, hour)
    return np.array(values, np.float64)


def _values(tally: Tally) -> list[float]:
    return [one.value(tally) for one in MEASURES]


def _tally(played: Played) -> Tally:
    """Count over one fair."""
    visits, stays = played.ledger
    tally = _tally_people(visits, stays, played.day.seekers["applies"] > 0)
    tally.counts |= {
        "firms": played.counts["firms"],
        "posts": played.counts["posts"],
        "signings": int(np.count_nonzero(~np.isnan(played.aftermath.days_to_signing))),
        "starts": int(np.count_nonzero(~np.isnan(played.aftermath.days_to_start))),
        "days_to_start": float(np.nansum(played.aftermath.days_to_start)),
        "events": book.count_events(played.ledger),
        "busy_minutes": minutes_within(stays["started"], stays["ended"], _opening(played)),
        "staffed_minutes": _staffed_minutes(played),
    }
    return tally


def _tally_of_group(played: Played, group: int) -> Tally:
    """Count over the visits of one group to one fair."""
    visits, stays = played.ledger
    members = played.day.seekers["group"] == group
    return _tally_people(visits[members], stays[members[stays["seeker"]]], played.day.seekers["applies"][members] > 0)


def _tally_people(visits: np.ndarray, stays: np.ndarray, applies: np.ndarray) -> Tally:
    """Count over some people and their stays."""
    visit_outcomes = np.bincount(visits["outcome"], minlength=len(book.VISIT_OUTCOMES))
    stay_outcomes = np.bincount(stays["outcome"], minlength=len(book.STAY_OUTCOMES))
    entered = ~np.isnan(visits["entered"])
    talks = stays["outcome"] <= book.TALKED
    left = entered & (visits["outcome"] != book.CUT_OFF)
    counts: dict[str, float] = {
        "seekers": int(visits.size - visit_outcomes[book.NOT_COME]),
        "entered": int(entered.sum()),
        "turned_away": int(visit_outcomes[book.TURNED_AWAY]),
        "gave_up_outside": int(visit_outcomes[book.GAVE_UP_OUTSIDE]),
        "closed_out": int(visit_outcomes[book.CLOSED_OUT]),
        "applicants": int((entered & applies).sum()),
        "interviewed": int((visits["interviews"] > 0).sum()),
        "interviews": int(visits["interviews"].sum()),
        "intents": int(visit_outcomes[book.INTENT]),
        "offers": int(stay_outcomes[book.AGREED] + stay_outcomes[book.DECLINED]),
        "balked": int(stay_outcomes[book.BALKED]),
        "reneged": int(stay_outcomes[book.RENEGED]),
        "missed": int(stay_outcomes[book.MISSED]),
    }
    return Tally(
        counts,
        waits=(stays["started"] - stays["joined"])[talks],
        outside_waits=(visits["checked"] - visits["arrived"])[entered],
        inside=(visits["left"] - visits["checked"])[left],
        peak_inside=peak(visits["checked"], visits["left"][~np.isnan(visits["checked"])]),
    )


def _together(tallies: Iterable[Tally]) -> Tally:
    """One tally over several fairs: counts add up, the highest peak counts."""
    parts = list(tallies)
    if len(parts) == 1:
        return parts[0]
    return Tally(
        {name: sum(part.counts[name] for part in parts) for name in parts[0].counts},
        np.concatenate([part.waits for part in parts]),
        np.concatenate([part.outside_waits for part in parts]),
        np.concatenate([part.inside for part in parts]),
        max(part.peak_inside for part in parts),
    )


def _opening(played: Played) -> tuple[float, float]:
    return float(played.day.hall[0]["open"]), float(played.day.hall[0]["close"])


def _staffed_minutes(played: Played) -> float:
    """Recruiters' minutes between opening and the end by their shifts; a firm that leaves when filled is gone then."""
    day, (_, stays) = played.day, played.ledger
    opening, closing = _opening(played)
    agreed = stays[stays["outcome"] == book.AGREED]
    intents = np.bincount(agreed["booth"], minlength=day.booths.size)
    last = np.full(day.booths.size, -np.inf)
    np.maximum.at(last, agreed["booth"], agreed["ended"])
    total = 0.0
    for b, booth in enumerate(day.booths):
        shifts = day.shifts[booth["shifts_from"] : booth["shifts_until"]]
        possible = day.posts["intents"][booth["posts_from"] : booth["posts_until"]].sum()
        is_filled = booth["leaves_when_filled"] and 0 < possible <= intents[b]
        until = min(last[b], closing) if is_filled else closing
        total += capacity_minutes(shifts["time"], shifts["recruiters"], (opening, max(until, opening)))
    return total


def _hours(scenario: Scenario) -> range:
    """Clock hours from the first opening to the last end."""
    first = min(fair.settings.clock("open") for fair in scenario.fairs)
    last = max(fair.settings.clock("close") for fair in scenario.fairs)
    return range(int(first // _HOUR), int(-(-last // _HOUR)))


def _of_hour(fairs: Sequence[Played], hour: int) -> list[float]:
    """The measures of BY_HOUR over all fairs; numbers of people at one time are summed over fairs."""
    window = (hour * _HOUR, (hour + 1) * _HOUR)
    arrivals = interviews = inside = waiting = talking = 0.0
    waits = []
    for played in fairs:
        visits, stays = played.ledger
        arrivals += np.count_nonzero((visits["arrived"] >= window[0]) & (visits["arrived"] < window[1]))
        begun = (stays["started"] >= window[0]) & (stays["started"] < window[1])
        interviews += np.count_nonzero(begun)
        waits.append((stays["started"] - stays["joined"])[begun])
        inside += minutes_within(visits["checked"], visits["left"], window) / _HOUR
        # Whoever never was interviewed waited until the end of the stay.
        called = np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])
        waiting += minutes_within(stays["joined"], called, window) / _HOUR
        talking += minutes_within(stays["started"], stays["ended"], window) / _HOUR
    return [arrivals, interviews, _mean(np.concatenate(waits)), inside, waiting, talking]


def by_name(measures: Iterable[Measure] = MEASURES) -> Mapping[str, Measure]:
    """The measures by name."""
    return {one.name: one for one in measures}
