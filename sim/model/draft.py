"""A scenario between file and value: everything resolved, with the place of each value.

Lays the fairs' own values over the defaults at the top of the file, and the parameter table's defaults below
both. Knows no rules about what fits together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sim.model.documents import BAD, Block, Document, Entry
from sim.model.errors import Finding
from sim.model.grid import Rows
from sim.model.parameters import Parameter, parameters
from sim.model.parse import default_value
from sim.model.positions import Origin
from sim.model.values import Settings, Value


@dataclass
class Subject:
    """The settings of one fair, group, occupation or of the scenario, and where they were written."""

    origin: Origin
    settings: Settings
    entries: Mapping[str, Entry]

    @property
    def id(self) -> str:
        """The id, empty if it is missing or was refused."""
        value = self.settings.get("id")
        return value if isinstance(value, str) else ""

    def at(self, key: str) -> Origin:
        """Where a value was written, or where it could be."""
        entry = self.entries.get(key)
        return entry.origin if entry else self.origin.child(*key.split("."))

    def fine(self, *keys: str) -> bool:
        """Whether none of the values was refused."""
        return not any(key in self.entries and self.entries[key].value is BAD for key in keys)

    def finding(self, key: str, found: str, allowed: str, remedy: str, slug: str) -> Finding:
        """A finding about one value."""
        origin = self.at(key)
        return Finding(origin.place, origin.key, found, allowed, remedy, slug)


def resolve(level: tuple[Parameter, ...], entries: Mapping[str, Entry], origin: Origin) -> Subject:
    """The settings of one level: what was written, and the defaults."""
    values: dict[str, Value] = {}
    for parameter in level:
        entry = entries.get(parameter.key)
        if entry is None or entry.value is BAD:
            values[parameter.key] = default_value(parameter)
        else:
            values[parameter.key] = entry.value
    return Subject(origin, Settings(values), entries)


@dataclass
class Draft:
    """All of a scenario before it was checked as a whole."""

    document: Document
    firms: tuple[Settings, ...] = ()
    posts: tuple[Settings, ...] = ()
    seekers: tuple[Settings, ...] = ()
    bad_rows: bool = False
    inputs: dict[str, str] = field(default_factory=dict)
    table_paths: dict[str, str] = field(default_factory=dict)
    listed_apart: set[str] = field(default_factory=set)
    firm_rows: Rows = field(default_factory=lambda: Rows("firms"))

    def firm_origin(self, number: int) -> Origin:
        """Where the row of a firm (counted from 0) stands."""
        return self.firm_rows.origin(number)

    def _subjects(self, name: str, level: tuple[Parameter, ...]) -> tuple[Subject, ...]:
        blocks = self.document.lists.get(name, [])
        return tuple(resolve(level, block.entries, block.origin) for block in blocks)

    @cached_property
    def scenario(self) -> Subject:
        """The settings of the scenario itself."""
        top = self.document.top
        return resolve(parameters("scenario"), top.entries, top.origin)

    @property
    def settings(self) -> Settings:
        """The settings of the scenario itself, without their places."""
        return self.scenario.settings

    @cached_property
    def defaults(self) -> Subject:
        """The fair-level settings at the top of the file, which every fair starts from."""
        top = self.document.top
        return resolve(parameters("fair"), top.entries, top.origin)

    @cached_property
    def fairs(self) -> tuple[Subject, ...]:
        """Every fair, its own values over the defaults."""
        shared = {
            p.key: self.document.top.entries[p.key] for p in parameters("fair") if p.key in self.document.top.entries
        }
        level = parameters("fair")
        blocks = self.document.lists.get("fairs", [])
        return tuple(resolve(level, shared | block.entries, block.origin) for block in blocks)

    @cached_property
    def groups(self) -> tuple[Subject, ...]:
        """Every group of seekers."""
        return self._subjects("groups", parameters("group"))

    @cached_property
    def occupations(self) -> tuple[Subject, ...]:
        """Every occupation."""
        return self._subjects("occupations", parameters("occupation"))

    @cached_property
    def districts(self) -> tuple[Subject, ...]:
        """Every district."""
        return self._subjects("districts", parameters("district"))

    @cached_property
    def venues(self) -> tuple[Subject, ...]:
        """Every venue of the list."""
        return self._subjects("venues", parameters("venue"))

    @cached_property
    def outreach(self) -> tuple[Subject, ...]:
        """Every outreach."""
        return self._subjects("outreach", parameters("outreach"))

    @cached_property
    def levers(self) -> tuple[Subject, ...]:
        """Every measure besides fairs."""
        return self._subjects("levers", parameters("lever"))

    @cached_property
    def is_campaign(self) -> bool:
        """Whether one population lasts through the season."""
        return is_campaign(self.document)

    @cached_property
    def firms_at(self) -> Counter[str]:
        """How many firm rows belong to each fair."""
        return Counter(firm.text("fair") for firm in self.firms)

    @cached_property
    def seekers_at(self) -> Counter[str]:
        """How many seeker rows belong to each fair."""
        return Counter(seeker.text("fair") for seeker in self.seekers)

    @cached_property
    def fairs_with_drawn_times(self) -> frozenset[str]:
        """The fairs with a seeker row that does not say when the person arrives."""
        return frozenset(seeker.text("fair") for seeker in self.seekers if seeker["arrives"] is None)

    @cached_property
    def posts_of_rows(self) -> dict[str, int]:
        """The posts of each fair whose firms are all listed with their posts."""
        sums: dict[str, int] = {}
        open_fairs: set[str] = set()
        for firm in self.firms:
            fair, posts = firm.text("fair"), self.listed_posts.get(firm.text("id"))
            number = firm.optional_integer("posts") if posts is None else posts
            if number is None:
                open_fairs.add(fair)
            else:
                sums[fair] = sums.get(fair, 0) + number
        return {fair: number for fair, number in sums.items() if fair not in open_fairs}

    @cached_property
    def listed_posts(self) -> Counter[str]:
        """How many posts the rows of posts list for each firm."""
        listed: Counter[str] = Counter()
        for post in self.posts:
            listed[post.text("firm")] += post.integer("count")
        return listed


def is_campaign(document: Document) -> bool:
    """Whether the document gives a pool of seekers, right or wrong."""
    return "pool.seekers" in document.top.entries


def with_default_lists(document: Document) -> Document:
    """The document with one group and one occupation where it names none."""
    lists = dict(document.lists)
    for name, identity in (("groups", "all"), ("occupations", "any")):
        if not lists.get(name):
            origin = document.top.origin.child(name, 0)
            lists[name] = [Block(origin, {"id": Entry(identity, origin.child("id"))})]
    return Document(document.top, lists, document.refused)
