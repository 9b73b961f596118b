"""Where a season takes place: what a fair takes over from its venue, and the districts that nobody listed.

Takes a document and gives it with these values filled in, so that they are checked, shown and written out like any
other. What a fair says itself is never changed. Knows no rule about what fits together.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.model.documents import BAD, Block, Document, Entry
from sim.model.draft import is_campaign
from sim.model.values import Value

# The only district of a season that names none.
ONE_DISTRICT = "all"
LIMIT = "hall.people_limit"


def with_places(document: Document) -> Document:
    """The document with venues' facts in their fairs and with districts.

    1. In a campaign that lists no districts, those of its venues and fairs are the list.
    2. Where there is only one district, it is that of every venue.
    3. A fair takes over what is said of its venue, and the only district.
    """
    lists = dict(document.lists)
    if is_campaign(document) and not lists.get("districts") and "districts" not in document.refused:
        lists["districts"] = _districts(document)
    only = _only(lists.get("districts", [])) if is_campaign(document) else None
    lists["venues"] = [_with(block, only) for block in lists.get("venues", [])]
    venues = {block.id: block for block in lists["venues"] if block.id}
    lists["fairs"] = [
        _with(_at_venue(block, venues.get(str(_value(block, "venue"))), document), only)
        for block in lists.get("fairs", [])
    ]
    return Document(
        document.top,
        {name: blocks for name, blocks in lists.items() if blocks or name in document.lists},
        document.refused,
    )


def _value(block: Block, key: str) -> Value:
    entry = block.entries.get(key)
    return None if entry is None or entry.value is BAD else entry.value


def _districts(document: Document) -> list[Block]:
    """A district for each name that fairs and venues give, in the order of the file."""
    written = [block.entries.get("district") for name in ("fairs", "venues") for block in document.lists.get(name, [])]
    names = {entry.value: entry.origin for entry in reversed(written) if entry and isinstance(entry.value, str)}
    names.pop("", None)
    if not names:
        origin = document.top.origin.child("districts", 0)
        return [Block(origin, {"id": Entry(ONE_DISTRICT, origin.child("id"))})]
    return [Block(origin, {"id": Entry(name, origin)}) for name, origin in reversed(names.items())]


def _only(districts: list[Block]) -> Entry | None:
    """The id of the only district."""
    return districts[0].entries.get("id") if len(districts) == 1 else None


def _with(block: Block, district: Entry | None) -> Block:
    """A fair or venue with the district if it has none of its own."""
    if district is None or block.entries.get("district", Entry("", block.origin)).value != "":
        return block
    return Block(block.origin, block.entries | {"district": district})


def _at_venue(fair: Block, venue: Block | None, document: Document) -> Block:
    """A fair with what is said of its venue."""
    if venue is None:
        return fair
    facts = {"district": "district", "cost": "costs.venue", "people_limit": LIMIT}
    if is_campaign(document) and "totals.firms" not in document.top.entries:
        facts["booths"] = "firms"
    taken = {key: venue.entries[fact] for fact, key in facts.items() if fact in venue.entries}
    if LIMIT in taken and _is_less(document.top.entries, taken[LIMIT]):
        del taken[LIMIT]
    return Block(fair.origin, taken | fair.entries)


def _is_less(top: Mapping[str, Entry], limit: Entry) -> bool:
    """Whether the limit of all fairs is stricter than that of the venue."""
    of_all = top.get(LIMIT)
    return (
        of_all is not None
        and isinstance(of_all.value, int)
        and isinstance(limit.value, int)
        and (of_all.value < limit.value)
    )
