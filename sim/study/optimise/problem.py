"""What a planner leaves to the search: which decisions are open, within which limits, for which objectives.

A problem is a TOML file that names a scenario, a campaign whose unpublished fairs may be replaced. It gives a Problem
with every choice listed, or all findings of the file at once. It must not know how plans are searched for, built or
simulated.
"""

from __future__ import annotations

import datetime
import functools
import os
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sim.model.errors import Finding, InputError, Refusal, did_you_mean, in_order, quoted, shown
from sim.model.files import decoded, read_bytes
from sim.model.positions import Origin, Source
from sim.model.scenario import Fair, Scenario, load_scenario
from sim.model.values import clock_text
from sim.study.optimise.choices import THEME_LISTS, Theme, dates_of, hours_of, theme_of, whole_numbers

Day = datetime.date
Hours = tuple[float, float]
MOST_FAIRS = 2000
MOST_EVALUATIONS = 1_000_000
# Limits of the scenario, which its loader checks, and those that only the search knows; all are upper limits.
OF_SCENARIO = ("budget", "staff_per_day", "fairs_per_day")
OF_SUMS = ("booth_days", "fair_hours", "staff_hours", "recruiter_hours")
SECTIONS = {
    "": ("name", "why", "scenario", "set", "decisions", "limits", "objectives", "search"),
    "decisions": ("fairs", "dates", "venues", "firms", "hours", "themes", "recruiters", "outreach"),
    "limits": (*OF_SCENARIO, *OF_SUMS),
    "search": ("evaluations", "replications", "finalists", "final_replications", "pcs", "seed", "final_seed"),
}


@dataclass(frozen=True)
class Spot:
    """Where a fair may be held: a venue of the scenario, or a district if it lists no venues."""

    venue: str
    district: str
    booths: int | None  # most that fit
    cost: float  # yuan, for one fair


@dataclass(frozen=True)
class Decisions:
    """Every choice that is open, in order."""

    fairs: tuple[int, ...]  # how many, published ones included
    days: tuple[Day, ...]
    spots: tuple[Spot, ...]
    firms: tuple[int, ...]
    hours: tuple[Hours, ...]
    themes: tuple[Theme, ...]
    recruiters: tuple[int, ...]  # empty: as the scenario says
    outreach: tuple[str, ...]  # what may be left out


@dataclass(frozen=True)
class Objective:
    """A measure that is to be as high or as low as possible; `zone` is the smallest difference that matters."""

    measure: str
    better: str
    zone: float | None

    @property
    def sign(self) -> float:
        """By which a value is multiplied so that less is better."""
        return 1.0 if self.better == "lower" else -1.0


@dataclass(frozen=True)
class Search:
    """How much work the search may do."""

    evaluations: int = 200  # plans
    replications: int = 2  # of each plan at first
    finalists: int = 5
    final_replications: int = 20
    pcs: float = 0.95
    seed: int = 1
    final_seed: int = 0


@dataclass(frozen=True)
class Problem:
    """What is open, what binds it, what is wanted, and the scenario that it is about."""

    name: str
    why: str
    base: Scenario
    decisions: Decisions
    limits: Mapping[str, float]
    objectives: tuple[Objective, ...]
    search: Search
    source: Source = field(compare=False)
    content: Mapping[str, Any] = field(compare=False)

    @property
    def published(self) -> tuple[Fair, ...]:
        """The fairs that stay as they are."""
        return tuple(fair for fair in self.base.fairs if fair.settings.flag("published"))

    def document(self) -> dict[str, Any]:
        """Everything that the search depends on, the scenario written out, as TOML can hold it."""
        asked = {key: value for key, value in self.content.items() if key not in ("name", "why", "scenario", "set")}
        limits = {key: float(value) for key, value in self.limits.items()}
        return {"problem": {**asked, "limits": limits, "search": asdict(self.search)}, "scenario": self.base.resolved()}

    def finding(self, key: str, found: str, allowed: str, remedy: str, slug: str) -> Finding:
        """A finding about a key of the problem's file."""
        origin = Origin(self.source, tuple(key.split(".")))
        return Finding(origin.place, key, found, allowed, remedy, slug)


def load_problem(path: str | Path) -> Problem:
    """The problem in a file; raises InputError with all findings, those of its scenario included."""
    name = os.fspath(path)
    try:
        text = decoded(read_bytes(Path(path)))
        content = tomllib.loads(text)
    except Refusal as refusal:
        raise InputError([refusal.at(name, "")]) from refusal
    except (ValueError, RecursionError) as error:
        raise InputError([Finding(name, "", f"no TOML: {error}", "", "", "bad-toml")]) from error
    return _Reader(Path(name), Source(name, text), content).problem()


class _Reader:
    """Reads a problem key by key, and keeps every finding."""

    def __init__(self, path: Path, source: Source, content: dict[str, Any]) -> None:
        self.path, self.source, self.content = path, source, content
        self.findings: list[Finding] = []

    def problem(self) -> Problem:
        """The whole problem, or all findings."""
        self._check_keys()
        base = self._scenario()
        if base is None or not base.is_campaign:
            raise InputError(in_order(self.findings))
        decisions = self._decisions(base)
        limits = self._limits(base)
        objectives = self._objectives()
        search = self._search()
        if self.findings or decisions is None or search is None:
            raise InputError(in_order(self.findings))
        name = str(self.content.get("name", self.path.stem))
        why = str(self.content.get("why", ""))
        return Problem(name, why, base, decisions, limits, objectives, search, self.source, self.content)

    def refuse(self, key: str, found: str, allowed: str = "", remedy: str = "", slug: str = "bad-problem") -> None:
        """Keep a finding about a key."""
        origin = Origin(self.source, tuple(key.split(".")) if key else ())
        self.findings.append(Finding(origin.place, key, found, allowed, remedy, slug))

    def read(self, key: str, default: Any, reader: Callable[[Any], Any]) -> Any:
        """A value by its dotted key; what is wrong with it becomes a finding, and the default stands in."""
        section, _, last = key.rpartition(".")
        table = self.content.get(section, {}) if section else self.content
        if not isinstance(table, dict) or last not in table:
            return default
        try:
            return reader(table[last])
        except Refusal as refusal:
            origin = Origin(self.source, tuple(key.split(".")))
            self.findings.append(refusal.at(origin.place, key))
            return default

    def _check_keys(self) -> None:
        for section, known in SECTIONS.items():
            table = self.content.get(section, {}) if section else self.content
            if not isinstance(table, dict):
                self.refuse(section, f"{shown(table)} is no section", f"[{section}]")
                self.content = {**self.content, section: {}}
                continue
            for key in table:
                if key not in known:
                    full = f"{section}.{key}" if section else key
                    self.refuse(full, "unknown key", ", ".join(known), did_you_mean(key, known), "unknown-key")

    def _scenario(self) -> Scenario | None:
        named = self.content.get("scenario")
        if not isinstance(named, str) or not named:
            self.refuse("scenario", "is not given", "the file of a scenario", 'scenario = "../season.toml"')
            return None
        overrides = self.read("set", [], _texts)
        try:
            base = load_scenario(self.path.parent / named, overrides)
        except InputError as error:
            self.findings += error.findings
            return None
        if not base.is_campaign:
            remedy = "name a scenario with pool.seekers, season.start and season.end"
            self.refuse("scenario", f"{quoted(named)} is no campaign", "", remedy)
        return base

    # Decisions ------------------------------------------------------------------------------------

    def _decisions(self, base: Scenario) -> Decisions | None:
        before = len(self.findings)
        usual = base.defaults
        hours = (usual.clock("open"), usual.clock("close"))
        count = len(base.fairs)
        own = sorted({number for fair in base.fairs if (number := fair.settings.optional_integer("firms"))})
        average = (base.settings.optional_integer("totals.firms") or 0) // max(count, 1)
        firms = tuple(own) or ((average,) if average else ())
        decisions = Decisions(
            fairs=self.read("decisions.fairs", (count,), lambda raw: whole_numbers(raw, 1, MOST_FAIRS)),
            days=self.read("decisions.dates", dates_of({}, base), lambda raw: dates_of(raw, base)),
            spots=self.read("decisions.venues", _spots(base), lambda raw: _spots(base, _texts(raw))),
            firms=self.read("decisions.firms", firms, lambda raw: whole_numbers(raw, 1, 100_000)),
            hours=self.read("decisions.hours", (hours,), hours_of),
            themes=self.read("decisions.themes", (Theme(),), lambda raw: self._themes(raw, base)),
            recruiters=self.read("decisions.recruiters", (), lambda raw: whole_numbers(raw, 1, 1000)),
            outreach=self.read("decisions.outreach", (), lambda raw: self._known(raw, base, "outreach")),
        )
        if not decisions.firms and len(self.findings) == before:
            self.refuse("decisions.firms", "is not given, and the scenario has none", "", "list numbers of booths")
        if not decisions.days and len(self.findings) == before:
            self.refuse("decisions.dates", "no day is left", "", "allow other days", "limits-contradict")
        self._check_names(base)
        return decisions if len(self.findings) == before else None

    def _themes(self, raw: Any, base: Scenario) -> tuple[Theme, ...]:
        if not isinstance(raw, list) or not raw:
            raise Refusal(f"{shown(raw)} is no list of themes", "[{}, {groups = [...]}]", "", "bad-problem")
        themes = tuple(theme_of(one) for one in raw)
        for name in THEME_LISTS:
            for theme in themes:
                for one in getattr(theme, name):
                    _check_known(one, [entry.id for entry in getattr(base, name)], name)
        return themes

    def _known(self, raw: Any, base: Scenario, name: str) -> tuple[str, ...]:
        names = tuple(_texts(raw))
        for one in names:
            _check_known(one, [entry.id for entry in getattr(base, name)], name)
        return names

    def _check_names(self, base: Scenario) -> None:
        """Outreach for fairs that a plan may drop would tell of fairs that are not there."""
        published = {fair.id for fair in base.fairs if fair.settings.flag("published")}
        for outreach in base.outreach:
            dropped = [name for name in outreach.settings.names("fairs") if name not in published]
            if dropped:
                found = f"the outreach {quoted(outreach.id)} tells of {quoted(dropped[0])}, which a plan may drop"
                self.refuse("scenario", found, "", "publish the fair, or let the outreach tell of all fairs")

    # The rest -------------------------------------------------------------------------------------

    def _limits(self, base: Scenario) -> dict[str, float]:
        limits: dict[str, float] = {}
        for name in OF_SCENARIO:
            of_scenario = base.settings[f"limits.{name}"]
            if isinstance(of_scenario, int | float):
                limits[name] = float(of_scenario)
        for name in SECTIONS["limits"]:
            value = self.read(f"limits.{name}", None, _amount)
            if value is not None:
                limits[name] = value
        return limits

    def _objectives(self) -> tuple[Objective, ...]:
        from sim.study.measures import by_name

        known = {name: one.better for name, one in by_name().items() if one.better != "neither"}
        raw = self.content.get("objectives", [{"measure": "intents"}])
        if not isinstance(raw, list) or not raw or not all(isinstance(one, dict) for one in raw):
            self.refuse("objectives", f"{shown(raw)} is no list of objectives", "[[objectives]] with a measure")
            return ()
        found: list[Objective] = []
        for one in raw:
            name, zone = one.get("measure"), one.get("zone")
            if not isinstance(name, str) or name not in known:
                remedy = did_you_mean(str(name), known)
                self.refuse("objectives", f"{shown(name)} is no measure with a better direction", "", remedy)
            elif one.keys() - {"measure", "zone"}:
                odd = quoted(min(one.keys() - {"measure", "zone"}))
                self.refuse("objectives", f"unknown key {odd}", "measure, zone", "", "unknown-key")
            elif zone is not None and not (_is_number(zone) and zone > 0):
                self.refuse("objectives", f"{shown(zone)} is no smallest difference that matters", "a number above 0")
            elif name in [objective.measure for objective in found]:
                self.refuse("objectives", f"{name} is named twice", "each measure once")
            else:
                found.append(Objective(name, known[name], None if zone is None else float(zone)))
        return tuple(found)

    def _search(self) -> Search | None:
        usual = Search()
        before = len(self.findings)
        spans = {
            "evaluations": (4, MOST_EVALUATIONS),
            "replications": (1, 10_000),
            "finalists": (2, 100),
            "final_replications": (10, 100_000),
            "seed": (0, 2**63 - 2),
        }
        numbers: dict[str, Any] = {
            name: self.read(f"search.{name}", getattr(usual, name), functools.partial(_whole, least=low, most=high))
            for name, (low, high) in spans.items()
        }
        numbers["pcs"] = self.read("search.pcs", usual.pcs, _probability)
        fresh = int(numbers["seed"]) + 1
        numbers["final_seed"] = self.read("search.final_seed", fresh, lambda raw: _whole(raw, 0, 2**63 - 1))
        if numbers["final_seed"] == numbers["seed"]:
            self.refuse("search.final_seed", "is the seed of the search", "another seed", "leave it out")
        return Search(**numbers) if len(self.findings) == before else None


def _spots(base: Scenario, wanted: Sequence[str] | None = None) -> tuple[Spot, ...]:
    """The venues of a scenario by name; its districts if it lists none."""
    usual = base.defaults.number("costs.venue")
    if base.venues:
        all_spots = [
            Spot(one.id, one.settings.text("district"), one.settings.optional_integer("booths"), _cost(one, usual))
            for one in base.venues
        ]
    else:
        all_spots = [Spot("", one.id, None, usual) for one in base.districts]
    names = {spot.venue or spot.district: spot for spot in all_spots}
    if wanted is None:
        return tuple(all_spots)
    if not wanted:
        raise Refusal("an empty list", "names of venues", "", "bad-problem")
    for name in wanted:
        _check_known(name, list(names), "venues" if base.venues else "districts")
    return tuple(names[name] for name in dict.fromkeys(wanted))


def _cost(venue: Any, usual: float) -> float:
    own = venue.settings.optional_number("cost")
    return usual if own is None else float(own)


def _check_known(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        raise Refusal(f"there is no {quoted(name)} in {what}", "", did_you_mean(name, known), "unknown-id")


def _texts(raw: Any) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise Refusal(f"{shown(raw)} is no list of texts", "[...] of texts", "", "bad-problem")
    return raw


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) <= sys.float_info.max


def _amount(raw: Any) -> float:
    if not _is_number(raw) or raw < 0:
        raise Refusal(f"{shown(raw)} is no amount", "a number, 0 or more", "", "bad-problem")
    return float(raw)


def _whole(raw: Any, least: int, most: int) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= most:
        raise Refusal(f"{shown(raw)} is no whole number in range", f"{least} to {most}", "", "bad-problem")
    return raw


def _probability(raw: Any) -> float:
    if not _is_number(raw) or not 0.5 < raw < 1.0:
        raise Refusal(f"{shown(raw)} is no probability of selecting the best plan", "0.5 to 1", "", "bad-problem")
    return float(raw)


def hours_text(hours: Hours) -> str:
    """Hours as a planner writes them: 09:00-14:00."""
    return f"{clock_text(hours[0])}-{clock_text(hours[1])}"
