"""Listed people without their names: an unchanging pseudonym in place of a name and an id.

A pseudonym is the number to which a person's random numbers belong, so that a scenario with pseudonyms gives the same
results as one with ids. With a secret key, which lies in a file that a variable of the environment names, nobody
without the key can find out which id belongs to a pseudonym; without a key, whoever has a list of possible ids can.
Knows no other part of a scenario.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.model.errors import Finding, InputError
from sim.model.values import Settings

_PREFIX = "person-"
_PSEUDONYM = re.compile(rf"{_PREFIX}([0-9a-f]{{16}})")
_BYTES = 8
KEY_FILE = "JOBFAIR_PEOPLE_KEY"
LEAST_KEY_BYTES, MOST_KEY_BYTES = 16, 65_536


def people_key() -> bytes:
    """The secret of the file that the environment names; empty if it names none."""
    name = os.environ.get(KEY_FILE)
    if not name:
        return b""
    allowed = f"{LEAST_KEY_BYTES:,} to {MOST_KEY_BYTES:,} bytes"
    try:
        with Path(name).open("rb") as file:
            content = file.read(MOST_KEY_BYTES + 1)
    except (OSError, ValueError) as error:
        found = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise InputError([Finding(KEY_FILE, name, found, "", "name the file of the key", "bad-people-key")]) from error
    if not LEAST_KEY_BYTES <= len(content) <= MOST_KEY_BYTES:
        found, remedy = f"the key has {len(content):,} bytes", "make one: openssl rand -out people.key 32"
        raise InputError([Finding(KEY_FILE, name, found, allowed, remedy, "bad-people-key")])
    return hashlib.blake2b(content).digest()


def with_keyed_ids(rows: tuple[Settings, ...], key: bytes) -> tuple[Settings, ...]:
    """Listed people with keyed pseudonyms as ids; ids that only count, and pseudonyms, are kept."""
    if not key:
        return rows
    return tuple(_keyed(number, row, key) for number, row in enumerate(rows, 1))


def _keyed(number: int, row: Settings, key: bytes) -> Settings:
    identity = row.get("id")
    if not isinstance(identity, str) or identity == str(number):
        return row
    return Settings({**row, "id": pseudonym(identity, key)})


def lasting_number(identity: str, key: bytes = b"") -> int:
    """The number of 64 bits that belongs to a text for good; of a pseudonym, the number that it was made from."""
    known = _PSEUDONYM.fullmatch(identity) if identity.startswith(_PREFIX) else None
    if known:
        return int(known[1], 16)
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=_BYTES, key=key).digest(), "little")


def pseudonym(identity: str, key: bytes = b"") -> str:
    """What stands in place of an id."""
    return f"{_PREFIX}{lasting_number(identity, key):016x}"


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
