"""What in the results of a run a practitioner would not believe, or would ask about.

From a sample and its scenario, or from a comparison, it gives alarms: waits longer than the fair, recruiters busy all
day, more intents than posts, nobody came, fewer than were imposed, a parameter outside its prior, an interval too wide
for a verdict. The same alarm at several places is one, named at the worst of them. It must not know how results are
shown.

`python -m sim.study.alarms calibration/priors.toml > sim/study/prior_ranges.csv` writes the ranges of the priors again.
"""

from __future__ import annotations

import csv
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from sim.language import N_
from sim.model.alarms import Alarm
from sim.model.scenario import Fair, Scenario
from sim.model.values import Duration
from sim.study.compare import CANNOT_TELL, Alternative, Comparison, Contender
from sim.study.replicate import Sample

BUSY = 0.97
# Half an interval, as a share of the base's mean, from which "cannot tell" says nothing.
TELLING = 0.05
# Share of an imposed attendance below which it is not met.
_MET = 0.99
RANGES = Path(__file__).with_name("prior_ranges.csv")
_MOST_REPLICATIONS = 1_000_000
_NORMAL_999 = 3.2905267314919255  # 99.9 % of a normal distribution lie within so many standard deviations


def alarms(sample: Sample, scenario: Scenario) -> tuple[Alarm, ...]:
    """Everything implausible about one run, the parameters last."""
    return _together([*_of_results(sample, scenario), *_of_parameters(scenario)])


def case_alarms(sample: Sample, scenarios: Sequence[Scenario]) -> tuple[Alarm, ...]:
    """Everything implausible in the results of cases; what they vary is varied on purpose."""
    found: list[Alarm] = []
    for number, (values, scenario) in enumerate(zip(sample.by_draw(), scenarios, strict=True), 1):
        part = Sample(sample.scenario, sample.keys, np.arange(len(values)), values)
        found += [one.at(f"case {number}") for one in _of_results(part, scenario)]
    return _together(found)


def comparison_alarms(comparison: Comparison, contenders: Iterable[Contender]) -> tuple[Alarm, ...]:
    """What is implausible in each plan, then the verdicts that the intervals are too wide for."""
    plans = [one.at(plan.label) for plan in contenders for one in alarms(plan.sample, plan.scenario)]
    return (*plans, *(one for other in comparison.alternatives for one in _too_wide(other)))


# Results ------------------------------------------------------------------------------------------


def _of_results(sample: Sample, scenario: Scenario) -> Iterator[Alarm]:
    """What comes out of each fair; of the season if it has only one."""
    means: dict[str, dict[str, float]] = {}
    for key, mean in zip(sample.keys, _means(sample.values), strict=True):
        if not (key.booth or key.hour or key.group or key.district):
            means.setdefault(key.fair, {})[key.measure] = mean
    for fair in scenario.fairs:
        of_fair = means.get("" if len(scenario.fairs) == 1 else fair.id, {})
        yield from _of_fair(fair, of_fair)
        if scenario.is_campaign:
            yield from _of_attendance(fair, of_fair)


def _of_fair(fair: Fair, means: Mapping[str, float]) -> Iterator[Alarm]:
    place = f"fairs.{fair.id}"
    open_minutes = fair.settings.clock("close") - fair.settings.clock("open")
    waits = (("wait_minutes_p90", "nine of ten waits are up to"), ("outside_minutes_mean", "the mean wait outside is"))
    for measure, words in waits:
        wait = means.get(measure, math.nan)
        if wait > open_minutes:
            found = f"{words} {wait:,.0f} minutes, and the fair is open for {open_minutes:,.0f}"
            remedy = "check the units of durations, recruiters and gate lanes"
            yield Alarm("wait-over-fair", place, measure, wait, open_minutes, found, remedy)
    share = means.get("utilisation", math.nan)
    if share > BUSY:
        found = f"recruiters are in interviews {share:.1%} of their time"
        remedy = "add recruiters or hours, or check how many seekers come to how few firms"
        yield Alarm("recruiters-always-busy", place, "utilisation", share, BUSY, found, remedy)
    ratio = means.get("intents_per_post", math.nan)
    if ratio > 1.0:
        found = f"{ratio:.2f} intents come out per post"
        remedy = "check the number of posts and match.intents_per_post"
        yield Alarm("intents-over-posts", place, "intents_per_post", ratio, 1.0, found, remedy)
    if means.get("entered") == 0.0:
        remedy = "check the number of seekers, arrivals, gate and hours"
        yield Alarm("nobody-came", place, "entered", 0.0, 0.0, "nobody got in, in any replication", remedy)


def _of_attendance(fair: Fair, means: Mapping[str, float]) -> Iterator[Alarm]:
    """More people imposed on a fair of a campaign than are free and know of it; not where some have appointments."""
    wanted = fair.settings.optional_integer("seekers")
    came = means.get("seekers", math.nan)
    if wanted is not None and came < _MET * wanted and fair.settings.number("appointments.share") == 0.0:
        found = f"{came:,.0f} people come, and {wanted:,.0f} were to come: no more are free and know of the fair"
        remedy = "check the number of seekers of the fair, pool.seekers and the outreach"
        yield Alarm("attendance-not-met", f"fairs.{fair.id}", "seekers", came, float(wanted), found, remedy)


def _means(values: np.ndarray) -> list[float]:
    """Means of what was observed; NaN where nothing was."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without any value has no mean
        return list(map(float, np.nanmean(values, axis=0)))


# Parameters ---------------------------------------------------------------------------------------


def _of_parameters(scenario: Scenario) -> Iterator[Alarm]:
    """Values outside their priors: what all fairs share once, then what single fairs and groups have."""
    for key, (low, high) in prior_ranges().items():
        shared = scenario.defaults.get(key)
        yield from _outside("", key, shared, low, high)
        for fair in scenario.fairs:
            if fair.settings.get(key) != shared:
                yield from _outside(f"fairs.{fair.id}", key, fair.settings.get(key), low, high)
        for group in scenario.groups:
            if key in group.behaviour:
                yield from _outside(f"groups.{group.id}", key, group.behaviour[key], low, high)


def _outside(place: str, key: str, value: object, low: float, high: float) -> Iterator[Alarm]:
    number = value.mean if isinstance(value, Duration) else value
    if not isinstance(number, int | float) or low <= number <= high:
        return
    what = "its mean" if isinstance(value, Duration) else N_("it")
    found = f"{what} is {number:g}, where {low:g} to {high:g} is believed possible"
    remedy = "check value and unit, or give its source"
    yield Alarm("outside-prior", place, key, float(number), low if number < low else high, found, remedy)


@cache
def prior_ranges() -> Mapping[str, tuple[float, float]]:
    """The middle 99.9 % of each prior, by the key of its parameter."""
    with RANGES.open(encoding="utf-8", newline="") as stream:
        return {row["key"]: (float(row["low"]), float(row["high"])) for row in csv.DictReader(stream)}


def prior_ranges_csv(path: Path) -> str:
    """The same, made from a file of priors, as the text of the table."""
    from sim.study.calibration.priors import read_priors

    ends = (-_NORMAL_999, _NORMAL_999)
    rows = [(one.key, *(f"{one.value(z):.6g}" for z in ends)) for one in read_priors(path).behaviour]
    return "".join(f"{','.join(row)}\n" for row in [("key", "low", "high"), *rows])


# Comparisons --------------------------------------------------------------------------------------


def _too_wide(other: Alternative) -> Iterator[Alarm]:
    """The headline measures without a verdict that even a difference of 5 % would not have had, as one alarm."""
    wide = {
        row.name: (row.high - row.low) / 2 / row.base
        for row in other.headline
        if row.verdict == CANNOT_TELL and row.base > 0 and (row.high - row.low) / 2 > TELLING * row.base
    }
    if not wide:
        return
    worst = max(wide, key=lambda name: wide[name])
    needed = math.ceil(other.replications * (wide[worst] / TELLING) ** 2)
    named = ", ".join(f"{name} ±{100 * share:.1f} %" for name, share in wide.items())
    found = f"intervals too wide to tell a difference of {100 * TELLING:g} % of the base: {named}"
    remedy = f"take more replications: about -n {_rounded_up(needed)}"
    if needed > _MOST_REPLICATIONS:
        remedy = "chance is too large to tell so little here; ask for larger differences"
    yield Alarm("interval-too-wide", other.label, worst, wide[worst], TELLING, found, remedy)


def _rounded_up(count: int) -> int:
    """A number of replications with two digits that count."""
    step = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // step) * step


# Several places -----------------------------------------------------------------------------------


def _together(found: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """One alarm for what is found at several places, told of the one furthest beyond its limit."""
    alike: dict[tuple[str, str], list[Alarm]] = {}
    for one in found:
        alike.setdefault((one.slug, one.measure), []).append(one)
    return tuple(_told(group) for group in alike.values())


def _told(group: Sequence[Alarm]) -> Alarm:
    worst = max(group, key=_beyond)
    more = f" (and so at {len(group) - 1:,} more)" if len(group) > 1 else ""
    return replace(worst, found=worst.found + more)


def _beyond(one: Alarm) -> float:
    return abs(one.value - one.limit)


if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(prior_ranges_csv(Path(sys.argv[1])))
