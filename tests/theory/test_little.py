"""Little's law holds to the last minute on every queue of every published fair, from empty to empty.

The number waiting is followed from event to event, without the functions that the measures use, and integrated; it
must equal the sum of all waits, and each arrival must have found as many waiting as there were.
"""

import numpy as np
import pytest

from sim.model.scenario import load_scenario
from sim.study.verify import Record, published_scenarios, records

FAIRS = {
    "mixer-a": (),
    "mixer-d": (),
    "mixer-d-scheduled": (),
    "queue": (),
    "mm2": ("arrivals.step_minutes=120",),
    "mm1-6": (),
    "mm10-impatient": ("arrivals.step_minutes=120",),
}


def queues_of(record: Record) -> list[np.ndarray]:
    """The stays at each booth, in the order in which it was reached."""
    return [record.stays[record.stays["booth"] == booth] for booth in range(record.day.booths.size)]


def person_minutes(stays: np.ndarray) -> float:
    """Integral of the number waiting, followed from event to event."""
    until = np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])
    times = np.concatenate([stays["joined"], until])
    changes = np.concatenate([np.ones(stays.size), -np.ones(stays.size)])
    order = np.argsort(times, kind="stable")
    waiting = np.cumsum(changes[order])
    return float((waiting[:-1] * np.diff(times[order])).sum())


def waits(stays: np.ndarray) -> float:
    until = np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])
    return float((until - stays["joined"]).sum())


def found_right(stays: np.ndarray) -> bool:
    """Whether `ahead` is the number of earlier arrivals who still wait. No two things fall on one instant here."""
    until = np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])
    gone = np.searchsorted(np.sort(until), stays["joined"])
    return bool(np.array_equal(stays["ahead"], np.arange(stays.size) - gone))


@pytest.mark.parametrize("engine", ["kernel", "reference"])
@pytest.mark.parametrize("name", FAIRS)
def test_every_queue(name: str, engine: str) -> None:
    scenario = load_scenario(published_scenarios() / f"{name}.toml", FAIRS[name])
    for record in records(scenario, 3, 11, engine):
        for stays in queues_of(record):
            assert stays.size > 100
            assert person_minutes(stays) == pytest.approx(waits(stays), rel=1e-9)
            assert found_right(stays)


def test_twin_a_wait_that_is_forgotten() -> None:
    [record] = records(load_scenario(published_scenarios() / "queue.toml"), 1, 11, "kernel")
    [stays] = queues_of(record)
    spoilt = stays.copy()
    spoilt["joined"][100] -= 1.0
    assert person_minutes(spoilt) == pytest.approx(waits(spoilt), rel=1e-9)  # the law cannot see it ...
    assert not found_right(spoilt)  # ... what arrivals found can
    assert person_minutes(stays) != pytest.approx(waits(np.delete(stays, 100)), rel=1e-9)
