"""One scenario file as typed values with the place where each was written.

Walks what TOML gave along the known keys, types every value and collects every finding. Two documents can be
laid on each other. Knows nothing of files, bases or of how values depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from sim.model.errors import Finding, Refusal, did_you_mean, shown
from sim.model.parameters import FAIR_ONLY, LISTS, Parameter, Vocabulary, vocabulary
from sim.model.parse import check_text, read_text, read_value
from sim.model.positions import Origin
from sim.model.values import Value

# Who is reached by which outreach is kept as the bits of a byte.
MOST_ENTRIES = {
    "fairs": 2000,
    "groups": 64,
    "occupations": 64,
    "districts": 500,
    "venues": 500,
    "outreach": 8,
    "levers": 32,
}
MOST_FINDINGS = 1000


class Bad(Enum):
    """Stands for a value that was refused, so that it causes no second finding."""

    VALUE = 0


BAD = Bad.VALUE


@dataclass(frozen=True, slots=True)
class Entry:
    """One value as written: its place, and the source it cites."""

    value: Value | Bad
    origin: Origin
    cited: str = ""


@dataclass
class Block:
    """The values of one table: the top of a file, or one entry of a list."""

    origin: Origin
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id as written, or nothing."""
        entry = self.entries.get("id")
        return entry.value if entry and isinstance(entry.value, str) else ""

    def over(self, lower: Block) -> Block:
        """This block laid over a lower one: its values win, its place is kept."""
        return Block(self.origin, lower.entries | self.entries)


@dataclass
class Document:
    """A scenario file, or several laid on each other."""

    top: Block
    lists: dict[str, list[Block]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()  # the lists that were no lists at all

    def over(self, lower: Document) -> Document:
        """This document laid over a lower one; entries of lists with ids are laid on those of the same id."""
        lists = dict(lower.lists)
        for name, blocks in self.lists.items():
            lists[name] = _list_over(blocks, lower.lists.get(name, []))
        return Document(self.top.over(lower.top), lists, self.refused | lower.refused)


def _list_over(blocks: list[Block], lower: list[Block]) -> list[Block]:
    if not all(block.id for block in (*blocks, *lower)):
        return blocks
    places: dict[str, int] = {}
    for place, block in enumerate(lower):
        places.setdefault(block.id, place)
    result = list(lower)
    for block in blocks:
        if block.id in places:
            result[places[block.id]] = block.over(result[places[block.id]])
        else:
            result.append(block)
    return result


@dataclass(frozen=True)
class Raw:
    """A value of `--set`: what TOML made of it, and the text for keys that take text."""

    value: object
    text: str


def read_document(content: dict[str, object], origin: Origin, findings: list[Finding]) -> Document:
    """The document of a parsed file; what is wrong is added to `findings`."""
    document = Document(Block(origin))
    for key, raw in content.items():
        if key == "base":
            continue
        if key in LISTS:
            blocks = _read_list(key, raw, origin.child(key), findings)
            if blocks is None:
                document.refused |= {key}
            else:
                document.lists[key] = blocks
        else:
            _read_key(document.top, vocabulary(""), key, raw, origin.child(key), findings)
    return document


def _read_list(name: str, raw: object, origin: Origin, findings: list[Finding]) -> list[Block] | None:
    """The entries of a list, or None if it is no list or too long to look at."""
    if isinstance(raw, Raw):
        raw = raw.value
    if not isinstance(raw, list):
        remedy = f"write [[{name}]] before the keys of each entry"
        if name in FAIR_ONLY and isinstance(raw, int | float):
            remedy = f"write {name} into a [[fairs]] entry, or totals.{name} for all fairs together"
        found = f"{shown(raw)} is no list of entries"
        findings.append(Finding(origin.place, origin.key, found, f"[[{name}]]", remedy, "not-a-list"))
        return None
    limit = MOST_ENTRIES.get(name, len(raw))
    if len(raw) > limit:
        found = f"{len(raw)} entries"
        findings.append(Finding(origin.place, origin.key, found, f"at most {limit}", "", "over-limit"))
        return None
    blocks = []
    before = len(findings)
    for place, item in enumerate(raw):
        if len(findings) - before > MOST_FINDINGS:
            findings.append(too_many(origin.child(place)))
            break
        blocks.append(read_block(name, item, origin.child(place), findings))
    return blocks


def too_many(origin: Origin) -> Finding:
    """The finding with which the reading of a list ends early."""
    found = f"more than {MOST_FINDINGS} findings; the rest of the list was not looked at"
    return Finding(origin.place, origin.key, found, "", "correct these first", "too-many-findings")


def read_block(name: str, raw: object, origin: Origin, findings: list[Finding]) -> Block:
    """The values of one entry of a list."""
    block = Block(origin)
    if not isinstance(raw, dict):
        found = f"{shown(raw)} is no entry"
        remedy = f"write [[{name}]] before the keys of each entry"
        findings.append(Finding(origin.place, origin.key, found, "a table", remedy, "not-a-list"))
        block.entries["id"] = Entry(BAD, origin)
        return block
    for key, value in raw.items():
        _read_key(block, vocabulary(name), key, value, origin.child(key), findings)
    return block


def _read_key(block: Block, words: Vocabulary, key: str, raw: object, origin: Origin, findings: list[Finding]) -> None:
    if key in words.keys and "." not in key:
        block.entries[key] = _read_entry(words.keys[key], raw, origin, findings)
    elif key in words.sections:
        _read_section(block, words, key, raw, origin, findings)
    else:
        findings.append(unknown_key(words, key, origin))


def _read_section(
    block: Block, words: Vocabulary, section: str, raw: object, origin: Origin, findings: list[Finding]
) -> None:
    if isinstance(raw, Raw):
        raw = raw.value
    if not isinstance(raw, dict):
        names = [key.partition(".")[2] for key in words.keys if key.startswith(f"{section}.")]
        found = f"{shown(raw)} is no section"
        allowed = f"[{section}] with {', '.join(names)}"
        findings.append(Finding(origin.place, origin.key, found, allowed, "", "not-a-table"))
        return
    for name, value in raw.items():
        key = f"{section}.{name}"
        if key in words.keys:
            block.entries[key] = _read_entry(words.keys[key], value, origin.child(name), findings)
        else:
            findings.append(unknown_key(words, key, origin.child(name)))


def _read_entry(parameter: Parameter, raw: object, origin: Origin, findings: list[Finding]) -> Entry:
    cited = ""
    if isinstance(raw, Raw) and isinstance(raw.value, dict):
        raw = raw.value
    try:
        if isinstance(raw, dict) and raw.keys() <= {"value", "source"}:
            if "value" not in raw:
                raise Refusal("a source without a value", "{ value = ..., source = ... }", "", "wrong-type")
            cited = _cited(raw.get("source", ""))
            raw = raw["value"]
        value = _read_raw(parameter, raw) if isinstance(raw, Raw) else read_value(parameter, raw)
        return Entry(value, origin, cited)
    except Refusal as refusal:
        findings.append(refusal.at(origin.place, origin.key))
        return Entry(BAD, origin)


def _cited(source: object) -> str:
    if not isinstance(source, str):
        raise Refusal(f"the source {shown(source)} is no text", "a text in quotation marks", "", "wrong-type")
    return check_text(source)


def _read_raw(parameter: Parameter, raw: Raw) -> Value:
    if isinstance(raw.value, str):
        return read_text(parameter, raw.value)
    is_list = parameter.type in ("numbers", "names", "dates")
    if parameter.type in ("text", "path") or (is_list and not isinstance(raw.value, list)):
        return read_text(parameter, raw.text)
    return read_value(parameter, raw.value)


def unknown_key(words: Vocabulary, key: str, origin: Origin) -> Finding:
    """The finding for a key that may not stand here, with the best advice there is."""
    top = len(origin.path) == key.count(".") + 1
    if top and key in FAIR_ONLY:
        remedy = f"write {key} into a [[fairs]] entry"
        return Finding(origin.place, origin.key, "cannot stand here", "", remedy, "misplaced-key")
    known: Iterable[str] = [*words.keys, *words.sections, *(LISTS if top else ())]
    last = key.rpartition(".")[2]
    same = [name for name in known if name.endswith(f".{last}")]
    remedy = f'did you mean "{same[0]}"?' if same else did_you_mean(key, known)
    if not remedy and (key in vocabulary("").keys or key in vocabulary("").sections):
        remedy = f"{key} may stand at the top of the file"
        return Finding(origin.place, origin.key, "cannot stand here", "", remedy, "misplaced-key")
    return Finding(origin.place, origin.key, "unknown key", "", remedy, "unknown-key")
