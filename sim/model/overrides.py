"""`--set KEY=VALUE`: single values laid over a scenario from the command line.

Takes the document of the files and the texts as given, gives the document with them laid on top. Knows
nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.model.documents import Block, Document, Raw, read_block, read_document
from sim.model.errors import NOTE, WARNING, Finding, did_you_mean, quoted
from sim.model.parameters import LISTS, parameters
from sim.model.positions import Origin, Source
from sim.model.toml import MOST_PARTS, parse_toml

# What is announced of a published fair.
PINNED = ("venue", "district", "date", "open", "close")


class _Given(Source):
    """An override."""


def with_overrides(document: Document, overrides: Sequence[str], findings: list[Finding]) -> Document:
    """The document with every override laid on it, later ones over earlier ones."""
    for text in overrides:
        document = _with_override(document, text, findings)
    return document


def key_of(text: str) -> tuple[str, ...]:
    """The parts of the key that an override names."""
    return tuple(_key_parts(text.partition("=")[0].strip()))


def apart(document: Document, overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """Overrides in two parts: those that decide on the calendar, and those of fairs that the document does not list."""
    if "calendar.policy" not in document.top.entries and not any("calendar" in text for text in overrides):
        return list(overrides), []
    listed = {block.id for block in document.lists.get("fairs", [])}
    early: list[str] = []
    late: list[str] = []
    for text in overrides:
        parts = _key_parts(text.partition("=")[0].strip())
        names = {".".join(parts[1 : length + 1]) for length in range(1, len(parts) - 1)}
        (late if parts[0] == "fairs" and len(parts) > 2 and not names & listed else early).append(text)
    return early, late


def check_pinned(before: Document, after: Document) -> Iterator[Finding]:
    """Published fairs that overrides move in time or place."""
    moved = {block.id: block for block in after.lists.get("fairs", [])}
    for block in before.lists.get("fairs", []):
        if _effective(block, before, "published") is not True or block.id not in moved:
            continue
        for key in PINNED:
            old, new = _effective(block, before, key), _effective(moved[block.id], after, key)
            if old != new:
                entry = moved[block.id].entries.get(key, after.top.entries.get(key))
                assert entry is not None
                found = f"the fair {quoted(block.id)} is published, and this would move it"
                remedy = "change the file if the announcement was changed"
                yield Finding(entry.origin.place, entry.origin.key, found, "", remedy, "pinned")


def check_hidden(document: Document) -> Iterator[Finding]:
    """Overrides of what fairs share, where fairs have another value of their own: theirs holds."""
    fairs = document.lists.get("fairs", [])
    for parameter in parameters("fair"):
        key = parameter.key
        entry = document.top.entries.get(key)
        if entry is None or not isinstance(entry.origin.source, _Given):
            continue
        own = [block.id for block in fairs if key in block.entries]
        if any(block.entries[key].value != entry.value for block in fairs if key in block.entries):
            found, severity = "every fair has a value of its own, which holds", WARNING
            if len(own) < len(fairs):
                found, severity = f"{len(own)} of {len(fairs)} fairs have values of their own, which hold", NOTE
            remedy = f"set fairs.{own[0]}.{key}, and so for each of them"
            yield Finding("--set", key, found, "", remedy, "hidden", severity)  # no value: said once in a sweep


def _effective(block: Block, document: Document, key: str) -> object:
    """What holds for a fair: its own value, else that of all fairs."""
    entry = block.entries.get(key, document.top.entries.get(key))
    return None if entry is None else entry.value


def _with_override(document: Document, text: str, findings: list[Finding]) -> Document:
    place = "--set " + quoted(text)[1:-1].replace('\\"', '"')
    source = _Given(place)
    written, equals, value = text.partition("=")
    parts = _key_parts(written.strip())
    if not equals or not all(parts) or len(parts) > MOST_PARTS:
        findings.append(Finding(place, "", "no key and value", "KEY=VALUE, such as gate.lanes=4", "", "bad-set"))
    elif parts[0] == "base":
        remedy = "write the base into a scenario file"
        findings.append(Finding(place, "base", "cannot be set", "", remedy, "misplaced-key"))
    elif parts[0] in LISTS and len(parts) > 1:
        return _with_entry(document, source, parts, _raw(value), findings)
    else:
        over = read_document(_nested(parts, _raw(value)), Origin(source), findings)
        return over.over(document)
    return document


def _with_entry(document: Document, source: Source, parts: list[str], raw: Raw, findings: list[Finding]) -> Document:
    """An override of one entry of a list, named by its id (which may itself contain dots)."""
    name = parts[0]
    if name in document.refused:
        return document  # which entries there would be is not known
    blocks = document.lists.get(name, [])
    places = {block.id: place for place, block in enumerate(blocks) if block.id}
    for length in range(1, len(parts) - 1):
        identity, rest = ".".join(parts[1 : length + 1]), parts[length + 1 :]
        if identity in places:
            origin = Origin(source, (name, identity))
            new = read_block(name, _nested(rest, raw), origin, findings)
            old = blocks[places[identity]]
            changed = list(blocks)
            changed[places[identity]] = Block(old.origin, old.entries | new.entries)
            return Document(document.top, document.lists | {name: changed}, document.refused)
    key = ".".join(parts)
    if len(parts) == 2:
        allowed = f"{name}.ID.KEY=VALUE"
        findings.append(Finding(source.name, key, "names an entry but no key of it", allowed, "", "bad-set"))
    else:
        found = f"there is no entry {quoted(parts[1])} in {name}"
        remedy = did_you_mean(parts[1], places)
        findings.append(Finding(source.name, key, found, _some(list(places)), remedy, "unknown-id"))
    return document


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown}, ..." if len(names) > 8 else shown


def _key_parts(written: str) -> list[str]:
    """The parts of a dotted key; parts in quotation marks as in TOML."""
    if '"' in written and "\n" not in written:
        try:
            content: Any = parse_toml(f"{written} = 0")
        except ValueError:
            return written.split(".")
        parts = []
        while isinstance(content, dict):
            parts.append(next(iter(content)))
            content = content[parts[-1]]
        return parts
    return [part.strip() for part in written.split(".")]


def _raw(text: str) -> Raw:
    """What TOML makes of a value, else the text itself."""
    try:
        content = parse_toml(f"value = {text}")
    except ValueError:
        return Raw(text, text)
    return Raw(content["value"] if content.keys() == {"value"} else text, text)


def _nested(parts: Sequence[str], raw: Raw) -> dict[str, object]:
    content: object = raw
    for part in reversed(parts):
        content = {part: content}
    assert isinstance(content, dict)
    return content
