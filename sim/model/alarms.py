"""Alarms: what a run finds implausible in its own results, said to a planner.

An alarm is no error: the run is whole, but something in it would make a practitioner ask. It names the place, the
measure or parameter, what was found and what to do, and carries a slug under which `docs/messages.md` explains it.
This module says what alarms there are; it must not know how they are found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from sim.language import ENGLISH, N_, _, language, spoken
from sim.model.whereabouts import spoken_place

ALARM = N_("alarm: ")
# In Chinese what looks like this is a name.
NAME = re.compile(r"\b[a-z][a-z0-9_]+\b", re.ASCII)


@dataclass(frozen=True)
class Alarm:
    """One implausible thing: where, which measure or parameter, its value, what was found, what to do."""

    slug: str
    place: str  # a fair, a plan, a case; empty: the whole season
    measure: str  # or the key of a parameter
    value: float
    limit: float  # beyond which `value` raises the alarm
    found: str
    remedy: str

    def __str__(self) -> str:
        head = "".join(f"{part}: " for part in (self.place, self.measure) if part)
        return f"{head}{self.found}; {self.remedy} [{self.slug}]"

    def at(self, place: str) -> Alarm:
        """The alarm at a place inside another, such as a fair of one of several plans."""
        return replace(self, place=": ".join(part for part in (place, self.place) if part))


def spoken_alarm(alarm: Mapping[str, object], label: Callable[[str], str] = str) -> str:
    """The line of an alarm, as JSON has it, in the language that is spoken; `label` says what a measure is called."""
    if language() == ENGLISH:
        return f"{ALARM}{alarm['text']}"
    parts = (spoken_place(str(alarm["place"])), label(str(alarm["measure"])))
    head = "".join(_("{part}: ").format(part=part) for part in parts if part)
    found = NAME.sub(lambda one: label(one[0]), spoken(str(alarm["found"])))
    remedy = _("; {remedy}").format(remedy=spoken(str(alarm["remedy"])))
    return f"{_(ALARM)}{head}{found}{remedy} [{alarm['slug']}]"


def as_json(alarms: Iterable[Alarm]) -> list[dict[str, object]]:
    """Alarms as JSON values, each with its whole line as `text`."""
    return [{**asdict(one), "text": str(one)} for one in alarms]


ALARMS: dict[str, str] = {
    "wait-over-fair": (
        "People wait longer than the fair is open: nine of ten waits at the booths, or the mean wait outside, exceed "
        "the time from opening to closing. Usually a duration is in the wrong unit, or there are far too few "
        "recruiters or gate lanes. Check `interview.minutes`, `booth.recruiters`, `gate.lanes`, `gate.minutes` and "
        "`closing.at_close`."
    ),
    "recruiters-always-busy": (
        "The recruiters are in interviews more than 97 % of their time from opening to end. Real recruiters are not: "
        "they pause, and somebody must come to the booth. So the results depend wholly on capacity. Add recruiters or "
        "hours, or check whether so many seekers come to so few firms."
    ),
    "intents-over-posts": (
        "More intents come out than posts are offered. Three real fairs reported that, because not every intent "
        "becomes a contract; so it is possible, but the posts no longer limit anything much. Check "
        "`match.intents_per_post` and whether the number of posts is that of posts, not of kinds of posts."
    ),
    "nobody-came": (
        "In no replication did anybody get through the gate of this fair. Check its number of seekers, "
        "`arrivals`, `gate.lanes`, the limit of the hall and the hours."
    ),
    "attendance-not-met": (
        "A fair of a campaign says how many people come (`seekers`), and fewer do: not so many are free, search for "
        "work and know of it. So the fair is smaller than was reported or wanted. Check `seekers` of the fair, "
        "`pool.seekers`, the outreach, and whether another fair takes the same people on the same day."
    ),
    "outside-prior": (
        "A parameter lies outside the middle 99.9 % of what is believed of it before looking at reported figures "
        "(`calibration/priors.toml`, with a source for each). For a duration its mean counts. Check value and unit; "
        "if it is meant, say why in its `source`."
    ),
    "interval-too-wide": (
        "The comparison cannot tell which plan is better by some measures, and could not have seen even a difference "
        "of 5 % of the base. Saying that there is no difference would be wrong: take more replications. The number "
        "that is named would narrow each interval to 5 % of the base on both sides."
    ),
}
