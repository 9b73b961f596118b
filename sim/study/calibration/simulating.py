"""Simulating what was reported: scenarios with parameters put in, and what is counted in them.

A reported fair of which only the numbers are known becomes the one fair of a template. Counts come from the ledger; the
measures of `targets.UNITS` are defined here, once. Knows nothing of fitting.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.campaign.season import Played, Season
from sim.model.scenario import Fair, Scenario
from sim.model.values import Settings, Value
from sim.study.calibration.observed import ReportedFair

_MINUTES_PER_HOUR = 60.0
_BUSY_SHARE = 0.9  # a booth is busy that has more interviews than nine of ten
_LEAST = 0.5  # half a person: the logarithm of nobody


@dataclass(frozen=True)
class Sizes:
    """What is usual where a number was not reported: medians and spreads of logarithms over reported fairs."""

    seekers_per_firm: float
    seekers_per_firm_log_sd: float
    posts_per_firm: float
    posts_per_firm_log_sd: float


def usual_sizes(rows: Sequence[ReportedFair]) -> Sizes:
    """The usual sizes in some reported fairs."""
    per_firm = np.log([row.seekers / row.firms for row in rows if row.firms])
    posts = np.log([row.posts / row.firms for row in rows if row.firms and row.posts])
    spreads = [float(np.std(one, ddof=1)) if one.size > 1 else 0.5 for one in (per_firm, posts)]
    middles = [float(np.exp(np.median(one))) if one.size else 20.0 for one in (per_firm, posts)]
    return Sizes(middles[0], spreads[0], middles[1], spreads[1])


def completed(row: ReportedFair, sizes: Sizes, normals: tuple[float, float] = (0.0, 0.0)) -> tuple[int, int, int]:
    """Firms, posts and seekers of a row; what was not reported is the usual number, moved by a normal number."""
    firms = row.firms
    if firms is None:
        ratio = sizes.seekers_per_firm * math.exp(sizes.seekers_per_firm_log_sd * normals[0])
        firms = max(1, round(row.seekers / ratio))
    posts = row.posts
    if posts is None:
        posts = round(firms * sizes.posts_per_firm * math.exp(sizes.posts_per_firm_log_sd * normals[1]))
    return min(firms, 100_000), min(max(posts, firms), 10_000_000), row.seekers


def with_settings(scenario: Scenario, values: Mapping[str, Value]) -> Scenario:
    """The scenario with other values in every fair."""
    fairs = tuple(Fair(fair.id, Settings({**fair.settings, **values})) for fair in scenario.fairs)
    return replace(scenario, fairs=fairs)


def as_scenario(
    template: Scenario, row: ReportedFair, counts: tuple[int, int, int], values: Mapping[str, Value]
) -> Scenario:
    """A reported fair as a scenario: the template's fair with the row's numbers and hours.

    Arrivals keep their shape over other opening hours: the profile is stretched with them.
    """
    own: dict[str, Value] = dict(zip(("firms", "posts", "seekers"), counts, strict=True))
    if row.open is not None and row.close is not None:
        usual = template.fairs[0].settings
        ratio = (row.close - row.open) / (usual.clock("close") - usual.clock("open"))
        before = (usual.clock("open") - usual.clock("arrivals.start")) * ratio
        own |= {
            "open": row.open,
            "close": row.close,
            "arrivals.start": max(row.open - before, 0.0),
            "arrivals.step_minutes": usual.number("arrivals.step_minutes") * ratio,
        }
    return with_settings(template, {**values, **own})


def play(scenario: Scenario, seed: int, replication: int) -> dict[str, float]:
    """One replication of a scenario, counted."""
    return observe(Season(scenario).play(seed, replication))


def observe(fairs: Sequence[Played]) -> dict[str, float]:
    """The measures of `targets.UNITS` over some fairs of one replication."""
    seekers = interviewed = intents = interviews = 0
    booths: list[np.ndarray] = []
    rates: list[np.ndarray] = []
    for played in fairs:
        visits, stays = played.ledger
        seekers += visits.size
        interviewed += int(np.count_nonzero(visits["interviews"] > 0))
        intents += int(np.count_nonzero(visits["intent_booth"] >= 0))
        interviews += int(visits["interviews"].sum())
        talks = stays["booth"][~np.isnan(stays["started"])]
        counts = np.bincount(talks, minlength=played.day.booths.size)
        hours = float(played.day.hall[0]["close"] - played.day.hall[0]["open"]) / _MINUTES_PER_HOUR
        booths.append(counts)
        rates.append(counts / hours)
    by_booth, by_hour = np.concatenate(booths), np.concatenate(rates)
    people = max(seekers, 1)
    return {
        "intents": float(intents),
        "intents_per_seeker": intents / people,
        "interviewed_per_seeker": interviewed / people,
        "intents_per_interviewed": intents / max(interviewed, 1),
        "interviews_per_seeker": interviews / people,
        "busy_booth_per_hour": float(np.quantile(by_hour, _BUSY_SHARE)),
        "busiest_over_mean": float(by_booth.max() / max(by_booth.mean(), 1e-9)),
        "booth_mean_per_hour": float(by_hour.mean()),
    }


def log_of(measure: str, seen: Mapping[str, float]) -> float:
    """Logarithm of a measure; where nobody is counted, of half a person."""
    value = seen[measure]
    if measure == "intents":
        return math.log(value + _LEAST)
    people = seen["intents"] / seen["intents_per_seeker"] if seen["intents"] else 1e4
    return math.log(max(value, _LEAST / people))
