"""Strategies for one season, studied: how sure the best is when behaviour and assumptions are not known.

Beside their comparison, strategies are simulated with draws of the behaviour and at a few values of each assumption.
From these replications it says how often each is the best, how its lead over the base varies, and which assumption
turns that lead. It gives plain data for a page. It must not know how replications are computed or how pages look.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.model.errors import Finding, InputError, Refusal, did_you_mean, quoted
from sim.model.files import decoded, read_bytes
from sim.model.resources import resources
from sim.model.scenario import Scenario
from sim.model.values import DURATION_ARGUMENTS
from sim.study.compare import BEST_BY, Alternative, Best, Comparison, Contender, Difference, season_values
from sim.study.flip import Point, judged
from sim.study.ranges import Range
from sim.study.statistics import FloatArray, describe, least_share, paired_difference, quantile
from sim.study.varying import Cases, argument_of, find

ASSUMPTIONS = "assumptions.csv"
HEADING = ["key", "values", "strategies", "words"]
THE_LEADING = "leading"
# Shown of every strategy: what explains a difference, and where it hurts.
MEASURES = (
    "intents", "starts", "seekers", "visitors", "posts", "distinct_posts", "intents_per_seeker", "interviews",
    "wait_minutes_mean", "wait_minutes_p90", "never_interviewed_share", "peak_inside", "turned_away",
    "outside_minutes_mean", "travel_km_mean", "repeat_visit_share", "days_search_to_start_mean", "cost",
    "cost_per_intent", "cost_travel", "district_spread", "group_spread",
)  # fmt: skip
BY_PART = "intents_per_searcher"
BY_GROUP_WAIT = "wait_minutes_mean"
LOW, HIGH = 0.05, 0.95

Document = dict[str, Any]


@dataclass(frozen=True)
class Assumption:
    """What nobody knows, at a few values, and the files of strategies for which it matters, or `leading`."""

    key: str
    values: tuple[str, ...]
    strategies: tuple[str, ...]
    words: str

    def concerns(self, name: str, is_leading: bool) -> bool:
        """Whether a strategy is simulated at these values."""
        return name in self.strategies or (is_leading and THE_LEADING in self.strategies)


def read_assumptions(path: Path, names: Sequence[str]) -> tuple[Assumption, ...]:
    """The assumptions in a CSV file; `names` are those of the strategies."""
    place = str(path)
    try:
        rows = [row for row in csv.reader(decoded(read_bytes(path)).splitlines(), strict=True) if any(row)]
        if not rows or rows[0] != HEADING:
            raise Refusal("has another heading", ",".join(HEADING), "", "bad-assumptions")
        found = tuple(_assumption(row, number, names) for number, row in enumerate(rows[1:], 2))
        keys = [one.key for one in found]
        doubled = sorted({key for key in keys if keys.count(key) > 1})
        if doubled:
            raise Refusal(f"{quoted(doubled[0])} has two rows", "one row per key", "", "bad-assumptions")
    except csv.Error as error:
        raise InputError([Finding(place, "", f"no CSV table: {error}", "", "", "bad-csv")]) from error
    except Refusal as refusal:
        raise InputError([refusal.at(place, "")]) from refusal
    return found


def _assumption(row: Sequence[str], number: int, names: Sequence[str]) -> Assumption:
    if len(row) != len(HEADING):
        raise Refusal(f"row {number} has {len(row)} cells", f"one per column: {len(HEADING)}", "", "bad-assumptions")
    key, values, concerned = row[0].strip(), row[1].split(), row[2].split()
    if len(values) < 2 or not all(_is_number(value) for value in values):
        allowed = "two or more numbers with blanks between them"
        raise Refusal(f"row {number}: {quoted(row[1])}", allowed, "", "bad-assumptions")
    unknown = [name for name in concerned if name not in (*names, THE_LEADING)]
    if not concerned:
        raise Refusal(f"row {number} names no strategy", f"{THE_LEADING}, or names of files", "", "bad-assumptions")
    if unknown:
        remedy = did_you_mean(unknown[0], names)
        raise Refusal(f"row {number}: {quoted(unknown[0])} is no strategy", ", ".join(names), remedy, "bad-assumptions")
    return Assumption(key, tuple(sorted(values, key=float)), tuple(concerned), row[3].strip())


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def leading(contenders: Sequence[Contender], count: int) -> list[int]:
    """The places of the strategies with the most intents, the base left out, best first."""
    means = season_values(contenders, BEST_BY).mean(axis=0)
    return sorted(range(1, len(contenders)), key=lambda place: (-means[place], place))[:count]


def cases_of(assumptions: Sequence[Assumption], place: str) -> Cases:
    """One case for each value of each assumption, everything else as the scenario has it."""
    keys = tuple(one.key for one in assumptions)
    rows = [
        tuple(value if one is other else "" for other in assumptions) for one in assumptions for value in one.values
    ]
    return Cases(place, keys, tuple(rows))


def usual_value(scenario: Scenario, key: str) -> float | None:
    """The value that a scenario has of an assumption."""
    argument = argument_of(scenario, key)
    if argument is not None:
        _, name, duration = argument
        return dict(zip(DURATION_ARGUMENTS[duration.kind], (duration.a, duration.b, duration.c), strict=False)).get(
            name
        )
    found = find(scenario, key)
    return float(found.value) if found is not None and isinstance(found.value, int | float) else None


def study_digest(
    scenarios: Sequence[Scenario], assumptions: Sequence[Assumption], draws: Sequence[Sequence[str]]
) -> str:
    """What a study was made from: all that its files say, comments and sources left out, the assumptions, the draws."""
    said = {content for one in scenarios for content in (_said(Path(name)) for name, _ in one.inputs)}
    parts = [*sorted(said), repr(tuple(assumptions)), repr([tuple(row) for row in draws])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _said(path: Path) -> str:
    """What a file says: of a scenario its values, of a table its text."""
    text = decoded(read_bytes(path))
    return json.dumps(_values(tomllib.loads(text)), sort_keys=True, default=str) if path.suffix == ".toml" else text


def _values(content: object) -> object:
    """The same without sources."""
    if isinstance(content, dict):
        return _values(content["value"]) if "value" in content else {key: _values(one) for key, one in content.items()}
    return [_values(one) for one in content] if isinstance(content, list) else content


# As plain data ------------------------------------------------------------------------------------


def strategy_rows(comparison: Comparison, contenders: Sequence[Contender], files: Sequence[str]) -> list[Document]:
    """Every strategy, the base first: what it takes, what comes out, how that differs from the base."""
    others: list[Alternative | None] = [None, *comparison.alternatives]
    rows = []
    for one, name, other in zip(contenders, files, others, strict=True):
        found = describe(one.sample.values)
        keys = one.sample.keys
        whole = {
            key.measure: place
            for place, key in enumerate(keys)
            if not (key.fair or key.booth or key.hour or key.group or key.district)
        }
        parts: dict[str, dict[str, float]] = {"district": {}, "group": {}}
        waits = {}
        for place, key in enumerate(keys):
            if key.measure == BY_PART and (key.district or key.group):
                parts["district" if key.district else "group"][key.district or key.group] = float(found.mean[place])
            if key.measure == BY_GROUP_WAIT and key.group and not key.fair:
                waits[key.group] = float(found.mean[place])
        rows.append(
            {
                "file": name,
                "name": one.label,
                "why": one.scenario.settings.text("why"),
                "resources": resources(one.scenario),
                "measures": {
                    name: [float(values[whole[name]]) for values in (found.mean, found.low, found.high)]
                    for name in MEASURES
                    if name in whole
                },
                "districts": parts["district"],
                "groups": parts["group"],
                "waits_of_groups": waits,
                "against_base": {} if other is None else _differences(other),
            }
        )
    return rows


def _differences(other: Alternative) -> Document:
    rows: tuple[Difference, ...] = (*other.headline, *other.others)
    return {
        row.name: {
            "difference": row.difference,
            "low": row.low,
            "high": row.high,
            "verdict": row.verdict,
            "together": row.is_simultaneous,
        }
        for row in rows
        if row.name in MEASURES and not (row.key.fair or row.key.hour or row.key.group or row.key.district)
    }


def best_row(best: Best, files: Sequence[str]) -> Document:
    """Which strategies may be the best, and which one was selected."""
    names = dict(zip(best.labels, files, strict=True))
    row: Document = {"measure": best.measure, "possible": [names[label] for label in best.possible]}
    if best.selection is not None:
        row |= {
            "selected": files[best.selection.selected],
            "tied": [files[place] for place in best.selection.tied],
            "zone": best.zone,
            "pcs": best.pcs,
            "replications": list(best.selection.replications),
        }
    return row


def draws_row(tables: Mapping[str, FloatArray]) -> Document:
    """How sure the ranking is over draws of the behaviour: tables of draws by replications, the base first."""
    names = list(tables)
    means = np.column_stack([tables[name].mean(axis=1) for name in names])
    first = means.argmax(axis=1)
    leads = means - means[:, :1]
    spread = [quantile(leads, share) for share in (LOW, 0.5, HIGH)]
    return {
        "draws": means.shape[0],
        "replications": tables[names[0]].shape[1],
        "strategies": [
            {
                "file": name,
                "first": int(np.count_nonzero(first == place)),
                "first_share_least": least_share(int(np.count_nonzero(first == place)), len(first)),
                "better": int(np.count_nonzero(leads[:, place] > 0.0)),
                "mean": float(means[:, place].mean()),
                "lead": [float(one[place]) for one in spread],
            }
            for place, name in enumerate(names)
        ],
    }


def assumption_row(one: Assumption, usual: float | None, tables: Mapping[str, FloatArray]) -> Document:
    """How the lead over the base changes with an assumption: tables of values by replications, the base first."""
    names = list(tables)
    values = [float(text) for text in one.values]
    means = np.column_stack([tables[name].mean(axis=1) for name in names])
    over = Range(one.key, min(values), max(values))
    rows = []
    for name in names[1:]:
        pairs = zip(tables[name], tables[names[0]], strict=True)
        points = [Point(value, paired_difference(*pair)) for value, pair in zip(values, pairs, strict=True)]
        flip = judged(over, points)
        rows.append(
            {
                "file": name,
                "leads": [[point.found.difference, point.found.low, point.found.high] for point in points],
                "verdicts": [point.verdict for point in points],
                "outcome": flip.outcome,
                "crossings": list(flip.crossings),
            }
        )
    return {
        "key": one.key,
        "words": one.words,
        "values": values,
        "usual": usual,
        "base": [float(mean) for mean in means[:, 0]],
        "first": [names[place] for place in means.argmax(axis=1)],
        "strategies": rows,
    }
