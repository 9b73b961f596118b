"""What the page of a search for better calendars says, gathered from what the search wrote into its folder.

The finalists with their gains, what each takes, their calendars, and every plan that was tried. It takes what was found
and judges nothing again but who is beaten in the two things that the page draws.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.files import explained
from sim.model.errors import Finding, InputError
from sim.model.resources import planned_firms, resources
from sim.model.scenario import Scenario, load_scenario
from sim.report.page.data import Aim, FairPlan, FoundPlan, Gain, PlanPoint, SearchPage, Spread, Tried
from sim.report.page.describing import method_of
from sim.report.summary import SummaryRow
from sim.study.compare import HIGHER

OPTIMUM, SEARCH = "optimum.json", "search.csv"
COST, VISITS = Aim("cost", "lower", math.nan, None, ()), Aim("intents", HIGHER, math.nan, None, ())

Document = Mapping[str, Any]


def search_page_of(folder: Path, manifest: Mapping[str, Any]) -> SearchPage:
    """The page of a finished search, from its folder."""
    with explained(folder):
        document = json.loads((folder / OPTIMUM).read_text(encoding="utf-8"))
        tried = (folder / SEARCH).read_text(encoding="utf-8")
    try:
        scenarios = [load_scenario(folder / str(plan["file"])) for plan in document["plans"]]
    except InputError as error:
        remedy = "put the tables that the plans name where they stood at the search, or search again"
        raise InputError(
            [*error.findings, Finding(str(folder), "", "holds plans that cannot be read here", "", remedy, "no-page")]
        ) from error
    return search_page(document, tried, scenarios, manifest)


def search_page(
    document: Document, tried: str, scenarios: Sequence[Scenario], manifest: Mapping[str, Any]
) -> SearchPage:
    """The page of a search: its document, its table of tried plans, and its plans, the own calendar first."""
    aims = tuple(_aim(one) for one in document["objectives"])
    plans = [_plan(one, scenario) for one, scenario in zip(document["plans"], scenarios, strict=True)]
    axes = (aims[0], aims[1] if len(aims) > 1 else VISITS if aims[0].measure == COST.measure else COST)
    return SearchPage(
        name=str(document["problem"]),
        scenario=str(document["scenario"]),
        aims=aims,
        limits=document["limits"],
        own=plans[0],
        plans=tuple(plans[1:]),
        axes=axes,
        points=_points(plans, axes),
        tried=tuple(_tried(tried, aims)),
        evaluations=int(document["evaluations"]),
        generations=int(document["generations"]),
        replications=int(document["final_replications"]),
        replications_in_all=int(document["replications_in_all"]),
        seed=int(document["seed"]),
        final_seed=int(document["final_seed"]),
        method=method_of(scenarios[0], manifest),
    )


def _aim(one: Document) -> Aim:
    return Aim(str(one["measure"]), str(one["better"]), float(one["zone"]), one["selected"], tuple(one["possible"]))


def _plan(one: Document, scenario: Scenario) -> FoundPlan:
    """A plan with what came out, what it takes, and its fairs in order of time."""
    rows, gains = {}, {}
    for figure in one["measures"]:
        numbers = {key: math.nan if value is None else value for key, value in figure.items()}
        mean, low, high = (float(numbers[key]) for key in ("mean", "low", "high"))
        unknown = {"sd": math.nan, "p05": math.nan, "p95": math.nan}
        name = str(figure["name"])
        rows[name] = SummaryRow(
            name, str(figure["unit"]), mean, low, high, **unknown, reported=None, ratio=None, missing=0
        )
        gains[name] = Gain(*(float(numbers[key]) for key in ("gain", "gain_low", "gain_high")))
    recruiters = sorted(
        {fair.settings.number("booth.recruiters") for fair in scenario.fairs if not fair.settings.flag("published")}
    )
    return FoundPlan(
        label=str(one["plan"]),
        status=str(one["status"]),
        file=str(one["file"]),
        rows=rows,
        gains=gains,
        calendar=_calendar(scenario),
        takes=resources(scenario),
        recruiters=tuple(recruiters),
        outreach=tuple(entry.id for entry in scenario.outreach),
    )


def _calendar(scenario: Scenario) -> tuple[FairPlan, ...]:
    fairs = []
    for fair, firms in zip(scenario.fairs, planned_firms(scenario), strict=True):
        own = fair.settings
        theme = ", ".join((*own.names("theme.occupations"), *own.names("theme.groups")))
        where = (own.text("venue"), own.text("district"), own.day("date"))
        times = (own.clock("open"), own.clock("close"))
        fairs.append(FairPlan(fair.id, *where, *times, {}, float(firms), theme, own.flag("published")))
    return tuple(sorted(fairs, key=lambda one: (str(one.date), one.opens, one.venue or one.id)))


def _points(plans: Sequence[FoundPlan], axes: tuple[Aim, Aim]) -> tuple[PlanPoint, ...]:
    """The plans by what they bring and what they cost, and whether another is at least as good in both."""
    signs = [1.0 if one.better == HIGHER else -1.0 for one in axes]
    places = [[sign * plan.rows[one.measure].mean for sign, one in zip(signs, axes, strict=True)] for plan in plans]
    return tuple(
        PlanPoint(
            plan.label,
            _spread(plan.rows[axes[0].measure]),
            _spread(plan.rows[axes[1].measure]),
            not any(_beats(other, place) for other in places),
        )
        for plan, place in zip(plans, places, strict=True)
    )


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(mine >= its for mine, its in pairs) and any(mine > its for mine, its in pairs)


def _spread(row: SummaryRow) -> Spread:
    return Spread(row.mean, row.low, row.high, math.nan, math.nan)


def _tried(text: str, aims: Sequence[Aim]) -> list[Tried]:
    """The rows of the table of tried plans."""
    return [
        Tried(int(row["generation"]), int(row["replications"]), tuple(_value(row[one.measure]) for one in aims))
        for row in csv.DictReader(io.StringIO(text))
    ]


def _value(text: str) -> float:
    """An estimate; empty or endless where the measure was not observed."""
    value = float(text) if text else math.nan
    return value if math.isfinite(value) else math.nan
