"""Plans that a search found, as a planner reads them: in words against the scenario's own calendar, with intervals.

From what the final found it gives the text for the terminal, the JSON document and the tables of the folder, whose
sentences are English. It must not know how plans were searched for or judged.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.files import csv_text
from sim.language import ENGLISH, _, speaking
from sim.model.resources import planned_firms, resources
from sim.model.scenario import Fair, Scenario
from sim.model.values import clock_text
from sim.report.comparison import best_sentences
from sim.report.terminal import measure_label, plan_name, status_name
from sim.study.optimise.finals import Figure, Finalist, Judged
from sim.study.optimise.plans import scenario_of_plan
from sim.study.statistics import CONFIDENCE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_NAMED = 6
MOST_COLUMNS = 5


# In words -----------------------------------------------------------------------------------------


def plan_sentences(base: Scenario, plan: Scenario) -> Iterator[str]:
    """A plan in words: how many fairs, when, where, how large, what it takes, each against the base."""
    before, after = resources(base), resources(plan)
    published = sum(fair.settings.flag("published") for fair in plan.fairs)
    fixed = _(", {count} of them published").format(count=published) if published else ""
    line = _("{fairs} fairs{fixed} (own calendar: {own}); {kept}")
    yield line.format(fairs=len(plan.fairs), fixed=fixed, own=len(base.fairs), kept=_kept(base, plan))
    old, new = ([round(one) for one in planned_firms(scenario)] for scenario in (base, plan))
    line = _("firms at a fair {new} (own calendar: {old}); booth days {after} ({before})")
    days = (f"{one['booth days']:,.0f}" for one in (after, before))
    yield line.format(new=_span(new), old=_span(old), **dict(zip(("after", "before"), days, strict=True)))
    yield _("days: {days} (own calendar: {own})").format(days=_days(plan), own=_days(base))
    yield _("venues: {venues}").format(venues=_venues(plan))
    hours = Counter(_hours(fair) for fair in plan.fairs)
    if set(hours) != {_hours(fair) for fair in base.fairs}:
        yield _("hours: {hours}").format(hours=_counted(hours))
    themes = Counter(text for fair in plan.fairs if (text := _theme(fair)))
    if themes:
        yield _("for certain people: {themes}").format(themes=_counted(themes))
    recruiters = {
        fair.settings.number("booth.recruiters") for fair in plan.fairs if not fair.settings.flag("published")
    }
    if recruiters - {base.defaults.number("booth.recruiters")}:
        numbers = _(", ").join(f"{one:g}" for one in sorted(recruiters))
        yield _("recruiters at a booth: {recruiters}").format(recruiters=numbers)
    gone = [one.id for one in base.outreach if one.id not in {other.id for other in plan.outreach}]
    if gone:
        yield _("without the outreach {ids}").format(ids=_(", ").join(gone))
    line = _("planned cost {cost} yuan (own calendar: {own})")
    yield line.format(cost=f"{after['planned cost']:,.0f}", own=f"{before['planned cost']:,.0f}")


def _kept(base: Scenario, plan: Scenario) -> str:
    """How much of the base's calendar is left."""
    held = {(fair.settings.day("date"), _where(fair)) for fair in base.fairs}
    days = {day for day, _place in held}
    same = sum((fair.settings.day("date"), _where(fair)) in held for fair in plan.fairs)
    that_day = sum(fair.settings.day("date") in days for fair in plan.fairs)
    line = _("{same} at a day and venue of the own calendar, {other} on its days elsewhere")
    return line.format(same=same, other=that_day - same)


def _where(fair: Fair) -> str:
    return fair.settings.text("venue") or fair.settings.text("district")


def _span(numbers: Sequence[int]) -> str:
    if not numbers:
        return _("none")
    low, high = min(numbers), max(numbers)
    middle = sorted(numbers)[len(numbers) // 2]
    line = _("{low} to {high}, half of them {middle} or more")
    return f"{low}" if low == high else line.format(low=low, high=high, middle=middle)


def _days(scenario: Scenario) -> str:
    days = sorted(day for fair in scenario.fairs if (day := fair.settings.day("date")) is not None)
    if not days:
        return _("none")
    weekend = sum(day.weekday() >= 5 for day in days)
    line = _("{first} to {last}, {days} days, {fairs} fairs at weekends")
    return line.format(first=days[0].isoformat(), last=days[-1].isoformat(), days=len(set(days)), fairs=weekend)


def _venues(scenario: Scenario) -> str:
    return _counted(Counter(_where(fair) for fair in scenario.fairs))


def _hours(fair: Fair) -> str:
    return f"{clock_text(fair.settings.clock('open'))}-{clock_text(fair.settings.clock('close'))}"


def _theme(fair: Fair) -> str:
    return ", ".join((*fair.settings.names("theme.occupations"), *fair.settings.names("theme.groups")))


def _counted(counts: Counter[str]) -> str:
    common = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    named = [f"{name} {count}" for name, count in common[:MOST_NAMED]]
    if len(common) > MOST_NAMED:
        named.append(_("{count} others").format(count=len(common) - MOST_NAMED))
    return _(", ").join(named)


def lead_sentence(judged: Judged) -> str:
    """The first plan's gain in one sentence."""
    best = judged.finalists[0]
    figure = best.figure(judged.problem.objectives[0].measure)
    own = judged.own.figure(figure.key.measure)
    share = f" ({100 * figure.gain / own.mean:+.1f} %)" if own.mean else ""
    told = figure.gain_low > 0 or figure.gain_high < 0
    line = _("{plan} against the own calendar: {gain} {measure}{share}, 95 % interval {low} to {high}{unsure}.")
    return line.format(
        plan=plan_name(best.label),
        gain=_signed(figure.gain),
        measure=measure_label(figure.key.measure),
        share=share,
        low=_signed(figure.gain_low),
        high=_signed(figure.gain_high),
        unsure="" if told else _(": cannot tell whether better or worse"),
    )


def notes(judged: Judged) -> Iterator[str]:
    """What must be known to read the table."""
    search = judged.problem.search
    line = _(
        "{plans:,} plans in {generations} generations (seed {seed}); finalists and own calendar on {count:,} fresh"
        " replications (seed {final_seed}), paired."
    )
    yield line.format(
        plans=len(judged.searched.known),
        generations=judged.searched.generations,
        seed=search.seed,
        count=judged.replications,
        final_seed=search.final_seed,
    )
    line = _(
        "Intervals of the gains in {measures} hold together over all finalists with 95 % confidence (paired Student t,"
        " Bonferroni); the others one by one."
    )
    yield line.format(measures=_(", ").join(measure_label(one.measure) for one in judged.problem.objectives))
    for name in judged.widened:
        zone = next(best.zone for best in judged.bests if best.measure == name)
        line = _("By {measure} the zone was widened to {zone:g}: a smaller one would have taken too many replications.")
        yield line.format(measure=measure_label(name), zone=zone)


def _signed(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:+,.{_places(value)}f}"


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:,.{_places(value)}f}"


def _places(value: float) -> int:
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3


# On the terminal ----------------------------------------------------------------------------------


def render(judged: Judged, scenarios: Sequence[Scenario], console: Console) -> None:
    """Print the gain, the table of finalists, who may be best, the first plan in words, notes."""
    from rich.text import Text

    def say(line: str) -> None:
        console.print(Text(line), soft_wrap=True)

    say(lead_sentence(judged))
    for best in judged.bests:
        spoken_best = replace(best, labels=tuple(map(plan_name, best.labels)))
        for line in best_sentences(spoken_best, CONFIDENCE):
            say(line)
    say("")
    for objective in judged.problem.objectives:
        console.print(_gains_table(judged, objective.measure))
        say("")
    console.print(_means_table(judged))
    say("")
    say(_("{plan} in words:").format(plan=plan_name(judged.finalists[0].label)))
    for line in plan_sentences(judged.problem.base, scenarios[0]):
        say(f"  {line}")
    say("")
    for line in notes(judged):
        say(line)


def _gains_table(judged: Judged, measure: str) -> Table:
    """One objective: all plans against the own calendar."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(measure_label(measure))
    for name in (_("mean"), _("gain"), _("95 % interval")):
        table.add_column(name, justify="right")
    table.add_column(_("by all objectives"))
    for one in (judged.own, *judged.finalists):
        figure = one.figure(measure)
        cells = ["", ""]
        if one.plan is not None:
            line = _("{low} to {high}")
            span = line.format(low=_signed(figure.gain_low), high=_signed(figure.gain_high))
            cells = [_signed(figure.gain), span]
        table.add_row(plan_name(one.label), _figure(figure.mean), *cells, status_name(one.status))
    return table


def _means_table(judged: Judged) -> Table:
    """What else comes out: a row per measure, a column per plan."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(_("mean"))
    shown = (judged.own, *judged.finalists[:MOST_COLUMNS])
    for one in shown:
        table.add_column(plan_name(one.label), justify="right")
    for figure in judged.own.figures:
        name = figure.key.measure
        table.add_row(measure_label(name, figure.key.unit), *(_figure(one.figure(name).mean) for one in shown))
    return table


# As data ------------------------------------------------------------------------------------------

PARETO_COLUMNS = (
    "plan", "status", "measure", "unit", "mean", "low", "high", "gain", "gain_low", "gain_high", "simultaneous",
    "replications", "file",
)  # fmt: skip


def pareto_csv(judged: Judged) -> str:
    """All finalists and the own calendar: every measure with its interval, and the gain with its own."""
    rows: list[Sequence[str | int | float | None]] = [
        (one.label, one.status, f.key.measure, f.key.unit, f.mean, f.low, f.high, f.gain, f.gain_low, f.gain_high,
         "yes" if f.simultaneous else "no", judged.replications, file_of(one))
        for one in (judged.own, *judged.finalists)
        for f in one.figures
    ]  # fmt: skip
    return csv_text(PARETO_COLUMNS, rows)


def search_csv(judged: Judged) -> str:
    """Every plan of the search, the most promising first, with what was estimated of it."""
    from sim.study.optimise.plans import Costing

    costing = Costing(judged.problem)
    objectives = judged.problem.objectives
    taken = list(costing.used(judged.searched.known[0].plan)) if judged.searched.known else []
    head = ("generation", "replications", *(one.measure for one in objectives), "fairs", *taken, "plan")
    rows: list[Sequence[str | int | float | None]] = []
    for known in judged.searched.known:
        estimates = [float(one.sign * value) for one, value in zip(objectives, known.values, strict=True)]
        fairs = len(known.plan.fairs) + len(costing.pinned)
        used = [float(value) for value in costing.used(known.plan).values()]
        rows.append((known.generation, known.replications, *estimates, fairs, *used, known.plan.text))
    return csv_text(head, rows)


def calendar_csv(scenario: Scenario) -> str:
    """The fairs of a plan, one a row."""
    columns = ("id", "date", "weekday", "venue", "district", "open", "close", "firms", "theme", "published")
    rows: list[Sequence[str | int | float | None]] = []
    for fair in scenario.fairs:
        own, day = fair.settings, fair.settings.day("date")
        rows.append((
            fair.id, "" if day is None else day.isoformat(), "" if day is None else WEEKDAYS[day.weekday()],
            own.text("venue"), own.text("district"), clock_text(own.clock("open")), clock_text(own.clock("close")),
            own.optional_integer("firms"), _theme(fair), "yes" if own.flag("published") else "no",
        ))  # fmt: skip
    return csv_text(columns, rows)


def file_of(one: Finalist) -> str:
    """The scenario file of a finalist in the folder."""
    return "plans/own-calendar.toml" if one.plan is None else f"plans/{one.label.replace(' ', '-')}.toml"


def scenarios_of(judged: Judged) -> list[Scenario]:
    """The finalists as scenarios, each named after the problem and its place."""
    return [
        scenario_of_plan(judged.problem, one.plan, f"{judged.problem.name} {one.label}")
        for one in judged.finalists
        if one.plan is not None
    ]


def as_json(judged: Judged, scenarios: Sequence[Scenario], computed: int) -> dict[str, Any]:
    """Everything that was found, as one document."""
    with speaking(ENGLISH):
        return _document(judged, scenarios, computed)


def _document(judged: Judged, scenarios: Sequence[Scenario], computed: int) -> dict[str, Any]:
    problem = judged.problem
    return {
        "problem": problem.name,
        "scenario": problem.base.name,
        "objectives": [
            {"measure": one.measure, "better": one.better, "zone": best.zone, "selected": _selected(judged, place),
             "possible": list(best.possible)}
            for place, (one, best) in enumerate(zip(problem.objectives, judged.bests, strict=True))
        ],
        "limits": dict(problem.limits),
        "evaluations": len(judged.searched.known),
        "generations": judged.searched.generations,
        "replications_in_all": computed,
        "seed": problem.search.seed,
        "final_seed": problem.search.final_seed,
        "final_replications": judged.replications,
        "plans": [
            {
                "plan": one.label,
                "status": one.status,
                "file": file_of(one),
                "measures": [_figure_json(figure) for figure in one.figures],
                "words": [] if one.plan is None else list(plan_sentences(problem.base, scenarios[place - 1])),
            }
            for place, one in enumerate((judged.own, *judged.finalists))
        ],
        "notes": list(notes(judged)),
    }  # fmt: skip


def _selected(judged: Judged, place: int) -> str | None:
    best = judged.bests[place]
    return None if best.selection is None else best.labels[best.selection.selected]


def _figure_json(figure: Figure) -> dict[str, Any]:
    numbers = {
        name: None if math.isnan(value) else value
        for name, value in (
            ("mean", figure.mean), ("low", figure.low), ("high", figure.high),
            ("gain", figure.gain), ("gain_low", figure.gain_low), ("gain_high", figure.gain_high),
        )
    }  # fmt: skip
    return {"name": figure.key.measure, "unit": figure.key.unit, **numbers}


def json_text(document: dict[str, Any]) -> str:
    """The document as text."""
    return json.dumps(document, ensure_ascii=False, indent=2)
