"""Time in the reference engine: events that know their place in the tie table."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import simpy
from simpy.events import EventPriority

Story = Generator[simpy.Event, Any, None]
"""What an actor does, told from one wait to the next."""

CALLED = -1
"""The value with which waiting ends when a person is called; other values are outcomes of the ledger."""

_FIRST_RANK = 2  # below it are SimPy's own priorities, for what follows at the same instant


class Moment(simpy.Event):
    """Something that comes after so many minutes, with its rank in the tie table and the row of its actor.

    What is infinitely far away never comes: a fair that runs until it is empty would otherwise end with it.
    """

    def __init__(self, env: simpy.Environment, minutes: float, rank: int, row: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        if minutes < math.inf:
            env.schedule(self, EventPriority(((rank + _FIRST_RANK) << 40) + row), minutes)
