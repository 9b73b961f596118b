"""Which plan is better, at what, by how much, how sure: plans that were simulated with the same draws, compared.

Replication by replication the plans have met the same people with the same luck, so what is compared is their paired
difference. It gives a Comparison: for every measure the difference with an interval and a verdict, what differs
between the inputs, which plans may be the best. It must not know how replications are computed, nor how results are
shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.model.errors import Finding, InputError
from sim.model.scenario import Scenario
from sim.study.differences import Change, input_changes, resource_changes
from sim.study.explain import Explanation, explain
from sim.study.measures import HEADLINE, MeasureKey, by_name
from sim.study.replicate import Sample
from sim.study.selection import FEWEST_REPLICATIONS, Selection, WithBest, compare_with_best
from sim.study.statistics import CONFIDENCE, FloatArray, describe, student_t

BETTER, WORSE, CANNOT_TELL, EQUAL = "better", "worse", "cannot tell", "equal"
HIGHER, LOWER, NEITHER = "higher", "lower", "neither"
BEST_BY = "intents"


@dataclass(frozen=True)
class Contender:
    """A plan with what came out of its replications."""

    label: str
    scenario: Scenario
    sample: Sample


@dataclass(frozen=True)
class Difference:
    """One measure of a plan against the base, over the replications in which both observed it. NaN: too few."""

    key: MeasureKey
    better: str  # "higher", "lower" or "neither"
    base: float  # mean
    other: float  # mean
    difference: float  # other minus base
    low: float
    high: float
    sd: float  # of the paired differences
    pairs: int
    missing: int  # replications in which one or both did not observe it
    is_simultaneous: bool  # the interval is one of those that hold all together
    verdict: str | None  # None: no direction is better, or no verdict is asked for

    @property
    def name(self) -> str:
        """Name of the measure."""
        return self.key.measure


@dataclass(frozen=True)
class Alternative:
    """A plan against the base: the headline measures, all other measures, and what was put in."""

    label: str
    replications: int
    headline: tuple[Difference, ...]
    others: tuple[Difference, ...]
    inputs_changed: tuple[Change, ...]
    resources_changed: tuple[Change, ...]
    explanation: Explanation | None = None

    def row(self, name: str) -> Difference | None:
        """A headline measure; None if the plans do not share it."""
        return next((one for one in self.headline if one.name == name), None)

    @property
    def is_equal(self) -> bool:
        """Whether every measure is exactly that of the base in every replication."""
        return all(one.verdict == EQUAL for one in (*self.headline, *self.others))


@dataclass(frozen=True)
class Best:
    """Which plans may be the best by one measure, and which one was selected if that was asked for."""

    measure: str
    unit: str
    better: str
    labels: tuple[str, ...]
    with_best: WithBest | None  # None: too few replications
    zone: float | None = None
    pcs: float | None = None
    selection: Selection | None = None

    @property
    def possible(self) -> tuple[str, ...]:
        """The plans that may be the best."""
        if self.with_best is None:
            return self.labels
        return tuple(label for label, may in zip(self.labels, self.with_best.is_possible, strict=True) if may)


@dataclass(frozen=True)
class Comparison:
    """Everything that is said about plans that were compared."""

    base: str
    seed: int
    engine: str
    replications: int
    confidence: float
    intervals: int  # that hold all together with this confidence
    alternatives: tuple[Alternative, ...]
    best: Best | None


def compare(contenders: Sequence[Contender], seed: int, engine: str = "kernel") -> Comparison:
    """Compare every plan with the first.

    1. Plans that cannot be compared are refused.
    2. All intervals of headline measures hold together: Bonferroni, each with confidence 1 - (1 - c) / count. That
       needs no independence between measures or plans, which share the base and their draws.
    3. Other measures have intervals that hold one by one, and no verdict unless they are exactly equal.
    4. The plans that may be the best by intents, if all have that measure.
    """
    keys = shared_keys(contenders)
    family = [key for key in keys if is_headline(key)]
    count = len(family) * (len(contenders) - 1)
    confidence = 1.0 - (1.0 - CONFIDENCE) / count
    base = contenders[0]
    alternatives = tuple(_alternative(base, other, keys, confidence, seed) for other in contenders[1:])
    best = best_by(contenders, BEST_BY) if any(key.measure == BEST_BY for key in family) else None
    replications = len(base.sample.replications)
    return Comparison(base.label, seed, engine, replications, CONFIDENCE, count, alternatives, best)


def _alternative(
    base: Contender, other: Contender, keys: Sequence[MeasureKey], confidence: float, seed: int
) -> Alternative:
    rows = _differences(keys, base.sample, other.sample, confidence)
    headline = [row for row in rows if row.is_simultaneous]
    return Alternative(
        label=other.label,
        replications=len(other.sample.replications),
        headline=tuple(sorted(headline, key=lambda row: HEADLINE.index(row.name))),
        others=tuple(row for row in rows if not row.is_simultaneous),
        inputs_changed=input_changes(base.scenario, other.scenario),
        resources_changed=resource_changes(base.scenario, other.scenario, seed),
        explanation=explain(base.sample, other.sample),
    )


def best_by(
    contenders: Sequence[Contender],
    measure: str,
    zone: float | None = None,
    pcs: float | None = None,
    selection: Selection | None = None,
) -> Best:
    """Which plans may be the best by a measure of the whole season, over the replications where all observed it."""
    definition = by_name()[measure]
    values = season_values(contenders, measure)
    seen = values[np.isfinite(values).all(axis=1)]
    with_best = None
    if len(seen) >= FEWEST_REPLICATIONS:
        with_best = compare_with_best(seen, definition.better == HIGHER)
    labels = tuple(one.label for one in contenders)
    return Best(measure, definition.unit, definition.better, labels, with_best, zone, pcs, selection)


def season_values(contenders: Sequence[Contender], measure: str) -> FloatArray:
    """Values of one measure of the whole season: one row per replication, one column per plan."""
    key = MeasureKey(measure, by_name()[measure].unit)
    return np.hstack([_columns(one.sample, [key]) for one in contenders])


def shared_keys(contenders: Sequence[Contender]) -> tuple[MeasureKey, ...]:
    """What all plans measure, in the base's order; refuses plans that are unlike.

    Plans may have other fairs, groups or hours: these are left out. They must share a measure of the whole season and
    have the same replications.
    """
    base, *others = contenders
    for other in others:
        if not np.array_equal(base.sample.replications, other.sample.replications):
            raise InputError([_unlike(base, other, "have not the same replications")])
        known = set(other.sample.keys)
        if not any(is_headline(key) and key in known for key in base.sample.keys):
            raise InputError([_unlike(base, other, "have no measure in common")])
    shared = set(base.sample.keys).intersection(*(other.sample.keys for other in others))
    keys = tuple(key for key in base.sample.keys if key in shared)
    if not any(is_headline(key) for key in keys):
        raise InputError([_unlike(base, others[-1], "have no measure in common with all others")])
    return keys


def is_headline(key: MeasureKey) -> bool:
    """Whether this is a headline measure of the whole season."""
    return key.measure in HEADLINE and key == MeasureKey(key.measure, key.unit)


def _unlike(base: Contender, other: Contender, found: str) -> Finding:
    remedy = "compare results of the same version, seed and replications"
    return Finding("compare", "", f'"{base.label}" and "{other.label}" {found}', "", remedy, "unlike-results")


def _differences(keys: Sequence[MeasureKey], base: Sample, other: Sample, confidence: float) -> tuple[Difference, ...]:
    """Measures of one plan against the base; `confidence` is that of one headline interval."""
    before, after = _columns(base, keys), _columns(other, keys)
    found = describe(after - before)
    both = np.isnan(after - before)
    means = [describe(np.where(both, np.nan, values)).mean for values in (before, after)]
    definitions = by_name()
    rows = []
    for place, key in enumerate(keys):
        is_family = is_headline(key)
        pairs = int(found.observed[place])
        t = student_t(0.5 + (confidence if is_family else CONFIDENCE) / 2, pairs - 1)
        difference, sd = float(found.mean[place]), float(found.sd[place])
        half_width = t * sd / math.sqrt(pairs) if pairs > 1 else math.nan
        low, high = difference - half_width, difference + half_width
        better = definitions[key.measure].better if key.measure in definitions else NEITHER
        verdict = _verdict(low, high, better) if is_family and better != NEITHER else None
        if np.array_equal(before[:, place], after[:, place], equal_nan=True):
            verdict = EQUAL
        rows.append(
            Difference(
                key=key,
                better=better,
                base=float(means[0][place]),
                other=float(means[1][place]),
                difference=difference,
                low=low,
                high=high,
                sd=sd,
                pairs=pairs,
                missing=int(found.missing[place]),
                is_simultaneous=is_family,
                verdict=verdict,
            )
        )
    return tuple(rows)


def _columns(sample: Sample, keys: Sequence[MeasureKey]) -> FloatArray:
    place = {key: number for number, key in enumerate(sample.keys)}
    return sample.values[:, [place[key] for key in keys]]


def _verdict(low: float, high: float, better: str) -> str:
    if low > 0.0:
        return BETTER if better == HIGHER else WORSE
    if high < 0.0:
        return BETTER if better == LOWER else WORSE
    return CANNOT_TELL
