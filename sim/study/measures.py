"""The measures: what a planner asks of a season, each defined once, with its unit.

From the ledgers of one replication to numbers: for the whole season, for each fair, for each group, and for stretches
of the clock: its hours, and the windows that a scenario asks for. Counts add up over fairs; shares and means are taken
over the people and interviews of all fairs together. Means over people or interviews and averages over time are
different measures with different names.
Knows nothing of how a day unfolds, nor of intervals over replications.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.campaign.played import Played
from sim.campaign.season import History, Season
from sim.engine import ledger as book
from sim.engine.tallying import COUNTS, TALLY, tally_people, tally_windows
from sim.model.scenario import Scenario
from sim.model.values import Windows, clock_text, window_text
from sim.study.keys import Measure, MeasureKey
from sim.study.season_measures import SEASON, season_keys, season_values
from sim.study.timeline import peak

__all__ = [
    "BY_GROUP",
    "BY_WINDOW",
    "HEADLINE",
    "MEASURES",
    "Measure",
    "MeasureKey",
    "by_name",
    "measure",
    "measure_keys",
]

_HOUR = 60.0


@dataclass
class Tally:
    """What is counted over some visits and stays, before anything is divided."""

    counts: dict[str, float]
    waits: np.ndarray  # minutes from reaching the booth to the interview, one per interview
    peak_inside: int

    def __getitem__(self, name: str) -> float:
        return self.counts[name]


def _count(name: str) -> Callable[[Tally], float]:
    return lambda tally: tally[name]


def _ratio(part: str, whole: str) -> Callable[[Tally], float]:
    return lambda tally: tally[part] / tally[whole] if tally[whole] > 0 else np.nan


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
        "Wait at a booth, from reaching it to the interview; mean over interviews.",
        _ratio("wait_minutes", "interviews"),
    ),
    Measure(
        "wait_minutes_p90", "minutes", "lower", "The same wait; nine of ten interviews come sooner.",
        lambda tally: float(np.quantile(tally.waits, 0.9)) if tally.waits.size else np.nan,
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
        _ratio("long_waits", "interviews"),
    ),
    Measure(
        "outside_minutes_mean", "minutes", "lower",
        "Wait outside, from arriving to the gate; mean over those who enter",
        _ratio("outside_minutes", "entered"),
    ),
    Measure(
        "inside_minutes_mean", "minutes", "neither", "Time inside, from the gate to leaving; mean over those who left.",
        _ratio("inside_minutes", "left"),
    ),
    Measure(
        "days_to_start_mean", "days", "lower", "From the fair to the start of work; mean over starts.",
        _ratio("days_to_start", "starts"),
    ),
    Measure(
        "utilisation", "share", "neither",
        "Share of the recruiters' time, from opening to end, spent in interviews.",
        _ratio("busy_minutes", "on_duty_minutes"),
    ),
)  # fmt: skip

BOUND: tuple[Measure, ...] = (
    Measure(
        "bound",
        "seekers",
        "neither",
        "The most intents that people and posts allow, without any friction.",
        _count("bound"),
    ),
    Measure(
        "share_of_bound", "share", "higher", "Intents as a share of the frictionless bound.", _ratio("intents", "bound")
    ),
    *(
        Measure(f"lost_to_{name}", "seekers", "lower", f"Intents lost to {meaning}.", _count(name))
        for name, meaning in (
            ("queues", "queues: they come about with room and recruiters for everyone"),
            ("ignorance", "ignorance: they come about when everyone also knows which booths suit"),
            ("clock", "the clock: they come about when nobody also has to stop before everything suitable was tried"),
            ("rivalry", "rivalry: people take posts that only others could have used"),
            ("thin_choice", "thin choice: the posts were open in the city that day, but not at the fair"),
        )
    ),
)
"""Measures of the frictionless bound, where `measures.bound` asks for them; the losses sum up to bound less intents."""

HEADLINE: tuple[str, ...] = tuple(measure.name for measure in MEASURES[:13])

BY_GROUP = ("seekers", "intents", "intents_per_seeker", "wait_minutes_mean", "never_interviewed_share")
BY_WINDOW: tuple[Measure, ...] = (
    Measure("arrivals", "seekers", "neither", "Seekers who come to the doors in the window.", _count("seekers")),
    Measure("interviews", "interviews", "higher", "Interviews that begin in the window.", _count("interviews")),
    Measure(
        "wait_minutes_mean", "minutes", "lower", "Wait before the interviews that begin in the window; mean over them.",
        _ratio("wait_minutes", "interviews"),
    ),
    Measure(
        "inside_time_average", "people", "neither", "People inside, averaged over the time of the window.",
        _ratio("inside_minutes", "minutes"),
    ),
    Measure(
        "waiting_time_average", "people", "lower", "People in queues at booths, averaged over the time of the window.",
        _ratio("waiting_minutes", "minutes"),
    ),
    Measure(
        "talking_time_average", "people", "neither", "People in interviews, averaged over the time of the window.",
        _ratio("talking_minutes", "minutes"),
    ),
    Measure(
        "utilisation", "share", "neither",
        "Share of the recruiters' time in the window, from opening to end, spent in interviews.",
        _ratio("busy_minutes", "on_duty_minutes"),
    ),
)  # fmt: skip
"""Measures of a stretch of the clock, over all fairs: numbers of people at one time are summed over fairs."""


def measure_keys(scenario: Scenario) -> tuple[MeasureKey, ...]:
    """What `measure` gives numbers for, in its order: season, fairs, groups, hours, windows."""
    units = {measure.name: measure.unit for measure in MEASURES}
    keys = [MeasureKey(name, unit) for name, unit in units.items()]
    if len(scenario.fairs) > 1:
        keys += [MeasureKey(name, unit, fair=fair.id) for fair in scenario.fairs for name, unit in units.items()]
    if len(scenario.groups) > 1:
        keys += [MeasureKey(name, units[name], group=group.id) for group in scenario.groups for name in BY_GROUP]
    names = [clock_text(begins) for begins, _ in _hours(scenario)]
    names += [window_text(window) for window in scenario.settings.windows("measures.windows")]
    keys += [MeasureKey(one.name, one.unit, hour=name) for name in names for one in BY_WINDOW]
    if scenario.settings.flag("measures.bound"):
        keys += [MeasureKey(one.name, one.unit) for one in BOUND]
    if scenario.is_campaign:
        keys += season_keys(scenario)
    return tuple(keys)


def measure(season: Season, fairs: History) -> np.ndarray:
    """The numbers of one replication, in the order of `measure_keys`; NaN where nothing was observed."""
    scenario = season.scenario
    groups = np.zeros((len(fairs), len(scenario.groups)), TALLY)
    windows = np.array([*_hours(scenario), *scenario.settings.windows("measures.windows")])
    rows = np.zeros(len(windows), TALLY)
    for row, played in zip(groups, fairs, strict=True):
        tally_people(played.day, *played.ledger, row)
        tally_windows(played.day, *played.ledger, windows, rows)
    tallies = [_tally(played, row) for played, row in zip(fairs, groups, strict=True)]
    whole_season = _together(tallies)
    values = _values(whole_season)
    if len(fairs) > 1:
        for tally in tallies:
            values += _values(tally)
    if len(scenario.groups) > 1:
        chosen = [one for name in BY_GROUP for one in MEASURES if one.name == name]
        for group in range(len(scenario.groups)):
            whole = Tally(_sums(groups[:, group]), np.empty(0), 0)
            values += [one.value(whole) for one in chosen]
    nobody = np.empty(0)
    for (begins, ends), counts in zip(windows.tolist(), _numbers(rows).tolist(), strict=True):
        within = Tally(dict(zip(COUNTS, counts, strict=True), minutes=ends - begins), nobody, 0)
        values += [one.value(within) for one in BY_WINDOW]
    losses = [played.lost for played in fairs if played.lost is not None]
    if losses:
        sums = {name: float(sum(one[name] for one in losses)) for name in losses[0]}
        values += [one.value(sums | {"intents": whole_season["intents"]}) for one in BOUND]
    if season.campaign is not None:
        values += season_values(season, fairs, whole_season["starts"])
    return np.array(values, np.float64)


def _values(tally: Tally) -> list[float]:
    return [one.value(tally) for one in MEASURES]


def _sums(rows: np.ndarray) -> dict[str, float]:
    """Rows of TALLY added up, by name."""
    return dict(zip(COUNTS, _numbers(rows).sum(axis=0).tolist(), strict=True))


def _numbers(rows: np.ndarray) -> np.ndarray:
    """Rows of TALLY as a plain table, a column per name of COUNTS."""
    return np.ascontiguousarray(rows).view("f8").reshape(rows.size, len(COUNTS))


def _tally(played: Played, groups: np.ndarray) -> Tally:
    """What is counted over one fair, from its rows by group."""
    visits, stays = played.ledger
    after = played.aftermath
    hall, opening = played.day.hall[0], np.zeros(1, TALLY)
    tally_windows(played.day, visits, stays, np.array([[hall["open"], hall["close"]]]), opening)
    counts = _sums(groups) | {
        "firms": played.counts["firms"],
        "posts": played.counts["posts"],
        "signings": int(np.count_nonzero(~np.isnan(after.days_to_signing))),
        "starts": int(np.count_nonzero(~np.isnan(after.days_to_start))),
        "days_to_start": float(np.nansum(after.days_to_start)),
        "busy_minutes": float(opening["busy_minutes"][0]),
        "on_duty_minutes": float(opening["on_duty_minutes"][0]),
    }
    waits = (stays["started"] - stays["joined"])[stays["outcome"] <= book.TALKED]
    return Tally(counts, waits, peak(visits["checked"], visits["left"][~np.isnan(visits["checked"])]))


def _together(tallies: Sequence[Tally]) -> Tally:
    """One tally over several fairs: counts add up, the highest peak counts."""
    if len(tallies) == 1:
        return tallies[0]
    return Tally(
        {name: sum(part.counts[name] for part in tallies) for name in tallies[0].counts},
        np.concatenate([part.waits for part in tallies]),
        max(part.peak_inside for part in tallies),
    )


def _hours(scenario: Scenario) -> Windows:
    """Clock hours from the first arrivals or opening to the last end."""
    first = min(fair.settings.clock(key) for fair in scenario.fairs for key in ("open", "arrivals.start"))
    last = max(fair.settings.clock("close") for fair in scenario.fairs)
    return tuple((hour * _HOUR, (hour + 1) * _HOUR) for hour in range(int(first // _HOUR), int(-(-last // _HOUR))))


def by_name() -> Mapping[str, Measure]:
    """The measures of a whole season by name."""
    return {one.name: one for one in (*SEASON, *BOUND, *MEASURES)}
