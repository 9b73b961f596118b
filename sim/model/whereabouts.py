"""Where a finding or an alarm stands, said to a reader: files, options and fairs keep their names.

Places are made in English, since files hold them. Knows nothing of what was found there.
"""

from __future__ import annotations

import re

from sim.language import _

# cases.csv: case 3 and 2 more
NUMBERED = re.compile(r"(?:(?<=: )|^)(case|draw) (\S+?)(?: and ([\d,]+) more)?(?=$|[:, ])")


def spoken_place(place: str) -> str:
    """A place in the language that is spoken."""
    return NUMBERED.sub(_spoken_number, place)


def _spoken_number(found: re.Match[str]) -> str:
    line = _("case {number}") if found[1] == "case" else _("draw {number}")
    more = _(" and {count} more").format(count=found[3]) if found[3] else ""
    return line.format(number=found[2]) + more
