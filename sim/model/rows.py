"""Rows of firms, posts and seekers, completed and tied to the fairs they belong to.

Takes rows from entries of the scenario file or from tables, fills what may be left out (an id, the only fair)
and finds ids that are unknown or there twice. Knows nothing of numbers and totals.
"""

from __future__ import annotations

from collections.abc import Collection

from sim.model.documents import BAD, MOST_FINDINGS, Block, too_many
from sim.model.errors import Finding, did_you_mean, quoted
from sim.model.grid import Rows
from sim.model.parameters import vocabulary
from sim.model.parse import default_value
from sim.model.positions import Origin
from sim.model.values import Settings, Value

# What a key of a row refers to, and whether it must be given when there are several.
REFERENCES = {
    "firms": {"fair": ("fairs", True)},
    "posts": {"firm": ("firms", True), "occupation": ("occupations", True)},
    "seekers": {"fair": ("fairs", True), "group": ("groups", False), "occupation": ("occupations", False)},
}
SINGULAR = {
    "fairs": "fair",
    "groups": "group",
    "occupations": "occupation",
    "districts": "district",
    "venues": "venue",
    "outreach": "outreach",
    "levers": "lever",
    "firms": "firm",
    "seekers": "seeker",
}


def inline_rows(kind: str, blocks: list[Block]) -> Rows:
    """The rows that stand in the scenario file itself."""
    rows = Rows(kind)
    keys = vocabulary(kind).keys
    for block in blocks:
        values: list[Value] = []
        for key, parameter in keys.items():
            entry = block.entries.get(key)
            if entry is None:
                values.append(default_value(parameter))
            else:
                values.append(None if entry.value is BAD else entry.value)
        rows.values.append(tuple(values))
        rows.origins.append(block.origin)
    return rows


def complete_rows(
    rows: Rows, known: dict[str, Collection[str] | None], findings: list[Finding]
) -> tuple[Settings, ...]:
    """Rows as settings, with ids and single references filled in.

    `known` gives the ids of each list; None where they are not known for certain.
    """
    index = {key: place for place, key in enumerate(vocabulary(rows.kind).keys)}
    seen: set[str] = set()
    completed: list[Settings] = []
    before = len(findings)
    for number in range(len(rows.values)):
        values = list(rows.values[number])
        rows.values[number] = ()
        if len(findings) - before <= MOST_FINDINGS:
            _complete_id(values, index, number, rows, seen, findings)
            for key in REFERENCES[rows.kind]:
                _complete_reference(values, index[key], number, rows, key, known, findings)
        completed.append(Settings.row(index, values))
    if len(findings) - before > MOST_FINDINGS:
        findings.append(too_many(rows.origin(len(completed) - 1)))
    return tuple(completed)


def _complete_id(
    values: list[Value],
    index: dict[str, int],
    number: int,
    rows: Rows,
    seen: set[str],
    findings: list[Finding],
) -> None:
    if "id" not in index:
        return
    place = index["id"]
    if values[place] == "":
        values[place] = str(number + 1)
    identity = values[place]
    if not isinstance(identity, str):
        return
    if identity in seen:
        findings.append(duplicate(rows.origin(number).child("id"), SINGULAR[rows.kind], identity))
    seen.add(identity)


def duplicate(origin: Origin, what: str, identity: str) -> Finding:
    """The finding for an id that an earlier entry has too."""
    found = f"{quoted(identity)} is already the id of another {what}"
    return Finding(origin.place, origin.key, found, "each id once", "", "duplicate-id")


def _complete_reference(
    values: list[Value],
    place: int,
    number: int,
    rows: Rows,
    key: str,
    known: dict[str, Collection[str] | None],
    findings: list[Finding],
) -> None:
    name, needed = REFERENCES[rows.kind][key]
    ids = known.get(name)
    written = values[place]
    if ids is None or not isinstance(written, str) or written in ids:
        return
    what = SINGULAR[name]
    if written:
        origin = rows.origin(number).child(key)
        found = f"there is no {what} {quoted(written)}"
        remedy = did_you_mean(written, ids)
        findings.append(Finding(origin.place, origin.key, found, "", remedy, "unknown-id"))
    elif needed and len(ids) == 1:
        values[place] = next(iter(ids))
    elif needed and not rows.doubtful:
        origin = rows.origin(number).child(key)
        found = f"the {what} is not given, and there are {len(ids)}"
        remedy = f"name one of the {name} by its id"
        findings.append(Finding(origin.place, origin.key, found, "", remedy, "missing-reference"))
