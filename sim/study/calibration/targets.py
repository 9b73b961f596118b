"""Targets: the reported figures to which the behaviour is fitted, with their counting rules and errors.

Reads a targets file with all it names (priors, the table of reported fairs, scenarios), refuses targets that mean
nothing or contradict each other with every finding at once, and decides by a hash of the row's id, before anything is
fitted, which reported fairs are held out. Simulates nothing.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sim.language import N_
from sim.model.errors import Finding, InputError, did_you_mean, quoted
from sim.model.scenario import Scenario, load_scenario
from sim.study.calibration.observed import INTENT, ReportedFair, read_reported
from sim.study.calibration.priors import Priors, read_priors
from sim.study.calibration.reading import Block, named, path_beside, read_toml

# What a target can be about, with its unit; `simulating.observe` says how each is counted.
UNITS = {
    "intents": "seekers",
    "intents_per_seeker": "share",
    "interviewed_per_seeker": "share",
    "intents_per_interviewed": "share",
    "interviews_per_seeker": "interviews per seeker",
    "busy_booth_per_hour": "interviews per hour",
    "busiest_over_mean": "ratio",
    "booth_mean_per_hour": "interviews per hour",
}
T = TypeVar("T")

_SAME = 1e-9
_KEYS = ("schema_version", "name", "why", "priors", "fair", "reported", "kinds", "targets")
_TARGET_KEYS = (
    "id", "scenario", "day", "measure", "unit", "value", "reported", "error", "counting", "outcome", "source", "use",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One figure: of a scenario (`value`), or the mean over reported fairs (`reported`, by id)."""

    id: str
    measure: str
    unit: str
    reported: Mapping[str, float]  # by id of the reported fair; "" for the scenario's own figure
    log_sd: float
    why: str
    counting: str
    outcome: str
    source: str
    is_fitted: bool
    scenario: Scenario | None
    day: str

    @property
    def log_value(self) -> float:
        """Mean logarithm of the reported figures."""
        return sum(math.log(value) for value in self.reported.values()) / len(self.reported)


@dataclass(frozen=True)
class Targets:
    """Everything that a fit starts from."""

    name: str
    why: str
    file: str
    priors: Priors
    template: Scenario  # a scenario with one fair, in which a reported fair's numbers are put
    rows: tuple[ReportedFair, ...]
    targets: tuple[Target, ...]
    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    excluded_flags: tuple[str, ...]
    excluded_wordings: tuple[str, ...]
    held_out_share: float
    always_fitted: tuple[str, ...]
    rounding_log_sd: float

    def kind(self, row: ReportedFair) -> str:
        """Kind of a reported fair by the words of its description; empty when it has none."""
        words = row.kind.lower()
        return next((name for name, some in self.kinds if any(one in words for one in some)), "") if words else ""

    def not_comparable(self, row: ReportedFair) -> str:
        """Why a row is neither fitted nor judged; empty if nothing speaks against it."""
        flags = [flag for flag in row.flags if flag in self.excluded_flags]
        if flags:
            return ", ".join(flags)
        if row.wording in self.excluded_wordings:
            return row.wording
        if row.fairs != 1:
            return N_("several fairs added up")
        if row.firms is None:
            return N_("firms not reported")
        return "" if row.signed else N_("no outcome reported")

    def is_held_out(self, row: ReportedFair) -> bool:
        """Whether a row is kept for judging the fit, by the hash of its id alone."""
        number = int.from_bytes(hashlib.sha256(row.id.encode()).digest()[:8], "big")
        return row.id not in self.always_fitted and number / 2**64 < self.held_out_share

    def fitted_rows(self) -> tuple[ReportedFair, ...]:
        """The reported fairs that the fit sees."""
        return tuple(row for row in self.rows if not self.not_comparable(row) and not self.is_held_out(row))

    def held_out_rows(self) -> tuple[ReportedFair, ...]:
        """The reported fairs on which the fit is judged: intents only, the outcome that the model counts."""
        judged = (row for row in self.rows if not self.not_comparable(row) and row.wording == INTENT)
        return tuple(row for row in judged if self.is_held_out(row))


def read_targets(path: str | Path) -> Targets:
    """The targets in a file, with all that it names; raises InputError with every finding."""
    path = Path(path)
    file = read_toml(path, str(path), "bad-target")
    findings: list[Finding] = []
    file.check_keys(_KEYS, findings)
    reported = file.table("reported", findings)
    reported.check_keys(
        ("table", "rounding_log_sd", "excluded_flags", "excluded_wordings", "held_out_share", "always_fitted"),
        findings,
    )
    priors = _load(lambda name: read_priors(path_beside(path, name), _beside(path, name)), file, "priors", findings)
    rows = _load(lambda name: read_reported(path_beside(path, name), _beside(path, name)), reported, "table", findings)
    template = _load(lambda name: load_scenario(_beside(path, name)), file, "fair", findings)
    if template is not None and len(template.fairs) != 1:
        findings.append(file.finding("fair", f"the scenario has {len(template.fairs)} fairs", "exactly one"))
    days = {shift.day for shift in priors.shifts} if priors else set()
    known = {row.id: row for row in rows or ()}
    reader = _TargetReader(path, known, days, findings)
    targets = [reader.read(block) for block in file.blocks("targets", findings)]
    findings += _conflicts(file, [one for one in targets if one])
    if not targets and not findings:
        findings.append(file.finding("targets", "there is no target", "at least one [[targets]]"))
    kinds = []
    for block in file.blocks("kinds", findings):
        block.check_keys(("id", "words"), findings)
        words = tuple(word.lower() for word in block.texts("words", findings))
        kinds.append((block.text("id", findings), words))
    share = reported.number("held_out_share", findings, default=0.0)
    if not 0 <= share < 1:
        findings.append(reported.finding("held_out_share", f"{share} is no share", "0 to below 1"))
    always = reported.texts("always_fitted", findings)
    findings += [reported.finding("always_fitted", named(tuple(known), one)) for one in always if one not in known]
    name, why = file.text("name", findings), file.text("why", findings, "")
    flags, wordings = (reported.texts(f"excluded_{what}", findings) for what in ("flags", "wordings"))
    rounding = reported.number("rounding_log_sd", findings, default=0.0)
    if findings or priors is None or template is None or rows is None:
        raise InputError(dict.fromkeys(findings))
    fitted = tuple(one for one in targets if one)
    return Targets(
        name, why, str(path), priors, template, rows, fitted, tuple(kinds), flags, wordings, share, always, rounding
    )


def _beside(path: Path, name: str) -> str:
    """A file that the targets name, as seen from where the command runs."""
    return os.path.normpath(path_beside(path, name))


def _load(load: Callable[[str], T], block: Block, key: str, findings: list[Finding]) -> T | None:
    """What a file names, None after findings."""
    name = block.text(key, findings)
    if not name:
        return None
    try:
        return load(name)
    except InputError as error:
        findings.extend(error.findings)
        return None


class _TargetReader:
    """Reads one target after the other."""

    def __init__(self, path: Path, rows: Mapping[str, ReportedFair], days: set[str], findings: list[Finding]) -> None:
        self.path, self.rows, self.days, self.findings = path, rows, days, findings
        self.scenarios: dict[str, Scenario] = {}

    def read(self, block: Block) -> Target | None:
        """A target, None after a finding."""
        findings, before = self.findings, len(self.findings)
        block.check_keys(_TARGET_KEYS, findings)
        texts = {key: block.text(key, findings) for key in ("id", "measure", "unit", "counting", "outcome", "source")}
        measure, unit = texts["measure"], texts["unit"]
        if measure and measure not in UNITS:
            remedy = did_you_mean(measure, UNITS)
            findings.append(block.finding("measure", f"{quoted(measure)} is not measured", ", ".join(UNITS), remedy))
        elif measure and unit and unit != UNITS[measure]:
            findings.append(block.finding("unit", f"{quoted(unit)} is not the unit of {measure}", UNITS[measure]))
        error = block.table("error", findings)
        error.check_keys(("log_sd", "why"), findings)
        log_sd, why = error.number("log_sd", findings, positive=True), error.text("why", findings)
        use = block.text("use", findings, "fit")
        if use not in ("fit", "check"):
            findings.append(block.finding("use", f"{quoted(use)} is no use", "fit, check"))
        day = block.text("day", findings, "")
        if day and day not in self.days:
            findings.append(block.finding("day", named(sorted(self.days), day)))
        scenario = self._scenario(block)
        reported = self._reported(block, scenario)
        for value in reported.values() if measure in UNITS else ():
            self._check_possible(block, measure, value, scenario)
        if len(findings) > before:
            return None
        return Target(
            texts["id"], measure, unit, reported, log_sd, why, texts["counting"], texts["outcome"], texts["source"],
            use == "fit", scenario, day,
        )  # fmt: skip

    def _scenario(self, block: Block) -> Scenario | None:
        name = block.text("scenario", self.findings, "")
        if name and name not in self.scenarios:
            try:
                self.scenarios[name] = load_scenario(_beside(self.path, name))
            except InputError as error:
                self.findings.extend(error.findings)
        return self.scenarios.get(name)

    def _reported(self, block: Block, scenario: Scenario | None) -> dict[str, float]:
        """The figures by fair: one of the scenario, or those of reported fairs."""
        has_scenario, has_value, has_rows = (key in block.values for key in ("scenario", "value", "reported"))
        if has_scenario != has_value or has_value == has_rows:
            allowed = "a scenario with a value, or figures of reported fairs"
            found = "it is not clear what the figure is of"
            self.findings.append(block.finding("", found, allowed))
            return {}
        if has_value:
            return {"": block.number("value", self.findings, positive=True)}
        inside = block.table("reported", self.findings)
        unknown = [name for name in inside.values if name not in self.rows]
        self.findings += [inside.finding(name, f"{quoted(name)} is no row of the table") for name in unknown]
        numbers = {name: inside.number(name, self.findings, positive=True) for name in inside.values}
        if not numbers:
            self.findings.append(block.finding("reported", "no figure", "at least one"))
        return numbers

    def _check_possible(self, block: Block, measure: str, value: float, scenario: Scenario | None) -> None:
        """Refuse what cannot have happened, or what the scenario itself says otherwise."""
        key = "value" if scenario else "reported"
        if UNITS[measure] == "share" and value > 1:
            self.findings.append(block.finding(key, f"{value} is more than everyone", "a share from 0 to 1"))
        if scenario is None or measure != "intents":
            return
        seekers = scenario.settings.optional_integer("totals.seekers")
        if seekers is None:
            own = [fair.settings.optional_integer("seekers") for fair in scenario.fairs]
            seekers = sum(one or 0 for one in own)
        if value > seekers:
            found = f"{value:,.0f} outcomes of {seekers:,} seekers"
            allowed = "at most one for each seeker"
            self.findings.append(block.finding(key, found, allowed, "", "counts-contradict"))
        stated = scenario.reported.get("intents")
        if stated is not None and abs(stated - value) > _SAME * value:
            found = f"{value:,.0f}, but {scenario.file} reports {stated:,.0f}"
            self.findings.append(block.finding(key, found, "one figure", "correct one of them", "counts-contradict"))


def _conflicts(file: Block, targets: list[Target]) -> list[Finding]:
    """The same figure given twice."""
    findings = []
    seen: dict[tuple[str, str], tuple[str, float]] = {}
    ids: set[str] = set()
    for target in targets:
        if target.id in ids:
            findings.append(file.finding("targets", f"{quoted(target.id)} stands twice", "", "", "duplicate-id"))
        ids.add(target.id)
        for fair, value in target.reported.items():
            what = (target.measure, fair or (target.scenario.file if target.scenario else ""))
            if what in seen:
                other, earlier = seen[what]
                same = "the same figure again" if earlier == value else f"{value:g}, but {other} says {earlier:g}"
                found = f"{target.id}: {same} for {what[0]} of {what[1]}"
                findings.append(file.finding("targets", found, "one target", "", "counts-contradict"))
            seen[what] = (target.id, value)
    return findings
