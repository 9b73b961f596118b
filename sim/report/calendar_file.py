"""The calendar of a plan as an iCalendar file (RFC 5545), which every calendar program takes.

Times are those of the place ("floating" in the standard), for a scenario names no time zone. The same plan always gives
the same bytes, and the same fair always the same unchanging name, so that a second import changes events and adds none.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator

from sim.language import _
from sim.model.parse import CONTROL
from sim.model.scenario import Fair, Scenario
from sim.report.planning import BETWEEN

LONGEST_LINE = 75  # octets, without the line break
PRODUCT = "-//jobfair//jobfair//EN"
DOMAIN = "jobfair"


def calendar_file(scenario: Scenario) -> bytes:
    """The fairs of a plan that have a date, in order of time."""
    events = sorted(
        (moment(fair, "open"), number, fair, options)
        for number, (fair, options) in enumerate(zip(scenario.fairs, scenario.candidates, strict=True))
        if fair.settings.day("date") is not None
    )
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    for _when, _number, fair, options in events:
        lines += _event(scenario, fair, options)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def moment(fair: Fair, key: str) -> datetime.datetime:
    """The date and clock time at which a fair opens or closes; 24:00 is the beginning of the next day."""
    date = fair.settings.day("date")
    assert date is not None
    midnight = datetime.datetime.combine(date, datetime.time())
    after = datetime.timedelta(minutes=fair.settings.clock(key))
    return midnight + min(after, datetime.datetime.max.replace(microsecond=0) - midnight)


def _event(scenario: Scenario, fair: Fair, options: tuple[Fair, ...]) -> Iterator[str]:
    """The lines of one fair."""
    own = fair.settings
    venue = _(BETWEEN).join(dict.fromkeys(one.settings.text("venue") for one in options))
    district = _(BETWEEN).join(dict.fromkeys(one.settings.text("district") for one in options))
    themes = (*own.names("theme.occupations"), *own.names("theme.groups"))
    where = ", ".join(part for part in (venue, district) if part)
    firms = own.optional_integer("firms")
    told = [
        "" if firms is None else _("firms: {count}").format(count=firms),
        _("for: {themes}").format(themes=_(", ").join(themes)) if themes else "",
        _("staff: {people:g}").format(people=own.number("staff.people")),
        _("scenario: {name}").format(name=scenario.name),
    ]
    digest = hashlib.sha256(f"{scenario.name}\n{fair.id}".encode("utf-8", "surrogatepass")).hexdigest()
    yield "BEGIN:VEVENT"
    yield f"UID:{digest[:32]}@{DOMAIN}"
    # The standard wants a moment of writing; that of the fair itself keeps the file the same whenever it is written.
    yield f"DTSTAMP:{_stamp(moment(fair, 'open'))}Z"
    yield f"DTSTART:{_stamp(moment(fair, 'open'))}"
    yield f"DTEND:{_stamp(moment(fair, 'close'))}"
    yield "SUMMARY:" + escaped(_("Job fair {id}").format(id=fair.id))
    if where:
        yield f"LOCATION:{escaped(where)}"
    yield f"DESCRIPTION:{escaped(chr(10).join(line for line in told if line))}"
    if themes:
        yield f"CATEGORIES:{','.join(map(escaped, themes))}"
    yield f"STATUS:{'CONFIRMED' if own.flag('published') else 'TENTATIVE'}"
    yield "END:VEVENT"


def _stamp(time: datetime.datetime) -> str:
    return f"{time.year:04d}{time:%m%dT%H%M%S}"


def escaped(text: str) -> str:
    """A text as a value: what would end it or begin another is escaped."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return CONTROL.sub("", text)


def folded(line: str) -> bytes:
    """A line with its end, broken after at most 75 octets and never inside a character."""
    parts, length = [bytearray()], 0
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        if length + len(octets) > LONGEST_LINE:
            parts.append(bytearray(b" "))
            length = 1
        parts[-1] += octets
        length += len(octets)
    return b"\r\n".join(parts) + b"\r\n"
