"""Plans that a search found, as a planner reads them: in words against the scenario's own calendar, with intervals.

From what the final found it gives the text for the terminal, the JSON document and the tables of the folder. It must
not know how plans were searched for or judged.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.files import csv_text
from sim.model.resources import planned_firms, resources
from sim.model.scenario import Fair, Scenario
from sim.model.values import clock_text
from sim.report.comparison import best_sentences
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
    fixed = f", {published} of them published" if published else ""
    yield f"{len(plan.fairs)} fairs{fixed} (own calendar: {len(base.fairs)}); {_kept(base, plan)}"
    old, new = ([round(one) for one in planned_firms(scenario)] for scenario in (base, plan))
    yield (
        f"firms at a fair {_span(new)} (own calendar: {_span(old)}); booth days"
        f" {after['booth days']:,.0f} ({before['booth days']:,.0f})"
    )
    yield f"days: {_days(plan)} (own calendar: {_days(base)})"
    yield f"venues: {_venues(plan)}"
    hours = Counter(_hours(fair) for fair in plan.fairs)
    if set(hours) != {_hours(fair) for fair in base.fairs}:
        yield f"hours: {_counted(hours)}"
    themes = Counter(text for fair in plan.fairs if (text := _theme(fair)))
    if themes:
        yield f"for certain people: {_counted(themes)}"
    recruiters = {
        fair.settings.number("booth.recruiters") for fair in plan.fairs if not fair.settings.flag("published")
    }
    if recruiters - {base.defaults.number("booth.recruiters")}:
        yield f"recruiters at a booth: {', '.join(f'{one:g}' for one in sorted(recruiters))}"
    gone = [one.id for one in base.outreach if one.id not in {other.id for other in plan.outreach}]
    if gone:
        yield f"without the outreach {', '.join(gone)}"
    yield f"planned cost {after['planned cost']:,.0f} yuan (own calendar: {before['planned cost']:,.0f})"


def _kept(base: Scenario, plan: Scenario) -> str:
    """How much of the base's calendar is left."""
    held = {(fair.settings.day("date"), _where(fair)) for fair in base.fairs}
    days = {day for day, _ in held}
    same = sum((fair.settings.day("date"), _where(fair)) in held for fair in plan.fairs)
    that_day = sum(fair.settings.day("date") in days for fair in plan.fairs)
    return f"{same} at a day and venue of the own calendar, {that_day - same} on its days elsewhere"


def _where(fair: Fair) -> str:
    return fair.settings.text("venue") or fair.settings.text("district")


def _span(numbers: Sequence[int]) -> str:
    if not numbers:
        return "none"
    low, high = min(numbers), max(numbers)
    middle = sorted(numbers)[len(numbers) // 2]
    return f"{low}" if low == high else f"{low} to {high}, half of them {middle} or more"


def _days(scenario: Scenario) -> str:
    days = sorted(day for fair in scenario.fairs if (day := fair.settings.day("date")) is not None)
    if not days:
        return "none"
    weekend = sum(day.weekday() >= 5 for day in days)
    return f"{days[0].isoformat()} to {days[-1].isoformat()}, {len(set(days))} days, {weekend} fairs at weekends"


def _venues(scenario: Scenario) -> str:
    return _counted(Counter(_where(fair) for fair in scenario.fairs))


def _hours(fair: Fair) -> str:
    return f"{clock_text(fair.settings.clock('open'))}-{clock_text(fair.settings.clock('close'))}"


def _theme(fair: Fair) -> str:
    return ", ".join((*fair.settings.names("theme.occupations"), *fair.settings.names("theme.groups")))


def _counted(counts: Counter[str]) -> str:
    common = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    shown = ", ".join(f"{name} {count}" for name, count in common[:MOST_NAMED])
    return shown if len(common) <= MOST_NAMED else f"{shown}, {len(common) - MOST_NAMED} others"


def lead_sentence(judged: Judged) -> str:
    """The first plan's gain in one sentence."""
    best = judged.finalists[0]
    figure = best.figure(judged.problem.objectives[0].measure)
    own = judged.own.figure(figure.key.measure)
    share = f" ({100 * figure.gain / own.mean:+.1f} %)" if own.mean else ""
    told = "" if figure.gain_low > 0 or figure.gain_high < 0 else ": cannot tell whether better or worse"
    return (
        f"{best.label} against the own calendar: {_signed(figure.gain)} {figure.key.measure}{share}, 95 % interval"
        f" {_signed(figure.gain_low)} to {_signed(figure.gain_high)}{told}."
    )


def notes(judged: Judged) -> Iterator[str]:
    """What must be known to read the table."""
    search = judged.problem.search
    count = len(judged.searched.known)
    yield (
        f"{count:,} plans in {judged.searched.generations} generations (seed {search.seed}); finalists and own calendar"
        f" on {judged.replications:,} fresh replications (seed {search.final_seed}), paired."
    )
    yield (
        f"Intervals of the gains in {', '.join(one.measure for one in judged.problem.objectives)} hold together over"
        " all finalists with 95 % confidence (paired Student t, Bonferroni); the others one by one."
    )
    for name in judged.widened:
        zone = next(best.zone for best in judged.bests if best.measure == name)
        yield f"By {name} the zone was widened to {zone:g}: a smaller one would have taken too many replications."


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
        for line in best_sentences(best, CONFIDENCE):
            say(line)
    say("")
    for objective in judged.problem.objectives:
        console.print(_gains_table(judged, objective.measure))
        say("")
    console.print(_means_table(judged))
    say("")
    say(f"{judged.finalists[0].label} in words:")
    for line in plan_sentences(judged.problem.base, scenarios[0]):
        say(f"  {line}")
    say("")
    for line in notes(judged):
        say(line)


def _gains_table(judged: Judged, measure: str) -> Table:
    """One objective: all plans against the own calendar."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(measure)
    for name in ("mean", "gain", "95 % interval"):
        table.add_column(name, justify="right")
    table.add_column("by all objectives")
    for one in (judged.own, *judged.finalists):
        figure = one.figure(measure)
        cells = ["", ""]
        if one.plan is not None:
            cells = [_signed(figure.gain), f"{_signed(figure.gain_low)} to {_signed(figure.gain_high)}"]
        table.add_row(one.label, _figure(figure.mean), *cells, one.status)
    return table


def _means_table(judged: Judged) -> Table:
    """What else comes out: a row per measure, a column per plan."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("mean")
    shown = (judged.own, *judged.finalists[:MOST_COLUMNS])
    for one in shown:
        table.add_column(one.label, justify="right")
    for figure in judged.own.figures:
        name = figure.key.measure
        table.add_row(name, *(_figure(one.figure(name).mean) for one in shown))
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
