"""On what the numbers of a page rest: the assumptions and sources of a scenario, and the run as its manifest has it.

Every parameter that was used with a value for which nobody could name a source is an assumption, whether the value is
the program's or the planner's. Knows no number that came out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.model.errors import Refusal
from sim.model.parameters import LISTS, Parameter, vocabulary
from sim.model.parse import default_value, read_value
from sim.model.scenario import ROW_KINDS, Scenario
from sim.report.page.data import Method, Setting, Source

ASSUMPTION = "assumption"
NOT_CITED = ""  # the planner's own value, without a source
# Sources in the table of parameters that name nobody.
NO_SOURCE = ("definition", "scenario", "no ")
OF_RUNS = "run."  # claims nothing of the world
# What a scenario without a lasting population does not use, as long as it says nothing of it.
OF_CAMPAIGNS = ("season.", "pool.", "stock.", "calendar.", "limits.", "attendance.", "staff.", "costs.")


def method_of(scenario: Scenario, manifest: Mapping[str, Any]) -> Method:
    """How the numbers of a scenario came about."""
    used = tuple(_settings(scenario))
    return Method(
        manifest=manifest,
        why=scenario.settings.text("why"),
        rule=scenario.defaults.text("choice.rule"),
        at_close=scenario.defaults.text("closing.at_close"),
        assumptions=tuple(one for one in used if _is_assumed(one)),
        sources=_sources(used, scenario.sources),
    )


def _settings(scenario: Scenario) -> Iterator[Setting]:
    """Every value that was used, in the order of the resolved scenario; rows of people and firms apart."""
    document = scenario.resolved()
    for setting in _of_place(document, "", ""):
        is_unused = setting.key.startswith(OF_CAMPAIGNS) and setting.is_default and not scenario.is_campaign
        if not (is_unused or setting.key.startswith(OF_RUNS)):
            yield setting
    for name in LISTS:
        entries = document.get(name, ())
        if name not in ROW_KINDS and isinstance(entries, Sequence):
            for entry in entries:
                yield from _of_place(entry, name, f"{name}.{entry['id']}.")


def _of_place(table: Mapping[str, Any], place: str, prefix: str) -> Iterator[Setting]:
    """The values of one table, by the keys that may stand there."""
    for key, parameter in vocabulary(place).keys.items():
        section, dot, name = key.rpartition(".")
        inner = table.get(section, {}) if dot else table
        if name in inner:
            yield _setting(parameter, inner[name], f"{prefix}{key}")


def _setting(parameter: Parameter, written: Any, key: str) -> Setting:
    """A value with its source: the one that is cited, else that of the default, else none."""
    is_cited = isinstance(written, Mapping) and "value" in written
    value = written["value"] if is_cited else written
    is_default = _is_default(parameter, value)
    given = parameter.source if is_default or parameter.source.startswith(NO_SOURCE) else NOT_CITED
    source = str(written["source"]) if is_cited else given
    return Setting(key, value_text(value), parameter.unit, parameter.meaning, source, is_default)


def _is_default(parameter: Parameter, value: object) -> bool:
    try:
        return read_value(parameter, value) == default_value(parameter)
    except Refusal:
        return False


def value_text(value: object) -> str:
    """A value as a planner writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return " ".join(map(str, value.values()))
    if isinstance(value, list):
        return ", ".join(map(value_text, value))
    return str(value)


def _is_assumed(one: Setting) -> bool:
    return one.value != "" and (ASSUMPTION in one.source or one.source == NOT_CITED)


def _sources(used: Sequence[Setting], cited: Mapping[str, str]) -> tuple[Source, ...]:
    """What is cited, each with the keys that rest on it."""
    found: dict[str, list[str]] = {}
    # In the order of the scenario; rows of people and firms come last.
    place = {one.key: number for number, one in enumerate(used)}
    for key in sorted(cited, key=lambda key: (place.get(key, len(used)), key)):
        if ASSUMPTION not in cited[key]:
            found.setdefault(cited[key], []).append(key)
    for one in used:
        is_named = one.is_default and one.value and not one.source.startswith(NO_SOURCE) and not _is_assumed(one)
        if is_named and one.key not in cited:
            found.setdefault(one.source, []).append(one.key)
    return tuple(Source(text, tuple(keys)) for text, keys in found.items())
