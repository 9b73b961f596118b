"""Pieces of pages in Markdown: rows of tables, verdicts. Knows nothing of what they say."""

from __future__ import annotations


def row(*cells: object) -> str:
    """A row of a table."""
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def passed(is_passed: bool, what: str = "") -> str:
    """A verdict, with what it is about."""
    return ("passed" if is_passed else "**failed**") + (f": {what}" if what else "")
