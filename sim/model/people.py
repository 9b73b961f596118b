"""Listed people without their names: an unchanging pseudonym in place of a name and an id.

A pseudonym is the number to which a person's random numbers belong, so that a scenario with pseudonyms gives the same
results as one with ids. Whoever has a list of possible ids can find out which pseudonym belongs to which. Knows no
other part of a scenario.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PREFIX = "person-"
_PSEUDONYM = re.compile(rf"{_PREFIX}([0-9a-f]{{16}})")
_BYTES = 8


def lasting_number(key: str) -> int:
    """The number of 64 bits that belongs to a text for good; of a pseudonym, the number that it was made from."""
    known = _PSEUDONYM.fullmatch(key) if key.startswith(_PREFIX) else None
    if known:
        return int(known[1], 16)
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=_BYTES).digest(), "little")


def pseudonym(key: str) -> str:
    """What stands in place of an id."""
    return f"{_PREFIX}{lasting_number(key):016x}"


def without_names(resolved: Mapping[str, Any]) -> dict[str, Any]:
    """A resolved scenario whose listed people have pseudonyms and no names; ids that only count are kept."""
    seekers: Sequence[Mapping[str, Any]] = resolved.get("seekers", ())
    if not seekers:
        return dict(resolved)
    return {**resolved, "seekers": [_nameless(number, row) for number, row in enumerate(seekers, 1)]}


def _nameless(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key != "name"}
    identity = kept.get("id")
    text = identity.get("value") if isinstance(identity, Mapping) else identity
    if isinstance(text, str) and text != str(number):
        kept["id"] = pseudonym(text)
    return kept
