"""TOML as tables and values, refused where reading it would take more than any planner's file needs.

Gives what the text says, or a ValueError. Knows nothing of scenarios.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

MOST_PARTS = 32
# A reader of TOML takes time and memory with the square of the parts of a key.
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w.'\"-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MOST_PARTS}}}")


def parse_toml(text: str) -> dict[str, Any]:
    """The content of a text; raises ValueError, with the place in its message as tomllib says it."""
    long = _LONG_KEY.search(text)
    if long:
        line = text.count("\n", 0, long.start()) + 1
        column = long.start() - text.rfind("\n", 0, long.start())
        raise ValueError(f"A key has more than {MOST_PARTS} parts (at line {line}, column {column})")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("Brackets nest too deep") from error
