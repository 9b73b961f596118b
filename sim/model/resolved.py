"""A scenario written out again, defaults included, as a document that loads to the same scenario.

The other direction of `load_scenario`. Knows the types of parameters, nothing of what they mean.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.model.parameters import CAMPAIGN_LISTS, CAMPAIGN_SECTIONS, FAIR_ONLY, Parameter, parameters, vocabulary
from sim.model.policies import BY_DEMAND, POLICY
from sim.model.values import Duration, Settings, Value, clock_text, window_text

if TYPE_CHECKING:
    from sim.model.scenario import Entry, Group, Scenario

Table = dict[str, object]


def resolved_document(scenario: Scenario) -> Table:
    """The scenario as tables, lists and plain values that TOML can hold."""
    cited = scenario.sources
    document: Table = {}
    general = [
        one for one in parameters("scenario") if scenario.is_campaign or not one.key.startswith(CAMPAIGN_SECTIONS)
    ]
    _write(document, general, scenario.settings, "", cited)
    shared = [parameter for parameter in parameters("fair") if parameter.key not in FAIR_ONLY]
    _write(document, shared, scenario.defaults, "", cited)
    fairs = (fair for fair in scenario.fairs if scenario.said.get(fair.id, fair.id))
    document["fairs"] = [_fair(fair.id, fair.settings, scenario) for fair in fairs]
    document["groups"] = [_group(group, cited) for group in scenario.groups]
    for name in ("occupations", *CAMPAIGN_LISTS):
        entries: tuple[Entry, ...] = getattr(scenario, name)
        if entries or name == "occupations":
            document[name] = [_table(name, one.id, one.settings, cited) for one in entries]
    for kind, rows in (("firms", scenario.firms), ("posts", scenario.posts), ("seekers", scenario.seekers)):
        if rows and kind not in scenario.listed_apart:
            identities = (str(row.get("id", number)) for number, row in enumerate(rows, start=1))
            document[kind] = [_table(kind, one, row, cited) for one, row in zip(identities, rows, strict=True)]
    return document


def explicit_document(scenario: Scenario) -> Table:
    """The scenario with the fairs of its policy listed one by one, which gives the same results.

    Where a policy chooses venues on the day it stays, for no list can say that.
    """
    if scenario.settings.text(POLICY) == BY_DEMAND:
        return resolved_document(scenario)
    document = resolved_document(replace(scenario, said={}))
    document.pop("calendar", None)
    return document


def _fair(identity: str, settings: Settings, scenario: Scenario) -> Table:
    """A fair with what is its own: the rest is in the defaults at the top, or made by the policy when it is loaded."""
    said = scenario.said.get(identity)
    prefix = f"fairs.{identity}."
    if said is not None:
        own = [one for one in parameters("fair") if one.key in ("id", *said)]
    else:
        own = [
            one
            for one in parameters("fair")
            if one.key in FAIR_ONLY
            or settings[one.key] != scenario.defaults[one.key]
            or prefix + one.key in scenario.sources
        ]
    table: Table = {}
    _write(table, own, settings, prefix, scenario.sources)
    return table


def _group(group: Group, cited: Mapping[str, str]) -> Table:
    table = _table("groups", group.id, group.settings, cited, parameters("group"))
    behaviour = [parameter for parameter in parameters("fair") if parameter.key in group.behaviour]
    _write(table, behaviour, group.behaviour, f"groups.{group.id}.", cited)
    return table


def _table(
    name: str,
    identity: str,
    settings: Settings,
    cited: Mapping[str, str],
    level: Iterable[Parameter] | None = None,
) -> Table:
    table: Table = {}
    level = vocabulary(name).keys.values() if level is None else level
    _write(table, level, settings, f"{name}.{identity}.", cited)
    return table


def _write(table: Table, level: Iterable[Parameter], settings: Settings, prefix: str, cited: Mapping[str, str]) -> None:
    """Write the values of one level into nested tables; what was not given stays out."""
    for parameter in level:
        value = settings[parameter.key]
        if value is None or value == "":
            continue
        written = _written(parameter, value)
        source = cited.get(prefix + parameter.key)
        section, dot, name = parameter.key.rpartition(".")
        inner = table.setdefault(section, {}) if dot else table
        assert isinstance(inner, dict)
        inner[name] = {"value": written, "source": source} if source else written


def _written(parameter: Parameter, value: Value) -> object:
    if parameter.type == "clock" and isinstance(value, float):
        return clock_text(value)
    if isinstance(value, Duration):
        return str(value)
    if isinstance(value, tuple):
        return [_listed(item) for item in value]
    if isinstance(value, float):
        return _shortest(value)
    assert isinstance(value, str | int | datetime.date)
    return value


def _listed(item: str | datetime.date | float | tuple[float, int] | tuple[float, float]) -> object:
    """One item of a list: a name, date or number, a shift (whole number of recruiters) or a window of the clock."""
    if isinstance(item, str | datetime.date):
        return item
    if not isinstance(item, tuple):
        return _shortest(item)
    first, second = item
    if isinstance(second, float):
        return window_text((first, second))
    return {"from": clock_text(first), "recruiters": second}


def _shortest(number: float) -> int | float:
    """A number without a needless fraction: 5 for 5.0."""
    return int(number) if number == int(number) and abs(number) < 1e15 else number
