"""Values of parameters in their final form: durations, and settings that cannot be changed.

Gives `Duration` (a constant or a distribution of times) and `Settings` (parameter keys to values, with
typed getters). Knows neither files nor the meaning of any key.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes: always the same, or drawn from a distribution.

    constant(a), exponential(a = mean), uniform(a = low, b = high), triangular(a, b, c = low, mode, high),
    lognormal(a = mean, b = cv), erlang(a = mean, b = stages).
    """

    kind: str
    a: float
    b: float = 0.0
    c: float = 0.0

    def __str__(self) -> str:
        names = DURATION_ARGUMENTS[self.kind]
        values = (self.a, self.b, self.c)
        return f"{self.kind}({', '.join(f'{n}={plain(v)}' for n, v in zip(names, values, strict=False))})"

    @property
    def mean(self) -> float:
        """How long it takes on average."""
        if self.kind == "uniform":
            return (self.a + self.b) / 2
        return (self.a + self.b + self.c) / 3 if self.kind == "triangular" else self.a


DURATION_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "exponential": ("mean",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "lognormal": ("mean", "cv"),
    "erlang": ("mean", "stages"),
}

Shifts = tuple[tuple[float, int], ...]
Windows = tuple[tuple[float, float], ...]
Names = tuple[str, ...]
Dates = tuple[datetime.date, ...]
Value = (
    str | int | float | bool | datetime.date | Duration | tuple[float, ...] | Shifts | Windows | Names | Dates | None
)


def plain(number: float) -> str:
    """A number in the shortest form that reads back the same: 5 for 5.0."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def clock_text(minutes: float) -> str:
    """Minutes after midnight as HH:MM, with seconds where there are any."""
    seconds = round(minutes * MINUTES_PER_HOUR)
    hours, rest = divmod(seconds, 3600)
    text = f"{hours:02d}:{rest // 60:02d}"
    return f"{text}:{rest % 60:02d}" if rest % 60 else text


def window_text(window: tuple[float, float]) -> str:
    """A stretch of the clock as HH:MM-HH:MM."""
    return f"{clock_text(window[0])}-{clock_text(window[1])}"


class Settings(Mapping[str, Value]):
    """Keys and values that never change.

    Many settings of the same kind (rows of a table) share one index of keys, so that a row costs little more
    than its values.
    """

    __slots__ = ("_index", "_values")
    _index: dict[str, int]
    _values: tuple[Value, ...]

    def __init__(self, values: Mapping[str, Value]) -> None:
        object.__setattr__(self, "_index", {key: place for place, key in enumerate(values)})
        object.__setattr__(self, "_values", tuple(values.values()))

    @classmethod
    def row(cls, index: dict[str, int], values: Sequence[Value]) -> Settings:
        """Settings that share `index` with others; `values` stand in its order."""
        new = object.__new__(cls)
        object.__setattr__(new, "_index", index)
        object.__setattr__(new, "_values", tuple(values))
        return new

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("settings cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("settings cannot be changed")

    def __reduce__(self) -> tuple[Callable[..., Settings], tuple[dict[str, int], tuple[Value, ...]]]:
        return Settings.row, (self._index, self._values)

    def __getitem__(self, key: str) -> Value:
        return self._values[self._index[key]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return f"Settings({dict(self)!r})"

    def _wrong(self, key: str, wanted: str) -> TypeError:
        return TypeError(f"{key} is {self[key]!r}, not {wanted}")

    def text(self, key: str) -> str:
        """A text; empty when it was not given."""
        value = self[key]
        if not isinstance(value, str):
            raise self._wrong(key, "a text")
        return value

    def integer(self, key: str) -> int:
        """A whole number that is always there."""
        value = self.optional_integer(key)
        if value is None:
            raise self._wrong(key, "a whole number")
        return value

    def number(self, key: str) -> float:
        """A number that is always there."""
        value = self.optional_number(key)
        if value is None:
            raise self._wrong(key, "a number")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self[key]
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def clock(self, key: str) -> float:
        """Minutes after midnight, always there."""
        return self.number(key)

    def duration(self, key: str) -> Duration:
        """A duration that is always there."""
        value = self.optional_duration(key)
        if value is None:
            raise self._wrong(key, "a duration")
        return value

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of numbers; empty when it was not given."""
        value = self[key]
        if not _are_all(value, float):
            raise self._wrong(key, "a list of numbers")
        return value  # type: ignore[return-value]

    def names(self, key: str) -> Names:
        """A list of names; empty when it was not given."""
        value = self[key]
        if not _are_all(value, str):
            raise self._wrong(key, "a list of names")
        return value  # type: ignore[return-value]

    def dates(self, key: str) -> Dates:
        """A list of days; empty when it was not given."""
        value = self[key]
        if not _are_all(value, datetime.date):
            raise self._wrong(key, "a list of dates")
        return value  # type: ignore[return-value]

    def shifts(self, key: str) -> Shifts:
        """Pairs of clock minutes and recruiters; empty when none were given."""
        value = self[key]
        if not _are_pairs(value, int):
            raise self._wrong(key, "a list of shifts")
        return value  # type: ignore[return-value]

    def windows(self, key: str) -> Windows:
        """Pairs of clock minutes, begin and end; empty when none were given."""
        value = self[key]
        if not _are_pairs(value, float):
            raise self._wrong(key, "a list of windows")
        return value  # type: ignore[return-value]

    def optional_integer(self, key: str) -> int | None:
        """A whole number, or None when it was not given."""
        value = self[key]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self._wrong(key, "a whole number")
        return value

    def optional_number(self, key: str) -> float | None:
        """A number, or None when it was not given."""
        value = self[key]
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number")
        return float(value)

    def optional_clock(self, key: str) -> float | None:
        """Minutes after midnight, or None when no time was given."""
        return self.optional_number(key)

    def optional_duration(self, key: str) -> Duration | None:
        """A duration, or None when none was given."""
        value = self[key]
        if value is not None and not isinstance(value, Duration):
            raise self._wrong(key, "a duration")
        return value

    def day(self, key: str) -> datetime.date | None:
        """A date, or None when none was given."""
        value = self[key]
        if value is not None and not isinstance(value, datetime.date):
            raise self._wrong(key, "a date")
        return value


def _are_all(value: Value, kind: type) -> bool:
    """Whether a value is a list with nothing but values of a type."""
    return isinstance(value, tuple) and all(isinstance(item, kind) for item in value)


def _are_pairs(value: Value, second: type) -> bool:
    """Whether a value is a list of pairs whose second part is of a type: shifts and windows differ in nothing else."""
    return isinstance(value, tuple) and all(isinstance(item, tuple) and type(item[1]) is second for item in value)
