"""Starter scenarios: complete files to begin from, every key with its meaning.

The comments are made from the parameter table, so that they cannot go stale. Knows how a scenario is
written, nothing of how it is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sim.language import N_, _, spoken
from sim.model.errors import Finding, InputError, did_you_mean
from sim.model.lines import lines_of
from sim.model.parameters import LISTS, Parameter, parameters, vocabulary
from sim.model.parse import allowed_range

WIDTH = 100
Literals = dict[str, str]

# What stands in a commented line for a key without a default.
EXAMPLES = {
    "text": '"..."',
    "integer": "10",
    "number": "1.5",
    "clock": '"13:30"',
    "date": "2020-04-21",
    "duration": '"exponential(mean=6)"',
    "numbers": "[120, 240, 180]",
    "shifts": '[{ from = "09:00", recruiters = 2 }, { from = "12:00", recruiters = 1 }]',
    "windows": '["10:30-12:30", "11:30-13:30"]',
    "path": '"rows.csv"',
    "names": '["..."]',
    "dates": "[2026-05-01, 2026-05-02]",
}
OCCUPATIONS = [
    {"id": '"production"', "name": '"Production"', "seekers_share": "3", "posts_share": "3"},
    {"id": '"office"', "name": '"Office"', "seekers_share": "2", "posts_share": "1"},
]
LIST_MEANINGS = {
    "fairs": N_("Fairs: one venue on one day each. Any key from above may stand here too, as gate.lanes = 4."),
    "groups": N_(
        "Groups of seekers. Any key of [behaviour] or [attendance] may stand here too, as behaviour.talk_share = 0.5."
    ),
    "occupations": N_("Occupations of seekers and posts."),
    "districts": N_("Districts where people live and firms are; by default those of the fairs, all at one point."),
    "venues": N_("Venues: a fair that names one takes over what is said of it, and a policy holds its fairs there."),
    "outreach": N_("What makes people of the pool aware of fairs."),
    "levers": N_("Measures besides fairs that help people into work."),
    "firms": N_("Firms by name; without them, firms are drawn."),
    "posts": N_("Posts of the named firms by occupation."),
    "seekers": N_("Seekers by name; without them, seekers are drawn."),
}


@dataclass(frozen=True)
class Starter:
    """What one starter scenario sets; everything else stands in it as a comment."""

    values: Literals
    lists: dict[str, list[Literals]] = field(default_factory=dict)


def starter(name: str = "fair") -> str:
    """The text of a starter scenario: "fair", "venues", "firms" or "season"."""
    starters = _starters()
    if name not in starters:
        found = f'there is no starter scenario "{name}"'
        remedy = did_you_mean(name, starters)
        raise InputError([Finding("template", "", found, ", ".join(starters), remedy, "unknown-template")])
    return "\n".join(_lines(starters[name])) + "\n"


def workbook_starter(workbook: str) -> str:
    """The text of a starter scenario whose fairs, firms and posts stand in the workbook of this name beside it."""
    name = json.dumps(workbook, ensure_ascii=False)
    why = '"Which booth becomes the bottleneck?"'
    values = {"schema_version": "1", "author": '"me"', "name": '"my fair"', "why": why, "tables.workbook": name}
    return "\n".join(_lines(Starter(values, {"occupations": OCCUPATIONS}))) + "\n"


def starter_names() -> tuple[str, ...]:
    """The names of all starter scenarios, the default first."""
    return tuple(_starters())


def _starters() -> dict[str, Starter]:
    start = {"schema_version": "1", "author": '"me"'}
    one = {"id": '"hall"', "venue": '"Town hall"', "district": '"Centre"', "date": "2026-04-18"}
    fair = Starter(
        start
        | {"name": '"my fair"', "why": '"How long are the queues at one small fair?"'}
        | {"open": '"09:00"', "close": '"14:00"', "gate.lanes": "2"},
        {"fairs": [one | {"firms": "20", "posts": "300", "seekers": "400"}]},
    )
    venues = Starter(
        start
        | {"name": '"one day, three venues"', "why": '"What do three venues on one day achieve?"'}
        | {"totals.firms": "90", "totals.posts": "2000", "totals.seekers": "2400"},
        {
            "fairs": [
                {"id": '"north"', "venue": '"North hall"', "district": '"North"', "date": "2026-04-18"},
                {"id": '"south"', "venue": '"South hall"', "district": '"South"', "date": "2026-04-18"},
                {"id": '"west"', "venue": '"School yard"', "district": '"West"', "date": "2026-04-18"}
                | {"gate.lanes": "2", "seekers": "500"},
            ],
            "groups": [
                {"id": '"graduates"', "name": '"Graduates"', "share": "0.4"},
                {"id": '"others"', "name": '"Other seekers"', "share": "0.6", "behaviour.talk_share": "0.45"},
            ],
        },
    )
    firms = Starter(
        start | {"name": '"named firms"', "why": '"Which booth becomes the bottleneck?"'},
        {
            "fairs": [one | {"seekers": "150"}],
            "occupations": OCCUPATIONS,
            "firms": [
                {"id": '"motor"', "name": '"Motor works"', "sector": '"vehicles"', "recruiters": "3"},
                {"id": '"bakery"', "name": '"Bakery"', "recruiters": "1", "interview_minutes": "6"},
                {"id": '"clinic"', "name": '"Clinic"', "shifts": EXAMPLES["shifts"], "posts": "12"},
            ],
            "posts": [
                {"firm": '"motor"', "occupation": '"production"', "count": "60"},
                {"firm": '"motor"', "occupation": '"office"', "count": "5"},
                {"firm": '"bakery"', "occupation": '"production"', "count": "8"},
            ],
        },
    )
    return {"fair": fair, "venues": venues, "firms": firms, "season": _season(start)}


def _season(start: Literals) -> Starter:
    """A campaign whose calendar a policy makes."""
    values = {
        "name": '"my season"',
        "why": '"Few large fairs or many small ones?"',
        "season.start": "2026-04-01",
        "season.end": "2026-05-31",
        "season.holidays": "[2026-05-01]",
        "pool.seekers": "8000",
        "pool.inflow_per_day": "50",
        "stock.firms": "400",
        "stock.posts": "3000",
        "stock.new_posts_per_day": "20",
        "calendar.policy": '"equal"',
        "calendar.fairs": "9",
        "calendar.weekdays": '["tue", "thu", "sat"]',
        "totals.firms": "270",
        "limits.travel_km": "12",
    }
    return Starter(
        start | values,
        {
            "groups": [
                {"id": '"graduates"', "name": '"Graduates"', "share": "0.4"},
                {"id": '"others"', "name": '"Other seekers"', "share": "0.6"},
            ],
            "occupations": [
                {"id": '"production"', "name": '"Production"', "seekers_share": "3", "posts_share": "3"},
                {"id": '"office"', "name": '"Office"', "seekers_share": "2", "posts_share": "1"},
            ],
            "districts": [
                {"id": '"North"', "seekers_share": "2", "y_km": "9"},
                {"id": '"South"', "seekers_share": "3"},
            ],
            "venues": [
                {"id": '"North hall"', "district": '"North"', "booths": "80", "people_limit": "900"},
                {"id": '"South hall"', "district": '"South"', "booths": "300", "cost": "12000"},
                {"id": '"School yard"', "district": '"South"', "booths": "40", "cost": "1000"},
            ],
            "outreach": [
                {"id": '"sms"', "channel": '"sms"', "reach_share": "0.6", "cost_per_person": "0.05"},
            ],
        },
    )


def _lines(chosen: Starter) -> list[str]:
    lines = _comment(
        _(
            "A starter scenario. Every key of the scenario language stands here with its meaning, unit, range, "
            "default and source. Lines in force have no #; take the # away from a line such as `# lanes = 6` to "
            'change its value. A value may carry its source: lanes = { value = 4, source = "count on site" }.'
        )
    )
    lines += _comment(_('Another scenario can be the base of this one: base = "other.toml".'))
    plain = [one for one in vocabulary("").keys.values() if "." not in one.key]
    for parameter in plain:
        lines += ["", *_described(parameter, parameter.key, chosen.values.get(parameter.key))]
    section = ""
    for parameter in vocabulary("").keys.values():
        head, dot, name = parameter.key.partition(".")
        if not dot:
            continue
        if head != section:
            section = head
            lines += ["", f"[{section}]"]
        lines += ["", *_described(parameter, name, chosen.values.get(parameter.key))]
    for name in LISTS:
        lines += ["", "", *_list(name, chosen.lists.get(name, []))]
    return lines


def _list(name: str, entries: list[Literals]) -> list[str]:
    """A list of tables: the first entry with every key explained, further ones short."""
    lines = _comment(_(LIST_MEANINGS[name]))
    first = entries[0] if entries else {}
    lines.append(f"[[{name}]]" if entries else f"# [[{name}]]")
    own = parameters(LISTS[name])
    for parameter in own:
        lines += ["", *_described(parameter, parameter.key, first.get(parameter.key))]
    known = {parameter.key for parameter in own}
    lines += [f"{key} = {literal}" for key, literal in first.items() if key not in known]
    for entry in entries[1:]:
        lines += ["", f"[[{name}]]", *(f"{key} = {literal}" for key, literal in entry.items())]
    return lines


def _described(parameter: Parameter, name: str, literal: str | None) -> list[str]:
    """Meaning, unit, range, default and source of a key as comment, and its line."""
    text = described(parameter)
    line = f"{name} = {example(parameter)}" if literal is None else f"{name} = {literal}"
    return [*_comment(text), line if literal is not None else f"# {line}"]


def described(parameter: Parameter) -> str:
    """Meaning, unit, range, default and source of a parameter in one paragraph."""
    limits = " | ".join(parameter.choices) or _range(parameter)
    default = _("Default: {value}.").format(value=parameter.default) if parameter.default else _("No default.")
    return _("{meaning}{limits} {default} Source: {source}.").format(
        meaning=_(parameter.meaning),
        limits=f" [{limits}]" if limits else "",
        default=default,
        source=_(parameter.source),
    )


def _range(parameter: Parameter) -> str:
    """The unit and range of a number, or the unit alone."""
    text = allowed_range(parameter)
    said = spoken(text)
    return _(text) if said == text else said


def example(parameter: Parameter) -> str:
    """A value of a parameter as TOML: its default, else an example of its type."""
    if not parameter.default:
        if parameter.maximum is not None and parameter.maximum < 10:
            return f"{parameter.maximum:g}"
        return f'"{parameter.choices[0]}"' if parameter.type == "choice" else EXAMPLES[parameter.type]
    if parameter.type in ("clock", "choice", "text", "path"):
        return f'"{parameter.default}"'
    if parameter.type == "duration" and "(" in parameter.default:
        return f'"{parameter.default}"'
    if parameter.type == "names":
        return str([name.strip() for name in parameter.default.split(",")]).replace("'", '"')
    return f"[{parameter.default}]" if parameter.type == "numbers" else parameter.default


def _comment(text: str) -> list[str]:
    lines = lines_of(text, WIDTH - 4)
    return [f"#   {line}" if number else f"# {line}" for number, line in enumerate(lines)]
