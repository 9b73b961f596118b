"""The scenario as a value: read from a file and its bases, checked whole, never changed afterwards.

`load_scenario` gives a `Scenario` or raises `InputError` with everything that is wrong. This is the only door
to scenario files; it must know nothing of randomness or of what is simulated.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.model.bases import Stack, read_stack
from sim.model.checks import check, refused_rows
from sim.model.documents import Bad, Block, Document, read_document
from sim.model.documents import Entry as Written
from sim.model.draft import Draft, Subject, with_default_lists
from sim.model.errors import WARNING, Finding, InputError, Refusal, has_errors, in_order
from sim.model.grid import Rows
from sim.model.named import Sheets, named_file, with_workbook
from sim.model.overrides import apart, check_hidden, check_pinned, with_overrides
from sim.model.parameters import LISTS, OF_GROUPS
from sim.model.people import people_key, with_keyed_ids
from sim.model.places import candidates, with_places, with_shares
from sim.model.policies import with_calendar
from sim.model.positions import Made, Origin, Source
from sim.model.rows import complete_rows, inline_rows
from sim.model.tables import read_table
from sim.model.values import Settings, Value

ROW_KINDS = ("firms", "posts", "seekers")


@dataclass(frozen=True)
class Fair:
    """One venue on one day, every setting resolved."""

    id: str
    settings: Settings


@dataclass(frozen=True)
class Group:
    """A kind of seeker, and the behaviour and attendance in which it differs from what its fair says."""

    id: str
    settings: Settings
    behaviour: Settings


@dataclass(frozen=True)
class Occupation:
    """A kind of work."""

    id: str
    settings: Settings


@dataclass(frozen=True)
class District:
    """Where people live and firms are."""

    id: str
    settings: Settings


@dataclass(frozen=True)
class Venue:
    """Where fairs can be held."""

    id: str
    settings: Settings


@dataclass(frozen=True)
class Outreach:
    """What makes people aware of fairs."""

    id: str
    settings: Settings


@dataclass(frozen=True)
class Lever:
    """A measure besides fairs that helps people into work."""

    id: str
    settings: Settings


Entry = Occupation | District | Venue | Outreach | Lever


@dataclass(frozen=True)
class Scenario:
    """Everything that is to be simulated.

    `defaults` are the fair-level settings at the top of the file. `candidates` are for each fair what it may be: itself
    or, where its venue is chosen on the day, the same at each possible venue. `said` names the fairs that a policy
    made, each with the keys that are not the policy's. `file`, `inputs`, `listed_apart` (the kinds of rows that a table
    or workbook lists) and `findings` (warnings and notes) say where the scenario came from and do not count when two
    are compared.
    """

    name: str
    file: str = field(compare=False)
    settings: Settings
    defaults: Settings
    fairs: tuple[Fair, ...]
    groups: tuple[Group, ...]
    occupations: tuple[Occupation, ...]
    districts: tuple[District, ...]
    venues: tuple[Venue, ...]
    outreach: tuple[Outreach, ...]
    levers: tuple[Lever, ...]
    firms: tuple[Settings, ...]
    posts: tuple[Settings, ...]
    seekers: tuple[Settings, ...]
    reported: dict[str, float] = field(hash=False)
    sources: dict[str, str] = field(hash=False)
    candidates: tuple[tuple[Fair, ...], ...]
    said: dict[str, tuple[str, ...]] = field(hash=False)
    inputs: tuple[tuple[str, str], ...] = field(compare=False)
    listed_apart: frozenset[str] = field(compare=False)
    findings: tuple[Finding, ...] = field(compare=False)

    @property
    def is_campaign(self) -> bool:
        """Whether one population of seekers and posts lasts through the season."""
        return self.settings["pool.seekers"] is not None

    @property
    def warnings(self) -> list[str]:
        """What a planner should know before a run, though nothing stops it."""
        return [str(one).removeprefix(f"{WARNING}: ") for one in self.findings if one.severity == WARNING]

    def resolved(self) -> dict[str, object]:
        """Everything, defaults included, as a document that can be written as TOML and loaded again.

        Rows that came from tables are not repeated; the tables are named relative to the scenario's folder.
        """
        from sim.model.resolved import resolved_document

        return resolved_document(self)


def load_scenario(path: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """The scenario in a file, with `KEY=VALUE` overrides; raises InputError with all findings of one pass."""
    name = os.fspath(path)
    stack, document = read_stack(name)
    if document is None:
        raise InputError(in_order(stack.findings))
    return _checked(document, overrides, stack, name)


def scenario_of(content: dict[str, object], name: str) -> Scenario:
    """The scenario that a document says which no file holds yet, such as a resolved one with other fairs.

    It is checked like a file; what is wrong names `name` as its place. Tables that it names are looked for beside it.
    """
    stack = Stack(Path(name).parent)
    stack.folders[name] = Path(name).parent
    document = read_document(content, Origin(Source(name)), stack.findings)
    return _checked(document, (), stack, name)


def _checked(document: Document, overrides: Sequence[str], stack: Stack, name: str) -> Scenario:
    """The finished value of a document, or all findings."""
    findings = stack.findings
    document, sheets = with_workbook(with_default_lists(document), overrides, stack, name)
    said, document = _with_calendar(document, overrides, findings)
    draft = _draft(document, sheets, stack, name)
    findings.extend(check(draft))
    if has_errors(findings):
        raise InputError(in_order(findings))
    return _scenario(draft, name, said, tuple(in_order(findings)))


def _with_calendar(
    document: Document, overrides: Sequence[str], findings: list[Finding]
) -> tuple[dict[str, tuple[str, ...]], Document]:
    """The document with overrides, the fairs of its policy, and what fairs take over from their venues.

    Also what was said of each fair that the policy made, beyond what the policy says.
    """
    early, late = apart(document, overrides)
    changed = with_calendar(with_overrides(document, early, findings), findings)
    changed = with_overrides(changed, late, findings)
    findings.extend(check_pinned(document, changed))
    said = {
        block.id: tuple(sorted(_said(block)))
        for block in changed.lists.get("fairs", [])
        if isinstance(block.origin.source, Made)
    }
    placed = with_places(changed)
    findings.extend(check_hidden(placed))
    return said, with_shares(placed)


def _said(block: Block) -> Iterator[str]:
    """The keys of a fair that its policy did not make."""
    for key, entry in block.entries.items():
        if key != "id" and not isinstance(entry.origin.source, Made):
            yield key


def _draft(document: Document, sheets: Sheets | None, stack: Stack, name: str) -> Draft:
    """The document with its rows read and completed."""
    draft = Draft(document, inputs=stack.inputs)
    if sheets is not None:
        draft.table_paths["tables.workbook"] = sheets.path
        draft.listed_apart |= sheets.rows.keys()
        draft.bad_rows = sheets.refused
    before = len(stack.findings)
    known: dict[str, Collection[str] | None] = {
        "fairs": None if "fairs" in document.refused else _ids(draft.fairs),
        "groups": _ids(draft.groups),
        "occupations": _ids(draft.occupations),
    }
    rows = {kind: _rows(kind, draft, sheets, stack, name) for kind in ROW_KINDS}
    draft.firm_rows = rows["firms"]
    draft.firms = complete_rows(rows["firms"], known, stack.findings)
    bad_firms = any(firm["id"] is None for firm in draft.firms) or draft.bad_rows
    bad_firms = bad_firms or "firms" in document.refused
    known["firms"] = None if bad_firms else {firm.text("id") for firm in draft.firms}
    draft.posts = complete_rows(rows["posts"], known, stack.findings)
    draft.seekers = with_keyed_ids(complete_rows(rows["seekers"], known, stack.findings), people_key())
    is_faulty = len(stack.findings) > before or (sheets is not None and sheets.faulty)
    draft.bad_rows = draft.bad_rows or is_faulty or any(refused_rows(draft, kind) for kind in ROW_KINDS)
    return draft


def _ids(subjects: tuple[Subject, ...]) -> Collection[str] | None:
    """The ids in order, or None if there are none, or one of them is missing or was refused."""
    if not subjects or not all(subject.id and subject.fine("id") for subject in subjects):
        return None
    return dict.fromkeys(subject.id for subject in subjects)


def _rows(kind: str, draft: Draft, sheets: Sheets | None, stack: Stack, name: str) -> Rows:
    """The rows of one kind, from the scenario file, a table or a workbook."""
    key = f"tables.{kind}"
    inline = draft.document.lists.get(kind, [])
    entry = draft.scenario.entries.get(key)
    sheet = sheets.rows.get(kind) if sheets else None
    has_table = entry is not None and bool(entry.value) and isinstance(entry.value, str)
    if (has_table or sheet) and (inline or (has_table and sheet)):
        place = inline[0].origin.place if inline else sheet.origin(0).place if sheet else ""
        remedy = f"keep either the table or [[{kind}]]" if inline else "keep either the table or the sheet"
        named = key if has_table else "tables.workbook"
        finding = draft.scenario.finding(named, f"{kind} are listed at {place} too", "", remedy, "rows-twice")
        stack.findings.append(finding)
        return inline_rows(kind, inline)
    if sheet:
        return sheet
    if entry is None or not has_table:
        draft.bad_rows = draft.bad_rows or not draft.scenario.fine(key)
        return inline_rows(kind, inline)
    try:
        return _table(kind, entry, draft, stack, name)
    except Refusal as refusal:
        stack.findings.append(refusal.at(entry.origin.place, entry.origin.key))
        draft.bad_rows = True
        return Rows(kind)


def _table(kind: str, entry: Written, draft: Draft, stack: Stack, name: str) -> Rows:
    """The rows of a table, looked for in the folder of the file that names it."""
    file = named_file(entry, stack, name)
    rows, digest = read_table(kind, file.path, file.written, file.name, stack.findings)
    stack.inputs[file.name] = digest
    draft.table_paths[f"tables.{kind}"] = file.from_scenario
    draft.listed_apart.add(kind)
    return rows


def _scenario(draft: Draft, file: str, said: dict[str, tuple[str, ...]], findings: tuple[Finding, ...]) -> Scenario:
    """The finished value of a draft without findings."""
    changes: dict[str, Value] = dict(draft.table_paths)
    name = draft.scenario.settings.text("name") or Path(file).stem
    changes["name"] = name
    settings = Settings({**draft.scenario.settings, **changes})
    return Scenario(
        name=name,
        file=file,
        settings=settings,
        defaults=draft.defaults.settings,
        fairs=tuple(Fair(fair.id, fair.settings) for fair in draft.fairs),
        groups=tuple(Group(group.id, group.settings, _behaviour(group)) for group in draft.groups),
        occupations=tuple(Occupation(one.id, one.settings) for one in draft.occupations),
        districts=tuple(District(one.id, one.settings) for one in draft.districts),
        venues=tuple(Venue(one.id, one.settings) for one in draft.venues),
        outreach=tuple(Outreach(one.id, one.settings) for one in draft.outreach),
        levers=tuple(Lever(one.id, one.settings) for one in draft.levers),
        firms=draft.firms,
        posts=draft.posts,
        seekers=draft.seekers,
        reported=_reported(settings),
        sources=_sources(draft),
        candidates=tuple(tuple(Fair(one.id, one.settings) for one in options) for options in candidates(draft)),
        said=said,
        inputs=tuple(draft.inputs.items()),
        listed_apart=frozenset(draft.listed_apart),
        findings=findings,
    )


def _behaviour(group: Subject) -> Settings:
    values: dict[str, Value] = {}
    for key, entry in group.entries.items():
        if key.startswith(OF_GROUPS) and not isinstance(entry.value, Bad):
            values[key] = entry.value
    return Settings(values)


def _reported(settings: Settings) -> dict[str, float]:
    keys = [key for key in settings if key.startswith("reported.") and settings[key] is not None]
    return {key.removeprefix("reported."): settings.number(key) for key in keys}


def _sources(draft: Draft) -> dict[str, str]:
    """What values cite, by dotted key; entries of lists by their id."""
    cited = _cited("", draft.document.top.entries)
    for name in LISTS:
        rows: Sequence[Settings] = {"firms": draft.firms, "seekers": draft.seekers}.get(name, ())
        for place, block in enumerate(draft.document.lists.get(name, [])):
            identity = rows[place].text("id") if rows else block.id or str(place + 1)
            cited |= _cited(f"{name}.{identity}.", block.entries)
    return cited


def _cited(prefix: str, entries: Mapping[str, Written]) -> dict[str, str]:
    return {f"{prefix}{key}": entry.cited for key, entry in entries.items() if entry.cited}
