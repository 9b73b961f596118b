"""One fair day: who queues where, who talks with whom, what comes of it.

`simulate` is the only door. Behind it two engines tell the same story with the same draws: `reference` in SimPy, to be
read, and `kernel`, compiled, to be used. They give the same ledger bit for bit.
"""

from __future__ import annotations

import os

from sim.draws import Key
from sim.engine.day import FairDay, checked
from sim.engine.ledger import Ledger

ENGINES = ("kernel", "reference")

__all__ = ["ENGINES", "FairDay", "Ledger", "default_engine", "simulate"]


def default_engine() -> str:
    """The engine where none is named: that in the environment variable JOBFAIR_ENGINE, else the kernel."""
    return os.environ.get("JOBFAIR_ENGINE", ENGINES[0])


def simulate(day: FairDay, key: Key, engine: str | None = None) -> Ledger:
    """Simulate one fair day.

    Args:
        day: the people, booths and hall as flat arrays.
        key: seed, replication and day of the draws.
        engine: "kernel" (compiled) or "reference" (SimPy), by default as `default_engine` says; the ledger is the same.

    Returns:
        What happened: one row per visit and one per stay at a booth.

    Raises:
        ValueError: the arrays of the day are malformed, or there is no such engine.
    """
    day = checked(day)
    engine = engine or default_engine()
    if engine == "reference":
        from sim.engine import reference  # SimPy is needed here only

        return reference.run_day(day, key)
    if engine != "kernel":
        raise ValueError(f"no engine {engine!r}; there are {', '.join(ENGINES)}")
    return _run_kernel(day, key)


def _run_kernel(day: FairDay, key: Key) -> Ledger:
    from sim.engine import kernel

    room = 4 * day.seekers.size + 64
    while True:
        state = kernel.new_state(day, room)
        status = kernel.run_day(day, state, key)
        if status == kernel.DONE:
            return Ledger(state.visits, state.stays[: state.hall[kernel.STAYS]])
        if status != kernel.STAYS_FULL:
            raise AssertionError(f"kernel status {status}")
        room *= 4  # the draws have addresses: the second run tells the same story with more paper
