"""A season of fairs, played: from a scenario to what happened at every fair of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.campaign.aftermath import Aftermath, aftermath
from sim.campaign.attending import Venue
from sim.draws import Key, make_key
from sim.engine import simulate
from sim.engine.day import FairDay
from sim.engine.ledger import Ledger
from sim.model.scenario import Scenario
from sim.population import Roster


class Played(NamedTuple):
    """One fair of one replication, after it has happened."""

    number: int  # of the fair in the scenario
    counts: dict[str, int]  # firms, posts, seekers
    day: FairDay
    ledger: Ledger
    aftermath: Aftermath


class Season:
    """A scenario made ready to be played many times."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.roster = Roster(scenario)
        self.venues = [Venue(scenario, number) for number in range(len(scenario.fairs))]

    def fair_days(self, seed: int, replication: int) -> list[tuple[dict[str, int], FairDay]]:
        """The fairs of one replication before they happen: counts, and people and booths as arrays."""
        key = make_key(seed, replication)
        counts = self.roster.counts(key)
        return [(counts[v.number], v.fair_day(self.roster, counts[v.number], key)) for v in self.venues]

    def play(self, seed: int, replication: int, engine: str | None = None) -> list[Played]:
        """Simulate every fair of one replication, in the order of the scenario."""
        fairs = []
        for venue, (planned, day) in zip(self.venues, self.fair_days(seed, replication), strict=True):
            today = Key(np.uint64(seed), np.uint64(replication), np.uint64(venue.day_number))
            ledger = simulate(day, today, engine)
            after = aftermath(venue.fair.settings, day, ledger, today)
            counts = {"firms": day.booths.size, "posts": planned["posts"], "seekers": day.seekers.size}
            fairs.append(Played(venue.number, counts, day, ledger, after))
        return fairs
