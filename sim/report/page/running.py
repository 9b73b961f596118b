"""What the page of a run says, gathered from its sample, its scenario and its manifest.

The funnel, the calendar, groups and districts, the booths and the replay of one replication. It takes what was
computed and simulates nothing but one replication again, of which the sample has no booths and no people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.model.scenario import Scenario
from sim.report.page.data import Booths, FairPlan, Loss, Part, Parts, Replay, RunPage, Spread, Stage, spread_of
from sim.report.page.describing import method_of
from sim.report.privacy import SMALLEST_CELL, hidden_cells, people_in
from sim.report.summary import SummaryRow, sample_rows, summarise
from sim.study.booths import BoothFigures
from sim.study.measures import MeasureKey
from sim.study.replicate import Sample

REPEATED = 0  # the replication of which there are booths, and which is played again to be watched
FAIR_MEASURES = (
    "seekers", "posts", "intents", "starts", "intents_per_seeker", "wait_minutes_mean", "never_interviewed_share",
)  # fmt: skip
# Each stage after the first, and the measures of who is lost on the way to it; the rest is lost for `other` reasons.
FUNNEL: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("seekers", (), ""),
    ("entered", ("turned_away", "gave_up_outside"), "not_entered"),
    ("applicants", (), "only_looked"),
    ("interviewed", (), "never_interviewed"),
    ("intents", (), "no_intent"),
    ("signings", (), "not_signed"),
    ("starts", (), "not_started"),
)
SMALLEST_LOSS = 0.005  # people on average; below is rounding


def run_page(
    sample: Sample,
    scenario: Scenario,
    manifest: Mapping[str, Any],
    booths: Sequence[BoothFigures] = (),
    fair: str | None = None,
) -> RunPage:
    """The page of a run. `fair` is the one to be replayed, by its id; the one with most people if left out."""
    rows = dict(zip(sample.keys, sample_rows(sample, scenario.reported), strict=True))
    stretches = _measured(rows, "hour").parts
    return RunPage(
        name=scenario.name,
        summary=summarise(sample, scenario),
        stages=_stages(sample),
        hours=tuple(one for one in stretches if "-" not in one.name),
        windows=tuple(one for one in stretches if "-" in one.name and ":" in one.name),
        days=tuple(one for one in stretches if "-" in one.name and ":" not in one.name),
        calendar=_calendar(rows, scenario),
        parts=_parts(sample, rows, scenario),
        booths=Booths(REPEATED, tuple(booths)) if booths else None,
        replay=_replay(sample, scenario, manifest, fair),
        alarms=tuple(manifest.get("alarms", ())),
        method=method_of(scenario, manifest),
    )


def spreads(sample: Sample, columns: Mapping[str, np.ndarray]) -> dict[str, Spread]:
    """Means and ranges of further columns over the replications of a sample, by name."""
    keys = tuple(MeasureKey(name, "people") for name in columns)
    table = np.stack(list(columns.values()), axis=1)
    rows = sample_rows(Sample(sample.scenario, keys, sample.replications, table, sample.draws), {})
    return {row.name: spread_of(row) for row in rows}


def _stages(sample: Sample) -> tuple[Stage, ...]:
    """The funnel over all fairs; losses are computed replication by replication, so each has an interval of its own."""
    known = {key.measure: place for place, key in enumerate(sample.keys) if key == MeasureKey(key.measure, key.unit)}

    def column(name: str) -> np.ndarray:
        return sample.values[:, known[name]]

    stages: list[Stage] = []
    before = None
    for name, reasons, rest in FUNNEL:
        lost = {reason: column(reason) for reason in reasons}
        if before is not None:
            lost[rest] = before - column(name) - sum(lost.values())
        found = spreads(sample, {name: column(name), **lost})
        named = tuple(Loss(why, found[why]) for why in lost if found[why].mean > SMALLEST_LOSS)
        stages.append(Stage(name, found[name], named))
        before = column(name)
    return tuple(stages)


def _calendar(rows: Mapping[MeasureKey, SummaryRow], scenario: Scenario) -> tuple[FairPlan, ...]:
    """The fairs in the order of the scenario; a single fair is the whole."""
    single = len(scenario.fairs) == 1
    plans = []
    for fair in scenario.fairs:
        settings = fair.settings
        own = {
            key.measure: row
            for key, row in rows.items()
            if key == MeasureKey(key.measure, key.unit, fair="" if single else fair.id) and key.measure in FAIR_MEASURES
        }
        opens, closes = settings.clock("open"), settings.clock("close")
        venue, district = settings.text("venue"), settings.text("district")
        plans.append(FairPlan(fair.id, venue, district, settings.day("date"), opens, closes, own))
    return tuple(plans)


def _parts(sample: Sample, rows: Mapping[MeasureKey, SummaryRow], scenario: Scenario) -> tuple[Parts, ...]:
    """Groups and districts as measured; where no district is measured, the fairs of each are added up."""
    found = [_measured(rows, kind) for kind in ("group", "district")]
    if not found[1].parts:
        found.append(_by_venue(sample, scenario))
    smallest = scenario.settings.integer(SMALLEST_CELL)
    return tuple(_without_small(one, smallest) for one in found if len(one.parts) > 1)


def _without_small(parts: Parts, smallest: int) -> Parts:
    """The parts, empty where only few people are behind the figures."""
    people = {one.name: people_in({name: row.mean for name, row in one.rows.items()}) for one in parts.parts}
    hidden = hidden_cells(people, smallest)
    if not hidden:
        return parts
    kept = tuple(Part(one.name, {}) if one.name in hidden else one for one in parts.parts)
    return replace(parts, parts=kept, smallest=smallest)


def _measured(rows: Mapping[MeasureKey, SummaryRow], kind: str) -> Parts:
    """Everything that is measured by this part of the key and no other."""
    parts: dict[str, dict[str, SummaryRow]] = {}
    for key, row in rows.items():
        name = getattr(key, kind)
        if name and key == MeasureKey(key.measure, key.unit, **{kind: name}):
            parts.setdefault(name, {})[key.measure] = row
    measures = dict.fromkeys(name for own in parts.values() for name in own)
    return Parts(kind, tuple(measures), tuple(Part(name, own) for name, own in parts.items()))


def _by_venue(sample: Sample, scenario: Scenario) -> Parts:
    """Fairs of a district added up, replication by replication."""
    place = {(key.fair, key.measure): number for number, key in enumerate(sample.keys) if key.fair}
    fairs: dict[str, list[str]] = {}
    for fair in scenario.fairs:
        if fair.settings.text("district") and (fair.id, "seekers") in place:
            fairs.setdefault(fair.settings.text("district"), []).append(fair.id)
    parts = []
    for district, ids in fairs.items():
        columns = {
            name: sample.values[:, [place[fair, name] for fair in ids]].sum(axis=1)
            for name in ("seekers", "posts", "intents", "starts")
        }
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = {
                "intents_per_seeker": columns["intents"] / columns["seekers"],
                "intents_per_post": columns["intents"] / columns["posts"],
            }
        # Nobody there: not observed.
        table = np.stack([*columns.values(), *(np.where(np.isfinite(one), one, np.nan) for one in shares.values())], 1)
        names = [*columns, *shares]
        keys = tuple(MeasureKey(name, "share" if name in shares else "people", district=district) for name in names)
        added = Sample(sample.scenario, keys, sample.replications, table, sample.draws)
        parts.append(Part(district, dict(zip(names, sample_rows(added, {}), strict=True))))
    return Parts("venue-district", tuple(parts[0].rows) if parts else (), tuple(parts))


def _replay(sample: Sample, scenario: Scenario, manifest: Mapping[str, Any], wanted: str | None) -> Replay | None:
    """Play one replication again and keep one fair of it; nothing if it does not come out as stored.

    It comes out otherwise where another version of the program made the sample, or where the parameters were drawn.
    """
    from sim.campaign.season import Season
    from sim.report.page.replaying import replay_of
    from sim.study.measures import measure, measure_keys

    places = np.flatnonzero(sample.replications == REPEATED)
    if sample.draws is not None or places.size != 1 or measure_keys(scenario) != sample.keys:
        return None
    season = Season(scenario)
    fairs = season.play(int(manifest["seed"]), REPEATED, str(manifest["engine"]))
    if not np.array_equal(measure(season, fairs), sample.values[places[0]], equal_nan=True):
        return None
    chosen = [one for one in fairs if scenario.fairs[one.number].id == wanted]
    busiest = max(fairs, key=lambda one: one.day.seekers.size)
    return replay_of(scenario, chosen[0] if chosen else busiest, REPEATED)
