"""Where a season takes place: what a fair takes over from its venue, and the districts that nobody listed.

Takes a document and gives it with these values filled in, so that they are checked, shown and written out like any
other. What a fair says itself is never changed. Knows no rule about what fits together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.model.documents import BAD, Block, Document, Entry
from sim.model.draft import Draft, Subject, is_campaign, resolve
from sim.model.parameters import parameters
from sim.model.policies import booths_for, chooses_on_the_day, possible_venues
from sim.model.positions import Made
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


def with_shares(document: Document) -> Document:
    """The document with numbers of firms for the fairs of a policy: even shares of the total that fit the booths.

    Without a total, a fair whose venue is chosen on the day takes as many firms as every possible venue has booths for.
    """
    draft = Draft(document)
    open_fairs = [fair for fair in draft.fairs if isinstance(fair.origin.source, Made) and "firms" not in fair.entries]
    if not open_fairs or not draft.scenario.fine("totals.firms"):
        return document
    room = [booths_for(draft, fair) for fair in open_fairs]
    total = draft.scenario.settings.optional_integer("totals.firms")
    if total is None:
        shares = None if math.inf in room else [int(one) for one in room]
    else:
        shares = _even(total - sum(fair.settings.optional_integer("firms") or 0 for fair in draft.fairs), room)
    if shares is None:
        return document
    given = {fair.id: share for fair, share in zip(open_fairs, shares, strict=True)}
    fairs = [
        Block(block.origin, block.entries | {"firms": Entry(given[block.id], block.origin.child("firms"))})
        if block.id in given
        else block
        for block in document.lists["fairs"]
    ]
    return Document(document.top, document.lists | {"fairs": fairs}, document.refused)


def _even(total: int, room: list[float]) -> list[int] | None:
    """Whole shares of a total, at least one each, as even as the room allows; None if they do not fit."""
    if not len(room) <= total <= sum(room):
        return None
    shares = [0] * len(room)
    order = sorted(range(len(room)), key=lambda place: room[place])
    for done, place in enumerate(order):
        shares[place] = int(min(room[place], total // (len(room) - done)))
        total -= shares[place]
    return shares


def candidates(draft: Draft) -> tuple[tuple[Subject, ...], ...]:
    """For each fair what it may be: itself, or the same at each of the venues among which is chosen on the day."""
    blocks = {block.id: block for block in draft.document.lists.get("venues", [])}
    return tuple(
        tuple(_held_at(draft, fair, blocks[venue.id]) for venue in possible_venues(draft, fair))
        if chooses_on_the_day(draft, fair)
        else (fair,)
        for fair in draft.fairs
    )


def _held_at(draft: Draft, fair: Subject, venue: Block) -> Subject:
    """A fair as it is at a venue."""
    own = next(block for block in draft.document.lists["fairs"] if block.id == fair.id)
    origin = own.origin.child("venue")
    here = _at_venue(Block(own.origin, own.entries | {"venue": Entry(venue.id, origin)}), venue, draft.document)
    top = draft.document.top.entries
    shared = {one.key: top[one.key] for one in parameters("fair") if one.key in top}
    return resolve(parameters("fair"), shared | here.entries, here.origin)
