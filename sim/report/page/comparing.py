"""What the page of a comparison says, gathered from the comparison and the samples of its plans.

It adds to the comparison what each plan brings and what it costs in waiting, and the day by the hour. It must not
know how plans are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.page.data import ComparisonPage, PlanHour, PlanPoint, Spread, spread_of
from sim.report.page.describing import method_of
from sim.report.summary import SummaryRow, sample_rows
from sim.study.compare import Comparison, Contender
from sim.study.measures import MeasureKey

GAIN = "intents"
PAINS = ("cost", "wait_minutes_mean")  # the first that every plan has
INSIDE, WAITING = "inside_time_average", "waiting_time_average"


def comparison_page(
    comparison: Comparison,
    contenders: Sequence[Contender],
    manifest: Mapping[str, Any],
    alarms: Sequence[Mapping[str, Any]] = (),
) -> ComparisonPage:
    """The page of a comparison of these contenders, the base first."""
    rows = [dict(zip(one.sample.keys, sample_rows(one.sample, {}), strict=True)) for one in contenders]
    pain_measure = next(name for name in PAINS if all(_whole(found, name) is not None for found in rows))
    spreads = [(_known(found, GAIN), _known(found, pain_measure)) for found in rows]
    points = tuple(
        PlanPoint(one.label, gain, pain, not any(_dominates(other, (gain, pain)) for other in spreads))
        for one, (gain, pain) in zip(contenders, spreads, strict=True)
    )
    hours = tuple((one.label, _hours(found)) for one, found in zip(contenders, rows, strict=True))
    return ComparisonPage(
        comparison, GAIN, pain_measure, points, hours, tuple(alarms), method_of(contenders[0].scenario, manifest)
    )


def _whole(rows: Mapping[MeasureKey, SummaryRow], name: str) -> Spread | None:
    """A measure of the whole season, None if it is not measured."""
    return next((spread_of(row) for key, row in rows.items() if key == MeasureKey(name, key.unit)), None)


def _known(rows: Mapping[MeasureKey, SummaryRow], name: str) -> Spread:
    spread = _whole(rows, name)
    assert spread is not None
    return spread


def _dominates(one: tuple[Spread, ...], other: tuple[Spread, ...]) -> bool:
    """Whether a plan has at least as much gain and as little pain on average, and more or less of one."""
    (gain, pain), (own_gain, own_pain) = one, other
    is_as_good = gain.mean >= own_gain.mean and pain.mean <= own_pain.mean
    return is_as_good and (gain.mean > own_gain.mean or pain.mean < own_pain.mean)


def _hours(rows: Mapping[MeasureKey, SummaryRow]) -> tuple[PlanHour, ...]:
    """People inside and waiting by the hours of the clock; windows that a scenario asks for are left out."""
    found: dict[str, dict[str, Spread]] = {}
    for key, row in rows.items():
        if key.hour and "-" not in key.hour and key == MeasureKey(key.measure, key.unit, hour=key.hour):
            found.setdefault(key.hour, {})[key.measure] = spread_of(row)
    return tuple(
        PlanHour(hour, own[INSIDE], own[WAITING]) for hour, own in found.items() if INSIDE in own and WAITING in own
    )
