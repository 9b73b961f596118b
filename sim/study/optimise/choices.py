"""Choices as a planner lists them in a problem: numbers, days, hours, themes.

Each reader takes what TOML made of a value and gives every choice in order, or refuses it with what is allowed. It
knows the days of a season and nothing else of a scenario.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.model.errors import Refusal, quoted, shown
from sim.model.policies import WEEKDAYS
from sim.model.scenario import Scenario

Day = datetime.date
THEME_LISTS = ("occupations", "groups")
MOST_CHOICES = 10_000


@dataclass(frozen=True, order=True)
class Theme:
    """Whom a fair is for; for everyone by default."""

    occupations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """In words."""
        return ", ".join((*self.occupations, *self.groups))


def whole_numbers(raw: Any, least: int, most: int) -> tuple[int, ...]:
    """One number, a list of numbers, or a table from, to, step; sorted, each once."""
    allowed = f"a whole number of {least} to {most}, a list of them, or {{from = A, to = B, step = C}}"
    found = f"{shown(raw)} is no choice of numbers"
    if isinstance(raw, dict) and {"from", "to"} <= raw.keys() <= {"from", "to", "step"}:
        first, last, step = raw["from"], raw["to"], raw.get("step", 1)
        if not all(_is_whole(one) for one in (first, last, step)) or step < 1 or first > last:
            raise Refusal("a range that does not rise", allowed, "", "bad-problem")
        if (last - first) // step >= MOST_CHOICES:
            raise Refusal(f"more than {MOST_CHOICES} choices", allowed, "take a larger step", "bad-problem")
        numbers: Sequence[Any] = range(first, last + 1, step)
    else:
        numbers = raw if isinstance(raw, list) else [raw]
    if not numbers or not all(_is_whole(one) and least <= one <= most for one in numbers):
        raise Refusal(found, allowed, "", "bad-problem")
    return tuple(sorted(set(numbers)))


def _is_whole(raw: Any) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool)


def dates_of(raw: Any, base: Scenario) -> tuple[Day, ...]:
    """A list of days, or a table from, to, weekdays; days of the season that are no holidays, in order."""
    start, end = base.settings.day("season.start"), base.settings.day("season.end")
    if start is None or end is None:
        return ()
    holidays = base.settings.dates("season.holidays")
    if isinstance(raw, list) and raw:
        return _listed_days(raw, start, end, holidays)
    if not isinstance(raw, dict) or raw.keys() - {"from", "to", "weekdays"}:
        raise Refusal(f"{shown(raw)} is no choice of days", _DAYS, "", "bad-problem")
    first, last = raw.get("from", start), raw.get("to", end)
    if not (_is_day(first) and _is_day(last)):
        raise Refusal("from and to must be dates", _DAYS, "", "bad-problem")
    weekdays = raw.get("weekdays", list(WEEKDAYS))
    if not isinstance(weekdays, list) or not all(isinstance(one, str) and one in WEEKDAYS for one in weekdays):
        raise Refusal(f"{shown(weekdays)} are no weekdays", ", ".join(WEEKDAYS), "", "bad-problem")
    span = f"{first.isoformat()} to {last.isoformat()}"
    if first > last:
        raise Refusal(f"{span} does not rise", _DAYS, "", "limits-contradict")
    days = _days(max(first, start), min(last, end))
    wanted = [day for day in days if WEEKDAYS[day.weekday()] in weekdays]
    free = tuple(day for day in wanted if day not in holidays)
    if not days:
        found, allowed = f"no day of {span} is in the season", _season(start, end)
    elif not wanted:
        found, allowed = f"no day of {span} is one of the weekdays", ", ".join(weekdays) or "[]"
    else:
        found, allowed = f"all {len(wanted)} days of {span} are holidays", "season.holidays"
    if raw and not free:
        raise Refusal(found, allowed, "allow other days", "limits-contradict")
    return free


def _days(first: Day, last: Day) -> list[Day]:
    return [first + datetime.timedelta(number) for number in range((last - first).days + 1)]


def _season(start: Day, end: Day) -> str:
    return f"season.start {start.isoformat()}, season.end {end.isoformat()}"


_DAYS = "a list of dates, or {from = DATE, to = DATE, weekdays = [...]}"


def _listed_days(raw: Sequence[Any], start: Day, end: Day, holidays: Sequence[Day]) -> tuple[Day, ...]:
    for day in raw:
        if not _is_day(day):
            raise Refusal(f"{shown(day)} is no date", _DAYS, "", "bad-problem")
    days = sorted(set(raw))
    outside = ", ".join(day.isoformat() for day in days if not start <= day <= end)
    if outside:
        raise Refusal(f"outside the season: {outside}", _season(start, end), "", "limits-contradict")
    listed = ", ".join(day.isoformat() for day in days if day in holidays)
    if listed:
        remedy = "take them out here or in season.holidays"
        raise Refusal(f"holidays of the season: {listed}", "", remedy, "limits-contradict")
    return tuple(days)


def _is_day(raw: Any) -> bool:
    return isinstance(raw, Day) and not isinstance(raw, datetime.datetime)


def hours_of(raw: Any) -> tuple[tuple[float, float], ...]:
    """A list of hours such as 09:00-14:00, in the order of the file."""
    texts = raw if isinstance(raw, list) else [raw]
    found = [_window(one) for one in texts]
    if not found:
        raise Refusal("an empty list", 'hours such as "09:00-14:00"', "", "bad-problem")
    return tuple(dict.fromkeys(found))


def _window(raw: Any) -> tuple[float, float]:
    first, dash, last = raw.partition("-") if isinstance(raw, str) else ("", "", "")
    try:
        ends = [60.0 * int(hour) + int(minute) for hour, minute in (one.strip().split(":") for one in (first, last))]
    except ValueError:
        ends = []
    if not dash or len(ends) != 2 or not 0 <= ends[0] < ends[1] <= 1440:
        raise Refusal(f"{shown(raw)} are no hours", '"09:00-14:00"', "", "bad-problem")
    return ends[0], ends[1]


def theme_of(raw: Any) -> Theme:
    """A table with occupations and groups; empty for everyone."""
    if not isinstance(raw, dict) or raw.keys() - set(THEME_LISTS):
        raise Refusal(f"{shown(raw)} is no theme", "{occupations = [...], groups = [...]}, or {}", "", "bad-problem")
    names = {key: raw.get(key, []) for key in THEME_LISTS}
    for key, value in names.items():
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Refusal(f"{quoted(key)} is no list of names", "[...] of names", "", "bad-problem")
    return Theme(*(tuple(sorted(set(names[key]))) for key in THEME_LISTS))
