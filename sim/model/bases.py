"""A scenario file with its bases: files stacked on each other, the file itself on top.

Reads the chain of `base` entries inside the scenario's folder, each file once, and lays the documents on each
other. Knows nothing of the meaning of keys.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from sim.model.documents import Document, read_document
from sim.model.errors import Finding, Refusal, shown
from sim.model.files import decoded, fingerprint, inside, located, read_bytes
from sim.model.positions import Origin, Source
from sim.model.toml import parse_toml

MOST_BASES = 16
Chain = tuple[tuple[str, str], ...]  # name as the planner knows it, and real path, from the top file down
LONGEST_MESSAGE = 200
SYNTAX_REMEDIES = {
    "A key has": "no key of a scenario has more than a few parts between dots",
    "Invalid value": "a text or clock time stands in quotation marks",
    "Illegal character '\\n'": "close the quotation mark",
    "Expected '=' after a key": "write key = value; a key in other letters than a-z needs quotation marks",
}
TOML_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass
class Stack:
    """What was read: all findings so far, and every file with its fingerprint."""

    root: Path
    findings: list[Finding] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    done: dict[str, Document] = field(default_factory=dict)
    broken: bool = False


def read_stack(name: str) -> tuple[Stack, Document | None]:
    """The document of the file with this name laid on its bases, or None if a file could not be read."""
    path = Path(name)
    stack = Stack(Path())
    try:
        stack.root, real = located(path)
        document = _read_file(stack, path, name, "", ((name, real),))
    except Refusal as refusal:
        stack.findings.append(refusal.at(name, ""))
        return stack, None
    return stack, None if stack.broken else document


def _read_file(stack: Stack, path: Path, name: str, written: str, chain: Chain) -> Document:
    content = read_bytes(path, written)
    text = decoded(content, written)
    stack.inputs[name] = fingerprint(content)
    stack.folders[name] = path.parent
    parsed = _parse(text, name, stack)
    source = Source(name, text)
    document = read_document(parsed, Origin(source), stack.findings)
    lower: Document | None = None
    for origin, base in _bases(parsed, Origin(source, ("base",)), stack):
        below = _read_base(stack, path.parent, base, origin, chain)
        if below is not None:
            lower = below if lower is None else below.over(lower)
    return document if lower is None else document.over(lower)


def _bases(parsed: dict[str, object], origin: Origin, stack: Stack) -> list[tuple[Origin, str]]:
    """The bases that a file names, each with its place."""
    raw = parsed.get("base", [])
    items = raw if isinstance(raw, list) else [raw]
    if len(items) > MOST_BASES:
        found = f"{len(items)} bases"
        stack.findings.append(Finding(origin.place, origin.key, found, f"at most {MOST_BASES}", "", "base-limit"))
        return []
    bases = []
    for number, item in enumerate(items):
        place = origin.child(number) if isinstance(raw, list) else origin
        if isinstance(item, str):
            bases.append((place, item))
        else:
            refusal = Refusal(f"{shown(item)} is no path", "a text, or a list of texts", "", "wrong-type")
            stack.findings.append(refusal.at(place.place, place.key))
            stack.broken = True
    return bases


def _read_base(stack: Stack, folder: Path, base: str, origin: Origin, chain: Chain) -> Document | None:
    """One base, read once even if several files name it."""
    try:
        path = inside(stack.root, folder, base)
        name = os.path.normpath(os.path.join(os.path.dirname(chain[-1][0]), base))
        key = os.path.realpath(path)
        links = (*chain, (name, key))
        _check_chain(links)
        if key not in stack.done:
            stack.done[key] = _read_file(stack, path, name, base, links)
        return stack.done[key]
    except Refusal as refusal:
        stack.findings.append(refusal.at(origin.place, origin.key))
        stack.broken = True
        return None


def _check_chain(chain: Chain) -> None:
    way = " -> ".join(name for name, _ in chain)
    if chain[-1][1] in [real for _, real in chain[:-1]]:
        raise Refusal(f"the bases go round in a circle: {way}", "", "take one link out", "base-cycle")
    if len(chain) > MOST_BASES + 1:
        raise Refusal(f"bases are stacked too deep: {way}", f"at most {MOST_BASES} deep", "", "base-limit")


def _parse(text: str, name: str, stack: Stack) -> dict[str, object]:
    """The TOML of a file; a syntax error is a finding, after which nothing of the file is known."""
    try:
        return parse_toml(text)
    except ValueError as error:
        finding = _syntax_finding(str(error), name, text)
    stack.findings.append(finding)
    stack.broken = True
    return {}


def _syntax_finding(message: str, name: str, text: str) -> Finding:
    match = TOML_PLACE.search(message)
    place = name
    if match:
        last = text.rstrip().count("\n") + 1
        place = f"{name}:{match[1]}:{match[2]}" if match[1] else f"{name}:{last}"
        message = message[: match.start()].rstrip()
    if message.startswith("Exceeds the limit"):
        message = "a number has too many digits"
    remedies = [remedy for start, remedy in SYNTAX_REMEDIES.items() if message.startswith(start)]
    found = f"no TOML: {' '.join(message.split())[:LONGEST_MESSAGE]}"
    return Finding(place, "", found, "", "".join(remedies[:1]), "bad-toml")
