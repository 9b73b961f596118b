"""The fairs that the benchmarks run: the first fair and its hundredfold, a career mixer, and a plain M/M/3 queue.

Gives fair days as arrays, drawn once, and what it takes to simulate them. Knows nothing of timing.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.campaign.season import Season
from sim.compiled import jit
from sim.draws import Key, make_key
from sim.engine import FairDay, Ledger, rules, simulate
from sim.engine.day import BOOKING, BOOTH, GROUP, HALL, POST, SEEKER, SHIFT
from sim.engine.ledger import count_events
from sim.model.scenario import Scenario, load_scenario

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FIRMS, POSTS, SEEKERS = 281, 10_017, 7_248  # of the first fair

ARRIVALS_PER_MINUTE, SERVICE_MINUTES, RECRUITERS = 2.4, 1.0, 3  # of the M/M/3 queue: four fifths busy


class Task(NamedTuple):
    """Fair days, each with the key of its draws."""

    days: tuple[tuple[FairDay, Key], ...]

    def run(self, engine: str = "kernel") -> list[Ledger]:
        """Simulate them all."""
        return [simulate(day, key, engine) for day, key in self.days]

    def events(self) -> int:
        """Rows that the ledgers have, written as one row per event and person."""
        return sum(map(count_events, self.run()))


def growth_options(times: int) -> tuple[str, ...]:
    """What makes the first fair so many times as large: firms, posts, people, gates."""
    return (
        f"totals.firms={FIRMS * times}",
        f"totals.posts={POSTS * times}",
        f"totals.seekers={SEEKERS * times}",
        f"gate.lanes={first_fair().fairs[0].settings.integer('gate.lanes') * times}",
    )


def first_fair(*overrides: str) -> Scenario:
    """The first fair: seven venues in Wuhan on 21 April 2020."""
    return load_scenario(SCENARIOS / "wuhan-2020-04-21.toml", overrides)


def mixer() -> Scenario:
    """A career mixer that others simulated and printed: two recruiters' booths, a wandering crowd, six hours."""
    return load_scenario(SCENARIOS / "published" / "mixer-d.toml")


def drawn(season: Season, seed: int, replications: range) -> Task:
    """The fair days of some replications of a season."""
    days = []
    for replication in replications:
        for venue, (_, day) in zip(season.venues, season.fair_days(seed, replication), strict=True):
            days.append((day, make_key(seed, replication, venue.day_number)))
    return Task(tuple(days))


def queue(customers: int, seed: int) -> FairDay:
    """An M/M/3 queue as a fair: one booth with three recruiters, everybody goes there once and waits patiently."""
    hall = np.zeros(1, HALL)
    hall["last_entry"] = hall["announcement"] = hall["close"] = np.inf
    hall["people_limit"] = -1
    hall["rule"], hall["at_close"] = rules.FIXED_ORDER, rules.RUN_TO_EMPTY
    hall["prime"] = 2
    one = np.zeros(1, SEEKER)
    one["stay"] = np.inf
    one["accepts"] = one["booths_wanted"] = one["boards"] = one["applies"] = 1
    one["queue_limit"] = np.iinfo(np.int32).max
    gaps = np.log1p(-np.random.default_rng(seed).random(customers))  # by inversion: numpy does eight at once
    gaps /= -ARRIVALS_PER_MINUTE
    seekers = np.empty(customers, SEEKER)
    _write_customers(seekers, one, gaps)
    group = np.zeros(1, GROUP)
    group["interview_factor"], group["patience_a"] = 1.0, np.inf
    booth = np.zeros(1, BOOTH)
    booth["interview_kind"], booth["interview_a"] = rules.EXPONENTIAL, SERVICE_MINUTES
    booth["offered"], booth["queue_limit"], booth["shifts_until"] = 1, -1, 1
    shifts = np.array([(0.0, RECRUITERS)], SHIFT)
    return FairDay(hall, seekers, group, booth, np.empty(0, POST), shifts, np.empty(0, BOOKING), np.zeros((1, 1)))


@jit
def _write_customers(seekers: np.ndarray, one: np.ndarray, gaps: np.ndarray) -> None:
    """Rows of people who are all like `one` and arrive one after the other."""
    now = 0.0
    for i in range(seekers.size):
        now += gaps[i]
        seekers[i] = one[0]
        seekers[i]["who"] = i
        seekers[i]["arrival"] = now


def serve_queue(customers: int, seed: int) -> np.ndarray:
    """Stays of the customers of the M/M/3 queue, simulated, arrivals drawn included."""
    return simulate(queue(customers, seed), make_key(seed)).stays
