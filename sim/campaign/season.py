"""A season of fairs, played: from a scenario to what happened at every fair of it.

In a campaign one population goes through all fairs; otherwise every fair has a crowd of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from sim.campaign.aftermath import aftermath
from sim.campaign.attending import PlannedFair
from sim.campaign.campaign import Campaign, Ending
from sim.campaign.frictions import lost
from sim.campaign.played import Played
from sim.draws import Key, make_key
from sim.engine import simulate
from sim.engine.day import FairDay
from sim.model.scenario import Scenario
from sim.population import Roster

__all__ = ["History", "Played", "Season"]


@dataclass(frozen=True)
class History(Sequence[Played]):
    """What happened in one replication: its fairs in the order of the scenario; in a campaign also how it ended."""

    fairs: tuple[Played, ...]
    key: Key  # of the population
    ending: Ending | None = None

    @overload
    def __getitem__(self, place: int) -> Played: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Played]: ...

    def __getitem__(self, place: int | slice) -> Played | Sequence[Played]:
        return self.fairs[place]

    def __iter__(self) -> Iterator[Played]:
        return iter(self.fairs)

    def __len__(self) -> int:
        return len(self.fairs)


class Season:
    """A scenario made ready to be played many times."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.asks_bound = scenario.settings.flag("measures.bound")
        self.campaign = Campaign(scenario) if scenario.is_campaign else None
        if self.campaign is None:
            self.roster = Roster(scenario)
            self.venues = [PlannedFair(scenario, number) for number in range(len(scenario.fairs))]

    def fair_days(self, seed: int, replication: int) -> list[tuple[dict[str, int], FairDay]]:
        """The fairs of one replication before they happen: counts, and people and booths as arrays.

        Only where every fair has a crowd of its own: in a campaign a fair depends on those before it.
        """
        key = make_key(seed, replication)
        counts = self.roster.counts(key)
        places = self.roster.places
        days = []
        for venue in self.venues:
            crowd = venue.crowd(self.roster, counts[venue.number], key)
            days.append((counts[venue.number], venue.fair_day(crowd, places, venue.today(key))))
        return days

    def play(self, seed: int, replication: int, engine: str | None = None) -> History:
        """Simulate every fair of one replication."""
        if self.campaign is not None:
            played, ending = self.campaign.play(seed, replication, engine)
            return History(tuple(played), make_key(seed, replication), ending)
        key = make_key(seed, replication)
        fairs = []
        for venue, (planned, day) in zip(self.venues, self.fair_days(seed, replication), strict=True):
            today = venue.today(key)
            ledger = simulate(day, today, engine)
            after = aftermath(venue.fair.settings, day, ledger, today)
            counts = {"firms": day.booths.size, "posts": planned["posts"], "seekers": day.seekers.size}
            losses = None
            if self.asks_bound:
                losses = lost(day, after.seekers.size, key, today, engine, None)
            fairs.append(Played(venue.number, counts, day, ledger, after, None, losses))
        return History(tuple(fairs), key)
