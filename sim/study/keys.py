"""What a number is about: the key of a measured value, and the description of a measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class MeasureKey:
    """What one number is about; empty parts mean all of them."""

    measure: str
    unit: str
    fair: str = ""
    booth: str = ""
    hour: str = (
        ""  # "09:00": the hour that begins then; "10:30-12:30": this window of the clock; "2020-04-21": this day
    )
    group: str = ""
    district: str = ""


@dataclass(frozen=True)
class Measure:
    """A named number. `better` is "higher", "lower" or "neither"."""

    name: str
    unit: str
    better: str
    meaning: str
    value: Callable[[Any], float] = field(repr=False)  # from what was counted
