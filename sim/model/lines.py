"""Lines of text by the columns that they take where all characters stand in a grid: terminals, comments, headings.

A Chinese character is two columns wide and may end a line anywhere, but some marks may not begin one. Knows nothing of
what the texts mean.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

# What may not begin a line of Chinese, and what may not end one.
CLOSING, OPENING = "，。；：、？！）》”’", "（《“‘"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)


def lines_of(text: str, width: int) -> list[str]:
    """A text in lines of so many columns, broken at blanks and beside Chinese characters."""
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and columns(lines[-1]) + columns(piece.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> Iterator[str]:
    """The pieces of a text that stay together: words, single Chinese characters with the marks that close them."""
    piece = ""
    for one in text:
        wide = unicodedata.east_asian_width(one) in "WF"
        after_wide = bool(piece) and unicodedata.east_asian_width(piece[-1]) in "WF"
        may_break = one not in CLOSING and one != "%" and piece[-1:] not in tuple(OPENING)
        if piece and may_break and (wide or after_wide or piece[-1] == " "):
            yield piece
            piece = ""
        piece += one
    yield piece


def padded(text: str, width: int) -> str:
    """A text to the left of so many columns; to the right if they are negative."""
    gap = " " * max(0, abs(width) - columns(text))
    return text + gap if width > 0 else gap + text
