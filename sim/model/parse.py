"""One written value into one value of its parameter's type, or a refusal that says what is allowed.

`read_value` takes what TOML gives, `read_text` the text of a table cell or of `--set`. Knows the types and
ranges of parameters, never where a value stands.
"""

from __future__ import annotations

import datetime
import functools
import math
import re
from collections.abc import Callable

from sim.model.errors import Refusal, did_you_mean, shown
from sim.model.parameters import Parameter
from sim.model.values import DURATION_ARGUMENTS, Dates, Duration, Shifts, Value, Windows, plain, window_text

LONGEST_TEXT = 2000
LONGEST_DURATION = 1e9
MOST_STAGES = 4
MOST_RECRUITERS = 1000
MOST_WINDOWS = 100
MOST_ITEMS = 2000
MINUTES_PER_DAY = 24 * 60

CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE = re.compile(r"[+-]?[0-9]{1,400}")
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
CALL = re.compile(r"([a-z]+)\s*\((.*)\)", re.DOTALL)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

DURATION_FORMS = (
    "a number, or constant(value=), exponential(mean=), uniform(low=, high=), "
    "triangular(low=, mode=, high=), lognormal(mean=, cv=), erlang(mean=, stages=)"
)
NAME_FORMS = "a list of texts, or one text with commas between"
DATE_FORMS = "a list of YYYY-MM-DD, or one text with commas between"
WINDOW_FORMS = 'a list of "HH:MM-HH:MM", or one text with commas between'


def read_value(parameter: Parameter, raw: object) -> Value:
    """The value of a parameter from what TOML gave."""
    return READERS[parameter.type](parameter, raw)


def read_text(parameter: Parameter, text: str) -> Value:
    """The value of a parameter from text: a table cell, `--set`, or a default."""
    return READERS[parameter.type](parameter, _from_text(parameter, text.strip()))


@functools.cache
def default_value(parameter: Parameter) -> Value:
    """The value when nothing was given: the default, else None, an empty text or an empty list."""
    if parameter.default:
        return read_text(parameter, parameter.default)
    if parameter.type in ("text", "choice", "path"):
        return ""
    return () if parameter.type in ("numbers", "shifts", "windows", "names", "dates") else None


def _from_text(parameter: Parameter, text: str) -> object:
    if parameter.type in ("integer", "number", "share"):
        if WHOLE.fullmatch(text):
            return int(text)
        return float(text) if DECIMAL.fullmatch(text) and parameter.type != "integer" else text
    if parameter.type == "flag":
        return {"true": True, "false": False}.get(text.lower(), text)
    return text


def allowed_range(parameter: Parameter) -> str:
    """The unit and range of a number in words: "lanes, 0 to 10000"."""
    if parameter.minimum is None or parameter.maximum is None:
        return parameter.unit
    minimum, maximum = plain(parameter.minimum), plain(parameter.maximum)
    return f"{parameter.unit}, {minimum} to {maximum}" if parameter.unit else f"{minimum} to {maximum}"


def _check_finite(parameter: Parameter, raw: int | float) -> None:
    if isinstance(raw, float) and not math.isfinite(raw):
        raise Refusal(f"{shown(raw)} is not finite", allowed_range(parameter), "", "not-finite")


def _check_range(parameter: Parameter, raw: int | float) -> None:
    _check_finite(parameter, raw)
    low = -math.inf if parameter.minimum is None else parameter.minimum
    high = math.inf if parameter.maximum is None else parameter.maximum
    if not low <= raw <= high:
        raise Refusal(f"{shown(raw)} is out of range", allowed_range(parameter), "", "out-of-range")


def _integer(parameter: Parameter, raw: object) -> Value:
    if type(raw) is not int:
        remedy = ""
        if isinstance(raw, float):
            _check_finite(parameter, raw)
        if isinstance(raw, float) and raw == int(raw):
            remedy = f"write {shown(int(raw))}"
        elif isinstance(raw, str) and WHOLE.fullmatch(raw.strip()):
            remedy = f"write {raw.strip()} without quotation marks"
        raise Refusal(f"{shown(raw)} is no whole number", allowed_range(parameter), remedy, "wrong-type")
    _check_range(parameter, raw)
    return raw


def _number(parameter: Parameter, raw: object) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        remedy = ""
        if isinstance(raw, str) and DECIMAL.fullmatch(raw.strip()):
            remedy = f"write {raw.strip()} without quotation marks"
        raise Refusal(f"{shown(raw)} is no number", allowed_range(parameter), remedy, "wrong-type")
    _check_range(parameter, raw)
    return float(raw)


def _flag(_: Parameter, raw: object) -> Value:
    if not isinstance(raw, bool):
        raise Refusal(f"{shown(raw)} is neither true nor false", "true or false", "", "wrong-type")
    return raw


def _text(_: Parameter, raw: object) -> Value:
    if not isinstance(raw, str):
        raise Refusal(f"{shown(raw)} is no text", "a text in quotation marks", "", "wrong-type")
    return check_text(raw)


def check_text(text: str) -> str:
    """The text itself if it is one line of a sensible length."""
    if CONTROL.search(text):
        raise Refusal(f"{shown(text)} has a line break or control character", "one line of text", "", "bad-text")
    if len(text) > LONGEST_TEXT:
        raise Refusal(f"a text of {len(text)} characters", f"at most {LONGEST_TEXT}", "", "bad-text")
    return text


def _choice(parameter: Parameter, raw: object) -> Value:
    if not isinstance(raw, str) or raw not in parameter.choices:
        remedy = did_you_mean(raw, parameter.choices) if isinstance(raw, str) else ""
        allowed = ", ".join(parameter.choices)
        raise Refusal(f"{shown(raw)} is none of the choices", allowed, remedy, "bad-choice")
    return raw


def clock_minutes(raw: object, latest: int = MINUTES_PER_DAY - 1) -> float:
    """Minutes after midnight of "HH:MM" or "HH:MM:SS" or a local time."""
    if isinstance(raw, datetime.time) and raw.microsecond == 0:
        return raw.hour * 60 + raw.minute + raw.second / 60
    match = CLOCK.fullmatch(raw) if isinstance(raw, str) else None
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        total = hours * 60 + minutes + seconds / 60
        if minutes < 60 and seconds < 60 and (total < MINUTES_PER_DAY or total == latest):
            return total
    last = "24:00" if latest == MINUTES_PER_DAY else "23:59"
    remedy = "put it in quotation marks" if isinstance(raw, int | float) and not isinstance(raw, bool) else ""
    raise Refusal(f"{shown(raw)} is no clock time", f"HH:MM, 00:00 to {last}", remedy, "bad-clock-time")


def _clock(parameter: Parameter, raw: object) -> Value:
    return clock_minutes(raw, MINUTES_PER_DAY if parameter.key == "close" else MINUTES_PER_DAY - 1)


def _date(_: Parameter, raw: object) -> Value:
    if type(raw) is datetime.date:
        return raw
    if isinstance(raw, str) and DATE.fullmatch(raw):
        try:
            return datetime.date.fromisoformat(raw)
        except ValueError as error:
            raise Refusal(f"{shown(raw)} is no day of the calendar", "YYYY-MM-DD", "", "bad-date") from error
    raise Refusal(f"{shown(raw)} is no date", "YYYY-MM-DD without quotation marks", "", "bad-date")


def _duration(parameter: Parameter, raw: object) -> Value:
    if isinstance(raw, str):
        text = raw.strip()
        match = CALL.fullmatch(text)
        if match and match[1] in DURATION_ARGUMENTS:
            return _distribution(parameter, text, match[1], match[2])
        if not DECIMAL.fullmatch(text):
            name = match[1] if match else text
            remedy = did_you_mean(name, DURATION_ARGUMENTS)
            raise Refusal(f"{shown(raw)} is no duration", _forms(parameter), remedy, "bad-duration")
        raw = float(text)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Refusal(f"{shown(raw)} is no duration", _forms(parameter), "", "bad-duration")
    return Duration("constant", _length(parameter, shown(raw), raw))


def _forms(parameter: Parameter) -> str:
    return f"{parameter.unit}: {DURATION_FORMS}" if parameter.unit else DURATION_FORMS


def _length(parameter: Parameter, what: str, number: int | float) -> float:
    if isinstance(number, float) and not math.isfinite(number):
        raise Refusal(f"{what} is not finite", parameter.unit, "", "not-finite")
    if not 0 <= number <= LONGEST_DURATION:
        allowed = f"{parameter.unit}, 0 to {plain(LONGEST_DURATION)}".removeprefix(", ")
        raise Refusal(f"{what} is out of range", allowed, "", "out-of-range")
    return float(number)


def _distribution(parameter: Parameter, text: str, kind: str, arguments: str) -> Duration:
    names = DURATION_ARGUMENTS[kind]
    form = f"{kind}({', '.join(f'{name}=' for name in names)})"
    given: dict[str, float] = {}
    for part in arguments.split(","):
        name, _, written = (piece.strip() for piece in part.partition("="))
        if name not in names or name in given or not DECIMAL.fullmatch(written):
            raise Refusal(f"{shown(text)} is no duration", f"{form} with a number after each =", "", "bad-duration")
        given[name] = _length(parameter, f"{name}={written} in {shown(text)}", float(written))
    if len(given) != len(names):
        raise Refusal(f"{shown(text)} is no duration", f"{form} with a number after each =", "", "bad-duration")
    fault = _distribution_fault(kind, given)
    if fault:
        raise Refusal(f"{shown(text)} is impossible", fault, "", "bad-duration")
    return Duration(kind, *(given[name] for name in names))


def _distribution_fault(kind: str, given: dict[str, float]) -> str:
    if kind in ("uniform", "triangular"):
        limits = list(given[name] for name in DURATION_ARGUMENTS[kind])
        return "" if limits == sorted(limits) else " <= ".join(DURATION_ARGUMENTS[kind])
    if kind != "constant" and given["mean"] == 0:
        return "mean above 0"
    if kind == "erlang" and given["stages"] not in range(1, MOST_STAGES + 1):
        return f"stages 1 to {MOST_STAGES}"
    return ""


def _numbers(parameter: Parameter, raw: object) -> Value:
    items: object = raw
    if isinstance(raw, str):
        items = [_from_text_number(part.strip()) for part in raw.split(",")] if raw.strip() else []
    if not isinstance(items, list):
        raise Refusal(f"{shown(raw)} is no list of numbers", "such as [1, 2, 3]", "", "bad-numbers")
    for place, item in enumerate(items, start=1):
        if isinstance(item, bool) or not isinstance(item, int | float):
            found = f"number {place}: {shown(item)} is no number"
            raise Refusal(found, allowed_range(parameter), "", "bad-numbers")
        try:
            _check_range(parameter, item)
        except Refusal as error:
            raise Refusal(f"number {place}: {error.found}", error.allowed, "", error.slug) from error
    return tuple(float(item) for item in items)


def _from_text_number(text: str) -> object:
    return float(text) if DECIMAL.fullmatch(text) else text


def _shifts(_: Parameter, raw: object) -> Value:
    items: object = raw
    if isinstance(raw, str):
        items = [_shift_from_text(part) for part in raw.split()]
    if not isinstance(items, list):
        allowed = 'a list of {from = "HH:MM", recruiters = N}'
        raise Refusal(f"{shown(raw)} is no list of shifts", allowed, "", "bad-shifts")
    shifts: list[tuple[float, int]] = []
    for place, item in enumerate(items, start=1):
        shifts.append(_shift(place, item))
        if place > 1 and shifts[-1][0] <= shifts[-2][0]:
            found = f"shift {place} does not begin after the one before it"
            raise Refusal(found, "rising times", "put the shifts in order of time", "bad-shifts")
    result: Shifts = tuple(shifts)
    return result


def _shift_from_text(part: str) -> object:
    clock, equals, recruiters = part.partition("=")
    if not equals or not WHOLE.fullmatch(recruiters):
        return part
    return {"from": clock, "recruiters": int(recruiters)}


def _shift(place: int, item: object) -> tuple[float, int]:
    if not isinstance(item, dict) or set(item) != {"from", "recruiters"}:
        allowed = '{from = "HH:MM", recruiters = N}; as text HH:MM=N'
        found = f"shift {place} is {shown(item) if isinstance(item, str) else 'incomplete or has other keys'}"
        raise Refusal(found, allowed, "", "bad-shifts")
    recruiters = item["recruiters"]
    if type(recruiters) is not int or not 0 <= recruiters <= MOST_RECRUITERS:
        found = f"shift {place}: {shown(recruiters)} is no number of recruiters"
        raise Refusal(found, f"a whole number, 0 to {MOST_RECRUITERS}", "", "bad-shifts")
    try:
        return clock_minutes(item["from"]), recruiters
    except Refusal as error:
        raise Refusal(f"shift {place}: {error.found}", error.allowed, error.remedy, "bad-shifts") from error


def _windows(_: Parameter, raw: object) -> Value:
    items: object = raw
    if isinstance(raw, str):
        items = [part.strip() for part in raw.split(",")] if raw.strip() else []
    if not isinstance(items, list):
        raise Refusal(f"{shown(raw)} is no list of windows", WINDOW_FORMS, "", "bad-windows")
    if len(items) > MOST_WINDOWS:
        raise Refusal(f"{len(items)} windows", f"at most {MOST_WINDOWS}", "", "bad-windows")
    windows: list[tuple[float, float]] = []
    for place, item in enumerate(items, start=1):
        window = _window(place, item)
        if window in windows:
            # One window, one name in tables: a second one could not be told from it.
            raise Refusal(f"window {place}: {window_text(window)} is there twice", "", "take one out", "bad-windows")
        windows.append(window)
    result: Windows = tuple(windows)
    return result


def _window(place: int, item: object) -> tuple[float, float]:
    first, dash, last = item.partition("-") if isinstance(item, str) else ("", "", "")
    if not dash:
        raise Refusal(f"window {place}: {shown(item)} is no window", WINDOW_FORMS, "", "bad-windows")
    try:
        window = float(clock_minutes(first.strip())), float(clock_minutes(last.strip(), MINUTES_PER_DAY))
    except Refusal as error:
        raise Refusal(f"window {place}: {error.found}", error.allowed, error.remedy, "bad-windows") from error
    if window[1] <= window[0]:
        raise Refusal(f"window {place}: {shown(item)} does not end after it begins", "", "", "bad-windows")
    return window


def _names(parameter: Parameter, raw: object) -> Value:
    """Names; each of them one of the choices, if the parameter has choices."""
    names: list[str] = []
    for place, item in enumerate(_items(raw, "names", NAME_FORMS, "bad-names"), start=1):
        if not isinstance(item, str) or not item.strip():
            raise Refusal(f"name {place}: {shown(item)} is no name", NAME_FORMS, "", "bad-names")
        try:
            name = check_text(item.strip())
        except Refusal as error:
            raise Refusal(f"name {place}: {error.found}", error.allowed, error.remedy, "bad-names") from error
        if parameter.choices and name not in parameter.choices:
            allowed = ", ".join(parameter.choices)
            raise Refusal(
                f"{shown(name)} is none of the choices", allowed, did_you_mean(name, parameter.choices), "bad-choice"
            )
        if name in names:
            raise Refusal(f"{shown(name)} is there twice", "each name once", "take one out", "bad-names")
        names.append(name)
    return tuple(names)


def _dates(parameter: Parameter, raw: object) -> Value:
    days: list[datetime.date] = []
    for place, item in enumerate(_items(raw, "dates", DATE_FORMS, "bad-date"), start=1):
        try:
            day = _date(parameter, item)
        except Refusal as error:
            raise Refusal(f"date {place}: {error.found}", error.allowed, error.remedy, error.slug) from error
        if day in days:
            raise Refusal(f"date {place}: {shown(day)} is there twice", "each date once", "take one out", "bad-date")
        days.append(day)  # type: ignore[arg-type]
    result: Dates = tuple(days)
    return result


def _items(raw: object, what: str, forms: str, slug: str) -> list[object]:
    """The items of a list, which a text gives with commas between."""
    items: object = raw
    if isinstance(raw, datetime.date):
        items = [raw]
    if isinstance(raw, str):
        items = [part.strip() for part in raw.split(",")] if raw.strip() else []
    if not isinstance(items, list):
        raise Refusal(f"{shown(raw)} is no list of {what}", forms, "", slug)
    if len(items) > MOST_ITEMS:
        raise Refusal(f"{len(items)} {what}", f"at most {MOST_ITEMS}", "", slug)
    return items


READERS: dict[str, Callable[[Parameter, object], Value]] = {
    "text": _text,
    "path": _text,
    "integer": _integer,
    "number": _number,
    "share": _number,
    "flag": _flag,
    "clock": _clock,
    "date": _date,
    "choice": _choice,
    "duration": _duration,
    "numbers": _numbers,
    "shifts": _shifts,
    "windows": _windows,
    "names": _names,
    "dates": _dates,
}
