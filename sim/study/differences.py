"""What differs between two scenarios: their inputs, key by key, and the resources that they use.

Compared is what a simulated number can depend on, with every default filled in, so that it does not matter how a
planner wrote it down. It knows the kinds of parameters and nothing of results.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.campaign.laws import arrival_profile
from sim.draws import make_key
from sim.model.parameters import CAMPAIGN_LISTS, FAIR_ONLY, LISTS, Parameter, parameters
from sim.model.people import pseudonym
from sim.model.resources import resources as planned_resources
from sim.model.scenario import Fair, Group, Scenario
from sim.model.values import Duration, Settings, Value, clock_text, plain, window_text
from sim.population import Roster
from sim.study.timeline import capacity_minutes

# What a scenario is called and why, what was reported, how often it is run; tables are compared by their rows.
WITHOUT_EFFECT = ("schema_version", "name", "why", "author", "run.", "reported.", "tables.")
# So many rows of a table are named one by one; beyond that they are counted.
MOST_ROWS = 20
# The split of totals over fairs is drawn. What depends on it is averaged over so many replications, and a difference
# below this share is luck.
DRAWS_OF_SPLIT = 20
LUCK_SHARE = 0.001
MINUTES_PER_HOUR = 60.0

Plain = str | int | float | dict[str, object] | None
"""A value as a planner writes it; an entry of a list as its values by key; None where it is not there."""
Values = dict[str, Plain]


@dataclass(frozen=True)
class Change:
    """One thing that differs from the base."""

    key: str
    old: Plain
    new: Plain


def input_changes(base: Scenario, other: Scenario) -> tuple[Change, ...]:
    """Every input that differs: of the whole scenario; of fairs, groups and occupations by their ids; of rows."""
    general = [one for one in parameters("scenario") if not one.key.startswith(WITHOUT_EFFECT)]
    changes = list(_between("", _values(general, base.settings), _values(general, other.settings)))
    changes += _fair_changes(base, other)
    changes += _entry_changes("groups", *({one.id: _group(one) for one in each.groups} for each in (base, other)))
    for name in ("occupations", *CAMPAIGN_LISTS):
        level = parameters(LISTS[name])
        changes += _entry_changes(
            name, *({one.id: _values(level, one.settings) for one in getattr(each, name)} for each in (base, other))
        )
    for name in ("firms", "posts", "seekers"):
        changes += _row_changes(name, getattr(base, name), getattr(other, name))
    return tuple(changes)


def resource_changes(base: Scenario, other: Scenario, seed: int) -> tuple[Change, ...]:
    """Resources of which the two plans do not use the same amount; of campaigns, as they are planned."""
    if base.is_campaign or other.is_campaign:
        before, after = planned_resources(base), planned_resources(other)
    else:
        before, after = resources(base, seed), resources(other, seed)
    return tuple(
        Change(name, _rounded(before[name]), _rounded(after[name]))
        for name in before
        if abs(after[name] - before[name]) > LUCK_SHARE * max(before[name], after[name])
    )


def resources(scenario: Scenario, seed: int) -> dict[str, float]:
    """What a plan uses: firms, posts, seekers who set out, hours of recruiters at booths, hours of open venues.

    Hours are as planned, before anyone is late or stays away.
    """
    roster = Roster(scenario)
    counts = [roster.counts(make_key(seed, replication)) for replication in range(DRAWS_OF_SPLIT)]
    used = dict.fromkeys(("firms", "posts", "seekers", "recruiter hours", "venue hours"), 0.0)
    for number, fair in enumerate(scenario.fairs):
        mean = {what: float(np.mean([one[number][what] for one in counts])) for what in counts[0][number]}
        rows = [scenario.firms[row] for row in roster.firm_rows[fair.id]]
        used["firms"] += mean["firms"]
        used["posts"] += mean["posts"]
        is_poisson = fair.settings.text("arrivals.pattern") == "poisson"
        used["seekers"] += arrival_profile(fair.settings)[2] if is_poisson else mean["seekers"]
        used["recruiter hours"] += _recruiter_minutes(fair, rows, mean["firms"]) / MINUTES_PER_HOUR
        used["venue hours"] += (fair.settings.clock("close") - fair.settings.clock("open")) / MINUTES_PER_HOUR
    return used


def _recruiter_minutes(fair: Fair, rows: Sequence[Settings], firms: float) -> float:
    """Minutes of recruiters at all booths between opening and close; the firm's own plan goes before the fair's."""
    settings = fair.settings
    window = settings.clock("open"), settings.clock("close")

    def planned(shifts: tuple[tuple[float, int], ...]) -> float:
        times, recruiters = np.array(shifts).T
        return capacity_minutes(times, recruiters, window)

    usual = settings.shifts("booth.shifts")
    of_firm = planned(usual) if usual else settings.number("booth.recruiters") * (window[1] - window[0])
    if not rows:
        return firms * of_firm
    total = 0.0
    for row in rows:
        shifts, own = row.shifts("shifts"), row.optional_integer("recruiters")
        if shifts:
            total += planned(shifts)
        else:
            total += of_firm if own is None else own * (window[1] - window[0])
    return total


def _fair_changes(base: Scenario, other: Scenario) -> Iterator[Change]:
    """What holds for all fairs on both sides is said once; the rest fair by fair; new and dropped fairs whole."""
    level = parameters("fair")
    sides = [{fair.id: _values(level, fair.settings) for fair in one.fairs} for one in (base, other)]
    before, after = sides
    said = set()
    for parameter in level:
        if parameter.key in FAIR_ONLY:
            continue
        old, new = ([fair[parameter.key] for fair in side.values()] for side in sides)
        if all(value == old[0] for value in old) and all(value == new[0] for value in new):
            said.add(parameter.key)
            if old[0] != new[0]:
                yield Change(parameter.key, old[0], new[0])
    usual = _values(level, base.defaults)
    for identity in dict.fromkeys([*before, *after]):
        name = f"fairs.{identity}"
        if identity in before and identity in after:
            kept = ({k: v for k, v in side[identity].items() if k not in said} for side in sides)
            yield from _between(f"{name}.", *kept)
        else:
            whole = [_unusual(side.get(identity), usual, said) for side in sides]
            yield Change(name, *whole)


def _unusual(fair: Values | None, usual: Values, said: set[str]) -> dict[str, object] | None:
    """A fair that only one side has: where and how large it is, and what sets it apart from the base's fairs."""
    if fair is None:
        return None
    return {
        key: value
        for key, value in fair.items()
        if value not in (None, "") and (key in FAIR_ONLY or (key not in said and value != usual.get(key)))
    }


def _entry_changes(name: str, before: Mapping[str, Values], after: Mapping[str, Values]) -> Iterator[Change]:
    for identity in dict.fromkeys([*before, *after]):
        old, new = before.get(identity), after.get(identity)
        if old is not None and new is not None:
            yield from _between(f"{name}.{identity}.", old, new)
        else:
            yield Change(f"{name}.{identity}", _given(old), _given(new))


def _row_changes(name: str, before: Sequence[Settings], after: Sequence[Settings]) -> Sequence[Change]:
    """Rows by what they are about; when many differ, only how many."""
    if before == after:
        return ()
    old, new = (_rows(name, side) for side in (before, after))
    differ = [identity for identity in dict.fromkeys([*old, *new]) if old.get(identity) != new.get(identity)]
    if len(differ) > MOST_ROWS:
        shared = sum(identity in old and identity in new for identity in differ)
        found = f"{len(after):,} rows: {len(new.keys() - old.keys()):,} new, {shared:,} changed"
        return (Change(name, f"{len(before):,} rows: {len(old.keys() - new.keys()):,} dropped", found),)
    level = parameters(LISTS[name])
    if name == "seekers":  # listed people are told by their pseudonyms
        level = tuple(one for one in level if one.key not in ("id", "name"))
    sides = ({one: _values(level, side[one]) for one in differ if one in side} for side in (old, new))
    return tuple(_entry_changes(name, *sides))


def _rows(name: str, rows: Sequence[Settings]) -> dict[str, Settings]:
    if name != "posts":
        ids = (row.text("id") for row in rows)
        return dict(zip(map(pseudonym, ids) if name == "seekers" else ids, rows, strict=True))
    found: dict[str, Settings] = {}
    for row in rows:  # a firm may list the same occupation more than once
        identity = f"{row.text('firm')}.{row.text('occupation')}"
        found[identity if identity not in found else f"{identity}.{len(found)}"] = row
    return found


def _between(prefix: str, before: Values, after: Values) -> Iterator[Change]:
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield Change(prefix + key, before.get(key), after.get(key))


def _group(group: Group) -> Values:
    own = [one for one in parameters("fair") if one.key in group.behaviour]
    return _values(parameters("group"), group.settings) | _values(own, group.behaviour)


def _given(values: Values | None) -> dict[str, object] | None:
    return None if values is None else {key: value for key, value in values.items() if value not in (None, "")}


def _values(level: Sequence[Parameter], settings: Settings) -> Values:
    return {one.key: _plain(one, settings[one.key]) for one in level if one.key in settings}


def _plain(parameter: Parameter, value: Value) -> Plain:
    """A value as a planner writes it in one line."""
    if parameter.type == "clock" and isinstance(value, int | float):
        return clock_text(value)
    if isinstance(value, tuple):
        return (" " if parameter.type == "shifts" else ", ").join(map(_item, value))
    if isinstance(value, Duration | datetime.date):
        return str(value)
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


def _item(one: object) -> str:
    """An item of a list: a shift, a window of the clock, a number, a name or a date."""
    if isinstance(one, tuple):
        return window_text(one) if isinstance(one[1], float) else f"{clock_text(one[0])}={one[1]}"
    return plain(one) if isinstance(one, float) else str(one)


def _rounded(amount: float) -> float:
    """Two decimals are enough for hours, and more than counts have but for a split that was drawn."""
    return round(amount, 2)
