"""What is believed of the parameters before the reported figures are looked at: distributions, each with its source.

Every uncertain number is one standard normal coordinate: the first ones are the parameters of the common behaviour,
then come the shifts of single days, then the spreads of reported outcomes. `settings` turns coordinates into values of
scenario keys. Knows the parameter table and the file, nothing of targets.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.model.errors import Finding, InputError, did_you_mean, quoted
from sim.model.parameters import parameters
from sim.model.parse import default_value
from sim.model.values import Duration, Value
from sim.study.calibration.reading import Block, read_toml

FloatArray = npt.NDArray[np.float64]

SPREADS = ("residual", "residual-other", "kind", "country", "wording", "size")
_SPREAD_OF = {"normal": ("mean", "sd"), "lognormal": ("median", "log_sd"), "logit-normal": ("median", "logit_sd")}
_SIGNIFICANT = 6  # digits that are kept of a fitted value: the rest is noise


@dataclass(frozen=True)
class Prior:
    """One uncertain number: `link` of it is normal with this centre and spread."""

    key: str
    link: str  # "normal", "lognormal" or "logit-normal"
    centre: float
    spread: float
    source: str

    def value(self, coordinate: float, shift: float = 0.0) -> float:
        """The number at a coordinate, moved by a shift on the scale of the link."""
        latent = self.centre + self.spread * coordinate + shift
        if self.link == "lognormal":
            return math.exp(latent)
        if self.link == "logit-normal":
            return 1.0 / (1.0 + math.exp(-latent))
        return latent


@dataclass(frozen=True)
class Shift:
    """How a day's parameter may lie off the common one, on the scale of that parameter's link."""

    day: str
    key: str
    sd: float
    source: str


@dataclass(frozen=True)
class Priors:
    """All uncertain numbers, in the order of their coordinates."""

    behaviour: tuple[Prior, ...]
    shifts: tuple[Shift, ...]
    spreads: tuple[Prior, ...]  # in the order of SPREADS

    @property
    def simulated(self) -> int:
        """How many coordinates a simulation depends on: behaviour and shifts."""
        return len(self.behaviour) + len(self.shifts)

    @property
    def dimensions(self) -> int:
        """How many coordinates there are."""
        return self.simulated + len(self.spreads)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for every coordinate."""
        shifts = tuple(f"{one.day}: {one.key}" for one in self.shifts)
        return tuple(one.key for one in self.behaviour) + shifts + tuple(f"spread: {one.key}" for one in self.spreads)

    def numbers(self, coordinates: Sequence[float] | FloatArray, day: str = "") -> dict[str, float]:
        """The fitted numbers of the common behaviour, or of one day, by key."""
        shifts = {
            one.key: one.sd * float(coordinates[len(self.behaviour) + k])
            for k, one in enumerate(self.shifts)
            if day and one.day == day
        }
        return {
            one.key: _rounded(one.value(float(coordinates[k]), shifts.get(one.key, 0.0)))
            for k, one in enumerate(self.behaviour)
        }

    def settings(self, coordinates: Sequence[float] | FloatArray, day: str = "") -> dict[str, Value]:
        """Values of scenario keys for the common behaviour, or for one day."""
        return as_settings(self.numbers(coordinates, day))

    def spread_values(self, coordinates: FloatArray) -> FloatArray:
        """Standard deviations in the order of SPREADS, one row per row of coordinates."""
        chosen = np.atleast_2d(coordinates)[:, self.simulated :]
        centre = np.array([one.centre for one in self.spreads])
        width = np.array([one.spread for one in self.spreads])
        return np.asarray(np.exp(centre + width * chosen))


def as_settings(numbers: Mapping[str, float]) -> dict[str, Value]:
    """Numbers as values of their keys: for a duration, its default form with this mean; never out of range."""
    table = {one.key: one for one in parameters("fair")}
    values: dict[str, Value] = {}
    for key, number in numbers.items():
        parameter = table[key]
        if parameter.type == "duration":
            usual = default_value(parameter)
            assert isinstance(usual, Duration)
            values[key] = replace(usual, a=number)
            continue
        low = -math.inf if parameter.minimum is None else parameter.minimum
        high = math.inf if parameter.maximum is None else parameter.maximum
        values[key] = min(max(number, low), high)
    return values


def read_priors(path: Path, shown_as: str = "") -> Priors:
    """The priors in a file; raises InputError with every finding."""
    file = read_toml(path, shown_as or str(path))
    findings: list[Finding] = []
    file.check_keys(("schema_version", "parameters", "days", "spreads"), findings)
    behaviour = [_behaviour(block, findings) for block in file.blocks("parameters", findings)]
    keys = [one.key for one in behaviour if one]
    shifts = []
    for day in file.blocks("days", findings):
        day.check_keys(("id", "why", "shifts"), findings)
        name = day.text("id", findings)
        for block in day.blocks("shifts", findings):
            block.check_keys(("key", "sd", "source"), findings)
            key = block.text("key", findings)
            if key and key not in keys:
                findings.append(block.finding("key", f"{quoted(key)} has no prior above", "", did_you_mean(key, keys)))
            sd = block.number("sd", findings, positive=True)
            shifts.append(Shift(name, key, sd, block.text("source", findings)))
    given = {one.key: one for block in file.blocks("spreads", findings) if (one := _spread(block, findings))}
    for name in SPREADS:
        if name not in given:
            findings.append(Finding(file.name, "spreads", f"no spread {quoted(name)}", "", "", "bad-prior"))
    for key in {key for key in keys if keys.count(key) > 1}:
        findings.append(Finding(file.name, "parameters", f"{quoted(key)} has two priors", "", "", "duplicate-id"))
    if not behaviour:
        findings.append(Finding(file.name, "parameters", "no parameter has a prior", "", "", "bad-prior"))
    if findings:
        raise InputError(findings)
    return Priors(tuple(one for one in behaviour if one), tuple(shifts), tuple(given[name] for name in SPREADS))


def _behaviour(block: Block, findings: list[Finding]) -> Prior | None:
    """A prior of one parameter of the common behaviour."""
    kind = block.text("distribution", findings)
    if kind not in _SPREAD_OF:
        if kind:
            allowed = ", ".join(_SPREAD_OF)
            findings.append(block.finding("distribution", f"{quoted(kind)} is no distribution", allowed))
        return None
    names = _SPREAD_OF[kind]
    block.check_keys(("key", "distribution", "source", *names), findings)
    before = len(findings)
    key = block.text("key", findings)
    known = {one.key: one for one in parameters("fair") if one.type in ("number", "share", "duration")}
    if key and key not in known:
        remedy = did_you_mean(key, known)
        findings.append(block.finding("key", f"{quoted(key)} is no number of a fair", "", remedy, "unknown-key"))
    centre = block.number(names[0], findings, positive=kind != "normal")
    spread = block.number(names[1], findings, positive=True)
    if kind == "logit-normal" and centre >= 1:
        findings.append(block.finding(names[0], f"{centre} is no share", "between 0 and 1"))
    source = block.text("source", findings)
    if len(findings) > before:
        return None
    if kind == "lognormal":
        centre = math.log(centre)
    elif kind == "logit-normal":
        centre = math.log(centre / (1.0 - centre))
    return Prior(key, kind, centre, spread, source)


def _spread(block: Block, findings: list[Finding]) -> Prior | None:
    block.check_keys(("id", "median", "log_sd", "source"), findings)
    name = block.text("id", findings)
    if name and name not in SPREADS:
        findings.append(block.finding("id", f"{quoted(name)} is no spread", ", ".join(SPREADS)))
    median = block.number("median", findings, positive=True)
    width = block.number("log_sd", findings, positive=True)
    source = block.text("source", findings)
    return Prior(name, "lognormal", math.log(median), width, source) if name in SPREADS and median > 0 else None


def _rounded(number: float) -> float:
    return float(f"{number:.{_SIGNIFICANT}g}")
