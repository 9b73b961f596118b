"""Text from outside, made harmless to show: on a terminal it can neither give orders nor turn the reading round.

Names come from files that somebody else wrote. Control characters, line ends, marks that change the direction of
reading and characters without width are shown by their numbers. Knows nothing of what the texts mean.
"""

from __future__ import annotations

import re

LONGEST_SHOWN = 60
# Control characters with C1, marks of direction, line ends, characters without width, tags, half surrogates. Joiners
# (U+200C, U+200D) stay: some scripts and emoji need them.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def visible(text: str, keep: str = "") -> str:
    """A text with what is not to be seen written by its number; `keep` is left as it is."""
    if not HIDDEN.search(text):
        return text
    return HIDDEN.sub(lambda found: found[0] if found[0] in keep else escaped(found[0]), text)


def escaped(character: str) -> str:
    """One character by its number, as in JSON and TOML."""
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """A text cut to a readable length."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
