"""Templates of the messages in a module: findings, refusals and alarms as f-strings, with their places named.

A message is made of what was found, what is allowed and what to do, often in several steps; so every text of several
words in a module that makes messages is taken for one. `f"{shown(raw)} is no number"` is the template
`{raw} is no number`: a place is called after the innermost thing that stands there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

MAKES_MESSAGES = re.compile(r"\b(?:Finding|Refusal|Alarm|UsageError)\(|\bfinding\(")
WORD = re.compile(r"[A-Za-z]{2,}")
PLACE = re.compile(r"\{\w+\}")
# Calls whose texts are no messages: options of the command line, which help says; what is translated where it is made.
OTHER_CALLS = {
    "option",
    "_",
    "ngettext",
    "N_",
    "compile",
    "say",
    "complain",
    "echo",
    "print",
    "add_column",
    "add_row",
    "shown_line",
    "shown_cell",
    "ContextVar",
    "sql",
    "execute",
    "removeprefix",
}

# What stands in the manual.
MANUAL = {"SLUGS", "ALARMS"}


def messages_in(source: str) -> Iterator[str]:
    """The templates of a module, in their order; none if it makes no messages."""
    if MAKES_MESSAGES.search(source):
        found = Texts()
        found.visit(ast.parse(source))
        yield from dict.fromkeys(found.templates)


def messages_of_calls(source: str) -> Iterator[str]:
    """The templates in a module that says much else: in the very calls that make messages, and as parts by name."""
    found = Texts()
    for node in ast.walk(ast.parse(source)):
        is_call = isinstance(node, ast.Call) and _name(node.func) in ("Finding", "Refusal")
        is_part = isinstance(node, ast.Assign) and _name(node.targets[0]) in ("found", "allowed", "remedy")
        if is_call or is_part:
            found.visit(node)
    yield from dict.fromkeys(found.templates)


class Texts(ast.NodeVisitor):
    """Gathers texts of several words that are no documentation."""

    def __init__(self) -> None:
        self.templates: list[str] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        """A text that stands alone documents."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Leave out what the manual says of messages."""
        if _name(node.target) not in MANUAL:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Leave out the texts of calls that make no messages."""
        if _name(node.func) not in OTHER_CALLS:
            self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """What is looked for is not said."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """An f-string, and the texts at its places."""
        self._take(template(node))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        """A text without places."""
        if isinstance(node.value, str):
            self._take(node.value)

    def _take(self, text: str) -> None:
        words = PLACE.sub("", text)
        if (
            WORD.search(words)
            and " " in text.strip()
            and "\n" not in text
            and not words.startswith(("COPY ", "SELECT ", "FROM ", "'' (FORMAT ", "# "))
        ):
            self.templates.append(text)


def template(node: ast.JoinedStr) -> str:
    """An f-string with a name at every place."""
    text, seen = "", dict[str, int]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            name = _thing(part.value)
            seen[name] = seen.get(name, 0) + 1
            text += f"{{{name}{seen[name] if seen[name] > 1 else ''}}}"
    return text


def called(node: ast.Call) -> str:
    """The name of what is called."""
    return _name(node.func)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _thing(node: ast.expr) -> str:
    """What a place is called."""
    match node:
        case ast.Name() | ast.Attribute():
            return _name(node).strip("_").lower()
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner, *_]):
            return _thing(inner)
        case ast.Call(args=[*_, inner]):
            return _thing(inner)
        case ast.Call(func=inner) | ast.Subscript(value=inner) | ast.BinOp(left=inner) | ast.IfExp(body=inner):
            return _thing(inner)
        case ast.UnaryOp(operand=inner) | ast.GeneratorExp(elt=inner) | ast.Starred(value=inner):
            return _thing(inner)
    return "value"
