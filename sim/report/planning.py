"""The calendar of a plan as planners read it: each fair with day, place, firms, staff and cost, and what all takes.

As a table for the terminal, as CSV and as JSON values. What a policy leaves to the day stays open. Names come from
scenarios and may hold anything: none is taken for markup or for a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.files import csv_text
from sim.language import N_, _
from sim.model.costs import staff_hours
from sim.model.resources import planned_costs, resources
from sim.model.scenario import Scenario
from sim.model.values import clock_text
from sim.report.terminal import resource_name

if TYPE_CHECKING:
    from rich.console import Console

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
BETWEEN = N_(" or ")
HEADINGS = (
    N_("date"), N_("weekday"), N_("time"), N_("fair"), N_("venue"), N_("district"), N_("firms"), N_("for"), N_("staff"),
    N_("cost (yuan)"),
)  # fmt: skip
UNITS = {
    "fairs": "",
    "fair hours": "",
    "booth days": "",
    "venue days": "",
    "staff hours": "",
    "outreach messages": "",
    "planned cost": N_(" yuan"),
    "planned lever cost": N_(" yuan"),
}


@dataclass(frozen=True)
class PlannedFair:
    """One fair of a plan; what is not known before the season is None or empty."""

    fair: str
    date: str
    weekday: str
    open: str
    close: str
    venue: str  # several where it is chosen on the day
    district: str
    firms: int | None
    posts: int | None
    seekers: int | None
    theme: str
    published: bool
    staff: float
    staff_hours: float
    cost: float


def planned_fairs(scenario: Scenario) -> list[PlannedFair]:
    """The fairs of a plan by date and opening time, fairs without a date last."""
    costs = planned_costs(scenario)
    fairs = []
    for fair, options, cost in zip(scenario.fairs, scenario.candidates, costs, strict=True):
        own, date = fair.settings, fair.settings.day("date")
        fairs.append(
            PlannedFair(
                fair=fair.id,
                date="" if date is None else date.isoformat(),
                weekday="" if date is None else WEEKDAYS[date.weekday()],
                open=clock_text(own.clock("open")),
                close=clock_text(own.clock("close")),
                venue=BETWEEN.join(dict.fromkeys(one.settings.text("venue") for one in options)),
                district=BETWEEN.join(dict.fromkeys(one.settings.text("district") for one in options)),
                firms=own.optional_integer("firms"),
                posts=own.optional_integer("posts"),
                seekers=own.optional_integer("seekers"),
                theme=", ".join((*own.names("theme.occupations"), *own.names("theme.groups"))),
                published=own.flag("published"),
                staff=own.number("staff.people"),
                staff_hours=staff_hours(own),
                cost=cost,
            )
        )
    return sorted(fairs, key=lambda one: (not one.date, one.date, one.open))


def plan_csv(fairs: Sequence[PlannedFair]) -> str:
    """A row per fair."""
    rows = [[_cell(value) for value in asdict(one).values()] for one in fairs]
    return csv_text(tuple(PlannedFair.__dataclass_fields__), rows)


def _cell(value: object) -> str | int | float | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    assert value is None or isinstance(value, str | int | float)
    return value


def plan_json(scenario: Scenario) -> dict[str, Any]:
    """The plan as values that JSON can hold."""
    return {
        "scenario": scenario.name,
        "policy": scenario.settings.text("calendar.policy"),
        "fairs": [asdict(one) for one in planned_fairs(scenario)],
        "resources": resources(scenario),
        "findings": [asdict(one) for one in scenario.findings],
    }


def render_plan(scenario: Scenario, console: Console) -> None:
    """The calendar as a table, what it takes, and every finding."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in HEADINGS:
        right = heading in ("firms", "staff", "cost (yuan)")
        table.add_column(_(heading), justify="right" if right else "left", overflow="fold")
    for one in planned_fairs(scenario):
        mark = _(" (published)") if one.published else ""
        where = (text.replace(BETWEEN, _(BETWEEN)) for text in (one.venue, one.district))
        cells = (
            one.date, _(one.weekday), f"{one.open}-{one.close}", one.fair + mark, *where,
            "" if one.firms is None else f"{one.firms:,}", one.theme, f"{one.staff:g}", f"{one.cost:,.0f}",
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    console.print(Text(_("{scenario}: {policy}").format(scenario=scenario.name, policy=_policy(scenario))))
    console.print(table)
    console.print()
    for name, amount in resources(scenario).items():
        console.print(
            Text(_("{name}: {amount}").format(name=resource_name(name), amount=f"{amount:,.0f}{_(UNITS[name])}"))
        )
    for finding in scenario.findings:
        console.print(Text(finding.spoken()), soft_wrap=True)


def _policy(scenario: Scenario) -> str:
    policy = scenario.settings.text("calendar.policy")
    if policy == "explicit":
        return _("calendar as listed")
    return _("calendar of the policy {policy}").format(policy=policy)
